"""What a staff member presses, types or commands: what happens to the case, what we say back."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from bot.conversation.message import Button, Message, Part
from bot.conversation.told import REASONS
from bot.handover.case import (
    Answered,
    Case,
    Done,
    Happening,
    NoteAdded,
    NotForMe,
    PassedOn,
    Seen,
    Snoozed,
    Taken,
)
from bot.handover.desk import Desk, can_take_over
from bot.text import At, FromCatalogue, Text, text

STAFF_COMMANDS = ("inbox", "staff", "away", "hours", "start", "help")
_MOST_PARTS = 20
_DAY = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})|(\d{1,2})[-/. ](\d{1,2})(?:[-/. ](\d{4}))?")


@dataclass(frozen=True, slots=True)
class StaffPress:
    """A button of a card: `c:<case>:<what>[:<more>]`; or of what a teacher looks up."""

    button: str


@dataclass(frozen=True, slots=True)
class StaffWords:
    """Typed in reply to a message about a case; `note`: in reply to the question for a note."""

    words: str
    note: bool = False


@dataclass(frozen=True, slots=True)
class StaffCommand:
    """/inbox, /away until …, /hours; without its slash."""

    name: str
    rest: str = ""


FromStaff = StaffPress | StaffWords | StaffCommand


@dataclass(frozen=True, slots=True)
class Absent:
    """Action: this staff member is away until then; None: back again."""

    until: dt.datetime | None


@dataclass(frozen=True, slots=True)
class StaffTurn:
    """What follows: what happens to the case, what else, and what to say to who did it.

    `asks`: the message wants a reply, which is then an answer or a note about the case. `shows`:
    the card is shown anew, as it is after what happened. `hands_out`: what stands behind `?start=`
    in a link to give to a student, which goes with it, as a QR code too.
    """

    say: tuple[Message, ...] = ()
    happening: Happening | None = None
    away: Absent | None = None
    asks: Literal["", "answer", "note"] = ""
    shows: bool = False
    hands_out: str = ""


def hear(
    event: FromStaff,
    staff: str,
    case: Case | None,
    cases: Sequence[Case],
    desk: Desk,
    now: dt.datetime,
) -> StaffTurn:
    """The turn of one staff member. `case`: what the event is about; `cases`: what they may see."""
    match event:
        case StaffCommand(name, rest):
            return _command(name, rest, staff, cases, desk, now)
        case StaffWords(words, note):
            if case is None:
                return _say("staff:no-case", text("staff.reply-to-what"))
            if not words.strip():
                return _say("staff:only-text", text("staff.only-text"))
            happening = NoteAdded(staff, words) if note else Answered(staff, words)
            return StaffTurn(happening=happening)
        case StaffPress(button):
            if case is None:
                return _say("staff:gone", text("staff.gone"))
            return _press(button.split(":")[2:], staff, case, desk, now)
    raise TypeError(f"not of staff: {event}")


def _say(name: str, *lines: Text) -> StaffTurn:
    return StaffTurn((Message(name, tuple(Part(line) for line in lines)),))


def _press(what: Sequence[str], staff: str, case: Case, desk: Desk, now: dt.datetime) -> StaffTurn:
    match what:
        case ["open"]:
            return StaffTurn(happening=Seen(staff), shows=True)
        case ["take"]:
            return StaffTurn(happening=Taken(staff))
        case ["answer"]:
            return _ask("answer", text("staff.answer", number=case.id), staff)
        case ["note"]:
            return _ask("note", text("staff.note", number=case.id), staff)
        case ["snooze"]:
            return StaffTurn(happening=Snoozed(staff))
        case ["wrong"]:
            return StaffTurn(happening=NotForMe(staff))
        case ["done"]:
            return StaffTurn(happening=Done(staff))
        case ["pass"]:
            return StaffTurn((_to_whom(case, desk, now),), Seen(staff))
        case ["to", to]:
            return StaffTurn((_why(case, to, desk),))
        case ["why", to, number] if number in {str(n) for n in range(len(REASONS))}:
            return StaffTurn(happening=PassedOn(staff, to, list(REASONS)[int(number)]))
    return _say("staff:gone", text("staff.gone"))


def _ask(what: Literal["answer", "note"], question: Text, staff: str) -> StaffTurn:
    """Who wants to answer has seen it."""
    return StaffTurn((Message(f"staff:{what}", (Part(question),)),), Seen(staff), asks=what)


def _to_whom(case: Case, desk: Desk, now: dt.datetime) -> Message:
    """Everybody who can have it now; not whom it is about, and not who has it."""
    others = [
        c.member
        for id, c in desk.colleagues.items()
        if id != case.owner and can_take_over(desk, id, case.wish, now)
    ]
    return Message(
        "staff:pass",
        (Part(text("staff.to-whom", number=case.id)),),
        tuple(
            Button(f"c:{case.id}:to:{m.id}", FromCatalogue("staff", f"{desk.school}/{m.id}"))
            for m in others[:_MOST_PARTS]
        ),
    )


def _why(case: Case, to: str, desk: Desk) -> Message:
    """The reason, which the student hears."""
    return Message(
        "staff:why",
        (Part(text("staff.why", number=case.id, name=desk.name(to))),),
        tuple(
            Button(f"c:{case.id}:why:{to}:{number}", reason)
            for number, reason in enumerate(REASONS.values())
        ),
    )


# ---- commands -----------------------------------------------------------------------------------


def _command(
    name: str, rest: str, staff: str, cases: Sequence[Case], desk: Desk, now: dt.datetime
) -> StaffTurn:
    match name:
        case "inbox":
            return StaffTurn((_inbox(staff, cases, desk),))
        case "hours":
            hours = FromCatalogue("staff", f"{desk.school}/{staff}", "hours")
            return _say("staff:hours", text("staff.hours", hours=hours))
        case "away":
            return _away(rest, now)
    return _say("staff:help", text("staff.help"), text("staff.commands"))


def _inbox(staff: str, cases: Sequence[Case], desk: Desk) -> Message:
    """Mine, then what waits with the team, the longest wait first."""
    if not cases:
        return Message("staff:inbox", (Part(text("inbox.empty")),))
    mine = [c for c in cases if staff in (c.owner, c.holder)]
    others = [c for c in cases if c not in mine]
    parts: list[Part] = []
    for head, some in ((text("inbox.mine"), mine), (text("inbox.team"), others)):
        if some:
            parts.append(Part(head, "title"))
            parts += [Part(_line(case, desk)) for case in some[:_MOST_PARTS]]
    some = [*mine, *others][:_MOST_PARTS]
    if len(cases) > len(some):
        parts.append(Part(text("inbox.more", count=len(cases) - len(some)), "quiet"))
    buttons = tuple(Button(f"c:{c.id}:open", text("button.staff-open", number=c.id)) for c in some)
    return Message("staff:inbox", tuple(parts), buttons)


def _line(case: Case, desk: Desk) -> Text:
    who = desk.name(case.holder or case.owner)
    if case.status == "answered":
        return text("inbox.answered", number=case.id, name=who)
    if case.holder is None:
        return text("inbox.open", number=case.id, name=who)
    return text("inbox.waiting", number=case.id, name=who)


def _away(rest: str, now: dt.datetime) -> StaffTurn:
    """`until 2 december`, `tot 2026-12-02`, `off`/`terug`: the day itself is the last one away."""
    words = rest.strip().lower()
    if words in ("off", "terug", "back", "uit"):
        return StaffTurn((Message("staff:back", (Part(text("staff.back")),)),), away=Absent(None))
    day = day_in(words, now.date())
    if day is None or day < now.date():
        return _say("staff:away-how", text("staff.away-how"))
    midnight = dt.datetime.combine(day + dt.timedelta(days=1), dt.time(), now.tzinfo)
    said = Message("staff:away", (Part(text("staff.away", until=At(midnight))),))
    return StaffTurn((said,), away=Absent(midnight))


_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan january januari",
            "feb february februari",
            "mrt mar march maart",
            "apr april",
            "may mei",
            "jun june juni",
            "jul july juli",
            "aug august augustus",
            "sep september",
            "okt oct october oktober",
            "nov november",
            "dec december",
        ),
        start=1,
    )
    for name in names.split()
}
_NAMED_DAY = re.compile(r"(\d{1,2}) +([a-z]+)\.?(?: +(\d{4}))?")


def day_in(words: str, today: dt.date) -> dt.date | None:
    """The day that is named, in this year or else the next; None for none that can be read."""
    named = _NAMED_DAY.search(words)
    if named and named[2] in _MONTHS:
        return _day(named[3], _MONTHS[named[2]], int(named[1]), today)
    found = _DAY.search(words)
    if found is None:
        return None
    if found[1]:
        return _day(found[1], int(found[2]), int(found[3]), today)
    return _day(found[6], int(found[5]), int(found[4]), today)


def _day(year: str | None, month: int, day: int, today: dt.date) -> dt.date | None:
    try:
        if year is not None:
            return dt.date(int(year), month, day)
        this = dt.date(today.year, month, day)
        return this if this >= today else dt.date(today.year + 1, month, day)
    except ValueError:
        return None
