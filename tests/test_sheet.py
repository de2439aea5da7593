"""Out to a sheet and in again: nothing is lost, and only what was changed in the sheet changes."""

from __future__ import annotations

import copy
import csv
import datetime as dt
import difflib
import io
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, get_args

import pytest
import yaml
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from bot.catalogue import CatalogueError
from bot.catalogue.yaml_text import read_yaml
from bot.settings import read_settings
from bot.staff.sheet import Change, Form, export_sheet, import_sheet, write_change
from bot.staff.sheet.changes import change_offerings
from bot.staff.sheet.columns import COLUMNS, as_text, clean
from bot.staff.sheet.guard import guarded, unguarded
from bot.staff.sheet.read import MAX_ROWS, read_sheet
from bot.staff.sheet.source import read_offerings
from bot.staff.yaml_edit import append_entry, replace_value
from bot.text import LANGUAGES, Text
from bot.words import load_translators

SHIPPED = read_settings({}).catalogue
TRANSLATORS = load_translators(read_settings({}).locales)
SCHOOLS = sorted(path.parent.name for path in SHIPPED.glob("*/offerings.yaml"))
FORMS: tuple[Form, ...] = get_args(Form)
NAMES = [column.name for column in COLUMNS]

Rows = list[list[str]]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "catalogue", copy_function=shutil.copyfile))


def unpacked(content: bytes, form: Form) -> Rows:
    """The sheet as a spreadsheet program shows it."""
    if form == "csv":
        return list(csv.reader(io.StringIO(content.decode("utf-8-sig"), ""), delimiter=";"))
    rows = load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(values_only=True)
    return [[str(cell or "") for cell in row] for row in rows]


def packed(rows: Rows, form: Form) -> bytes:
    if form == "csv":
        stream = io.StringIO(newline="")
        csv.writer(stream, delimiter=";").writerows(rows)
        return stream.getvalue().encode("utf-8-sig")
    book = Workbook()
    for row, cells in enumerate(rows, 1):
        for number, words in enumerate(cells, 1):
            if words:
                cell = book.worksheets[0].cell(row, number)
                cell.value = words
                cell.data_type = "s"
    stream_of_bytes = io.BytesIO()
    book.save(stream_of_bytes)
    return stream_of_bytes.getvalue()


def changed_rows(folder: Path, change: Callable[[Rows], object], form: Form = "csv") -> Change:
    """An import of the example school's sheet, changed like this."""
    rows = unpacked(export_sheet(folder, "voorbeeld", form), form)
    change(rows)
    return import_sheet(folder, "voorbeeld", packed(rows, form), form)


def said(texts: tuple[Text, ...]) -> list[str]:
    return [TRANSLATORS["en"].say(one) for one in texts]


def in_both(texts: tuple[Text, ...]) -> bool:
    return all(TRANSLATORS[language].say(one) for one in texts for language in LANGUAGES)


def lines_that_differ(change: Change) -> tuple[list[str], list[str]]:
    lines = list(difflib.ndiff(change.before.split("\n"), change.text.split("\n")))
    gone, new = ([x[2:] for x in lines if x.startswith(sign)] for sign in ("- ", "+ "))
    return gone, new


# Nothing is lost


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("school", SCHOOLS)
def test_the_shipped_files_come_back_to_the_byte(school: str, form: Form, tmp_path: Path) -> None:
    source = (SHIPPED / school / "offerings.yaml").read_text("utf-8")
    (tmp_path / school).mkdir()
    for written in (source, source.replace("\n", "\r\n"), "\ufeff" + source.rstrip("\n")):
        path = tmp_path / school / "offerings.yaml"
        path.write_bytes(written.encode("utf-8"))
        content = export_sheet(tmp_path, school, form)
        change = import_sheet(tmp_path, school, content, form)
        assert (change.problems, change.differences) == ((), ())
        assert change.text.encode("utf-8") == path.read_bytes()
        # The same rows, as another program writes them, in another order.
        header, *rows = unpacked(content, form)
        again = import_sheet(tmp_path, school, packed([header, *rows[::-1]], form), form)
        assert (again.problems, again.differences, again.text) == ((), (), change.text)


