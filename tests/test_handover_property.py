"""Whatever students, staff, the clock and trouble do in whatever order: the rules hold."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

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
    TellStaff,
    TellStudent,
    TimeCame,
    Wish,
    Withdrawn,
    Wrote,
    from_json,
    to_json,
)
from bot.handover.desk import can_take_over, is_there, will_be_there
from bot.handover.edges import EDGES
from bot.handover.life import Moved, happen, offer
from bot.handover.working_time import Stretch
from bot.text import Language
from tests.test_handover_people import EVERYBODY, NOW, but, make_desk

DAY = dt.timedelta(days=1)
# So many deadlines end any case: everybody is reminded and passes it on; silence, ask, erase.
_ENOUGH = 2 * len(EVERYBODY) + 3
# And in so much time: everybody's turn, for who is there one hour a week, over an absence.
_LONGEST = dt.timedelta(weeks=16) * len(EVERYBODY)
_CHRISTMAS = frozenset(dt.date(2026, 12, 19) + n * DAY for n in range(16))
_TEAMS = (("ada", "bob", "cas", "advice"), ("dot", "eve", "support"))
_SHOWN = Summary(("study",), words="Words that were shown.")

# Who does it: most often somebody whose case it is.
_ANYBODY = st.sampled_from(EVERYBODY)
_BY = st.sampled_from((*("owner", "holder", "mate") * 8, *EVERYBODY))
_BY_STAFF: dict[str, Callable[[str], Happening]] = {
    "seen": Seen,
    "taken": Taken,
    "answered": lambda by: Answered(by, "Hello."),
    "not for me": NotForMe,
    "snoozed": Snoozed,
    "noted": lambda by: NoteAdded(by, "A note."),
    "done": Done,
}
_BY_OTHERS: dict[str, Happening] = {
    "wrote": Wrote("More."),
    "withdrawn": Withdrawn(),
    "may ask": MayAsk(),
    "not delivered": NotDelivered(),
}
# What may happen, and how often in proportion. Seldom what ends it: then the rest would not be.
_OFTEN = {
    **{"taken": 4, "answered": 4, "wrote": 4, "deadline": 7, "may ask": 2, "passed on": 4},
    **{"seen": 3, "snoozed": 3, "not for me": 2, "noted": 1, "not delivered": 1},
    **{"done": 1, "withdrawn": 1, "stands still": 2},
    **{"away": 3, "blocked": 3, "full": 2, "leaves": 1, "new": 1},
}


@dataclass(frozen=True)
class Event:
    what: str
    by: str
    who: str
    number: int


@dataclass(frozen=True)
class Begin:
    """A student who wants somebody; `full`: who has no room any more when it is sent."""

    owner: str
    wish: Wish
    language: Language
    full: frozenset[str]


_EVENTS = st.builds(
    Event,
    st.sampled_from([what for what, often in _OFTEN.items() for _ in range(often)]),
    _BY,
    _ANYBODY,
    st.integers(0, 200),
)
_BEGINS = st.builds(
    Begin,
    _ANYBODY,
    st.builds(
        Wish,
        st.sampled_from((("study",), ("mood", "money"), ("complaint",), ("sport",), ())),
        st.sampled_from((None, "talk", "buddies")),
        st.sampled_from((None, "north", "south")),
        st.sampled_from(((), (), ("bob",), ("eve",), ("pia", "desk"), ("advice",))),
    ),
    st.sampled_from(("nl", "en")),
    st.frozensets(_ANYBODY, max_size=3),
)
_HOURS = st.dictionaries(
    _ANYBODY, st.sampled_from(("", "ma 9-12", "za-zo 10-12", "vr 16-17")), max_size=2
)
# Schools with few people, too.
_UNREACHABLE = st.sampled_from(
    ((), (), ("desk",), but("ada", "bob"), but("ada", "desk"), but("advice", "cas"), EVERYBODY)
)


class School:
    """One case at a time, at a school where people come and go."""

    def __init__(
        self, month: int, hours: Mapping[str, str], unreachable: tuple[str, ...], tried: set[Any]
    ) -> None:
        self.now = NOW.replace(month=month, day=NOW.day + 10)
        self.hours = hours
        self.tried = tried
        self.unreachable = {*unreachable}
        self.full: set[str] = set()
        self.left: set[str] = set()
        self.away: dict[str, tuple[Stretch, ...]] = {}
        self.case: Case | None = None
        self.about: set[str] = set()
        self._build()

    def begin(self, begin: Begin) -> None:
        self.left -= {begin.owner}  # who left is offered to nobody
        self._build()
        self.about = {*begin.wish.never}
        for team in _TEAMS:
            # Of who left before, nobody knows the team any more.
            if {*begin.wish.never} & {*team} & {*self.desk.colleagues, team[-1]}:
                self.about |= {*team}
        self.case = offer(5, begin.language, begin.wish, Summary(), self.desk, begin.owner)
        self._happen(Shown(Summary(words="Words that were left out.")))
        self._happen(Shown(_SHOWN))
        self.full = {*begin.full}
        self._build()
        self._happen(Sent(7))
        if self.case.status == "shown":
            assert begin.owner in self.about  # or else it is always sent
            self.case = None

    def play(self, event: Event) -> None:
        case = self.case
        if case is None:
            return
        match event.what:
            case "passed on":
                self._happen(PassedOn(self._who(event.by, case), event.who, "away"))
            case "deadline":
                self.now = max(self.now, case.due or self.now)
                self._happen(TimeCame())
            case "stands still":  # and then catches up with what was due
                self.now += dt.timedelta(hours=event.number)
                if case.due is not None and case.due <= self.now:
                    self._happen(TimeCame())
            case "away":
                begin = self.now + (event.number % 5 - 1) * DAY
                self.away[event.who] = ((begin, begin + (event.number // 5 + 1) * DAY),)
                self._gone(event.who)
            case "blocked":
                who = self._who(event.by, case)
                self.unreachable ^= {who}
                self._gone(who)
            case "full":
                self.full ^= {event.who}
                self._build()
            case "leaves":
                self.left ^= {event.who}
                self._gone(event.who)
            case "new":  # years later everybody is there again
                self.unreachable, self.left, self.away = set(), set(), {}
                self._build()
            case what if what in _BY_STAFF:
                self._happen(_BY_STAFF[what](self._who(event.by, case)))
            case what:
                self._happen(_BY_OTHERS[what])

    # ---- what always holds ----

    def check(self) -> None:
        case = self.case
        if case is None:
            return
        assert from_json(to_json(case)) == case
        assert case.summary == _SHOWN
        assert not self.about & {case.owner, case.holder, *case.before}
        assert case.due is not None
        if case.is_open:
            assert case.closed is None
            assert (case.holder is not None) == (case.status in ("taken", "answered"))
        if case.status in WAITING:
            assert case.owner in self.desk.colleagues
            assert case.timer in ("remind", "pass")
            assert (case.timer == "pass") == case.reminded
            assert case.promised is not None
            assert case.due <= case.promised
        else:
            assert case.promised is None
            assert not case.reminded
        if case.status in ("answered", "unanswered"):
            assert case.timer == "quiet"
        if not case.is_open:
            assert case.timer in ("ask", "erase")
            assert case.closed is not None
            assert case.due <= case.closed + self.desk.keep
        self._check_it_ends(case)

    def _check_it_ends(self, begin: Case) -> None:
        """When from now on nobody does anything."""
        case: Case | None = begin
        now = self.now
        for _ in range(_ENOUGH):
            if case is None:
                break
            assert case.due is not None
            now = max(now, case.due)
            case = happen(case, TimeCame(), self.desk, now).case
        assert case is None
        assert now - self.now < _LONGEST

    # ---- doing it ----

    def _who(self, by: str, case: Case) -> str:
        if by == "holder":
            return case.holder or case.owner
        if by == "mate":
            mates = [id for id in EVERYBODY if self.desk.may_see(id, case.owner)]
            return mates[-1] if mates else case.owner
        return case.owner if by == "owner" else by

    def _build(self) -> None:
        self.desk = make_desk(
            unreachable=tuple(self.unreachable),
            full=tuple(self.full),
            away=self.away,
            hours=self.hours,
            closed=_CHRISTMAS,
            left=tuple(self.left),
        )

    def _gone(self, who: str) -> None:
        """The store looks at the cases of who went."""
        self._build()
        if self.case is not None and self.case.owner == who:
            colleague = self.desk.colleagues.get(who)
            if colleague is None or not is_there(colleague, self.now):
                self._happen(OwnerGone())

    def _happen(self, happening: Happening) -> None:
        before = self.case
        assert before is not None
        try:
            moved = happen(before, happening, self.desk, self.now)
        except RefusedError:
            # Students, the clock and trouble are never refused as long as it is open.
            assert not before.is_open or hasattr(happening, "by") or isinstance(happening, MayAsk)
            return
        self.case = moved.case
        self.tried.add((before.status, type(happening), moved.case and moved.case.status))
        self._look(before, happening, moved)

    def _look(self, before: Case, happening: Happening, moved: Moved) -> None:
        after = moved.case
        self._look_at_what_is_said(before, happening, moved)
        by = getattr(happening, "by", None)
        assert by is None or (by in self.desk.colleagues and by not in self.about)
        if after is None or not after.is_open:
            return
        assert after.due is not None
        # Not due again in the same moment; but nothing that is late becomes less late by a note.
        assert after.due > self.now or after.due == before.due
        if before.holder in self.desk.colleagues and after.holder is not None:
            assert after.holder == before.holder
        if isinstance(happening, Snoozed):
            assert not before.snoozed
            assert not before.reminded
        if after.status == "sent" and isinstance(happening, Sent):
            assert will_be_there(self.desk.colleagues[after.owner], self.now)
        if before.owner != after.owner and after.holder is None:
            assert can_take_over(self.desk, after.owner, after.wish, self.now)
            assert isinstance(happening, PassedOn) or after.owner not in before.before

    def _look_at_what_is_said(self, before: Case, happening: Happening, moved: Moved) -> None:
        after = moved.case
        told = [tell.what for tell in moved.tell if isinstance(tell, TellStudent)]
        for tell in moved.tell:
            match tell:
                case TellStaff(to, _):
                    assert to not in self.about
                case TellStudent(what, who, _, _, until):
                    assert after is not None
                    if until is not None:
                        assert until == after.promised
                        assert until > self.now
                    if what in ("late", "passed-on", "not-for"):
                        assert who == after.owner
                        assert until is not None
                    if what in ("seen", "taken", "answer"):
                        assert who == getattr(happening, "by", None)
                    if after.status in WAITING:
                        assert who in self.desk.colleagues
                case Hint():
                    assert isinstance(happening, NotForMe)
        if after is None:
            return
        if before.id and after.status in WAITING and after.promised != before.promised:
            # Whoever waits hears until when; but for an answer to what they just wrote.
            assert told or (before.status, type(happening)) == ("answered", Wrote)
        if before.owner != after.owner and after.holder is None:
            assert TellStaff(after.owner, "new") in moved.tell
            assert told
        if after.status == "unanswered" and before.status != "unanswered":
            assert told == ["unanswered"]


_tried: set[tuple[Status, type[Any], Status | None]] = set()


# Which examples come depends on what else is loaded: enough of them to reach the edges.
@settings(max_examples=1200, suppress_health_check=list(HealthCheck))
@given(
    st.sampled_from((10, 12)),
    _HOURS,
    _UNREACHABLE,
    st.lists(_BEGINS, min_size=1, max_size=4),
    st.lists(_EVENTS, min_size=20, max_size=60),
)
def _play(
    month: int,
    hours: dict[str, str],
    unreachable: tuple[str, ...],
    begins: list[Begin],
    events: list[Event],
) -> None:
    school = School(month, hours, unreachable, _tried)
    waiting = list(begins)
    for event in events:
        if school.case is None:
            if not waiting:
                break
            school.begin(waiting.pop())
        else:
            school.play(event)
        school.check()


def test_the_rules_hold_whatever_happens() -> None:
    """And so much happens that almost every edge is tried."""
    _tried.clear()
    _play()
    every = {
        (status, kind, to)
        for status, happenings in EDGES.items()
        for kind, leads_to in happenings.items()
        for to in leads_to
        if kind is not Declined
    }
    assert len(every - _tried) < 5, every - _tried
