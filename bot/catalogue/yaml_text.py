"""YAML for people who are not programmers: every value stays the text they typed.

YAML 1.1 reads `no` as false, 12:00 as 720 and 010 as 8, and silently keeps the last of two equal
keys. This reader builds plain dicts, lists and strings from the parser's events, remembers where
everything stood, and reports what other programs would read differently. It builds no objects and
follows no aliases, so a hostile file can do nothing but be refused.

Where the form of one entry is broken, the others are read all the same, so that one slip does not
hide the rest.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import yaml

from bot.catalogue.problems import MOST_TOLD, Path, Problem, shown
from bot.text import Text, text

MAX_BYTES = 8_000_000  # a hundred times the longest shipped file; more is a mistake or an attack
MAX_DEPTH = 12  # the deepest shipped value is at 5
_MAX_PARTS = 2_000  # a broken file with more entries is not searched for what can still be read

Value = str | None | dict[str, "Value"] | list["Value"]
Position = tuple[int, int]

# What YAML 1.1 makes of these unquoted words and numbers is not what was meant.
_BOOLEAN_WORDS = frozenset("yes no on off y n".split())
_SEXAGESIMAL = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?")
_NULL_WORDS = frozenset(("", "~", "null", "Null", "NULL"))

# Spaces that look like spaces and are none, as they come along from Word and from web pages.
_ODD_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_ODD_INDENT = re.compile(rf"^[ ]*(?:-[ ]*)?([\t{_ODD_SPACES}])", re.MULTILINE)
_INDENT = re.compile(rf"[ ]*(?:-[ ]*)?[ \t{_ODD_SPACES}]+")
# What YAML refuses, what it takes for the end of a line where no editor does, and what nobody sees.
_INVISIBLE = re.compile(
    "[^\t\n -~\u00a0-\u200a\u200c-\u2027\u202a-\u205f\u2061-\ud7ff\ue000-\ufefe\uff00-\ufffd"
    "\U00010000-\U0010ffff]"
)
_DOCUMENT = re.compile(r"^(---|\.\.\.)(?=\s|$)", re.MULTILINE)
# A line with which an entry begins, at the left edge.
_ITEM = re.compile(r"-(?:[ \t]|$)")
_PART = re.compile(r"-(?:[ \t]|$)|[A-Za-z_][\w-]*:(?:[ \t]|$)")
_KEY = re.compile(r"\s*(?:- +)?[A-Za-z_][\w-]*:(?:\s|$)")
_NO_SPACE = re.compile(r"\s*(?:- +)?[A-Za-z_][\w-]*:[^ \t\n:/]")
# Text behind a plain value that is lost as a note, most likely unmeant: "call #112".
_HASH = re.compile(r"[ \t]+(#\w)")

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class Repeat(NamedTuple):
    """A key that stands in its mapping for the second time."""

    holder: Path
    key: str
    line: int
    column: int
    after: str | None  # the key just before it, where that one has no value


@dataclass(frozen=True)
class Document:
    """A file as read: its value, its problems, and where each part of the value stands."""

    file: str
    value: Value
    problems: tuple[Problem, ...]
    source: str = field(default="", repr=False)  # the text; empty where it could not be read
    # The lines, in order, whose indentation was guessed or that were left out as unreadable.
    doubtful: tuple[int, ...] = field(default=(), repr=False)
    repeats: tuple[Repeat, ...] = field(default=(), repr=False)
    _marks: dict[int, dict[str | int, Position]] = field(default_factory=dict, repr=False)
    _start: Position = (1, 1)

    def position(self, path: Path) -> Position:
        """Line and column of the value at `path`, or of the nearest part above it that exists."""
        here: Value = self.value
        found = self._start
        for step in path:
            marks = self._marks.get(id(here), {}) if isinstance(here, dict | list) else {}
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

    def in_doubt(self, path: Path) -> bool:
        """Whether what is wrong at `path` may only seem so, because lines there are unreadable."""
        if not self.doubtful:
            return False
        if path[:1] not in self._parts:
            return True  # it may stand in what could not be read
        begin = self.position(path[:1])[0]
        following = bisect_right(self._lines_of_parts, begin)
        last = following == len(self._lines_of_parts)
        end = self.doubtful[-1] + 1 if last else self._lines_of_parts[following]
        return bisect_left(self.doubtful, begin) < bisect_left(self.doubtful, end)

    @cached_property
    def _parts(self) -> frozenset[Path]:
        return frozenset((step,) for step in self._marks.get(id(self.value), {}))

    @cached_property
    def _lines_of_parts(self) -> list[int]:
        return sorted(line for line, _ in self._marks.get(id(self.value), {}).values())


class _Found(NamedTuple):
    line: int
    column: int
    message: Text
    path: Path | None = None


def read_yaml(content: bytes, file: str) -> Document:
    """Read one file. Never raises: whatever is wrong is in `problems`."""
    if len(content) > MAX_BYTES:
        return too_large(len(content), file)
    source = _decoded(content)
    if isinstance(source, _Found):
        return Document(file, None, _problems(file, [source]))
    lines = source.split("\n")
    found, guessed = _clean(source, lines)
    reading = _read(lines, guessed)
    doubtful = tuple(sorted(guessed | reading.left_out))
    problems = _problems(file, [*found, *reading.found])
    repeats = tuple(reading.repeats)
    return Document(
        file, reading.value, problems, source, doubtful, repeats, reading.marks, reading.start
    )


def too_large(size: int, file: str) -> Document:
    """A file that is refused unread."""
    found = _Found(1, 1, text("yaml.too-large", found=size, limit=MAX_BYTES))
    return Document(file, None, _problems(file, [found]))


def _problems(file: str, found: Iterable[_Found]) -> tuple[Problem, ...]:
    told = islice(found, MOST_TOLD)
    return tuple(Problem(file, f.line, f.column, f.message, path=f.path) for f in told)


def _decoded(content: bytes) -> str | _Found:
    try:
        source = content.decode("utf-8-sig")
        wrong = content.find(b"\0")  # UTF-16 without a mark, or no text at all
    except UnicodeDecodeError as error:
        wrong = error.start
    if wrong < 0:
        return source.replace("\r\n", "\n").replace("\r", "\n")
    before = content[:wrong].decode("utf-8-sig", "replace")
    line = before.count("\n") + 1
    return _Found(line, len(before) - before.rfind("\n"), text("yaml.not-utf8"))


def _clean(source: str, lines: list[str]) -> tuple[list[_Found], set[int]]:
    """Mend in `lines` what can be mended; say what, and which lines are now a guess."""
    found: list[_Found] = []
    guessed: set[int] = set()
    if _INVISIBLE.search(source):
        found += _without_invisible(lines)
    if _ODD_INDENT.search(source):
        odd = list(_with_plain_indent(lines))
        found += odd
        guessed = {f.line for f in odd if lines[f.line - 1].lstrip(" ")[:1] not in ("", "#")}
    if _DOCUMENT.search(source):
        found += _as_one_document(lines)
    return found, guessed


def _without_invisible(lines: list[str]) -> Iterator[_Found]:
    for index, line in enumerate(lines):
        if odd := _INVISIBLE.search(line):
            yield _Found(index + 1, odd.start() + 1, text("yaml.unprintable"))
            lines[index] = _INVISIBLE.sub("", line)


def _with_plain_indent(lines: list[str]) -> Iterator[_Found]:
    for index, line in enumerate(lines):
        odd = _ODD_INDENT.match(line)
        indent = _INDENT.match(line)
        if odd and indent:
            message = text("yaml.tab") if odd[1] == "\t" else text("yaml.odd-space")
            yield _Found(index + 1, odd.start(1) + 1, message)
            plain = "".join(" " if c not in "-\t" else c for c in indent[0]).expandtabs(2)
            lines[index] = plain + line[indent.end() :]


def _as_one_document(lines: list[str]) -> Iterator[_Found]:
    """Leave out the marks after which a second document would begin."""
    begun = False
    ended: int | None = None
    for index, line in enumerate(lines):
        mark = _DOCUMENT.match(line)
        if mark and begun:
            lines[index] = ""
            if mark[1] == "...":
                ended = index
                continue
        elif not mark and (not line.strip() or line.lstrip()[0] in "#%"):
            continue
        if mark and begun:
            ended = None
            yield _Found(index + 1, 1, text("yaml.two-documents", found=mark[1]))
        elif ended is not None:
            yield _Found(ended + 1, 1, text("yaml.two-documents", found="..."))
            ended = None
        begun = True


@dataclass
class _Reading:
    """What was made of the lines: the value, and what was in the way."""

    value: Value = None
    start: Position = (1, 1)
    marks: dict[int, dict[str | int, Position]] = field(default_factory=dict)
    found: list[_Found] = field(default_factory=list)
    repeats: list[Repeat] = field(default_factory=list)
    left_out: set[int] = field(default_factory=set)


def _read(lines: list[str], guessed: set[int]) -> _Reading:
    """The value of the lines; where they cannot be read as a whole, of the entries that can."""
    whole = _Builder(lines)
    if whole.stop is None:
        return whole.reading
    parts = list(_parts(lines))
    if whole.refused or len(parts) > _MAX_PARTS:
        return _Reading(found=[whole.stop])
    apart = len(parts) > 1
    alone = [_Builder(lines[b:e], b) if apart else whole for b, e in parts]
    broken = [part for part in alone if part.stop]
    for part in broken:
        if part.refused:
            return _Reading(found=part.complaints(guessed))
    if broken:
        return _rest(
            lines, broken, [found for part in broken for found in part.complaints(guessed)]
        )
    # Each entry is good by itself; what is wrong is how they stand together.
    return _without_dash(lines, whole, alone[0]) or _Reading(found=whole.complaints(guessed))


def _rest(lines: list[str], broken: list[_Builder], found: list[_Found]) -> _Reading:
    """What can be read without what is broken."""
    rest = list(lines)
    left_out: set[int] = set()
    for part in broken:
        begin, end = part.above, part.above + len(part.lines)
        rest[begin:end] = [""] * (end - begin)
        left_out |= set(range(begin + 1, end + 1))
    reading = _Builder(rest).reading
    reading.found = [*found, *reading.found]
    reading.left_out = left_out
    return reading


def _without_dash(lines: list[str], whole: _Builder, first: _Builder) -> _Reading | None:
    """A list of which the first entry has no dash."""
    end = len(first.lines)
    above = [index for index in range(end) if _content(lines[index])]
    stopped = whole.stop is not None and whole.stop.line == end + 1 <= len(lines)
    if not stopped or not above or not _ITEM.match(lines[end]) or lines[above[0]][0] != " ":
        return None
    line = lines[above[0]]
    place = (above[0] + 1, len(line) - len(line.lstrip()) + 1)
    return _rest(lines, [first], [_Found(*place, text("yaml.no-dash", found=shown(line)))])


def _parts(lines: list[str]) -> Iterator[tuple[int, int]]:
    """From which to which line each entry at the left edge runs."""
    items = [index for index, line in enumerate(lines) if _ITEM.match(line)]
    begins = [index for index, line in enumerate(lines) if _PART.match(line)]
    first = next((line for line in lines if _content(line)), "")
    if _ITEM.match(first) and 2 * len(items) > len(begins):  # a list, not a mapping with lists
        begins = items
    if not begins or any(_content(line) for line in lines[: begins[0]]):
        begins.insert(0, 0)
    return zip(begins, [*begins[1:], len(lines)], strict=True)


def _content(line: str) -> bool:
    return bool(line.strip()) and line[0] not in "#%" and line != "---"


class _StopError(Exception):
    """Here the lines cannot be read any further."""

    def __init__(self, position: Position, message: Text) -> None:
        self.found = _Found(*position, message)


class _RefusedError(_StopError):
    """Nothing of this file is read."""


@dataclass(slots=True)
class _Open:
    """A list or mapping that is being filled."""

    holder: dict[str, Value] | list[Value]
    marks: dict[str | int, Position]  # where each part of it stands
    key: str | None  # of the value that comes next; None where a key comes next; "" in a list
    key_at: Position = (1, 1)
    filled: str | int = 0  # the key or number that got a value last
    repeated: int = 0  # so many keys on end stood there already, and that has been said
    again: bool = False  # a second entry runs on in this one


class _Builder:
    """Builds values from parser events, without recursion and without YAML's own guesses."""

    def __init__(self, lines: list[str], above: int = 0) -> None:
        """`above` lines of the file come before these."""
        self.lines, self.above = lines, above
        self.reading = _Reading()
        self.stop: _Found | None = None
        self.refused = False
        self.root: list[Value] = []
        self.open = [_Open(self.root, {}, "")]
        self.told: set[Path | None] = set()  # which values have been reported
        self.scalar: yaml.ScalarEvent | None = None  # the last one
        self.hashes = {i for i, line in enumerate(lines) if "#" in line and _HASH.search(line)}
        try:
            self._build()
        except _StopError as stop:
            self.stop, self.refused = stop.found, isinstance(stop, _RefusedError)
        except yaml.MarkedYAMLError as error:
            scalar = _Scalar.of(self.scalar) if self.scalar else None
            line, column, message = _syntax(error, self.lines, scalar)
            self.stop = _Found(line + 1 + above, column + 1, message)
        except (yaml.YAMLError, ValueError, OverflowError):
            self.stop = _Found(1 + above, 1, text("yaml.syntax", found=shown("".join(lines[:1]))))
        else:
            self.reading.value = self.root[0] if self.root else None

    def _build(self) -> None:
        for event in yaml.parse("\n".join(self.lines), Loader=_Loader):
            mark = event.start_mark
            position = (mark.line + 1 + self.above, mark.column + 1) if mark else (1, 1)
            if isinstance(event, yaml.ScalarEvent):  # most of them
                if event.anchor or event.tag:
                    self._decoration(event, position)
                self.scalar = event
                self._add(self._text(event, position), position)
            elif isinstance(event, yaml.CollectionStartEvent):
                self._decoration(event, position)
                self._begin({} if isinstance(event, yaml.MappingStartEvent) else [], position)
            elif isinstance(event, yaml.CollectionEndEvent):
                self.open.pop()
            elif isinstance(event, yaml.AliasEvent):
                self._alias(position)

    def _decoration(
        self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, position: Position
    ) -> None:
        """What YAML lets stand before a value, and no catalogue needs."""
        if event.anchor:
            raise _RefusedError(position, text("yaml.alias"))
        if event.tag:
            self._report(position, text("yaml.tag", found=shown(event.tag)))

    def _report(self, position: Position, message: Text) -> None:
        path = None if self._at_key else self._path()
        if path not in self.told and len(self.reading.found) < MOST_TOLD:
            self.reading.found.append(_Found(*position, message, path))
            self.told |= {path} - {None}

    @property
    def _at_key(self) -> bool:
        return self.open[-1].key is None

    def _path(self) -> Path:
        """Of the value that comes next."""
        last = self.open[-1]
        here = len(last.holder) if isinstance(last.holder, list) else str(last.key)
        return (*(level.filled for level in self.open[:-1]), here)[1:]

    def _alias(self, position: Position) -> None:
        if self._at_key:
            raise _StopError(position, text("yaml.alias"))
        self._report(position, text("yaml.alias"))
        self._add(None, position)

    def _begin(self, new: dict[str, Value] | list[Value], position: Position) -> None:
        if self._at_key:
            raise _StopError(position, text("yaml.key"))
        if len(self.open) > MAX_DEPTH:
            raise _StopError(position, text("yaml.too-deep"))
        marks = self.reading.marks[id(new)] = {}
        self._add(new, position)
        self.open.append(_Open(new, marks, "" if isinstance(new, list) else None))

    def _add(self, value: Value, position: Position) -> None:
        last = self.open[-1]
        holder = last.holder
        if last.key is None:
            self._key(str(value), position)
        elif isinstance(holder, list):
            if len(self.open) == 1:
                self.reading.start = position
            else:
                last.marks[len(holder)] = position
            last.filled = len(holder)
            holder.append(value)
        else:
            # Of two equal keys the first is kept, if it has a value.
            if holder.get(last.key) is None:
                last.marks[last.key] = last.key_at
                holder[last.key] = value
            last.filled, last.key = last.key, None

    def _key(self, key: str, position: Position) -> None:
        last = self.open[-1]
        repeated = isinstance(last.holder, dict) and key in last.holder
        if repeated and not last.repeated and not last.again:
            self._repeat(last, key, position)
        last.repeated = last.repeated + 1 if repeated else 0
        last.again = last.again or last.repeated > 2
        last.key, last.key_at = key, position

    def _repeat(self, last: _Open, key: str, position: Position) -> None:
        in_list = len(self.open) > 2 and isinstance(self.open[-2].holder, list)
        last.again = in_list and key == next(iter(last.holder))
        if last.again:
            message = text("yaml.missing-dash", key=shown(key))
        else:
            message = text("yaml.duplicate-key", key=shown(key))
        self.reading.found.append(_Found(*position, message))
        before = str(last.filled)
        after = before if isinstance(last.holder, dict) and last.holder[before] is None else None
        self.reading.repeats.append(Repeat(self._path()[:-1], key, *position, after))

    def complaints(self, guessed: set[int]) -> list[_Found]:
        """What is wrong in these lines, which cannot be read."""
        stop = self.stop
        if stop is None:
            return self.reading.found
        before = [f._replace(path=None) for f in self.reading.found if f.line != stop.line]
        with_tabs = guessed & set(range(self.above + 1, self.above + 1 + len(self.lines)))
        return before if with_tabs else [*before, stop]  # tabs hardly ever read: mend those first

    def _text(self, event: yaml.ScalarEvent, position: Position) -> str | None:
        value = str(event.value)
        if event.style:  # quoted or folded: exactly what was meant
            return value
        if self._at_key:  # `checked: {on: …}` is ours to read, whatever YAML 1.1 makes of `on`
            if not value:
                raise _StopError(position, text("yaml.key"))
            return value
        if self.hashes:
            self._lost_behind_hash(*_spot(event.end_mark))
        if value in _NULL_WORDS:
            return None
        if value.lower() in _BOOLEAN_WORDS:
            self._report(position, text("yaml.boolean-word", found=value))
        elif ":" in value and _SEXAGESIMAL.fullmatch(value):
            self._report(position, text("yaml.time", found=shown(value)))
        return value

    def _lost_behind_hash(self, line: int, column: int) -> None:
        if line in self.hashes and (lost := _HASH.match(self.lines[line], column)):
            position = (line + 1 + self.above, lost.start(1) + 1)
            found = self.lines[line][lost.start(1) :]
            self._report(position, text("yaml.hash", found=shown(found)))


