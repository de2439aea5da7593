"""What arrived from Telegram, as an event; and who it is from."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from telegram import CallbackQuery, Chat, ChatMember, Message, Update

from bot.cases import StaffArrived
from bot.conversation import Commanded, Event, Pressed, Said, Started, Unreadable
from bot.conversation.colleague import (
    STAFF_COMMANDS,
    StaffCommand,
    StaffPress,
    StaffWords,
    case_on,
)
from bot.conversation.colleague.elements import BUTTONS as OF_ELEMENTS
from bot.conversation.colleague.review import review_on
from bot.conversation.reference import OFFERING, read_payload
from bot.engine import Arrived, Pressing
from bot.handover.invitation import INVITATION
from bot.text import Language

# Only these are asked for; everything else Telegram keeps to itself.
WANTED = ("message", "edited_message", "callback_query", "my_chat_member")
_PAYLOAD = re.compile("[A-Za-z0-9_-]{0,64}")  # what a link can hold; else somebody typed it
# Messages that Telegram makes itself, when somebody changes the chat.
_SERVICE = (
    "pinned_message",
    "new_chat_title",
    "new_chat_photo",
    "delete_chat_photo",
    "message_auto_delete_timer_changed",
    "chat_background_set",
    "migrate_to_chat_id",
)
_OF_STAFF = ("c:", *OF_ELEMENTS)  # how the buttons of staff begin
_DUTCH = {"nu": "now", "hulp": "help", "mens": "person", "opnieuw": "restart", "taal": "language"}


@dataclass(frozen=True, slots=True)
class InGroup:
    """Somebody spoke to the bot in a group: one polite line, once."""

    id: int
    chat: int
    language: Language


@dataclass(frozen=True, slots=True)
class Left:
    """The student blocked the bot (`back` False) or came back."""

    id: int
    chat: int
    back: bool


@dataclass(frozen=True, slots=True)
class Invited:
    """Somebody opened an invitation for staff, in their own chat or for a group."""

    id: int
    chat: int
    language: Language
    key: str
    group: bool
    forum: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A group goes on under another number."""

    id: int
    chat: int
    to: int


Incoming = Arrived | InGroup | Left | Invited | Moved | StaffArrived


def language_of(code: str | None) -> Language:
    """Dutch for who has Telegram in Dutch, else English. The code is an IETF tag, or absent."""
    return "nl" if (code or "").lower().startswith("nl") else "en"


def chat_of(update: Update) -> int:
    """The chat an update belongs to; 0 for one without."""
    return update.effective_chat.id if update.effective_chat is not None else 0


def _nobody(chat: int) -> bool:
    return False


def translate(update: Update, is_staff: Callable[[int], bool] = _nobody) -> Incoming | None:
    """What it means to us; None for what does not concern us. `is_staff`: of which chats."""
    if update.my_chat_member is not None:
        return _member(update)
    if update.callback_query is not None:
        return _pressed(update.update_id, update.callback_query, is_staff)
    message = update.message or update.edited_message
    if message is not None and message.migrate_to_chat_id is not None:
        return Moved(update.update_id, message.chat.id, message.migrate_to_chat_id)
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    language = language_of(message.from_user.language_code)
    invited = _invited(update.update_id, message, language)
    if invited is not None:
        return invited
    if is_staff(message.chat.id):
        if update.edited_message is not None:
            return None  # what was passed on cannot be taken back
        by_staff = _of_staff(update.update_id, message)
        if by_staff is not None or message.chat.type != Chat.PRIVATE:
            return by_staff
    if message.chat.type != Chat.PRIVATE:
        spoken_to = message.text is not None and message.text.startswith("/")
        return InGroup(update.update_id, message.chat.id, language) if spoken_to else None
    edited = update.edited_message is not None
    event = _event(message, language)
    if event is None or (edited and not isinstance(event, Said)):
        return None
    return Arrived(
        update.update_id,
        message.chat.id,
        language,
        event,
        text_id=message.message_id if isinstance(event, Said) else None,
        edited=edited,
    )


def _invited(id: int, message: Message, language: Language) -> Invited | None:
    name, payload = _command(message.text or "")
    if name != "start" or not payload.startswith(INVITATION):
        return None
    if not _PAYLOAD.fullmatch(payload):
        return None
    group = message.chat.type != Chat.PRIVATE
    key = payload.removeprefix(INVITATION)
    return Invited(id, message.chat.id, language, key, group, bool(message.chat.is_forum))


