"""What is wrong in a catalogue file, where, and what to write instead."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.text import Text


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake. `line` and `column` count from 1; `file` is relative to the catalogue folder."""

    file: str
    line: int
    column: int
    text: Text
    severity: Literal["error", "warning"] = "error"

    @property
    def place(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class CatalogueError(Exception):
    """The catalogue cannot be used. Carries every problem found, not only the first."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(f"{len(problems)} problems in the catalogue")
        self.problems = problems
