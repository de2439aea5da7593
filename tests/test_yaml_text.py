"""YAML as staff type it: values stay the text they typed, and every trap is told at its place."""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from bot.catalogue.problems import MOST_TOLD, Path
from bot.catalogue.yaml_text import MAX_BYTES, MAX_DEPTH, Document, Value, read_yaml

Told = list[tuple[int, int, str]]


def read(source: str) -> Document:
    return read_yaml(source.encode(), "file.yaml")


def told(document: Document) -> Told:
    return [(p.line, p.column, p.text.key) for p in document.problems]


# Values

AS_TYPED: list[tuple[str, Value]] = [
    ("0612345678", "0612345678"),
    ("1.10", "1.10"),
    ("010", "010"),
    ("0x1F", "0x1F"),
    ("1_000", "1_000"),
    ("1e3", "1e3"),
    (".inf", ".inf"),
    ("2026-09-01", "2026-09-01"),
    ("true", "true"),
    ("'yes'", "yes"),
    ('"yes"', "yes"),
    ('"no"', "no"),
    ('"10:00"', "10:00"),
    ('"~"', "~"),
    ('""', ""),
    ("ma-vr 10:00-12:00", "ma-vr 10:00-12:00"),
    ("no problem", "no problem"),
    ("R&D", "R&D"),
    ("C#", "C#"),
    ("wow! echt", "wow! echt"),
    ("https://x.example/a?b=c#d", "https://x.example/a?b=c#d"),
    ("één 🎓", "één 🎓"),
    ("  ", None),
    ("null", None),
    ("~", None),
    ("[a, b]", ["a", "b"]),
    ("{nl: a, en: b}", {"nl": "a", "en": "b"}),
    ("eerst\n  en dan", "eerst en dan"),
    ("|\n  eerst\n  en dan", "eerst\nen dan\n"),
    (">-\n  eerst\n  en dan", "eerst en dan"),
    ("tekst # aantekening", "tekst"),
]


@pytest.mark.parametrize(("typed", "value"), AS_TYPED, ids=[repr(typed) for typed, _ in AS_TYPED])
def test_values_stay_as_typed(typed: str, value: Value) -> None:
    document = read(f"key: {typed}\n")
    assert (document.value, told(document)) == ({"key": value}, [])


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("\ufeffkey: a\n", {"key": "a"}),  # with a byte order mark
        ("key: a\r\nother: b\r\n", {"key": "a", "other": "b"}),  # from Windows
        ("key: a\rother: b", {"key": "a", "other": "b"}),  # from a very old Mac
        ("---\nkey: a\n", {"key": "a"}),
        ("# note\n---\nkey: a\n...\n", {"key": "a"}),
        ("{on: x, no: w, 010: z}", {"on": "x", "no": "w", "010": "z"}),
        ("just text", "just text"),
        ("", None),
        ("\n\n", None),
        ("# only a note\n", None),
        ("---\n", None),
    ],
    ids=repr,
)
def test_whole_files(source: str, value: Value) -> None:
    document = read(source)
    assert (document.value, told(document)) == (value, [])


# Traps: what is reported, while the rest of the file is read

