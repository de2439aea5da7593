"""`wegwijs insights`: what it makes of the counts, the table, the page and the command."""

from __future__ import annotations

import asyncio
import datetime as dt
import html
import io
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import get_args

import pytest
from rich.console import Console

from bot.app import App
from bot.catalogue import NATIONAL, Catalogue
from bot.catalogue.models import Localised
from bot.cli import main
from bot.staff.insights import Insights, as_page, dropped, insights, print_table, school_year
from bot.staff.insights.plot import Span, bars, by_month
from bot.staff.insights.suppress import HIDDEN, Number
from bot.store.port import DueKind, Step
from bot.store.sql import open_store
from bot.text import LANGUAGES, Arg, Language, Text
from tests.test_coverage_page import HOSTILE, Outline

TODAY = dt.date(2027, 8, 20)
YEAR = school_year(TODAY)
ONE = "vb-student-counsellor"
TIP = "vb-tip-exams"


def found_in(
    catalogue: Catalogue, counts: dict[str, int], school: str = "voorbeeld", month: int = 11
) -> Insights:
    day = dt.date(2026, month, 14)
    return insights(catalogue, school, {day: counts}, YEAR)


def ids(catalogue: Catalogue) -> tuple[str, str, str]:
    """Three offerings of the example school; only the first two have an element in common."""
    offerings = [o for o in catalogue.schools["voorbeeld"].offerings if o.use is None]
    for one in offerings:
        for other in offerings:
            for third in offerings:
                shared = set(one.elements) & set(other.elements)
                if one is not other and shared and not shared & set(third.elements):
                    return one.id, other.id, third.id
    raise AssertionError


@pytest.mark.parametrize(
    ("today", "first", "last", "months"),
    [
        (dt.date(2026, 11, 27), dt.date(2026, 8, 1), dt.date(2026, 10, 1), 3),
        (dt.date(2026, 9, 1), dt.date(2026, 8, 1), dt.date(2026, 8, 1), 1),
        (dt.date(2026, 8, 31), dt.date(2025, 8, 1), dt.date(2026, 7, 1), 12),
        (dt.date(2027, 1, 31), dt.date(2026, 8, 1), dt.date(2026, 12, 1), 5),
    ],
)
def test_a_school_year_has_whole_months(
    today: dt.date, first: dt.date, last: dt.date, months: int
) -> None:
    year = school_year(today)
    assert (year[0], year[-1], len(year)) == (first, last, months)


@pytest.mark.parametrize(("begins", "months"), [(2026, 3), (2025, 12), (2027, 0), (0, 0), (-4, 0)])
def test_another_school_year_can_be_chosen(begins: int, months: int) -> None:
    assert len(school_year(dt.date(2026, 11, 27), begins)) == months


def test_every_number_stands_where_it_belongs(catalogue: Catalogue) -> None:
    names = {
        "suggested:{}": ("suggested", 100),
        "promised:{}": ("promised", 50),
        "done:{}": ("done", 40),
        "helped:{}:yes": ("helped", 21),
        "helped:{}:bit": ("helped-bit", 12),
        "helped:{}:no": ("helped-not", 0),
        "came:{}": ("came", 9),
        "declined:{}": ("declined", 31),
        "not-fit:{}": ("not-fit", 10),
        "hindered:dare:{}": ("dare", 13),
        "hindered:time:{}": ("time", 14),
        "hindered:reach:{}": ("reach", 15),
        "hindered:forgot:{}": ("forgot", 16),
    }
    counts = {stored.format(ONE): count for stored, (_, count) in names.items()}
    found = found_in(catalogue, counts)
    (row,) = found.offerings
    expected = {name: Number(n, n) for name, n in names.values()} | {"came": HIDDEN}
    assert row.id == ONE
    assert row.numbers == found.total.numbers == expected
    assert [row.share(name) for name in ("promised", "done", "helped")] == [50, 80, 64]
    assert row.share("came") is None
    assert {e.id for e in found.elements} == set(catalogue.offerings[ONE].elements)
    assert all(element.numbers == expected for element in found.elements)
    assert ONE not in found.untouched
    assert len(found.untouched) > 5


