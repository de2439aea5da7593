"""`wegwijs ask`: its JSON lines are a contract for scripts and evaluation."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

import pytest

FIELDS = ["id", "text", "language", "outcome", "crisis", "needs", "offerings"]


def _ask(*options: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "ask", *options],
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=120,
        check=False,
    )


@pytest.fixture(scope="module")
def answers() -> list[dict[str, Any]]:
    questions = [
        {"id": "a", "text": "I can't pay my rent and I have debts"},
        {"id": "b", "text": "ik voel me heel eenzaam sinds ik hier woon"},
        {"id": "c", "text": "who won the match last night"},
        {"id": "d", "text": ""},
        {"id": "e", "text": "x" * 10_000},
    ]
    lines = "\n".join(json.dumps(question) for question in questions)
    done = _ask("--jsonl", "--institution", "hanze", typed=lines + "\n\n")
    assert done.returncode == 0, done.stderr
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_one_line_each_in_order(answers: list[dict[str, Any]]) -> None:
    assert [answer["id"] for answer in answers] == ["a", "b", "c", "d", "e"]
    for answer in answers:
        assert list(answer) == FIELDS
        assert answer["outcome"] in ("suggest", "clarify", "unknown", "crisis")
        assert answer["language"] in ("nl", "en", "unsure")
        assert answer["crisis"] is None
        assert len(answer["needs"]) <= 5
        assert len(answer["offerings"]) <= 5
        scores = [need["score"] for need in answer["needs"]]
        assert scores == sorted(scores, reverse=True)
        for need in answer["needs"]:
            assert list(need) == ["id", "score", "because"]


def test_what_is_understood(answers: list[dict[str, Any]]) -> None:
    money, lonely, football, empty, _ = answers
    assert (money["language"], money["needs"][0]["id"]) == ("en", "money")
    assert money["offerings"][0]["id"] == "hanze-student-counsellor"
    assert (lonely["language"], lonely["needs"][0]["id"]) == ("nl", "loneliness")
    assert football["outcome"] == "unknown"
    assert football["offerings"] == []
    assert empty["outcome"] == "unknown"


def test_one_message_as_json_and_in_words() -> None:
    done = _ask("--json", "--institution", "leiden", "ik kan niet slapen")
    assert list(json.loads(done.stdout)) == FIELDS
    done = _ask("--lang", "en", "--institution", "leiden", "I cannot sleep")
    assert "Sleep (sleep)" in done.stdout


def test_a_bad_line_is_named_and_the_others_are_answered() -> None:
    typed = '{"id": "1", "text": "hoi"}\nnot json\n{"id": "2"}\n[1]\n{"id": "3", "text": "hoi"}\n'
    done = _ask("--jsonl", "--lang", "en", typed=typed)
    assert done.returncode == 1
    assert [json.loads(line)["id"] for line in done.stdout.splitlines()] == ["1", "3"]
    assert [line.split(":")[0] for line in done.stderr.splitlines()] == [
        "line 2",
        "line 3",
        "line 4",
    ]


def test_without_a_text_it_says_what_to_do() -> None:
    done = _ask("--lang", "en")
    assert done.returncode == 2
    assert done.stderr.startswith("Give a text")
