"""A whole school for a test: students, staff on Telegram and by mail, a clock, the real bot."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import socket
import subprocess
import sys
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bot.catalogue.days import AMSTERDAM
from tests.benchmarks.telegram_bot import PROGRAM, clock
from tests.bot_api import BotApi, Group, Seen, User
from tests.process import LONG, Process, environment, pressed, started, told, until
from tests.smtp_server import Received, SmtpStandIn

BEHIND = "ik loop heel erg achter met mijn studie en ga mijn punten niet halen"
CANNOT_SLEEP = "ik ben de hele dag bang en heb paniekaanvallen"
MILAN, TARIQ = "Milan Brugmans", "Tariq Halewijn"
_SOON = 60.0  # seconds; also for a machine that is busy with other things
_ROOT = Path(__file__).parent.parent


class Story:
    """What a test says about it in one line each."""

    def __init__(self, api: BotApi, smtp: SmtpStandIn, folder: Path, port: int) -> None:
        self.api, self.smtp, self._folder = api, smtp, folder
        self.data = folder / "data"
        self._clock = folder / "clock"
        self._port = port
        self.process: Process | None = None
        self.number = 0  # of the newest request
        self.shaky = False  # the program is killed when a request was just sent, and at each card
        self.at("2026-11-23 10:00")

    # ---- time and the program ----

    def at(self, moment: str) -> None:
        """It is this moment now, in Amsterdam."""
        self._set(dt.datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM))

    def forward(self, minutes: int) -> None:
        """It is so much later."""
        self._set(clock(self._clock)() + dt.timedelta(minutes=minutes))

    def _set(self, when: dt.datetime) -> None:
        new = self._clock.with_suffix(".new")
        new.write_text(when.isoformat())
        new.replace(self._clock)

    def days_from(self, day: str) -> Iterator[None]:
        """One day after the other: in the morning, and at the end of the afternoon."""
        first = dt.date.fromisoformat(day)
        for later in range(60):
            for hour in ("10:00", "16:31"):
                self.at(f"{first + dt.timedelta(days=later)} {hour}")
                yield

    @property
    def _env(self) -> dict[str, str]:
        return {
            "WEGWIJS_SMTP_URL": self.smtp.url,
            "WEGWIJS_MAIL_FROM": "wegwijs@voorbeeld.example",
            "WEGWIJS_LINKS_URL": self._links,
            "WEGWIJS_LINKS_LISTEN": f"127.0.0.1:{self._port}",
            "WEGWIJS_KEY_FILE": "",
        }

    @property
    def _links(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    def link(self, key: str) -> str:
        """The page of this key, as it stands in a mail."""
        return f"{self._links}/case/{key}"

    def begin(self) -> None:
        program = (*PROGRAM, "--clock", str(self._clock))
        self.process = Process(self.api, self.data, program, self._env)
        self.process.wait_until_running()

    def restart(self) -> None:
        """Killed, without a word, and begun again."""
        self.end()
        self.begin()

    def end(self) -> None:
        if self.process is not None:
            self.process.kill()

    def command(self, *arguments: str, given: bytes | None = None) -> str:
        """What a command of the operator prints; `given`: its standard input."""
        env = environment(self.api, self.data, self._env)
        command = [sys.executable, "-m", "bot", *arguments]
        done = subprocess.run(command, cwd=_ROOT, env=env, capture_output=True, input=given)
        assert done.returncode == 0, done.stderr
        return done.stdout.decode().strip()

    # ---- people ----

    def staff(self, user: User, id: str) -> User:
        """This user becomes that staff entry, by an invitation."""
        key = self.invitation(id)
        assert "Welkom" in started(user, key).text or "Welcome" in user.messages[-1].text
        return user

    def invitation(self, id: str) -> str:
        """What the operator hands out."""
        link = self.command("staff", "invite", id, "--bot", "wegwijs_test_bot")
        return link.partition("start=")[2] or link.partition("startgroup=")[2]

    def asks(self, student: User, words: str = BEHIND) -> Seen:
        """A student who told what is going on, and sees who it would be."""
        started(student, "voorbeeld")
        told(student, words)
        return pressed(student, "Praat met een mens")

    def shows(self, student: User, words: str = BEHIND, to: str = MILAN) -> Seen:
        """And what would be sent, to this one: who is less busy may have been named first."""
        if to in self.asks(student, words).text:
            return pressed(student, "Laat zien wat je verstuurt")
        pressed(student, "Iemand anders")
        return pressed(student, to)

    def sends(self, student: User, words: str = BEHIND, to: str = MILAN) -> Seen:
        """And sends it; the confirmation."""
        self.shows(student, words, to)
        return self.sends_this(student)

    def sends_this(self, student: User) -> Seen:
        """What is on the screen."""
        self.number += 1
        sent = pressed(student, "Verstuur dit")
        if self.shaky:
            self.restart()
        return sent

    def card(self, staff: User | Group, status: str = "nieuw") -> Seen:
        """The card of the newest request, as soon as it stands so."""
        if self.shaky:
            self.restart()
        return hears(staff, f"Vraag {self.number}: {status}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return int(opened.getsockname()[1])


@contextmanager
def story(folder: Path) -> Iterator[Story]:
    """A bot that runs, with a mail server, at ten on a Monday morning."""
    with BotApi() as api, SmtpStandIn() as smtp:
        one = Story(api, smtp, folder, _free_port())
        try:
            one.begin()
            yield one
        finally:
            one.end()


def hears(user: User | Group, part: str) -> Seen:
    """Waits for a message with this in it, as it stands now."""
    until(lambda: any(part in seen.text for seen in user.inbox), f"a message with {part!r}", _SOON)
    return next(seen for seen in reversed(user.inbox) if part in seen.text)


def days_until(days: Iterator[None], user: User, part: str) -> None:
    """Lets days go by until this is heard; the bot looks at what is due every second."""
    for _ in days:
        with contextlib.suppress(AssertionError):
            until(lambda: any(part in seen.text for seen in user.inbox), part, 2.5)
            return
    raise AssertionError(f"never heard: {part!r}")


def links_in(mail: Received) -> list[str]:
    """In the order in which they stand there: read, take, done."""
    return re.findall(r"http://\S+", mail.text)


def opened(link: str, words: str | None = None, *, press: bool = True) -> tuple[int, str]:
    """The page behind a link, after its button was pressed: status and text."""
    data = urllib.parse.urlencode({"words": words or ""}).encode() if press else None
    try:
        with urllib.request.urlopen(link, data, timeout=LONG) as page:
            return page.status, page.read().decode()
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode()
