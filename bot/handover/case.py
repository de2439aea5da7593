"""A case: one student who wants one person. What it is, what can happen to it, what follows.

Frozen. `life.py` says which event leads where; nothing here reads a clock or a store.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter

from bot.text import Language

# offered and shown: only the student knows of it. From `sent` on it has an owner and a deadline.
Status = Literal[
    "offered",
    "shown",
    "sent",
    "seen",
    "taken",
    "answered",
    "unanswered",
    "closed",
    "withdrawn",
    "declined",
]
STUDENT, CLOCK = "student", "clock"  # who did something, where it was not one of the staff
OPEN: tuple[Status, ...] = ("sent", "seen", "taken", "answered", "unanswered")
WAITING: tuple[Status, ...] = ("sent", "seen", "taken")  # the student waits for a person
# What happens at the deadline: the person is reminded; the case goes to the next one; a
# conversation that fell silent ends; the student is asked whether it helped; it is erased.
Timer = Literal["remind", "pass", "quiet", "ask", "erase"]
Reach = Literal["chat", "email", "phone"]
PARTS = ("needs", "wishes", "suggested")  # of a summary, that can be left out


@dataclass(frozen=True, slots=True)
class Wish:
    """Who would suit the student, as far as it is known; `never` must not see it."""

    needs: tuple[str, ...] = ()
    offering: str | None = None
    location: str | None = None
    never: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Summary:
    """What is shared, and nothing beside it. `without`: parts that the student left out.

    `wishes` are pairs of a question and the choice. `words`, `name` and `contact` were typed for
    this by the student; without a name they are anonymous.
    """

    needs: tuple[str, ...] = ()
    wishes: tuple[tuple[str, str], ...] = ()
    suggested: tuple[str, ...] = ()
    words: str = field(default="", repr=False)
    name: str = field(default="", repr=False)
    reach: Reach = "chat"
    contact: str = field(default="", repr=False)
    without: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """Where one case stands.

    `owner` is the staff entry whose turn it is: a person, team or desk; `holder` who of a team took
    it. `promised`: by when the student may expect an answer. `turns` counts how often a person
    took it or answered, so that the conversation knows when a person came in.
    """

    chat: int
    school: str
    language: Language
    status: Status
    owner: str
    wish: Wish
    summary: Summary
    id: int = 0  # 0: not sent yet
    opened: dt.datetime | None = None
    timer: Timer | None = None
    due: dt.datetime | None = None
    promised: dt.datetime | None = None
    holder: str | None = None
    before: tuple[str, ...] = ()  # who had it before, in order
    turns: int = 0
    reminded: bool = False
    snoozed: bool = False  # once for each time that the student waits
    closed: dt.datetime | None = None

    @property
    def is_open(self) -> bool:
        return self.status in OPEN


# ---- what can happen to it ----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Shown:
    """The student saw exactly what would be sent."""

    summary: Summary


@dataclass(frozen=True, slots=True)
class Declined:
    """The student does not want it after all."""


@dataclass(frozen=True, slots=True)
class Sent:
    """The student said: send this."""

    id: int


@dataclass(frozen=True, slots=True)
class Seen:
    by: str


@dataclass(frozen=True, slots=True)
class Taken:
    by: str


@dataclass(frozen=True, slots=True)
class Answered:
    by: str
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Wrote:
    """The student wrote to the person."""

    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PassedOn:
    """To a colleague or team, for one of the reasons that have words."""

    by: str
    to: str
    reason: str


@dataclass(frozen=True, slots=True)
class NotForMe:
    """It came to the wrong person: a hint for who keeps the catalogue."""

    by: str


@dataclass(frozen=True, slots=True)
class Snoozed:
    by: str


@dataclass(frozen=True, slots=True)
class NoteAdded:
    """For colleagues only."""

    by: str
    words: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Done:
    by: str


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The student takes it back."""


@dataclass(frozen=True, slots=True)
class MayAsk:
    """The student agrees to be asked, some days later, whether it helped."""


@dataclass(frozen=True, slots=True)
class TimeCame:
    """The deadline is there."""


@dataclass(frozen=True, slots=True)
class OwnerGone:
    """The owner went away, blocked the bot, left the school, or their mailbox refuses mail."""


@dataclass(frozen=True, slots=True)
class NotDelivered:
    """What was said to the student did not arrive; they blocked the bot or are gone.

    `writer`: who of the staff wrote to them last, where anybody did.
    """

    writer: str | None = None


Happening = (
    Shown
    | Declined
    | Sent
    | Seen
    | Taken
    | Answered
    | Wrote
    | PassedOn
    | NotForMe
    | Snoozed
    | NoteAdded
    | Done
    | Withdrawn
    | MayAsk
    | TimeCame
    | OwnerGone
    | NotDelivered
)

# ---- what follows besides the case itself -------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TellStudent:
    """Something the student hears. `who` is a staff entry, `words` what that person wrote."""

    what: Literal[
        "seen",
        "taken",
        "answer",
        "passed-on",
        "not-for",
        "snoozed",
        "late",
        "unanswered",
        "done",
        "quiet",
        "ask",
    ]
    who: str = ""
    words: str = field(default="", repr=False)
    reason: str = ""
    until: dt.datetime | None = None


@dataclass(frozen=True, slots=True)
class TellStaff:
    """Something the staff entry `to` hears. The card itself is brought up to date besides."""

    to: str
    what: Literal["new", "reminder", "wrote", "withdrawn", "gone", "quiet", "not-delivered", "note"]
    words: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Hint:
    """Counted for who keeps the catalogue: this need came to the wrong person."""

    staff: str
    need: str


Telling = TellStudent | TellStaff | Hint


class RefusedError(Exception):
    """It cannot happen (now). `why` is a word for the reason; `who` has it, where somebody does."""

    def __init__(
        self, why: Literal["over", "has-it", "nobody", "not-allowed"], who: str = ""
    ) -> None:
        super().__init__(why)
        self.why = why
        self.who = who


_CASE = TypeAdapter(Case)


def to_json(case: Case) -> bytes:
    return _CASE.dump_json(case)


def from_json(saved: bytes) -> Case:
    """The case that was saved. Raises pydantic's ValidationError if it is not one."""
    return _CASE.validate_json(saved)
