"""The life of a case: (case, what happens, desk, now) in; the case after it and who hears of it.

Pure. EDGES is the whole machine; this is what happens on each of its edges.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from bot.handover.case import (
    WAITING,
    Answered,
    Case,
    Declined,
    Done,
    Happening,
    Hint,
    MayAsk,
    NotDelivered,
    NoteAdded,
    NotForMe,
    OwnerGone,
    PassedOn,
    RefusedError,
    Seen,
    Sent,
    Shown,
    Snoozed,
    Status,
    Summary,
    Taken,
    Telling,
    TellStaff,
    TellStudent,
    TimeCame,
    Timer,
    Wish,
    Withdrawn,
    Wrote,
)
from bot.handover.desk import (
    Desk,
    can_take_over,
    excluded,
    is_available,
    is_there,
    may_go_to,
    next_one,
    tomorrow,
    who_fits,
    will_be_there,
)
from bot.handover.edges import EDGES as EDGES
from bot.handover.working_time import next_present
from bot.text import Language


@dataclass(frozen=True, slots=True)
class Moved:
    """The case after what happened; None: it is to be erased. And who hears of it."""

    case: Case | None
    tell: tuple[Telling, ...] = ()


def offer(
    chat: int, language: Language, wish: Wish, summary: Summary, desk: Desk, owner: str
) -> Case:
    """A case as it is offered: only the student knows of it.

    The team of whom it is about is written down now: it stays excluded when they leave it.
    """
    wish = replace(wish, never=tuple(sorted(excluded(desk, wish.never))))
    return Case(chat, desk.school, language, "offered", owner, wish, summary)


def happen(case: Case, happening: Happening, desk: Desk, now: dt.datetime) -> Moved:
    """What follows. Raises RefusedError for what cannot happen (now)."""
    kind = type(happening)
    if kind not in EDGES[case.status]:
        raise RefusedError("over")
    by = getattr(happening, "by", None)
    if by is not None and not may_act(by, case, desk):
        raise RefusedError("not-allowed")
    moved = _HOW[kind](case, happening, desk, now)
    if (moved.case and moved.case.status) not in EDGES[case.status][kind]:
        raise AssertionError(f"no edge from {case.status} by {kind.__name__}")
    # Whatever is in the case: who it is about hears nothing of it.
    out = excluded(desk, case.wish.never)
    tell = (one for one in moved.tell if not (isinstance(one, TellStaff) and one.to in out))
    return replace(moved, tell=tuple(tell))


def may_act(by: str, case: Case, desk: Desk) -> bool:
    """Who works here, has it or is of the team that has it, and is not who it is about."""
    if by not in desk.colleagues or by in excluded(desk, case.wish.never):
        return False
    return by == case.holder or desk.may_see(by, case.owner)


# ---- the student --------------------------------------------------------------------------------


def _shown(case: Case, happening: Shown, desk: Desk, now: dt.datetime) -> Moved:
    return Moved(replace(case, status="shown", summary=happening.summary))


def _declined(case: Case, happening: Declined, desk: Desk, now: dt.datetime) -> Moved:
    return Moved(replace(case, status="declined"))


def _sent(case: Case, happening: Sent, desk: Desk, now: dt.datetime) -> Moved:
    if case.owner in excluded(desk, case.wish.never):
        raise RefusedError("not-allowed", case.owner)
    case = replace(case, id=happening.id, opened=now)
    owner = desk.colleagues.get(case.owner)
    if owner is None or not is_available(owner, now) or not may_go_to(desk, case.owner, case.wish):
        # Since it was shown they went away, or got too much to do.
        elsewhere = _elsewhere(case, desk, now)
        if elsewhere is not None:
            return elsewhere
    return Moved(_handed(case, case.owner, desk, now), (TellStaff(case.owner, "new"),))


def _wrote(case: Case, happening: Wrote, desk: Desk, now: dt.datetime) -> Moved:
    moved = Moved(case)
    if case.status == "answered":  # the student waits again
        case = replace(case, status="taken", snoozed=False)
        gone = None if _is_there(case, desk, now) else _elsewhere(case, desk, now)
        moved = gone or Moved(_waiting(case, desk, now))
    elif case.status == "unanswered":  # not without a word, then
        moved = Moved(replace(case, due=now + desk.quiet))
    after = moved.case or case
    return Moved(after, (*moved.tell, TellStaff(_turn(after, desk), "wrote", happening.words)))


def _withdrawn(case: Case, happening: Withdrawn, desk: Desk, now: dt.datetime) -> Moved:
    case = _over(replace(case, status="withdrawn"), desk, now)
    return Moved(case, (TellStaff(_turn(case, desk), "withdrawn"),))


def _may_ask(case: Case, happening: MayAsk, desk: Desk, now: dt.datetime) -> Moved:
    """Not later because they said so twice, and not when it would keep the case longer."""
    ask = now + desk.ask_after
    if case.due is None or ask >= case.due:
        return Moved(case)
    return Moved(replace(case, timer="ask", due=ask))


# ---- the person ---------------------------------------------------------------------------------


def _seen(case: Case, happening: Seen, desk: Desk, now: dt.datetime) -> Moved:
    if case.status != "sent":
        return Moved(case)
    return Moved(replace(case, status="seen"), (TellStudent("seen", who=happening.by),))


def _taken(case: Case, happening: Taken, desk: Desk, now: dt.datetime) -> Moved:
    _not_taken(case, happening.by, desk)
    if case.holder == happening.by:
        return Moved(case)
    status: Status = "answered" if case.status == "answered" else "taken"
    case = replace(case, status=status, holder=happening.by, turns=case.turns + 1)
    if status == "taken":
        case = _waiting(case, desk, now)
    return Moved(case, (TellStudent("taken", who=happening.by, until=case.promised),))


def _answered(case: Case, happening: Answered, desk: Desk, now: dt.datetime) -> Moved:
    """Who answers has taken it too."""
    _not_taken(case, happening.by, desk)
    case = replace(
        case,
        status="answered",
        holder=happening.by,
        turns=case.turns + 1,
        reminded=False,
        promised=None,
        timer="quiet",
        due=now + desk.quiet,
    )
    return Moved(case, (TellStudent("answer", who=happening.by, words=happening.words),))


def _not_taken(case: Case, by: str, desk: Desk) -> None:
    """Two cannot both have it; who no longer works here has nothing."""
    if case.holder in desk.colleagues and case.holder != by:
        raise RefusedError("has-it", case.holder or "")


def _passed_on(case: Case, happening: PassedOn, desk: Desk, now: dt.datetime) -> Moved:
    to = happening.to
    if to in (case.owner, case.holder) or not can_take_over(desk, to, case.wish, now):
        raise RefusedError("not-allowed", to)
    handed = _handed(case, to, desk, now)
    told = TellStudent("passed-on", who=to, reason=happening.reason, until=handed.promised)
    # Who does it knows it.
    gone = (TellStaff(case.owner, "gone"),) if happening.by != case.owner else ()
    return Moved(handed, (told, *gone, TellStaff(to, "new")))


def _not_for_me(case: Case, happening: NotForMe, desk: Desk, now: dt.datetime) -> Moved:
    """To the next one whom it fits; where nobody is left, down the line of who takes over."""
    hint = Hint(case.owner, case.wish.needs[0] if case.wish.needs else "")
    had = _had(case)
    fits = who_fits(desk, replace(case.wish, offering=None), case.language, now)
    free = (c.member.id for c in fits if is_available(c, now))
    right = next((id for id in free if id not in had), None)
    moved = _to(case, right or _next(case, desk, now), "not-for", desk, now)
    return Moved(moved.case, (*moved.tell, hint))


def _snoozed(case: Case, happening: Snoozed, desk: Desk, now: dt.datetime) -> Moved:
    """Until they are there tomorrow; the time to answer begins anew, and the student knows.

    Once, not after the reminder, and not into a holiday: then a colleague can have it.
    """
    who = _turn(case, desk)
    colleague = desk.colleagues.get(who)
    day = tomorrow(now)
    if case.reminded or case.snoozed or colleague is None or not is_there(colleague, day):
        raise RefusedError("not-allowed")
    there = next_present(colleague.presence, day) or day
    until = max(desk.expected(who, there), case.promised or there)
    case = replace(case, timer="remind", due=there, promised=until, snoozed=True)
    return Moved(case, (TellStudent("snoozed", who=who, until=until),))


def _note(case: Case, happening: NoteAdded, desk: Desk, now: dt.datetime) -> Moved:
    return Moved(case, (TellStaff(_turn(case, desk), "note", happening.words),))


def _done(case: Case, happening: Done, desk: Desk, now: dt.datetime) -> Moved:
    who = _turn(case, desk)
    return Moved(_over(replace(case, status="closed"), desk, now), (TellStudent("done", who=who),))


# ---- time and trouble ---------------------------------------------------------------------------


def _time_came(case: Case, happening: TimeCame, desk: Desk, now: dt.datetime) -> Moved:
    who = _turn(case, desk)
    match case.timer:
        case "remind":
            return _reminded(case, desk, now)
        case "pass":
            return _to(case, _next(case, desk, now), "late", desk, now)
        case "quiet":
            told = (TellStudent("quiet", who=who), TellStaff(who, "quiet"))
            return Moved(_over(replace(case, status="closed"), desk, now), told)
        case "ask":
            return Moved(_erasing(case, desk, now), (TellStudent("ask", who=who),))
        case "erase":
            return Moved(None)
    raise RefusedError("over")  # nothing is due


def _reminded(case: Case, desk: Desk, now: dt.datetime) -> Moved:
    """Once. Who is gone is not reminded: somebody else gets it."""
    who = _turn(case, desk)
    gone = None if _is_there(case, desk, now) else _elsewhere(case, desk, now)
    if gone is not None:
        return gone
    tell: tuple[Telling, ...] = (TellStaff(who, "reminder"),)
    until = case.promised
    if until is None or until <= now:
        # Nobody looked for so long, for the program stood still. They get some time, and the
        # student hears how much.
        until = desk.reminding(who, now)
        tell = (*tell, TellStudent("snoozed", who=who, until=until))
    case = replace(case, reminded=True, timer="pass", due=until, promised=until)
    return Moved(case, tell)


def _owner_gone(case: Case, happening: OwnerGone, desk: Desk, now: dt.datetime) -> Moved:
    """Who is away cannot be waited for. Where the student does not wait, nothing is lost."""
    if case.status not in WAITING:
        return Moved(case)
    if case.holder not in (None, case.owner) and not is_gone(case, desk, now):
        # Of a team that is gone somebody has it already: it is theirs now.
        before = (*case.before, case.owner)
        return Moved(replace(case, owner=_turn(case, desk), before=before))
    return _to(case, _next(case, desk, now), "late", desk, now)


def _not_delivered(case: Case, happening: NotDelivered, desk: Desk, now: dt.datetime) -> Moved:
    if not case.is_open:
        return Moved(case)
    # Who wrote it, and whose turn it is by now.
    writer = happening.writer
    hear = (writer,) if writer is not None and may_go_to(desk, writer, case.wish) else ()
    hear = tuple(dict.fromkeys((*hear, _turn(case, desk))))
    return Moved(case, tuple(TellStaff(id, "not-delivered") for id in hear))


# ---- whose turn it is ---------------------------------------------------------------------------


def _turn(case: Case, desk: Desk) -> str:
    """Who of the team took it, as long as they are there to hear of it; else the owner."""
    holder = desk.colleagues.get(case.holder or "")
    return holder.member.id if holder is not None and holder.way is not None else case.owner


def _is_there(case: Case, desk: Desk, now: dt.datetime) -> bool:
    """Whether the student can wait for whose turn it is."""
    who = _turn(case, desk)
    return may_go_to(desk, who, case.wish) and is_there(desk.colleagues[who], now)


def is_gone(case: Case, desk: Desk, now: dt.datetime) -> bool:
    """Whether whose turn it is left, and will not be back by the time that was promised."""
    who = _turn(case, desk)
    if (case.holder and who != case.holder) or not may_go_to(desk, who, case.wish):
        return True
    back = next_present(desk.colleagues[who].presence, now)
    return back is None or (case.promised is not None and back > case.promised)


def _elsewhere(case: Case, desk: Desk, now: dt.datetime) -> Moved | None:
    """To somebody who is there. None: nobody is, but whose turn it is will come back."""
    who = _turn(case, desk)
    to = _next(case, desk, now)
    back = may_go_to(desk, who, case.wish) and will_be_there(desk.colleagues[who], now)
    if back and (to is None or not is_available(desk.colleagues[to], now)):
        return None
    return _to(case, to, "late", desk, now)


def _to(case: Case, to: str | None, why: Any, desk: Desk, now: dt.datetime) -> Moved:
    """To this one, and the student is told; where there is nobody left, that is told plainly."""
    owner = case.owner
    if to is None:
        # Open, and nobody's: who can after all may still take it.
        case = replace(
            case,
            status="unanswered",
            timer="quiet",
            due=now + desk.quiet,
            promised=None,
            holder=None,
            reminded=False,
        )
        return Moved(case, (TellStudent("unanswered", who=owner),))
    handed = _handed(case, to, desk, now)
    told = TellStudent(why, who=to, until=handed.promised)
    # Who was to get it, but is gone before it was sent, never knew of it.
    gone = (TellStaff(owner, "gone"),) if case.status != "shown" else ()
    return Moved(handed, (told, *gone, TellStaff(to, "new")))


def _had(case: Case) -> tuple[str, ...]:
    """Who had it, in order."""
    last = (case.owner, case.holder) if case.holder else (case.owner,)
    return tuple(dict.fromkeys((*case.before, *last)))


def _next(case: Case, desk: Desk, now: dt.datetime) -> str | None:
    return next_one(desk, case.owner, _had(case), case.wish, now, case.language)


def _handed(case: Case, to: str, desk: Desk, now: dt.datetime) -> Case:
    """The case with a new owner, whose time to answer begins now."""
    # Who was shown but gets it no more has not had it.
    before = _had(case) if to != case.owner and case.status != "shown" else case.before
    case = replace(case, status="sent", owner=to, before=before, holder=None, snoozed=False)
    return _waiting(case, desk, now)


def _waiting(case: Case, desk: Desk, now: dt.datetime) -> Case:
    """The student waits: by when for an answer, and when the person is reminded."""
    who = _turn(case, desk)
    due = desk.reminding(who, now)
    return replace(
        case,
        reminded=False,
        timer="remind",
        due=due,
        promised=max(due, desk.expected(who, now)),
        closed=None,
    )


def _over(case: Case, desk: Desk, now: dt.datetime) -> Case:
    return _erasing(replace(case, closed=now, promised=None, reminded=False), desk, now)


def _erasing(case: Case, desk: Desk, now: dt.datetime) -> Case:
    timer: Timer = "erase"
    return replace(case, timer=timer, due=(case.closed or now) + desk.keep)


_HOW: dict[type[Any], Callable[[Case, Any, Desk, dt.datetime], Moved]] = {
    Shown: _shown,
    Declined: _declined,
    Sent: _sent,
    Seen: _seen,
    Taken: _taken,
    Answered: _answered,
    Wrote: _wrote,
    PassedOn: _passed_on,
    NotForMe: _not_for_me,
    Snoozed: _snoozed,
    NoteAdded: _note,
    Done: _done,
    Withdrawn: _withdrawn,
    MayAsk: _may_ask,
    TimeCame: _time_came,
    OwnerGone: _owner_gone,
    NotDelivered: _not_delivered,
}
