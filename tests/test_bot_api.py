"""The stand-in for the Bot API keeps the rules of the real one; driven by the library we use."""

from __future__ import annotations

import asyncio
import json
import re
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import httpx
import pytest
from telegram import (
    Bot,
    BotCommand,
    ChatMemberAdministrator,
    ChatMemberUpdated,
    ForceReply,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    Message,
    ReplyParameters,
    Update,
)
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TimedOut,
)

from tests.bot_api import RIGHTS, BotApi, Fault, Flood, User
from tests.bot_api.html import parse, trimmed
from tests.bot_api.links import LinkError, checked_link
from tests.bot_api.refused import RefusedError
from tests.connected import connected

pytestmark = pytest.mark.filterwarnings("ignore:.*retry_after.*:DeprecationWarning")

HTTP = httpx.Client(verify=False, trust_env=False)
JSON = {"content-type": "application/json"}
ALL_UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]


@pytest.fixture(autouse=True, scope="module")
def _close_connections() -> Iterator[None]:
    yield
    HTTP.close()


@pytest.fixture
def student(api: BotApi) -> User:
    """A student who has started the bot; the update of it is out of the way."""
    student = api.user(7)
    student.starts()
    api._state.updates.pending.clear()
    return student


def keyboard(*rows: list[tuple[str, str]]) -> InlineKeyboardMarkup:
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(t, callback_data=d) for t, d in r] for r in rows]
    )


def refused(why: str) -> pytest.RaisesExc[BadRequest]:
    """The library writes the first letter of a description large."""
    return pytest.raises(BadRequest, match=f"(?i){re.escape(why)}")


def raw(api: BotApi, method: str, **params: Any) -> dict[str, Any]:
    answer: dict[str, Any] = HTTP.post(f"{api.base_url}{api.token}/{method}", json=params).json()
    return answer


async def got(bot: Bot) -> list[Update]:
    """What came since the last time."""
    updates = list(await bot.get_updates(allowed_updates=ALL_UPDATES))
    if updates:
        await bot.get_updates(offset=updates[-1].update_id + 1)
    return updates


async def messages(bot: Bot) -> list[Message]:
    return [update.message for update in await got(bot) if update.message]


async def members(bot: Bot) -> list[ChatMemberUpdated]:
    return [update.my_chat_member for update in await got(bot) if update.my_chat_member]


# Who is asking, and how


async def test_the_bot_knows_itself(bot: Bot) -> None:
    assert (bot.id, bot.username, bot.first_name) == (123456, "wegwijs_test_bot", "Wegwijs")


async def test_a_wrong_token_is_unauthorized(api: BotApi) -> None:
    with pytest.raises(InvalidToken):
        async with Bot("1:wrong", base_url=api.base_url):
            pass
    answer = HTTP.get(f"{api.base_url}1:wrong/getMe")
    assert answer.status_code == 401
    assert answer.json() == {"ok": False, "error_code": 401, "description": "Unauthorized"}


def test_an_unknown_method_is_not_found(api: BotApi) -> None:
    assert raw(api, "sendNothing")["error_code"] == 404
    assert raw(api, "GETME")["ok"]


def test_parameters_come_in_every_form(api: BotApi, student: User) -> None:
    url = f"{api.base_url}{api.token}/sendMessage"
    data = {"chat_id": "7", "text": "5"}
    answers = [
        HTTP.get(url, params=data),
        HTTP.post(url, json={"chat_id": 7, "text": "5"}),
        HTTP.post(url, data=data),
        HTTP.post(url, data=data, files={"other": b"x"}),
    ]
    assert [answer.json()["result"]["text"] for answer in answers] == ["5"] * 4
    assert [call.params["chat_id"] for call in api.calls] == [7] * 4
    wrong = HTTP.post(url, content=rb'{"chat_id": 7, "text": "\ud83d"}', headers=JSON)
    assert wrong.json()["description"] == "Bad Request: strings must be encoded in UTF-8"


# Receiving


async def test_updates_stay_until_they_are_confirmed(api: BotApi, bot: Bot) -> None:
    student = api.user(7, language_code="en", first_name="Noor")
    student.starts("campaign_1")
    student.says("kijk op https://x.nl")
    first = await bot.get_updates()
    assert [u.message.text for u in first if u.message] == [
        "/start campaign_1",
        "kijk op https://x.nl",
    ]
    assert first[1].update_id == first[0].update_id + 1
    assert [e.type for u in first if u.message for e in u.message.entities] == [
        "bot_command",
        "url",
    ]
    user = first[0].effective_user
    assert user
    assert (user.id, user.language_code, user.first_name) == (7, "en", "Noor")
    assert len(await bot.get_updates(limit=1)) == 1
    assert await bot.get_updates(offset=first[1].update_id) == first[1:]
    assert await bot.get_updates() == first[1:]
    assert await bot.get_updates(offset=first[1].update_id + 1) == ()
    assert api.pending == []


async def test_a_negative_offset_keeps_the_newest(api: BotApi, bot: Bot, student: User) -> None:
    for text in "abc":
        student.says(text)
    assert [u.message.text for u in await bot.get_updates(offset=-1) if u.message] == ["c"]
    assert len(api.pending) == 1


async def test_only_allowed_kinds_come_and_the_choice_stays(
    api: BotApi, bot: Bot, student: User
) -> None:
    await bot.get_updates(allowed_updates=["edited_message"])
    student.edits(student.says("eerst"), "dan")
    await bot.get_updates()
    student.says("niet gewenst")
    (update,) = await bot.get_updates()
    assert update.edited_message
    assert update.edited_message.text == "dan"
    await bot.get_updates(allowed_updates=[])
    student.says("weer wel")
    assert len(await bot.get_updates()) == 2


async def test_long_polling_waits_for_something(api: BotApi, bot: Bot, student: User) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.to_thread(api.wait_for_call, "getUpdates", done=False)
    assert not waiting.done()
    student.says("hallo")
    (update,) = await asyncio.wait_for(waiting, 5)
    assert update.message
    began = time.monotonic()
    assert await bot.get_updates(offset=update.update_id + 1, timeout=1) == ()
    assert 0.9 < time.monotonic() - began < 3


