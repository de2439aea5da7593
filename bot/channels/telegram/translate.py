"""What arrived from Telegram, as an event; and who it is from."""

from __future__ import annotations

import re
from dataclasses import dataclass

from telegram import CallbackQuery, Chat, ChatMember, Message, Update

from bot.conversation import Commanded, Event, Pressed, Said, Started, Unreadable
from bot.engine import Arrived, Pressing
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


Incoming = Arrived | InGroup | Left


def language_of(code: str | None) -> Language:
    """Dutch for who has Telegram in Dutch, else English. The code is an IETF tag, or absent."""
    return "nl" if (code or "").lower().startswith("nl") else "en"


def chat_of(update: Update) -> int:
    """The chat an update belongs to; 0 for one without."""
    return update.effective_chat.id if update.effective_chat is not None else 0


def translate(update: Update) -> Incoming | None:
    """What it means to us; None for what does not concern us."""
    if update.my_chat_member is not None:
        return _member(update)
    if update.callback_query is not None:
        return _pressed(update.update_id, update.callback_query)
    message = update.message or update.edited_message
    if message is None or message.from_user is None or message.from_user.is_bot:
        return None
    language = language_of(message.from_user.language_code)
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


def _event(message: Message, language: Language) -> Event | None:
    if message.text is None:
        return _other(message)
    if message.text.startswith("/"):
        name, _, rest = message.text[1:].partition(" ")
        name = name.partition("@")[0].lower()
        if name == "start" and _PAYLOAD.fullmatch(rest.strip()):
            return _started(rest.strip(), language)
        if not rest.strip() and name.replace("_", "").isalnum():
            return Commanded(_DUTCH.get(name, name))
    return Said(message.text)


def _other(message: Message) -> Event | None:
    """Words under a picture are words; a picture without is something we cannot read."""
    if message.caption:
        return Said(message.caption)
    return None if any(getattr(message, name) for name in _SERVICE) else Unreadable()


def _started(payload: str, language: Language) -> Started:
    """A link: `o-<offering>`, `n-<need>` or an institution. It is from outside: checked later."""
    if payload.startswith("o-"):
        return Started(language, offering=payload[2:])
    if payload.startswith("n-"):
        return Started(language, need=payload[2:])
    return Started(language, institution=payload or None)


def _pressed(update_id: int, query: CallbackQuery) -> Incoming | None:
    message = query.message
    if message is None or message.chat.type != Chat.PRIVATE:
        return None
    stamp, dot, button = (query.data or "").partition(".")
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
