"""Killed at random moments under load; `tests/benchmarks/telegram_kills.py` does it for longer."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.telegram_kills import kill_often

# One message is under way at a time, and on a busy machine, where a message takes longer than a
# tenth of a second, a few beside it: so many may come twice at a kill.
_UNDER_WAY = 3


def test_nothing_is_lost_when_it_is_killed(tmp_path: Path) -> None:
    outcome = kill_often(tmp_path, kills=3, seed=1)
    assert outcome.unanswered_presses == 0
    assert outcome.twice <= _UNDER_WAY * outcome.kills, outcome


def test_nor_on_a_bad_day(tmp_path: Path) -> None:
    outcome = kill_often(tmp_path, kills=3, seed=2, rough=True)
    assert outcome.twice <= _UNDER_WAY * outcome.kills + outcome.dropped, outcome