async def test_a_second_poller_ends_the_first(api: BotApi, bot: Bot, student: User) -> None:
    first = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.to_thread(api.wait_for_call, "getUpdates", done=False)
    second = asyncio.create_task(bot.get_updates(timeout=20))
    with pytest.raises(Conflict, match="terminated by other getUpdates request; make sure that"):
        await first
    student.says("hallo")
    assert len(await second) == 1


async def test_a_poller_that_hangs_up_is_no_second_poller(api: BotApi, student: User) -> None:
    with pytest.raises(httpx.ReadTimeout):
        HTTP.post(f"{api.base_url}{api.token}/getUpdates", json={"timeout": 20}, timeout=0.2)
    api.wait_for_call("getUpdates")
    student.says("hallo")
    assert len(raw(api, "getUpdates", timeout=5)["result"]) == 1


async def test_the_same_update_can_come_again(api: BotApi, bot: Bot, student: User) -> None:
    student.says("hallo")
    (update,) = await bot.get_updates()
    assert await bot.get_updates(offset=update.update_id + 1) == ()
    api.repeat_last_update(2)
    again = await bot.get_updates(offset=update.update_id + 1)
    assert [u.update_id for u in again] == [update.update_id] * 2
    assert await bot.get_updates(offset=update.update_id + 1) == ()


async def test_numbers_may_start_again_lower(api: BotApi, bot: Bot, student: User) -> None:
    student.says("voor de stilte")
    (before,) = await bot.get_updates()
    assert await bot.get_updates(offset=before.update_id + 1) == ()
    api.forget_sequence()
    student.says("na de stilte")
    (after,) = await bot.get_updates(offset=before.update_id + 1)
    assert after.update_id < before.update_id
    assert await bot.get_updates(offset=after.update_id + 1) == ()
    assert api.pending == []


async def test_odd_updates_are_passed_on(api: BotApi, bot: Bot) -> None:
    number = api.push({"something_new": {"id": 5}})
    api.push({"update_id": number + 10, "message": None})
    updates = await bot.get_updates()
    assert [u.update_id for u in updates] == [number, number + 10]


async def test_everything_a_student_can_send_is_understood(
    api: BotApi, bot: Bot, student: User
) -> None:
    student.sends_photo(caption="mijn rooster")
    student.sends_voice()
    student.sends_document()
    student.sends_sticker()
    student.sends_location()
    student.sends_contact()
    messages = [u.message for u in await bot.get_updates() if u.message]
    kinds = ["photo", "voice", "document", "sticker", "location", "contact"]
    assert all(getattr(m, kind) for m, kind in zip(messages, kinds, strict=True))
    assert messages[0].caption == "mijn rooster"
    assert [m.message_id for m in messages] == [2, 3, 4, 5, 6, 7]
    file = await bot.get_file(messages[2].document)  # type: ignore[arg-type]
    assert bytes(await file.download_as_bytearray()) == b"%PDF-1.7"


async def test_blocking_is_told_and_closes_the_chat(api: BotApi, bot: Bot, student: User) -> None:
    student.blocks()
    with pytest.raises(Forbidden, match="bot was blocked by the user"):
        await bot.send_message(7, "hallo")
    with pytest.raises(AssertionError):
        student.says("hallo")
    student.unblocks()
    await bot.send_message(7, "hallo")
    changes = [u.my_chat_member for u in await bot.get_updates() if u.my_chat_member]
    assert [(c.old_chat_member.status, c.new_chat_member.status) for c in changes] == [
        ("member", "kicked"),
        ("kicked", "member"),
    ]
    student.deactivates()
    with pytest.raises(Forbidden, match="user is deactivated"):
        await bot.send_message(7, "hallo")


def test_a_start_payload_must_be_possible(api: BotApi) -> None:
    for payload in ("a b", "a" * 65, "é", "a=b"):
        with pytest.raises(AssertionError):
            api.user(7).starts(payload)


# Sending


async def test_what_is_sent_is_seen(bot: Bot, student: User) -> None:
    sent = await bot.send_message(
        7, " <b>Hoi</b> &amp; <i>welkom</i> 🙂 \n", "HTML", reply_markup=keyboard([("Ja", "y")])
    )
    (seen,) = student.inbox
    assert sent.message_id == seen.id == 2
    assert sent.text == seen.text == "Hoi & welkom 🙂"
    assert seen.html == "<b>Hoi</b> &amp; <i>welkom</i> 🙂"
    assert seen.labels == ["Ja"]
    assert not seen.edited
    assert [(e.type, e.offset, e.length) for e in sent.entities] == [
        ("bold", 0, 3),
        ("italic", 6, 6),
    ]
    assert sent.reply_markup == keyboard([("Ja", "y")])


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"text": ""}, "message text is empty"),
        ({"text": "  \n"}, "text must be non-empty"),
        ({"text": "<b> </b>", "parse_mode": "HTML"}, "text must be non-empty"),
        ({"text": "a" * 4097}, "message is too long"),
        ({"text": "a" * 40000}, "text is too long"),
        ({"text": "hoi", "chat_id": 8}, "chat not found"),
        ({"text": "hoi", "chat_id": ""}, "chat_id is empty"),
        ({"text": "hoi", "chat_id": "@nobody"}, "chat not found"),
        ({"text": "hoi", "parse_mode": "x"}, "unsupported parse_mode"),
        ({"text": "x", "reply_markup": "{"}, "can't parse reply keyboard markup JSON object"),
        (
            {"text": "x", "reply_markup": {"inline_keyboard": "x"}},
            'field "inline_keyboard" must be of type Array',
        ),
        (
            {"text": "hoi", "reply_parameters": {"message_id": 99}},
            "message to be replied not found",
        ),
    ],
)
def test_what_cannot_be_sent(
    api: BotApi, student: User, params: dict[str, Any], description: str
) -> None:
    answer = raw(api, "sendMessage", **{"chat_id": 7, **params})
    assert answer == {"ok": False, "error_code": 400, "description": f"Bad Request: {description}"}
    assert student.inbox == []


