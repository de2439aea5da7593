"""`wegwijs run` as a program: how it begins, what it says of trouble, and how it ends."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.bot_api import BotApi, Fault
from tests.process import (
    LONG,
    environment,
    running,
    started,
    told,
    until,
)

_SETS = ("setMyName", "setMyDescription", "setMyShortDescription", "setMyCommands")


def _command(api: BotApi | None, data: Path, *arguments: str, **env: str) -> tuple[int, str]:
    """A command that ends by itself: its status, and what it said."""
    done = subprocess.run(
        [sys.executable, "-m", "bot", *arguments],
        env=environment(api, data, env),
        capture_output=True,
        text=True,
        timeout=LONG,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def _noted(data: Path) -> int:
    """How many of the bot's texts are on record as set."""
    with closing(sqlite3.connect(data / "wegwijs.db")) as database:
        (count,) = database.execute("SELECT count(*) FROM notes WHERE name LIKE 'set:%'").fetchone()
    return int(count)


# ---- the beginning ------------------------------------------------------------------------------


def test_it_makes_all_it_needs_and_says_who_it_is(api: BotApi, tmp_path: Path) -> None:
    folder = tmp_path / "not" / "there" / "yet"
    folder.parent.mkdir(parents=True)
    with running(api, folder) as process:
        process.wait_until_running()
        assert (folder / "wegwijs.db").exists()
        assert (folder / "key").exists()
        assert "@wegwijs_test_bot draait" in process.said
        started(api.user(7))
        process.terminate()
    assert process.said.count("\n") == 3, process.said  # a new key, who it is, and the end


def test_who_wrote_meanwhile_is_answered_first(api: BotApi, tmp_path: Path) -> None:
    student = api.user(7)
    student.starts()
    student.says("hulp nu")
    with running(api, tmp_path / "data"):
        greeting, help_now = student.wait_for(2, LONG)
    assert "Ik ben een bot" in greeting.text
    assert "112" in help_now.text


def test_name_and_commands_are_set_once(api: BotApi, tmp_path: Path) -> None:
    api.faults.next(Fault.FLOOD, "setMyName", retry_after=3600)  # the others are set all the same
    with running(api, tmp_path / "data"):
        for method in _SETS:
            api.wait_for_call(method, 2, LONG)
        # Killed before it has noted what it set, it rightly sets that again.
        until(lambda: _noted(tmp_path / "data") == 2 * len(_SETS) - 1, "all but one is noted")
    assert api.commands("nl")["now"].startswith("Hulp nu")
    assert api.commands("")["now"].startswith("Help now")
    before = len(api.calls)
    with running(api, tmp_path / "data") as process:
        process.wait_until_running()
        api.wait_for_call("setMyName", 3, LONG)
        started(api.user(7))
        process.terminate()
    assert [call.method for call in api.calls[before:] if call.method in _SETS] == ["setMyName"]


# ---- what is wrong ------------------------------------------------------------------------------


def test_no_token(tmp_path: Path) -> None:
    status, said = _command(None, tmp_path / "data", "run")
    assert status == 2
    assert "@BotFather" in said
    assert said.count("\n") == 1


@pytest.mark.parametrize("token", ["123456:another", "nonsense", "123:met spatie"])
def test_a_wrong_token(api: BotApi, tmp_path: Path, token: str) -> None:
    status, said = _command(api, tmp_path / "data", "run", WEGWIJS_TELEGRAM_TOKEN=token)
    assert status == 2
    assert "kent dit token niet" in said
    assert token not in said
    assert "Traceback" not in said


