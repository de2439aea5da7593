"""A follow-up question: with whom, how, where, which faculty, who you are. Each can be skipped."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.advice import FACTS, Question
from bot.conversation.message import Button, Message, Part
from bot.conversation.standing import needs_of, question_of, with_answers
from bot.conversation.state import State
from bot.conversation.world import World
from bot.text import FromCatalogue, Several, Text, text
from bot.understanding.answers import part_in

ASK: dict[str, Text] = {
    "with-whom": text("ask.with-whom"),
    "how": text("ask.how"),
    "where": text("ask.where"),
    "faculty": text("ask.faculty"),
    "about-you": text("ask.about-you"),
    "languages": text("ask.languages"),
    "age": text("ask.age"),
}
# The choices of a question that have words of their own; the others are parts of the institution.
CHOICE: dict[str, Text] = {
    "fellow-student": text("choice.fellow-student"),
    "group": text("choice.group"),
    "professional": text("choice.professional"),
    "on-my-own": text("choice.on-my-own"),
    "campus": text("choice.campus"),
    "online": text("choice.online"),
    "phone": text("choice.phone"),
    "other": text("choice.other-faculty"),
    "first-year": text("choice.first-year"),
    "international": text("choice.international"),
    "job": text("choice.job"),
    "caring": text("choice.caring"),
    "travel": text("choice.travel"),
    "master": text("choice.master"),
    "phd": text("choice.phd"),
    "none": text("button.none-of-these"),
    "nl": text("choice.dutch"),
    "en": text("choice.english"),
    "both": text("choice.both-languages"),
}
_SEVERAL = ("about-you",)
_NUMBER = re.compile(r"\b[1-9][0-9]?\b")
_NAMED = 2  # needs that are said back before the first question


def show(state: State, world: World) -> Message:
    question = question_of(state, world)
    if question is None:
        raise ValueError("there is no question to ask")
    message = ask(question, state)
    if state.asked:
        return message
    needs = tuple(FromCatalogue("need", need) for need in list(needs_of(state))[:_NAMED])
    heard = Part(text("follow-up.heard", needs=Several(needs, "and")))
    return replace(message, parts=(heard, *message.parts))


def ask(question: Question, state: State) -> Message:
    """The question as a message; the same whether it is asked in turn or to change an answer."""
    parts = [Part(ASK[question.name])]
    choices = question.choices
    if question.name in _SEVERAL:
        choices = (*choices, "none")
        if len(question.choices) > 1:
            parts.append(Part(text("ask.several"), "quiet"))
    return Message(
        f"ask:{question.name}",
        tuple(parts),
        (
            *(
                Button(f"answer:{question.name}:{choice}", label(choice, state))
                for choice in choices
            ),
            Button(f"skip:{question.name}", text("button.skip")),
        ),
    )


def label(choice: str, state: State) -> Text | FromCatalogue:
    """What a choice is called: in words of its own, or as the institution's part."""
    if choice in CHOICE:
        return CHOICE[choice]
    return FromCatalogue("part", f"{state.answers['institution']}/{choice}")


def hear(state: State, said: str, world: World) -> State | None:
    question = question_of(state, world)
    if question is None:
        return None
    if world.answers.whole("skip", said):
        return skipped(state, question.name)
    choices = understood(question, said, world, state)
    return answered(state, question, choices) if choices else None


def understood(question: Question, said: str, world: World, state: State) -> tuple[str, ...]:
    """The choices that the typed words name."""
    if question.name in ("where", "faculty"):
        school = world.catalogue.schools[state.answers["institution"]].institution
        parts = [part for part in school.parts if part.id in question.choices]
        part = part_in(said, parts, asked=True)
        return (part,) if part else ()
    allowed = (*question.choices, "none") if question.name in _SEVERAL else question.choices
    numbers = [int(number) for number in _NUMBER.findall(said)]
    if question.name in _SEVERAL and numbers and max(numbers) <= len(allowed):
        return tuple(allowed[number - 1] for number in numbers)  # "1 en 2", as they are shown
    choices = world.answers.answer(question.name, said, allowed)
    return choices if question.name in _SEVERAL else choices[:1]


def skipped(state: State, name: str) -> State:
    return replace(with_answers(state, {name: ""}), asked=_with(state.asked, name))


def answered(state: State, question: Question, choices: tuple[str, ...]) -> State:
    """The state with this answer. "None of these" denies every fact that was asked after."""
    if question.name in _SEVERAL:
        chosen = [choice for choice in choices if choice in FACTS]
        told = dict.fromkeys(chosen, "yes") or dict.fromkeys(question.choices, "no")
        state = with_answers(state, told)
    else:
        state = with_answers(state, {question.name: choices[0]})
    return replace(state, asked=_with(state.asked, question.name))


def _with(asked: tuple[str, ...], name: str) -> tuple[str, ...]:
    return asked if name in asked else (*asked, name)
