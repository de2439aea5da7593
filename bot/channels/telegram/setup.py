"""What the bot is called and can do, as Telegram shows it, in Dutch and English.

Telegram limits how often this may be set, so each is set only where it changed: what was set last
is kept as a hash.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from telegram import Bot
from telegram.error import TelegramError

from bot.store.port import Store
from bot.text import Language, Text, text
from bot.words import Translator

_log = logging.getLogger(__name__)
_NAME = text("telegram.name")
_DESCRIPTION = text("telegram.description")
_SHORT = text("telegram.short-description")
# In the order in which Telegram lists them. Staff have more: see `staff_menu`.
COMMANDS: dict[str, Text] = {
    "now": text("telegram.command-now"),
    "person": text("telegram.command-person"),
    "saved": text("telegram.command-saved"),
    "tips": text("telegram.command-tips"),
    "restart": text("telegram.command-restart"),
    "profile": text("telegram.command-profile"),
    "language": text("telegram.command-language"),
    "help": text("telegram.command-help"),
    "privacy": text("telegram.command-privacy"),
    "mydata": text("telegram.command-mydata"),
    "forget": text("telegram.command-forget"),
}
# English is for everybody whose language has no text of its own.
LANGUAGES: tuple[tuple[Language, str], ...] = (("en", ""), ("nl", "nl"))


async def set_up(bot: Bot, store: Store, translators: Mapping[Language, Translator]) -> bool:
    """Set name, descriptions and commands where they changed; whether all of it is as it should.

    One that Telegram does not take now does not keep the others from being set.
    """
    good = True
    for language, code in LANGUAGES:
        say = translators[language].say
        commands = [(name, say(what)) for name, what in COMMANDS.items()]
        wanted: tuple[tuple[str, Any, Callable[..., Awaitable[bool]]], ...] = (
            ("commands", commands, bot.set_my_commands),
            ("description", say(_DESCRIPTION), bot.set_my_description),
            ("short description", say(_SHORT), bot.set_my_short_description),
            ("name", say(_NAME), bot.set_my_name),
        )
        for what, said, put in wanted:
            note = f"set:{bot.id}:{what}:{code}"
            call = partial(put, said, language_code=code)
            good &= await _where_changed(store, note, str(said), call)
    return good


async def _where_changed(
    store: Store, note: str, said: str, call: Callable[[], Awaitable[object]]
) -> bool:
    """Set one thing, unless it was set so before. False when Telegram does not take it now."""
    digest = hashlib.sha256(said.encode()).hexdigest()
    if await store.remembered(note) == digest:
        return True
    try:
        await call()
    except TelegramError as error:
        _log.warning("The bot's %s is not set yet (%s).", note.split(":")[2], type(error).__name__)
        return False
    await store.remember(note, digest)
    return True
