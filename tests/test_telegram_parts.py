"""The parts of the Telegram channel that need no Telegram: pace, form, translation, links, logs."""

from __future__ import annotations

import datetime as dt
import json
import logging
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from telegram import Update

from bot.app import App
from bot.cases import StaffArrived
from bot.catalogue import Catalogue
from bot.channels.telegram import links
from bot.channels.telegram.pace import Limits, Pace
from bot.channels.telegram.put import MOST_CHARACTERS, SAY, Close, Say, put
from bot.channels.telegram.quiet import MaskTokens
from bot.channels.telegram.translate import InGroup, Left, language_of, translate
from bot.conversation import (
    Button,
    Commanded,
    Event,
    Message,
    Part,
    Pressed,
    Said,
    Started,
    State,
    Turn,
    Unreadable,
)
from bot.engine import Arrived, Pressing, Spoken
from bot.text import text
from tests.bot_api.html import parse

# ---- pace ---------------------------------------------------------------------------------------


def test_a_burst_and_then_one_a_second() -> None:
    pace = Pace(Limits(chat=1, chat_burst=3))
    assert [pace.take(1, 100.0) for _ in range(4)] == [0, 0, 0, 1]
    assert pace.take(1, 100.5) == pytest.approx(0.5)
    assert pace.take(1, 101.0) == 0
    assert pace.take(2, 101.0) == 0  # another chat


def test_all_chats_together() -> None:
    pace = Pace(Limits(all=25, all_burst=25))
    assert [pace.take(chat, 100.0) for chat in range(25)] == [0] * 25
    assert pace.free(100.0) == 0
    assert pace.wait(100.0) == pytest.approx(1 / 25)
    assert pace.take(99, 100.0) > 0
    assert pace.free(100.5) == 12


def test_a_429_holds_one_chat() -> None:
    pace = Pace()
    pace.hold(1, 5, 100.0)
    assert pace.take(1, 101.0) == 4
    assert pace.take(2, 101.0) == 0
    assert pace.take(1, 105.0) == 0


def test_groups_are_slower() -> None:
    pace = Pace(Limits(group=20 / 60, group_burst=1))
    assert pace.take(-1, 100.0) == 0
    assert pace.take(-1, 100.0) == pytest.approx(3)


@given(st.lists(st.tuples(st.integers(1, 3), st.floats(0, 3)), max_size=60))
def test_the_pace_is_kept_whatever_comes(asked: list[tuple[int, float]]) -> None:
    """In no second more than the burst and one, however the messages come."""
    limits = Limits(chat=1, chat_burst=3)
    pace, now, gone = Pace(limits), 100.0, list[tuple[int, float]]()
    for chat, later in asked:
        now += later
        while (wait := pace.take(chat, now)) > 0:
            now += wait
        gone.append((chat, now))
        pace.tidy(now)
    for chat, at in gone:
        within = [t for c, t in gone if c == chat and at <= t < at + 1]
        assert len(within) <= limits.chat_burst + 1


# ---- the form of a message ----------------------------------------------------------------------


def _spoken(
    *messages: Message,
    screen: int | None = None,
    pressed: Pressing | None = None,
    current: bool = True,
) -> Spoken:
    turn = Turn(State("nl"), messages)
    event: Event = Pressed("x") if pressed else Commanded("help")
    arrived = Arrived(1, 7, "nl", event, stamp="01", pressed=pressed)
    return Spoken(turn, Catalogue.empty(), "02", arrived, screen, current=current)


def _says(app: App, spoken: Spoken) -> list[Say]:
    out = put(replace(spoken, catalogue=app.catalogue), app.translators)
    return [SAY.validate_json(one.body) for one in out if one.kind == "say"]


def _closes(app: App, spoken: Spoken) -> list[Close]:
    *before, last = _says(app, spoken)
    assert not any(say.closing for say in before)
    return list(last.closing)


HELLO = Message("hello", (Part(text("greeting.hello")),), (Button("on", text("button.on")),))