def test_an_element_is_the_sum_of_its_offerings(catalogue: Catalogue) -> None:
    one, other, third = ids(catalogue)
    counts = {f"suggested:{one}": 30, f"suggested:{other}": 12, f"suggested:{third}": 50}
    found = found_in(catalogue, counts)
    shared = set(catalogue.offerings[one].elements) & set(catalogue.offerings[other].elements)
    for element in found.elements:
        if element.id in shared:
            assert element.numbers["suggested"] == Number(42, 42)
    assert found.total.numbers["suggested"] == Number(92, 92)


def test_a_total_does_not_give_a_small_number_away(catalogue: Catalogue) -> None:
    one, other, third = ids(catalogue)
    counts = {f"suggested:{one}": 30, f"suggested:{other}": 4, f"suggested:{third}": 50}
    found = found_in(catalogue, counts)
    assert found.total.numbers["suggested"] == Number(81, 89)
    # Nor do the months: all 84 were in November.
    assert set(found.monthly["suggested"]) == {None}


def test_danger_and_what_is_gone_or_of_another_school_is_not_in_it(
    app: App, catalogue: Catalogue
) -> None:
    counts = {
        "help:suicidal": 77,
        "suggested:nat-113": 77,
        "suggested:gone-long-ago": 77,
        "tip:some-tip": 77,
        "dropped:tip": 77,
        "suggested:leiden-student-mentor": 77,
        f"suggested:{ONE}": 20,
    }
    for school in ("voorbeeld", NATIONAL):
        found = found_in(catalogue, counts, school)
        assert "77" not in words(app, catalogue, found, "nl")
        assert "77" not in Outline(page(app, catalogue, "nl", found)).words


def test_days_of_months_that_are_not_over_do_not_count(catalogue: Catalogue) -> None:
    name = f"suggested:{ONE}"
    before, after = dt.date(2026, 7, 31), dt.date(2027, 8, 1)
    counts = {before: {name: 500}, dt.date(2027, 7, 31): {name: 20}, after: {name: 500}}
    found = insights(catalogue, "voorbeeld", counts, YEAR)
    assert found.total.numbers["suggested"] == Number(20, 20)
    assert found.monthly["suggested"] == (*[Number(0, 0)] * 11, Number(20, 20))


def test_the_calendar_is_drawn_as_far_as_it_is_in_these_months(catalogue: Catalogue) -> None:
    months = school_year(dt.date(2026, 12, 2))
    bands = insights(catalogue, "voorbeeld", {}, months).bands
    assert bands
    assert [band.first for band in bands] == sorted(band.first for band in bands)
    assert all(months[0] <= band.first <= band.last <= dt.date(2026, 11, 30) for band in bands)
    assert "activity" not in {band.entry.kind for band in bands}
    longer = [band for band in bands if band.entry.to and band.entry.to > band.last]
    assert longer  # the dark months go on


# ---- tips, and what was not said any more -------------------------------------------------------


def test_each_tip_that_was_sent_is_counted_and_a_small_number_is_hidden(
    catalogue: Catalogue,
) -> None:
    days = {
        dt.date(2026, 7, 31): {f"tip:{TIP}": 500},
        dt.date(2026, 11, 3): {f"tip:{TIP}": 9, "tip:vb-tip-resits": 9},
        dt.date(2027, 7, 31): {f"tip:{TIP}": 3, "tip:vb-tip-holiday": 0},
        dt.date(2027, 8, 1): {f"tip:{TIP}": 500},
    }
    found = insights(catalogue, "voorbeeld", days, YEAR)
    sent = {sent.tip.id: sent.number for sent in found.tips}
    assert sent == {TIP: Number(12, 12), "vb-tip-resits": HIDDEN}
    assert not {sent.tip.offering for sent in found.tips} & set(found.untouched)
    assert found.total.is_empty
    assert not found.is_empty


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [0, 1, 9, 10, 4321])
def test_a_tip_is_named_by_its_offering_and_theme(
    app: App, catalogue: Catalogue, language: Language, count: int
) -> None:
    found = found_in(catalogue, {f"tip:{TIP}": count, f"suggested:{ONE}": 77})
    table = words(app, catalogue, found, language)
    rows = re.findall(r"<tr>.*?</tr>", page(app, catalogue, language, found), re.DOTALL)
    (tip,) = [tip for tip in catalogue.schools["voorbeeld"].tips if tip.id == TIP]
    title = catalogue.offerings[tip.offering].title.in_(language)
    assert (TIP in table) == any(TIP in row for row in rows) == bool(count)
    if count:
        (row,) = ("".join(Outline(row).words) for row in rows if TIP in row)
        shown = "<10" if count < 10 else str(count)
        assert row.endswith(f"({TIP}){shown}")
        assert row.startswith(title)
        assert catalogue.themes[tip.theme].name.in_(language) in row
        assert re.search(rf"^ *{re.escape(title)}.* {shown} *$", table, re.MULTILINE)


