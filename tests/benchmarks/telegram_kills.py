"""Killed at random moments under load: nobody's message is lost, and the order stays.

    python -m tests.benchmarks.telegram_kills [--kills 200] [--students 50] [--seed 1] [--rough]

`--rough`: also updates that come twice, 5 % of all connections dropped, and 429s. Every student
goes through the same conversation over and over, sometimes with two messages in a row. What must
come next is known, so a lost, wrong or misplaced answer is seen. An answer that comes again is
counted: it was on its way when the bot was killed, or when its connection was.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.telegram_bot import PROGRAM
from tests.bot_api import BotApi, Fault, Press, User
from tests.process import LONG, RUNNING, Process

LONELY = "ik voel me heel eenzaam sinds ik op kamers woon"
# What a student does (› is a button; two texts are sent in a row), and what must follow.
SCRIPT: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("/restart", ("We beginnen opnieuw",)),
    (LONELY, ("Met wie",)),
    ("/help|/privacy", ("Opdrachten", "chatnummer")),
    ("›Verder", ("Met wie",)),
    ("›Een medestudent", ("Dit zou ik als eerste doen",)),
    ("›Dit ga ik doen", ("Goed. Dit is je eerste stap",)),
    ("hulp nu|/help", ("112", "Opdrachten")),
    ("›Verder", ("Goed. Dit is je eerste stap",)),
)


class WrongError(AssertionError):
    """An answer is not what must come now."""


@dataclass
class Student:
    """One student: how far they are, and what they have heard again."""

    user: User
    step: int = 0
    rounds: int = 0
    awaited: list[str] = field(default_factory=list)
    heard: str = ""  # the last answer
    looked: int = 0  # the number of the last message that was looked at
    twice: int = 0
    presses: list[Press] = field(default_factory=list)

    def begin(self) -> None:
        self.user.starts("leiden")
        self.awaited = ["Wat speelt er?"]

    def look(self) -> None:
        """Take in what came. Raises WrongError."""
        if self.user._chat.last_id == self.looked:
            return
        new = [message for message in self.user.inbox if message.id > self.looked]
        self.looked = self.user._chat.last_id
        for message in new:
            if self.awaited and self.awaited[0] in message.text:
                self.awaited.pop(0)
                self.heard = message.text
            elif message.text == self.heard:
                self.twice += 1
            else:
                raise WrongError(
                    f"student {self.user.id}, step {self.step}: awaited {self.awaited}, "
                    f"heard {message.text!r} after {self.heard!r}"
                )

    def act(self, dice: random.Random, api: BotApi, again: float) -> None:
        """The next thing, when all that was asked is answered; perhaps its update comes twice."""
        does, self.awaited = SCRIPT[self.step][0], list(SCRIPT[self.step][1])
        self.step = (self.step + 1) % len(SCRIPT)
        self.rounds += self.step == 0
        if does.startswith("›"):
            self.presses.append(self.user.presses(does[1:]))
        else:
            for said in does.split("|"):
                self.user.says(said)
        if dice.random() < again:
            api.repeat_last_update(dice.randint(1, 2))


@dataclass(frozen=True)
class Outcome:
    """What came of it."""

    kills: int
    answers: int
    twice: int
    most_at_a_kill: int  # answers that came again after one kill, of all students together
    dropped: int  # sendMessage calls that were done although their connection broke
    unanswered_presses: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.kills} kills in {self.seconds:.0f} s: {self.answers} answers, none lost, all "
            f"in order; {self.twice} came twice (at most {self.most_at_a_kill} after one kill; "
            f"{self.dropped} connections broke after the work was done); "
            f"{self.unanswered_presses} presses unanswered"
        )


def kill_often(
    folder: Path, kills: int, count: int = 50, seed: int = 1, *, rough: bool = False
) -> Outcome:
    """Raises AssertionError when an answer is lost, wrong, or out of order."""
    dice = random.Random(seed)
    with BotApi(seed=seed) as api:
        students = [Student(api.user(number)) for number in range(1, count + 1)]
        if rough:
            api.faults.sometimes(
                [Fault.DROPPED_BEFORE, Fault.DROPPED_AFTER], chance=0.05, seed=seed
            )
            api.faults.sometimes([Fault.FLOOD], "sendMessage", chance=0.01, seed=seed)
        return _Run(api, students, folder, dice, rough).all(kills)


class _Run:
    """One run of it."""

    def __init__(
        self, api: BotApi, students: list[Student], folder: Path, dice: random.Random, rough: bool
    ) -> None:
        self.api = api
        self.students = students
        self.folder = folder
        self.dice = dice
        self.again = 0.1 if rough else 0.0
        self.most = self.before = 0

    def all(self, kills: int) -> Outcome:
        begun = time.monotonic()
        for student in self.students:
            student.begin()
        for number in range(kills):
            process = self._start()
            try:
                self._one_life(process, in_the_beginning=number % 4 == 3)
            finally:
                process.kill()
            self._count_twice()
        last = self._start()
        try:
            self._finish(last)
            unanswered = self._unanswered()
        finally:
            last.kill()
        self._count_twice()
        answers = sum(len(student.user.inbox) for student in self.students)
        return Outcome(
            kills,
            answers,
            self._twice(),
            self.most,
            sum(c.fault is Fault.DROPPED_AFTER for c in self.api.calls if c.method == _SENDING),
            unanswered,
            time.monotonic() - begun,
        )

    def _start(self) -> Process:
        return Process(self.api, self.folder / "data", PROGRAM, {})

    def _one_life(self, process: Process, *, in_the_beginning: bool) -> None:
        """From the start of the bot to a random moment: soon after it runs, or while it starts."""
        deadline = time.monotonic() + LONG
        ends = time.monotonic() + self.dice.uniform(0.2, 2.5) if in_the_beginning else None
        while ends is None or time.monotonic() < ends:
            self._look_and_act()
            if ends is None and RUNNING in process.said:
                longest = 14.0 if self.dice.random() < _LONG_LIFE else 1.0
                ends = time.monotonic() + self.dice.uniform(0.0, longest)
            assert time.monotonic() < deadline, process.said
            time.sleep(0.01)

    def _finish(self, process: Process) -> None:
        """Everybody gets what they still wait for, and nothing more."""
        deadline = time.monotonic() + LONG
        while any(student.awaited for student in self.students):
            self._look()
            late = {s.user.id: s.awaited for s in self.students if s.awaited}
            assert time.monotonic() < deadline, f"never answered: {late}\n{process.said}"
            time.sleep(0.02)
        self.api.faults.clear()
        self.api.wait_until_confirmed(LONG)
        time.sleep(0.5)
        self._look()
        assert "Unforeseen" not in process.said
        assert "given up" not in process.said

    def _look(self) -> None:
        for student in self.students:
            student.look()

    def _look_and_act(self) -> None:
        for student in self.students:
            student.look()
            if not student.awaited and self.dice.random() < 0.5:
                student.act(self.dice, self.api, self.again)

    def _count_twice(self) -> None:
        """How many came twice since the kill before; also what came in its last moment."""
        self._look()
        twice = self._twice()
        self.most, self.before = max(self.most, twice - self.before), twice

    def _twice(self) -> int:
        return sum(student.twice for student in self.students)

    def _unanswered(self) -> int:
        presses = [press for student in self.students for press in student.presses]
        deadline = time.monotonic() + 5
        while (left := sum(p.answer is None for p in presses)) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left


_SENDING = "sendMessage"
_LONG_LIFE = 0.4  # of all lives: long enough to have made the understanding


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--students", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--rough", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        try:
            outcome = kill_often(
                Path(folder), options.kills, options.students, options.seed, rough=options.rough
            )
        except AssertionError as error:
            print(error)
            sys.exit(1)
    print(outcome)


if __name__ == "__main__":
    main()
