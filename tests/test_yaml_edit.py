"""An edit changes one value, and not one other byte; what it writes is read as what was meant."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from bot.catalogue.yaml_text import Value, read_yaml
from bot.settings import read_settings
from bot.staff.yaml_edit import (
    EditError,
    append_entry,
    remove_entry,
    remove_value,
    replace_value,
)
from bot.staff.yaml_write import New

SHIPPED = sorted(read_settings({}).catalogue.glob("*/offerings.yaml"))
ORDER = (("id",), ("title", "nl"), ("title", "en"), ("needs",), ("place", "nl"), ("place", "en"))

SOURCE = """\
# About this file.
- id: one   # never changes
  title:
    # In short sentences.
    nl:  Eerste, lang en over
      twee regels
    en: "First"  # a note
  needs: [stress, 'sleep'] # strongest first
  cost: free

# About two.
- id: two
  title: {nl: Tweede, en: Second} # both
  phone:
    - '112' # in danger
    - 088 525 75 50
  place:
  # cost: paid

# A heading of its own.

- id: three
  title:
    nl: >-
      Derde

    en: Third
"""


def value_of(source: str) -> Value:
    document = read_yaml(source.encode(), "test.yaml")
    assert not document.problems, (document.problems, source)
    return document.value


REPLACED = [
    ((0, "title", "nl"), "Kort", "Eerste, lang en over\n      twee regels", "Kort"),
    ((0, "title", "en"), "Other", '"First"', '"Other"'),
    ((0, "title", "en"), "a\nb", '"First"', r'"a\nb"'),
    ((0, "cost"), "no", "cost: free", "cost: 'no'"),
    ((0, "cost"), "a\nb: #c", "cost: free", "cost: |-\n    a\n    b: #c"),
    ((0, "cost"), 2021, "cost: free", "cost: 2021"),
    ((0, "cost"), dt.date(2026, 9, 14), "cost: free", "cost: 2026-09-14"),
    ((0, "cost"), True, "cost: free", "cost: true"),
    ((0, "place", "en"), "North", "  cost: free", "  place:\n    en: North\n  cost: free"),
    ((0, "needs"), ["stress", "money", "sleep"], "[stress, 's", "[stress, money, 's"),
    ((0, "needs"), ["sleep"], "[stress, 'sleep']", "['sleep']"),
    ((0, "needs"), ["stress"], "[stress, 'sleep']", "[stress]"),
    ((0, "needs"), ["x", "y", "z"], "[stress, 'sleep']", "[x, 'y', z]"),
    ((0, "needs"), ["a", "stress", "sleep"], "[stress,", "[a, stress,"),
    ((1, "title", "nl"), "a, {b}: c", "{nl: Tweede,", "{nl: 'a, {b}: c',"),
    ((1, "title", "de"), "Zweites", "Second}", "Second, de: Zweites}"),
    ((1, "phone"), ["112", "113", "088 525 75 50"], "danger\n", "danger\n    - '113'\n"),
    ((1, "phone"), ["112"], "    - 088 525 75 50\n", ""),
    (
        (1, "phone"),
        ["113"],
        "    - '112' # in danger\n    - 088 525 75 50",
        "    - '113' # in danger",
    ),
    ((1, "phone"), ["0", "112", "088 525 75 50"], "    - '112'", "    - '0'\n    - '112'"),
    ((1, "place", "nl"), "Zaal 1", "  place:\n", "  place:\n    nl: Zaal 1\n"),
    ((1, "place"), "Zaal", "  place:\n", "  place: Zaal\n"),
    ((2, "title", "nl"), "Nieuw", ">-\n      Derde\n\n", "Nieuw\n\n"),
    ((2, "cost"), "free", "    en: Third\n", "    en: Third\n  cost: free\n"),
]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
@pytest.mark.parametrize(("path", "value", "old", "new"), REPLACED)
def test_one_value(
    path: tuple[str | int, ...], value: New, old: str, new: str, mark: str, line_end: str
) -> None:
    assert SOURCE.count(old) == 1
    before = mark + SOURCE.replace("\n", line_end)
    after = mark + SOURCE.replace(old, new).replace("\n", line_end)
    assert replace_value(before, path, value, ORDER) == after
    value_of(after)


REMOVED = [
    ((0, "cost"), "  cost: free\n", ""),
    ((0, "title", "en"), '    en: "First"  # a note\n', ""),
    ((0, "needs"), "  needs: [stress, 'sleep'] # strongest first\n", ""),
    ((1, "title", "nl"), "nl: Tweede, ", ""),
    ((1, "title", "en"), ", en: Second", ""),
    ((1, "phone"), "  phone:\n    - '112' # in danger\n    - 088 525 75 50\n", ""),
    ((2, "id"), "- id: three\n  title", "- title"),
    ((2, "title", "en"), "\n    en: Third\n", "\n"),
    ((2, "nothing"), "", ""),
    ((2, "id", "nothing"), "", ""),
]


@pytest.mark.parametrize(("path", "old", "new"), REMOVED)
def test_one_value_less(path: tuple[str | int, ...], old: str, new: str) -> None:
    after = remove_value(SOURCE, path)
    assert after == (SOURCE.replace(old, new) if old else SOURCE)
    value_of(after)


def test_what_would_hold_nothing_goes_too() -> None:
    source = "- id: a\n  audience:\n    ages: {from: 16}\n  cost: free\n"
    assert remove_value(source, (0, "audience", "ages", "from")) == "- id: a\n  cost: free\n"
    assert remove_value("- id: a\n  title:\n    nl: x", (0, "title", "nl")) == "- id: a"


def test_an_entry_goes_with_its_comments_and_leaves_the_headings() -> None:
    of_two, heading = SOURCE.index("# About two"), SOURCE.index("# A heading")
    assert remove_entry(SOURCE, 0) == "# About this file.\n" + SOURCE[of_two:]
    assert remove_entry(SOURCE, 1) == SOURCE[:of_two] + SOURCE[heading:]
    assert remove_entry(SOURCE, 2) == SOURCE[: SOURCE.index("\n- id: three")]
    assert remove_entry("# x\n- id: a\n", 0) == "# x\n[]\n"
    assert remove_entry("- id: a\n\n- id: b", 1) == "- id: a"


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", "# why\n- id: z\n  title:\n    nl: Ja\n"),
        ("# top", "# top\n# why\n- id: z\n  title:\n    nl: Ja\n"),
        ("# top\n[]\n", "# top\n# why\n- id: z\n  title:\n    nl: Ja\n"),
        ("- id: a", "- id: a\n\n# why\n- id: z\n  title:\n    nl: Ja"),
        ("- id: a\r\n", "- id: a\r\n\r\n# why\r\n- id: z\r\n  title:\r\n    nl: Ja\r\n"),
        ("- id: a\n- id: b\n", "- id: a\n- id: b\n# why\n- id: z\n  title:\n    nl: Ja\n"),
        (" - id: a\n...\n", " - id: a\n\n # why\n - id: z\n   title:\n     nl: Ja\n...\n"),
    ],
)
def test_one_entry_more(before: str, after: str) -> None:
    assert append_entry(before, {"id": "z", "title": {"nl": "Ja"}}, "why") == after
    value_of(after)


@pytest.mark.parametrize("source", ["a: b", "[{id: a}]", "- a: [", "- a", "text", ""])
def test_what_is_no_list_of_entries_is_refused(source: str) -> None:
    with pytest.raises(EditError):
        replace_value(source, (0, "id"), "x")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.parent.name)
def test_the_shipped_files_less_an_entry_and_with_one_more(path: Path) -> None:
    source = path.read_text("utf-8")
    entries = value_of(source)
    assert isinstance(entries, list)
    for index in range(0, len(entries), 5):
        assert value_of(remove_entry(source, index)) == entries[:index] + entries[index + 1 :]
    new: dict[str, New] = {"id": "new", "needs": ["a", "no"]}
    assert value_of(append_entry(source, new)) == [*entries, new]


LETTERS = st.sampled_from([*"ab0129 -+=:;#'\"\\,[]{}&*!|>%@`?~._\n\t/", "é", "\u00a0", "😀", "no"])
HOSTILE = st.one_of(
    st.sampled_from(
        ["no", "y", "~", "", "12:00", "09:30", "0123", "0x1F", "1e3", "=", "<<", "---"]
    ),
    st.lists(LETTERS, max_size=12).map("".join),
    st.lists(LETTERS, min_size=100, max_size=180).map("".join),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=40),
)
PATHS = st.sampled_from(
    [
        (0, "title", "nl"),
        (0, "title", "en"),
        (0, "cost"),
        (0, "place", "nl"),
        (1, "title", "nl"),
        (1, "place", "nl"),
        (1, "title", "de"),
        (2, "title", "nl"),
        (2, "title", "en"),
    ]
)


@given(PATHS, HOSTILE, st.booleans())
@example((0, "cost"), "a \u00a0b" * 60, False)
@example((0, "cost"), "\u200b", False)
def test_every_text_is_read_as_it_was_given(
    path: tuple[int, str, str], value: str, cut: bool
) -> None:
    source = SOURCE.removesuffix("\n") if cut else SOURCE
    entries = value_of(source)
    changed = replace_value(source, path, value, ORDER)
    assert value_of(changed) == _with(entries, path, value)
    other = yaml.safe_load(changed)  # another program reads it as a text too
    for step in path:
        other = other[step]
    assert other == value
    assert value_of(replace_value(changed, path, "x")) == _with(entries, path, "x")


def _with(entries: Any, path: tuple[int, str, str], value: str) -> Any:
    index, *steps = path
    here = entries[index]
    for step in steps[:-1]:
        here[step] = here = dict(here.get(step) or {})
    here[steps[-1]] = value
    return entries


@given(st.lists(st.sampled_from(["112", "a b", "no", "x: y", "088 525 75 50", "q"]), min_size=1))
def test_every_list_is_read_as_it_was_given(items: list[str]) -> None:
    for path in ((0, "needs"), (1, "phone"), (2, "phone")):
        changed = replace_value(SOURCE, path, list(items))
        assert read_yaml(changed.encode(), "").at(path) == items
        value_of(changed)
