"""YAML for people who are not programmers: every value stays the text they typed.

YAML 1.1 reads `no` as false, 12:00 as 720 and 010 as 8, and silently keeps the last of two equal
keys. This reader builds plain dicts, lists and strings from the parser's events, remembers where
everything stood, and reports what other programs would read differently. It builds no objects and
follows no aliases, so a hostile file can do nothing but be refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import yaml

from bot.catalogue.problems import Problem
from bot.text import Text, text

MAX_BYTES = 4_000_000  # the longest shipped file has 70 kB; more is a mistake or an attack
MAX_DEPTH = 12  # the deepest shipped value is at 5

Value = str | None | dict[str, "Value"] | list["Value"]
Path = tuple[str | int, ...]
Position = tuple[int, int]

# What YAML 1.1 makes of these unquoted words and numbers is not what was meant.
_BOOLEAN_WORDS = frozenset("yes no on off y n".split())
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+")
_NULL_WORDS = frozenset(("", "~", "null", "Null", "NULL"))
_LEADING_TAB = re.compile(r"^[ ]*\t", re.MULTILINE)

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


@dataclass(frozen=True)
class Document:
    """A file as read: its value, its problems, and where each part of the value stands."""

    file: str
    value: Value
    problems: tuple[Problem, ...]
    _marks: dict[int, dict[str | int, Position]] = field(default_factory=dict, repr=False)

    def position(self, path: Path) -> Position:
        """Line and column of the value at `path`, or of the nearest part above it that exists."""
        here: Value = self.value
        found: Position = (1, 1)
        for step in path:
            marks = self._marks.get(id(here), {})
            if step not in marks:
                break
            found = marks[step]
            here = here[step]  # type: ignore[index]
        return found

    def at(self, path: Path) -> Value:
        """The value at `path`; None where there is none."""
        here: Value = self.value
        for step in path:
            try:
                here = here[step]  # type: ignore[index]
            except (KeyError, IndexError, TypeError):
                return None
        return here


class _RefusedError(Exception):
    def __init__(self, line: int, column: int, message: Text) -> None:
        self.line, self.column, self.message = line, column, message


def read_yaml(content: bytes, file: str) -> Document:
    """Read one file. Never raises: whatever is wrong is in `problems`."""
    problems: list[Problem] = []

    def report(line: int, column: int, message: Text) -> None:
        problems.append(Problem(file, line, column, message))

    if len(content) > MAX_BYTES:
        report(1, 1, text("yaml.too-large", found=len(content), limit=MAX_BYTES))
        return Document(file, None, tuple(problems))
    try:
        source = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        report(content.count(b"\n", 0, error.start) + 1, 1, text("yaml.not-utf8"))
        return Document(file, None, tuple(problems))
    for tab in _LEADING_TAB.finditer(source):
        report(source.count("\n", 0, tab.end()) + 1, tab.end() - tab.start(), text("yaml.tab"))
    tabs = bool(problems)
    builder = _Builder(report)
    value: Value = None
    try:
        value = builder.build(_without_leading_tabs(source) if tabs else source)
    except _RefusedError as refused:
        report(refused.line, refused.column, refused.message)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        # A file with tabs hardly ever reads; the tabs are then what has to be mended first.
        if not tabs:
            line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            report(line, column, _syntax(error, source, line))
    except yaml.YAMLError:  # an unprintable character
        report(1, 1, text("yaml.unprintable"))
    return Document(file, value, tuple(problems), builder.marks)


def _without_leading_tabs(source: str) -> str:
    return "\n".join(
        line.replace("\t", "  ") if line.lstrip(" ").startswith("\t") else line
        for line in source.split("\n")
    )


def _syntax(error: yaml.MarkedYAMLError, source: str, line: int) -> Text:
    """The parser's complaint, in words that say what to do."""
    said = f"{error.context or ''} {error.problem or ''}"
    lines = source.split("\n")
    shown = lines[line - 1].strip()[:60] if line <= len(lines) else ""
    if "mapping values are not allowed" in said:
        return text("yaml.colon", found=shown)
    if "quoted scalar" in said:
        return text("yaml.quote", found=shown)
    if "cannot start any token" in said:
        return text("yaml.start-character", found=shown)
    return text("yaml.syntax", found=shown)


class _Builder:
    """Builds values from parser events, without recursion and without YAML's own guesses."""

    def __init__(self, report: Callable[[int, int, Text], None]) -> None:
        self.report = report
        self.marks: dict[int, dict[str | int, Position]] = {}

    def build(self, source: str) -> Value:
        root: list[Value] = []
        # The containers that are open, each with the key that waits for its value (mappings only).
        open_values: list[dict[str, Value] | list[Value]] = [root]
        keys: list[str | None] = [None]
        key_positions: list[Position] = [(1, 1)]
        self.marks[id(root)] = {}

        def add(value: Value, position: Position) -> None:
            holder = open_values[-1]
            if isinstance(holder, list):
                self.marks[id(holder)][len(holder)] = position
                holder.append(value)
                return
            key = keys[-1]
            if key is None:
                if not isinstance(value, str):
                    raise _RefusedError(*position, text("yaml.key"))
                if value in holder:
                    self.report(*position, text("yaml.duplicate-key", key=value))
                keys[-1] = value
                key_positions[-1] = position
                return
            if key not in holder:  # of two equal keys the first is kept; the second is reported
                self.marks[id(holder)][key] = key_positions[-1]
                holder[key] = value
            keys[-1] = None

        for event in self._events(source):
            mark = event.start_mark
            position = (mark.line + 1, mark.column + 1) if mark else (1, 1)
            if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
                raise _RefusedError(*position, text("yaml.alias"))
            if tag := getattr(event, "tag", None):
                raise _RefusedError(*position, text("yaml.tag", found=str(tag)))
            if isinstance(event, yaml.ScalarEvent):
                is_key = isinstance(open_values[-1], dict) and keys[-1] is None
                add(self._scalar(event, position, is_key), position)
            elif isinstance(event, yaml.MappingStartEvent | yaml.SequenceStartEvent):
                if len(open_values) > MAX_DEPTH:
                    raise _RefusedError(*position, text("yaml.too-deep"))
                new: dict[str, Value] | list[Value] = (
                    {} if isinstance(event, yaml.MappingStartEvent) else []
                )
                if isinstance(open_values[-1], dict) and keys[-1] is None:
                    raise _RefusedError(*position, text("yaml.key"))
                self.marks[id(new)] = {}
                add(new, position)
                open_values.append(new)
                keys.append(None)
                key_positions.append(position)
            elif isinstance(event, yaml.MappingEndEvent | yaml.SequenceEndEvent):
                open_values.pop()
                keys.pop()
                key_positions.pop()
            elif isinstance(event, yaml.DocumentStartEvent) and root:
                raise _RefusedError(*position, text("yaml.two-documents"))
        return root[0] if root else None

    @staticmethod
    def _events(source: str) -> Iterator[yaml.Event]:
        return iter(yaml.parse(source, Loader=_Loader))

    def _scalar(self, event: yaml.ScalarEvent, position: Position, is_key: bool) -> str | None:
        value = str(event.value)
        if event.style is not None:  # quoted or folded: exactly what was meant
            return value
        if is_key:  # `checked: {on: …}` is ours to read, whatever YAML 1.1 makes of `on`
            return value
        if value in _NULL_WORDS:
            return None
        if value.lower() in _BOOLEAN_WORDS:
            self.report(*position, text("yaml.boolean-word", found=value))
        elif _SEXAGESIMAL.fullmatch(value):
            self.report(*position, text("yaml.time", found=value))
        return value