TRAPS: list[tuple[str, str, Told]] = [
    *(
        (f"the word {word}", f"a: x\nb: {word}\n", [(2, 4, "yaml.boolean-word")])
        for word in ("no", "No", "NO", "yes", "on", "off", "y", "N")
    ),
    ("words in a list", "- [yes, ja]\n- no\n",
     [(1, 4, "yaml.boolean-word"), (2, 3, "yaml.boolean-word")]),
    *(
        (f"the time {time}", f"a: {time}\n", [(1, 4, "yaml.time")])
        for time in ("10:00", "9:30", "09:30", "24:00:00")
    ),
    ("a tab", "a:\n\tb: x\n", [(2, 1, "yaml.tab")]),
    ("a tab behind spaces", "a:\n  \tb: x\n", [(2, 3, "yaml.tab")]),
    ("a tab behind a dash", "-\ta: x\n", [(1, 2, "yaml.tab")]),
    ("a tab on an empty line", "a: x\n\t\nb: w\n", [(2, 1, "yaml.tab")]),
    ("a tab before a note", "a: x\n\t# note\nb: w\n", [(2, 1, "yaml.tab")]),
    ("tabs on two lines", "a:\n\tb: x\n\tc: w\n", [(2, 1, "yaml.tab"), (3, 1, "yaml.tab")]),
    ("a tab that does not fit", "z: x\na:\n    b: x\n\tc: w\n", [(4, 1, "yaml.tab")]),
    ("a space from Word", "a:\n\u00a0\u00a0b: x\n", [(2, 1, "yaml.odd-space")]),
    ("a duplicate key", "a: x\nb: w\na: z\n", [(3, 1, "yaml.duplicate-key")]),
    ("a duplicate key, deeper", "- a: {b: x, b: w}\n", [(1, 13, "yaml.duplicate-key")]),
    ("two duplicate keys", "a: 1\nb: 2\na: 3\nc: 4\nb: 5\n",
     [(3, 1, "yaml.duplicate-key"), (5, 1, "yaml.duplicate-key")]),
    ("a forgotten dash", "- id: a\n  b: x\n\n  id: c\n  b: w\n", [(4, 3, "yaml.missing-dash")]),
    ("a tag", "a: !!python/object:os.system x\nb: w\n", [(1, 4, "yaml.tag")]),
    ("an exclamation mark", "a: !let op\nb: w\n", [(1, 4, "yaml.tag")]),
    ("a word with a star", "a: *belangrijk\nb: w\n", [(1, 4, "yaml.alias")]),
    ("text lost as a note", "a: Bel #112 nu\nb: w\n", [(1, 8, "yaml.hash")]),
    ("a second document", "a: x\n---\nb: w\n", [(2, 1, "yaml.two-documents")]),
    ("an empty second document", "a: x\n---\n", [(2, 1, "yaml.two-documents")]),
    ("a second document after an end", "a: x\n...\nb: w\n", [(2, 1, "yaml.two-documents")]),
    ("two ends", "a: x\n...\n---\nb: w\n", [(3, 1, "yaml.two-documents")]),
    ("an invisible character", "a: x\nb: w\u200bz\n", [(2, 5, "yaml.unprintable")]),
    ("a control character", "a: x\nb: y\x07z\n", [(2, 5, "yaml.unprintable")]),
    ("a line end that no editor shows", "a: x\u2028y\nb: no\n",
     [(1, 5, "yaml.unprintable"), (2, 4, "yaml.boolean-word")]),
    ("two traps in one value", "a: !x no\n", [(1, 4, "yaml.tag")]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("source", "expected"), [row[1:] for row in TRAPS], ids=[row[0] for row in TRAPS]
)
def test_traps(source: str, expected: Told) -> None:
    document = read(source)
    assert told(document) == expected
    assert document.value is not None


# Broken form: told at the line where somebody has to mend it, while the entries beside it are read

BROKEN: list[tuple[str, str, Told]] = [
    ("a colon in the text", "a: Let op: kom\n", [(1, 10, "yaml.colon")]),
    ("a colon in braces", "a: {nl: Let op: kom, en: x}\n", [(1, 15, "yaml.colon")]),
    ("a double quote that stays open", 'a: "x\n', [(1, 4, "yaml.quote")]),
    ("an apostrophe at the start", "a: 's avonds open\n", [(1, 4, "yaml.quote")]),
    ("an open quote before a quote", 'a:\n- "x\n- "y"\n', [(2, 3, "yaml.quote")]),
    ("an apostrophe inside", "a: 'foto's maken'\n", [(1, 10, "yaml.after-quote")]),
    ("text behind a quote", 'a: "x" w\n', [(1, 8, "yaml.after-quote")]),
    ("no comma between two texts", 'a: ["x" "y"]\n', [(1, 9, "yaml.after-quote")]),
    ("a backslash", 'a: "C:\\pad"\n', [(1, 7, "yaml.escape")]),
    ("an at sign at the start", "a: @school\n", [(1, 4, "yaml.start-character")]),
    ("a percent sign at the start", "a: %x\n", [(1, 4, "yaml.start-character")]),
    ("a backquote at the start", "a: `x`\n", [(1, 4, "yaml.start-character")]),
    ("larger than", "a: > 18 jaar\n", [(1, 4, "yaml.start-character")]),
    ("a bar", "a: | x\n", [(1, 4, "yaml.start-character")]),
    ("a dash behind a colon", "a: - x\n", [(1, 4, "yaml.start-character")]),
    ("bold text", "a: *belangrijk*\n", [(1, 4, "yaml.alias")]),
    ("an ampersand", "a: & x\n", [(1, 4, "yaml.alias")]),
    ("an open list", "a: [x, w\n", [(1, 4, "yaml.bracket")]),
    ("open braces", "a: {nl: x, en: w\n", [(1, 4, "yaml.bracket")]),
    ("a bracket too many", "a: [x]]\n", [(1, 7, "yaml.bracket")]),
    ("no space behind a colon", "a:x\n", [(1, 1, "yaml.colon-space")]),
    ("no space, deeper", "a:\n  c: x\n  d:w\n", [(3, 3, "yaml.colon-space")]),
    ("no space at an entry", "a:\n- c:x\n  d: w\n", [(2, 3, "yaml.colon-space")]),
    ("no colon", "a:\n  c\n  d: x\n", [(3, 4, "yaml.indent")]),
    ("a space too many", "a:\n  c: x\n   d: w\n", [(3, 5, "yaml.indent")]),
    ("a space too few", "a:\n  c: x\n d: w\n", [(3, 2, "yaml.indent")]),
    ("a list that jumps", "a:\n  - x\n - w\n", [(3, 2, "yaml.indent")]),
    ("a list as a key", "a:\n  [x]: w\n", [(2, 3, "yaml.key")]),
    ("a placeholder", "a: {{naam}}\n", [(1, 5, "yaml.key")]),
    ("an empty key", "a: {: x}\n", [(1, 5, "yaml.colon")]),
    ("too deep", "a: " + "[" * MAX_DEPTH + "]" * MAX_DEPTH + "\n", [(1, 15, "yaml.too-deep")]),
]


@pytest.mark.parametrize(
    ("source", "expected"), [row[1:] for row in BROKEN], ids=[row[0] for row in BROKEN]
)
def test_broken_form(source: str, expected: Told) -> None:
    before, after = "first: 1\n", "last: no\n"
    document = read(before + source + after)
    moved = [(line + 1, column, key) for line, column, key in expected]
    below = (source.count("\n") + 2, 7, "yaml.boolean-word")
    at_the_edge = source.startswith("a:x")  # then it may be part of the text above it
    assert told(document) == [*moved, below]
    value = document.value
    assert isinstance(value, dict)
    left = {"last": "no"} if at_the_edge else {"first": "1", "last": "no"}
    assert {key: value[key] for key in value if key != "a"} == left


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("- a\nb: c\n", [(2, 1, "yaml.indent")]),
        ("a: b\n- c\n", [(2, 1, "yaml.indent")]),
        ("id: x\nphrases\n  nl: w\n", [(2, 1, "yaml.no-colon")]),
        ("a: b\n]\n", [(2, 1, "yaml.bracket")]),
        ("%YAML 2.0\n---\na: b\n", [(1, 1, "yaml.start-character")]),
        ("a: 'x\n\n\n", [(1, 4, "yaml.quote")]),
        ("{", [(1, 1, "yaml.bracket")]),
    ],
    ids=repr,
)
def test_one_problem_where_the_whole_does_not_hold_together(source: str, expected: Told) -> None:
    assert told(read(source)) == expected