def test_a_tip_of_another_school_or_one_that_is_gone_is_not_shown(catalogue: Catalogue) -> None:
    counts = {f"tip:{TIP}": 20, "tip:gone-long-ago": 20}
    for other in ("leiden", NATIONAL):
        assert found_in(catalogue, counts, other).is_empty
    school = catalogue.schools["voorbeeld"]
    without = replace(school, tips=tuple(tip for tip in school.tips if tip.id != TIP))
    gone = replace(catalogue, schools={**catalogue.schools, "voorbeeld": without})
    assert not found_in(gone, counts).tips


@pytest.mark.parametrize(("use", "is_shown"), [("hidden", True), ("crisis", False)])
def test_a_tip_that_was_sent_stays_unless_it_is_about_danger(
    app: App, catalogue: Catalogue, use: str, is_shown: bool
) -> None:
    school = catalogue.schools["voorbeeld"]
    about = next(tip.offering for tip in school.tips if tip.id == TIP)
    changed = tuple(
        o.model_copy(update={"use": use}) if o.id == about else o for o in school.offerings
    )
    others = {id: o for id, o in catalogue.offerings.items() if id != about}
    now_other = replace(
        catalogue,
        schools={**catalogue.schools, "voorbeeld": replace(school, offerings=changed)},
        offerings=others | {o.id: o for o in changed if o.use != "hidden"},
    )
    found = found_in(now_other, {f"tip:{TIP}": 20})
    assert bool(found.tips) == is_shown
    assert (TIP in " ".join(words(app, now_other, found, "nl").split())) == is_shown
    assert (TIP in page(app, now_other, "nl", found)) == is_shown


def test_every_kind_that_was_dropped_has_its_own_number_and_there_is_no_sum(app: App) -> None:
    counts = dict(zip(get_args(DueKind), (12, 9, 0, 30), strict=True))
    day = {f"dropped:{kind}": count for kind, count in counts.items()}
    said = dropped({dt.date(2026, 11, 3): day}, YEAR)
    assert said is not None
    english = app.translators["en"].say(said)
    assert "together): check-ins 12, reminders <10 and tips 30. Check" in english
    assert "12 vragen of het lukte, <10 herinneringen en 30 tips." in app.translators["nl"].say(
        said
    )
    assert re.findall(r"\d+", english) == ["12", "10", "30"]


@pytest.mark.parametrize("kind", get_args(DueKind))
def test_what_was_dropped_in_these_months_is_said_for_each_kind(app: App, kind: str) -> None:
    name = f"dropped:{kind}"
    outside = {dt.date(2026, 7, 31): {name: 500}, dt.date(2027, 8, 1): {name: 500}}
    assert dropped(outside, YEAR) is None
    inside = {dt.date(2026, 8, 1): {name: 9}, dt.date(2027, 7, 31): {name: 8}}
    said = dropped(outside | inside, YEAR)
    assert said is not None
    assert re.findall(r"\d+", app.translators["en"].say(said)) == ["17"]


def test_nothing_is_said_where_nothing_was_dropped() -> None:
    day = {f"suggested:{ONE}": 77, "dropped:tip": 0, "dropped:something-else": 50}
    assert dropped({dt.date(2026, 11, 3): day}, YEAR) is None


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_was_dropped_stands_once_below_all_institutions(
    app: App, catalogue: Catalogue, language: Language
) -> None:
    said = dropped({dt.date(2026, 11, 3): {"dropped:check-in": 3}}, YEAR)
    assert said is not None
    both = (much(catalogue), much(catalogue, NATIONAL))
    text = page(app, catalogue, language, *both, in_the_end=said)
    sentence = html.escape(app.translators[language].say(said))
    assert "&lt;10" in sentence
    assert text.count(sentence) == 1
    assert text.rindex('<section class="school"') < text.index(sentence)
    assert text.index(sentence) < text.index('<section class="counting"')
    Outline(text)


# ---- the table and the page ---------------------------------------------------------------------


def words(app: App, catalogue: Catalogue, found: Insights, language: Language) -> str:
    out = io.StringIO()

    def say(what: Arg) -> str:
        return app.translators[language].say(what, catalogue)

    print_table(found, say, language, Console(file=out, width=80, highlight=False, emoji=False))
    return out.getvalue()