def _of_staff(id: int, message: Message) -> StaffArrived | None:
    """A command of the staff, a reply to a message about a case, or words to nobody.

    In their own chat all other commands are those of everybody; in a group what is neither a
    command nor a reply to us is between colleagues.
    """
    if message.from_user is None:
        return None
    private = message.chat.type == Chat.PRIVATE
    said = message.text or message.caption or ""
    if said.startswith("/"):
        name, rest = _command(said)
        if name not in STAFF_COMMANDS:
            return None
        return StaffArrived(id, message.chat.id, message.from_user.id, StaffCommand(name, rest))
    thread = message.message_thread_id if message.is_topic_message else None
    reply = message.reply_to_message
    # A plain message in a topic seems a reply to what opened the topic.
    replied = reply.message_id if reply is not None and reply.message_id != thread else None
    if replied is None and not private:
        return None
    if any(getattr(message, name) for name in _SERVICE):
        return None
    return StaffArrived(
        id,
        message.chat.id,
        message.from_user.id,
        StaffWords(said),
        replied,
        thread,
        on_it=next(filter(None, map(case_on, _buttons_on(reply))), None) if reply else None,
        review=next(filter(None, map(review_on, _buttons_on(reply))), (None,))[0]
        if reply
        else None,
    )


def _buttons_on(message: Message) -> list[str]:
    """What the buttons on a message say when they are pressed, without the stamp of a screen."""
    rows = message.reply_markup.inline_keyboard if message.reply_markup is not None else ()
    said = (str(button.callback_data or "") for row in rows for button in row)
    return [one.partition(".")[2] for one in said]


def _command(said: str) -> tuple[str, str]:
    """Its name, without the bot's, and what stands behind it; ("", …) for no command."""
    name, _, rest = said.partition(" ")
    return (name[1:].partition("@")[0].lower() if name.startswith("/") else ""), rest.strip()


def _event(message: Message, language: Language) -> Event | None:
    if message.text is None:
        return _other(message)
    if message.text.startswith("/"):
        name, rest = _command(message.text)
        if name == "start" and _PAYLOAD.fullmatch(rest):
            return _started(rest, language)
        if not rest and name.replace("_", "").isalnum():
            return Commanded(_DUTCH.get(name, name))
    return Said(message.text)


def _other(message: Message) -> Event | None:
    """Words under a picture are words; a picture without is something we cannot read."""
    if message.caption:
        return Said(message.caption)
    return None if any(getattr(message, name) for name in _SERVICE) else Unreadable()


def _started(payload: str, language: Language) -> Started:
    """A link: an offering, perhaps with who gave it; `n-<need>`; or an institution. It is from
    outside: checked later."""
    if payload.startswith(OFFERING):
        offering, referrer = read_payload(payload)
        return Started(language, offering=offering, referrer=referrer)
    if payload.startswith("n-"):
        return Started(language, need=payload[2:])
    return Started(language, institution=payload or None)


def _pressed(
    update_id: int, query: CallbackQuery, is_staff: Callable[[int], bool]
) -> Incoming | None:
    message = query.message
    if message is None:
        return None
    stamp, dot, button = (query.data or "").partition(".")
    about = review_on(button)
    if about is not None and is_staff(message.chat.id):
        press = StaffPress(button)
        user = query.from_user.id
        return StaffArrived(update_id, message.chat.id, user, press, review=about[0])
    if button.startswith(_OF_STAFF) and is_staff(message.chat.id):
        return StaffArrived(update_id, message.chat.id, query.from_user.id, StaffPress(button))
    if message.chat.type != Chat.PRIVATE:
        return None
    return Arrived(
        update_id,
        message.chat.id,
        language_of(query.from_user.language_code),
        Pressed(button if dot else ""),
        stamp=stamp,
        pressed=Pressing(message.message_id, _label(message, query.data)),
    )


def _label(message: object, data: str | None) -> str:
    """What stands on the pressed button; "" where Telegram no longer shows us the message."""
    if not isinstance(message, Message) or message.reply_markup is None:
        return ""
    buttons = (button for row in message.reply_markup.inline_keyboard for button in row)
    return next((button.text for button in buttons if button.callback_data == data), "")


def _member(update: Update) -> Incoming | None:
    change = update.my_chat_member
    if change is None or change.chat.type != Chat.PRIVATE:
        return None
    gone = change.new_chat_member.status in (ChatMember.BANNED, ChatMember.LEFT)
    return Left(update.update_id, change.chat.id, back=not gone)
