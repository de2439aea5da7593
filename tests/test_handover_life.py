"""The life of a case: a row for every edge, what is refused, and the stories."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue.days import AMSTERDAM
from bot.handover.case import (
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
    from_json,
    to_json,
)
from bot.handover.desk import Desk
from bot.handover.diagram import diagram
from bot.handover.edges import EDGES
from bot.handover.life import Moved, happen, offer
from bot.text import Language
from tests.test_handover_people import AWAY, EVERYBODY, NOW, but, days, make_desk

DESK = make_desk()
ONLY_ADA = make_desk(unreachable=but("ada"))
NOBODY = make_desk(unreachable=EVERYBODY)
STUDY = Wish(("study",))
SUMMARY = Summary(("study",), words="I want to stop.", name="Sam")
HOUR, DAY = dt.timedelta(hours=1), dt.timedelta(days=1)

# One of each, as the owner in a case at Ada's does it.
EVENTS: dict[type[Any], Happening] = {
    type(one): one
    for one in (
        *(Shown(SUMMARY), Declined(), Sent(7), Wrote("More."), Withdrawn(), MayAsk()),
        *(Seen("ada"), Taken("ada"), Answered("ada", "Come by."), PassedOn("ada", "cas", "away")),
        *(NotForMe("ada"), Snoozed("ada"), NoteAdded("ada", "Known."), Done("ada")),
        *(TimeCame(), OwnerGone(), NotDelivered()),
    )
}
# How a case comes to stand where it stands.
_WAY: dict[Status, tuple[type[Any], ...]] = {
    "offered": (),
    "shown": (Shown,),
    "sent": (Shown, Sent),
    "seen": (Shown, Sent, Seen),
    "taken": (Shown, Sent, Taken),
    "answered": (Shown, Sent, Answered),
    "unanswered": (Shown, Sent, TimeCame, TimeCame),
    "closed": (Shown, Sent, Done),
    "withdrawn": (Shown, Sent, Withdrawn),
    "declined": (Declined,),
}


def moment(case: Case, kind: type[Any], now: dt.datetime = NOW) -> dt.datetime:
    return max(case.due or now, now) if kind is TimeCame else now


def at(status: Status, owner: str = "ada", wish: Wish = STUDY, timer: Timer | None = None) -> Case:
    """A case with this status; with the second timer of it, if that is the one."""
    desk = ONLY_ADA if status == "unanswered" else DESK
    case = offer(5, "nl", wish, Summary(("study",)), desk, owner)
    way = _WAY[status]
    if timer == "pass":
        way = (*way, TimeCame)
    if timer == "ask":
        way = (*way, MayAsk)
    for kind in way:
        moved = happen(case, EVENTS[kind], desk, moment(case, kind))
        assert moved.case is not None
        case = moved.case
    assert case.status == status
    return case


def said(tell: tuple[Telling, ...]) -> str:
    """Who hears what, in short."""
    parts = []
    for one in tell:
        match one:
            case TellStudent():
                parts.append(f"student:{one.what}:{one.who}")
            case TellStaff():
                parts.append(f"{one.to}:{one.what}")
            case Hint():
                parts.append(f"hint:{one.staff}:{one.need}")
    return " ".join(parts)


# ---- every edge ---------------------------------------------------------------------------------

Edge = tuple[Status, type[Any], Status | None]
_WAITS: tuple[Status, ...] = ("sent", "seen", "taken")
_OPEN: tuple[Status, ...] = ("sent", "seen", "taken", "answered", "unanswered")
# Where it leads with Ada, her team and the desk all there; and who hears of it.
_PLAIN: dict[Edge, str] = {
    ("offered", Shown, "shown"): "",
    ("offered", Declined, "declined"): "",
    ("shown", Shown, "shown"): "",
    ("shown", Declined, "declined"): "",
    ("shown", Sent, "sent"): "ada:new",
    ("sent", Seen, "seen"): "student:seen:ada",
    ("seen", Seen, "seen"): "",
    ("taken", Seen, "taken"): "",
    ("answered", Seen, "answered"): "",
    ("unanswered", Seen, "unanswered"): "",
    ("sent", Taken, "taken"): "student:taken:ada",
    ("seen", Taken, "taken"): "student:taken:ada",
    ("taken", Taken, "taken"): "",
    ("answered", Taken, "answered"): "",
    ("unanswered", Taken, "taken"): "student:taken:ada",
    ("sent", TimeCame, "sent"): "ada:reminder",
    ("seen", TimeCame, "seen"): "ada:reminder",
    ("taken", TimeCame, "taken"): "ada:reminder",
    ("answered", TimeCame, "closed"): "student:quiet:ada ada:quiet",
    ("unanswered", TimeCame, "closed"): "student:quiet:ada ada:quiet",
    ("closed", TimeCame, None): "",
    ("withdrawn", TimeCame, None): "",
    ("answered", OwnerGone, "answered"): "",
    ("unanswered", OwnerGone, "unanswered"): "",
    ("closed", MayAsk, "closed"): "",
    ("closed", NotDelivered, "closed"): "",
    ("withdrawn", NotDelivered, "withdrawn"): "",
    ("answered", Wrote, "taken"): "ada:wrote",
    **{(s, Wrote, s): "ada:wrote" for s in (*_WAITS, "unanswered")},
    **{(s, Snoozed, s): "student:snoozed:ada" for s in _WAITS},
    **{(s, Answered, "answered"): "student:answer:ada" for s in _OPEN},
    **{(s, PassedOn, "sent"): "student:passed-on:cas cas:new" for s in _OPEN},
    **{(s, NoteAdded, s): "ada:note" for s in _OPEN},
    **{(s, Done, "closed"): "student:done:ada" for s in _OPEN},
    **{(s, Withdrawn, "withdrawn"): "ada:withdrawn" for s in _OPEN},
    **{(s, NotDelivered, s): "ada:not-delivered" for s in _OPEN},
    **{
        (s, NotForMe, "sent"): "student:not-for:advice ada:gone advice:new hint:ada:study"
        for s in (*_WAITS, "answered")
    },
    **{(s, OwnerGone, "sent"): "student:late:bob ada:gone bob:new" for s in _WAITS},
}
# With something that is otherwise: the case as it is then, the desk, and who hears of it.
_OTHERWISE: dict[Edge, tuple[dict[str, Any], Desk, str]] = {
    ("shown", Sent, "unanswered"): ({}, NOBODY, "student:unanswered:ada"),
    ("answered", Wrote, "sent"): (
        {},
        make_desk(away={"ada": AWAY}),
        "student:late:bob ada:gone bob:new bob:wrote",
    ),
    ("answered", Wrote, "unanswered"): ({}, NOBODY, "student:unanswered:ada ada:wrote"),
    ("taken", OwnerGone, "taken"): (
        {"owner": "advice"},
        make_desk(unreachable=("advice",)),
        "",
    ),
    ("closed", TimeCame, "closed"): ({"timer": "ask"}, DESK, "student:ask:ada"),
    **{
        (s, TimeCame, "sent"): ({"timer": "pass"}, DESK, "student:late:bob ada:gone bob:new")
        for s in ("seen", "taken")
    },
    **{
        (s, TimeCame, "unanswered"): ({"timer": "pass"}, ONLY_ADA, "student:unanswered:ada")
        for s in _WAITS
    },
    **{(s, OwnerGone, "unanswered"): ({}, ONLY_ADA, "student:unanswered:ada") for s in _WAITS},
    **{
        (s, NotForMe, "unanswered"): ({}, ONLY_ADA, "student:unanswered:ada hint:ada:study")
        for s in (*_WAITS, "answered")
    },
}
_ALL = [
    (status, kind, to)
    for status, happenings in EDGES.items()
    for kind, leads_to in happenings.items()
    for to in leads_to
]


@pytest.mark.parametrize("edge", _ALL, ids=lambda e: f"{e[0]}-{e[1].__name__}-{e[2]}")
def test_every_edge(edge: Edge) -> None:
    status, kind, to = edge
    changes, desk, told = _OTHERWISE[edge] if edge in _OTHERWISE else ({}, DESK, _PLAIN[edge])
    case = at(status, **changes)
    moved = happen(case, EVENTS[kind], desk, moment(case, kind))
    assert (moved.case and moved.case.status) == to
    assert said(moved.tell) == told


def test_there_is_no_row_for_what_is_no_edge() -> None:
    assert {*_PLAIN, *_OTHERWISE} == {*_ALL}
    assert not {*_PLAIN} & {*_OTHERWISE}


@pytest.mark.parametrize("status", EDGES)
def test_what_is_no_edge_is_refused(status: Status) -> None:
    case = at(status)
    for kind in {*EVENTS} - {*EDGES[status]}:
        with pytest.raises(RefusedError, match="over"):
            happen(case, EVENTS[kind], DESK, NOW)


_BY = (
    *(Seen, Taken, NotForMe, Snoozed, Done),
    lambda by: Answered(by, "Hi."),
    lambda by: NoteAdded(by, "Hi."),
    lambda by: PassedOn(by, "desk", "away"),
)


@pytest.mark.parametrize("by", ["pia", "desk", "support", "gone", ""])
def test_only_who_has_it_and_their_team_can_do_anything(by: str) -> None:
    for do in _BY:
        with pytest.raises(RefusedError, match="not-allowed"):
            happen(at("sent"), do(by), DESK, NOW)


def test_who_left_the_school_can_do_nothing_any_more() -> None:
    desk = make_desk(left=("ada",))
    for do in _BY:
        with pytest.raises(RefusedError, match="not-allowed"):
            happen(at("taken"), do("ada"), desk, NOW)


def test_nothing_happens_when_nothing_is_due() -> None:
    with pytest.raises(RefusedError):
        happen(replace(at("sent"), timer=None, due=None), TimeCame(), DESK, NOW)


@pytest.mark.parametrize("status", EDGES)
def test_a_case_is_the_same_after_it_was_kept(status: Status) -> None:
    assert from_json(to_json(at(status))) == at(status)


# ---- the stories --------------------------------------------------------------------------------


class Story:
    """One case, and what is said because of what happens to it."""

    def __init__(self, owner: str = "ada", wish: Wish = STUDY, desk: Desk = DESK) -> None:
        self.desk = desk
        self.now = NOW
        self.tell: tuple[Telling, ...] = ()
        self.ended = False
        self.case = offer(5, "nl", wish, Summary(), desk, owner)
        self(Shown(SUMMARY))
        self(Sent(7))

    def __call__(self, happening: Happening) -> str:
        moved: Moved = happen(self.case, happening, self.desk, self.now)
        self.tell = moved.tell
        self.case = moved.case or self.case
        self.ended = moved.case is None
        return said(moved.tell)

    def clock(self) -> str:
        """The next deadline comes."""
        assert self.case.due is not None
        assert self.case.due >= self.now
        self.now = self.case.due
        return self(TimeCame())

    def later(self, time: dt.timedelta) -> None:
        self.now += time

    def status(self) -> Status:
        return self.case.status

    @property
    def until(self) -> dt.datetime | None:
        """What the student was told last."""
        told = [one for one in self.tell if isinstance(one, TellStudent)]
        return told[-1].until


def test_late_reminder_backup_mate_team_desk_unanswered_and_taken_late() -> None:
    story = Story()
    assert story.case.promised == NOW + DAY
    for owner, following in (
        ("ada", "bob"),
        ("bob", "cas"),
        ("cas", "advice"),
        ("advice", "desk"),
    ):
        begin = story.now
        assert story.case.owner == owner
        assert story.clock() == f"{owner}:reminder"
        assert story.now == begin + 4 * HOUR
        promised = story.case.promised
        assert story.clock() == f"student:late:{following} {owner}:gone {following}:new"
        assert story.now == promised == begin + DAY
        assert story.until == story.case.promised
        assert not story.case.reminded
    assert story.case.before == ("ada", "bob", "cas", "advice")
    assert story.clock() == "desk:reminder"
    assert story.clock() == "student:unanswered:desk"
    assert story.status() == "unanswered"
    assert story.case.owner == "desk"

    story.later(DAY)
    assert story(Taken("desk")) == "student:taken:desk"
    assert story.until == story.case.promised
    assert story.case.timer == "remind"
    assert story(Answered("desk", "Hello.")) == "student:answer:desk"
    assert story.case.turns == 2


def test_who_was_reminded_can_still_take_it_and_has_time_again() -> None:
    story = Story()
    story.clock()
    story(Taken("ada"))
    assert not story.case.reminded
    assert story.case.timer == "remind"
    assert story.until == story.case.promised
    assert story.clock() == "ada:reminder"


def test_pass_on_with_a_reason() -> None:
    story = Story()
    story(Taken("ada"))
    assert story(PassedOn("ada", "pia", "fits-better")) == "student:passed-on:pia pia:new"
    told = story.tell[0]
    assert isinstance(told, TellStudent)
    assert (told.reason, told.until) == ("fits-better", story.case.promised)
    assert (story.case.owner, story.case.holder, story.case.before) == ("pia", None, ("ada",))
    assert story(PassedOn("pia", "ada", "fits-better")) == "student:passed-on:ada ada:new"
    assert story.case.before == ("ada", "pia")


def test_who_passes_on_what_a_colleague_has_tells_that_colleague() -> None:
    story = Story()
    assert story(PassedOn("cas", "pia", "away")) == "student:passed-on:pia ada:gone pia:new"


@pytest.mark.parametrize(
    ("to", "desk"),
    [
        ("ada", DESK),
        ("zoe", DESK),
        ("bob", make_desk(away={"bob": AWAY})),
        ("bob", make_desk(full=("bob",))),
        ("bob", make_desk(unreachable=("bob",))),
        ("desk", make_desk(hours={"desk": ""})),
    ],
)
def test_it_is_not_passed_on_to_who_has_it_or_has_no_time(to: str, desk: Desk) -> None:
    for status in ("sent", "answered", "unanswered"):
        with pytest.raises(RefusedError, match="not-allowed") as refused:
            happen(at(status), PassedOn("ada", to, "away"), desk, NOW)
        assert refused.value.who == to


def test_who_of_the_team_took_it_does_not_get_it_passed_on() -> None:
    story = Story("advice")
    story(Taken("ada"))
    with pytest.raises(RefusedError):
        story(PassedOn("bob", "ada", "away"))


def test_from_unanswered_it_can_be_passed_on_to_who_had_it_before() -> None:
    story = Story("cas", desk=make_desk(unreachable=but("cas", "desk")))
    while story.status() != "unanswered":
        story.clock()
    assert story.case.before == ("cas",)
    assert story(PassedOn("desk", "cas", "fits-better")) == "student:passed-on:cas cas:new"
    assert story.status() == "sent"
    assert story.clock() == "cas:reminder"
    assert story.clock() == "student:unanswered:cas"


def test_not_for_me_goes_to_who_fits_and_is_counted() -> None:
    story = Story("pia", Wish(("study", "mood"), "talk"))
    assert story(NotForMe("pia")) == "student:not-for:ada pia:gone ada:new hint:pia:study"
    assert story(NotForMe("ada")).startswith("student:not-for:advice ")
    assert story.case.before == ("pia", "ada")


def test_not_for_me_is_about_the_need_not_about_who_else_answers_there() -> None:
    story = Story("eve", Wish(("mood",), "buddies"))
    assert story(NotForMe("eve")).startswith("student:not-for:pia ")


def test_of_the_team_who_speaks_the_language_is_next() -> None:
    """Bob has less to do, but speaks Dutch only."""
    desk = make_desk(loads={"ada": 3})
    pairs: tuple[tuple[Language, str], ...] = (("nl", "bob"), ("en", "ada"))
    for language, following in pairs:
        case = replace(at("sent", "cas"), language=language)
        assert said(happen(case, OwnerGone(), desk, NOW).tell).startswith(
            f"student:late:{following}"
        )


def test_not_for_me_does_not_go_to_who_is_away() -> None:
    desk = make_desk(away={id: AWAY for id in EVERYBODY if id != "pia"})
    story = Story("pia", Wish(("study",)), desk)
    # Nobody is there: the desk that is closed for a while, rather than a person who is away.
    assert story(NotForMe("pia")).startswith("student:not-for:desk ")
    assert story(NotForMe("desk")) == "student:unanswered:desk hint:desk:study"
    assert story.case.owner == "desk"


def test_not_for_me_of_who_took_it_for_the_team_does_not_come_back_to_them() -> None:
    story = Story("advice")
    story(Taken("ada"))
    had = {"advice", "ada"}
    while story.status() != "unanswered":
        story(NotForMe(story.case.owner))
        assert story.case.owner not in had or story.status() == "unanswered"
        had.add(story.case.owner)


@pytest.mark.parametrize("status", ["taken", "answered"])
def test_two_colleagues_cannot_both_have_it(status: Status) -> None:
    case = at(status, "advice")
    for second in (Taken("bob"), Answered("bob", "Me too.")):
        with pytest.raises(RefusedError, match="has-it") as refused:
            happen(case, second, DESK, NOW)
        assert refused.value.who == "ada"


def test_the_place_of_a_colleague_who_left_can_be_taken() -> None:
    for status in ("taken", "answered"):
        moved = happen(at(status, "advice"), Taken("bob"), make_desk(left=("ada",)), NOW)
        assert moved.case is not None
        assert (moved.case.status, moved.case.holder) == (status, "bob")
        assert said(moved.tell) == "student:taken:bob"


def test_of_a_team_everything_is_of_who_took_it() -> None:
    desk = make_desk(hours={"ada": "do 09:00-17:00"})
    story = Story("advice", desk=desk)
    story(Taken("ada"))
    thursday = dt.datetime(2026, 10, 8, 9, tzinfo=AMSTERDAM)
    assert story.case.promised == thursday + 8 * HOUR
    assert story(Wrote("More.")) == "ada:wrote"
    assert story(NoteAdded("bob", "Known.")) == "ada:note"
    assert story.clock() == "ada:reminder"
    assert story(NotDelivered()) == "ada:not-delivered"
    assert story(NotDelivered("ada")) == "ada:not-delivered"
    assert story(NotDelivered("bob")) == "bob:not-delivered ada:not-delivered"
    assert story(NotDelivered("nobody-here")) == "ada:not-delivered"
    story(Answered("ada", "Come by."))
    assert story.clock() == "student:quiet:ada ada:quiet"
    story(MayAsk())
    assert story.clock() == "student:ask:ada"


def test_of_a_team_it_goes_to_the_next_when_who_took_it_is_late() -> None:
    story = Story("advice", desk=make_desk(full=("desk",)))
    story(Taken("ada"))
    story.clock()
    assert story.clock() == "student:late:bob advice:gone bob:new"
    assert story.case.before == ("advice", "ada")


def test_snooze_once_until_they_are_there_tomorrow() -> None:
    story = Story()
    assert story(Snoozed("ada")) == "student:snoozed:ada"
    tomorrow = dt.datetime(2026, 10, 6, 9, tzinfo=AMSTERDAM)
    assert story.case.due == tomorrow
    assert story.until == story.case.promised == tomorrow + 8 * HOUR
    with pytest.raises(RefusedError, match="not-allowed"):
        story(Snoozed("ada"))
    assert story.clock() == "ada:reminder"
    with pytest.raises(RefusedError, match="not-allowed"):
        story(Snoozed("ada"))
    story(Taken("ada"))
    with pytest.raises(RefusedError, match="not-allowed"):
        story(Snoozed("ada"))
    # When the student waits again, and with somebody else, it can be asked for again.
    story(Answered("ada", "Tell me more."))
    story(Wrote("Well."))
    story(Snoozed("ada"))
    story(PassedOn("ada", "cas", "no-time"))
    story(Snoozed("cas"))


def test_snoozing_just_after_midnight_is_until_the_next_day() -> None:
    """By the clock in Amsterdam, whatever the zone of `now`."""
    story = Story()
    story.now = dt.datetime(2026, 10, 5, 22, 30, tzinfo=dt.UTC)  # Tuesday 00:30
    story(Snoozed("ada"))
    assert story.case.due == dt.datetime(2026, 10, 7, 9, tzinfo=AMSTERDAM)


def test_nobody_snoozes_into_a_holiday() -> None:
    story = Story()
    story.desk = make_desk(away={"ada": days(6, 20)})
    with pytest.raises(RefusedError, match="not-allowed"):
        story(Snoozed("ada"))


def test_done_may_ask_ask_erase() -> None:
    story = Story()
    story(Taken("ada"))
    assert story(Done("ada")) == "student:done:ada"
    closed = story.now
    assert (story.case.closed, story.case.due) == (closed, closed + DESK.keep)
    story(MayAsk())
    story.later(DAY)
    story(MayAsk())  # pressed once more: not later for that
    assert story.clock() == "student:ask:ada"
    assert story.now == closed + DESK.ask_after
    assert story.clock() == ""
    assert story.now == closed + DESK.keep
    assert story.ended


def test_to_be_asked_does_not_keep_it_longer() -> None:
    story = Story()
    story(Done("ada"))
    erased = story.case.due
    story.later(DESK.keep - DAY)
    story(MayAsk())
    assert (story.case.timer, story.case.due) == ("erase", erased)


def test_withdrawn_and_erased() -> None:
    for status in ("sent", "seen", "taken", "answered", "unanswered"):
        case = happen(at(status), Withdrawn(), DESK, NOW).case
        assert case is not None
        assert (case.timer, case.due, case.promised) == ("erase", NOW + DESK.keep, None)
        assert happen(case, TimeCame(), DESK, NOW + DESK.keep) == Moved(None)


# ---- who it is about ----------------------------------------------------------------------------


@pytest.mark.parametrize("never", ["ada", "bob", "advice"])
@pytest.mark.parametrize("left", [(), ("ada",)])
def test_a_complaint_never_reaches_who_it_is_about_or_their_team(
    never: str, left: tuple[str, ...]
) -> None:
    """Not by its line (Dot's backup is Ada), not when passed on, not when they have left since."""
    team = {"ada", "bob", "cas", "advice"}
    story = Story("dot", Wish(("study", "complaint"), "talk", never=(never,)))
    story.desk = make_desk(left=left)
    for to in team:
        with pytest.raises(RefusedError, match="not-allowed"):
            story(PassedOn("dot", to, "fits-better"))
    for by in team:
        for do in _BY:
            with pytest.raises(RefusedError, match="not-allowed"):
                story(do(by))
    heard: list[str] = []
    story(NotForMe("dot"))
    heard += [one.to for one in story.tell if isinstance(one, TellStaff)]
    while story.case.is_open:
        assert story.case.owner not in team
        story.clock()
        heard += [one.to for one in story.tell if isinstance(one, TellStaff)]
    assert not team & {*heard, *story.case.before}
    assert {"dot", "desk"} <= {*heard}


def test_it_is_not_sent_to_who_it_is_about() -> None:
    for never in ("ada", "bob", "advice"):
        with pytest.raises(RefusedError, match="not-allowed"):
            Story("ada", Wish(never=(never,)))


def test_who_comes_into_the_team_that_has_it_does_not_see_what_is_about_them() -> None:
    story = Story("dot", Wish(never=("pia",)))
    pia = DESK.colleagues["pia"]
    moved = replace(pia, member=pia.member.model_copy(update={"team": "support"}))
    story.desk = replace(DESK, colleagues={**DESK.colleagues, "pia": moved})
    with pytest.raises(RefusedError, match="not-allowed"):
        story(Seen("pia"))
    # And now it cannot stay with that team.
    assert story.clock() == "student:late:ada ada:new"


# ---- trouble ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "desk",
    [
        make_desk(away={"ada": AWAY}),
        make_desk(full=("ada",)),
        make_desk(unreachable=("ada",)),
        make_desk(hours={"ada": ""}),
        make_desk(left=("ada",)),
    ],
)
def test_it_is_not_sent_to_who_has_no_time_since_it_was_shown(desk: Desk) -> None:
    following = "desk" if "ada" not in desk.colleagues else "bob"
    moved = happen(at("shown"), Sent(7), desk, NOW)
    assert said(moved.tell) == f"student:late:{following} {following}:new"
    assert moved.case is not None
    assert (moved.case.owner, moved.case.id, moved.case.before) == (following, 7, ())


