"""What `wegwijs check` found, in the order in which to mend it, in three forms.

text     for people and editors: file:line:column: error: words
github   for a workflow on GitHub, which shows them beside the lines of a change
json     for other programs: {"errors": […], "warnings": […]}
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any, Literal

from bot.catalogue import Problem
from bot.text import Text, text

Form = Literal["text", "github", "json"]
FORMS: tuple[Form, ...] = ("text", "github", "json")

# By how the key of the text begins; the longest that fits counts. First what keeps a file from
# being read, then what may bring a student to nobody or to the wrong help, then what reads badly.
_ORDER = (
    "yaml.",
    "catalogue.",
    "safety.",
    "people.",
    "numbers.",
    "hidden.",
    "links.",
    "phrases.",
    "translated.details-",
    "calendar-check.",
    "tips-check.",
    "gaps.",
    "ages.",
    "similar.",
    "translated.",
    "plain.",
    "unseen.",
)


def ordered(problems: Iterable[Problem]) -> list[Problem]:
    """Errors before warnings, then by kind (see above; an unknown kind last), file and line."""
    return sorted(problems, key=_place_in_order)


def _place_in_order(problem: Problem) -> tuple[bool, int, str, int, int]:
    key = problem.text.key
    kind = max((begin for begin in _ORDER if key.startswith(begin)), key=len, default="")
    place = _ORDER.index(kind) if kind else len(_ORDER)
    warning = problem.severity == "warning"
    return warning, place, problem.file, problem.line, problem.column


def exit_status(problems: Iterable[Problem]) -> int:
    """1 where anything keeps the catalogue from being used; warnings alone are 0."""
    return int(any(problem.severity == "error" for problem in problems))


def report(
    problems: Iterable[Problem], form: Form, say: Callable[[Text], str], folder: str = ""
) -> str:
    """All of them in this form, most serious first; `folder` comes before each file's name.

    Empty where there are none, except as JSON.
    """
    everything = ordered(problems)
    errors = [problem for problem in everything if problem.severity == "error"]
    warnings = [problem for problem in everything if problem.severity == "warning"]
    match form:
        case "text":
            blocks = [
                _block(errors, text("report.errors", count=len(errors)), say, folder),
                _block(warnings, text("report.warnings", count=len(warnings)), say, folder),
            ]
            return "\n\n".join(block for block in blocks if block)
        case "github":
            return "\n".join(_for_github(problem, say, folder) for problem in everything)
        case "json":
            listed = {
                "errors": [_for_programs(problem, say, folder) for problem in errors],
                "warnings": [_for_programs(problem, say, folder) for problem in warnings],
            }
            return json.dumps(listed, ensure_ascii=False, indent=2)


def _block(problems: list[Problem], head: Text, say: Callable[[Text], str], folder: str) -> str:
    lines = [
        f"{_file(problem, folder)}:{problem.line}:{problem.column}: {problem.severity}: "
        f"{say(problem.text)}"
        for problem in problems
    ]
    return "\n".join([say(head), *lines]) if lines else ""


def _for_github(problem: Problem, say: Callable[[Text], str], folder: str) -> str:
    place = f"file={_property(_file(problem, folder))},line={problem.line},col={problem.column}"
    return f"::{problem.severity} {place},title=Wegwijs::{_message(say(problem.text))}"


def _message(value: str) -> str:
    return value.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(value: str) -> str:
    return _message(value).replace(":", "%3A").replace(",", "%2C")


def _for_programs(problem: Problem, say: Callable[[Text], str], folder: str) -> dict[str, Any]:
    return {
        "file": _file(problem, folder),
        "line": problem.line,
        "column": problem.column,
        "severity": problem.severity,
        "key": problem.text.key,
        "message": say(problem.text),
    }


def _file(problem: Problem, folder: str) -> str:
    inside = problem.place.removesuffix(f":{problem.line}:{problem.column}")
    return f"{folder.rstrip('/')}/{inside}" if folder else inside
