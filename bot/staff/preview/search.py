"""What would a student who writes this get, and why? By the conversation and `wegwijs ask`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from bot.catalogue import DangerKind
from bot.conversation import Said, Started, respond
from bot.conversation.standing import student_of
from bot.conversation.state import State, Story
from bot.conversation.steps.why import why
from bot.safety.detect import Danger
from bot.staff.ask import Answer, Asker
from bot.staff.preview.markup import Html, tag, together
from bot.staff.preview.school import buttons, offering_link
from bot.staff.preview.view import View
from bot.text import LANGUAGES, FromCatalogue, Language, Text, text
from bot.understanding import Found
from bot.words import Shown, Translator, language_name, render

MOST_CHARACTERS = 2000
_LEAST_SHOWN = 0.01
_KINDS: dict[DangerKind, Text] = {
    "medical-now": text("preview.medical-now"),
    "violence-now": text("preview.violence-now"),
    "suicidal": text("preview.suicidal"),
    "harm-to-others": text("preview.harm-to-others"),
    "sexual-violence": text("preview.sexual-violence"),
    "self-harm": text("preview.self-harm"),
}
_OUTCOMES = {
    "suggest": text("preview.suggest"),
    "clarify": text("preview.clarify"),
    "unknown": text("preview.not-understood"),
    "crisis": text("preview.danger-first"),
}


@dataclass(frozen=True)
class Question:
    """What is asked: the message, where the student studies, the language of the conversation."""

    message: str
    institution: str | None
    language: Language


def search_page(question: Question, view: View, translators: Mapping[Language, Translator]) -> Html:
    """The form, and below it the answer where a message was given."""
    form = (
        tag("h1", view.say(text("preview.ask"))),
        tag("p", view.say(text("preview.ask-intro")), class_="quiet"),
        search_form(question, view),
    )
    if not question.message.strip():
        return together(form)
    danger = view.world.shown_first(question.message)
    answer = Asker(view.world, question.institution).ask(question.message)
    told = view.in_language(translators[question.language])
    return together(
        (
            *form,
            _conversation(question, danger, view, translators),
            _understood(answer, view),
            _fits(question, answer, view, told),
            tag(
                "details",
                tag("summary", view.say(text("preview.steps"))),
                tag("pre", view.good.bot.explain(question.message), lang="en", tabindex="0"),
            ),
        )
    )


def search_form(question: Question, view: View) -> Html:
    """Sent with GET: the address holds the question, so that the page can be loaded again."""
    schools = [("", view.say(text("preview.not-said")))]
    schools += [
        (id, view.say(FromCatalogue("institution", id))) for id in view.world.catalogue.schools
    ]
    languages = [(str(one), language_name(one, view.language)) for one in LANGUAGES]
    box = tag(
        "textarea",
        question.message,
        id="message",
        name="message",
        rows="3",
        maxlength=str(MOST_CHARACTERS),
        required=True,
    )
    return tag(
        "form",
        tag("label", view.say(text("preview.message")), for_="message"),
        box,
        tag(
            "div",
            _choice("institution", text("preview.institution"), schools, question, view),
            _choice("in", text("preview.talk-in"), languages, question, view),
            tag("button", view.say(text("preview.show"))),
            class_="row",
        ),
        tag("input", type="hidden", name="lang", value=view.language),
        action="/ask",
        class_="ask",
    )


def _choice(
    name: str, label: Text, choices: list[tuple[str, str]], question: Question, view: View
) -> Html:
    chosen = {"institution": question.institution or "", "in": question.language}[name]
    options = (
        tag("option", words, value=value, selected=value == chosen) for value, words in choices
    )
    select = tag("select", *options, id=name, name=name)
    return tag("div", tag("label", view.say(label), for_=name), select)


def _conversation(
    question: Question,
    danger: Danger | None,
    view: View,
    translators: Mapping[Language, Translator],
) -> Html:
    """What the bot says, to the letter, to whoever writes this first."""
    world = view.world
    begun = respond(
        State(question.language), Started(question.language, question.institution), world
    )
    turn = respond(begun.state, Said(question.message), world)
    language = turn.state.language  # a crisis message is in the language of what was written
    parts = [tag("h2", view.say(text("preview.answer")))]
    if danger is not None:
        words = f"“{' '.join(danger.words)}”" if danger.words else text("preview.no-words")
        said = view.say(text("preview.danger", kind=_KINDS[danger.kind], words=words))
        parts.append(tag("p", said, class_="danger"))
    else:
        small_talk = world.understand(question.message).small_talk
        if small_talk is not None:
            file = f"small_talk/{small_talk}.yaml"
            parts.append(tag("p", view.say(text("preview.small-talk", file=file))))
    messages = (render(message, translators[language], world.catalogue) for message in turn.say)
    parts += [_message(message, language) for message in messages]
    return tag("section", *parts)


def _message(message: Shown, language: Language) -> Html:
    paragraphs = (tag("p", part.text, class_=part.style) for part in message.parts)
    return tag("div", *paragraphs, buttons(message.buttons), class_="message", lang=language)


def _understood(answer: Answer, view: View) -> Html:
    parts = [
        tag("h2", view.say(text("preview.understood"))),
        tag("p", view.say(_OUTCOMES[answer.outcome])),
    ]
    if answer.needs:
        head = columns(
            view, text("preview.need"), text("preview.because"), numbers=(text("preview.weight"),)
        )
        rows = (
            tag(
                "tr",
                tag("th", view.say(FromCatalogue("need", need.id)), scope="row"),
                tag("td", need.because),
                tag("td", _share(need.score), class_="number"),
            )
            for need in answer.needs
        )
        parts.append(table(head, rows=tuple(rows), label=view.say(text("preview.understood"))))
    else:
        parts.append(tag("p", view.say(text("preview.nothing"))))
    return tag("section", *parts)


def _share(score: float) -> str:
    return f"{score:.0%}" if score >= _LEAST_SHOWN else "< 1%"


def columns(view: View, *names: Text, numbers: tuple[Text, ...]) -> Html:
    """The first row of a table: columns with words, then those with numbers."""
    words = (tag("th", view.say(name), scope="col") for name in names)
    counts = (tag("th", view.say(name), scope="col", class_="number") for name in numbers)
    return tag("tr", *words, *counts)


def table(head: Html, *, rows: tuple[Html, ...], label: str) -> Html:
    """A table that can be scrolled sideways on a phone, also with the keyboard."""
    return tag(
        "div",
        tag("table", tag("thead", head), tag("tbody", *rows)),
        class_="table",
        role="region",
        aria_label=label,
        tabindex="0",
    )


def _fits(question: Question, answer: Answer, view: View, told: View) -> Html:
    heading = tag("h2", view.say(text("preview.fits")))
    if not answer.offerings:
        return tag("section", heading, tag("p", view.say(text("preview.no-fits"))))
    offerings = [view.world.catalogue.offerings[fit.id] for fit in answer.offerings]
    state = _state_of(question, answer)
    student = student_of(state, view.world)
    items = []
    for place, offering in enumerate(offerings):
        first = tag("span", view.say(text("preview.first")), class_="badge") if not place else ""
        step = text("advice.step", step=FromCatalogue("offering", offering.id, "first_step"))
        reason = told.say(why(offering, student, state))
        items.append(
            tag(
                "li",
                tag("p", tag("strong", offering_link(offering, view)), " ", first),
                tag("p", told.say(step), lang=told.language) if not place else "",
                tag("p", reason, class_="quiet", lang=told.language),
            )
        )
    intro = tag("p", view.say(text("preview.fits-intro")), class_="quiet")
    return tag("section", heading, intro, tag("ol", *items, class_="fits"))


def _state_of(question: Question, answer: Answer) -> State:
    """The conversation after this message, as far as the reasons depend on it."""
    needs = tuple(Found(need.id, need.score, need.because) for need in answer.needs)
    answers = {"institution": question.institution} if question.institution else {}
    return State(question.language, answers, Story("suggest", needs))
