"""`python -m bot run` as a process, for the tests and benchmarks that start the real bot."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.bot_api import BotApi, Seen, User

_ROOT = Path(__file__).parent.parent
RUNNING = "@wegwijs_test_bot"  # what the line that says it runs contains
LONG = 60.0  # seconds; a machine that is busy with other things must not fail a test


class Process:
    """A running bot; what it writes is kept in a file beside its data."""

    def __init__(
        self, api: BotApi | None, data: Path, program: tuple[str, ...], env: Mapping[str, str]
    ) -> None:
        self.data = data
        self.output = data.parent / f"{data.name}.log"
        self._said_before = self.output.stat().st_size if self.output.exists() else 0
        with self.output.open("ab") as output:
            self._process = subprocess.Popen(
                [sys.executable, *program],
                cwd=_ROOT,
                env=environment(api, data, env),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
            )

    @property
    def said(self) -> str:
        """What this process wrote so far."""
        return self.output.read_bytes()[self._said_before :].decode("utf-8", "replace")

    def wait_until_said(self, part: str, timeout: float = LONG) -> None:
        deadline = time.monotonic() + timeout
        while part not in self.said:
            assert time.monotonic() < deadline, f"it did not say {part!r} but: {self.said}"
            assert self._process.poll() is None, f"it ended, saying: {self.said}"
            time.sleep(0.02)

    def wait_until_running(self) -> None:
        self.wait_until_said(RUNNING)

    def ended(self, timeout: float = LONG) -> int:
        """Waits for its end; the exit status."""
        return self._process.wait(timeout)

    def look_where_time_goes(self) -> None:
        """From now on; for a bot with `--sample`."""
        self._process.send_signal(signal.SIGUSR1)

    def terminate(self, timeout: float = LONG) -> float:
        """SIGTERM; the seconds until it ended, which must be well."""
        asked = time.monotonic()
        self._process.send_signal(signal.SIGTERM)
        status = self._process.wait(timeout)
        assert status == 0, self.said
        return time.monotonic() - asked

    def kill(self) -> None:
        """SIGKILL: it can do nothing any more."""
        self._process.kill()
        self._process.wait(LONG)

    def processor(self) -> float:
        """Seconds of processor time so far."""
        fields = Path(f"/proc/{self._process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory(self) -> int:
        """Resident memory in KiB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text()
        return next(int(line.split()[1]) for line in status.splitlines() if "VmRSS" in line)


def environment(api: BotApi | None, data: Path, env: Mapping[str, str]) -> dict[str, str]:
    """What the bot is told; nothing of the machine's own settings for it."""
    mine = {name: value for name, value in os.environ.items() if not name.startswith("WEGWIJS_")}
    told = {"WEGWIJS_DATA": str(data), "LC_ALL": "nl_NL.UTF-8", "PYTHONUNBUFFERED": "1"}
    if api is not None:
        told |= {"WEGWIJS_TELEGRAM_TOKEN": api.token, "WEGWIJS_TELEGRAM_API": api.root}
    return {**mine, **told, **env}


@contextmanager
def running(
    api: BotApi | None,
    data: Path,
    *arguments: str,
    program: tuple[str, ...] = ("-m", "bot", "run"),
    env: Mapping[str, str] | None = None,
) -> Iterator[Process]:
    """The bot as a process, killed at the end if it still runs."""
    process = Process(api, data, (*program, *arguments), env or {})
    try:
        yield process
    finally:
        process.kill()


# ---- what a test says in one line --------------------------------------------------------------


def told(student: User, words: str) -> Seen:
    """Types this; the first answer to it."""
    return student.wait_for(1, LONG, after=student.says(words))[0]


def started(student: User, payload: str = "") -> Seen:
    """Presses Start, perhaps by a link; the first answer."""
    return student.wait_for(1, LONG, after=student.starts(payload))[0]


def pressed(student: User, label: str, message: Seen | None = None) -> Seen:
    """Presses a button, which must be answered; the first message that follows."""
    last = student.messages[-1]
    press = student.presses(label, message=message)
    answer = student.wait_for(1, LONG, after=last)[0]
    press.wait_for_answer(LONG)
    return answer


def until(condition: Callable[[], object], what: str, timeout: float = LONG) -> None:
    """Waits until this is so."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"after {timeout} s still not: {what}"
        time.sleep(0.02)


def labels_of(student: User, message: Seen) -> list[str]:
    """What the buttons of this message say by now."""
    return next(now.labels for now in student.inbox if now.id == message.id)


def files_in(folder: Path) -> bytes:
    """All the bytes of all the files."""
    return b"\n".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
