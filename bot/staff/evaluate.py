"""`wegwijs evaluate`: how well labelled messages are understood, for staff and for the build.

A line of the file: {"text", "lang", "needs": [every acceptable need, primary first]}, or with
"needs": null a message that is about something else.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.understanding import Meaning

_MOST_OFFERED = 4


@dataclass(frozen=True)
class Labelled:
    """A message and what it is about: acceptable needs, none for something else."""

    text: str
    language: str
    needs: tuple[str, ...]


@dataclass(frozen=True)
class Judged:
    """One message with what was made of it."""

    row: Labelled
    meaning: Meaning

    @property
    def named(self) -> tuple[str, ...]:
        return tuple(found.need for found in self.meaning.needs)

    @property
    def first(self) -> bool:
        return bool(self.named) and self.named[0] in self.row.needs

    @property
    def among_three(self) -> bool:
        return any(need in self.row.needs for need in self.named[:3])

    @property
    def within_one_turn(self) -> bool:
        """Right at once, or one tap away in "do you mean one of these"."""
        if self.meaning.outcome == "clarify":
            return any(need in self.row.needs for need in self.named[:_MOST_OFFERED])
        return self.meaning.outcome == "suggest" and self.first

    @property
    def wrong_and_sure(self) -> bool:
        return self.meaning.outcome == "suggest" and not self.first


@dataclass(frozen=True)
class Report:
    """Percentages by group: "all", a language, or a need; and what went wrong."""

    shares: Mapping[str, Mapping[str, float]]
    small_talk: Mapping[str, float]
    confusions: tuple[tuple[str, str, tuple[str, ...]], ...]  # meant, taken for, the messages

    def as_json(self) -> str:
        return json.dumps(
            {
                "needs": self.shares,
                "out_of_scope": self.small_talk,
                "confusions": [
                    {"needs": meant, "taken_for": taken, "messages": messages}
                    for meant, taken, messages in self.confusions
                ],
            },
            ensure_ascii=False,
        )


def read_labelled(lines: Iterable[str]) -> tuple[list[Labelled], list[int]]:
    """The labelled messages, and the numbers of lines that are none."""
    rows, bad = [], []
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        try:
            row: Any = json.loads(line)
            needs = row["needs"] or ()
            rows.append(Labelled(str(row["text"]), str(row.get("lang", "")), tuple(needs)))
        except (ValueError, KeyError, TypeError, AttributeError):
            bad.append(number)
    return rows, bad


def evaluate(rows: Iterable[Labelled], understand: Callable[[str], Meaning]) -> Report:
    """What `understand` makes of each message, counted."""
    judged = [Judged(row, understand(row.text)) for row in rows]
    in_scope = [j for j in judged if j.row.needs]
    groups: dict[str, list[Judged]] = defaultdict(list)
    for one in in_scope:
        for group in ("all", one.row.language, one.row.needs[0]):
            groups[group].append(one)
    elsewhere = [j for j in judged if not j.row.needs]
    outcomes = Counter(j.meaning.outcome for j in elsewhere)
    return Report(
        shares={group: _shares(of_group) for group, of_group in groups.items()},
        small_talk={
            "messages": len(elsewhere),
            **{o: _percent(n, len(elsewhere)) for o, n in sorted(outcomes.items())},
        },
        confusions=_confusions(in_scope),
    )


def _shares(judged: list[Judged]) -> dict[str, float]:
    count = len(judged)
    return {
        "messages": count,
        "top1": _percent(sum(j.first for j in judged), count),
        "top3": _percent(sum(j.among_three for j in judged), count),
        "within_one_turn": _percent(sum(j.within_one_turn for j in judged), count),
        "wrong_and_sure": _percent(sum(j.wrong_and_sure for j in judged), count),
    }


def _percent(part: int, whole: int) -> float:
    return round(100 * part / whole, 1) if whole else 0.0


def _confusions(judged: list[Judged]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    """Which need is taken for which, commonest first, with the messages behind it."""
    behind: dict[tuple[str, str], list[str]] = defaultdict(list)
    for one in judged:
        if not one.first and one.named:
            behind[one.row.needs[0], one.named[0]].append(one.row.text)
    ordered = sorted(behind.items(), key=lambda item: (-len(item[1]), item[0]))
    return tuple((meant, taken, tuple(texts)) for (meant, taken), texts in ordered)


_COLUMNS = ("messages", "top1", "top3", "within_one_turn", "wrong_and_sure")
_CONFUSIONS_SHOWN = 10


def as_table(report: Report) -> str:
    """The report for a person: the whole, each language, each need, the worst confusions."""
    lines = [f"{'':24}" + "".join(f"{name:>17}" for name in _COLUMNS)]
    languages = [group for group in ("all", "nl", "en", "mixed") if group in report.shares]
    needs = sorted(set(report.shares) - set(languages), key=lambda n: report.shares[n]["top1"])
    for group in (*languages, *needs):
        shares = report.shares[group]
        lines.append(f"{group:24}" + "".join(f"{shares[name]:>17}" for name in _COLUMNS))
    if report.small_talk["messages"]:
        told = ", ".join(f"{name} {value}" for name, value in report.small_talk.items())
        lines.append(f"out of scope: {told}")
    for meant, taken, messages in report.confusions[:_CONFUSIONS_SHOWN]:
        lines.append(f"{len(messages)} x {meant} taken for {taken}")
        lines += [f"    {message[:100]}" for message in messages]
    return "\n".join(lines)
