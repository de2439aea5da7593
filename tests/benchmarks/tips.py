"""Whether students who are talking notice that a tip goes out to thousands of others.

    python -m tests.benchmarks.tips [--tips 5000] [--phase 200] [--students 50] [--every 10]
        [--quiet 1]

A real bot against the stand-in for Telegram, at Telegram's own pace. By turns nothing happens
beside the conversations, or a tip becomes due for `--phase` students at once and goes out at the
bot's pace; until `--tips` are out. Between these times nothing happens for as long, or for
`--quiet` times as long. Meanwhile `--students` press a button every so many seconds,
each answered before they press again, and are timed from the press to the answer. Printed: the
middle and the 95th percentile of either, and their ratio.
"""

from __future__ import annotations

import argparse
import asyncio
import datetime as dt
import itertools
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from bot.advice.tips import Occasion, Row, Wishes, look, row_to_json
from bot.catalogue import Catalogue, read_catalogue
from bot.catalogue.days import AMSTERDAM
from bot.conversation import State, to_json
from bot.conversation.standing import student_in
from bot.settings import read_settings
from bot.store.port import Chat, Due, Step
from bot.store.sql import open_beside
from tests.benchmarks.telegram import forget
from tests.benchmarks.telegram_bot import PROGRAM
from tests.bot_api import BotApi, User
from tests.process import running, started

# Late on the last day of the window of this tip.
NOW = dt.datetime(2026, 10, 25, 18, 30, tzinfo=AMSTERDAM)
TIP = Occasion("vb-tip-exams", "vb-2026-exams-1", dt.date(2026, 11, 2))
WISHES = State("nl", {"institution": "voorbeeld"}, tips=Wishes(("studying",), 2))
FIRST = 10_000  # students who get a tip have numbers from here on


@dataclass
class Student:
    """Presses, and waits for the answer."""

    user: User
    next: float
    pressed: float | None = None
    awaits: int = 0

    def press(self, now: float) -> None:
        newest = self.user.inbox[-1]
        self.awaits, self.pressed = newest.id, now
        self.user.presses(newest.labels[-1], message=newest)


@dataclass
class Load:
    """The students who talk, and how long their answers took."""

    api: BotApi
    students: list[Student]
    every: float
    chance: random.Random
    took: dict[bool, list[float]] = field(default_factory=lambda: {False: [], True: []})

    def look(self, tips: bool) -> None:
        now = time.monotonic()
        for student in self.students:
            if student.pressed is not None and student.user._chat.last_id > student.awaits:
                self.took[tips].append(now - student.pressed)
                student.pressed = None
                student.next = now + self.chance.uniform(0.5, 1.5) * self.every
            if student.pressed is None and student.next <= now:
                student.press(now)
        with self.api._state.changed:
            self.api._state.changed.wait(0.002)


def whose_moment_has_come(catalogue: Catalogue) -> Iterator[int]:
    """Students who may get the tip now; the others have a later hour."""
    student = student_in(WISHES, catalogue)
    for chat in itertools.count(FIRST):
        if look(WISHES.tips or Wishes((), 1), student, Row(TIP), catalogue, NOW, chat).now:
            yield chat


async def make_due(data: Path, chats: list[int]) -> None:
    """These students asked for tips, and it is time for this one."""
    store = await open_beside(data, None, lambda: NOW)
    for chat in chats:
        await store.commit(Step(None, Chat(chat, "nl", to_json(WISHES))))
    body = row_to_json(Row(TIP))
    await store.commit(Step(None, None, due=tuple(Due(c, "tip", 0, NOW, body) for c in chats)))
    await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tips", type=int, default=5000)
    parser.add_argument("--phase", type=int, default=200)
    parser.add_argument("--students", type=int, default=50)
    parser.add_argument("--every", type=float, default=10)
    parser.add_argument("--quiet", type=float, default=1)
    options = parser.parse_args()
    with BotApi() as api, tempfile.TemporaryDirectory() as folder:
        clock = Path(folder) / "clock"
        clock.write_text(NOW.isoformat())
        data = Path(folder) / "data"
        program = (*PROGRAM, "--pace", "--clock", str(clock))
        with running(api, data, program=program, env={"WEGWIJS_KEY_FILE": ""}) as process:
            process.wait_until_running()
            chance = random.Random(5000)
            users = [
                api.user(number, language_code="nl") for number in range(1, options.students + 1)
            ]
            for user in users:
                started(user, "voorbeeld")
            begin = time.monotonic() + 10  # by then all is prepared
            students = [Student(u, begin + chance.random() * options.every) for u in users]
            load = Load(api, students, options.every, chance)
            line = measure(load, api, data, options.tips, options.phase, options.quiet)
            print(line, flush=True)


def measure(load: Load, api: BotApi, data: Path, tips: int, phase: int, quiet: float) -> str:
    """By turns with and without tips, without them so many times as long as with."""
    chats = whose_moment_has_come(read_catalogue(read_settings({}).catalogue))
    sent, line = 0, ""
    while sent < tips:
        getters = [api.user(number) for number in itertools.islice(chats, phase)]
        for user in getters:
            user._chat.closed = None  # they began to talk with the bot at some time before
        asyncio.run(make_due(data, [user.id for user in getters]))
        begun = time.monotonic()
        while not all(user._chat.last_id for user in getters):
            load.look(tips=True)
        seconds = time.monotonic() - begun
        sent += phase
        forget(api, [student.user for student in load.students])
        begun = time.monotonic()
        while time.monotonic() - begun < quiet * seconds:
            load.look(tips=False)
        forget(api, [student.user for student in load.students])
        line = _line(load, sent, seconds)
        print(line, file=sys.stderr)
    return line


def _line(load: Load, sent: int, seconds: float) -> str:
    (quiet, with_tips) = (load.took[False], load.took[True])
    middles = [statistics.median(one) * 1000 for one in (quiet, with_tips)]
    highs = [statistics.quantiles(one, n=20)[-1] * 1000 for one in (quiet, with_tips)]
    return (
        f"{sent} tips, the last in {seconds:.0f} s; answers without and with: "
        f"middle {middles[0]:.0f} and {middles[1]:.0f} ms, "
        f"95th percentile {highs[0]:.0f} and {highs[1]:.0f} ms, ratio {highs[1] / highs[0]:.2f} "
        f"({len(quiet)} and {len(with_tips)} answers)"
    )


if __name__ == "__main__":
    main()
