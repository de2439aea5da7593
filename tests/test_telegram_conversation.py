"""The conversation on Telegram, from the side of the student: a real bot, a stand-in for Telegram.

One bot serves all the tests of this file; every test has its own student.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest

from tests.benchmarks.telegram_bot import PROGRAM
from tests.bot_api import BotApi, Fault, Seen, User
from tests.process import (
    LONG,
    Process,
    labels_of,
    pressed,
    running,
    started,
    told,
    until,
)

LONELY = "ik voel me heel eenzaam sinds ik op kamers woon"
DANGER = "ik wil dood"
_NUMBERS = itertools.count(1000)


@pytest.fixture(scope="module")
def api() -> Iterator[BotApi]:
    with BotApi() as api:
        yield api


@pytest.fixture(scope="module", autouse=True)
def process(api: BotApi, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Process]:
    with running(api, tmp_path_factory.mktemp("bot") / "data", program=PROGRAM) as process:
        process.wait_until_running()
        yield process
        assert "Unforeseen" not in process.said
        assert "ERROR" not in process.said


@pytest.fixture
def student(api: BotApi) -> User:
    return api.user(next(_NUMBERS), language_code="nl")


@pytest.fixture
def english(api: BotApi) -> User:
    return api.user(next(_NUMBERS), language_code="en-GB")


def test_a_whole_conversation_in_dutch(student: User) -> None:
    greeting = started(student)
    assert "Ik ben een bot" in greeting.text
    assert "versleuteld" in greeting.text
    assert "Waar studeer je?" in greeting.text
    assert "Wat speelt er?" in pressed(student, "Universiteit Leiden").text
    question = told(student, LONELY)
    assert "Met wie" in question.text
    advice = pressed(student, "Een medestudent")
    assert "Dit zou ik als eerste doen" in advice.text
    assert "<b>@ease Leiden</b>" in advice.html
    assert "Goed. Dit is je eerste stap" in pressed(student, "Dit ga ik doen").text


def test_a_whole_conversation_in_english(english: User) -> None:
    assert "I'm a bot" in started(english).text
    assert "What is going on?" in pressed(english, "Leiden University").text
    assert "Who would you rather" in told(english, "I can't sleep because of my exams").text
    assert "This is what I would do first" in pressed(english, "A fellow student").text
    assert "This is your first step" in pressed(english, "I'll do this").text


@pytest.mark.parametrize(("code", "language"), [("nl-BE", "nl"), ("de", "en"), (None, "en")])
def test_the_language_of_the_app_is_the_first(api: BotApi, code: str | None, language: str) -> None:
    greeting = started(api.user(next(_NUMBERS), language_code=code))
    assert ("Ik ben een bot" in greeting.text) == (language == "nl")


def test_the_language_that_was_chosen_wins(student: User) -> None:
    started(student)
    assert "Where do you study?" in pressed(student, "In English").text
    assert "I'm a bot" in started(student).text  # although the app is in Dutch
    assert "What is going on?" in told(student, "leiden").text


def test_the_choice_stays_and_other_buttons_go(student: User) -> None:
    greeting = started(student)
    asking = pressed(student, "Universiteit Leiden")
    until(lambda: labels_of(student, greeting) == ["✓ Universiteit Leiden"], "chosen is shown")
    told(student, LONELY)
    until(lambda: labels_of(student, asking) == [], "the buttons of the screen before are gone")


def test_two_texts_in_a_row_leave_one_keyboard(api: BotApi, student: User) -> None:
    started(student, "leiden")
    first = student.says("hoi")
    student.says(LONELY)
    student.wait_for(2, LONG, after=first)
    until(lambda: len(_with_choices(student)) == 1, "one message has buttons")
    assert _with_choices(student)[0].id == student.inbox[-1].id


def test_a_button_pressed_twice_acts_once(student: User) -> None:
    greeting = started(student)
    presses = [student.presses("Universiteit Leiden", message=greeting) for _ in range(2)]
    for press in presses:
        press.wait_for_answer(LONG)
    first, second = student.wait_for(2, LONG, after=greeting)
    assert "Wat speelt er?" in first.text
    assert "eerder bericht" in second.text  # and again what is asked now
    assert "Wat speelt er?" in second.text
    until(lambda: labels_of(student, greeting) == ["✓ Universiteit Leiden"], "what was chosen")


def test_an_old_button_does_nothing(student: User) -> None:
    greeting = started(student)
    asking = pressed(student, "Universiteit Leiden")
    again = pressed(student, "Noorderpoort", message=greeting)
    assert "eerder bericht" in again.text
    assert "Wat speelt er?" in again.text
    until(lambda: labels_of(student, asking) == [], "one message has buttons")
    assert labels_of(student, greeting) == ["✓ Universiteit Leiden"]
    assert "eerder bericht" in pressed(student, "✓ Universiteit Leiden").text


def test_help_now_works_on_any_old_message(student: User) -> None:
    greeting = started(student)
    pressed(student, "Universiteit Leiden")
    assert "112" in pressed(student, "Hulp nu", message=greeting).text


def test_a_button_of_a_message_that_telegram_forgot(student: User) -> None:
    greeting = started(student)
    press = student.presses("Universiteit Leiden", too_old=True)
    press.wait_for_answer(LONG)
    assert "Wat speelt er?" in student.wait_for(1, LONG, after=greeting)[0].text


# ---- corrections --------------------------------------------------------------------------------


def test_an_edited_text_is_taken_as_the_correction(student: User) -> None:
    started(student, "leiden")
    typed = student.says("ik kan niet slapen")
    assert "Slaap" in student.wait_for(1, LONG, after=typed)[0].text
    before = student.messages[-1]
    student.edits(typed, LONELY)
    corrected = student.wait_for(1, LONG, after=before)[0]
    assert "Eenzaamheid" in corrected.text
    assert "iets nieuws" not in corrected.text


def test_an_edit_of_something_long_past_is_left_alone(student: User) -> None:
    started(student, "leiden")
    typed = student.says("ik kan niet slapen")
    student.wait_for(1, LONG, after=typed)
    pressed(student, "Een medestudent")
    student.edits(typed, LONELY)
    assert "112" in told(student, "hulp nu").text  # the next answer, with nothing before it


def test_danger_in_an_edited_text_is_seen(student: User) -> None:
    started(student, "leiden")
    typed = student.says("ik kan niet slapen")
    student.wait_for(1, LONG, after=typed)
    pressed(student, "Een medestudent")
    before = student.messages[-1]
    student.edits(typed, DANGER)
    assert _is_crisis(student.wait_for(1, LONG, after=before)[0])


# ---- danger -------------------------------------------------------------------------------------


def test_the_crisis_message_is_one_message_and_the_first(student: User) -> None:
    typed = student.says(DANGER)  # the very first thing
    crisis = student.wait_for(1, LONG, after=typed)[0]
    assert _is_crisis(crisis)
    assert "113.nl" in " ".join(crisis.labels)
    student.hears_nothing(0.5)
    assert [message.id for message in student.inbox] == [crisis.id]


def test_after_a_crisis_message_the_conversation_goes_on(student: User) -> None:
    started(student, "leiden")
    assert _is_crisis(told(student, DANGER))
    assert "Wat speelt er?" in pressed(student, "Verder met mijn vraag").text


def test_danger_below_a_photo_and_behind_a_command(student: User) -> None:
    photo = student.sends_photo(caption=DANGER)
    assert _is_crisis(student.wait_for(1, LONG, after=photo)[0])
    assert _is_crisis(told(student, f"/start {DANGER}"))


# ---- what is no text ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["photo", "voice", "sticker", "location", "contact", "document"])
def test_what_cannot_be_read(student: User, kind: str) -> None:
    started(student, "leiden")
    sent: Seen = getattr(student, f"sends_{kind}")()
    answer = student.wait_for(1, LONG, after=sent)[0]
    assert "alleen tekst lezen" in answer.text
    assert "Wat speelt er?" in answer.text


def test_commands(student: User) -> None:
    started(student)
    assert "112" in told(student, "/now").text
    assert "112" in told(student, "/nu").text
    assert "Opdrachten" in told(student, "/help@wegwijs_test_bot").text
    assert "ken ik niet" in told(student, "/dans").text


def test_text_with_signs_of_html(student: User) -> None:
    started(student, "leiden")
    told(student, "ik voel me <b>eenzaam</b> & niemand </i> ziet me <script>")
    advice = pressed(student, "Een medestudent")
    assert "<b>eenzaam</b>" in advice.text


# ---- links --------------------------------------------------------------------------------------


def test_a_link_to_a_school(student: User) -> None:
    assert "Wat speelt er?" in started(student, "leiden").text


def test_a_link_to_an_offering(student: User) -> None:
    answer = started(student, "o-leiden-study-adviser")
    assert "Studieadviseur" in answer.text
    assert "Eerste stap" in answer.text
    assert "Goed. Dit is je eerste stap" in pressed(student, "Dit ga ik doen").text


def test_a_link_to_a_need(student: User) -> None:
    started(student, "n-loneliness")
    assert "Met wie" in pressed(student, "Universiteit Leiden").text


@pytest.mark.parametrize("payload", ["o-nothing", "n-nothing", "nothing", "o-", "_-_"])
def test_a_link_to_nothing(student: User, payload: str) -> None:
    assert "Waar studeer je?" in started(student, payload).text


# ---- groups, and who leaves ---------------------------------------------------------------------


def test_a_group_gets_one_polite_line(api: BotApi, student: User) -> None:
    group = api.group(-next(_NUMBERS))
    spoken = group.says(student, "/start")
    line = group.wait_for(1, LONG, after=spoken)[0]
    assert "privégesprek" in line.text
    assert line.labels == []
    group.says(student, "/help")
    group.says(student, "ik wil het hier niet zeggen")
    started(student)  # handled after it
    assert len(group.inbox) == 1


def test_blocked_and_back(api: BotApi, student: User) -> None:
    started(student, "leiden")
    student.blocks()
    api.wait_until_confirmed(LONG)
    student.unblocks()
    assert "Met wie" in told(student, LONELY).text  # nothing was forgotten meanwhile


def test_blocked_while_we_speak(api: BotApi, student: User) -> None:
    started(student, "leiden")
    api.faults.next(Fault.SLOW, "sendMessage", seconds=0.3)
    student.says(LONELY)
    student.blocks()
    api.wait_until_confirmed(LONG)
    student.unblocks()
    before = student.messages[-1]
    assert "112" in told(student, "hulp nu").text
    assert student.messages[-1].id > before.id


def _is_crisis(message: Seen) -> bool:
    return "112" in message.text and "113" in message.text and "Hoi, ik ben" not in message.text


def _with_choices(student: User) -> list[Seen]:
    return [m for m in student.inbox if m.labels and not m.labels[0].startswith("✓")]
