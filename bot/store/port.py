"""What the rest of the program may ask of a store, and what goes in and out.

Any implementation must pass `tests/test_store_contract.py`. States and messages are bytes that a
store never looks into, but it seals them: on the disk nobody reads them without the key. Moments
are aware datetimes; they are kept as whole seconds and come back in UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, Protocol

from bot.text import Language, Text

Clock = Callable[[], dt.datetime]  # aware; the day of a count is the day on this clock


class StoreError(Exception):
    """The store cannot be used, or something in it cannot be read. `text` says it in words."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.key)
        self.text = text


class StaleChatError(Exception):
    """Somebody else changed this chat, case or review, or used this ticket, since it was read:
    read it again and do it again."""


@dataclass(frozen=True, slots=True)
class Chat:
    """Where one student's conversation stands.

    A chat that was never committed has version 0. `active_at`, `screen` and `blocked` are what the
    store itself knows: a commit sets the first and leaves the other two as they are.
    """

    id: int
    language: Language
    state: bytes | None = field(default=None, repr=False)  # never in a log or an error's text
    # The state before the last text, for when that text is edited.
    before: bytes | None = field(default=None, repr=False)
    last_text: int | None = None  # message id of that text
    screen: int | None = None  # message id of what has the buttons now
    version: int = 0
    active_at: dt.datetime | None = None  # of the last commit
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to send. `kind` (16 letters at most) is for the rules about sending again."""

    kind: str
    body: bytes = field(repr=False)


Channel = Literal["telegram", "mail"]
CARD = "card"  # the kind of message that is edited where it is there already
NEW_CARD = "card-new"  # a card at the end of the chat; from then on, that one is edited


@dataclass(frozen=True, slots=True)
class Addressed:
    """Something to send beside the chat of the step: to staff, or to the student of a case.

    `chat` is whom it goes to; of a mail it is the student it is about. `case` is what it is about:
    when that is erased, what was not sent yet is too. `staff` is the entry it is for, if any.
    `waits`: nobody waits for it, so what answers somebody goes first.
    """

    chat: int
    outgoing: Outgoing
    case: int | None = None
    staff: str | None = None
    channel: Channel = "telegram"
    waits: bool = False


@dataclass(frozen=True, slots=True)
class KeptCase:
    """A case as it is kept; version 0 is a new one. `body` is never looked into here.

    `trouble`: why it is looked at before it is due: "student" or "staff" did not get what was sent,
    or somebody who may have it is "away".
    """

    id: int
    chat: int
    school: str
    owner: str
    status: str
    is_open: bool
    due: dt.datetime
    body: bytes = field(repr=False)
    version: int = 0
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class CaseWords:
    """What was written about a case: by the "student" or a staff entry; or a note of staff."""

    who: str
    body: bytes = field(repr=False)
    note: bool = False


@dataclass(frozen=True, slots=True)
class CaseStep:
    """What follows from one thing that happened to a case.

    `erase`: it goes, with all that belongs to it. `consent`: what the student agreed to just now.
    `withdrawn`: the consent was taken back. `audit` are pairs of who and what.
    """

    case: KeptCase
    erase: bool = False
    words: tuple[CaseWords, ...] = ()
    audit: tuple[tuple[str, str], ...] = ()
    consent: bytes | None = field(default=None, repr=False)
    withdrawn: bool = False


DueKind = Literal["check-in", "reminder", "day-before", "tip"]


@dataclass(frozen=True, slots=True)
class Due:
    """Something to say later: `number` tells those of one kind in a chat apart.

    `body` is never looked into here. Kept without one, what stood there before stays.
    """

    chat: int
    kind: DueKind
    number: int
    at: dt.datetime
    body: bytes | None = field(default=None, repr=False)


ReviewAnswer = Literal["right", "change", "hide"]


@dataclass(frozen=True, slots=True)
class Review:
    """An owner was asked whether an offering is still right; version 0 is a new question.

    `mark` stands for what the offering said when it was asked or answered. `note`: what must
    change. `applied_at`: when the answer was written into the catalogue, or could not be.
    """

    number: int
    school: str
    offering: str
    staff: str
    mark: str
    asked_at: dt.datetime
    answer: ReviewAnswer | None = None
    answered_at: dt.datetime | None = None
    note: bytes | None = field(default=None, repr=False)
    applied_at: dt.datetime | None = None
    version: int = 0


TicketKind = Literal[
    "invite", "seen", "taken", "done", "answer", "bounce", "right", "change", "hide"
]


@dataclass(frozen=True, slots=True)
class Ticket:
    """A one-time key. Whoever has it may do `kind`, once, until it expires or is revoked."""

    hash: bytes = field(repr=False)
    kind: TicketKind
    school: str
    staff: str
    expires_at: dt.datetime
    case: int | None = None
    review: int | None = None


@dataclass(frozen=True, slots=True)
class Step:
    """All that follows from one update, kept whole or not at all.

    `chat` is the new content, with the version that was read; None when the update is of no
    student. `update_id` None: it is no update but a deadline. `counts` are names of what happened
    (64 letters at most), each counted once more on this day; never anything of a person. `uses` is
    a ticket that is used up by this.
    """

    update_id: int | None
    chat: Chat | None
    outgoing: tuple[Outgoing, ...] = ()
    counts: tuple[str, ...] = ()
    cases: tuple[CaseStep, ...] = ()
    reviews: tuple[Review, ...] = ()  # each new, or changed since it was read
    elsewhere: tuple[Addressed, ...] = ()
    tickets: tuple[Ticket, ...] = ()
    uses: bytes | None = field(default=None, repr=False)
    # This chat is this staff entry from now on, and no other chat or entry is.
    links: Account | None = None
    handled: tuple[Due, ...] = ()  # what was due, as it was read: it goes with this step
    not_due: tuple[Due, ...] = ()  # what is not to be said any more
    due: tuple[Due, ...] = ()  # what is to be said later
    # Of these kinds nothing that was due, and is still to be sent, is said to the chat any more.
    hushes: tuple[DueKind, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """The Telegram chat of a staff entry: of a person, or the group of a team."""

    chat: int
    school: str
    staff: str
    language: Language
    forum: bool = False
    away_until: dt.datetime | None = None
    blocked: bool = False


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send now. `attempt` counts from 1.

    `repeated`: it was given out before and may have arrived then. `waits`: nobody waits for it.
    `card`: the message in that chat that is the card of this case; `thread`: the topic of this case
    there.
    """

    id: int
    chat: int
    kind: str
    body: bytes = field(repr=False)
    attempt: int
    repeated: bool
    case: int | None = None
    waits: bool = False
    card: int | None = None
    thread: int | None = None


