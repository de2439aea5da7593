"""How long `wegwijs check` takes on the shipped catalogue, and on one with 100 times the offerings.

    python -m tests.benchmarks.check [--times N]

Each offering is copied N times, with another id, title and page. Prints seconds, and how many times
as long the larger one takes.
"""

from __future__ import annotations

import argparse
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bot.settings import read_settings

_SITE = re.compile(r"(https?://[^\s/]+)(/?)")


def enlarged(folder: Path, times: int) -> None:
    """Every school in the folder offers so many times as much."""
    for file in folder.glob("*/offerings.yaml"):
        head, *entries = re.split(r"(?m)^(?=- id: )", file.read_text("utf-8"))
        copies = [_copy(entry, number) for number in range(1, times) for entry in entries]
        file.write_text("".join([head, *(e.rstrip() + "\n\n" for e in (*entries, *copies))]))


def _copy(entry: str, number: int) -> str:
    entry = re.sub(r"^- id: (\S+)", rf"- id: \1-{number}", entry)
    entry = re.sub(r"(?m)^  (replaces|staff): .*\n", "", entry)
    for language in ("nl", "en"):
        title = re.compile(rf"(?m)^    {language}: (.*(?:\n      .*)*)$")
        entry = title.sub(f"    {language}: Nr. {number} of {number * 7919}", entry, count=1)
    return _SITE.sub(rf"\1/{number}\2", entry)


def seconds(folder: Path) -> float:
    """One whole `wegwijs check`, as a keeper starts it."""
    begin = time.perf_counter()
    command = [sys.executable, "-m", "bot", "check", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True)
    taken = time.perf_counter() - begin
    found = len(done.stdout.splitlines())
    print(f"{taken:.2f} s, {found} lines; {done.stderr.strip().splitlines()[-1]}")
    return taken


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=100)
    times = parser.parse_args().times
    shipped = read_settings({}).catalogue
    small = min(seconds(shipped) for _ in range(3))
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "catalogue"
        shutil.copytree(shipped, folder)
        enlarged(folder, times)
        large = seconds(folder)
    print(f"{times} times the offerings: {large / small:.1f} times as long")


if __name__ == "__main__":
    main()