async def test_the_limit_counts_what_is_shown_and_an_emoji_once(bot: Bot, student: User) -> None:
    await bot.send_message(7, f"<b>{'🙂' * 4096}</b>", "HTML")
    with refused("message is too long"):
        await bot.send_message(7, "🙂" * 4097)


@pytest.mark.parametrize(
    ("html", "description"),
    [
        ("a <p>b</p>", 'Unsupported start tag "p" at byte offset 2'),
        ("é <br>", 'Unsupported start tag "br" at byte offset 3'),
        ("ik ben < 18", 'Unsupported start tag "" at byte offset 7'),
        ("<b>open", 'Can\'t find end tag corresponding to start tag "b"'),
        ("a <b", "Unclosed start tag at byte offset 2"),
        ("a</b>", "Unexpected end tag at byte offset 1"),
        (
            "<b><i>test</b></i>",
            'Unmatched end tag at byte offset 10, expected "</i>", found "</b>"',
        ),
        ('<a href="x', "Unclosed start tag at byte offset 0"),
        ("<a href=x/y>z</a>", "Unexpected end of name token at byte offset 8"),
        ("<span>x</span>", 'Tag "span" must have class "tg-spoiler" at byte offset 0'),
    ],
)
def test_html_that_does_not_parse(html: str, description: str) -> None:
    with pytest.raises(RefusedError) as caught:
        parse(html)
    assert caught.value.description == f"Bad Request: can't parse entities: {description}"


def test_html_that_parses() -> None:
    assert parse("R&D &lt;3 &#128578; &euro; &quot;") == ('R&D <3 🙂 &euro; "', [])
    text, entities = parse('🙂<a href="https://X.nl">ons</a> <a href="localhost">x</a><u></u>')
    assert text == "🙂ons x"
    assert entities == [{"offset": 2, "length": 3, "type": "text_link", "url": "https://X.nl/"}]
    code = '<pre><code class="language-py">x</code></pre>'
    assert parse(code)[1] == [{"offset": 0, "length": 1, "type": "pre", "language": "py"}]
    assert parse("<blockquote expandable>x</blockquote>")[1][0]["type"] == "expandable_blockquote"
    assert trimmed(*parse("  a <b>b </b> ")) == (
        "a b",
        [{"offset": 2, "length": 1, "type": "bold"}],
    )


def test_links() -> None:
    assert checked_link("www.hanze.nl") == "http://www.hanze.nl/"
    assert checked_link("tg://resolve?domain=x") == "tg://resolve?domain=x"
    for link in ("", "localhost", "http://localhost:80/x", "ftp://x.nl", "tel:113", "a b.nl"):
        with pytest.raises(LinkError):
            checked_link(link)


@pytest.mark.parametrize(
    ("button", "description"),
    [
        ({"text": "x", "callback_data": "é" * 33}, "BUTTON_DATA_INVALID"),
        (
            {"text": "x", "callback_data": ""},
            "can't parse inline keyboard button: Text buttons are unallowed in the inline keyboard",
        ),
        ({"text": "", "callback_data": "x"}, "inline keyboard button text must be non-empty"),
        (
            {"callback_data": "x"},
            "can't parse inline keyboard button: Can't find field \"text\"",
        ),
        (
            {"text": "x", "url": "ftp://x.nl"},
            "inline keyboard button URL 'ftp://x.nl' is invalid: Unsupported URL protocol",
        ),
        (
            {"text": "x", "url": "here"},
            "inline keyboard button URL 'here' is invalid: Wrong HTTP URL",
        ),
    ],
)
def test_buttons_that_are_refused(
    api: BotApi, student: User, button: dict[str, str], description: str
) -> None:
    markup = {"inline_keyboard": [[button]]}
    answer = raw(api, "sendMessage", chat_id=7, text="x", reply_markup=json.dumps(markup))
    assert answer["description"] == f"Bad Request: {description}"


async def test_keyboards_have_a_size(bot: Bot, student: User) -> None:
    row = [("x", "x" * 64)] * 8
    await bot.send_message(7, "x", reply_markup=keyboard(*[row] * 12))
    for rows in ([row] * 13, [[*row, ("y", "y")]]):
        with refused("reply markup is too long"):
            await bot.send_message(7, "x", reply_markup=keyboard(*rows))


async def test_a_bot_does_not_write_first(api: BotApi, bot: Bot) -> None:
    stranger = api.user(8)
    with pytest.raises(Forbidden, match="bot can't initiate conversation with a user"):
        await bot.send_message(8, "hallo")
    stranger.starts()
    await bot.send_message(8, "hallo")


async def test_a_student_replies(bot: Bot, student: User) -> None:
    first = await bot.send_message(7, "Waar gaat het om?", reply_markup=keyboard([("Ja", "y")]))
    second = student.says("dit", reply_to=first.message_id)
    student.says("en dit", reply_to=second)
    one, two = await messages(bot)
    assert one.reply_to_message
    assert one.reply_to_message.text == "Waar gaat het om?"
    assert one.reply_to_message.reply_markup == keyboard([("Ja", "y")])
    assert two.reply_to_message
    assert (two.reply_to_message.text, two.reply_to_message.reply_to_message) == ("dit", None)
    assert (two.message_thread_id, second.reply_to) == (None, first.message_id)


async def test_the_bot_replies(bot: Bot, student: User) -> None:
    said = student.says("vraag")
    sent = await bot.send_message(7, "antwoord", reply_parameters=ReplyParameters(said.id))
    assert sent.reply_to_message
    assert sent.reply_to_message.text == "vraag"
    assert student.inbox[0].reply_to == said.id
    with refused("message to be replied not found"):
        await bot.send_message(7, "x", reply_parameters=ReplyParameters(99))
    anyway = ReplyParameters(99, allow_sending_without_reply=True)
    sent = await bot.send_message(7, "toch", reply_parameters=anyway)
    assert (sent.reply_to_message, student.inbox[1].reply_to) == (None, None)