class Store(Protocol):
    """What is kept. Every method is one transaction: whole or not at all."""

    # ---- a turn ----

    async def chat(self, id: int) -> Chat | None:
        """The chat as it stands; None for one that is not known. StoreError: cannot be opened."""

    async def commit(self, step: Step) -> bool:
        """Keep a step: it is handled, its chat is this now, these go out, these are counted.

        False when the update was handled before; nothing is kept then. Raises StaleChatError when
        the chat has another version than the one that was read; nothing is kept then either.
        """

    async def seen(self, update_id: int) -> bool:
        """Whether this update was handled, or given up."""

    async def failed(self, update_id: int, error_name: str) -> int:
        """Note that an update could not be handled; how often that was by now.

        `error_name` is the name of the error's class. Never its text: that may quote a student.
        """

    async def give_up(self, update_id: int, chat: int, outgoing: tuple[Outgoing, ...]) -> bool:
        """Count an update as handled although it was not, and queue what we say about it.

        False when it was handled before; nothing is queued then.
        """

    # ---- the outbox: in order within a chat, whatever happens to a message ----

    async def claim(
        self, limit: int, channel: Channel = "telegram", *, answers_only: bool = False
    ) -> list[Claimed]:
        """What may be sent now: of each chat the oldest unsent message, if its time has come; what
        nobody waits for comes after what somebody does.

        At most one of a chat at a time, and `limit` in all: first what somebody waits for
        (`answers_only`: only that), and of that the oldest. They count as being sent
        until one of the next five methods says how it went; those do nothing for other messages.
        """

    async def sent(
        self, id: int, message_id: int | None, *, screen: bool = False, keep: bool = True
    ) -> None:
        """It arrived, as this message; with `screen`, that is what has the buttons now.

        Without `keep` it is erased at once: nobody can see later that it was ever said.
        """

    async def retry(self, id: int, not_before: dt.datetime) -> None:
        """It did not arrive; again at that moment. What comes after it in the chat waits."""

    async def uncertain(self, id: int, again: bool) -> bool:
        """Perhaps it arrived. With `again` it goes once more, but only once; else it has failed.

        Whether it goes again.
        """

    async def failed_to_send(self, id: int, reason: str) -> None:
        """It will never arrive. `reason` (80 letters at most) is ours, without a student's text."""

    async def blocked(self, chat: int, sending: int | None = None) -> None:
        """The student blocked us: what was still to be sent is dropped.

        `sending`: the message that could not be sent for it. Where that is no longer being sent,
        the block was known before it was refused, and may be over by now: nothing happens.
        """

    async def unblocked(self, chat: int) -> None:
        """The student is back."""

    async def recover(self, again: Callable[[str], bool]) -> int:
        """At the start: what was being sent when the program stopped perhaps arrived; how many.

        `again` says for a kind whether it goes again: at every start, so that being stopped often
        loses nothing.
        """

    async def next_due(
        self, channel: Channel = "telegram", *, answers_only: bool = False
    ) -> dt.datetime | None:
        """When `claim` will next have something, perhaps in the past; None when nothing waits."""

    # ---- what is to be said later ----

    async def due(self, limit: int) -> list[tuple[Due, Chat | None]]:
        """What is due now, each with its chat, the longest due first; not to who blocked us.

        Nothing as long as something that nobody waits for is being sent, or may be sent now.
        Without a chat where there is none, or where something cannot be opened.
        """

    async def look_again(self, kind: DueKind) -> int:
        """All of this kind is due now, whatever its moment: it is planned anew; how many."""

    # ---- cases, and the staff they go to ----

    async def new_case_number(self) -> int:
        """A number that no case has or had."""

    async def case(self, id: int) -> KeptCase | None:
        """A case as it stands."""

    async def chat_and_case(self, chat: int) -> tuple[Chat | None, KeptCase | None]:
        """A chat with the newest case of that student: an open one, else one not erased yet."""

    async def cases_of(self, school: str, owners: tuple[str, ...]) -> list[KeptCase]:
        """The open cases of these staff entries, oldest first."""

    async def due_cases(self, limit: int) -> list[KeptCase]:
        """Cases whose deadline has come or with which something went wrong, most urgent first."""

    async def loads(self) -> dict[tuple[str, str], int]:
        """How many open cases each school and staff entry has."""

    async def words_of(self, case: int) -> list[tuple[str, bytes, bool]]:
        """All that was written about a case in order: who, what, and whether it is a note."""

    async def case_at(self, place: int, message_id: int) -> tuple[int, str] | None:
        """The case that this message in a staff chat is about, and what kind of message it is."""

    async def case_in_topic(self, place: int, thread: int) -> int | None:
        """The case that this topic of a staff group is about."""

    async def cards_of(self, case: int) -> list[tuple[int, int]]:
        """The cards of a case: staff chat and message id."""

    async def topic(self, place: int, case: int, thread: int | None) -> None:
        """The topic of a case in a staff group is this one now; None: it is gone."""

    async def audit_of(self, case: int) -> list[tuple[dt.datetime, str, str]]:
        """When who did what with a case."""

    async def accounts(self) -> list[Account]:
        """Every chat that is linked to a staff entry."""

    async def unlink(self, school: str, staff: str) -> bool:
        """The entry has no chat any more, and its invitations are void. False: there were none."""

    async def bounced(self, hash: bytes) -> bool:
        """The mail of this ticket came back: its case is looked at. False: there is none such."""

    async def away(self, chat: int, until: dt.datetime | None) -> None:
        """The staff entry with this chat is away until then."""

    async def look_at(self, school: str, staff: str) -> None:
        """What is open with this staff entry is due now: somebody may be gone."""

    async def moved(self, chat: int, to: int) -> None:
        """A staff group goes on under another number."""

    async def make_ticket(self, ticket: Ticket) -> None:
        """Keep a one-time key; a new invitation makes an older one for the same entry void."""

    async def ticket(self, hash: bytes) -> Ticket | None:
        """The key with this hash, if it is not used, revoked or expired."""

    async def invitations(self) -> list[Ticket]:
        """The invitations that can still be used."""

    # ---- what owners are asked about their offerings ----

    async def new_review_number(self) -> int:
        """A number that no review has or had."""

    async def review(self, number: int) -> Review | None:
        """A review as it stands."""

    async def reviews(self) -> list[Review]:
        """All of the last two years, oldest first."""

    async def states(self) -> list[tuple[int, bytes]]:
        """The chats that have a state and did not block us, each with that state. For counting."""

    # ---- whose data it is ----

    async def everything_about(self, chat: int) -> dict[str, list[dict[str, Any]]]:
        """All that is kept about a chat, opened: for each kind of record, the records."""

    async def forget(self, chat: int) -> bool:
        """Erase everything about a chat, so that it is in no file and no restored copy either.

        False when no answer holds it any more but the old pages of the files could not be
        overwritten yet: a backup that is being made just now uses them, or the disk is full. The
        next `forget`, `tidy` or `close` does it.
        """

    async def tidy(
        self, idle: dt.timedelta, sent: dt.timedelta, silent: Callable[[bytes], bytes]
    ) -> int:
        """Erase what is no longer needed; how many chats that were.

        Chats that blocked us or were not active for `idle`; of those to whom something is still to
        be said later, only what `silent` leaves out of the state goes. Messages that were sent (or
        failed) longer ago than `sent`; handled updates after a week, failures after 30 days, counts
        and reviews after two years, and who was erased after a year.
        """

    # ---- what is not about persons ----

    async def remember(self, name: str, value: str) -> None:
        """Keep a note of the program itself (64 letters; its value 200)."""

    async def remembered(self, name: str) -> str | None:
        """That note."""

    async def counts(self, since: dt.date) -> Mapping[dt.date, Mapping[str, int]]:
        """How often things happened, for each day from this one on."""

    # ---- the store itself ----

    async def rotate(self) -> int:
        """Seal everything with a new key and drop the old ones; how many records were resealed."""

    async def close(self) -> None:
        """Finish what is going on and let go of the files. Closing twice is fine."""
