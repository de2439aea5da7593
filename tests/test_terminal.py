"""The chat as a script: a real process, piped, and what it prints."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest


def _chat(typed: str, *options: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "bot", "chat", *options],
        input=typed,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONUTF8": "1", **environment},
        timeout=60,
        check=False,
    )


def test_a_conversation_is_a_script() -> None:
    done = _chat(
        "ik voel me alleen sinds ik op kamers woon\n1\n", "--institution", "leiden", "--lang", "nl"
    )
    assert done.returncode == 0
    assert done.stderr == ""
    assert "Ik ben een bot" in done.stdout
    assert "Jij: ik voel me alleen sinds ik op kamers woon" in done.stdout
    assert done.stdout.rstrip().endswith("Tot ziens. Je kunt altijd terugkomen.")
    assert "\x1b" not in done.stdout, "plain when piped"


def test_the_end_of_the_input_is_a_goodbye() -> None:
    done = _chat("", "--lang", "en")
    assert done.returncode == 0
    assert "Goodbye" in done.stdout


def test_commands_in_both_languages_and_the_other_language() -> None:
    done = _chat("/help\n/taal\n/nonsense\n", "--institution", "hanze", "--lang", "nl")
    assert "Opdrachten:" in done.stdout
    assert "Commands:" in done.stdout
    assert "I don't know that command" in done.stdout


def test_bytes_that_are_no_text() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bot", "chat", "--institution", "leiden"],
        input=b"\xff\xfe\x00ik slaap slecht\n\x80\n",
        capture_output=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0
    assert b"Traceback" not in done.stderr


@pytest.mark.parametrize(("language", "says"), [("nl_NL.UTF-8", "bot"), ("de_DE.UTF-8", "bot")])
def test_the_language_of_the_system(language: str, says: str) -> None:
    done = _chat("", LC_ALL=language)
    assert ("Tot ziens" if language.startswith("nl") else "Goodbye") in done.stdout


def test_an_unknown_institution_is_one_sentence() -> None:
    done = _chat("", "--institution", "hogwarts", "--lang", "en")
    assert done.returncode == 2
    assert done.stderr.startswith("Unknown institution: hogwarts. Choose one of: avans")
    assert done.stdout == ""


def test_another_catalogue(tmp_path: Path) -> None:
    done = _chat("", "--lang", "en", WEGWIJS_CATALOGUE=str(tmp_path / "nowhere"))
    assert done.returncode == 1
    assert "this folder does not exist" in done.stderr
    assert "Call 112" in done.stdout  # nothing can be looked up, but help now is there
    assert "Traceback" not in done.stderr
