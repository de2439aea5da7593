"""How well the safety rules do on labelled texts: what is missed, and what is a false alarm."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.safety.detect import Danger


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text. `kind` is a kind of danger, or the sort of text that is no danger."""

    text: str
    lang: str
    crisis: bool
    kind: str
    id: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def percent(self) -> float:
        return 100 * self.part / self.whole if self.whole else 0.0


@dataclass(frozen=True, slots=True)
class SafetyReport:
    """Recall over the dangers, false alarms over the rest, by (kind, language), and the rows."""

    recall: dict[tuple[str, str], Share]
    false_alarms: dict[tuple[str, str], Share]
    missed: tuple[Row, ...]
    alarmed: tuple[tuple[Row, Danger], ...]

    @property
    def total_recall(self) -> Share:
        return _sum(self.recall.values())

    @property
    def total_false_alarms(self) -> Share:
        return _sum(self.false_alarms.values())


def evaluate_safety(rows: Iterable[Row], detect: Callable[[str], Danger | None]) -> SafetyReport:
    """What `detect` says about each row, counted. Shows nothing and stores nothing."""
    seen: dict[bool, dict[tuple[str, str], list[bool]]] = {
        True: defaultdict(list),
        False: defaultdict(list),
    }
    missed: list[Row] = []
    alarmed: list[tuple[Row, Danger]] = []
    for row in rows:
        danger = detect(row.text)
        seen[row.crisis][row.kind, row.lang].append(danger is not None)
        if row.crisis and danger is None:
            missed.append(row)
        elif danger is not None and not row.crisis:
            alarmed.append((row, danger))
    return SafetyReport(_shares(seen[True]), _shares(seen[False]), tuple(missed), tuple(alarmed))


def _shares(seen: dict[tuple[str, str], list[bool]]) -> dict[tuple[str, str], Share]:
    return {key: Share(sum(found), len(found)) for key, found in sorted(seen.items())}


def _sum(shares: Iterable[Share]) -> Share:
    every = tuple(shares)
    return Share(sum(share.part for share in every), sum(share.whole for share in every))
