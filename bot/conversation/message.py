"""What the bot says: channel-neutral and not yet in a language."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.catalogue import DangerKind
from bot.handover.case import Case, Happening
from bot.text import FromCatalogue, Text

Style = Literal["plain", "title", "step", "quiet"]


@dataclass(frozen=True, slots=True)
class Part:
    """One paragraph. `title` names the offering, `step` is the first step, `quiet` is an aside."""

    text: Text | FromCatalogue
    style: Style = "plain"


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press. The id is stable and says what it does, so an old button is known.

    With a `url` (https:, tel: or mailto:) it opens something and is no event.
    """

    id: str
    label: Text | FromCatalogue
    kind: Literal["choice", "link", "always"] = "choice"
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Message:
    """One message: what it is (a name for tests and channels), its text and its buttons."""

    name: str
    parts: tuple[Part, ...]
    buttons: tuple[Button, ...] = ()


@dataclass(frozen=True, slots=True)
class Suggested:
    """Action: this offering was named, for these reasons (ids of needs, choices and facts)."""

    offering: str
    because: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TurnedDown:
    """Action: the student asked for something else than this."""

    offering: str


@dataclass(frozen=True, slots=True)
class Promised:
    """Action: the student said "I'll do this"."""

    offering: str


@dataclass(frozen=True, slots=True)
class HelpShown:
    """Action: a crisis message was shown for a signal of this kind. For counting, no more."""

    kind: DangerKind


@dataclass(frozen=True, slots=True)
class SendRecord:
    """Action: send the student everything that is kept about them."""


@dataclass(frozen=True, slots=True)
class EraseRecord:
    """Action: erase everything that is kept about the student."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """Action: the student said "send this", having seen `seen`."""

    case: Case
    seen: Message


@dataclass(frozen=True, slots=True)
class ToCase:
    """Action: this happens to the student's case."""

    happening: Happening


@dataclass(frozen=True, slots=True)
class Helped:
    """Action: the student told whether it helped. For counting."""

    answer: Literal["yes", "not-yet", "else"]


@dataclass(frozen=True, slots=True)
class Came:
    """Action: who gave this offering hears that the student came. Not who that student is."""

    school: str
    staff: str
    offering: str


@dataclass(frozen=True, slots=True)
class CameBack:
    """Action: what became of what the student wanted to do. For counting.

    `detail`: what stood in the way ("hindered"), or whether it helped ("helped").
    """

    what: Literal["done", "not-fit", "hindered", "helped"]
    offering: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class SendFile:
    """Action: send the student this file."""

    name: str
    content: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class TipsChanged:
    """Action: other tips may come now, or none: what the student wishes or told was changed."""


Action = (
    EraseRecord
    | SendRecord
    | HelpShown
    | Suggested
    | TurnedDown
    | Promised
    | OpenCase
    | ToCase
    | Helped
    | Came
    | CameBack
    | SendFile
    | TipsChanged
)
