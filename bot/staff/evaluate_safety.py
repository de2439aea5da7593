"""How well rules and vote do on labelled texts: what is missed, and what is a false alarm."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass

from bot.safety.detect import Danger


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled text. `kind` is a kind of danger, or the sort of text that is no danger.

    `explicit`: said in so many words; such a text may never be missed.
    """

    text: str
    lang: str
    crisis: bool
    kind: str
    explicit: bool = False


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
    """Recall over the dangers, false alarms over the rest, by (kind, language), and the rows.

    `explicit` is the recall over what is labelled explicit. `quiet` and `quiet_on_the_rest`: of the
    dangers, and of the other texts, the doubtful ones, whose answer only gets a quiet line that
    help now exists; such a danger is among `missed` too.
    """

    recall: dict[tuple[str, str], Share]
    false_alarms: dict[tuple[str, str], Share]
    explicit: Share
    quiet: Share
    quiet_on_the_rest: Share
    missed: tuple[Row, ...]
    alarmed: tuple[tuple[Row, Danger], ...]

    @property
    def total_recall(self) -> Share:
        return _sum(self.recall.values())

    @property
    def total_false_alarms(self) -> Share:
        return _sum(self.false_alarms.values())

    def as_json(self) -> str:
        """Percentages and texts, for a pipeline."""
        return json.dumps(
            {
                "recall": _rounded(self.total_recall),
                "explicit": _rounded(self.explicit),
                "false_alarms": _rounded(self.total_false_alarms),
                "quiet": _rounded(self.quiet),
                "quiet_on_the_rest": _rounded(self.quiet_on_the_rest),
                "missed": [asdict(row) for row in self.missed],
                "alarmed": [{**asdict(row), "rule": danger.rule} for row, danger in self.alarmed],
            },
            ensure_ascii=False,
        )


def evaluate_safety(rows: Iterable[Row], detect: Callable[[str], Danger | None]) -> SafetyReport:
    """What `detect` says about each row, counted. Shows nothing and stores nothing."""
    rows = tuple(rows)
    seen: dict[bool, dict[tuple[str, str], list[bool]]] = {
        True: defaultdict(list),
        False: defaultdict(list),
    }
    missed: list[Row] = []
    alarmed: list[tuple[Row, Danger]] = []
    quiet: dict[bool, list[bool]] = {True: [], False: []}
    for row in rows:
        danger = detect(row.text)
        doubtful = danger is not None and danger.doubtful
        quiet[row.crisis].append(doubtful)
        if doubtful:
            danger = None
        seen[row.crisis][row.kind, row.lang].append(danger is not None)
        if row.crisis and danger is None:
            missed.append(row)
        elif danger is not None and not row.crisis:
            alarmed.append((row, danger))
    explicit = [row for row in rows if row.crisis and row.explicit]
    lost = sum(row.explicit for row in missed)
    return SafetyReport(
        _shares(seen[True]),
        _shares(seen[False]),
        Share(len(explicit) - lost, len(explicit)),
        _share(quiet[True]),
        _share(quiet[False]),
        tuple(missed),
        tuple(alarmed),
    )


def _shares(seen: dict[tuple[str, str], list[bool]]) -> dict[tuple[str, str], Share]:
    return {key: _share(found) for key, found in sorted(seen.items())}


def _share(found: list[bool]) -> Share:
    return Share(sum(found), len(found))


def _rounded(share: Share) -> float | None:
    """The percentage; None of nothing."""
    return round(share.percent, 1) if share.whole else None


def _sum(shares: Iterable[Share]) -> Share:
    every = tuple(shares)
    return Share(sum(share.part for share in every), sum(share.whole for share in every))


def read_rows(lines: Iterable[str]) -> tuple[list[Row], list[int]]:
    """The labelled texts, and the numbers of the lines that are none.

    A line: {"text", "lang", "crisis", "kind"} and perhaps "explicit". One that is labelled with its
    needs instead, {"text", "lang", "needs"}, is an ordinary message: no danger.
    """
    rows, bad = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            crisis, kind = (False, "ordinary") if _of_needs(row) else (row["crisis"], row["kind"])
            explicit = bool(row.get("explicit", False))
            rows.append(Row(row["text"], row["lang"], bool(crisis), kind, explicit))
        except (ValueError, KeyError, TypeError, AttributeError):
            bad.append(number)
    return rows, bad


def _of_needs(row: Mapping[str, object]) -> bool:
    return "crisis" not in row and "needs" in row


def safety_table(report: SafetyReport) -> str:
    """The report for a person: recall and false alarms, and which texts they were."""
    lines = [f"{'seen':34}{_told(report.total_recall)}"]
    if report.explicit.whole:
        lines.append(f"{'  said in so many words':34}{_told(report.explicit)}")
    lines += [f"  {kind:22}{lang:10}{_told(s)}" for (kind, lang), s in report.recall.items()]
    lines.append(f"{'false alarms':34}{_told(report.total_false_alarms)}")
    lines += [f"  {kind:22}{lang:10}{_told(s)}" for (kind, lang), s in report.false_alarms.items()]
    for name, quiet in (("danger", report.quiet), ("other texts", report.quiet_on_the_rest)):
        lines.append(f"{f'a quiet line only: {name}':34}{_told(quiet)}")
    lines += [f"missed: {row.kind}: {row.text}" for row in report.missed]
    lines += [f"alarmed by {danger.rule}: {row.text}" for row, danger in report.alarmed]
    return "\n".join(lines)


def _told(share: Share) -> str:
    return f"{share.part:4} of {share.whole:4}{share.percent:7.1f} %"
