"""The bot as `wegwijs run` starts it, but for what a test or benchmark must be able to choose.

    python -m tests.benchmarks.telegram_bot [--pace] [--debug] [--sample]

The pace is lifted, unless `--pace` keeps it: a test need not wait for what Telegram asks of us.
`--debug`: everything is logged. `--sample`: says at the end where the time went.
"""

from __future__ import annotations

import sys
from functools import partial

from bot.channels.telegram import quiet, run
from bot.channels.telegram.pace import Limits
from bot.cli import main
from tests.benchmarks.telegram_sample import sampled

LIFTED = Limits(
    chat=10_000, chat_burst=10_000, group=10_000, group_burst=10_000, all=10_000, all_burst=10_000
)
PROGRAM = ("-m", "tests.benchmarks.telegram_bot")


def start(arguments: list[str]) -> None:
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