def page(
    app: App,
    catalogue: Catalogue,
    language: Language,
    *found: Insights,
    in_the_end: Text | None = None,
) -> str:
    def say(what: Arg) -> str:
        return app.translators[language].say(what, catalogue)

    return as_page(found, say, language, TODAY, in_the_end)


def much(catalogue: Catalogue, school: str = "voorbeeld") -> Insights:
    """A busy year in which all kinds of numbers are there, also the ones that are not shown."""
    counts: dict[dt.date, dict[str, int]] = {}
    for at, month in enumerate(YEAR):
        day = counts.setdefault(month, {})
        for nth, offering in enumerate(catalogue.school(school).offerings):
            for name, part in (("suggested", 1), ("promised", 2), ("done", 4), ("declined", 3)):
                day[f"{name}:{offering.id}"] = at * (nth % 5) // part
            day[f"helped:{offering.id}:yes"] = at // 3
            day[f"hindered:time:{offering.id}"] = nth % 2
        for nth, tip in enumerate(catalogue.school(school).tips):
            day[f"tip:{tip.id}"] = nth
    return insights(catalogue, school, counts, YEAR)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_fits_and_says_all(app: App, catalogue: Catalogue, language: Language) -> None:
    found = much(catalogue)
    said = words(app, catalogue, found, language)
    assert max(map(len, said.splitlines())) <= 80
    total = found.total.numbers["suggested"]
    assert total.is_exact
    assert f"{total.least} " in said
    assert "<10" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_where_nothing_was_counted_it_says_what_to_do(
    app: App, catalogue: Catalogue, language: Language
) -> None:
    nothing = insights(catalogue, "leiden", {}, YEAR)
    assert nothing.total.is_empty
    assert "--year" in words(app, catalogue, nothing, language)
    outline = Outline(page(app, catalogue, language, nothing))
    assert not outline.all("table")
    assert "--year" in "".join(outline.words)


@pytest.mark.parametrize("language", LANGUAGES)
def test_everybody_can_find_the_way_in_the_page(
    app: App, catalogue: Catalogue, language: Language
) -> None:
    both = (much(catalogue), much(catalogue, NATIONAL))
    text = page(app, catalogue, language, *both)
    outline = Outline(text)
    assert outline.all("html") == [{"lang": language}]
    assert len(outline.all("h1")) == len(outline.all("main")) == 1
    assert len(outline.all("table")) == len(outline.all("caption")) == 9  # national has no tips
    boxes = [attrs for attrs in outline.all("div") if attrs.get("role") == "region"]
    assert len({box["aria-label"] for box in boxes}) == len(boxes) == 11  # with two plots
    for svg in outline.all("svg"):
        assert svg.get("aria-hidden") == "true" or (svg["role"] == "img" and svg["aria-label"])
    forbidden = {"script", "link", "img", "iframe", "object", "embed"}
    assert not forbidden & {tag for tag, *_ in outline.tags}
    assert "http" not in text
    assert "url(" not in text
    assert len(text.encode()) < 200_000


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_row_of_the_page_has_all_columns(
    app: App, catalogue: Catalogue, language: Language
) -> None:
    text = page(app, catalogue, language, much(catalogue))
    for table in re.findall(r"<table.*?</table>", text, re.DOTALL):
        rows = [r for r in re.findall(r"<tr>.*?</tr>", table, re.DOTALL) if "<td" in r]
        (width,) = {len(re.findall("<td", row)) + 1 for row in rows}
        assert len(re.findall('scope="col"', table)) == width
        assert set(re.findall(r'colspan="(\d+)"', table)) <= {str(width)}


def test_hostile_words_stay_words(app: App, catalogue: Catalogue) -> None:
    bad = Localised(nl=HOSTILE, en=HOSTILE)
    school = catalogue.schools["voorbeeld"]
    calendar = tuple(entry.model_copy(update={"title": bad}) for entry in school.calendar)
    offerings = {id: o.model_copy(update={"title": bad}) for id, o in catalogue.offerings.items()}
    name = school.institution.model_copy(update={"name": bad})
    hostile = replace(
        catalogue,
        offerings=offerings,
        elements={id: e.model_copy(update={"name": bad}) for id, e in catalogue.elements.items()},
        schools={"voorbeeld": replace(school, institution=name, calendar=calendar)},
    )
    usual, found = much(catalogue), much(hostile)
    text = page(app, hostile, "nl", found)
    assert "<script" not in text
    assert "<img" not in text
    plain = {tag for tag, *_ in Outline(page(app, catalogue, "nl", usual)).tags}
    assert {tag for tag, *_ in Outline(text).tags} == plain