def test_when_nobody_has_time_it_is_sent_to_who_was_shown_with_the_honest_date() -> None:
    back = days(5, 20)
    story = Story("ada", desk=make_desk(away=dict.fromkeys(EVERYBODY, back)))
    assert story.case.owner == "ada"
    assert story.case.promised == back[0][1] + 17 * HOUR
    assert story.clock() == "ada:reminder"


@pytest.mark.parametrize("status", ["sent", "seen", "taken"])
def test_when_the_owner_goes_while_the_student_waits_somebody_else_gets_it(status: Status) -> None:
    moved = happen(at(status), OwnerGone(), make_desk(away={"ada": AWAY}), NOW)
    assert moved.case is not None
    assert (moved.case.owner, moved.case.holder) == ("bob", None)
    assert moved.case.promised == NOW + DAY


def test_when_the_owner_goes_after_an_answer_nothing_is_lost_until_the_student_writes() -> None:
    story = Story()
    story(Answered("ada", "How was it?"))
    before = story.case
    story.desk = make_desk(away={"ada": AWAY})
    assert story(OwnerGone()) == ""
    assert story.case == before
    assert story(Wrote("Bad.")) == "student:late:bob ada:gone bob:new bob:wrote"
    assert (story.status(), story.case.holder) == ("sent", None)


