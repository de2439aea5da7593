"""New values as YAML text, in the style of the catalogue's files.

Every text is written so that YAML 1.1, YAML 1.2 and the catalogue's own reader all read it as that
text: `no`, 12:00 and 0123 get quotes. Where a number, a date or true is meant, give one.
"""

from __future__ import annotations

import datetime as dt
import io
import re
from typing import Any, TypeAlias

import yaml
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.scalarstring import (
    DoubleQuotedScalarString,
    LiteralScalarString,
    SingleQuotedScalarString,
)

New: TypeAlias = "str | int | bool | dt.date | list[New] | dict[str, New]"

# What the catalogue's reader refuses outside an escape: control characters and what nobody sees.
UNSEEN = re.compile(
    "[\0-\x08\x0b-\x1f\x7f-\x9f\r\u200b\u2028\u2029\u2060\ud800-\udfff\ufeff\ufffe\uffff]"
)
_WIDTH = 110
_ENDLESS = 1_000_000
_STYLES = {"'": SingleQuotedScalarString, '"': DoubleQuotedScalarString}
# Which the reader would not take for text, besides what YAML 1.1 says.
_NO_TEXT = re.compile(r"[yn]|[-+]?[0-9][0-9_]*(:[0-9]+)+(\.[0-9_]*)?", re.IGNORECASE)
# A folded line that begins with a space that is none reads as a broken indent.
_ODD_BEGIN = re.compile("^ *(?:- *)?[\t\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]", re.MULTILINE)


def block_value(value: New, indent: int, *, style: str = "", may_be_literal: bool = True) -> str:
    """What comes after `key:` in a block whose keys stand `indent` deep, the first space included.

    `style` is the quotation mark to keep, if any. Without `may_be_literal`, a text of more lines is
    quoted, for a comment follows it. Lines end in a newline; the last one has none.
    """
    written = _ready(value, style, literal=may_be_literal)
    said = _dumped({"k": written}, _WIDTH - indent).removeprefix("k:").removesuffix("\n")
    return re.sub(r"\n(?=[^\n])", "\n" + " " * indent, said)


def flow_value(value: New, *, style: str = "") -> str:
    """The value on one line, as it stands between brackets or braces."""
    within = CommentedMap(k=_ready(value, style, literal=False))
    within.fa.set_flow_style()
    return _dumped(within, _ENDLESS).removesuffix("}\n").removeprefix("{k: ")


def _ready(value: New, style: str, *, literal: bool) -> Any:
    """The value as ruamel is to write it."""
    if isinstance(value, dict):
        return {key: _ready(inner, style, literal=literal) for key, inner in value.items()}
    if isinstance(value, list):
        items = CommentedSeq([_ready(item, style, literal=False) for item in value])
        items.fa.set_flow_style()
        return items
    if not isinstance(value, str):
        return value
    if literal and _fits_literal(value):
        return LiteralScalarString(value)
    if "\n" in value or UNSEEN.search(value):
        return DoubleQuotedScalarString(value)
    if style in _STYLES:
        return _STYLES[style](value)
    return SingleQuotedScalarString(value) if _reads_otherwise(value) else value


def _fits_literal(value: str) -> bool:
    lines = value.split("\n")
    plain = all(line == line.strip() for line in lines) and lines[0] and lines[-1]
    odd = UNSEEN.search(value) or _ODD_BEGIN.search(value)
    return len(lines) > 1 and bool(plain) and not odd


def _reads_otherwise(value: str) -> bool:
    """Whether YAML 1.1 would make something else than a text of this word without quotes."""
    known = yaml.SafeLoader.yaml_implicit_resolvers.get(value[:1], [])
    return any(form.match(value) for _, form in known) or bool(_NO_TEXT.fullmatch(value))


def _dumped(value: Any, width: int) -> str:
    writer = YAML()
    writer.width = width
    stream = io.StringIO()
    writer.dump(value, stream)
    written = stream.getvalue()
    if width < _ENDLESS and _ODD_BEGIN.search(written):
        return _dumped(value, _ENDLESS)
    # Only values in double quotes hold any, and there these escapes are read.
    return UNSEEN.sub(lambda odd: f"\\u{ord(odd[0]):04x}", written)
