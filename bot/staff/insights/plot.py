"""Plots as inline SVG. What a plot shows always stands in a table beside it too."""

from __future__ import annotations

import datetime as dt
import html
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from bot.staff.insights.suppress import Number

_BAR_WIDTH, _BAR_HEIGHT, _GAP = 160, 9, 2
_LEFT, _TOP, _HEIGHT, _MONTH = 52, 12, 170, 56
_COLUMN = 15
_LANE = 20
_LETTER = 6.4  # how wide a letter of a band's name is, about
_TOPS = (10, 20, 30, 40, 60, 80)  # of an axis, perhaps with zeros behind them


@dataclass(frozen=True)
class Span:
    """Something with a name, from one day to another, both included."""

    name: str
    first: dt.date
    last: dt.date


def bars(numbers: Sequence[Number], most: int) -> str:
    """A small plot for in a row of a table: a bar for each exact number, as part of `most`.

    Who hears the page hears the numbers beside it instead.
    """
    height = len(numbers) * (_BAR_HEIGHT + _GAP)
    drawn = "".join(
        f'<rect class="bar-{at}" y="{at * (_BAR_HEIGHT + _GAP)}" '
        f'width="{max(1, round(number.least / most * (_BAR_WIDTH - 1)))}" height="{_BAR_HEIGHT}"/>'
        for at, number in enumerate(numbers)
        if number.is_exact and number.least
    )
    return (
        f'<svg class="bars" viewBox="-.5 -.5 {_BAR_WIDTH} {height}" aria-hidden="true">'
        f"{drawn}</svg>"
    )


def by_month(
    months: Sequence[tuple[dt.date, str]],
    series: Sequence[Sequence[Number | None]],
    bands: Sequence[Span],
    label: str,
) -> str:
    """Columns for each month, side by side for each series, and below them the bands.

    `months` are first days with their short names; numbers that are not exact have no column.
    `label` says what it is about; that and the names of months are escaped already.
    """
    exact = [n.least for numbers in series for n in numbers if n is not None and n.is_exact]
    top = _nice(max(exact, default=0))
    width = _LEFT + _MONTH * len(months) + 8
    floor = _TOP + _HEIGHT
    parts = [*_grid(top, width), *_columns(series, top)]
    for at, (_, name) in enumerate(months):
        middle = _LEFT + _MONTH * at + _MONTH / 2
        parts.append(f'<text x="{middle}" y="{floor + 16}" text-anchor="middle">{name}</text>')
    lanes, drawn = _bands(bands, [day for day, _ in months], floor + 28, width)
    height = floor + 28 + lanes * _LANE + 2
    return (
        f'<svg class="months" viewBox="0 0 {width} {height}" role="img" aria-label="{label}">\n'
        f"{''.join(parts)}{drawn}</svg>\n"
    )


def _nice(most: int) -> int:
    """The first round number that is not below this one."""
    scale = int("1" + "0" * (len(str(most)) - 2))
    return next((top * scale for top in _TOPS if top * scale >= most), 100 * scale)


def _grid(top: int, width: int) -> Iterator[str]:
    for quarter in (0, 0.5, 1):
        y = _TOP + _HEIGHT * (1 - quarter)
        yield f'<path class="grid" d="M{_LEFT} {y}H{width}"/>'
        number = f"{round(top * quarter)}"
        yield f'<text class="axis" x="{_LEFT - 6}" y="{y + 4}" text-anchor="end">{number}</text>'


def _columns(series: Sequence[Sequence[Number | None]], top: int) -> Iterator[str]:
    for which, numbers in enumerate(series):
        for at, number in enumerate(numbers):
            if number is not None and number.is_exact and number.least:
                x = _LEFT + _MONTH * at + (_MONTH - _COLUMN * len(series)) / 2 + _COLUMN * which
                high = number.least / top * _HEIGHT
                yield (
                    f'<rect class="bar-{which}" x="{x + 1}" y="{_TOP + _HEIGHT - high:.1f}" '
                    f'width="{_COLUMN - 2}" height="{high:.1f}"/>'
                )


def _bands(
    bands: Sequence[Span], months: Sequence[dt.date], top: float, width: float
) -> tuple[int, str]:
    """How many lanes they take, and the bands: each in the first lane where there is room."""
    ends: list[float] = []  # of each lane, up to where it is taken
    drawn = []
    for band in bands:
        begin = _x(band.first, months)
        end = max(begin + 4, _x(band.last + dt.timedelta(days=1), months))
        name = _cut(band.name, max(begin, width - end) - 5)
        wide = 5 + len(name) * _LETTER
        fits = end + wide <= width
        left, right = (begin, end + wide) if fits else (begin - wide, end)
        lane = next((at for at, taken in enumerate(ends) if taken <= left), len(ends))
        ends[lane : lane + 1] = [right + 8]
        y = top + lane * _LANE
        where = f'x="{end + 5:.1f}"' if fits else f'x="{begin - 5:.1f}" text-anchor="end"'
        drawn.append(
            f'<rect class="band" x="{begin:.1f}" y="{y}" width="{end - begin:.1f}" height="13"/>'
            f'<text {where} y="{y + 11}">{html.escape(name)}</text>'
        )
    return len(ends), "".join(drawn)


def _cut(name: str, room: float) -> str:
    """A name as far as there is room for it; the table has all of it."""
    letters = int(room / _LETTER)
    return name if len(name) <= letters else name[: letters - 1].rstrip() + "…"


def _x(day: dt.date, months: Sequence[dt.date]) -> float:
    """Where a day is: each month is as wide as another."""
    for at, (month, later) in enumerate(pairwise(months)):
        if day < later:
            return _LEFT + _MONTH * (at + (day - month).days / (later - month).days)
    days = min(31, (day - months[-1]).days)
    return _LEFT + _MONTH * (len(months) - 1 + days / 31)
