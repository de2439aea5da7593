"""What an institution's offerings brought in a school year, counted and fit to be shown.

Only whole months count: who looks every day must not see one student come by. What is only for
danger is never in it, and of the national offerings the counts are of all schools together.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from bot.catalogue import NATIONAL, Catalogue, Offering, Tip
from bot.catalogue.days import times
from bot.catalogue.models import CalendarEntry
from bot.staff.insights.suppress import Number, in_order, number, percent, totals
from bot.text import Arg, Text, text

Say = Callable[[Arg], str]
Counts = Mapping[dt.date, Mapping[str, int]]

# What is counted, and under which name the store has it.
_STORED = {
    "suggested": "suggested:{}",
    "promised": "promised:{}",
    "done": "done:{}",
    "helped": "helped:{}:yes",
    "helped-bit": "helped:{}:bit",
    "helped-not": "helped:{}:no",
    "came": "came:{}",
    "declined": "declined:{}",
    "not-fit": "not-fit:{}",
    "dare": "hindered:dare:{}",
    "time": "hindered:time:{}",
    "reach": "hindered:reach:{}",
    "forgot": "hindered:forgot:{}",
}
BY_MONTH = ("suggested", "promised", "done")
# Of which numbers a number is a share.
_SHARE_OF = {
    "promised": ("suggested",),
    "done": ("promised",),
    "helped": ("helped", "helped-bit", "helped-not"),
}
BROUGHT: Mapping[str, Text] = {
    "suggested": text("insights.suggested"),
    "promised": text("insights.promised"),
    "done": text("insights.done"),
    "came": text("insights.came"),
}
HELPED: Mapping[str, Text] = {
    "helped": text("insights.helped"),
    "helped-bit": text("insights.helped-bit"),
    "helped-not": text("insights.helped-not"),
}
IN_THE_WAY: Mapping[str, Text] = {
    "declined": text("insights.declined"),
    "not-fit": text("insights.not-fit"),
    "dare": text("insights.dare"),
    "time": text("insights.time"),
    "reach": text("insights.reach"),
    "forgot": text("insights.forgot"),
}
TABLES = (
    (text("insights.brought"), BROUGHT),
    (text("insights.did-it-help"), HELPED),
    (text("insights.in-the-way"), IN_THE_WAY),
)
_ALL = ""  # no element has this id
_FIRST_MONTH = 8  # a school year begins in August
_KEPT_YEARS = 2  # the store keeps counts of two years, so part of the one before


@dataclass(frozen=True)
class Row:
    """What is shown of one offering, of one element, or of everything together."""

    id: str
    numbers: Mapping[str, Number]

    @property
    def is_empty(self) -> bool:
        return not any(number.most for number in self.numbers.values())

    def share(self, name: str) -> int | None:
        """In percents: of the suggested how many promised, of the promised how many done, of the
        answers how many "it helped". None where there is no such share, or it is of too few."""
        whole = _SHARE_OF.get(name)
        return percent(self.numbers[name], *map(self.numbers.__getitem__, whole)) if whole else None


@dataclass(frozen=True)
class Band:
    """Something in the calendar, as far as it is in these months."""

    entry: CalendarEntry
    first: dt.date
    last: dt.date


@dataclass(frozen=True)
class Sent:
    """How often a tip was sent, each time to one student. No total and no month has it too."""

    tip: Tip
    number: Number


@dataclass(frozen=True)
class Insights:
    """All that is shown of one institution. `months` are first days, in order.

    `monthly` has for each of `BY_MONTH` a number for each month; None is left out. `untouched` are
    offerings of which nothing was counted, not even a tip; a national institution has no elements.
    `tips` has none that was not sent.
    """

    school: str
    months: tuple[dt.date, ...]
    total: Row
    offerings: tuple[Row, ...]
    untouched: tuple[str, ...]
    elements: tuple[Row, ...]
    monthly: Mapping[str, tuple[Number | None, ...]]
    bands: tuple[Band, ...]
    tips: tuple[Sent, ...]

    @property
    def is_empty(self) -> bool:
        return self.total.is_empty and not self.tips

    @property
    def is_national(self) -> bool:
        return self.school == NATIONAL


def school_year(today: dt.date, begins: int | None = None) -> tuple[dt.date, ...]:
    """The first days of the months of a school year that are over, in order.

    Of the school year that begins in this year, none where that is too long ago; None: the one of
    the last month that is over.
    """
    last = _month_after(today, -1)
    newest = last.year if last.month >= _FIRST_MONTH else last.year - 1
    if begins is None:
        begins = newest
    if not newest - _KEPT_YEARS <= begins <= newest:
        return ()
    first = dt.date(begins, _FIRST_MONTH, 1)
    months = (_month_after(first, later) for later in range(12))
    return tuple(takewhile(lambda month: month <= last, months))


def insights(
    catalogue: Catalogue, school_id: str, counts: Counts, months: Sequence[dt.date]
) -> Insights:
    """What is shown of the school with this id, the national one included, in these months.

    `counts` may have more days and names than that. KeyError for an unknown school.
    """
    # What is hidden now may have been suggested before.
    offerings = [o for o in catalogue.school(school_id).offerings if o.use != "crisis"]
    by_month = {month: _added(counts, month) for month in months}
    parts = {
        name: {o.id: _sum(by_month.values(), [stored.format(o.id)]) for o in offerings}
        for name, stored in _STORED.items()
    }
    sums = {_ALL: [o.id for o in offerings]} | _by_element(catalogue, school_id, offerings)
    shown = {name: totals(of, sums) for name, of in parts.items()}
    rows = [Row(o.id, {name: number(of[o.id]) for name, of in parts.items()}) for o in offerings]
    all_rows = {id: Row(id, {name: of[id] for name, of in shown.items()}) for id in sums}
    total = all_rows.pop(_ALL)
    tips = tuple(_tips(catalogue, school_id, by_month.values()))
    told = {sent.tip.offering for sent in tips}
    monthly = {}
    for name in BY_MONTH:
        names = [_STORED[name].format(o.id) for o in offerings]
        each = [_sum([by_month[month]], names) for month in months]
        monthly[name] = in_order(each, total.numbers[name].is_exact)
    return Insights(
        school=school_id,
        months=tuple(months),
        total=total,
        offerings=tuple(row for row in rows if not row.is_empty),
        untouched=tuple(
            row.id
            for row, o in zip(rows, offerings, strict=True)
            if row.is_empty and o.use is None and o.id not in told
        ),
        elements=tuple(row for row in all_rows.values() if not row.is_empty),
        monthly=monthly,
        bands=tuple(_bands(catalogue.calendar_of(school_id), months)),
        tips=tips,
    )


def _month_after(day: dt.date, months: int) -> dt.date:
    """The first day of the month that is this many months later."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return dt.date(year, month + 1, 1)


