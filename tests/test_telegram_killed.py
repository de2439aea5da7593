"""Killed at random moments under load; `tests/benchmarks/telegram_kills.py` does it for longer."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.telegram_kills import kill_often


def test_nothing_is_lost_when_it_is_killed(tmp_path: Path) -> None:
    outcome = kill_often(tmp_path, kills=3, seed=1)
    assert outcome.unanswered_presses == 0
    assert outcome.most_at_a_kill <= 1, outcome


def test_nor_on_a_bad_day(tmp_path: Path) -> None:
    outcome = kill_often(tmp_path, kills=3, seed=2, rough=True)
    assert outcome.twice <= outcome.kills + outcome.dropped, outcome