def test_a_token_from_a_file(api: BotApi, tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(f"{api.token}\n")
    env = {"WEGWIJS_TELEGRAM_TOKEN_FILE": str(file), "WEGWIJS_TELEGRAM_TOKEN": ""}
    with running(api, tmp_path / "data", env=env) as process:
        process.wait_until_running()


def test_no_network_at_the_start(api: BotApi, tmp_path: Path) -> None:
    student = api.user(7)
    student.starts()
    with running(api, tmp_path / "data") as process:
        with api.unreachable():
            process.wait_until_said("niet bereikbaar")
        student.wait_for(1, LONG)
    assert "Traceback" not in process.said


def test_it_can_be_stopped_while_there_is_no_network(api: BotApi, tmp_path: Path) -> None:
    with running(api, tmp_path / "data") as process, api.unreachable():
        process.wait_until_said("niet bereikbaar")
        assert process.terminate() < 5


def test_another_program_with_the_same_token(api: BotApi, tmp_path: Path) -> None:
    with (
        running(api, tmp_path / "one") as one,
        running(api, tmp_path / "two") as two,
    ):
        two.wait_until_running()
        one.wait_until_running()
        until(lambda: "Another program" in one.said + two.said, "one of them says so")
        time.sleep(2)
        assert one.said.count("Another program") <= 1
        assert two.said.count("Another program") <= 1
        two.kill()
        told(api.user(7), "hulp nu")
    assert "Traceback" not in one.said


def test_a_folder_that_cannot_be_written(api: BotApi) -> None:
    status, said = _command(api, Path("/proc/wegwijs"), "run")
    assert (status, said.count("\n")) == (2, 1)
    assert "kan niet worden gebruikt" in said


def test_a_folder_that_is_a_file(api: BotApi, tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    status, said = _command(api, tmp_path / "data", "run")
    assert (status, said.count("\n")) == (2, 1)
    assert "kan niet worden gebruikt" in said


def test_a_folder_in_use(api: BotApi, tmp_path: Path) -> None:
    with running(api, tmp_path / "data") as process:
        process.wait_until_running()
        status, said = _command(api, tmp_path / "data", "run")
        assert (status, said.count("\n")) == (2, 1)
        assert "in gebruik" in said


def test_a_broken_catalogue_leaves_help_now(api: BotApi, tmp_path: Path) -> None:
    (tmp_path / "catalogue").mkdir()
    env = {"WEGWIJS_CATALOGUE": str(tmp_path / "catalogue")}
    with running(api, tmp_path / "data", env=env):
        assert "112" in told(api.user(7), "ik wil dood").text


# ---- the end ------------------------------------------------------------------------------------


def test_a_quiet_end_in_the_middle_of_things(api: BotApi, tmp_path: Path) -> None:
    """Within 5 s, while sending is slow; after a new start everything is there, and once."""
    students = [api.user(number) for number in range(1, 21)]
    with running(api, tmp_path / "data") as process:
        process.wait_until_running()
        for student in students:
            student.starts()
        api.faults.sometimes([Fault.SLOW], "sendMessage", chance=0.5, seed=1, seconds=0.5)
        for student in students:
            student.says("/help")
            student.says("hulp nu")
        api.wait_for_call("sendMessage", 5, LONG)
        assert process.terminate() < 5
        assert process.said.endswith("Gestopt. Er is niets verloren.\n")
    api.faults.clear()
    with running(api, tmp_path / "data"):
        for student in students:
            student.wait_for(3, LONG)
            student.wait_for("112", LONG)
    for student in students:
        answers = [message.text for message in student.inbox]
        assert len(answers) == 3
        for answer, part in zip(answers, ["Ik ben een bot", "Opdrachten", "112"], strict=True):
            assert part in answer


def test_a_quiet_end_while_the_understanding_is_made(api: BotApi, tmp_path: Path) -> None:
    student = api.user(7)
    with running(api, tmp_path / "data") as process:
        process.wait_until_running()
        sent = student.says("ik voel me eenzaam")
        time.sleep(0.3)
        assert process.terminate() < 5
    with running(api, tmp_path / "data"):
        student.wait_for(1, LONG, after=sent)


def test_health(api: BotApi, tmp_path: Path) -> None:
    data = tmp_path / "data"
    assert _command(api, data, "health")[0] == 1  # it never ran
    with running(api, data) as process:
        process.wait_until_running()
        until(lambda: (data / "heartbeat").exists(), "it heard Telegram")
        status, said = _command(api, data, "health")
    assert status == 0
    assert "hoort Telegram" in said
    long_ago = time.time() - 1000
    os.utime(data / "heartbeat", (long_ago, long_ago))
    status, said = _command(api, data, "health")
    assert status == 1
    assert "te lang niets" in said


def test_no_sign_of_life_without_telegram(api: BotApi, tmp_path: Path) -> None:
    """What the health check looks at comes after an answer of Telegram, never before it."""
    api.faults.next(Fault.INTERNAL, "getUpdates", times=1000)
    with running(api, tmp_path / "data"):
        api.wait_for_call("getUpdates", 3, LONG)
        assert not (tmp_path / "data" / "heartbeat").exists()