def _added(counts: Counts, month: dt.date) -> dict[str, int]:
    """The counts of all days of a month."""
    added: dict[str, int] = {}
    for day, names in counts.items():
        if day.replace(day=1) == month:
            for name, count in names.items():
                added[name] = added.get(name, 0) + count
    return added


def _sum(months: Iterable[Mapping[str, int]], names: Sequence[str]) -> int:
    return sum(month.get(name, 0) for month in months for name in names)


def _by_element(
    catalogue: Catalogue, school_id: str, offerings: Sequence[Offering]
) -> dict[str, list[str]]:
    """The ids of the offerings that have each element; the national ones are of no one school."""
    if school_id == NATIONAL:
        return {}
    return {id: [o.id for o in offerings if id in o.elements] for id in catalogue.elements}


def _tips(
    catalogue: Catalogue, school_id: str, months: Collection[Mapping[str, int]]
) -> Iterable[Sent]:
    """The tips of this school that were sent, without those about what is only for danger now."""
    for tip in catalogue.school(school_id).tips:
        count = _sum(months, [f"tip:{tip.id}"])
        about = catalogue.offerings.get(tip.offering)  # None: hidden now, but not when it was sent
        if count and (about is None or about.use != "crisis"):
            yield Sent(tip, number(count))


def _bands(calendar: Iterable[CalendarEntry], months: Sequence[dt.date]) -> Iterable[Band]:
    """Periods and days, the earliest first; an activity that comes again every week is no band."""
    if not months:
        return
    begin, end = months[0], _month_after(months[-1], 1) - dt.timedelta(days=1)
    for entry in sorted(calendar, key=lambda entry: entry.from_):
        if entry.kind != "activity":
            for time in times(entry, begin):
                if time.first <= end:
                    yield Band(entry, max(time.first, begin), min(time.last, end))
