"""What staff see of tips: when they go out, to how many, and what is doubtful about them."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.advice.tips import Wishes
from bot.app import App
from bot.catalogue import Catalogue, Reading, Tip, read
from bot.cli import main
from bot.conversation import State, to_json
from bot.settings import read_settings
from bot.staff.doubts import plain, tips
from bot.staff.tips import FEW, preview
from bot.store import Chat, Step, open_store
from bot.text import Text

TODAY = dt.date(2026, 11, 23)
NOW = dt.datetime(2026, 11, 23, 10, tzinfo=dt.UTC)


def student(wishes: Wishes | None, **answers: str) -> bytes:
    told = {"institution": "voorbeeld", **answers}
    return to_json(State("nl", told, tips=wishes))


def lines(app: App, states: list[bytes] | None, school: str = "voorbeeld") -> list[str]:
    found = preview(school, app.catalogue, states, TODAY)
    return [app.translators["en"].say(line, app.catalogue) for line in found]


def counts(app: App, states: list[bytes]) -> dict[str, str]:
    """What is said of each tip."""
    found, tip = {}, ""
    for line in lines(app, states):
        tip = line.partition(":")[0] if line.startswith("vb-") else tip
        if " students now" in line:
            found[tip] = line.strip()
    return found


def test_the_days_of_this_school_year(app: App) -> None:
    said = lines(app, None)
    assert said[0] == "Tips of Example College (made up), school year 2026-2027"
    assert "  from Friday 23 October, in three days (Exam weeks of term 1)" in said
    assert "no database" in said[-1]
    assert not [line for line in said if "students now" in line]


def test_counts_and_no_small_groups(app: App) -> None:
    everything = Wishes(("studying", "programme", "money-work"), 2)
    wanting = [student(everything, **{"first-year": "yes"})] * FEW
    others = [
        student(None),
        student(everything, institution="leiden"),
        b"of another version",
        *[student(everything, **{"first-year": "no", "job": "yes"})] * (FEW - 1),
    ]
    found = counts(app, [*wanting, *others])
    assert found["vb-tip-exams"] == "to 19 students now"
    assert found["vb-tip-first-advice"] == "to 10 students now"
    assert found["vb-tip-timetable"] == "to fewer than 10 students now"
    assert found["vb-tip-introduction"] == "to fewer than 10 students now", (
        "none is not told either"
    )


def test_a_school_without_tips_is_told_where_they_go(app: App) -> None:
    (said,) = lines(app, [], "leiden")
    assert "leiden/tips.yaml" in said


def status(command: list[str]) -> object:
    with pytest.raises(SystemExit) as left:
        main(command)
    return left.value.code


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("WEGWIJS_DATA", str(tmp_path / "data"))
    command = ["tips", "preview", "--institution", "voorbeeld", "--lang", "en"]
    assert status(command) == 0
    assert "no database" in capsys.readouterr().out
    assert not (tmp_path / "data").exists(), "looking makes nothing"

    async def twelve_students() -> None:
        store = await open_store(tmp_path / "data", None, lambda: NOW)
        wishes = Wishes(("studying",), 1)
        for number in range(1, 13):
            chat = Chat(number, "nl", state=student(wishes))
            assert await store.commit(Step(number, chat))
        await store.close()

    asyncio.run(twelve_students())
    assert status(command) == 0
    said = capsys.readouterr().out
    assert "to 12 students now" in said
    assert "to fewer than 10 students now" in said
    assert status(["tips", "preview", "--institution", "nowhere"]) == 2
    assert "voorbeeld" in capsys.readouterr().err


# ---- doubts -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shipped() -> Reading:
    return read(read_settings({}).catalogue)


def _changed(shipped: Reading, changes: Mapping[str, Mapping[str, object]]) -> Reading:
    """The shipped catalogue with these fields of these tips changed."""
    catalogue: Catalogue = shipped.catalogue
    school = catalogue.schools["voorbeeld"]
    found = tuple(
        Tip.model_validate({**tip.model_dump(by_alias=True), **changes.get(tip.id, {})})
        for tip in school.tips
    )
    schools = {**catalogue.schools, "voorbeeld": dataclasses.replace(school, tips=found)}
    return dataclasses.replace(shipped, catalogue=dataclasses.replace(catalogue, schools=schools))


def test_nothing_is_doubtful_about_the_example(shipped: Reading) -> None:
    assert list(tips.doubts(shipped)) == []
    assert [one for one in plain.doubts(shipped) if one.file.endswith("tips.yaml")] == []


@pytest.mark.parametrize(
    ("changes", "key", "path"),
    [
        ({"vb-tip-exams": {"offering": "vb-emergency"}}, "crisis", (0, "offering")),
        ({"vb-tip-exams": {"offering": "vb-nursing-circle"}}, "language", (0, "offering")),
        (
            {"vb-tip-exams": {"text": {"nl": "Kom langs. " * 30, "en": "Come by."}}},
            "long",
            (0, "text", "nl"),
        ),
        (
            {"vb-tip-resits": {"theme": "studying", "when": {"kind": "exams", "days_before": 10}}},
            "same-day",
            (1, "when"),
        ),
    ],
)
def test_what_is_doubtful(
    shipped: Reading,
    changes: Mapping[str, Mapping[str, object]],
    key: str,
    path: tuple[str | int, ...],
) -> None:
    (found,) = tips.doubts(_changed(shipped, changes))
    assert isinstance(found.text, Text)
    assert (found.text.key, found.path) == (f"tips-check.{key}", path)
    assert (found.file, found.severity) == ("voorbeeld/tips.yaml", "warning")


def test_a_kind_that_the_calendar_has_nothing_of(shipped: Reading) -> None:
    school = shipped.catalogue.schools["voorbeeld"]
    calendar = tuple(entry for entry in school.calendar if entry.kind != "exams")
    schools = {"voorbeeld": dataclasses.replace(school, calendar=calendar)}
    catalogue = dataclasses.replace(shipped.catalogue, schools=schools)
    (found,) = tips.doubts(dataclasses.replace(shipped, catalogue=catalogue))
    assert isinstance(found.text, Text)
    assert (found.text.key, found.path) == ("tips-check.never", (0, "when", "kind"))


def test_an_audience_that_fits_is_no_doubt(shipped: Reading) -> None:
    dutch: dict[str, object] = {"offering": "vb-nursing-circle", "only": {"languages": ["nl"]}}
    assert list(tips.doubts(_changed(shipped, {"vb-tip-exams": dutch}))) == []
    same: dict[str, object] = {"theme": "studying", "when": {"kind": "exams", "days_before": 10}}
    apart: dict[str, dict[str, object]] = {
        "vb-tip-exams": {"only": {"years": ["first"]}},
        "vb-tip-resits": {**same, "only": {"years": ["later"]}},
    }
    assert list(tips.doubts(_changed(shipped, apart))) == []


def test_who_said_yes_over_a_year_ago_is_not_counted(app: App) -> None:
    wishes = Wishes(("studying",), 2, TODAY - dt.timedelta(days=365))
    long_ago = dataclasses.replace(wishes, agreed=TODAY - dt.timedelta(days=366))
    states = [student(wishes)] * FEW
    assert str(FEW) in counts(app, states)["vb-tip-exams"]
    more = counts(app, states + [student(long_ago)] * FEW)
    assert more["vb-tip-exams"] == counts(app, states)["vb-tip-exams"]
