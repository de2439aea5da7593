"""Whom a case fits, who comes next, and who is there: on a small made-up desk and the example."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.catalogue import StaffMember, read_catalogue
from bot.catalogue.days import AMSTERDAM
from bot.catalogue.hours import Hours, read_hours
from bot.handover.case import Wish
from bot.handover.desk import (
    Colleague,
    Desk,
    can_take_over,
    desk_of,
    excluded,
    is_available,
    may_go_to,
    next_one,
    who_fits,
)
from bot.handover.working_time import Presence, Stretch, closed_days

# Monday 5 October 2026, an ordinary day on which everybody but Fen is there.
NOW = dt.datetime(2026, 10, 5, 10, tzinfo=AMSTERDAM)
OFFICE = "ma-vr 09:00-17:00"

# Ada, Bob and Cas are one team; Pia and Fen are in none; Dot and Eve are another.
_STAFF: tuple[dict[str, Any], ...] = (
    {"id": "ada", "team": "advice", "backup": "bob", "locations": ["north"]},
    {"id": "bob", "team": "advice", "languages": ["nl"], "locations": ["south"]},
    {"id": "cas", "team": "advice"},
    {"id": "advice", "kind": "team", "backup": "desk"},
    {"id": "pia", "capacity": 4},
    {"id": "fen", "hours": "wo 09:00-12:30"},
    {"id": "dot", "team": "support", "backup": "ada"},
    {"id": "eve", "team": "support"},
    {"id": "support", "kind": "team"},
    {"id": "desk", "kind": "desk"},
)
_NEEDS = {
    "ada": ("study", "stress"),
    "bob": ("study", "choice"),
    "cas": ("choice", "study"),
    "advice": ("study",),
    "pia": ("mood", "stress"),
    "fen": ("complaint",),
    "dot": ("money", "complaint"),
    "eve": ("money",),
}
_OFFERINGS = {"talk": ("ada",), "buddies": ("eve", "desk")}
EVERYBODY = tuple(str(one["id"]) for one in _STAFF)


def member(**fields: Any) -> StaffMember:
    id = fields["id"]
    others = {"name": id.title(), "languages": ["nl", "en"], "hours": OFFICE}
    role = {"nl": f"rol {id}", "en": f"role {id}"}
    return StaffMember.model_validate({"role": role, **others, **fields})


def make_desk(
    *,
    unreachable: tuple[str, ...] = (),
    full: tuple[str, ...] = (),
    away: Mapping[str, tuple[Stretch, ...]] | None = None,
    loads: Mapping[str, int] | None = None,
    hours: Mapping[str, str] | None = None,
    closed: frozenset[dt.date] = frozenset(),
    left: tuple[str, ...] = (),
) -> Desk:
    """The made-up school; `left`: who no longer works there."""
    colleagues = {}
    for one in (member(**fields) for fields in _STAFF):
        if one.id in left:
            continue
        written = (hours or {}).get(one.id)
        when = one.hours if written is None else read_hours(written) if written else Hours()
        colleagues[one.id] = Colleague(
            one,
            Presence(when, closed, (away or {}).get(one.id, ())),
            None if one.id in unreachable else "telegram",
            one.capacity if one.id in full else (loads or {}).get(one.id, 0),
        )
    return Desk("school", colleagues, _NEEDS, _OFFERINGS)


def days(first: int, until: int) -> tuple[Stretch, ...]:
    """Away in October, until the morning of the second day."""
    begin = dt.datetime(2026, 10, first, tzinfo=AMSTERDAM)
    return ((begin, begin + dt.timedelta(days=until - first)),)


def but(*ids: str) -> tuple[str, ...]:
    return tuple(id for id in EVERYBODY if id not in ids)


# ---- who is there -------------------------------------------------------------------------------

MONDAY, FRIDAY = "2026-10-05T10:00", "2026-10-09T16:00"


@pytest.mark.parametrize(
    ("why", "at", "desk", "available"),
    [
        ("there", MONDAY, {}, True),
        ("the evening", "2026-10-05T22:00", {}, True),
        ("the weekend", "2026-10-10T12:00", {}, True),
        ("unreachable", MONDAY, {"unreachable": ("ada",)}, False),
        ("full", MONDAY, {"full": ("ada",)}, False),
        ("almost full", MONDAY, {"loads": {"ada": 19}}, True),
        ("never there", MONDAY, {"hours": {"ada": ""}}, False),
        ("away, back in three days", MONDAY, {"away": {"ada": days(5, 8)}}, True),
        ("away for a week", MONDAY, {"away": {"ada": days(5, 12)}}, False),
        ("away from tomorrow on", MONDAY, {"away": {"ada": days(6, 20)}}, False),
        ("away from after the weekend on", FRIDAY, {"away": {"ada": days(12, 20)}}, False),
        ("one day a week, on the day after", MONDAY, {"hours": {"ada": "zo 10-12"}}, True),
        ("one day a week, on that day", MONDAY, {"hours": {"ada": "ma 9-12"}}, True),
        (
            "one day a week, and away on that one",
            MONDAY,
            {"hours": {"ada": "zo 10-12"}, "away": {"ada": days(10, 12)}},
            False,
        ),
        (
            "a holiday of two weeks",
            MONDAY,
            {"closed": frozenset(dt.date(2026, 10, day) for day in range(5, 17))},
            False,
        ),
        ("a long weekend", FRIDAY, {"closed": frozenset({dt.date(2026, 10, 12)})}, True),
    ],
)
def test_is_available(why: str, at: str, desk: dict[str, Any], available: bool) -> None:
    now = dt.datetime.fromisoformat(at).replace(tzinfo=AMSTERDAM)
    assert is_available(make_desk(**desk).colleagues["ada"], now) is available, why


# ---- whom it fits -------------------------------------------------------------------------------

AWAY = days(5, 31)


@pytest.mark.parametrize(
    ("why", "wish", "language", "desk", "fits"),
    [
        ("the need", Wish(("mood",)), "nl", {}, "pia desk"),
        ("strongest first", Wish(("choice",)), "nl", {}, "cas bob desk"),
        ("two needs: the first counts most", Wish(("mood", "money")), "nl", {}, "pia dot eve desk"),
        ("a need nobody helps with", Wish(("sport",)), "nl", {}, "desk"),
        ("no need at all", Wish(), "nl", {}, "desk"),
        ("their language first", Wish(("choice",)), "en", {}, "cas desk bob"),
        ("the place", Wish(("study",), None, "south"), "nl", {}, "advice bob ada cas desk"),
        ("another place", Wish(("study",), None, "north"), "nl", {}, "ada advice bob cas desk"),
        ("the most room", Wish(("money",)), "nl", {"loads": {"dot": 3}}, "eve dot desk"),
        ("its own people first", Wish(("mood",), "talk"), "nl", {}, "ada pia desk"),
        ("its own people, a desk too", Wish(("mood",), "buddies"), "nl", {}, "desk eve pia"),
        ("an offering nobody answers", Wish(("mood",), "other"), "nl", {}, "pia desk"),
        ("unreachable", Wish(("mood",)), "nl", {"unreachable": ("pia",)}, "desk"),
        ("full", Wish(("mood",)), "nl", {"full": ("pia",)}, "desk"),
        ("away", Wish(("mood",)), "nl", {"away": {"pia": AWAY}}, "desk"),
        ("who it is about", Wish(("mood",), never=("pia",)), "nl", {}, "desk"),
        ("and their team", Wish(("study",), "talk", never=("bob",)), "nl", {}, "desk"),
        ("a team that it is about", Wish(("money",), never=("support",)), "nl", {}, "desk"),
        (
            "nobody is there: who is back first",
            Wish(("study",)),
            "nl",
            {"away": dict.fromkeys(EVERYBODY, AWAY) | {"cas": days(5, 20)}},
            "cas ada advice bob desk",
        ),
        (
            "nobody has room: who fits best",
            Wish(("choice",)),
            "nl",
            {"full": EVERYBODY},
            "cas bob desk",
        ),
        ("nobody can be reached", Wish(("study",)), "nl", {"unreachable": EVERYBODY}, ""),
        ("nobody comes", Wish(("study",)), "nl", {"hours": dict.fromkeys(EVERYBODY, "")}, ""),
    ],
)
def test_who_fits(why: str, wish: Wish, language: str, desk: dict[str, Any], fits: str) -> None:
    found = who_fits(make_desk(**desk), wish, language, NOW)
    assert [c.member.id for c in found] == fits.split(), why


# ---- who comes next -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("why", "owner", "before", "wish", "desk", "following"),
    [
        ("the backup", "ada", "", Wish(), {}, "bob"),
        ("then the team", "bob", "ada", Wish(), {}, "cas"),
        ("who has least", "cas", "", Wish(), {"loads": {"ada": 2, "bob": 1}}, "bob"),
        ("then the team itself", "cas", "ada bob", Wish(), {}, "advice"),
        ("then the desk", "advice", "ada bob cas", Wish(), {}, "desk"),
        ("then nobody", "desk", "ada bob cas advice", Wish(), {}, None),
        ("no team, no backup", "pia", "", Wish(), {}, "desk"),
        ("a backup in another team", "dot", "", Wish(), {}, "ada"),
        ("who left", "gone", "", Wish(), {}, "desk"),
        ("a backup who is away", "ada", "", Wish(), {"away": {"bob": AWAY}}, "cas"),
        ("a backup who is full", "ada", "", Wish(), {"full": ("bob",)}, "cas"),
        ("a backup out of reach", "ada", "", Wish(), {"unreachable": ("bob",)}, "cas"),
        ("a backup who left", "ada", "", Wish(), {"left": ("bob",)}, "cas"),
        ("a backup it is about", "dot", "", Wish(never=("ada",)), {}, "eve"),
        ("a mate of whom it is about", "dot", "", Wish(never=("bob",)), {}, "eve"),
        ("the desk is full", "pia", "", Wish(), {"full": ("desk",)}, "desk"),
        ("the desk is closed for a while", "pia", "", Wish(), {"away": {"desk": AWAY}}, "desk"),
        ("the desk is never open", "pia", "", Wish(), {"hours": {"desk": ""}}, None),
        ("the desk is out of reach", "pia", "", Wish(), {"unreachable": ("desk",)}, None),
        ("it is about the desk", "pia", "", Wish(never=("desk",)), {}, None),
    ],
)
def test_next_one(
    why: str, owner: str, before: str, wish: Wish, desk: dict[str, Any], following: str | None
) -> None:
    found = next_one(make_desk(**desk), owner, tuple(before.split()), wish, NOW)
    assert found == following, why


def test_of_a_team_who_speaks_the_language_comes_first() -> None:
    desk = make_desk(loads={"ada": 5})
    assert next_one(desk, "cas", (), Wish(), NOW, "nl") == "bob"
    assert next_one(desk, "cas", (), Wish(), NOW, "en") == "ada"


@pytest.mark.parametrize(
    ("why", "to", "wish", "desk", "may", "can"),
    [
        ("a colleague", "cas", Wish(), {}, True, True),
        ("the desk", "desk", Wish(), {"full": ("desk",), "away": {"desk": AWAY}}, True, True),
        ("a desk that is never open", "desk", Wish(), {"hours": {"desk": ""}}, True, False),
        ("who is full", "cas", Wish(), {"full": ("cas",)}, True, False),
        ("who is away", "cas", Wish(), {"away": {"cas": AWAY}}, True, False),
        ("out of reach", "cas", Wish(), {"unreachable": ("cas",)}, False, False),
        ("who does not work here", "zoe", Wish(), {}, False, False),
        ("who it is about", "pia", Wish(never=("pia",)), {}, False, False),
        ("a mate of whom it is about", "cas", Wish(never=("ada",)), {}, False, False),
    ],
)
def test_may_go_to(
    why: str, to: str, wish: Wish, desk: dict[str, Any], may: bool, can: bool
) -> None:
    made = make_desk(**desk)
    assert may_go_to(made, to, wish) is may, why
    assert can_take_over(made, to, wish, NOW) is can, why


@pytest.mark.parametrize(
    ("never", "out"),
    [
        ("", ""),
        ("pia", "pia"),
        ("bob", "ada advice bob cas"),
        ("advice", "ada advice bob cas"),
        ("bob eve", "ada advice bob cas dot eve support"),
        ("zoe", "zoe"),
    ],
)
def test_excluded(never: str, out: str) -> None:
    assert excluded(make_desk(), tuple(never.split())) == set(out.split())


@pytest.mark.parametrize(
    ("staff", "sees"),
    [
        ("ada", "ada advice bob cas"),
        ("advice", "ada advice bob cas"),
        ("eve", "dot eve support"),
        ("pia", "pia"),
        ("desk", "desk"),
        ("zoe", ""),
    ],
)
def test_may_see(staff: str, sees: str) -> None:
    desk = make_desk()
    assert {id for id in EVERYBODY if desk.may_see(staff, id)} == set(sees.split())


def test_time_to_answer_is_working_time_and_never_over_at_once() -> None:
    desk = make_desk(hours={"pia": ""})
    assert desk.reminding("ada", NOW) == NOW + dt.timedelta(hours=4)
    assert desk.expected("ada", NOW) == NOW + dt.timedelta(days=1)
    for id in ("pia", "nobody"):
        assert NOW < desk.reminding(id, NOW) < desk.expected(id, NOW)


# ---- the example school -------------------------------------------------------------------------


@pytest.fixture(scope="module")
def example() -> Desk:
    catalogue = read_catalogue(Path(__file__).parent.parent / "catalogue")
    school = catalogue.schools["voorbeeld"]
    closed = closed_days(school.calendar, NOW.date())
    presences = {m.id: Presence(m.hours, closed) for m in school.staff}
    ways = {m.id: "telegram" for m in school.staff}
    return desk_of(school, {**ways}, {}, presences, dt.timedelta(days=60))  # type: ignore[dict-item]


def test_the_needs_of_an_offering_are_as_strong_as_those_of_the_next(example: Desk) -> None:
    assert example.needs["vb-servicepunt"][:4] == (
        *("peer-mentor", "money", "international-arrival", "practical-info"),
    )
    assert example.needs["vb-sanne-kolk"] == ("study-progress", "study-choice")


@pytest.mark.parametrize(
    ("wish", "language", "first"),
    [
        (Wish(("study-choice",), "vb-study-adviser"), "nl", "vb-milan-brugmans"),
        (Wish(("low-mood",)), "en", "vb-tariq-halewijn"),
        (Wish(("undesirable-behaviour",)), "nl", "vb-fenna-padberg"),
        (Wish(("loneliness",), "vb-buddy"), "nl", "vb-jip-lindhout"),
        (Wish(("loneliness",), "vb-buddy"), "en", "vb-servicepunt"),
        (Wish(("study-progress",), never=("vb-sanne-kolk",)), "nl", "vb-servicepunt"),
        (Wish(("money",)), "nl", "vb-servicepunt"),
    ],
)
def test_whom_it_fits_at_the_example_school(
    example: Desk, wish: Wish, language: str, first: str
) -> None:
    assert who_fits(example, wish, language, NOW)[0].member.id == first


def test_the_line_at_the_example_school(example: Desk) -> None:
    line = ["vb-milan-brugmans"]
    while (following := next_one(example, line[-1], tuple(line[:-1]), Wish(), NOW)) is not None:
        line.append(following)
    assert line == [
        *("vb-milan-brugmans", "vb-sanne-kolk", "vb-noor-wegman", "vb-studieadvies"),
        "vb-servicepunt",
    ]


def test_everybody_of_the_example_school_has_somebody_after_them(example: Desk) -> None:
    """But the desk: that is where it ends."""
    for id in example.colleagues:
        assert (next_one(example, id, (), Wish(), NOW) is None) == (id == "vb-servicepunt"), id


def test_capacity_of_the_example_school_counts(example: Desk) -> None:
    tariq = example.colleagues["vb-tariq-halewijn"]
    full = replace(tariq, load=tariq.member.capacity)
    desk = replace(example, colleagues={**example.colleagues, tariq.member.id: full})
    fits = who_fits(desk, Wish(("low-mood",)), "nl", NOW)
    assert [c.member.id for c in fits] == ["vb-servicepunt"]