def test_every_broken_entry_is_told_at_once() -> None:
    entries = ["- id: a\n", '- id: "b\n', "- id: c: d\n", "- id: no\n", "- id: @e\n", "- id: f\n"]
    document = read("".join(entries))
    assert document.value == [{"id": "a"}, {"id": "no"}, {"id": "f"}]
    assert told(document) == [
        (2, 7, "yaml.quote"),
        (3, 8, "yaml.colon"),
        (5, 7, "yaml.start-character"),
        (4, 7, "yaml.boolean-word"),
    ]


# Refused unread

LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{b}: &{b} [{', '.join([f'*{a}'] * 9)}]\n" for a, b in zip("abcdefgh", "bcdefghi", strict=True)
)
REFUSED: list[tuple[str, bytes, tuple[int, int, str]]] = [
    ("a billion laughs", LAUGHS.encode(), (1, 4, "yaml.alias")),
    ("an anchor", b"a: &x w\nb: *x\n", (1, 4, "yaml.alias")),
    ("an anchor of its own", b"&a [*a]\n", (1, 1, "yaml.alias")),
    ("merged keys", b"a: &x {b: c}\nd: {<<: *x}\n", (1, 4, "yaml.alias")),
    ("too large", b"#" * (MAX_BYTES + 1), (1, 1, "yaml.too-large")),
    ("Windows' own encoding", "a: x\nbc: caf\u00e9\n".encode("cp1252"), (2, 8, "yaml.not-utf8")),
    ("behind letters with accents", "a: \u00e9\u00e9".encode() + b"\xff", (1, 6, "yaml.not-utf8")),
    ("UTF-16", "a: x\n".encode("utf-16"), (1, 1, "yaml.not-utf8")),
    ("UTF-16 without a mark", "a: x\n".encode("utf-16-le"), (1, 2, "yaml.not-utf8")),
    ("a spreadsheet", b"PK\x03\x04\x14\x00\x08\x00", (1, 6, "yaml.not-utf8")),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "expected"), [row[1:] for row in REFUSED], ids=[row[0] for row in REFUSED]
)
def test_refused(content: bytes, expected: tuple[int, int, str]) -> None:
    begun = time.process_time()
    document = read_yaml(content, "file.yaml")
    assert time.process_time() - begun < 1
    assert (document.value, told(document)) == (None, [expected])


