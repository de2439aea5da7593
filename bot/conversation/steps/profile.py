"""What is remembered in this conversation, and changing one answer without redoing the rest."""

from __future__ import annotations

from dataclasses import replace

from bot.advice import FACTS, Question
from bot.advice.questions import HOW, WITH_WHOM
from bot.conversation.message import Button, Message, Part
from bot.conversation.standing import needs_of, with_answers, without
from bot.conversation.state import FLOW, State
from bot.conversation.steps import follow_up, institution, story
from bot.conversation.world import World
from bot.text import Arg, FromCatalogue, Several, Text, text
from bot.understanding.answers import age_in

_CHANGEABLE: dict[str, Text] = {
    "institution": text("change.institution"),
    "story": text("change.story"),
    "with-whom": text("change.with-whom"),
    "how": text("change.how"),
    "where": text("change.where"),
    "about-you": text("change.about-you"),
    "languages": text("change.languages"),
    "age": text("change.age"),
}
_YOUNGEST, _OLDEST = 14, 80


def show(state: State, world: World) -> Message:
    lines = [text("profile.line", name=_CHANGEABLE[n], value=v) for n, v in _known(state)]
    parts = [Part(text("profile.intro") if lines else text("profile.nothing"))]
    parts += [Part(line) for line in lines]
    parts.append(Part(text("profile.change"), "quiet"))
    return Message(
        "profile",
        tuple(parts),
        (
            *(
                Button(f"change:{name}", label)
                for name, label in _CHANGEABLE.items()
                if _can_change(name, state, world)
            ),
            Button("on", text("button.on")),
        ),
    )


def _known(state: State) -> list[tuple[str, Arg]]:
    known: list[tuple[str, Arg]] = []
    answers = state.answers
    if answers.get("institution"):
        known.append(("institution", FromCatalogue("institution", answers["institution"])))
    needs = tuple(FromCatalogue("need", need) for need in needs_of(state))
    if needs:
        known.append(("story", Several(needs, "and")))
    for name in ("with-whom", "how", "where", "languages"):
        if answers.get(name):
            known.append((name, follow_up.label(answers[name], state)))
    facts: tuple[Arg, ...] = tuple(
        follow_up.CHOICE[fact] for fact in FACTS if answers.get(fact) == "yes"
    )
    if answers.get("faculty", "other") != "other":
        facts = (*facts, follow_up.label(answers["faculty"], state))
    if facts:
        known.append(("about-you", Several(facts, "and")))
    if answers.get("age"):
        known.append(("age", answers["age"]))
    return known


def _can_change(name: str, state: State, world: World) -> bool:
    school = world.catalogue.schools.get(state.answers.get("institution", ""))
    if name == "institution":
        return len(world.catalogue.schools) > 1
    if name == "where":
        return school is not None and len(school.institution.locations) > 1
    return True


def show_change(state: State, world: World) -> Message:
    """The question again; only its answer changes."""
    name = _changing(state)
    if name == "institution":
        return institution.show(state, world)
    if name == "story":
        return story.show(state, world)
    if name == "age":
        return Message(
            "ask:age",
            (Part(follow_up.ASK["age"]),),
            (Button("skip:age", text("button.skip")),),
        )
    return follow_up.ask(_question(name, state, world), state)


def _changing(state: State) -> str:
    return state.screen.partition(":")[2]


def _question(name: str, state: State, world: World) -> Question:
    """The question with every choice it has, whatever the candidates of the moment are."""
    match name:
        case "with-whom":
            return Question(name, WITH_WHOM)
        case "how":
            return Question(name, HOW)
        case "where":
            school = world.catalogue.schools[state.answers["institution"]]
            return Question(name, tuple(part.id for part in school.institution.locations))
        case "languages":
            return Question(name, ("nl", "en", "both"))
    return Question("about-you", tuple(FACTS))


def hear_change(state: State, said: str, world: World) -> State | None:
    name = _changing(state)
    if name == "institution":
        changed = institution.hear(state, said, world)
        return change(state, name, changed.answers["institution"]) if changed else None
    if name == "story":
        return None  # heard as a story, like anywhere else
    if world.answers.whole("skip", said):
        return change(state, name, "")
    if name == "age":
        age = age_in(said)
        return change(state, name, str(age)) if age and _YOUNGEST <= age <= _OLDEST else None
    question = _question(name, state, world)
    choices = follow_up.understood(question, said, world, state)
    return change_to(state, question, choices) if choices else None


def change_to(state: State, question: Question, choices: tuple[str, ...]) -> State:
    """Facts are said anew as a whole; of any other question the one choice is replaced."""
    if question.name == "about-you":
        state = without(state, *FACTS)
        chosen = [choice for choice in choices if choice in FACTS]
        facts = {fact: "yes" if fact in chosen else "no" for fact in FACTS}
        return replace(with_answers(state, facts), screen=FLOW, promised=None)
    return change(state, question.name, choices[0])


def change(state: State, name: str, value: str) -> State:
    """The state with this one answer changed; what depends on it is asked again if it matters."""
    state = replace(state, screen=FLOW, promised=None)
    if name == "institution" and value != state.answers.get("institution"):
        # Another school has other places, other offerings and other words about its own status.
        state = without(state, "where", "faculty", declined=(), told=())
    return with_answers(state, {name: value})


def choose_school(state: State, institution: str) -> State:
    """The school, chosen or typed; who asked for a person first is then shown one there."""
    changed = change(state, "institution", institution)
    return replace(changed, screen=state.screen) if state.screen == "person" else changed


def press_change(state: State, name: str, choice: str, world: World) -> State:
    """A choice pressed while changing an answer."""
    return change_to(state, _question(name, state, world), (choice,))