async def test_a_message_can_ask_for_a_reply(bot: Bot, student: User) -> None:
    ask = ForceReply(selective=True, input_field_placeholder="Je antwoord")
    sent = await bot.send_message(7, "Schrijf de student", reply_markup=ask)
    await bot.send_message(7, "en verder niets")
    first, second = student.inbox
    assert (first.forces_reply, first.placeholder, first.labels) == (True, "Je antwoord", [])
    assert (second.forces_reply, second.placeholder) == (False, None)
    assert sent.reply_markup is None
    with refused("message can't be edited"):
        await bot.edit_message_text("x", 7, sent.message_id)
    for placeholder in ("x" * 64, None):
        await bot.send_message(7, "x", reply_markup=ForceReply(None, placeholder))
    with refused("input field placeholder is too long"):
        await bot.send_message(7, "x", reply_markup=ForceReply(None, "x" * 65))


async def test_files_are_kept(bot: Bot, student: User) -> None:
    sent = await bot.send_document(
        7, b"one,two", filename="a.csv", caption="<b>x</b>", parse_mode="HTML"
    )
    await bot.send_photo(7, b"\xff\xd8", caption="y")
    assert sent.document
    again = await bot.send_document(7, sent.document.file_id)
    document, photo, copy = student.inbox
    assert document.file
    assert photo.file
    assert (document.file.name, document.file.content) == ("a.csv", b"one,two")
    assert (document.text, photo.file.kind, copy.file) == ("x", "photo", document.file)
    assert again.document
    with refused("wrong file identifier"):
        await bot.send_document(7, "unknown")
    with refused("caption is too long"):
        await bot.send_photo(7, b"x", caption="a" * 1025)
    with refused("no text in the message to edit"):
        await bot.edit_message_text("z", 7, sent.message_id)


def png(width: int, height: int) -> bytes:
    """As much of a picture as is looked at."""
    size = width.to_bytes(4, "big") + height.to_bytes(4, "big")
    return b"\x89PNG\r\n\x1a\n" + (13).to_bytes(4, "big") + b"IHDR" + size


async def test_pictures_have_a_form_and_a_size(bot: Bot, student: User) -> None:
    sent = await bot.send_photo(7, png(410, 410), caption="a" * 1024)
    assert [(size.width, size.height) for size in sent.photo] == [(410, 410)]
    await bot.send_photo(7, png(100, 2000))
    with refused("IMAGE_PROCESS_FAILED"):
        await bot.send_photo(7, b"<svg/>")
    for width, height in ((5001, 5000), (100, 2001)):
        with refused("PHOTO_INVALID_DIMENSIONS"):
            await bot.send_photo(7, png(width, height))
    with refused("file is too big"):
        await bot.send_photo(7, png(410, 410) + bytes(10 * 2**20))
    assert len(student.inbox) == 2


async def test_edits_change_what_is_seen(bot: Bot, student: User) -> None:
    sent = await bot.send_message(7, "een", reply_markup=keyboard([("Ja", "y")]))
    edited = await bot.edit_message_text("<i>twee</i>", 7, sent.message_id, parse_mode="HTML")
    assert not isinstance(edited, bool)
    assert edited.edit_date
    (seen,) = student.inbox
    assert (seen.id, seen.text, seen.html, seen.labels) == (2, "twee", "<i>twee</i>", [])
    assert seen.edited
    await bot.edit_message_reply_markup(7, sent.message_id, reply_markup=keyboard([("Nee", "n")]))
    assert student.inbox[0].labels == ["Nee"]
    with refused("Message is not modified: specified new message content"):
        await bot.edit_message_text(
            "<i>twee</i> ",
            7,
            sent.message_id,
            parse_mode="HTML",
            reply_markup=keyboard([("Nee", "n")]),
        )
    with refused("Message to edit not found"):
        await bot.edit_message_text("x", 7, 99)
    with refused("Message can't be edited"):
        await bot.edit_message_text("x", 7, 1)
    with refused("message_too_long"):
        await bot.edit_message_text("x" * 4097, 7, sent.message_id)


async def test_a_seen_message_can_be_looked_at_again(bot: Bot, student: User) -> None:
    sent = await bot.send_message(7, "een")
    (before,) = student.inbox
    await bot.edit_message_text("twee", 7, sent.message_id)
    assert (before.text, student.now(before).text) == ("een", "twee")
    await bot.delete_message(7, sent.message_id)
    with pytest.raises(AssertionError, match="message 2 is gone; it was 'een'"):
        student.now(before)


async def test_messages_can_be_deleted_for_two_days(api: BotApi, bot: Bot, student: User) -> None:
    first = await bot.send_message(7, "een")
    second = await bot.send_message(7, "twee")
    await bot.delete_message(7, first.message_id)
    await bot.delete_message(7, 1)
    assert [m.text for m in student.messages] == ["twee"]
    with refused("Message to delete not found"):
        await bot.delete_message(7, first.message_id)
    api.later(49 * 3600)
    with refused("Message can't be deleted"):
        await bot.delete_message(7, second.message_id)


async def test_chat_actions_are_known_words(bot: Bot, student: User) -> None:
    await bot.send_chat_action(7, "typing")
    with refused("Wrong parameter action"):
        await bot.send_chat_action(7, "thinking")


async def test_a_chat_can_be_looked_up(bot: Bot, student: User) -> None:
    chat = await bot.get_chat(7)
    assert (chat.type, chat.first_name) == ("private", "Sam")
    with refused("Chat not found"):
        await bot.get_chat(99)


# Buttons


async def test_a_press_is_sent_and_answered_once(api: BotApi, bot: Bot, student: User) -> None:
    await bot.send_message(7, "oud", reply_markup=keyboard([("Ja", "old")]))
    await bot.send_message(7, "nieuw", reply_markup=keyboard([("Ja", "yes"), ("Nee", "no")]))
    press = student.presses("Ja")
    student.presses("no")
    first, second = await bot.get_updates()
    assert first.callback_query
    assert second.callback_query
    assert (first.callback_query.data, second.callback_query.data) == ("yes", "no")
    assert first.callback_query.message
    assert first.callback_query.message.message_id == press.message_id == 3
    assert press.answer is None
    await first.callback_query.answer("Genoteerd", show_alert=True)
    assert press.answer
    assert (press.answer.text, press.answer.alert) == ("Genoteerd", True)
    assert [p.data for p in api.answered] == ["yes"]
    for query in (press.id, "unknown"):
        with refused("Query is too old and response timeout expired"):
            await bot.answer_callback_query(query)
    api.later(16)
    with refused("Query is too old"):
        await bot.answer_callback_query(second.callback_query.id)
    with pytest.raises(AssertionError, match="no button 'Misschien'"):
        student.presses("Misschien")