LETTERS = st.sampled_from([*"ab019 -+=@:;#'\"\\,[]{}&*!|>%`?~._\n\t", "é", "\u00a0", "😀", "\r"])
HOSTILE = st.one_of(
    st.sampled_from(
        [
            *("no", "12:00", "0123", "0800-0113", "112", "+31 6 12", "=1+1", "@SUM(A1)", "-1"),
            *("24/7", "1e5", "2026-09-14", "; ", "a; b", "\\;", "#N/A", "TRUE", "_x0041_", "'=1"),
            *("a\nb", " = b", "~", "---", "x" * 600, "lang en breed " * 40, "'s avonds"),
            *("a\u200bb", "\a", "\u2028"),
        ]
    ),
    st.lists(LETTERS, min_size=1, max_size=20).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30),
).filter(lambda words: bool(words.strip()))
TEXTS = st.fixed_dictionaries({"nl": HOSTILE, "en": HOSTILE})
IDS = st.lists(st.sampled_from(["stress", "no", "sleep-2", "113"]), min_size=1, unique=True)
OFFERING = st.fixed_dictionaries(
    {
        "title": TEXTS,
        "summary": TEXTS,
        "needs": IDS,
        "elements": st.just(["peer-support"]),
        "form": st.just("group"),
        "mode": st.just(["campus"]),
        "first_step": TEXTS,
        "access": st.fixed_dictionaries(
            {"by": st.just("phone")},
            optional={"phone": st.lists(st.sampled_from(["112", "0800-0113", "+31 612345678"]))},
        ),
        "source": st.just("https://example.org/_x0020_"),
    },
    optional={
        "place": TEXTS,
        "audience": st.just({"ages": {"from": 16}, "international": True, "years": [1, 2]}),
        "source_year": st.just(2021),
        "checked": st.just({"on": dt.date(2026, 9, 14), "by": "wij"}),
        "months": st.just([9, 10]),
    },
)
OFFERINGS = st.lists(OFFERING, min_size=1, max_size=3).map(
    lambda entries: [{"id": f"o-{n}", **entry} for n, entry in enumerate(entries)]
)


def by_us(offerings: list[dict[str, Any]]) -> str:
    source = "# top\n"
    for offering in offerings:
        source = append_entry(source, offering, "about this one")
    return source


def by_another_program(offerings: list[dict[str, Any]]) -> str:
    entries = [as_text(offering) for offering in offerings]
    return yaml.safe_dump(entries, indent=4, sort_keys=False, default_style='"')


def with_braces(offerings: list[dict[str, Any]]) -> str:
    entries = [
        yaml.safe_dump(as_text(offering), default_flow_style=True, default_style='"')
        for offering in offerings
    ]
    return "".join("-   " + entry.replace("\n", "\n    ").rstrip() + " # x\n" for entry in entries)


STYLES = st.sampled_from([by_us, by_another_program, with_braces])
SLOW = settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture])


@SLOW
@given(OFFERINGS, STYLES, st.sampled_from(FORMS))
def test_hostile_values_come_back_to_the_byte(
    tmp_path: Path, offerings: list[dict[str, Any]], style: Callable[..., str], form: Form
) -> None:
    file = tmp_path / "school" / "offerings.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(style(offerings).encode("utf-8"))
    content = export_sheet(tmp_path, "school", form)
    change = import_sheet(tmp_path, "school", content, form)
    assert (change.problems, change.differences) == ((), ())
    assert change.text.encode("utf-8") == file.read_bytes()


CHANGES = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.one_of(
            st.tuples(
                st.sampled_from(["title.nl", "summary.en", "place.nl", "place.en", "checked.by"]),
                st.one_of(HOSTILE, st.just("")),
            ),
            st.tuples(
                st.sampled_from(["needs", "access.phone", "locations", "audience.levels"]),
                st.lists(st.sampled_from(["no", "a", "0123", "113", "+31"]), max_size=3),
            ),
        ),
    ),
    min_size=1,
    max_size=6,
)


@SLOW
@given(OFFERINGS, STYLES, CHANGES, st.sampled_from(FORMS), st.sampled_from(["\n", "\r\n"]))
def test_what_is_changed_in_the_sheet_is_all_that_changes(
    tmp_path: Path,
    offerings: list[dict[str, Any]],
    style: Callable[..., str],
    changes: list[tuple[int, tuple[str, Any]]],
    form: Form,
    line_end: str,
) -> None:
    file = tmp_path / "school" / "offerings.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(style(offerings).replace("\n", line_end).encode("utf-8"))
    source = read_offerings(tmp_path, "school")
    rows = unpacked(export_sheet(tmp_path, "school", form), form)
    expected: Any = copy.deepcopy(source.offerings)
    for row, (name, value) in changes:
        if row < len(offerings):
            cell = "; ".join(value) if isinstance(value, list) else value
            rows[row + 1][NAMES.index(name)] = guarded(cell) if form == "csv" else clean(cell)
            cleaned = value if isinstance(value, list) else clean(value)
            _put(expected[row], name.split("."), cleaned)
    change = change_offerings(source, read_sheet(packed(rows, form), form))
    now: Any = read_yaml(change.text.encode("utf-8"), "").value
    assert [_cells(one) for one in now] == [_cells(one) for one in expected]


