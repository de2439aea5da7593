"""An owner is asked whether an offering is still right, and answers. Pure, like the rest."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.catalogue import Offering
from bot.conversation.colleague.card import is_number
from bot.conversation.message import Button, Message, Part
from bot.text import FromCatalogue, Text, text

What = Literal["right", "change", "hide"]
_ALREADY: Mapping[What, Text] = {
    "right": text("review.already-right"),
    "change": text("review.already-change"),
    "hide": text("review.already-hide"),
}
THANKS: Mapping[What, Text] = {
    "right": text("review.right"),
    "change": text("review.change-sent"),
    "hide": text("review.hide"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """A review as it stands. `offering` None: it is gone, or hidden by now. `changed`: it says
    something else than when this owner saw it. `noted`: it is known what must change."""

    number: int
    offering: Offering | None
    answer: What | None = None
    noted: bool = False
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Reply:
    """What follows from a press or from words. `note`: what must change.

    `again`: the owner sees the offering anew, as it is now.
    """

    say: Message
    answer: What | None = None
    note: str = ""
    again: bool = False


def review_on(button: str) -> tuple[int, str] | None:
    """The review that a button is about, and what it does; None for a button of anything else."""
    match button.split(":"):
        case ["r", number, what] if is_number(number):
            return int(number), what
    return None


def question(number: int, offering: Offering, *, changed: bool = False) -> Message:
    """Is this still right? With all that it is about."""
    title = FromCatalogue("offering", offering.id, "title")
    hide = Button(f"r:{number}:hide", text("button.review-hide"))
    return Message(
        "review:ask",
        (
            Part(text("review.title", title=title), "title"),
            *((Part(text("review.changed")),) if changed else ()),
            *what_it_says(offering),
        ),
        (
            Button(f"r:{number}:right", text("button.review-right")),
            Button(f"r:{number}:change", text("button.review-change")),
            *((hide,) if may_hide(offering) else ()),
        ),
    )


def may_hide(offering: Offering) -> bool:
    """Whether one owner may take it away; what is named in danger goes by way of the keepers."""
    return offering.use is None


def what_it_says(offering: Offering) -> tuple[Part, ...]:
    """What students get to see of it, where that comes from, and who looked at it when."""
    step = FromCatalogue("offering", offering.id, "first_step")
    hours = FromCatalogue("offering", offering.id, "hours")
    checked = offering.checked
    since = text("review.never")
    if checked is not None:
        since = text("review.checked", date=checked.on.isoformat(), by=checked.by)
    return (
        Part(FromCatalogue("offering", offering.id, "summary")),
        Part(text("advice.step", step=step)),
        *((Part(text("advice.hours", hours=hours)),) if offering.hours else ()),
        Part(text("review.source", source=offering.source), "quiet"),
        Part(since, "quiet"),
    )


def hear_press(standing: Standing, what: str) -> Reply:
    """What follows from a button. An answer is given once; not to stop showing it is no answer."""
    if standing.answer is not None and (standing.noted or standing.answer != "change"):
        return _say(_ALREADY[standing.answer])
    offering = standing.offering
    if offering is None:
        return _say(text("review.gone"))
    if standing.changed:
        return Reply(question(standing.number, offering, changed=True), again=True)
    if what in ("hide", "sure") and not may_hide(offering):
        what = "change"
    title = FromCatalogue("offering", offering.id, "title")
    still_right = Button(f"r:{standing.number}:right", text("button.review-still-right"))
    match what:
        case "right":
            return _say(THANKS["right"], answer="right")
        case "change":
            said = Part(text("review.what-changes", title=title))
            return Reply(Message("review:change", (said,), (still_right,)), answer="change")
        case "hide":
            sure = Button(f"r:{standing.number}:sure", text("button.review-sure"))
            said = Part(text("review.sure", title=title))
            return Reply(Message("review:sure", (said,), (sure, still_right)))
        case "sure":
            return _say(THANKS["hide"], answer="hide")
    return _say(text("review.gone"))


def hear_words(standing: Standing, words: str, place: str) -> Reply:
    """What follows from words in reply to the question. `place`: where the offering stands."""
    if standing.answer is not None and standing.answer != "change":
        return _say(_ALREADY[standing.answer])
    if standing.offering is None:
        return _say(text("review.gone"))
    if not words.strip():
        return _say(text("staff.only-text"))
    said = (Part(THANKS["change"]), Part(text("review.place", place=place), "quiet"))
    return Reply(Message("review:noted", said), answer="change", note=words)


def to_keepers(offering: Offering, name: str, note: str, place: str) -> Message:
    """What the keepers hear when an owner says that something must change."""
    title = FromCatalogue("offering", offering.id, "title")
    return Message(
        "keeper:review",
        (
            Part(text("keeper.review", title=title), "title"),
            Part(text("keeper.review-note", name=name, note=note)),
            Part(text("keeper.review-place", place=place)),
        ),
    )


def _say(said: Text, answer: What | None = None) -> Reply:
    return Reply(Message("review:done", (Part(said),)), answer=answer)
