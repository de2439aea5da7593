"""The bot as `wegwijs run` starts it, but for what a test or benchmark must be able to choose.

    python -m tests.benchmarks.telegram_bot [--pace] [--debug] [--sample] [--clock FILE]

The pace is lifted, unless `--pace` keeps it: a test need not wait for what Telegram asks of us.
`--debug`: everything is logged. `--sample`: says at the end where the time went. `--clock`: the
file says what time it is; from when it was written on, time goes by as always.
"""

from __future__ import annotations

import datetime as dt
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from bot import app
from bot.channels.telegram import quiet, run
from bot.channels.telegram.pace import Limits
from bot.cli import main
from tests.benchmarks.telegram_sample import sampled

LIFTED = Limits(
    chat=10_000, chat_burst=10_000, group=10_000, group_burst=10_000, all=10_000, all_burst=10_000
)
PROGRAM = ("-m", "tests.benchmarks.telegram_bot")


def clock(file: Path) -> Callable[[], dt.datetime]:
    """The time by this file."""

    def now() -> dt.datetime:
        since = time.time() - file.stat().st_mtime
        return dt.datetime.fromisoformat(file.read_text()) + dt.timedelta(seconds=since)

    return now


def start(arguments: list[str]) -> None:
    if "--clock" in arguments:
        app.now = clock(Path(arguments[arguments.index("--clock") + 1]))
    if "--pace" not in arguments:
        run.Service = partial(run.Service, limits=LIFTED)  # type: ignore[assignment, misc]
    if "--debug" in arguments:
        quiet.log_quietly = partial(quiet.log_quietly, "DEBUG")
    if "--sample" in arguments:
        sampled(lambda: main(["run"]))
    else:
        main(["run"])


if __name__ == "__main__":
    start(sys.argv[1:])