async def test_an_old_button_can_still_be_pressed(bot: Bot, student: User) -> None:
    sent = await bot.send_message(7, "een", reply_markup=keyboard([("Ja", "y")]))
    (before,) = student.inbox
    await bot.edit_message_text("twee", 7, sent.message_id)
    student.presses("Ja", message=before)
    await bot.delete_message(7, sent.message_id)
    student.presses("Ja", message=before)
    stale, gone = [u.callback_query for u in await bot.get_updates()]
    assert stale
    assert gone
    assert stale.message
    assert gone.message
    assert (stale.data, stale.message.is_accessible) == ("y", True)
    assert (gone.data, gone.message.is_accessible) == ("y", False)


async def test_the_keyboard_below_the_chat(api: BotApi, student: User) -> None:
    markup = {"keyboard": [["Hulp nu"], [{"text": "Stop"}]]}
    raw(api, "sendMessage", chat_id=7, text="x", reply_markup=markup)
    assert student.keyboard == [["Hulp nu"], ["Stop"]]
    assert student.taps("Stop").text == "Stop"
    raw(api, "sendMessage", chat_id=7, text="x", reply_markup={"remove_keyboard": True})
    assert student.keyboard == []


# Groups


async def test_groups(api: BotApi, bot: Bot, student: User) -> None:
    team = api.group(-100, "Studieadvies", type="group")
    asked = await bot.send_message(-100, "vraag", reply_markup=keyboard([("Oppakken", "take")]))
    team.presses(student, "Oppakken")
    answer = team.says(student, "ik bel", reply_to=asked.message_id)
    press, message = await bot.get_updates()
    assert press.callback_query
    assert message.message
    assert message.message.chat.title == "Studieadvies"
    assert message.message.reply_to_message
    assert message.message.reply_to_message.message_id == asked.message_id == 1
    with refused("Message can't be deleted"):
        await bot.delete_message(-100, answer.id)
    await got(bot)
    team.moves_to(api.group(-200), student)
    away, here = await messages(bot)
    assert (away.chat_id, away.migrate_to_chat_id) == (-100, -200)
    assert (here.chat_id, here.migrate_from_chat_id) == (-200, -100)
    with pytest.raises(ChatMigrated) as moved:
        await bot.send_message(-100, "x")
    assert moved.value.new_chat_id == -200
    api.group(-200).removes_bot(student)
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(-200, "x")


async def test_the_bot_comes_into_a_group(api: BotApi, bot: Bot, student: User) -> None:
    team = api.group(title="Team", members=[student], bot_is_in=False)
    with refused("chat not found"):
        await bot.send_message(team.id, "hallo")
    with pytest.raises(AssertionError, match="the bot is not in this group"):
        team.says(student, "hallo")
    team.adds_bot(student, "x7_-")
    added, joined, started = await got(bot)
    change = added.my_chat_member
    assert change
    assert (change.chat.id, change.from_user.id) == (team.id, 7)
    assert str(team.id).startswith("-100")
    assert (change.old_chat_member.status, change.new_chat_member.status) == ("left", "member")
    assert joined.message
    assert [member.id for member in joined.message.new_chat_members] == [bot.id]
    assert started.message
    assert started.message.text == "/start@wegwijs_test_bot x7_-"
    assert [entity.length for entity in started.message.entities] == [23]
    assert (started.message.chat.type, started.message.chat.title) == ("supergroup", "Team")
    team.adds_bot(student, "again")
    assert [m.text for m in await messages(bot)] == ["/start@wegwijs_test_bot again"]
    for payload in ("a b", "a" * 65):
        with pytest.raises(AssertionError, match="no app of Telegram"):
            team.adds_bot(student, payload)
    with pytest.raises(AssertionError, match="user 8 is not in group"):
        team.says(api.user(8), "hallo")
    with pytest.raises(AssertionError, match="user 8 is not in group"):
        team.presses(api.user(8), "Oppakken")


async def test_the_bot_gets_and_loses_rights(api: BotApi, bot: Bot, student: User) -> None:
    team = api.group(title="Team", bot_is_in=False)
    team.adds_bot(student, rights={"can_manage_chat", "can_manage_topics"})
    team.demotes_bot(student)
    team.promotes_bot(student, RIGHTS)
    team.removes_bot(student)
    with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
        await bot.send_message(team.id, "x")
    team.adds_bot(student)
    await bot.send_message(team.id, "x")
    changes = await members(bot)
    assert [(c.old_chat_member.status, c.new_chat_member.status) for c in changes] == [
        ("left", "administrator"),
        ("administrator", "member"),
        ("member", "administrator"),
        ("administrator", "kicked"),
        ("kicked", "member"),
    ]
    few, all = changes[0].new_chat_member, changes[2].new_chat_member
    assert isinstance(few, ChatMemberAdministrator)
    assert isinstance(all, ChatMemberAdministrator)
    assert (few.can_manage_topics, few.can_delete_messages) == (True, False)
    assert (all.can_manage_topics, all.can_delete_messages) == (True, True)


async def test_in_privacy_mode_it_reads_what_is_meant_for_it(student: User) -> None:
    with BotApi(privacy=True) as api:
        async with connected(api) as bot:
            assert not (await bot.get_me()).can_read_all_group_messages
            team = api.group(title="Team")
            card = await bot.send_message(team.id, "x", reply_markup=keyboard([("Ja", "y")]))
            own = team.says(student, "onderling")
            team.edits(student, own, "onderling!")
            team.says(student, "ook onderling", reply_to=own)
            team.says(student, "/klaar@another_bot")
            team.says(student, "/klaar")
            team.says(student, "/klaar@Wegwijs_Test_bot 5")
            answer = team.says(student, "ik bel", reply_to=card.message_id)
            team.edits(student, answer, "ik mail")
            team.presses(student, "Ja")
            read = await got(bot)
            assert [u.effective_message.text for u in read if u.effective_message] == [
                "/klaar",
                "/klaar@Wegwijs_Test_bot 5",
                "ik bel",
                "ik mail",
                "x",
            ]
            team.promotes_bot(student)
            team.says(student, "onderling")
            assert [m.text for m in await messages(bot)] == ["onderling"]


