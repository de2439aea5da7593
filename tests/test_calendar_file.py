"""What an .ics file changes in calendar.yaml, by the functions and as it is typed."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.catalogue import CatalogueError, read_catalogue
from bot.catalogue.ics import as_ics
from bot.cli import main
from bot.settings import read_settings
from bot.staff.calendar_file import CalendarChange, import_ics, write_calendar
from bot.text import Language
from tests.test_ics import DAY, NOW, ics

SCHOOL = "voorbeeld"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The shipped catalogue, to change; without some schools it is read sooner."""
    others = shutil.ignore_patterns("avans", "leiden", "noorderpoort")
    shipped = read_settings({}).catalogue
    return Path(shutil.copytree(shipped, tmp_path / "catalogue", ignore=others))


def calendar_of(folder: Path, school: str = SCHOOL) -> Path:
    return folder / school / "calendar.yaml"


def exported(folder: Path, language: Language | None = None) -> str:
    return as_ics(read_catalogue(folder).schools[SCHOOL].calendar, language, NOW).decode()


def said(change: CalendarChange) -> list[tuple[str, object, object]]:
    return [
        (text.key.removeprefix("sheet."), text.args["id"], text.args.get("field"))
        for text in change.differences
    ]


@pytest.mark.parametrize("language", ["nl", "en", None])
def test_what_was_exported_changes_nothing(folder: Path, language: Language | None) -> None:
    before = calendar_of(folder).read_bytes()
    change = import_ics(folder, SCHOOL, exported(folder, language).encode())
    assert change.text.encode() == before
    assert (change.differences, change.remarks, change.problems) == ((), (), ())


def test_what_changed_is_written_and_nothing_else(folder: Path) -> None:
    path = calendar_of(folder)
    path.write_text(path.read_text().replace("  from: 2026-08-24\n", "  from: 2026-08-24  # !\n"))
    before = path.read_text()
    changed = (
        exported(folder, "nl")
        .replace("SUMMARY;LANGUAGE=nl:Introductieweek", "SUMMARY;LANGUAGE=nl:Startweek")
        .replace("DTEND;VALUE=DATE:20260829", "DTEND;VALUE=DATE:20260828")
    )
    change = import_ics(folder, SCHOOL, changed.encode())
    assert said(change) == [
        ("changed", "vb-2026-introduction", "title.nl"),
        ("changed", "vb-2026-introduction", "to"),
    ]
    assert path.read_text() == before
    write_calendar(folder, change)
    expected = before.replace("nl: Introductieweek", "nl: Startweek")
    assert path.read_text() == expected.replace("to: 2026-08-28", "to: 2026-08-27", 1)
    read_catalogue(folder)


def test_a_period_becomes_a_day_and_a_day_a_period(folder: Path) -> None:
    changed = (
        exported(folder)
        .replace("DTEND;VALUE=DATE:20260829", "DTEND;VALUE=DATE:20260825")
        .replace("DTEND;VALUE=DATE:20260901", "DTEND;VALUE=DATE:20260902")
    )
    change = import_ics(folder, SCHOOL, changed.encode())
    assert said(change) == [
        ("emptied", "vb-2026-introduction", "to"),
        ("filled", "vb-2026-enrolment", "to"),
    ]
    write_calendar(folder, change)
    here = {entry.id: entry for entry in read_catalogue(folder).schools[SCHOOL].calendar}
    assert here["vb-2026-introduction"].to is None
    assert str(here["vb-2026-enrolment"].to) == "2026-09-01"


def test_what_another_program_left_out_stays(folder: Path) -> None:
    """It knows a title in one language and a day; needs, kind and advice are ours."""
    lines = exported(folder, "nl").split("\r\n")
    ours = ("X-WEGWIJS", "CATEGORIES", "DESCRIPTION", "RRULE")
    bare = "\r\n".join(line for line in lines if not line.startswith((*ours, " ")))
    change = import_ics(folder, SCHOOL, bare.replace("20261102", "20261103").encode())
    changed = {(id, field) for _, id, field in said(change) if id == "vb-2026-exams-1"}
    assert changed == {("vb-2026-exams-1", "from")}