def test_several_messages_are_one(app: App) -> None:
    (say,) = _says(app, _spoken(HELLO, HELLO))
    assert say.html.count("Wegwijs") == 2
    assert [key.data for row in say.keyboard for key in row] == ["02.on"]  # once


@given(st.text(min_size=1, max_size=6000))
def test_whatever_was_written_telegram_takes_it(app: App, words: str) -> None:
    part = Part(text("remark.new-story"))
    quoted = Part(text("unconfirmed.example", institution=words))
    for say in _says(app, _spoken(Message("a", (quoted, part, quoted)), HELLO)):
        assert len(say.html) <= MOST_CHARACTERS
        parse(say.html)


def test_the_pressed_choice_stays(app: App) -> None:
    pressed = Pressing(5, "Een medestudent")
    (close,) = _closes(app, _spoken(HELLO, screen=5, pressed=pressed))
    assert close.message_id == 5
    assert [key.text for row in close.keyboard for key in row] == ["✓ Een medestudent"]


def test_two_messages_lose_their_buttons(app: App) -> None:
    closes = _closes(app, _spoken(HELLO, screen=6, pressed=Pressing(5, "Hulp nu")))
    assert [(close.message_id, bool(close.keyboard)) for close in closes] == [(5, True), (6, False)]


@pytest.mark.parametrize(("screen", "closed"), [(5, []), (6, [6]), (None, [])])
def test_an_old_press_changes_nothing_on_its_message(
    app: App, screen: int | None, closed: list[int]
) -> None:
    spoken = _spoken(HELLO, screen=screen, pressed=Pressing(5, "Oud"), current=False)
    assert [close.message_id for close in _closes(app, spoken)] == closed


def test_a_typed_answer_takes_the_buttons_away(app: App) -> None:
    (close,) = _closes(app, _spoken(HELLO, screen=6))
    assert close == Close(6, ())


def test_a_button_that_is_too_long_is_our_own_mistake(app: App) -> None:
    long = Message("a", HELLO.parts, (Button("x" * 62, text("button.on")),))
    with pytest.raises(ValueError, match="too long"):
        _says(app, _spoken(long))


# ---- what arrives -------------------------------------------------------------------------------


def _update(chat_type: str = "private", *, is_bot: bool = False, **message: object) -> Update:
    whole = {
        "message_id": 3,
        "date": 1,
        "chat": {"id": 7 if chat_type == "private" else -7, "type": chat_type},
        "from": {"id": 7, "is_bot": is_bot, "first_name": "Sam", "language_code": "nl"},
        **message,
    }
    return Update.de_json({"update_id": 1, "message": whole})


@pytest.mark.parametrize(
    ("said", "event"),
    [
        ("hoi", Said("hoi")),
        ("/start", Started("nl")),
        ("/start leiden", Started("nl", institution="leiden")),
        ("/start o-nat-gp", Started("nl", offering="nat-gp")),
        ("/start n-sleep", Started("nl", need="sleep")),
        ("/start ik wil dood", Said("/start ik wil dood")),
        ("/start@wegwijs_bot leiden", Started("nl", institution="leiden")),
        ("/help", Commanded("help")),
        ("/HELP", Commanded("help")),
        ("/nu", Commanded("now")),
        ("/opnieuw", Commanded("restart")),
        ("/help me", Said("/help me")),
        ("/ ", Said("/ ")),
    ],
)
def test_texts_and_commands(said: str, event: Event) -> None:
    arrived = translate(_update(text=said))
    assert isinstance(arrived, Arrived)
    assert arrived.event == event
    assert arrived.text_id == (3 if isinstance(event, Said) else None)


def test_what_is_no_text() -> None:
    location = {"latitude": 1.0, "longitude": 2.0}
    arrived = translate(_update(location=location))
    assert isinstance(arrived, Arrived)
    assert arrived.event == Unreadable()
    assert translate(_update(delete_chat_photo=True)) is None
    assert (
        translate(_update(message_auto_delete_timer_changed={"message_auto_delete_time": 5}))
        is None
    )