async def test_a_reply_is_a_thread_but_no_topic(api: BotApi, bot: Bot, student: User) -> None:
    for team, thread in ((api.group(), 1), (api.group(forum=True), 2)):
        first = await bot.send_message(team.id, "vraag")
        second = team.says(student, "antwoord", reply_to=first.message_id)
        team.says(student, "nog een", reply_to=second)
        team.says(student, "los")
        read = await messages(bot)
        assert [m.message_thread_id for m in read] == [thread, thread, None]
        assert not any(m.is_topic_message for m in read)
        with refused("message thread not found"):
            await bot.send_message(team.id, "x", message_thread_id=thread)


# Topics


async def test_topics(api: BotApi, bot: Bot, student: User) -> None:
    team = api.group(title="Team", forum=True, bot_is_admin=True)
    made = await bot.create_forum_topic(team.id, "  Noor\n · Leiden ")
    assert (made.name, made.icon_color) == ("Noor · Leiden", 7322096)
    card = await bot.send_message(
        team.id,
        "kaart",
        message_thread_id=made.message_thread_id,
        reply_markup=keyboard([("Oppakken", "take")]),
    )
    assert card.is_topic_message
    assert card.chat.is_forum
    (seen,) = team.inbox
    assert (seen.text, seen.topic) == ("kaart", made.message_thread_id)
    assert [(m.service, m.topic) for m in team.messages if m.service] == [
        ("forum_topic_created", made.message_thread_id)
    ]
    team.presses(student, "Oppakken")
    press, *_ = await got(bot)
    assert press.callback_query
    assert isinstance(press.callback_query.message, Message)
    assert press.callback_query.message.message_thread_id == made.message_thread_id
    answer = await bot.send_message(team.id, "x", reply_parameters=ReplyParameters(card.message_id))
    assert answer.message_thread_id == made.message_thread_id  # that of the message it answers
    assert team.inbox[-1].reply_to == card.message_id
    general = await bot.send_message(team.id, "voor allen")
    assert (general.message_thread_id, general.is_topic_message) == (None, None)
    assert (await bot.create_forum_topic(team.id, "x" * 200)).name == "x" * 128
    with refused("title must be non-empty"):
        await bot.create_forum_topic(team.id, " ")
    for number in (1, card.message_id, 99):
        with refused("message thread not found"):
            await bot.send_message(team.id, "x", message_thread_id=number)


async def test_what_members_write_in_topics(api: BotApi, bot: Bot, student: User) -> None:
    team = api.group(forum=True, bot_is_admin=True)
    made = await bot.create_forum_topic(team.id, "Noor")
    card = await bot.send_message(team.id, "kaart", message_thread_id=made.message_thread_id)
    team.says(student, "ik bel", reply_to=card.message_id)
    team.says(student, "notitie", topic=made.message_thread_id)
    own = team.adds_topic(student, "Overleg")
    team.says(student, "voor allen")
    reply, note, created, general = await messages(bot)
    assert reply.reply_to_message
    assert (reply.reply_to_message.text, reply.is_topic_message) == ("kaart", True)
    assert reply.reply_to_message.reply_to_message is None
    assert note.message_thread_id == made.message_thread_id
    assert note.reply_to_message  # the service message by the bot, though it answers nothing
    assert note.reply_to_message.forum_topic_created
    assert note.reply_to_message.from_user
    assert note.reply_to_message.from_user.is_bot
    assert created.forum_topic_created
    assert (created.forum_topic_created.name, created.message_thread_id) == ("Overleg", own.id)
    assert created.reply_to_message is None
    assert (general.message_thread_id, general.is_topic_message) == (None, None)
    assert [topic.name for topic in team.topics] == ["Noor", "Overleg"]
    with pytest.raises(AssertionError, match="no topic 99"):
        team.says(student, "x", topic=99)


async def test_topics_are_renamed_closed_and_deleted(api: BotApi, bot: Bot, student: User) -> None:
    team = api.group(forum=True, bot_is_admin=True)
    made = (await bot.create_forum_topic(team.id, "Noor")).message_thread_id
    await bot.edit_forum_topic(team.id, made, name="Noor ✓")
    await bot.close_forum_topic(team.id, made)
    assert [(topic.name, topic.closed) for topic in team.topics] == [("Noor ✓", True)]
    await bot.send_message(team.id, "x", message_thread_id=made)  # the one who made it may
    with refused("TOPIC_NOT_MODIFIED"):
        await bot.close_forum_topic(team.id, made)
    with refused("TOPIC_NOT_MODIFIED"):
        await bot.edit_forum_topic(team.id, made, name="Noor ✓")
    await bot.reopen_forum_topic(team.id, made)
    team.closes_topic(student, made)
    team.reopens_topic(student, made)
    closed, opened = await messages(bot)
    assert closed.forum_topic_closed
    assert opened.forum_topic_reopened
    assert [m.service for m in team.messages if m.service] == [
        "forum_topic_created",
        "forum_topic_edited",
        "forum_topic_closed",
        "forum_topic_reopened",
        "forum_topic_closed",
        "forum_topic_reopened",
    ]
    with refused("message can't be deleted"):
        await bot.delete_message(team.id, made)
    await bot.delete_forum_topic(team.id, made)
    assert (team.topics, team.messages) == ([], [])
    with refused("TOPIC_ID_INVALID"):
        await bot.delete_forum_topic(team.id, made)
    with refused("invalid message thread identifier specified"):
        await bot.delete_forum_topic(team.id, 0)


