"""Changes in a YAML list of entries that leave everything else as it stands, to the byte.

The files of the catalogue belong to the people who write them: their comments, their order, their
quotes and where they break a line. So nothing is written anew but the value that changes. A path
is that of `read_yaml`: (3, "title", "nl"). Every edit takes the text of a file and returns it
changed; line ends and a byte order mark stay what they are.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from functools import wraps
from typing import Concatenate, NamedTuple, ParamSpec

import yaml

from bot.catalogue.problems import Path
from bot.staff.yaml_write import New, block_value, flow_value

_Loader: type = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Edit = tuple[int, int, str]  # from where to where, and what comes in that place
_P = ParamSpec("_P")

_MARK = "\ufeff"
_BLANK = " \t\r\n"
_LINE_END = re.compile(r"\r\n|\r|\n")
_LINE = re.compile(r"([ \t]*)([^\r\n]*)(?:\r\n|\r|\n|\Z)")
_DASH = re.compile(r"[ ]*-(?=[ \t\r\n]|\Z)")


class EditError(ValueError):
    """The text is no list with dashes, or it has no such entry: it cannot be changed here."""


def _past_mark(edit: Callable[Concatenate[str, _P], str]) -> Callable[Concatenate[str, _P], str]:
    """The edit, for texts that may begin with a byte order mark."""

    @wraps(edit)
    def past(source: str, /, *args: _P.args, **kwargs: _P.kwargs) -> str:
        mark = _MARK if source.startswith(_MARK) else ""
        return mark + edit(source.removeprefix(_MARK), *args, **kwargs)

    return past


@_past_mark
def replace_value(source: str, path: Path, value: New, order: Sequence[Path] = ()) -> str:
    """The text with this value at the path, which is there or is added.

    A new key comes after those that come before it in `order`, which lists paths inside an entry;
    where none does, at the end. Raises EditError.
    """
    holder, at = _entry(source, path), 1
    while at < len(path) - 1:
        inner = _get(holder, path[at])
        if not isinstance(inner, yaml.MappingNode) or not inner.value:
            break
        holder, at = inner, at + 1
    for step in reversed(path[at + 1 :]):
        value = {str(step): value}
    old = _get(holder, path[at])
    if old is None:
        edits = [_key_added(source, holder, path[1 : at + 1], value, order)]
    elif isinstance(old, yaml.SequenceNode) and old.value and isinstance(value, list) and value:
        edits = _items_changed(source, old, value)
    elif holder.flow_style or isinstance(old, yaml.CollectionNode):
        edits = [_replaced_in_flow(old, value)]
    else:
        edits = [_replaced_in_block(source, holder, old, value)]
    return _applied(source, edits)


@_past_mark
def remove_value(source: str, path: Path) -> str:
    """The text without this key; without the one around it too, if that would hold nothing more.

    Raises EditError.
    """
    holders = [_entry(source, path)]
    for step in path[1:-1]:
        inner = _get(holders[-1], step)
        if not isinstance(inner, yaml.MappingNode):
            return source
        holders.append(inner)
    if _get(holders[-1], path[-1]) is None:
        return source
    while len(holders) > 1 and len(holders[-1].value) == 1:
        holders.pop()
    return _applied(source, [(*_span_of_key(source, holders[-1], path[len(holders)]), "")])


@_past_mark
def append_entry(source: str, entry: Mapping[str, New], comment: str | None = None) -> str:
    """The text with one more entry at the end of the list, below this comment. Raises EditError."""
    root = _root(source)
    entries = _entries(source, root)
    if not entries:
        new = _new_entry(entry, comment, 0)
        if root is not None:  # an empty list: []
            return _applied(source, [(root.start_mark.index, root.end_mark.index, new)])
        begin = "" if not source or _ends_line(source, len(source)) else "\n"
        return _applied(source, [(len(source), len(source), f"{begin}{new}\n")])
    last = entries[-1]
    new = _new_entry(entry, comment, root.start_mark.column if root else 0)
    apart = len(entries) == 1 or source[entries[-2].end : last.begin] != ""
    blank = "\n" if apart else ""
    text = f"{blank}{new}\n" if _ends_line(source, last.end) else f"\n{blank}{new}"
    return _applied(source, [(last.end, last.end, text)])


@_past_mark
def remove_entry(source: str, index: int) -> str:
    """The text without this entry, its comments and the blank lines below. Raises EditError."""
    entries = _entries(source, _root(source))
    if not 0 <= index < len(entries):
        raise EditError
    begin, end = entries[index]
    line_end = "\n" if _ends_line(source, end) else ""
    if len(entries) == 1:
        return _applied(source, [(begin, end, f"[]{line_end}")])
    below = end + len(source[end:]) - len(source[end:].lstrip("\r\n"))
    if below < len(source):
        return _applied(source, [(begin, below, "")])
    above = len(source[:begin].rstrip(_BLANK))
    return _applied(source, [(above, len(source), line_end)])


# Where things stand


class _Entry(NamedTuple):
    begin: int  # of its own comments, or of the line with its dash
    end: int  # of its last line


def _root(source: str) -> yaml.SequenceNode | None:
    """The list; None where there is nothing at all."""
    try:
        root: yaml.Node | None = yaml.compose(source, Loader=_Loader)
    except yaml.YAMLError as error:
        raise EditError from error
    if root is None:
        return None
    if not isinstance(root, yaml.SequenceNode) or (root.flow_style and root.value):
        raise EditError
    return root


def _entry(source: str, path: Path) -> yaml.MappingNode:
    root, index = _root(source), path[0]
    items = root.value if root else []
    if not isinstance(index, int) or not 0 <= index < len(items) or len(path) < 2:
        raise EditError
    entry = items[index]
    if not isinstance(entry, yaml.MappingNode):
        raise EditError
    return entry


def _entries(source: str, root: yaml.SequenceNode | None) -> list[_Entry]:
    if root is None:
        return []
    entries: list[_Entry] = []
    at, indent = 0, root.start_mark.column
    for node in root.value:
        begin = _begin_of_entry(source, at, indent)
        at = _end_with_comments(source, _end(source, node), indent)
        entries.append(_Entry(begin, at))
    return entries


def _begin_of_entry(source: str, at: int, indent: int) -> int:
    """Where the comment straight above the next dash begins, or else the line with the dash.

    The comment at the top of the file is about the file.
    """
    own: int | None = None
    while not _DASH.match(source, at):
        line = _LINE.match(source, at)
        if not line or line.end() == at:
            raise EditError
        if not line[2].startswith("#") or len(line[1]) > indent:
            own = None
        elif own is None:
            own = at
        at = line.end()
    return at if own is None or not source[:own].strip(_BLANK) else own


def _end(source: str, node: yaml.Node) -> int:
    """Where the last letter of a value stands."""
    while isinstance(node, yaml.CollectionNode) and not node.flow_style:
        last = node.value[-1]
        node = last[1] if isinstance(last, tuple) else last
    end: int = node.end_mark.index
    return len(source[:end].rstrip(_BLANK)) if _style(node) in ("|", ">") else end


def _end_of_line(source: str, at: int) -> int:
    line = _LINE.match(source, at)
    return line.end() if line else at


def _end_with_comments(source: str, end: int, indent: int) -> int:
    """The end of the line, and of the comments below it that stand deeper than `indent`."""
    at = found = _end_of_line(source, end)
    while at < len(source) and (line := _LINE.match(source, at)):
        at = line.end()
        if line[2].startswith("#") and len(line[1]) > indent:
            found = at
        elif line[2]:
            break
    return found


def _span_of_key(source: str, holder: yaml.MappingNode, name: str | int) -> tuple[int, int]:
    """From where to where a key stands with all that belongs to it."""
    index = next(i for i, (key, _) in enumerate(holder.value) if key.value == name)
    key, value = holder.value[index]
    begin = key.start_mark.index
    following = holder.value[index + 1][0].start_mark.index if holder.value[index + 1 :] else None
    if holder.flow_style:
        if following is None and index > 0:
            return _end(source, holder.value[index - 1][1]), value.end_mark.index
        return begin, following or value.end_mark.index
    line_begin = begin - key.start_mark.column
    if following is not None and source[line_begin:begin].strip():
        return begin, following  # it stands behind a dash
    end = _end_with_comments(source, _end(source, value), key.start_mark.column)
    if not _ends_line(source, end):
        line_begin = len(source[:line_begin].rstrip(_BLANK))
    return line_begin, end


def _get(holder: yaml.MappingNode, name: str | int) -> yaml.Node | None:
    return next((value for key, value in holder.value if key.value == name), None)


def _style(node: yaml.Node) -> str:
    return (node.style or "") if isinstance(node, yaml.ScalarNode) else ""


def _ends_line(source: str, at: int) -> bool:
    return source[at - 1 : at] in ("\r", "\n")


# What changes


def _applied(source: str, edits: Sequence[_Edit]) -> str:
    """The text with these edits, whose line ends become those of the text."""
    line_end = _LINE_END.search(source)
    for begin, end, new in sorted(edits, reverse=True):
        if line_end:
            new = new.replace("\n", line_end[0])
        source = source[:begin] + new + source[end:]
    return source


def _replaced_in_flow(old: yaml.Node, value: New) -> _Edit:
    begin, end = old.start_mark.index, old.end_mark.index
    new = flow_value(value, style=_style(old))
    return begin, end, new if end > begin else f" {new}"


def _replaced_in_block(source: str, holder: yaml.MappingNode, old: yaml.Node, value: New) -> _Edit:
    begin, end = old.start_mark.index, _end(source, old)
    line = _LINE.match(source, end)
    new = block_value(
        value,
        holder.value[0][0].start_mark.column,
        style=_style(old),
        may_be_literal=not (line and line[2]),
    )
    if new.startswith("\n"):
        begin = len(source[:begin].rstrip(" \t"))
    elif begin < end:
        new = new.removeprefix(" ")
    return begin, end, new


def _key_added(
    source: str, holder: yaml.MappingNode, path: Path, value: New, order: Sequence[Path]
) -> _Edit:
    """The key after those that come before it."""
    rank = _rank(path, order)
    ranks = [_rank((*path[:-1], key.value), order) for key, _ in holder.value]
    before = [index for index, other in enumerate(ranks) if other < rank]
    after = holder.value[before[-1] if before else -1][1]
    at = _end(source, after)
    if holder.flow_style:
        return at, at, f", {path[-1]}: {flow_value(value)}"
    indent = holder.value[0][0].start_mark.column
    at = _end_with_comments(source, at, indent)
    new = f"{' ' * indent}{path[-1]}:{block_value(value, indent)}"
    return at, at, f"{new}\n" if _ends_line(source, at) else f"\n{new}"


def _rank(path: Path, order: Sequence[Path]) -> int:
    places = (place for place, known in enumerate(order) if known[: len(path)] == path)
    return next(places, len(order))


def _new_entry(entry: Mapping[str, New], comment: str | None, indent: int) -> str:
    pad = " " * indent
    fields = [f"{key}:{block_value(value, indent + 2)}" for key, value in entry.items()]
    above = "".join(f"{pad}# {line}".rstrip() + "\n" for line in (comment or "").splitlines())
    return f"{above}{pad}- " + f"\n{pad}  ".join(fields)


# Items of a list: those that stay, stay as they are written


def _items_changed(source: str, old: yaml.SequenceNode, new: list[New]) -> list[_Edit]:
    before = [str(item.value) for item in old.value]
    after = [str(item) for item in new]
    edits: list[_Edit] = []
    for _, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        both = min(b - a, d - c)
        for item, value in zip(old.value[a : a + both], new[c : c + both], strict=True):
            if str(item.value) != str(value):
                edits.append(_replaced_in_flow(item, value))
        if b > a + both:
            edits.append(_items_removed(source, old, a + both, b))
        if d > c + both:
            edits.append(_items_added(source, old, a + both, new[c + both : d]))
    return edits


def _items_removed(source: str, old: yaml.SequenceNode, first: int, after: int) -> _Edit:
    items = old.value
    if not old.flow_style:
        begin = _line_of(source, items[first])
        return begin, _end_of_line(source, items[after - 1].end_mark.index), ""
    if after < len(items):
        return items[first].start_mark.index, items[after].start_mark.index, ""
    return items[first - 1].end_mark.index, items[after - 1].end_mark.index, ""


def _items_added(source: str, old: yaml.SequenceNode, before: int, values: Sequence[New]) -> _Edit:
    said = [flow_value(value) for value in values]
    first = old.value[0]
    if old.flow_style:
        if before == 0:
            at = first.start_mark.index
            return at, at, "".join(f"{one}, " for one in said)
        at = old.value[before - 1].end_mark.index
        return at, at, "".join(f", {one}" for one in said)
    line = _line_of(source, first)
    dash = source[line : first.start_mark.index]
    if before == 0:
        return line, line, "".join(f"{dash}{one}\n" for one in said)
    at = _end_of_line(source, old.value[before - 1].end_mark.index)
    if _ends_line(source, at):
        return at, at, "".join(f"{dash}{one}\n" for one in said)
    return at, at, "".join(f"\n{dash}{one}" for one in said)


def _line_of(source: str, node: yaml.Node) -> int:
    """Where the line begins on which a value begins."""
    begin: int = node.start_mark.index - node.start_mark.column
    return begin