def test_a_bar_is_as_long_as_its_part_and_hidden_numbers_have_none() -> None:
    drawn = bars([Number(100, 100), Number(50, 50), HIDDEN, Number(0, 0), Number(21, 29)], 100)
    assert [int(n) for n in re.findall(r'<rect[^>]* width="(\d+)"', drawn)] == [159, 80]
    assert "<rect" not in bars([HIDDEN], 0)


def test_bands_do_not_lie_on_each_other() -> None:
    days = [dt.date(2026, 9, 1) + dt.timedelta(days=d) for d in (0, 1, 40, 290, 300)]
    spans = [Span("A rather long name of a period", day, day) for day in days]
    short = [(month, "x") for month in YEAR]
    drawn = by_month(short, [[None] * 12, [HIDDEN] * 12], spans, "label")
    found = re.findall(r'class="band" x="([\d.]+)" y="(\d+)" width="([\d.]+)"', drawn)
    assert len(found) == len(spans)
    places = [(float(x), int(y), float(width)) for x, y, width in found]
    assert places[0][1] != places[1][1]  # beside each other there is no room for the names
    assert all(x + width <= 52 + 12 * 56 for x, _, width in places)
    assert 'class="bar-' not in drawn


def test_a_long_name_is_cut_where_there_is_no_room_and_never_through_a_sign() -> None:
    middle = dt.date(2027, 1, 31)
    drawn = by_month(
        [(month, "x") for month in YEAR], [], [Span("<&" * 90, middle, middle)], "label"
    )
    (name,) = re.findall(r"<text [^>]*>([^<]*…)</text>", drawn)
    assert set(html.unescape(name)) == set("<&…")
    assert 20 < len(html.unescape(name)) < 90


# ---- the command --------------------------------------------------------------------------------


Wegwijs = Callable[..., tuple[int, str, str]]


@pytest.fixture
def wegwijs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Wegwijs:
    """Runs the command on this folder: its status, standard output and standard error."""
    monkeypatch.setenv("WEGWIJS_DATA", str(tmp_path))

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as done:
            main(["insights", *arguments, "--lang", "en"])
        said = capsys.readouterr()
        return int(str(done.value.code)), said.out, said.err

    return run


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        ("", 1, "no database"),
        ("--year 3000", 2, "--year"),
        ("--institution nowhere", 2, "nowhere"),
    ],
)
def test_what_cannot_be_done_is_said(
    wegwijs: Wegwijs, tmp_path: Path, arguments: str, status: int, said: str
) -> None:
    got, out, why = wegwijs(*arguments.split())
    assert (got, out) == (status, "")
    assert said in why
    assert not list(tmp_path.iterdir())


async def test_it_reads_beside_the_running_bot(wegwijs: Wegwijs, tmp_path: Path) -> None:
    last_month = dt.datetime.now(dt.UTC).replace(day=1) - dt.timedelta(days=3)
    file = tmp_path / "page.html"
    store = await open_store(tmp_path, None, lambda: last_month)
    try:
        counts = (f"suggested:{ONE}",) * 41 + ("suggested:nat-ease",) * 43
        not_said = ("dropped:reminder",) * 61
        of_all = (*counts, *not_said, *("help:suicidal",) * 47)
        await store.commit(Step(None, None, counts=of_all))
        whole = await asyncio.to_thread(wegwijs)
        one = await asyncio.to_thread(wegwijs, "--institution", "voorbeeld")
        written = await asyncio.to_thread(wegwijs, "--html", str(file))
    finally:
        await store.close()
    assert (whole[0], one[0], written[0]) == (0, 0, 0)
    assert "41" in whole[1]
    assert "43" in whole[1]
    assert "of all schools together" in whole[1]
    assert "reminders 61" in " ".join(whole[1].split())
    assert "61" not in one[1]
    assert "41" in one[1]
    assert "43" not in one[1]
    assert "47" not in whole[1] + one[1]
    assert "page.html" in written[2]
    assert "<svg" in file.read_text("utf-8")
    assert "reminders 61" in file.read_text("utf-8")