_Spot = tuple[int, int]  # line and column from 0, as the parser counts


class _Scalar(NamedTuple):
    begin: _Spot
    end: _Spot
    style: str  # its quotation mark; empty for a plain one

    @classmethod
    def of(cls, event: yaml.ScalarEvent) -> _Scalar:
        return cls(_spot(event.start_mark), _spot(event.end_mark), event.style or "")


def _spot(mark: yaml.Mark | yaml._yaml.Mark | None) -> _Spot:
    return (mark.line, mark.column) if mark else (0, 0)


def _syntax(
    error: yaml.MarkedYAMLError, lines: list[str], scalar: _Scalar | None
) -> tuple[int, int, Text]:
    """The parser's complaint, at the place and in words that say what to do."""
    (line, column), why = _cause(error, lines, scalar)
    if line >= len(lines) or not lines[line].strip():  # at the end: the last line with text
        column = 0
        line = max((i for i, written in enumerate(lines[: line + 1]) if written.strip()), default=0)
    return line, column, text(why, found=shown(lines[line]))


def _cause(
    error: yaml.MarkedYAMLError, lines: list[str], scalar: _Scalar | None
) -> tuple[_Spot, str]:
    context, problem = str(error.context), str(error.problem)
    there = _spot(error.problem_mark)
    opened = _spot(error.context_mark) if error.context_mark else there
    if "scanning an a" in context:  # alias, anchor
        return opened, "yaml.alias"
    if "quoted scalar" in context:
        return (there, "yaml.escape") if "escape" in problem else (opened, "yaml.quote")
    if "expected ':'" in problem:
        spaceless = _NO_SPACE.match(_line(lines, opened))
        return opened, "yaml.colon-space" if spaceless else "yaml.no-colon"
    if in_scalar := _cause_in_scalar(problem, lines, scalar, there):
        return in_scalar
    if "mapping values" in problem:
        return there, "yaml.colon"
    if (
        any(what in context for what in ("block scalar", "a tag", "directive"))
        or "incompat" in problem
    ):
        return opened, "yaml.start-character"
    if "start any token" in problem or "sequence entries are not allowed" in problem:
        return there, "yaml.start-character"
    if "flow" in context:
        return _cause_in_brackets(lines, opened, there)
    return there, _cause_in_block(_line(lines, there), there[1])