async def test_a_member_deletes_a_topic(api: BotApi, bot: Bot, student: User) -> None:
    team = api.group(forum=True, bot_is_admin=True)
    made = (await bot.create_forum_topic(team.id, "Noor")).message_thread_id
    card = await bot.send_message(team.id, "kaart", message_thread_id=made)
    general = await bot.send_message(team.id, "voor allen")
    team.deletes_topic(made)
    assert await got(bot) == []
    assert [m.id for m in team.messages] == [general.message_id]
    with refused("message thread not found"):
        await bot.send_message(team.id, "x", message_thread_id=made)
    with refused("message to edit not found"):
        await bot.edit_message_text("x", team.id, card.message_id)
    with refused("message to be replied not found"):
        await bot.send_message(team.id, "x", reply_parameters=ReplyParameters(card.message_id))
    for change in (bot.close_forum_topic, bot.reopen_forum_topic, bot.delete_forum_topic):
        with refused("TOPIC_ID_INVALID"):
            await change(team.id, made)


async def test_topics_need_a_forum_and_rights(api: BotApi, bot: Bot, student: User) -> None:
    with refused("the chat is not a forum"):
        await bot.create_forum_topic(api.group(bot_is_admin=True).id, "Noor")
    team = api.group(forum=True)
    with refused("not enough rights to create a topic"):
        await bot.create_forum_topic(team.id, "Noor")
    theirs = team.adds_topic(student, "Noor")
    await bot.send_message(team.id, "x", message_thread_id=theirs.id)
    team.closes_topic(student, theirs)
    with refused("TOPIC_CLOSED"):
        await bot.send_message(team.id, "x", message_thread_id=theirs.id)
    with refused("not enough rights to edit the topic"):
        await bot.edit_forum_topic(team.id, theirs.id, name="x")
    with refused("not enough rights to close or open the topic"):
        await bot.reopen_forum_topic(team.id, theirs.id)
    team.promotes_bot(student, {"can_manage_topics"})
    await bot.send_message(team.id, "x", message_thread_id=theirs.id)
    await bot.reopen_forum_topic(team.id, theirs.id)
    with refused("not enough rights to delete the topic"):
        await bot.delete_forum_topic(team.id, theirs.id)


# What the bot says of itself


async def test_names_and_commands_in_two_languages(api: BotApi, bot: Bot) -> None:
    assert (await bot.get_my_name()).name == "Wegwijs"
    await bot.set_my_name("Signpost", "en")
    assert (await bot.get_my_name("en")).name == "Signpost"
    assert (await bot.get_my_name("nl")).name == "Wegwijs"
    await bot.set_my_description("Vertel wat er speelt")
    await bot.set_my_short_description("Kort", "nl")
    assert (await bot.get_my_description("de")).description == "Vertel wat er speelt"
    assert (await bot.get_my_short_description("nl")).short_description == "Kort"
    assert (await bot.get_my_short_description()).short_description == ""
    await bot.set_my_commands([BotCommand("help", "Uitleg")])
    await bot.set_my_commands([("help", "Help")], language_code="en")
    assert await bot.get_my_commands() == (BotCommand("help", "Uitleg"),)
    assert await bot.get_my_commands(language_code="de") == ()
    assert api.commands("en") == {"help": "Help"}


@pytest.mark.parametrize(
    ("call", "description"),
    [
        (lambda b: b.set_my_name("x" * 65), "BOT_TITLE_INVALID"),
        (lambda b: b.set_my_name("x", "dutch"), "Invalid language code specified"),
        (lambda b: b.set_my_description("x" * 513), "BOT_DESCRIPTION_TOO_LONG"),
        (lambda b: b.set_my_short_description("x" * 121), "BOT_SHORT_DESCRIPTION_TOO_LONG"),
        (lambda b: b.set_my_commands([("Help", "x")]), "BOT_COMMAND_INVALID"),
        (lambda b: b.set_my_commands([("a" * 33, "x")]), "Command length must not exceed 32"),
        (lambda b: b.set_my_commands([("a", "")]), "Command description must be non-empty"),
        (lambda b: b.set_my_commands([("a", "x" * 257)]), "Command description length must not"),
        (lambda b: b.set_my_commands([("a", "x")] * 101), "BOT_COMMANDS_TOO_MUCH"),
    ],
)
async def test_names_and_commands_that_are_refused(
    bot: Bot, call: Callable[[Bot], Awaitable[object]], description: str
) -> None:
    with refused(description):
        await call(bot)


async def test_logging_out_and_closing(api: BotApi, bot: Bot) -> None:
    with pytest.raises(RetryAfter):
        await bot.close()
    await bot.log_out()
    assert raw(api, "getMe")["description"] == "Logged out"


# Flood control and faults


async def test_too_many_messages_close_the_chat_for_a_while(
    api: BotApi, bot: Bot, student: User
) -> None:
    api.flood = Flood(per_chat=2, retry_after=3)
    api.user(8).starts()
    for text in "ab":
        await bot.send_message(7, text)
    for _ in range(2):
        with pytest.raises(RetryAfter) as caught:
            await bot.send_message(7, "c")
        assert caught.value.retry_after == 3
    await bot.send_message(8, "a")
    api.later(3)
    await bot.send_message(7, "c")
    assert [m.text for m in student.inbox] == ["a", "b", "c"]
    answer = api.calls[-4]
    assert (answer.code, answer.description) == (429, "Too Many Requests: retry after 3")


