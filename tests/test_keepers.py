"""The commands for keepers as they are typed, on a copy of the catalogue."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.settings import read_settings

_ROOT = Path(__file__).parent.parent


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "catalogue"
    shutil.copytree(read_settings({}).catalogue, copy)
    return copy


def wegwijs(folder: Path, *arguments: str, lang: str = "en") -> tuple[int, str, str]:
    """Status, standard output and standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments, "--lang", lang],
        cwd=_ROOT,
        env={**os.environ, "WEGWIJS_CATALOGUE": str(folder), "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=120,
    )
    assert b"Traceback" not in done.stderr
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_there_and_back_by_a_spreadsheet(folder: Path, tmp_path: Path) -> None:
    offerings = folder / "voorbeeld/offerings.yaml"
    before = offerings.read_bytes()
    sheet = tmp_path / "sheet.csv"
    wegwijs(folder, *f"export --format csv --institution voorbeeld --output {sheet}".split())
    back = ("import", str(sheet), "--institution", "voorbeeld")
    assert wegwijs(folder, *back)[0] == 0
    assert offerings.read_bytes() == before

    rows = list(csv.reader(io.StringIO(sheet.read_text("utf-8-sig")), delimiter=";"))
    title = rows[0].index("title.en")
    rows[1][title] = "Somebody who listens"
    _save(sheet, rows)
    status, said, _ = wegwijs(folder, *back, "--dry-run")
    assert status == 0
    assert "Somebody who listens" in said
    assert offerings.read_bytes() == before
    assert wegwijs(folder, *back)[0] == 0
    changed = offerings.read_bytes()
    assert b"Somebody who listens" in changed
    assert len(set(changed.splitlines()) ^ set(before.splitlines())) == 2

    named = (folder / "voorbeeld/institution.yaml").read_text("utf-8")
    gone = next(row for row in rows[1:] if row[0] not in named)
    _save(sheet, [row for row in rows if row is not gone])
    status, _, why = wegwijs(folder, *back)
    assert status == 1
    assert "--remove" in why
    assert offerings.read_bytes() == changed
    assert wegwijs(folder, *back, "--remove")[0] == 0
    assert f"- id: {gone[0]}\n".encode() not in offerings.read_bytes()


def _save(sheet: Path, rows: list[list[str]]) -> None:
    with sheet.open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)


def test_a_mistake_in_a_sheet_says_where(folder: Path, tmp_path: Path) -> None:
    sheet = tmp_path / "sheet.csv"
    wegwijs(folder, *f"export --format csv --institution voorbeeld --output {sheet}".split())
    rows = list(csv.reader(io.StringIO(sheet.read_text("utf-8-sig")), delimiter=";"))
    rows[2][rows[0].index("form")] = "sofa"
    _save(sheet, rows)
    status, said, why = wegwijs(folder, "import", str(sheet), "--institution", "voorbeeld")
    assert status == 1
    assert "row 3" in said
    assert "form" in said
    assert "Nothing was changed" in why


@pytest.mark.parametrize(
    ("arguments", "part"),
    [
        ("export --format xlsx", "--institution"),
        ("export --format csv --institution nowhere", "nowhere"),
        ("coverage --institution nowhere", "nowhere"),
        ("import missing.csv --institution voorbeeld", "missing.csv"),
        ("import sheet.ods --institution voorbeeld", ".xlsx"),
        ("coverage --html /nowhere/at/all.html", "cannot be written"),
    ],
)
def test_what_cannot_be_done_is_said(folder: Path, arguments: str, part: str) -> None:
    status, _, why = wegwijs(folder, *arguments.split())
    assert status in (1, 2)
    assert part in why


def test_check_tells_errors_from_warnings(folder: Path) -> None:
    status, said, _ = wegwijs(folder, "check", "--format", "json")
    found = json.loads(said)
    assert (status, found["errors"]) == (0, [])
    assert {"file", "line", "severity", "message"} <= set(found["warnings"][0])
    file = folder / "voorbeeld/offerings.yaml"
    file.write_text(file.read_text().replace("form: one-to-one", "form: sofa", 1))
    status, said, _ = wegwijs(folder, "check", "--format", "github", lang="nl")
    assert status == 1
    assert said.startswith("::error file=")
    assert "voorbeeld/offerings.yaml,line=" in said


@pytest.mark.parametrize("form", ["hsds", "json"])
def test_open_data_is_json(folder: Path, form: str) -> None:
    status, said, _ = wegwijs(folder, "export", "--format", form, "--institution", "hanze")
    assert status == 0
    assert "hanze" in json.dumps(json.loads(said)).lower()


def test_a_page_of_what_there_is(folder: Path, tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    status, _, said = wegwijs(folder, *f"coverage --institution hanze --html {page}".split())
    assert status == 0
    assert str(page) in said
    assert len(page.read_bytes()) < 300_000
    assert wegwijs(folder, "export", *"--format markdown --institution hanze".split())[1].strip()