def _cause_in_scalar(
    problem: str, lines: list[str], scalar: _Scalar | None, there: _Spot
) -> tuple[_Spot, str] | None:
    """Where the value just before ran on over the end of a line, or closed too early."""
    if scalar is None or scalar.end[0] != there[0]:
        return None
    runs_on = scalar.begin[0] < there[0]
    if scalar.style in ("'", '"'):
        if runs_on:
            return scalar.begin, "yaml.quote"
        between = _line(lines, there)[scalar.end[1] : there[1]]
        return None if between.strip() else (there, "yaml.after-quote")
    if runs_on and "mapping values" in problem:
        if _NO_SPACE.match(_line(lines, scalar.begin), scalar.begin[1]):
            return scalar.begin, "yaml.colon-space"
        return there, "yaml.indent"
    return None


def _cause_in_brackets(lines: list[str], opened: _Spot, there: _Spot) -> tuple[_Spot, str]:
    line = _line(lines, there)
    if opened[0] == there[0] and line[there[1] :].startswith(":"):
        return there, "yaml.colon"
    if opened[0] < there[0] and (not line.strip() or _KEY.match(line)):
        return opened, "yaml.bracket"
    return there, "yaml.bracket"


def _cause_in_block(line: str, column: int) -> str:
    if line[column : column + 1] in ("]", "}"):
        return "yaml.bracket"
    return "yaml.syntax" if line[:column].strip() else "yaml.indent"


def _line(lines: list[str], spot: _Spot) -> str:
    return lines[spot[0]] if spot[0] < len(lines) else ""