def test_a_school_without_a_calendar_gets_one(folder: Path) -> None:
    path = calendar_of(folder, "hanze")
    path.unlink(missing_ok=True)
    event = ics(DAY.replace("Toetsweek", "Let op: toets"))
    change = import_ics(folder, "hanze", event)
    assert [text.key for text in change.remarks] == ["ics.no-english"]
    assert not path.exists()
    write_calendar(folder, change)
    lines = path.read_text().splitlines()
    assert lines[0] == "# yaml-language-server: $schema=../schema/calendar.schema.json"
    assert lines[1].startswith("- id: hanze-let-op-toets-")
    assert len(read_catalogue(folder).schools["hanze"].calendar) == 1
    # And again, on another day: the same event changes, and no second one comes.
    again = import_ics(folder, "hanze", event.replace(b"20261102", b"20261109"))
    assert [(key, field) for key, _, field in said(again)] == [("changed", "from")]
    # A keeper's translation stays.
    path.write_text(path.read_text().replace("en: 'Let op: toets'", "en: Test"))
    assert "en: Test" in path.read_text()
    assert import_ics(folder, "hanze", event).differences == ()


def test_what_would_break_the_catalogue_is_not_written(folder: Path) -> None:
    unknown = exported(folder).replace("NEEDS:meeting-people", "NEEDS:meeting-poeple")
    change = import_ics(folder, SCHOOL, unknown.encode())
    assert len(change.problems) == 1
    with pytest.raises(ValueError, match="not written"):
        write_calendar(folder, change)
    # Ids are of one school: what another exported is not taken for one's own.
    assert import_ics(folder, "hanze", exported(folder).encode()).problems


def test_a_file_that_was_changed_meanwhile_is_left_alone(folder: Path) -> None:
    change = import_ics(folder, SCHOOL, ics(DAY))
    calendar_of(folder).write_bytes(calendar_of(folder).read_bytes() + b"\n# new\n")
    with pytest.raises(CatalogueError):
        write_calendar(folder, change)


def test_a_calendar_in_another_form_is_told(folder: Path) -> None:
    path = calendar_of(folder)
    path.write_text("[{id: vb-x, title: {nl: Iets, en: Some}, from: 2026-11-02, kind: exams}]\n")
    change = import_ics(folder, SCHOOL, ics(DAY))
    assert [problem.key for problem in change.problems] == ["ics.cannot-edit"]


def test_the_examples_for_keepers_are_right(folder: Path) -> None:
    readme = (folder / "README.md").read_text(encoding="utf-8")
    examples = re.findall(r"```yaml\n(# yaml-language-server.*?)```", readme, re.DOTALL)
    assert len(examples) == 2
    for example in examples:
        calendar_of(folder, "hanze").write_text(example, encoding="utf-8")
        kinds = [entry.kind for entry in read_catalogue(folder).schools["hanze"].calendar]
        assert kinds == ["deadline", "activity"]


Run = Callable[..., tuple[int | str | None, str, str]]


@pytest.fixture
def wegwijs(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """The command with these arguments: status, standard output and standard error."""
    monkeypatch.setenv("WEGWIJS_CATALOGUE", str(folder))

    def run(*arguments: str) -> tuple[int | str | None, str, str]:
        with pytest.raises(SystemExit) as left:
            main([*arguments, "--lang", "en"])
        return left.value.code, *capsys.readouterr()

    return run


def test_as_it_is_typed(wegwijs: Run, folder: Path, tmp_path: Path) -> None:
    file, path = tmp_path / "year.ics", calendar_of(folder)
    out = f"export --format ics --institution voorbeeld --output {file}"
    assert wegwijs(*out.split())[0] == 0
    assert "SUMMARY;LANGUAGE=en:Introduction week" in file.read_text()
    file.write_bytes(ics(DAY))
    before = path.read_bytes()
    back = ("import", str(file), "--institution", SCHOOL)
    status, shown, why = wegwijs(*back, "--dry-run")
    assert (status, path.read_bytes()) == (0, before)
    assert "voorbeeld-toetsweek-" in shown
    assert "Translate it" in why
    assert wegwijs(*back)[0] == 0
    after = path.read_bytes()
    assert after.startswith(before)
    assert len(after) > len(before)
    for arguments, words, expected in (
        ((*back, "--remove"), "--remove", 2),
        (("import", "missing.ics", "--institution", SCHOOL), "missing.ics", 1),
        (("export", "--format", "ics"), "--institution", 2),
    ):
        status, shown, why = wegwijs(*arguments)
        assert (status, shown) == (expected, "")
        assert words in why
    file.write_bytes(b"no calendar")
    status, shown, why = wegwijs(*back)
    assert status == 1
    assert "no calendar that can be read" in shown
    assert "Nothing was changed" in why
    assert path.read_bytes() == after
