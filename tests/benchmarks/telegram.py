"""How many turns a second, beside the bare echo bot of python-telegram-bot; and where time goes.

    python -m tests.benchmarks.telegram [--rounds 5] [--seconds 4] [--students 50] [--turns 0]

Both bots run as a process of their own against the same stand-in for Telegram, by turns, so that
what else the machine does hits both. Students do the next thing as soon as they are answered. Ours
does full turns: every update is decided, and is kept encrypted in SQLite and on the disk before
Telegram hears of it, and so is every message; four presses to one free text. The echo bot keeps
nothing. Telegram's pace is lifted. `--turns`: go on until ours did so many, to see its memory.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterable
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.telegram_bot import PROGRAM
from tests.bot_api import BotApi, User
from tests.process import LONG, Process, running, started, told

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


@dataclass
class Runner:
    """One of the two bots under load, and what was measured of it."""

    api: BotApi
    process: Process
    only_texts: bool
    students: list[Student] = field(default_factory=list)
    turns: int = 0
    seconds: float = 0.0
    work: float = 0.0  # seconds of processor time of the bot
    other: float = 0.0  # the same of the stand-in and the students

    def ready(self, count: int) -> None:
        """Everybody has begun, and the understanding is made."""
        users = [self.api.user(number) for number in range(1, count + 1)]
        self.process.wait_until_running()
        for user in users:
            started(user, "leiden")
        told(users[0], STORY)
        for user in users:
            told(user, "/help")
        self.students = [Student(user) for user in users]
        self.drive(_WARM, counts=False)

    def drive(self, seconds: float, *, counts: bool = True) -> None:
        """Load for so long; what was begun is answered before it ends."""
        begun, turns = time.monotonic(), sum(s.turns for s in self.students)
        work, own = self.process.processor(), time.process_time()
        for student in self.students:
            student.act(self.only_texts)
        while time.monotonic() - begun < seconds:
            self._look(go_on=True)
        took = time.monotonic() - begun
        if counts:
            self.turns += sum(s.turns for s in self.students) - turns
            self.seconds += took
            self.work += self.process.processor() - work
            self.other += time.process_time() - own
        deadline = time.monotonic() + LONG
        while not all(student.answered() for student in self.students):
            assert time.monotonic() < deadline, "somebody was never answered"
            self._look(go_on=False)
        forget(self.api, [student.user for student in self.students])

    def _look(self, *, go_on: bool) -> None:
        if go_on:
            for student in self.students:
                if student.answered():
                    student.turns += 1
                    student.act(self.only_texts)
        with self.api._state.changed:
            self.api._state.changed.wait(0.002)

    @property
    def rate(self) -> float:
        return self.turns / self.seconds

    def __str__(self) -> str:
        return (
            f"{self.rate:.0f} turns a second; processor time of a turn: "
            f"{self.work / self.turns * 1000:.1f} ms the bot, "
            f"{self.other / self.turns * 1000:.1f} ms the stand-in"
        )


def forget(api: BotApi, users: Iterable[User]) -> None:
    """What is long past, so that the stand-in stays as quick as it was."""
    del api._state.calls[:-100]
    del api._state.updates.past[:-100]
    for query in list(api._state.queries)[:-1000]:
        del api._state.queries[query]
    for user in users:
        for number in list(user._chat.messages)[:-20]:
            del user._chat.messages[number]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=4)
    parser.add_argument("--students", type=int, default=50)
    parser.add_argument("--turns", type=int, default=0)
    options = parser.parse_args()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))

        def runner(name: str, *program: str) -> Runner:
            api = stack.enter_context(BotApi())
            process = stack.enter_context(running(api, folder / name, program=program))
            return Runner(api, process, only_texts=name == "echo")

        ours, echo = runner("ours", *PROGRAM, "--sample"), runner("echo", *ECHO)
        ours.ready(options.students)
        echo.ready(options.students)
        for number in range(options.rounds):
            echo.drive(options.seconds)
            ours.drive(options.seconds)
            _say(
                f"round {number + 1}: echo {echo.rate:.0f}, ours {ours.rate:.0f} turns a second, "
                f"{ours.process.memory() / 1024:.0f} MiB after {ours.turns} turns"
            )
        _say(f"echo: {echo}")
        _say(f"ours: {ours}")
        _say(f"ratio: {ours.rate / echo.rate:.3f}")
        while ours.turns < options.turns:
            ours.drive(20)
            _say(f"{ours.process.memory() / 1024:.0f} MiB after {ours.turns} turns")
        ours.process.look_where_time_goes()
        ours.drive(options.seconds)
        ours.process.terminate()
        _say("where the time of ours goes:" + ours.process.said.partition("Time:")[2].rstrip())


def _say(what: str) -> None:
    sys.stdout.write(what + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