def _put(holder: Any, steps: list[str], value: object) -> None:
    for step in steps[:-1]:
        holder = holder.setdefault(step, {})
    holder[steps[-1]] = value


def _cells(offering: Any) -> list[str]:
    return [column.cell(offering) for column in COLUMNS]


@given(HOSTILE)
@example("'112")
@example("'")
def test_a_value_is_guarded_and_never_changed(words: str) -> None:
    assert unguarded(guarded(words)) == words
    if words.lstrip().startswith(("=", "+", "-", "@")):
        assert guarded(words).startswith("'")


# What a spreadsheet program sees


def test_all_is_text_and_nothing_runs(folder: Path) -> None:
    path = folder / "voorbeeld" / "offerings.yaml"
    source = path.read_text("utf-8")
    for name, value in (("nl", "=1+1"), ("en", "#N/A")):
        source = replace_value(source, (0, "title", name), value)
    path.write_text(source, "utf-8")
    book = load_workbook(io.BytesIO(export_sheet(folder, "voorbeeld", "xlsx")))
    sheet = book.worksheets[0]
    assert sheet.freeze_panes == "B2"
    assert [cell.value for cell in sheet[1]] == NAMES
    assert "In English" in str(sheet["C1"].comment.text)
    kinds = {(c.data_type, c.number_format) for row in sheet for c in row if c.value is not None}
    assert kinds == {("s", "@")}
    assert [sheet["B2"].value, sheet["C2"].value] == ["=1+1", "#N/A"]
    assert "'=1+1" in export_sheet(folder, "voorbeeld", "csv").decode("utf-8-sig")


# What changes


def _cell(rows: Rows, row: int, name: str, words: str) -> None:
    rows[row - 1][NAMES.index(name)] = words


@pytest.mark.parametrize("form", FORMS)
def test_a_changed_cell_changes_its_line(folder: Path, form: Form) -> None:
    change = changed_rows(folder, lambda rows: _cell(rows, 3, "title.en", "Counsellor: you"), form)
    assert change.problems == ()
    assert in_both(change.differences)
    assert said(change.differences) == [
        "vb-student-counsellor: title.en was “Student counsellor” and becomes “Counsellor: you”."
    ]
    assert lines_that_differ(change)[1] == ["    en: 'Counsellor: you'"]
    assert len(change.text.split("\n")) == len(change.before.split("\n"))


def test_a_long_text_is_told_from_where_it_differs(folder: Path) -> None:
    def add(rows: Rows) -> None:
        index = NAMES.index("summary.nl")
        rows[1][index] += " Tot ziens."

    (told,) = said(changed_rows(folder, add).differences)
    assert "Tot ziens." in told


def test_a_field_is_added_and_another_taken_away(folder: Path) -> None:
    def edit(rows: Rows) -> None:
        _cell(rows, 2, "cost", "")
        _cell(rows, 2, "place.nl", "Zaal 1")
        _cell(rows, 2, "place.en", "Room 1")
        _cell(rows, 2, "checked.on", "15-9-2026")  # what Excel makes of a date
        _cell(rows, 2, "audience.international", "WAAR")

    change = changed_rows(folder, edit)
    assert change.problems == ()
    assert lines_that_differ(change) == (
        ["  cost: free", "  checked: {on: 2026-09-14, by: studentenzaken}"],
        [
            *("  place:", "    nl: Zaal 1", "    en: Room 1"),
            *("  audience:", "    international: true"),
            "  checked: {on: 2026-09-15, by: studentenzaken}",
        ],
    )
    assert in_both(change.differences)
    told = said(change.differences)
    assert "vb-study-adviser: cost was “free” and becomes empty." in told
    assert "vb-study-adviser: place.en was empty and becomes “Room 1”." in told
    first = change.text.split("\n\n")[0]
    assert "cost" not in first
    assert first.index("  locations:") < first.index("  place:\n") < first.index("  audience:\n")


