"""Whom to ask about what, and what an answer changes in the files."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from bot.catalogue import Catalogue, Offering, School, StaffMember, read_catalogue
from bot.catalogue.days import AMSTERDAM
from bot.catalogue.models import Checked
from bot.catalogue.shape import shape
from bot.catalogue.yaml_text import read_yaml
from bot.handover.desk import Desk, desk_of
from bot.handover.freshness import Asked, asks_now, mark_of, owners, why_due
from bot.handover.working_time import Presence
from bot.reviews import Outcome, Wanted
from bot.staff.freshness import OfferingFiles, listed
from bot.store import open_store
from bot.store.port import Review, Step
from tests.conftest import NOW

TODAY = NOW.date()
JIP, NOOR, TARIQ = "vb-jip-lindhout", "vb-noor-wegman", "vb-tariq-halewijn"
SHIPPED = Path(__file__).parent.parent / "catalogue"
DAY = dt.timedelta(days=1)


@pytest.fixture
def school(catalogue: Catalogue) -> School:
    return catalogue.schools["voorbeeld"]


def checked(offering: Offering, days_ago: int | None) -> Offering:
    """As it is when somebody looked at it so long ago."""
    on = None if days_ago is None else TODAY - days_ago * DAY
    return offering.model_copy(update={"checked": Checked(on=on, by="x") if on else None})


def with_staff(school: School, **reviews: int) -> School:
    """Who agreed to how many questions a month; ids with _ for -."""
    wanted = {id.replace("_", "-"): count for id, count in reviews.items()}
    staff = tuple(m.model_copy(update={"reviews": wanted.get(m.id)}) for m in school.staff)
    return dataclasses.replace(school, staff=staff)


def with_ages(school: School, **days: int | None) -> School:
    """Only these offerings, looked at so many days ago; ids without vb- and with _ for -."""
    ages = {f"vb-{id.replace('_', '-')}": ago for id, ago in days.items()}
    kept = tuple(checked(o, ages[o.id]) for o in school.offerings if o.id in ages)
    return dataclasses.replace(school, offerings=kept)


def desk(school: School) -> Desk:
    """Everybody can be reached by mail."""
    there = {m.id: Presence(m.hours, frozenset()) for m in school.staff}
    return desk_of(school, {m.id: "email" for m in school.staff}, {}, there, 60 * DAY)


def asked_now(school: School, *asked: Asked, at: dt.datetime = NOW) -> dict[str, str]:
    """Which offering, and whom."""
    return {ask.offering.id: ask.staff for ask in asks_now(school, desk(school), asked, at)}


# ---- due ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "days_ago", "why"),
    [
        ("confirmed", None, "never"),
        ("example", None, "never"),
        ("compiled-from-public-pages", None, None),
        ("compiled-from-public-pages", 184, "old"),
        ("confirmed", 183, None),
        ("confirmed", 184, "old"),
        ("confirmed", -1, None),
    ],
)
def test_what_is_due(school: School, status: str, days_ago: int | None, why: str | None) -> None:
    institution = school.institution.model_copy(update={"status": status})
    other = dataclasses.replace(school, institution=institution)
    offering = checked(school.offerings[0], days_ago)
    assert why_due(offering, other, TODAY) == why
    assert why_due(offering.model_copy(update={"use": "hidden"}), other, TODAY) is None


def test_another_mark_only_for_what_an_owner_sees(school: School) -> None:
    offering = school.offerings[0]
    assert mark_of(checked(offering, 3)) == mark_of(offering)
    changed = offering.model_copy(update={"source": "https://elsewhere.example"})
    assert mark_of(changed) != mark_of(offering)


def test_owners_are_its_own_people_else_the_keepers(school: School) -> None:
    buddy = next(o for o in school.offerings if o.id == "vb-buddy")
    keeper = next(m for m in school.staff if m.id == TARIQ).model_copy(
        update={"keeper": True, "reviews": 1}
    )
    others = with_staff(school, vb_jip_lindhout=1).staff
    own = dataclasses.replace(school, staff=others)
    assert [m.id for m in owners(buddy, own)] == [JIP]
    staff = tuple(keeper if m.id == TARIQ else m for m in school.staff if m.reviews is None)
    assert [m.id for m in owners(buddy, dataclasses.replace(school, staff=staff))] == [TARIQ]
    assert owners(buddy, with_staff(school)) == ()


# ---- asking -------------------------------------------------------------------------------------


def test_the_oldest_first_and_one_a_day(school: School) -> None:
    some = with_ages(school, buddy=200, living_room=300, grief_cafe=250)
    some = with_staff(some, vb_jip_lindhout=5)
    at = NOW.replace(hour=12)
    assert asked_now(some, at=at) == {"vb-living-room": JIP}
    first = Asked("vb-living-room", JIP, at)
    assert asked_now(some, first, at=at.replace(hour=16)) == {}
    assert asked_now(some, first, at=at + DAY) == {"vb-grief-cafe": JIP}


def test_no_more_than_they_agreed_to(school: School) -> None:
    some = with_staff(with_ages(school, buddy=200, living_room=300), vb_jip_lindhout=1)
    at = NOW.replace(hour=12)
    first = Asked("vb-living-room", JIP, at)
    assert asked_now(some, first, at=at + 28 * DAY) == {}
    assert asked_now(some, first, at=at + 30 * DAY) == {"vb-buddy": JIP}


def test_who_has_no_room_leaves_it_to_a_colleague(school: School) -> None:
    some = with_ages(school, grief_cafe=250)
    some = with_staff(some, vb_jip_lindhout=1, vb_noor_wegman=1)
    at = NOW.replace(hour=12)
    other = Asked("vb-buddy", JIP, at - 3 * DAY)
    assert asked_now(some, other, at=at) == {"vb-grief-cafe": NOOR}


@pytest.mark.parametrize(
    ("answer", "days", "again"),
    [
        (None, 89, False),
        (None, 91, True),
        ("change", 91, True),
        ("right", 91, False),  # not applied yet, but it was said
        ("right", 184, True),
    ],
)
def test_the_same_one_not_soon_again(
    school: School, answer: str | None, days: int, again: bool
) -> None:
    some = with_staff(with_ages(school, buddy=200), vb_jip_lindhout=2)
    at = dt.datetime(2027, 6, 2, 12, tzinfo=AMSTERDAM)
    before = Asked("vb-buddy", JIP, at - days * DAY, answer)
    assert (asked_now(some, before, at=at) == {"vb-buddy": JIP}) is again


@pytest.mark.parametrize(
    ("moment", "asks"),
    [("2026-11-23 10:59", False), ("2026-11-23 11:00", True), ("2026-11-27 12:00", False)],
)
def test_only_when_they_are_there(school: School, moment: str, asks: bool) -> None:
    some = with_staff(with_ages(school, buddy=200), vb_jip_lindhout=2)
    at = dt.datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM)
    assert bool(asked_now(some, at=at)) is asks


def test_nobody_who_cannot_be_reached(school: School) -> None:
    some = with_staff(with_ages(school, buddy=200), vb_jip_lindhout=2)
    there = {m.id: Presence(m.hours, frozenset()) for m in some.staff}
    nobody = desk_of(some, {}, {}, there, DAY)
    assert asks_now(some, nobody, (), NOW.replace(hour=12)) == ()


@given(
    most=st.integers(1, 4),
    ages=st.lists(st.none() | st.integers(0, 500), min_size=31, max_size=31),
    answers=st.lists(st.sampled_from((None, "right", "change", "hide")), min_size=1),
)
def test_over_months_nobody_is_asked_too_much(
    catalogue: Catalogue, most: int, ages: list[int | None], answers: list[str | None]
) -> None:
    school = catalogue.schools["voorbeeld"]
    aged = tuple(checked(o, ago) for o, ago in zip(school.offerings, ages, strict=True))
    school = dataclasses.replace(with_staff(school, vb_jip_lindhout=most), offerings=aged)
    asked: list[Asked] = []
    for day in range(120):
        now = NOW.replace(hour=12) + day * DAY
        for ask in asks_now(school, desk(school), asked, now):
            assert ask.staff in ask.offering.staff
            asked.append(Asked(ask.offering.id, ask.staff, now, answers[len(asked) % len(answers)]))
    for one in asked:
        month = [o for o in asked if dt.timedelta(0) <= o.at - one.at < 30 * DAY]
        assert len(month) <= most
        same = [o for o in asked if o.offering == one.offering and o.at > one.at]
        assert all(o.at - one.at >= 90 * DAY for o in same)


# ---- into the files -----------------------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "catalogue"
    shutil.copytree(SHIPPED, copy)
    return copy


def wanted(catalogue: Catalogue, id: str, answer: str = "right", number: int = 1) -> Wanted:
    mark = mark_of(catalogue.offerings[id])
    by = "studentenpsycholoog"
    return Wanted(number, "voorbeeld", id, answer, mark, TODAY, by)  # type: ignore[arg-type]


def keys(outcomes: list[Outcome]) -> list[tuple[str, bool]]:
    return [(one.said.key, one.settled) for one in outcomes]


def lines_that_differ(before: str, after: str) -> list[str]:
    old = before.splitlines()
    return [line.strip() for line in after.splitlines() if line not in old]


def test_a_stamp_and_nothing_else(folder: Path, catalogue: Catalogue) -> None:
    file = folder / "voorbeeld" / "offerings.yaml"
    before = file.read_text()
    files = OfferingFiles(folder)
    some = [
        wanted(catalogue, "vb-rainbow-table"),  # has a stamp of last year
        wanted(catalogue, "vb-quiet-floor", number=2),  # has none
        wanted(catalogue, "vb-love-and-sex", "hide", number=3),
    ]
    assert keys(files.apply(some)) == [
        ("freshness.stamped", True),
        ("freshness.stamped", True),
        ("freshness.hidden", True),
    ]
    after = file.read_text()
    assert lines_that_differ(before, after) == [
        "checked:",
        "on: 2026-11-23",
        "by: studentenpsycholoog",
        "use: hidden",
        "checked: {on: 2026-11-23, by: studentenpsycholoog}",
    ]
    now = read_catalogue(folder)
    for id in ("vb-rainbow-table", "vb-quiet-floor"):
        assert now.offerings[id].checked == Checked(on=TODAY, by="studentenpsycholoog")
    assert "vb-love-and-sex" not in now.offerings
    assert keys(files.apply(some)) == [
        ("freshness.already", True),
        ("freshness.already", True),
        ("freshness.gone", True),
    ]
    assert file.read_text() == after


@pytest.mark.parametrize(
    "stamp",
    [
        "  checked: {on: 2025-01-01, by: x}  # then\n",
        "  checked: { by: 'x', on: 2025-01-01 }\n",
        "  checked:\n    on: 2025-01-01  # then\n    by: x\n",
        "  checked:\n    by: >-\n      a long\n      story\n    on: '2025-01-01'\n",
        "  checked:\n",
        "  checked: ~\n",
        "",
    ],
)
@pytest.mark.parametrize(("mark", "line_end"), [("", "\n"), ("\ufeff", "\r\n")])
def test_however_it_was_written(
    folder: Path, catalogue: Catalogue, stamp: str, mark: str, line_end: str
) -> None:
    file = folder / "voorbeeld" / "offerings.yaml"
    source = "  source: https://voorbeeld.example/stille-etage\n"
    lines = file.read_text().replace(source, source + stamp)
    before = (mark + lines.replace("\n", line_end)).encode()
    file.write_bytes(before)
    (outcome,) = OfferingFiles(folder).apply([wanted(catalogue, "vb-quiet-floor")])
    assert (outcome.said.key, outcome.settled) == ("freshness.stamped", True)
    after = file.read_bytes()
    assert after.startswith(mark.encode())
    assert after.count(b"\n") == after.count(line_end.encode())
    assert (b"# then" in after) == (b"# then" in before)
    then, now = (offerings_in(content) for content in (before, after))
    stamped = Checked(on=TODAY, by="studentenpsycholoog")
    assert now == tuple(
        one.model_copy(update={"checked": stamped}) if one.id == "vb-quiet-floor" else one
        for one in then
    )


def offerings_in(content: bytes) -> tuple[Offering, ...]:
    form: TypeAdapter[tuple[Offering, ...]] = TypeAdapter(tuple[Offering, ...])
    offerings, problems = shape(read_yaml(content, "x"), form)
    assert not problems
    return tuple(offerings or ())


def _gone(file: Path) -> None:
    file.write_text(file.read_text().replace("- id: vb-quiet-floor", "- id: vb-other"))


def _changed(file: Path) -> None:
    old = file.read_text()
    at = old.index("first_step:", old.index("- id: vb-quiet-floor"))
    at = old.index("nl: ", at) + 4
    file.write_text(f"{old[:at]}Loop {old[at:]}")


def _broken(file: Path) -> None:
    file.write_text(file.read_text() + "\n- id: [\n")


def _missing(file: Path) -> None:
    file.unlink()


@pytest.mark.parametrize(
    ("happens", "key", "is_settled"),
    [
        (_gone, "freshness.gone", True),
        (_changed, "freshness.changed", True),
        (_broken, "freshness.bad-file", False),
        (_missing, "freshness.not-written", False),
    ],
)
def test_what_cannot_be_written_is_said(
    folder: Path,
    catalogue: Catalogue,
    happens: Callable[[Path], None],
    key: str,
    is_settled: bool,
) -> None:
    file = folder / "voorbeeld" / "offerings.yaml"
    happens(file)
    before = file.read_bytes() if file.exists() else None
    outcomes = OfferingFiles(folder).apply([wanted(catalogue, "vb-quiet-floor")])
    assert keys(outcomes) == [(key, is_settled)]
    assert (file.read_bytes() if file.exists() else None) == before


def test_where_it_stands(folder: Path) -> None:
    files = OfferingFiles(folder)
    name, _, line = files.place_of("voorbeeld", "vb-buddy").partition(":")
    assert name == "voorbeeld/offerings.yaml"
    text = (folder / name).read_text().splitlines()[int(line) - 1]
    assert text == "- id: vb-buddy"
    assert files.place_of("voorbeeld", "vb-nothing") == "voorbeeld/offerings.yaml"
    assert files.place_of("nowhere", "vb-buddy") == "nowhere/offerings.yaml"


def test_the_list_of_what_waits(catalogue: Catalogue) -> None:
    files = OfferingFiles(SHIPPED)
    buddy, floor = (catalogue.offerings[id] for id in ("vb-buddy", "vb-quiet-floor"))
    one = Review(1, "voorbeeld", "vb-buddy", JIP, mark_of(buddy), NOW - DAY)
    said = dataclasses.replace(one, answer="change", answered_at=NOW, note=b"de tijden")
    some = [
        one,
        dataclasses.replace(one, asked_at=NOW - 91 * DAY),  # may be asked again
        dataclasses.replace(one, answer="right", answered_at=NOW),
        dataclasses.replace(one, answer="right", answered_at=NOW, applied_at=NOW),
        dataclasses.replace(one, answer="hide", answered_at=NOW),
        said,
        dataclasses.replace(said, note=None),
        dataclasses.replace(said, mark=mark_of(floor)),  # it was changed since
    ]
    assert [line.key for line in listed(some, catalogue, files, NOW)] == [
        "freshness.asked",
        "freshness.right",
        "freshness.hide",
        "freshness.change",
        "freshness.no-note",
    ]
    assert [line.key for line in listed([], catalogue, files, NOW)] == ["freshness.nothing"]


def test_reviews_are_asked_for_by_one_desk_of_the_example(school: School) -> None:
    asking: list[StaffMember] = [m for m in school.staff if m.reviews]
    assert [(m.id, m.reviews) for m in asking] == [("vb-servicepunt", 2)]


# ---- the command --------------------------------------------------------------------------------


def wegwijs(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Status, standard output and standard error; what is kept is beside the catalogue."""
    env = {"WEGWIJS_CATALOGUE": str(folder), "WEGWIJS_DATA": str(folder.parent / "data")}
    done = subprocess.run(
        [sys.executable, "-m", "bot", "freshness", *arguments, "--lang", "en"],
        cwd=SHIPPED.parent,
        env={**os.environ, **env, "WEGWIJS_KEY_FILE": "", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode(), done.stderr.decode()


async def test_the_command(folder: Path, catalogue: Catalogue) -> None:
    store = await open_store(folder.parent / "data", None, lambda: NOW)
    kept = [
        Review(1, "voorbeeld", "vb-quiet-floor", JIP, "", NOW, "right", NOW),
        Review(2, "voorbeeld", "vb-buddy", JIP, "", NOW, "change", NOW, b"de tijden"),
    ]
    marked = [
        dataclasses.replace(one, mark=mark_of(catalogue.offerings[one.offering])) for one in kept
    ]
    await store.commit(Step(None, None, reviews=tuple(marked)))  # while the bot runs
    status, said, _ = await asyncio.to_thread(wegwijs, folder)
    assert status == 0
    assert "voorbeeld/vb-quiet-floor: still right" in said
    assert "“de tijden”" in said
    status, said, _ = await asyncio.to_thread(wegwijs, folder, "apply")
    assert (status, said.count("\n")) == (0, 1)
    assert "checked is now 2026-11-23, by coördinator van de buddy's" in said
    now = read_catalogue(folder).offerings["vb-quiet-floor"].checked
    assert now is not None
    assert now.on == TODAY
    assert (await asyncio.to_thread(wegwijs, folder, "apply"))[1] == "Nothing waits.\n"
    assert "quiet-floor" not in (await asyncio.to_thread(wegwijs, folder, "list"))[1]
    await store.close()


def test_without_a_database_it_says_so_and_makes_none(folder: Path) -> None:
    for action in ("list", "apply"):
        status, said, why = wegwijs(folder, action)
        assert (status, said) == (1, "")
        assert "there is no database" in why
    assert not (folder.parent / "data").exists()
