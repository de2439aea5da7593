"""Imports run one way (the layers are in pyproject.toml)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent


def test_imports_run_one_way() -> None:
    command = "from importlinter.cli import lint_imports_command as lint; lint()"
    done = subprocess.run(
        [sys.executable, "-c", command, "--no-cache"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout


def test_the_conversation_knows_no_channel_clock_or_store() -> None:
    forbidden = ("import os", "import time", "datetime.now", "import random", "telegram", "open(")
    for path in (ROOT / "bot" / "conversation").rglob("*.py"):
        found = [word for word in forbidden if word in path.read_text()]
        assert not found, f"{path.name}: {found}"