def test_rows_are_added_and_removed(folder: Path) -> None:
    def edit(rows: Rows) -> None:
        new = list(rows[1])
        new[0] = "vb-new"
        del rows[12]
        rows.insert(3, new)

    gone = unpacked(export_sheet(folder, "voorbeeld", "csv"), "csv")[12][0]
    change = changed_rows(folder, edit)
    assert in_both(change.differences)
    told = said(change.differences)
    assert told == [f"{gone}: is removed.", "vb-new: is added."]
    assert change.text.split("\n\n")[-1].startswith("- id: vb-new\n  title:\n    nl: Studieadv")
    assert change.text.endswith("  checked:\n    on: 2026-09-14\n    by: studentenzaken\n")
    assert f"- id: {gone}\n" not in change.text
    kept = [e for e in change.before.rstrip("\n").split("\n\n") if f"- id: {gone}\n" not in e]
    assert change.text.split("\n\n")[:-1] == kept


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_every_kind_of_csv_is_read(folder: Path, delimiter: str, line_end: str) -> None:
    rows = unpacked(export_sheet(folder, "voorbeeld", "csv"), "csv")
    some = [[row[0], row[2], row[1]] for row in rows]  # some columns, in another order
    some[1][1] = "New"
    stream = io.StringIO(newline="")
    csv.writer(stream, delimiter=delimiter, lineterminator=line_end).writerows(
        [*some, [], ["", ""]]
    )
    change = import_sheet(folder, "voorbeeld", stream.getvalue().encode(), "csv")
    assert change.problems == ()
    assert lines_that_differ(change) == (["    en: Study adviser"], ["    en: New"])


def test_numbers_and_dates_of_a_spreadsheet_program_are_read(folder: Path) -> None:
    book = load_workbook(io.BytesIO(export_sheet(folder, "voorbeeld", "xlsx")))
    sheet = book.worksheets[0]
    values: dict[str, int | float | dt.datetime] = {
        "source_year": 2021,
        "audience.ages.from": 16.0,
        "checked.on": dt.datetime(2026, 9, 15),
        "audience.international": False,
    }
    for name, value in values.items():
        sheet.cell(2, NAMES.index(name) + 1).value = value
        sheet.cell(2, NAMES.index(name) + 1).number_format = (
            "yyyy-mm-dd" if name == "checked.on" else "General"
        )
    stream = io.BytesIO()
    book.save(stream)
    change = import_sheet(folder, "voorbeeld", stream.getvalue(), "xlsx")
    assert change.problems == ()
    added = lines_that_differ(change)[1]
    assert "  source_year: 2021" in added
    assert "    international: false" in added
    assert "      from: 16" in added
    assert "  checked: {on: 2026-09-15, by: studentenzaken}" in added


# What is wrong


WRONG: list[tuple[Callable[[Rows], object], str]] = [
    (lambda r: _cell(r, 12, "title.en", ""), "row 12, column title.en (C12): "),
    (lambda r: _cell(r, 4, "needs", "stress; nonsense"), "row 4, column needs (F4): "),
    (
        lambda r: _cell(r, 4, "audience.ages.from", "jong"),
        "row 4, column audience.ages.from (S4): ",
    ),
    (lambda r: _cell(r, 2, "checked.on", "31-2-2026"), "row 2, column checked.on (AL2): "),
    (lambda r: _cell(r, 5, "access.by", ""), "row 5"),
    (lambda r: _cell(r, 3, "id", "vb-study-adviser"), "row 3, column id (A3): "),
    (lambda r: _cell(r, 3, "id", ""), "row 3, column id (A3): "),
    (lambda r: _cell(r, 3, "id", "Een Naam"), "row 3, column id (A3): "),
    (lambda r: r[0].append("notes"), "the column “notes” (AO1) "),
    (lambda r: r[0].append("cost"), "the column “cost” is there again (AO1)"),
    (lambda r: r[5].append("x"), "there is something in AO6"),
    (lambda r: r.pop(0), ""),
    (lambda r: r.clear(), "the sheet is empty"),
    (lambda r: r.extend([["x"]] * MAX_ROWS), "this sheet has too many rows"),
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("plant", "told"), WRONG, ids=range(len(WRONG)))
def test_a_mistake_is_told_with_its_row_and_column(
    folder: Path, plant: Callable[[Rows], object], told: str, form: Form
) -> None:
    change = changed_rows(folder, plant, form)
    assert change.problems
    assert in_both(change.problems)
    assert said(change.problems)[0].startswith(told)
    with pytest.raises(ValueError, match="problems"):
        write_change(folder, change)


