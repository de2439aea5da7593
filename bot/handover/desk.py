"""Who there is at one school at this moment, whom a case fits best, and who comes next."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from bot.catalogue import School, StaffMember
from bot.catalogue.days import AMSTERDAM
from bot.handover.case import Wish
from bot.handover.working_time import Presence, after, next_present

Way = Literal["telegram", "email"]
# Who is not there within this time is away: a case goes to somebody who is.
_SOON = dt.timedelta(days=5)
_ANYTHING = 0.05  # how well a desk fits any need
_PLACE = (1.0, 0.8, 0.65, 0.5, 0.4)  # how well, by the place of the need in the list


@dataclass(frozen=True)
class Colleague:
    """A staff entry as it is now. `way` None: nothing can reach them. `load`: open cases."""

    member: StaffMember
    presence: Presence
    way: Way | None
    load: int = 0

    @property
    def full(self) -> bool:
        return self.load >= self.member.capacity


@dataclass(frozen=True)
class Desk:
    """The colleagues of one school by id, and what the school decided about handovers."""

    school: str
    colleagues: Mapping[str, Colleague] = field(default_factory=dict)
    needs: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # of each colleague
    offerings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)  # who answers there
    content_in_mail: bool = False
    answer_within: dt.timedelta = dt.timedelta(hours=8)  # of their working time
    keep: dt.timedelta = dt.timedelta(days=60)  # after the end
    quiet: dt.timedelta = dt.timedelta(days=14)  # without a word, before it ends
    ask_after: dt.timedelta = dt.timedelta(days=3)

    def expected(self, id: str, now: dt.datetime) -> dt.datetime:
        """By when this colleague must have answered."""
        return self._after(id, now, 1)

    def reminding(self, id: str, now: dt.datetime) -> dt.datetime:
        """When this colleague is reminded: after half of that time."""
        return self._after(id, now, 2)

    def _after(self, id: str, now: dt.datetime, part: int) -> dt.datetime:
        """Always later than now: a deadline that is due at once would be missed at once."""
        colleague = self.colleagues.get(id)
        found = colleague and after(colleague.presence, now, self.answer_within / part)
        return found or now + _SOON / part

    def name(self, id: str) -> str:
        colleague = self.colleagues.get(id)
        return colleague.member.name if colleague else id

    def team_of(self, id: str) -> str | None:
        """The team a staff entry belongs to; a team belongs to itself."""
        colleague = self.colleagues.get(id)
        if colleague is None:
            return None
        return id if colleague.member.kind == "team" else colleague.member.team

    def may_see(self, staff: str, owner: str) -> bool:
        """Staff see their own cases and those of their team."""
        if staff == owner:
            return True
        mine = self.team_of(staff)
        return mine is not None and mine == self.team_of(owner)


def desk_of(
    school: School,
    ways: Mapping[str, Way | None],
    loads: Mapping[str, int],
    presences: Mapping[str, Presence],
    keep: dt.timedelta,
) -> Desk:
    """The desk of a school; who has no `way` cannot be reached."""
    lists: dict[str, list[tuple[str, ...]]] = {m.id: [m.needs] for m in school.staff}
    offerings: dict[str, tuple[str, ...]] = {}
    for offering in school.offerings:
        if offering.use == "hidden":
            continue
        offerings[offering.id] = offering.staff
        for id in offering.staff:
            lists[id].append(offering.needs)
    return Desk(
        school.institution.id,
        {
            member.id: Colleague(
                member, presences[member.id], ways.get(member.id), loads.get(member.id, 0)
            )
            for member in school.staff
        },
        {id: _strongest_first(listed) for id, listed in lists.items()},
        offerings,
        content_in_mail=school.institution.handover.content_in_mail,
        answer_within=dt.timedelta(hours=school.institution.handover.answer_within),
        keep=keep,
    )


def _strongest_first(lists: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    """Every need by its best place: who answers at many offerings is no less good at each."""
    places: dict[str, int] = {}
    for listed in lists:
        for place, need in enumerate(listed):
            places[need] = min(place, places.get(need, place))
    return tuple(sorted(places, key=lambda need: places[need]))


def is_there(colleague: Colleague, now: dt.datetime) -> bool:
    """Reachable, and there within a few days: not away and not on holiday.

    Who works on one day in the week is not away on the others.
    """
    there = next_present(colleague.presence, now)
    if colleague.way is None or there is None:
        return False
    ordinary = Presence(colleague.presence.hours, frozenset())
    return there - now <= _SOON or there == next_present(ordinary, now)


def is_available(colleague: Colleague, now: dt.datetime) -> bool:
    """Can have one more: there, not full, and today is not the last day before a holiday."""
    return not colleague.full and is_there(colleague, now) and is_there(colleague, tomorrow(now))


def tomorrow(now: dt.datetime) -> dt.datetime:
    """When the next day begins for the people here."""
    day = now.astimezone(AMSTERDAM).date() + dt.timedelta(days=1)
    return dt.datetime.combine(day, dt.time(), AMSTERDAM)


def will_be_there(colleague: Colleague, now: dt.datetime) -> bool:
    """Reachable and there some day, however long it takes."""
    return colleague.way is not None and next_present(colleague.presence, now) is not None


def who_fits(desk: Desk, wish: Wish, language: str, now: dt.datetime) -> tuple[Colleague, ...]:
    """Whom this could go to, best first. Empty: nobody here can be reached for it.

    Who speaks the language comes first; among those the offering's own people, then who helps with
    the need, then a desk for everything; among equals who is in the place, then who has most room.
    Who is away or full is named only when nobody else is left; then the soonest.
    """
    able = [c for c in _allowed(desk, wish) if c.way is not None and _fit(desk, c, wish) > 0]
    ready = [c for c in able if is_available(c, now)]
    if ready:
        return tuple(sorted(ready, key=lambda c: _order(desk, c, wish, language)))
    return tuple(
        sorted(
            (c for c in able if will_be_there(c, now)),
            key=lambda c: (c.full, next_present(c.presence, now), _order(desk, c, wish, language)),
        )
    )


def next_one(
    desk: Desk,
    owner: str,
    before: tuple[str, ...],
    wish: Wish,
    now: dt.datetime,
    language: str = "",
) -> str | None:
    """Who takes over from this owner: the backup, the next in the team, the team, then the desk.

    Nobody gets it twice. None: everybody had it, or can not be reached.
    """
    had = {owner, *before}
    allowed = {c.member.id: c for c in _allowed(desk, wish) if c.member.id not in had}
    for id in _line(desk, owner, language):
        if id in allowed and is_available(allowed[id], now):
            return id
    # Rather a desk that is busy or closed for a while than nobody.
    desks = [c for c in allowed.values() if c.member.kind == "desk" and will_be_there(c, now)]
    desks.sort(key=lambda c: (next_present(c.presence, now), c.full, c.member.id))
    return desks[0].member.id if desks else None


def can_take_over(desk: Desk, to: str, wish: Wish, now: dt.datetime) -> bool:
    """Whether it may be passed on to this colleague now, who then has time for it."""
    if not may_go_to(desk, to, wish):
        return False
    colleague = desk.colleagues[to]
    always = colleague.member.kind == "desk" and will_be_there(colleague, now)
    return always or is_available(colleague, now)


def excluded(desk: Desk, never: tuple[str, ...]) -> frozenset[str]:
    """Who must not see what is about these people: they, and everybody of their teams.

    With the teams by name, so that what this says of now can be kept for later.
    """
    teams = {*never, *filter(None, map(desk.team_of, never))}
    return frozenset(teams | {id for id in desk.colleagues if desk.team_of(id) in teams})


def may_go_to(desk: Desk, to: str, wish: Wish) -> bool:
    """Whether this colleague may get it at all: there, reachable, and not who it is about."""
    return any(c.member.id == to and c.way is not None for c in _allowed(desk, wish))


def _line(desk: Desk, owner: str, language: str) -> list[str]:
    here = desk.colleagues.get(owner)
    team = desk.team_of(owner)
    mates = [
        c.member.id
        for c in desk.colleagues.values()
        if team is not None and c.member.team == team and c.member.kind == "person"
    ]

    def order(id: str) -> tuple[bool, int, str]:
        mate = desk.colleagues[id]
        return bool(language) and language not in mate.member.languages, mate.load, id

    mates.sort(key=order)
    everything = sorted(c.member.id for c in desk.colleagues.values() if c.member.kind == "desk")
    backup = [here.member.backup] if here is not None and here.member.backup else []
    return [*backup, *mates, *([team] if team else []), *everything]


def _allowed(desk: Desk, wish: Wish) -> list[Colleague]:
    """All but whom it is about, and their team."""
    out = excluded(desk, wish.never)
    return [c for id, c in desk.colleagues.items() if id not in out]


def _fit(desk: Desk, colleague: Colleague, wish: Wish) -> float:
    id = colleague.member.id
    if wish.offering and id in desk.offerings.get(wish.offering, ()):
        return 2.0
    best = _ANYTHING if colleague.member.kind == "desk" else 0.0
    helps = desk.needs.get(id, ())
    for place, need in enumerate(wish.needs):
        if need in helps:
            at = min(helps.index(need), len(_PLACE) - 1)
            best = max(best, _PLACE[at] * _PLACE[min(place, len(_PLACE) - 1)])
    return best


def _order(desk: Desk, colleague: Colleague, wish: Wish, language: str) -> tuple[object, ...]:
    member = colleague.member
    elsewhere = bool(wish.location and member.locations and wish.location not in member.locations)
    return (
        language not in member.languages,
        -_fit(desk, colleague, wish),
        elsewhere,
        colleague.load / member.capacity,
        member.id,
    )