@pytest.mark.parametrize(
    ("data", "case"), [(".c:12:take", 12), ("a1.go:now", None), (".c:x:take", None), ("", None)]
)
def test_a_reply_of_staff_tells_which_card_it_is_to(data: str, case: int | None) -> None:
    card = {
        "message_id": 8,
        "date": 1,
        "chat": {"id": 9, "type": "private"},
        "reply_markup": {"inline_keyboard": [[{"text": "Pak ik op", "callback_data": data}]]},
    }
    arrived = translate(_update(text="hoi", reply_to_message=card), lambda chat: True)
    assert isinstance(arrived, StaffArrived)
    assert (arrived.reply_to, arrived.on_it) == (8, case)


def test_groups_and_other_bots() -> None:
    assert isinstance(translate(_update("supergroup", text="/start")), InGroup)
    assert translate(_update("group", text="hoi")) is None
    assert translate(_update(text="hoi", is_bot=True)) is None


@pytest.mark.parametrize(("status", "back"), [("kicked", False), ("member", True)])
def test_who_leaves_and_comes_back(status: str, back: bool) -> None:
    bot = {"id": 1, "is_bot": True, "first_name": "B"}
    until = {"until_date": 0} if status == "kicked" else {}
    changed = {
        "chat": {"id": 7, "type": "private"},
        "from": {"id": 7, "is_bot": False, "first_name": "Sam"},
        "date": 1,
        "old_chat_member": {"user": bot, "status": "left"},
        "new_chat_member": {"user": bot, "status": status, **until},
    }
    left = translate(Update.de_json({"update_id": 1, "my_chat_member": changed}))
    assert left == Left(1, 7, back=back)


@pytest.mark.parametrize(
    ("code", "language"), [("nl", "nl"), ("NL-be", "nl"), ("de", "en"), ("", "en"), (None, "en")]
)
def test_languages(code: str | None, language: str) -> None:
    assert language_of(code) == language


# ---- links --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("target", "payload"),
    [("leiden", "leiden"), ("nat-gp", "o-nat-gp"), ("sleep", "n-sleep"), ("nothing", None)],
)
def test_what_a_link_is_about(app: App, target: str, payload: str | None) -> None:
    assert links.payload_for(target, app.catalogue) == payload


def test_every_link_fits(app: App) -> None:
    catalogue = app.catalogue
    for target in (*catalogue.schools, *catalogue.offerings, *catalogue.needs):
        payload = links.payload_for(target, catalogue)
        assert links.link("wegwijs_bot", str(payload)).startswith("https://t.me/wegwijs_bot?start=")


def test_a_link_that_telegram_would_not_take() -> None:
    for username, payload in (("no", "x"), ("wegwijs bot", "x"), ("wegwijs_bot", "x" * 65)):
        with pytest.raises(ValueError, match="no link"):
            links.link(username, payload)


def test_qr_codes() -> None:
    assert links.qr_svg("https://t.me/wegwijs_bot?start=leiden").startswith(b"<?xml")
    assert "█" in links.qr_in_terminal("https://t.me/wegwijs_bot")


# ---- logs ---------------------------------------------------------------------------------------

TOKEN = "987654321:AAF0a-bQ3xZ_k9Vd2LmN7pRsTuVwXyZ01abc"


def test_a_token_is_masked() -> None:
    record = logging.makeLogRecord({"msg": "POST %s", "args": (f"/bot{TOKEN}/getMe",)})
    assert MaskTokens().filter(record)
    assert record.getMessage() == "POST /bot[token]/getMe"


def test_of_an_error_only_its_kind_is_told() -> None:
    try:
        raise ValueError("what a student wrote")
    except ValueError as error:
        info = (type(error), error, error.__traceback__)
    record = logging.makeLogRecord({"msg": "It failed", "exc_info": info})
    assert MaskTokens().filter(record)
    assert logging.Formatter().format(record) == "It failed (ValueError)"


def test_dates_in_a_record_are_readable() -> None:
    from bot.engine import record_as_text

    when = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
    assert json.loads(record_as_text({"a": [{"at": when}]}))["a"][0]["at"].startswith("2026-11-23")