def test_a_mistake_in_another_file_is_told_with_its_place(folder: Path) -> None:
    change = changed_rows(folder, lambda rows: rows.pop(2))
    assert in_both(change.problems)
    assert said(change.problems)[0].startswith("voorbeeld/institution.yaml:18:29: ")


def test_formulas_and_errors_are_refused(folder: Path) -> None:
    book = load_workbook(io.BytesIO(export_sheet(folder, "voorbeeld", "xlsx")))
    book.worksheets[0]["B2"] = "=A1"
    book.worksheets[0]["C3"] = "#REF!"
    stream = io.BytesIO()
    book.save(stream)
    problems = import_sheet(folder, "voorbeeld", stream.getvalue(), "xlsx").problems
    assert in_both(problems)
    first, second = said(problems)
    assert first.startswith("row 2, column title.nl (B2): there is a formula")
    assert second.startswith("row 3, column title.en (C3): there is the error “#REF!”")


def _zip(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as packed_parts:
        for name, content in parts.items():
            packed_parts.writestr(name, content)
    return stream.getvalue()


def _broken(content: bytes) -> Iterator[bytes]:
    """An xlsx of which one part is not what it should be."""
    with zipfile.ZipFile(io.BytesIO(content)) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    for name, part in parts.items():
        for instead in (b"", b"<x/>", part[: len(part) // 2], b"\xff" * 99):
            yield _zip(**{**parts, name: instead})


def test_a_broken_file_is_no_traceback(folder: Path) -> None:
    good = export_sheet(folder, "voorbeeld", "xlsx")
    unreadable = [b"", b"PK\3\4", b"\xd0\xcf\x11\xe0" * 99, good[: len(good) // 2], _zip(a=b"")]
    unreadable += [_zip(a=b"\0" * 50_000_000)]
    for content in unreadable:
        change = import_sheet(folder, "voorbeeld", content, "xlsx")
        assert len(change.problems) == 1
        assert in_both(change.problems)
    for content in _broken(good):
        assert in_both(import_sheet(folder, "voorbeeld", content, "xlsx").problems)
    for content in (b"\xff\xfe\0", b'id;title.nl\n"a', b"id\n\0", b"x" * 9_000_000, good):
        change = import_sheet(folder, "voorbeeld", content, "csv")
        assert change.problems
        assert in_both(change.problems)


def test_a_row_at_the_far_end_is_not_waited_for(folder: Path) -> None:
    good = export_sheet(folder, "voorbeeld", "xlsx")
    with zipfile.ZipFile(io.BytesIO(good)) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    name = "xl/worksheets/sheet1.xml"
    for number, problems in ((1_048_576, 0), (10**12, 1)):
        row = f'<row r="{number}"></row></sheetData>'.encode()
        content = _zip(**{**parts, name: parts[name].replace(b"</sheetData>", row)})
        assert len(import_sheet(folder, "voorbeeld", content, "xlsx").problems) == problems


def test_a_file_that_cannot_be_edited_is_left_alone(folder: Path) -> None:
    path = folder / "voorbeeld" / "offerings.yaml"
    entries = yaml.load(path.read_text("utf-8"), Loader=yaml.BaseLoader)
    path.write_text(yaml.safe_dump(entries, default_flow_style=True, default_style='"'), "utf-8")
    change = changed_rows(folder, lambda rows: _cell(rows, 2, "title.en", "New"))
    assert said(change.problems)[0].startswith("voorbeeld/offerings.yaml is written in an unusual")
    assert in_both(change.problems)


def test_a_broken_or_missing_offerings_file_is_told_as_such(folder: Path) -> None:
    (folder / "avans" / "offerings.yaml").write_text("- id: a\n", "utf-8")
    for school in ("avans", "nowhere"):
        with pytest.raises(CatalogueError):
            export_sheet(folder, school, "csv")


# Writing


def test_a_change_is_written_whole_and_only_over_what_it_was_made_for(folder: Path) -> None:
    path = folder / "voorbeeld" / "offerings.yaml"
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    path.chmod(0o640)
    change = changed_rows(folder, lambda rows: _cell(rows, 2, "title.en", "New"))
    names = sorted(path.parent.iterdir())
    write_change(folder, change)
    assert path.read_bytes() == change.text.encode("utf-8")
    assert b"    en: New\r\n" in path.read_bytes()
    assert sorted(path.parent.iterdir()) == names
    assert path.stat().st_mode & 0o777 == 0o640
    with pytest.raises(CatalogueError) as error:
        write_change(folder, change)
    assert in_both(tuple(problem.text for problem in error.value.problems))
