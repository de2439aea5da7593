"""What insights may show: from all that is shown together, no number from 1 to 9 follows."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import combinations, product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.staff.insights.suppress import HIDDEN, LEAST, Number, in_order, number, percent, totals

SMALL = range(1, LEAST)
COUNTS = st.one_of(st.integers(0, 12), st.just(0), st.integers(10, 500))
PARTS = st.lists(COUNTS, min_size=1, max_size=9).filter(
    lambda counts: sum(count in SMALL for count in counts) <= 4
)


@st.composite
def tables(draw: st.DrawFn) -> tuple[dict[str, int], dict[str, list[str]]]:
    """Counts by offering, and totals over some of them that overlap; the first is of all."""
    counts = {f"o{at}": count for at, count in enumerate(draw(PARTS))}
    some = st.lists(st.sampled_from(sorted(counts)), unique=True)
    sums = draw(st.lists(some, max_size=4))
    return counts, {"all": list(counts), **{f"e{at}": ids for at, ids in enumerate(sums)}}


def possible(
    counts: dict[str, int], sums: dict[str, list[str]], shown: dict[str, Number]
) -> Iterator[dict[str, int]]:
    """Every table that would be shown in the same way, as far as a reader can tell."""
    hidden = [id for id in counts if counts[id] in SMALL]
    for guess in product(SMALL, repeat=len(hidden)):
        table = {**counts, **dict(zip(hidden, guess, strict=True))}
        added = {name: sum(table[id] for id in ids) for name, ids in sums.items()}
        if all(shown[name].least <= added[name] <= shown[name].most for name in sums):
            yield table


@given(tables())
@example(({"a": 5, "b": 100}, {"all": ["a", "b"]}))
@example(({"a": 9, "b": 9}, {"all": ["a", "b"]}))
@example(({"a": 9, "b": 9, "c": 9, "d": 1}, {"all": ["a", "b", "c", "d"], "e": ["a", "b", "c"]}))
@example(({"a": 6, "b": 6, "c": 6}, {"e": ["a", "b"], "f": ["b", "c"], "g": ["a", "c"]}))
def test_no_small_number_follows_from_the_totals(
    table: tuple[dict[str, int], dict[str, list[str]]],
) -> None:
    counts, sums = table
    shown = totals(counts, sums)
    tables = list(possible(counts, sums, shown))
    assert counts in tables
    for id, count in counts.items():
        if count in SMALL:
            assert len({one[id] for one in tables}) > 1
    # Nor a small number of students of several offerings together, by taking totals apart.
    exact = {name: set(ids) for name, ids in sums.items() if shown[name].is_exact}
    for one, other in combinations([set(), *exact.values()], 2):
        for rest in (one - other, other - one):
            small = [counts[id] for id in rest if counts[id] in SMALL]
            if one <= other or other <= one:
                assert not small or sum(small) >= LEAST


@given(tables())
def test_a_total_is_never_wrong_and_exact_where_nothing_is_hidden(
    table: tuple[dict[str, int], dict[str, list[str]]],
) -> None:
    counts, sums = table
    for name, shown in totals(counts, sums).items():
        total = sum(counts[id] for id in sums[name])
        assert shown.least <= total <= shown.most
        assert shown == number(total) or not shown.is_exact or total >= LEAST
        if all(number(counts[id]).is_exact for id in sums[name]):
            assert shown == Number(total, total)


@st.composite
def by_month(draw: st.DrawFn) -> tuple[list[int], list[int]]:
    """The same students twice: by offering, and by month."""
    offerings = draw(PARTS)
    total, months = sum(offerings), list[int]()
    for _ in range(draw(st.integers(1, 5))):
        months.append(draw(st.one_of(st.integers(0, min(12, total)), st.integers(0, total))))
        total -= months[-1]
    months.append(total)
    return offerings, draw(st.permutations(months))


@given(by_month())
@example(([5, 100], [60, 45]))
@example(([100], [95, 5]))
@example(([9, 9, 100], [100, 9, 9]))
@example(([10, 9], [10, 9]))
@example(([10], [1] * 10))
@example(([4], [4]))
def test_no_small_number_follows_from_offerings_and_months_together(
    counted: tuple[list[int], list[int]],
) -> None:
    offerings, months = counted
    ids = {str(at): count for at, count in enumerate(offerings)}
    total = totals(ids, {"all": list(ids)})["all"]
    shown = in_order(months, total.is_exact)
    for at, count in enumerate(months):
        assert shown[at] is None or shown[at] == number(count)
    if set(shown) == {None}:
        return  # the months say nothing at all
    assert total.is_exact  # else whoever adds up the months knows more of the total
    left_out = [at for at, one in enumerate(shown) if one is None]
    small = [at for at, one in enumerate(shown) if one == HIDDEN]
    if left_out:
        # Of what is left out together, each may be any of them: it says nothing on its own.
        assert len(left_out) > 1
        assert not small
        assert max(months[at] for at in left_out) >= LEAST
    elif small:
        rest = sum(count for at, count in enumerate(months) if not _exact(shown, at))
        assert rest >= LEAST
        assert len(small) < rest < len(small) * 9


@pytest.mark.parametrize(("count", "most"), [(1, 60), (2, 60), (3, 45)])
def test_of_all_months_that_look_alike_no_small_one_is_always_the_same(
    count: int, most: int
) -> None:
    """Every table there can be, as a reader sees it who knows the total."""
    alike: dict[tuple[object, int], list[tuple[int, ...]]] = defaultdict(list)
    for months in product(range(most), repeat=count):
        if not sum(months) or LEAST <= sum(months) < most:
            alike[in_order(months, True), sum(months)].append(months)
    for tables in alike.values():
        for at in range(count):
            assert tables[0][at] not in SMALL or len({months[at] for months in tables}) > 1
        smalls = {tuple(sorted(count for count in table if count in SMALL)) for table in tables}
        if None in in_order(tables[0], True):
            assert smalls == {()} or len(smalls) > 1


def _exact(shown: Sequence[Number | None], at: int) -> bool:
    one = shown[at]
    return one is not None and one.is_exact


@pytest.mark.parametrize(
    ("count", "shown"),
    [(0, Number(0, 0)), (1, HIDDEN), (9, HIDDEN), (10, Number(10, 10)), (812, Number(812, 812))],
)
def test_a_number_under_ten_is_hidden_and_zero_is_not(count: int, shown: Number) -> None:
    assert number(count) == shown


@pytest.mark.parametrize(
    ("counts", "sums", "shown"),
    [
        ({"a": 50, "b": 20}, {"t": "ab"}, {"t": Number(70, 70)}),
        ({"a": 50, "b": 3}, {"t": "ab"}, {"t": Number(51, 59)}),
        ({"b": 3, "c": 0}, {"t": "bc"}, {"t": HIDDEN}),
        ({"a": 50, "b": 3, "c": 8}, {"t": "abc"}, {"t": Number(61, 61)}),
        ({"a": 50, "b": 3, "c": 4}, {"t": "abc"}, {"t": Number(52, 68)}),  # 7 students
        ({"b": 9, "c": 9}, {"t": "bc"}, {"t": Number(2, 18)}),  # 18 would say that both are 9
        # The second total would show c and d apart from a and b.
        ({"a": 7, "b": 7, "c": 1, "d": 4}, {"t": "abcd", "u": "ab"}, {"t": Number(19, 19)}),
        ({"a": 7, "b": 7, "c": 8, "d": 4}, {"t": "abcd", "u": "ab"}, {"u": Number(14, 14)}),
    ],
)
def test_totals(counts: dict[str, int], sums: dict[str, str], shown: dict[str, Number]) -> None:
    found = totals(counts, sums)
    assert {name: found[name] for name in shown} == shown
    if counts == {"a": 7, "b": 7, "c": 1, "d": 4}:
        assert found["u"] == Number(2, 18)


@pytest.mark.parametrize(
    ("counts", "known", "shown"),
    [
        ([40, 0, 12], True, "40 0 12"),
        ([40, 3, 12, 30], True, "40 - - 30"),
        ([40, 3, 9, 30], True, "40 < < 30"),
        ([40, 9, 9, 30], True, "40 - - -"),
        ([40, 10, 1], True, "- - -"),  # 11 together would say that one is 1
        ([10, 0, 0], True, "- - -"),
        ([40, 0, 12], False, "- - -"),
        ([3, 0, 9], False, "- - -"),
        ([1] * 10, True, "- - - - - - - - - -"),
    ],
)
def test_months(counts: list[int], known: bool, shown: str) -> None:
    found = in_order(counts, known)
    said = ("-" if one is None else "<" if one == HIDDEN else str(one.least) for one in found)
    assert " ".join(said) == shown


@pytest.mark.parametrize(
    ("part", "whole", "share"),
    [
        (Number(40, 40), [Number(50, 50)], 80),
        (Number(40, 40), [Number(40, 40), Number(0, 0), Number(10, 10)], 80),
        (HIDDEN, [Number(50, 50)], None),
        (Number(40, 40), [Number(40, 40), HIDDEN], None),
        (Number(21, 29), [Number(50, 50)], None),
        (Number(0, 0), [Number(50, 50)], None),
        (Number(60, 60), [Number(50, 50)], None),  # no share of it: some are from another year
    ],
)
def test_shares_are_of_numbers_that_are_shown(
    part: Number, whole: list[Number], share: int | None
) -> None:
    assert percent(part, *whole) == share