async def test_too_many_messages_over_all_and_in_a_group(api: BotApi, bot: Bot) -> None:
    api.group(-100)
    api.flood = Flood(overall=3, per_group_a_minute=2)
    for _ in range(2):
        await bot.send_message(-100, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(-100, "x")
    for id in (1, 2):
        api.user(id).starts()
    await bot.send_message(1, "x")
    with pytest.raises(RetryAfter):
        await bot.send_message(2, "x")


@pytest.mark.parametrize(
    ("fault", "error", "delivered"),
    [
        (Fault.FLOOD, RetryAfter, 0),
        (Fault.INTERNAL, NetworkError, 0),
        (Fault.BAD_GATEWAY, NetworkError, 0),
        (Fault.DROPPED_BEFORE, NetworkError, 0),
        (Fault.DROPPED_AFTER, NetworkError, 1),
        (Fault.SLOW, TimedOut, 1),
    ],
)
async def test_faults(
    api: BotApi, student: User, fault: Fault, error: type[Exception], delivered: int
) -> None:
    async with connected(api, read_timeout=0.3) as bot:
        api.faults.next(fault, "sendMessage", retry_after=5, seconds=5)
        await bot.get_me()
        with pytest.raises(error):
            await bot.send_message(7, "hallo")
        assert len(student.inbox) == delivered
        assert api.calls[-1].outcome == fault.value
        await bot.send_message(7, "nog eens")
        assert len(student.inbox) == delivered + 1


async def test_a_dropped_connection_says_nothing_at_all(api: BotApi, student: User) -> None:
    api.faults.next(Fault.DROPPED_AFTER)
    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        raw(api, "sendMessage", chat_id=7, text="x")


async def test_faults_by_chance_are_the_same_every_time(student: User) -> None:
    outcomes = []
    for _ in range(2):
        with BotApi() as api:
            api.faults.sometimes([Fault.INTERNAL, Fault.FLOOD], "getMe", chance=0.5, seed=3)
            for _ in range(20):
                raw(api, "getMe")
            outcomes.append([call.outcome for call in api.calls])
    assert outcomes[0] == outcomes[1]
    assert set(outcomes[0]) == {"ok", "internal", "flood"}


async def test_the_server_can_be_away(api: BotApi, bot: Bot, student: User) -> None:
    polling = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.to_thread(api.wait_for_call, "getUpdates", done=False)
    with api.unreachable():
        with pytest.raises(NetworkError):
            await polling
        with pytest.raises(NetworkError):
            await bot.get_me()
        student.says("hallo?")
    assert len(await bot.get_updates()) == 1


# Push


class Receiver:
    """A bot behind a webhook: says 500 to the first `refusals` updates, and then 200."""

    def __init__(self, refusals: int) -> None:
        self.got: list[tuple[str | None, dict[str, Any]]] = []
        self.refusals = refusals
        self.accepted = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                refused = len(receiver.got) < receiver.refusals
                with receiver.accepted:
                    secret = self.headers.get("X-Telegram-Bot-Api-Secret-Token")
                    receiver.got.append((secret, json.loads(body)))
                    receiver.accepted.notify_all()
                self.send_response(500 if refused else 200)
                self.end_headers()

            def log_message(self, format: str, *args: Any) -> None:
                pass

        self.server = HTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"

    def texts(self) -> list[str]:
        return [update["message"]["text"] for _, update in self.got]


@contextmanager
def receiver(refusals: int = 0) -> Iterator[Receiver]:
    receiver = Receiver(refusals)
    with ThreadPoolExecutor(1) as pool:
        pool.submit(receiver.server.serve_forever, 0.01)
        try:
            yield receiver
        finally:
            receiver.server.shutdown()
            receiver.server.server_close()


async def test_updates_are_pushed_in_order_until_they_are_taken(
    api: BotApi, bot: Bot, student: User
) -> None:
    student.says("een")
    with receiver(refusals=2) as hook:
        await bot.set_webhook(hook.url, secret_token="s3cret", allowed_updates=ALL_UPDATES)
        student.says("twee")
        await asyncio.to_thread(api.wait_until_confirmed)
        assert hook.texts() == ["een", "een", "een", "twee"]
        assert {secret for secret, _ in hook.got} == {"s3cret"}
        assert Update.de_json(hook.got[0][1], bot)
        info = await bot.get_webhook_info()
        assert (info.url, info.pending_update_count) == (hook.url, 0)
        assert info.last_error_message == (
            "Wrong response from the webhook: 500 Internal Server Error"
        )
        api.repeat_last_update()
        await asyncio.to_thread(api.wait_until_confirmed)
        assert hook.texts()[-2:] == ["twee", "twee"]
        with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
            await bot.get_updates()
        await bot.delete_webhook()
    student.says("drie")
    assert len(await bot.get_updates()) == 1


async def test_a_webhook_ends_the_one_who_waits(api: BotApi, bot: Bot) -> None:
    waiting = asyncio.create_task(bot.get_updates(timeout=20))
    await asyncio.to_thread(api.wait_for_call, "getUpdates", done=False)
    await bot.set_webhook("https://example.org/hook")
    with pytest.raises(Conflict, match="terminated by setWebhook request"):
        await waiting


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"url": "http://x.nl"}, "bad webhook: An HTTPS URL must be provided for webhook"),
        (
            {"url": "https://x.nl", "secret_token": "a b"},
            "secret token contains unallowed characters",
        ),
        (
            {"url": "https://x.nl:81"},
            "bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443",
        ),
    ],
)
def test_webhooks_that_are_refused(api: BotApi, params: dict[str, str], description: str) -> None:
    assert raw(api, "setWebhook", **params)["description"] == f"Bad Request: {description}"


# Waiting


async def test_waiting_for_what_the_bot_says(api: BotApi, bot: Bot, student: User) -> None:
    said = student.says("hallo")

    async def answers() -> None:
        await bot.send_message(7, "Waar studeer je?")
        await bot.send_message(7, "Kies maar", reply_markup=keyboard([("Leiden", "l")]))

    answering = asyncio.create_task(answers())
    found = await asyncio.to_thread(student.wait_for, lambda m: "Leiden" in m.labels, 5, after=said)
    assert found.text == "Kies maar"
    assert len(student.wait_for(2, after=said)) == 2
    assert student.wait_for("studeer").id < found.id
    await answering
    with pytest.raises(AssertionError, match=r"no 3 messages in chat 7; there is\n.*Waar studeer"):
        student.wait_for(3, timeout=0.05)
    student.hears_nothing(0.05)
    quiet = asyncio.create_task(asyncio.to_thread(student.hears_nothing, 5))
    await bot.edit_message_text("Kies", 7, found.id)
    await asyncio.sleep(0)
    await bot.send_message(7, "toch nog iets")
    with pytest.raises(AssertionError, match="not silent"):
        await quiet
