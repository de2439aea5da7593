"""How many turns a second, beside the bare echo bot of python-telegram-bot; and where time goes.

    python -m tests.benchmarks.telegram [--seconds 10] [--students 50] [--turns 0] [--waits]

Both bots run as a process of their own against the same stand-in for Telegram, and students answer
as soon as they are answered. Ours does full turns: every update is decided, kept encrypted in
SQLite and on the disk before Telegram hears of it, and so is every message; four presses to one
free text. The echo bot keeps nothing. Telegram's pace is lifted for both. `--turns`: go on until
so many turns were done, and show the memory meanwhile; `--waits` counts waiting as time too.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.telegram_bot import PROGRAM
from tests.benchmarks.telegram_process import LONG, Process, running, started, told
from tests.bot_api import BotApi, User

STORY = "ik voel me heel eenzaam sinds ik op kamers woon"
ECHO = ("-m", "tests.benchmarks.telegram_echo")
_PRESSES = 4  # to one free text
_WARM = 2.0  # seconds before it counts


@dataclass
class Student:
    """One student, who does the next thing as soon as the last was answered."""

    user: User
    awaits: int = 0  # a message after this one
    step: int = 0
    turns: int = 0

    def act(self, only_texts: bool) -> None:
        text = only_texts or self.step == 0
        self.step = (self.step + 1) % (_PRESSES + 1)
        if text:
            self.awaits = self.user.says(STORY).id
        else:
            newest = self.user.inbox[-1]
            self.awaits = newest.id
            self.user.presses(newest.labels[0], message=newest)

    def answered(self) -> bool:
        return self.user._chat.last_id > self.awaits


@dataclass(frozen=True)
class Rate:
    """What was measured."""

    turns: float  # a second
    work: float  # ms of processor time for a turn, of the bot alone
    server: float  # the same, of the stand-in and the students
    memory: list[tuple[int, int]]  # after so many turns, so many KiB


def measure(
    api: BotApi, process: Process, users: list[User], seconds: float, turns: int, only_texts: bool
) -> Rate:
    students = [Student(user) for user in users]
    for student in students:
        student.act(only_texts)
    _drive(api, students, only_texts, _never, until=_WARM)
    before, begun = sum(s.turns for s in students), time.monotonic()
    bot, own = process.processor(), time.process_time()
    memory = [(before, process.memory())]
    shown = begun

    def over() -> bool:
        nonlocal shown
        now = time.monotonic()
        if now - shown > seconds / 4:
            shown = now
            memory.append((sum(s.turns for s in students), process.memory()))
        return now - begun > seconds and memory[-1][0] >= turns

    _drive(api, students, only_texts, over)
    took, done = time.monotonic() - begun, sum(s.turns for s in students) - before
    return Rate(
        done / took,
        (process.processor() - bot) / done * 1000,
        (time.process_time() - own) / done * 1000,
        memory,
    )


def _drive(
    api: BotApi,
    students: list[Student],
    only_texts: bool,
    over: Callable[[], bool],
    until: float | None = None,
) -> None:
    deadline = time.monotonic() + until if until is not None else None
    while not (time.monotonic() > deadline if deadline is not None else over()):
        for student in students:
            if student.answered():
                student.turns += 1
                student.act(only_texts)
        with api._state.changed:
            api._state.changed.wait(0.002)
            if len(api._state.calls) > 10_000:  # the stand-in remembers all of it
                _forget(api, students)


def _never() -> bool:
    return False


def _forget(api: BotApi, students: list[Student]) -> None:
    del api._state.calls[:-100]
    del api._state.updates.past[:-100]
    for query in list(api._state.queries)[:-1000]:
        del api._state.queries[query]
    for student in students:
        for number in list(student.user._chat.messages)[:-20]:
            del student.user._chat.messages[number]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10)
    parser.add_argument("--students", type=int, default=50)
    parser.add_argument("--turns", type=int, default=0)
    parser.add_argument("--waits", action="store_true")
    options = parser.parse_args()
    rates = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, program in (("echo", ECHO), ("ours", PROGRAM)):
            with BotApi() as api, running(api, Path(folder) / name, program=program) as process:
                users = [api.user(number) for number in range(1, options.students + 1)]
                process.wait_until_running()
                _ready(users, name)
                turns = options.turns if name == "ours" else 0
                rates[name] = measure(
                    api, process, users, options.seconds, turns, only_texts=name == "echo"
                )
                process.terminate()
    for name, rate in rates.items():
        print(  # noqa: T201
            f"{name}: {rate.turns:.0f} turns a second; processor for a turn: "
            f"{rate.work:.1f} ms the bot, {rate.server:.1f} ms the stand-in"
        )
    print(f"ratio: {rates['ours'].turns / rates['echo'].turns:.2f}")  # noqa: T201
    for done, memory in rates["ours"].memory:
        print(f"after {done} turns: {memory / 1024:.0f} MiB")  # noqa: T201
    with tempfile.TemporaryDirectory() as folder, BotApi() as api:
        arguments = ("--sample", *(["--waits"] if options.waits else []))
        with running(api, Path(folder) / "s", *arguments, program=PROGRAM) as process:
            users = [api.user(number) for number in range(1, options.students + 1)]
            process.wait_until_running()
            _ready(users, "ours")
            measure(api, process, users, options.seconds, 0, only_texts=False)
            process.terminate()
            sys.stdout.write(process.said.partition("Time:")[2])


def _ready(users: list[User], name: str) -> None:
    """Everybody has begun, and the understanding is made."""
    told(users[0], STORY)
    if name == "ours":
        for user in users:
            started(user, "leiden")
    for user in users:
        user.says("/help" if name == "ours" else "hoi")
    for user in users:
        user.wait_for(1, LONG)


if __name__ == "__main__":
    main()
