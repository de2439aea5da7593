"""The lines that can be called or chatted with now.

They stand in the program itself and not in the catalogue, so that they appear also when the
catalogue is broken. A test holds every number against `catalogue/national/offerings.yaml`: a slip
in a digit fails the build. Changes need a second pair of eyes.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.text import Text, text


@dataclass(frozen=True, slots=True)
class Line:
    """One line: its entry in the national catalogue, what it is for, and how to reach it."""

    offering: str
    text: Text
    phones: tuple[str, ...] = ()
    url: str | None = None


LINES = (
    Line("nat-112", text("line.112"), phones=("112",)),
    Line("nat-113", text("line.113"), phones=("113", "0800 0113"), url="https://www.113.nl"),
    Line("nat-csg", text("line.csg"), phones=("0800 0188",)),
    Line("nat-veilig-thuis", text("line.veilig-thuis"), phones=("0800 2000",)),
    Line("nat-gp-out-of-hours", text("line.gp")),
)
