"""What keeps a spreadsheet program from making something else of a cell in a csv file.

A csv file cannot say that a cell is text. So a value that would run as a formula (=, +, - or @ in
front), or that would turn into a number or a date (0123, 24/7, 2026-09-14), stands in the file with
an apostrophe before it: '0123. Importing takes one apostrophe away from exactly such values, so
what was exported comes back as it was, and 's avonds is left alone. Typing it is not needed.
"""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")
_NUMBER_LIKE = re.compile(r"'*(?=[^0-9]*[0-9])[0-9\s.,:/+\-()%€$eE]+")
_PLAIN_NUMBER = re.compile(r"0|[1-9][0-9]{0,14}")  # stays what it is in every program


def guarded(cell: str) -> str:
    """The cell as it stands in a csv file."""
    return f"'{cell}" if _needs_guard(cell) else cell


def unguarded(cell: str) -> str:
    """The cell of a csv file as it is meant."""
    return cell[1:] if cell.startswith("'") and _needs_guard(cell[1:]) else cell


def _needs_guard(cell: str) -> bool:
    if _PLAIN_NUMBER.fullmatch(cell):
        return False
    return bool(_FORMULA.match(cell) or _NUMBER_LIKE.fullmatch(cell))
