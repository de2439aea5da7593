"""The golden conversations of tests/conversations."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

from bot.app import App
from bot.conversation import World
from tests.conversation_files import FOLDER, differences, play, rewrite

FILES = sorted(FOLDER.glob("*.yaml"))


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_conversation(path: Path, world: World, app: App, request: pytest.FixtureRequest) -> None:
    conversation = yaml.safe_load(path.read_text())
    seen = play(conversation, world, dict(app.translators))
    if request.config.getoption("--rewrite-conversations"):
        rewrite(path, conversation, seen)
        return
    expected = [line["bot"] for line in conversation["turns"] if "bot" in line]
    assert len(expected) == len(seen), "every line of the student needs a line of the bot"
    wrong = [
        f"turn {number}: {difference}"
        for number, (said, now) in enumerate(zip(expected, seen, strict=True), start=1)
        for difference in differences(said, now)
    ]
    assert not wrong, "\n".join(wrong)


def test_there_are_enough_of_them() -> None:
    conversations = [yaml.safe_load(path.read_text()) for path in FILES]
    assert len(conversations) >= 24
    assert {c["language"] for c in conversations} == {"nl", "en"}
    assert {c.get("institution") for c in conversations} >= {
        "leiden",
        "hanze",
        "avans",
        "noorderpoort",
    }
