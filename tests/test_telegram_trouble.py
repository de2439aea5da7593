"""Telegram on its bad days: nothing is lost, nothing comes twice, and nobody waits for another."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterator

import pytest

from tests.benchmarks.telegram_bot import PROGRAM
from tests.bot_api import BotApi, Fault, Flood, Seen, User
from tests.process import LONG, Process, pressed, running, started, told, until

_NUMBERS = itertools.count(2000)


@pytest.fixture(scope="module")
def shared() -> Iterator[BotApi]:
    with BotApi() as api:
        yield api


@pytest.fixture(scope="module", autouse=True)
def process(shared: BotApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with running(shared, tmp_path_factory.mktemp("bot") / "data", program=PROGRAM) as process:
        process.wait_until_running()
        shared.wait_for_call("setMyName", 2, LONG)
        told(shared.user(1), "ik voel me eenzaam")  # the understanding is ready
        yield process
        assert "Unforeseen" not in process.said


@pytest.fixture
def api(shared: BotApi) -> Iterator[BotApi]:
    yield shared
    shared.faults.clear()
    shared.flood = None


@pytest.fixture
def student(api: BotApi) -> User:
    student = api.user(next(_NUMBERS), language_code="nl")
    started(student, "leiden")
    return student


@pytest.fixture
def other(api: BotApi) -> User:
    return api.user(next(_NUMBERS), language_code="en")


# ---- receiving ----------------------------------------------------------------------------------


def test_an_update_that_cannot_be_read(api: BotApi, student: User, other: User) -> None:
    """It is given up with an apology; what comes with it is answered all the same."""
    before = student.messages[-1]
    api.faults.next(Fault.SLOW, "getUpdates", seconds=0.3)
    number = _poison(api, student)
    other.starts()
    student.says("hulp nu")
    sorry, after = student.wait_for(2, LONG, after=before)
    assert "ging iets mis" in sorry.text
    assert "112" in after.text
    assert "I'm a bot" in other.wait_for(1, LONG)[0].text
    api.wait_until_confirmed(LONG)
    assert number not in [update["update_id"] for update in api.pending]


def test_an_update_of_no_chat_at_all(api: BotApi, student: User) -> None:
    api.push({"something_new": {"of": "tomorrow"}})
    api.push({"message": "not even a message"})
    assert "112" in told(student, "hulp nu").text
    api.wait_until_confirmed(LONG)


def test_the_same_update_again(api: BotApi, student: User) -> None:
    asked = told(student, "ik voel me eenzaam")
    api.repeat_last_update(3)
    api.wait_until_confirmed(LONG)
    pressed(student, "Een medestudent", message=asked)
    api.repeat_last_update(2)
    other = told(student, "hulp nu")
    assert [m.id for m in student.inbox if m.id > asked.id] == [asked.id + 1, other.id]


def test_numbers_that_begin_again_lower(api: BotApi, student: User) -> None:
    api.wait_until_confirmed(LONG)
    api.forget_sequence()
    assert "Met wie" in told(student, "ik voel me eenzaam").text
    assert "112" in told(student, "hulp nu").text


def test_in_order_within_a_chat(api: BotApi, student: User) -> None:
    words = ["hulp nu", "/help", "/profile", "/privacy", "/person"]
    first = student.messages[-1]
    for said in words:
        student.says(said)
    answers = student.wait_for(len(words), LONG, after=first)
    parts = ["112", "Opdrachten", "Dit onthoud ik", "chatnummer", "tudieadviseur"]
    for answer, part in zip(answers, parts, strict=True):
        assert part in answer.text


@pytest.mark.parametrize(
    "fault", [Fault.INTERNAL, Fault.BAD_GATEWAY, Fault.DROPPED_BEFORE, Fault.DROPPED_AFTER]
)
def test_no_updates_for_a_while(api: BotApi, student: User, fault: Fault) -> None:
    api.faults.next(fault, "getUpdates", times=2)
    told(student, "hulp nu")
    assert "112" in told(student, "hulp nu").text


def test_telegram_is_away_for_a_while(api: BotApi, student: User) -> None:
    with api.unreachable():
        student.says("hulp nu")
        time.sleep(0.5)
    assert "112" in student.wait_for("112", LONG).text


# ---- sending ------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.INTERNAL, Fault.BAD_GATEWAY, Fault.FLOOD])
def test_what_surely_did_not_arrive_is_sent_again(api: BotApi, student: User, fault: Fault) -> None:
    api.faults.next(fault, "sendMessage", times=2)
    answer = told(student, "hulp nu")
    api.wait_until_confirmed(LONG)
    told(student, "/help")
    assert [m.id for m in _with(student, "112")] == [answer.id]


@pytest.mark.parametrize("fault", [Fault.DROPPED_BEFORE, Fault.DROPPED_AFTER])
def test_what_perhaps_arrived_is_sent_again(api: BotApi, student: User, fault: Fault) -> None:
    api.faults.next(fault, "sendMessage", times=2)
    student.says("hulp nu")
    told_after = told(student, "/help")
    student.wait_for("Opdrachten", LONG)
    assert 1 <= len(_with(student, "112")) <= 3
    assert told_after.id > student.messages[0].id


def test_a_slow_answer_is_waited_for(api: BotApi, student: User) -> None:
    api.faults.next(Fault.SLOW, "sendMessage", seconds=2)
    told(student, "hulp nu")
    told(student, "/help")
    assert len(_with(student, "112")) == 1


def test_a_chat_with_429_does_not_hold_up_another(api: BotApi, student: User, other: User) -> None:
    api.faults.next(Fault.FLOOD, "sendMessage", retry_after=4)
    earlier = len(api.calls)
    before = student.says("hulp nu")
    until(lambda: [c for c in api.calls[earlier:] if c.fault is Fault.FLOOD and c.done], "429")
    asked = time.monotonic()
    started(other)
    assert time.monotonic() - asked < 3
    assert "112" in student.wait_for(1, LONG, after=before)[0].text


def test_flood_control_is_honoured(api: BotApi, student: User) -> None:
    api.flood = Flood(per_chat=2, retry_after=1)
    first = student.messages[-1]
    for said in ("hulp nu", "/help", "/privacy"):
        student.says(said)
    answers = student.wait_for(3, LONG, after=first)
    for answer, part in zip(answers, ["112", "Opdrachten", "chatnummer"], strict=True):
        assert part in answer.text


def test_tags_that_telegram_cannot_read_do_not_lose_the_message(api: BotApi, student: User) -> None:
    told(student, "ik voel me eenzaam </b> <x> & <<i>> want &lt; en &#0; zijn raar")
    assert "eenzaam" in pressed(student, "Een medestudent").text


# ---- presses ------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", [Fault.DROPPED_BEFORE, Fault.INTERNAL, Fault.FLOOD])
def test_a_press_is_answered_although_the_first_answer_is_lost(
    api: BotApi, student: User, fault: Fault
) -> None:
    api.faults.next(fault, "answerCallbackQuery", times=2)
    pressed(student, "Hulp nu")


def test_a_press_is_answered_at_once(api: BotApi, student: User) -> None:
    """Not only when the answer is sent: here that takes a while."""
    api.faults.next(Fault.SLOW, "sendMessage", seconds=3)
    earlier = len(api.calls)
    student.says("/help")
    student.presses("Hulp nu").wait_for_answer(LONG)
    assert not [c for c in api.calls[earlier:] if c.fault is Fault.SLOW and c.done]
    student.wait_for("112", LONG)
    assert any(c.fault is Fault.SLOW for c in api.calls[earlier:])


def test_a_press_is_answered_before_it_is_confirmed(api: BotApi, student: User) -> None:
    """Killed in between, Telegram brings it again; else the button would seem stuck."""
    api.faults.next(Fault.DROPPED_BEFORE, "answerCallbackQuery", times=2)
    press = student.presses("Hulp nu")
    student.wait_for("112", LONG)
    api.wait_until_confirmed(LONG)
    assert press.answer is not None


def test_every_press_was_answered(api: BotApi) -> None:
    """All those of the tests above."""
    until(lambda: len(api.answered) == len(api.presses), "all presses are answered")


def _poison(api: BotApi, student: User) -> int:
    """A message without a date: the library raises an error."""
    chat = {"id": student.id, "type": "private", "first_name": "Sam"}
    return api.push(
        {"message": {"message_id": 1, "chat": chat, "from": student.account, "text": "hoi"}}
    )


def _with(student: User, part: str) -> list[Seen]:
    return [message for message in student.inbox if part in message.text]
