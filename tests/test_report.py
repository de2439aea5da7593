"""What was found, in an order and in three forms."""

from __future__ import annotations

import ast
import json
from pathlib import Path

import pytest

import bot
from bot.catalogue import Problem
from bot.staff.report import FORMS, exit_status, ordered, report
from bot.text import Text, text

ERROR = Problem("b/staff.yaml", 9, 3, text("catalogue.no-such"))
FIRST = Problem("b/staff.yaml", 2, 1, text("yaml.tab"))
WARNING = Problem("a/staff.yaml", 1, 1, text("people.no-desk"), severity="warning")
GAP = Problem("a/institution.yaml", 1, 1, text("gaps.needs"), severity="warning")
UNSEEN = Problem("a/institution.yaml", 1, 1, text("unseen.no-answer"), severity="warning")
NEW = Problem("a/a.yaml", 1, 1, text("a-new-kind.of-doubt"), severity="warning")


def say(what: Text) -> str:
    """The key, and a count where there is one."""
    return f"{what.key} {what.args['count']}" if "count" in what.args else what.key


def test_errors_come_first_then_the_worst_kind_then_the_place() -> None:
    later = Problem("a/staff.yaml", 7, 1, text("people.no-backup"), severity="warning")
    found = [NEW, UNSEEN, GAP, later, WARNING, ERROR, FIRST]
    assert ordered(found) == [FIRST, ERROR, WARNING, later, GAP, UNSEEN, NEW]


def _keys(names: str) -> set[str]:
    """Of the texts of all doubts that are named like this in the program."""
    folder = Path(bot.__file__).parent / "staff" / "doubts"
    found: set[str] = set()
    for file in folder.glob(names):
        for node in ast.walk(ast.parse(file.read_text())):
            match node:
                case ast.Call(func=ast.Name("text"), args=[ast.Constant(str(key)), *_]):
                    found.add(key)
    return found


def test_every_doubt_has_its_place() -> None:
    keys = _keys("*.py")
    assert {"numbers.unknown", "ages.year", "calendar-check.over", "tips-check.never"} <= keys
    unknown = Problem("", 1, 1, text("a-new-kind.of-doubt"), severity="warning")
    for key in keys:
        doubt = Problem("z", 9, 9, Text(key, {}), severity="warning")
        assert ordered([unknown, doubt])[0] is doubt, key


def test_what_may_hurt_comes_before_what_reads_badly() -> None:
    def place(key: str) -> int:
        found = [Problem("", 1, 1, Text(one, {}), severity="warning") for one in (key, "plain.x")]
        return [one.text.key for one in ordered(found)].index(key)

    for key in ("numbers.unknown", "people.no-desk", "hidden.named", "translated.details-differ"):
        assert place(key) == 0, key
    for key in ("unseen.no-answer", "plain.y"):
        assert place(key) == (key != "plain.y"), key


def test_text_has_a_block_for_each_severity() -> None:
    assert report([WARNING, ERROR, FIRST], "text", say, "catalogue/") == (
        "report.errors 2\n"
        "catalogue/b/staff.yaml:2:1: error: yaml.tab\n"
        "catalogue/b/staff.yaml:9:3: error: catalogue.no-such\n"
        "\n"
        "report.warnings 1\n"
        "catalogue/a/staff.yaml:1:1: warning: people.no-desk"
    )
    assert report([ERROR], "text", say).splitlines()[1].startswith("b/staff.yaml:9:3: error:")


@pytest.mark.parametrize(
    ("said", "escaped"),
    [
        ("a, b: c", "a, b: c"),
        ("100% zeker", "100%25 zeker"),
        ("een\r\ntwee", "een%0D%0Atwee"),
        ("::error::", "::error::"),
    ],
)
def test_github_gets_one_escaped_line(said: str, escaped: str) -> None:
    line = report([ERROR], "github", lambda _: said, "catalogue")
    place = "file=catalogue/b/staff.yaml,line=9,col=3,title=Wegwijs"
    assert line == f"::error {place}::{escaped}"


def test_github_escapes_the_file_as_well() -> None:
    odd = Problem("a,b:c%/x.yaml", 1, 2, text("gaps.needs"), severity="warning")
    line = report([odd], "github", say)
    assert line.startswith("::warning file=a%2Cb%3Ac%25/x.yaml,line=1,col=2,")


def test_json_says_everything() -> None:
    found = json.loads(report([WARNING, ERROR], "json", say, "catalogue"))
    assert found["errors"] == [
        {
            "file": "catalogue/b/staff.yaml",
            "line": 9,
            "column": 3,
            "severity": "error",
            "key": "catalogue.no-such",
            "message": "catalogue.no-such",
        }
    ]
    assert [one["severity"] for one in found["warnings"]] == ["warning"]


def test_nothing_found_is_nothing_said() -> None:
    assert [report([], form, say) for form in FORMS if form != "json"] == ["", ""]
    assert json.loads(report([], "json", say)) == {"errors": [], "warnings": []}


def test_only_errors_fail() -> None:
    assert exit_status([]) == exit_status([WARNING, GAP]) == 0
    assert exit_status([WARNING, ERROR]) == 1
