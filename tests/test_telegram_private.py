"""What is kept of a student and what is not: in the files themselves, and in every log line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.benchmarks.telegram_bot import PROGRAM
from tests.bot_api import BotApi, Fault, User
from tests.process import (
    LONG,
    Process,
    files_in,
    pressed,
    running,
    started,
    told,
    until,
)

TOKEN = "987654321:AAF0a-bQ3xZ_k9Vd2LmN7pRsTuVwXyZ01abc"
MARK, NAME = "zoutkorrel", "Marleentje"
ANSWER = f"ik voel me eenzaam en mijn {MARK} is weg"


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(TOKEN) as api:
        yield api


@pytest.fixture
def process(api: BotApi, tmp_path: Path) -> Iterator[Process]:
    with running(api, tmp_path / "data", "--debug", program=PROGRAM) as process:
        process.wait_until_running()
        yield process


@pytest.fixture
def student(api: BotApi) -> User:
    return api.user(7_000_000_123, language_code="nl", first_name=NAME, username="marleen_x")


def test_privacy_and_my_data(process: Process, student: User) -> None:
    started(student, "leiden")
    told(student, ANSWER)
    policy = told(student, "/privacy")
    for words in ("chatnummer", "30 dagen", "Telegram kan ze lezen", "Autoriteit"):
        assert words in policy.text
    said = pressed(student, "Wat je van me weet")
    assert "Dit bewaar ik over je" in said.text
    file = student.wait_for(lambda message: message.file is not None, LONG).file
    assert file is not None
    record = json.loads(file.content)
    (chat,) = record["chats"]
    assert chat["id"] == student.id
    assert chat["state"]["answers"]["institution"] == "leiden"
    assert MARK in file.content.decode()  # what is quoted back is kept; so it is shown
    assert NAME not in file.content.decode()
    assert any("chatnummer" in json.dumps(sent["body"]) for sent in record["outbox"])


def test_forget(process: Process, api: BotApi, student: User) -> None:
    started(student, "leiden")
    told(student, ANSWER)
    student.wait_for(lambda message: message.edited, LONG)
    assert "wissen" in told(student, "/forget").text
    assert str(student.id).encode() in _opened(process)
    assert "Alles is gewist" in pressed(student, "Ja, wis alles").text
    api.wait_until_confirmed(LONG)
    assert str(student.id).encode() not in _opened(process)
    again = started(student)
    assert "Waar studeer je?" in again.text  # the school is forgotten too
    assert "Wat speelt er?" in pressed(student, "Universiteit Leiden").text


def test_no_longer_forgetting_than_asked(process: Process, student: User) -> None:
    started(student, "leiden")
    told(student, "/forget")
    assert "Wat speelt er?" in pressed(student, "Nee, bewaar het").text


def test_the_word_of_forgetting_survives_a_bad_connection(
    process: Process, api: BotApi, student: User
) -> None:
    started(student, "leiden")
    told(student, "/forget")
    api.faults.next(Fault.DROPPED_BEFORE, "sendMessage")
    assert "Alles is gewist" in pressed(student, "Ja, wis alles").text


def test_nothing_of_a_student_in_any_log_or_file(
    process: Process, api: BotApi, student: User
) -> None:
    """A flood of marked texts, with everything logged and everything that can go wrong."""
    started(student, "leiden")
    for fault in (Fault.INTERNAL, Fault.DROPPED_AFTER, Fault.BAD_GATEWAY, Fault.FLOOD):
        api.faults.next(fault, "sendMessage")
        told(student, f"{ANSWER}. Ik heet {NAME}. {fault}")
    api.faults.next(Fault.INTERNAL, "getUpdates")
    _poison(api, student)
    student.wait_for("ging iets mis", LONG)
    photo = student.sends_photo(caption=f"{MARK} {NAME}")
    student.wait_for(1, LONG, after=photo)
    started(student, MARK)
    told(student, f"/{MARK}")
    student.edits(told_id(student), f"{ANSWER} {NAME}")
    api.wait_until_confirmed(LONG)
    process.terminate()
    for kept in (process.said.encode(), files_in(process.data)):
        for secret in (MARK, NAME, "marleen_x", TOKEN, TOKEN.partition(":")[2]):
            assert secret.encode() not in kept, secret
    assert "WARNING" in process.said  # it did log


def told_id(student: User) -> int:
    """A text of the student; its message id."""
    sent = student.says(ANSWER)
    student.wait_for(1, LONG, after=sent)
    return sent.id


def _poison(api: BotApi, student: User) -> None:
    """An update that the library cannot read, full of what must not be seen."""
    chat = {"id": student.id, "type": "private", "first_name": NAME}
    api.push({"message": {"message_id": MARK, "chat": chat, "from": student.account, "text": MARK}})


def _opened(process: Process) -> bytes:
    """What stands in the files, the journal included."""
    until(lambda: (process.data / "wegwijs.db").exists(), "there is a database")
    return _numbers(files_in(process.data))


def _numbers(content: bytes) -> bytes:
    """Chat numbers are kept as numbers of 8 bytes; written out wherever one is found."""
    number = (7_000_000_123).to_bytes(6, "big")
    return content.replace(number, b" 7000000123 ")


def test_the_file_is_there_only_for_me(process: Process) -> None:
    until(lambda: (process.data / "wegwijs.db").exists(), "there is a database")
    for name in ("wegwijs.db", "key"):
        assert (process.data / name).stat().st_mode & 0o077 == 0


def test_a_crisis_message_leaves_no_trace_once_it_arrived(process: Process, student: User) -> None:
    started(student, "leiden")
    assert "alleen te dragen" in told(student, "ik wil niet meer leven").text
    told(student, "/mydata")
    file = student.wait_for(lambda message: message.file is not None, LONG).file
    assert file is not None
    assert "alleen te dragen" not in str(file.content)
    assert "suicidal" not in str(file.content)