# Where things stand

SOURCE = """\
# note

- id: a
  title: {nl: x, en: y}
  needs:
  - p
  - q
- id: b
  text: |
    one
    two
  place:
    nl: z
"""


@pytest.mark.parametrize(
    ("path", "position"),
    [
        ((), (3, 1)),
        ((0,), (3, 3)),
        ((0, "id"), (3, 3)),
        ((0, "title"), (4, 3)),
        ((0, "title", "nl"), (4, 11)),
        ((0, "title", "en"), (4, 18)),
        ((0, "title", "fr"), (4, 3)),
        ((0, "needs", 1), (7, 5)),
        ((0, "needs", 2), (5, 3)),
        ((1,), (8, 3)),
        ((1, "text", "nl", 0), (9, 3)),
        ((1, "place", "nl"), (13, 5)),
        ((1, "place", "en"), (12, 3)),
        ((2, "id"), (3, 1)),
        (("id",), (3, 1)),
    ],
    ids=repr,
)
def test_positions(path: Path, position: tuple[int, int]) -> None:
    assert read(SOURCE).position(path) == position


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ((), [{"id": "a"}]),
        ((0, "id"), "a"),
        ((0, "id", "nl"), None),
        ((0, "nl"), None),
        ((1,), None),
        (("id",), None),
    ],
    ids=repr,
)
def test_values_by_path(path: Path, value: Value) -> None:
    assert read("- id: a\n").at(path) == value


# Anything at all

PIECES = [
    *("- ", "a: ", "b:", "? ", "<<: ", "no", "10:00", "x", "é", "~", "\U0001f393"),
    *("\n", "\n  ", "\t", "\r", " " * 7, "\u00a0", "\u2028", "\x85", "\ufeff", "\x00"),
    *("[", "]", "{", "}", ",", '"', "'", "&a ", "*a", "!x ", "#", "#x", "|", ">", "%", "@", "`"),
    *("---\n", "...\n", "\\"),
]
YAMLISH = st.lists(st.sampled_from(PIECES), max_size=60).map("".join)


def assert_read(content: bytes) -> None:
    document = read_yaml(content, "file.yaml")
    lines = max(1, content.count(b"\n") + content.count(b"\r") + 1)
    assert document.file == "file.yaml"
    for problem in document.problems:
        assert 1 <= problem.line <= lines
        assert problem.column >= 1
    document.position((0, "a", 1))
    document.at((0, "a", 1))


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=400))
@example(b"\xef\xbb\xbf\x00")
@example(b"\xef\xbb\xbf")
@example(b'"\\UFFFFFFFF"')
@example(b'"\\ud800"')
def test_any_bytes_are_a_document(content: bytes) -> None:
    assert_read(content)


@settings(max_examples=400, deadline=None)
@given(YAMLISH)
def test_anything_like_yaml_is_a_document(source: str) -> None:
    assert_read(source.encode())


LONG = [
    *("\t\n", "\u00a0a\n", "\x07\n", "---\n", "no, ", "- no\n", "a: b\n", "- x #y\n"),
    *("- [a\n", "a: [\n", "- {a: b, a: c}\n", "'a\n", "*a ", "&a ", "!a "),
    *("[", "{", "? ", "- ", "a:", '"'),
]


@pytest.mark.parametrize("source", LONG, ids=repr)
def test_long_files_are_read_quickly(source: str) -> None:
    many = source * (120_000 // len(source.encode()))
    begun = time.process_time()
    document = read(many)
    in_brackets = read(f"[{many}]")
    assert time.process_time() - begun < 3
    assert max(len(document.problems), len(in_brackets.problems)) <= MOST_TOLD
