"""What may be shown of counts, so that nobody works out a number from 1 to 9.

A small number is hidden, and so is every total that would give it away. Hidden numbers that stand
in the same shown totals can trade with each other; as long as together they are 10 or more, and not
all as small or as large as a hidden number can be, each of them stays open. Pure.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

LEAST = 10  # from here on a number may be shown; and zero may
_MOST_HIDDEN = LEAST - 1


@dataclass(frozen=True, slots=True)
class Number:
    """What is shown of a count: it is one of these, both included."""

    least: int
    most: int

    @property
    def is_exact(self) -> bool:
        return self.least == self.most


HIDDEN = Number(1, _MOST_HIDDEN)


def number(count: int) -> Number:
    """What is shown of one count."""
    return HIDDEN if 0 < count < LEAST else Number(count, count)


def totals(parts: Mapping[str, int], sums: Mapping[str, Collection[str]]) -> dict[str, Number]:
    """What is shown of some totals beside `number` of every part.

    `sums` says of which parts each total is made; the first ones matter most. A total that would
    give a hidden number away is no more exact than who adds up the parts that are shown can be.
    """
    shown: dict[str, Number] = {}
    kept: list[frozenset[str]] = []
    for name, members in sums.items():
        hidden = frozenset(id for id in members if not number(parts[id]).is_exact)
        if not hidden or _all_open(parts, [*kept, hidden]):
            kept.append(hidden)
            total = sum(parts[id] for id in members)
            shown[name] = Number(total, total)
        else:
            known = sum(parts[id] for id in members if id not in hidden)
            shown[name] = Number(known + len(hidden), known + len(hidden) * _MOST_HIDDEN)
    return shown


def _all_open(parts: Mapping[str, int], sums: Sequence[Collection[str]]) -> bool:
    """Whether no hidden number follows from these sums of hidden numbers."""
    alike: dict[tuple[int, ...], list[int]] = defaultdict(list)
    for id in {id for members in sums for id in members}:
        stands_in = tuple(i for i, members in enumerate(sums) if id in members)
        alike[stands_in].append(parts[id])
    return all(_is_open(group) for group in alike.values())


def _is_open(hidden: Sequence[int]) -> bool:
    """Whether hidden numbers stay hidden from who knows their sum, and the sum is no small one."""
    together = sum(hidden)
    return together >= LEAST and len(hidden) < together < len(hidden) * _MOST_HIDDEN


def in_order(counts: Sequence[int], total_is_known: bool) -> tuple[Number | None, ...]:
    """What is shown of the parts of one total, such as months; None is left out.

    To hide small numbers among others, the smallest one of 10 or more is left out with them. All
    are left out where that does not hide them, where the total is too small to hide anything in,
    and without `total_is_known`: whoever can add up months knows the total, or nearly.
    """
    if not total_is_known or 0 < sum(counts) < 2 * LEAST:
        return (None,) * len(counts)
    small = [count for count in counts if 0 < count < LEAST]
    if not small or _is_open(small):
        return tuple(number(count) for count in counts)
    large = sorted(count for count in counts if count >= LEAST)
    if not large or not _is_hidden_by(large[0], small, large[1:]):
        return (None,) * len(counts)
    with_them = counts.index(large[0])
    return tuple(
        None if at == with_them or 0 < count < LEAST else number(count)
        for at, count in enumerate(counts)
    )


def _is_hidden_by(one: int, small: Sequence[int], larger: Sequence[int]) -> bool:
    """Whether these small numbers can be others to who knows their sum with this one.

    Such a reader knows too that this one is 10 or more, no more than those that are larger, and
    that the small ones alone would not be open.
    """
    together, count = one + sum(small), len(small)
    most = larger[0] if larger else together
    sums = {*range(count, LEAST), count, count * _MOST_HIDDEN}
    return len([added for added in sums if LEAST <= together - added < most]) > 1


def percent(part: Number, *whole: Number) -> int | None:
    """The share in whole percents, of numbers that are shown and 10 or more; else None.

    `whole` is one number, or the parts that make it.
    """
    if not all(one.is_exact for one in (part, *whole)):
        return None
    base = sum(one.least for one in whole)
    return round(100 * part.least / base) if LEAST <= part.least <= base else None
