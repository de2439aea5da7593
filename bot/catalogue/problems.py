"""What is wrong in a catalogue file, where, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from bot.text import Text

Path = tuple[str | int, ...]  # where in a file's value: (3, "title", "nl")

MOST_TOLD = 1_000  # mistakes in one file: whoever has more meant another file, or means harm
_MOST_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `line` and `column` count from 1; `file` is relative to the catalogue folder.

    An error makes the catalogue unusable; a warning is doubtful, and it is used all the same.
    """

    file: str
    line: int
    column: int
    text: Text
    # What the mistake is about, where that is known: of one thing, only the first mistake is told.
    path: Path | None = field(default=None, compare=False, repr=False)
    severity: Literal["error", "warning"] = "error"

    @property
    def place(self) -> str:
        return f"{_printable(self.file, '?')}:{self.line}:{self.column}"


class CatalogueError(Exception):
    """The catalogue cannot be used. Carries every problem found, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problems in the catalogue")
        self.problems = problems


def shown(value: object) -> str:
    """What somebody wrote, as it fits in a message of one line."""
    if isinstance(value, dict):
        return "{…}"
    if isinstance(value, list):
        return "[…]"
    if value is None:
        return "—"
    words = _printable(" ".join(str(value)[: 4 * _MOST_SHOWN].split()), "") or "…"
    return words if len(words) <= _MOST_SHOWN else words[: _MOST_SHOWN - 1].rstrip() + "…"


def _printable(value: str, instead: str) -> str:
    return "".join(letter if letter.isprintable() else instead for letter in value)