def test_who_will_be_back_is_waited_for_when_nobody_else_is_there() -> None:
    story = Story()
    story(Answered("ada", "How was it?"))
    story.desk = make_desk(unreachable=but("ada"), away={"ada": days(5, 20)})
    assert story(Wrote("Bad.")) == "ada:wrote"
    assert story.case.promised == dt.datetime(2026, 10, 20, 17, tzinfo=AMSTERDAM)


def test_who_is_gone_is_not_reminded() -> None:
    story = Story()
    story.desk = make_desk(unreachable=("ada",))
    assert story.clock() == "student:late:bob ada:gone bob:new"


def test_a_team_that_goes_leaves_it_with_who_took_it() -> None:
    story = Story("advice")
    story(Taken("ada"))
    promised = story.case.promised
    story.desk = make_desk(unreachable=("advice",))
    assert story(OwnerGone()) == ""
    assert (story.case.owner, story.case.promised) == ("ada", promised)


def test_after_the_program_stood_still_there_is_time_to_answer_and_the_student_hears_it() -> None:
    story = Story()
    story.later(3 * DAY)
    assert story(TimeCame()) == "ada:reminder student:snoozed:ada"
    assert story.until == story.case.due == story.case.promised == story.now + 4 * HOUR
    assert story.clock() == "student:late:bob ada:gone bob:new"


def test_a_line_of_people_who_are_never_there_ends_at_once() -> None:
    story = Story("pia", desk=make_desk(hours={"pia": "", "desk": ""}))
    assert story.status() == "unanswered"
    assert story.case.due == NOW + DESK.quiet


def test_writing_keeps_an_unanswered_case_open() -> None:
    case = at("unanswered")
    moved = happen(case, Wrote("Hello?"), DESK, case.due or NOW)
    assert moved.case is not None
    assert moved.case.due == (case.due or NOW) + DESK.quiet


# ---- the picture --------------------------------------------------------------------------------


def test_the_diagram_in_the_docs_is_current() -> None:
    """`python -m bot.handover.diagram` prints it."""
    page = (Path(__file__).parent.parent / "docs" / "handover.md").read_text()
    drawn = re.search(r"```mermaid\n(.*?)```", page, re.DOTALL)
    assert drawn
    assert drawn[1] == diagram()


def test_files_that_the_page_names_exist() -> None:
    root = Path(__file__).parent.parent
    page = (root / "docs" / "handover.md").read_text()
    for named in re.findall(r"`((?:bot|tests)/[\w./]+)`", page):
        assert (root / named).exists(), named
