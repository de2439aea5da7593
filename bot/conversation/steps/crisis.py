"""Somebody may be in danger: who can help now comes first, whatever was going on.

The texts live apart in `locales/crisis.*.po`; changes need a second pair of eyes. Nothing here is
remembered: what a crisis message was about stands in the ids of its own buttons and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from bot.catalogue import Catalogue, DangerKind, Offering
from bot.conversation.message import Button, Message, Part
from bot.conversation.state import State
from bot.conversation.steps.language import other, to_language
from bot.conversation.steps.links import call_button, link_buttons, page_button
from bot.conversation.world import World
from bot.safety.detect import Danger
from bot.safety.lines import LINES, Line
from bot.safety.people import About
from bot.safety.rules import KINDS, Strength
from bot.text import FromCatalogue, Language, Text, text

_Kind = DangerKind | Literal["any"]  # any: asked for, with no signal

_OPENING: dict[tuple[str, About], Text] = {
    ("suicidal", "self"): text("crisis.suicidal"),
    ("suicidal", "other"): text("crisis.suicidal-other"),
    ("self-harm", "self"): text("crisis.self-harm"),
    ("self-harm", "other"): text("crisis.self-harm-other"),
    ("violence-now", "self"): text("crisis.violence-now"),
    ("violence-now", "other"): text("crisis.violence-now-other"),
    ("sexual-violence", "self"): text("crisis.sexual-violence"),
    ("sexual-violence", "other"): text("crisis.sexual-violence-other"),
    ("medical-now", "self"): text("crisis.medical-now"),
    ("medical-now", "other"): text("crisis.medical-now-other"),
    ("harm-to-others", "self"): text("crisis.harm-to-others"),
    ("harm-to-others", "other"): text("crisis.harm-to-others-other"),
    ("any", "other"): text("crisis.suicidal-other"),
}
_SOFT: dict[About, Text] = {"self": text("crisis.soft"), "other": text("crisis.soft-other")}
_FRIEND: dict[_Kind, Text] = {
    "suicidal": text("crisis.friend-suicidal"),
    "self-harm": text("crisis.friend-self-harm"),
    "violence-now": text("crisis.friend-violence-now"),
    "sexual-violence": text("crisis.friend-sexual-violence"),
    "medical-now": text("crisis.friend-medical-now"),
    "harm-to-others": text("crisis.friend-harm-to-others"),
    "any": text("crisis.friend"),
}
# Who is named first. All lines are a tap away, under "help now". English is spoken for certain at
# 112 and the out-of-hours doctor, so one of them is always among them.
_LINES: dict[_Kind, tuple[str, ...]] = {
    "suicidal": ("nat-113", "nat-112", "nat-gp-out-of-hours"),
    "self-harm": ("nat-113", "nat-gp-out-of-hours", "nat-112"),
    "violence-now": ("nat-112", "nat-veilig-thuis"),
    "sexual-violence": ("nat-csg", "nat-112"),
    "medical-now": ("nat-112", "nat-gp-out-of-hours"),
    "harm-to-others": ("nat-112", "nat-gp-out-of-hours", "nat-113"),
    "any": tuple(line.offering for line in LINES),
}


CRISIS = "crisis:"  # how the name of a crisis message begins, and the id of a button that shows one


@dataclass(frozen=True, slots=True)
class Crisis:
    """Which crisis message: all that it depends on, besides where the student studies."""

    kind: _Kind
    strength: Strength
    about: About

    @classmethod
    def of(cls, danger: Danger) -> Crisis:
        return cls(danger.kind, danger.strength, danger.about)

    @property
    def button(self) -> str:
        """The id of a button that shows this message."""
        return f"{CRISIS}{self.kind}:{self.strength}:{self.about}"


def asked_for(button: str) -> tuple[Crisis, Language | None] | None:
    """The crisis message that this button shows, and the language if it names one."""
    match button.split(":"):
        case ["crisis", kind, strength, about, *language] if (
            kind in (*KINDS, "any")
            and strength in get_args(Strength)
            and about in get_args(About)
            and language in ([], ["nl"], ["en"])
        ):
            return Crisis(kind, strength, about), language[0] if language else None  # type: ignore[arg-type, return-value]
    return None


def show(crisis: Crisis, state: State, world: World) -> Message:
    """The crisis message. It needs no catalogue; what the school itself has is added to it."""
    lines = tuple(_line(offering) for offering in _LINES[crisis.kind])
    opening = _OPENING.get((crisis.kind, crisis.about))
    if opening is None or crisis.strength == "soft":
        opening = _SOFT[crisis.about]
    parts = [Part(opening), Part(text("crisis.bot")), *(Part(line.text, "step") for line in lines)]
    if crisis.about == "other":
        parts.append(Part(_FRIEND[crisis.kind]))
    own = _own(crisis, state, world.catalogue)
    if own is not None:
        parts.append(Part(own[1]))
    parts.append(Part(text("crisis.on"), "quiet"))
    return Message(
        crisis.button,
        tuple(parts),
        (
            *line_buttons(lines),
            *(link_buttons(own[0]) if own else ()),
            *worried_button(crisis),
            Button("go:person", text("button.someone-here")),
            Button("on", text("button.my-question")),
            Button(crisis.button, text("button.again")),
            to_language(other(state.language), f"{crisis.button}:{other(state.language)}"),
        ),
    )


def worried_button(crisis: Crisis) -> tuple[Button, ...]:
    """I'm worried about someone else; not where the message is about somebody else already."""
    if crisis.about == "other":
        return ()
    friend = Crisis(crisis.kind, crisis.strength, "other")
    return (Button(friend.button, text("button.worried")),)


ANY = Crisis("any", "clear", "self")  # asked for: no signal says which


def line_buttons(lines: tuple[Line, ...]) -> tuple[Button, ...]:
    """Buttons that call or open these lines."""
    calls = (call_button(number) for line in lines for number in line.phones)
    pages = (page_button(line.url) for line in lines if line.url)
    return (*calls, *pages)


def _line(offering: str) -> Line:
    return next(line for line in LINES if line.offering == offering)


def _own(crisis: Crisis, state: State, catalogue: Catalogue) -> tuple[Offering, Text] | None:
    """What the student's own school names for this kind: the first one, and how to get there.

    Not where it is about somebody else: there, what to do for a friend comes instead.
    """
    school = catalogue.schools.get(state.answers.get("institution", ""))
    if school is None or crisis.about == "other":
        return None
    for named in school.institution.in_crisis:
        offering = catalogue.offerings.get(named.offering)
        if offering is not None and (not named.kinds or crisis.kind in named.kinds):
            title = FromCatalogue("offering", offering.id, "title")
            step = FromCatalogue("offering", offering.id, "first_step")
            if named.day_and_night:
                return offering, text("crisis.school-always", title=title, step=step)
            return offering, text("crisis.school", title=title, step=step)
    return None
