"""The commands of staff in Telegram's own menu, in the private chat of each of them.

Everybody else sees those of students only. Which chats have the menu is in memory alone: nothing
about a chat is kept for it, and after a start each is set once more, which is no harm.
"""

from __future__ import annotations

import contextlib
import logging
from collections.abc import Iterable, Mapping

from telegram import Bot, BotCommandScopeChat
from telegram.error import BadRequest, Forbidden, RetryAfter, TelegramError

from bot.channels.telegram.setup import COMMANDS, LANGUAGES
from bot.text import Language, Text, text
from bot.words import Translator

_log = logging.getLogger(__name__)
# Before those of students, of which /help is for both.
_OF_STAFF: dict[str, Text] = {
    "inbox": text("telegram.command-inbox"),
    "staff": text("telegram.command-staff"),
    "away": text("telegram.command-away"),
    "hours": text("telegram.command-hours"),
}
_MOST = 100  # chats in one go


def menu_of_staff(translator: Translator) -> list[tuple[str, str]]:
    """Each command with what it does: first those of staff, then those of everybody."""
    return [(name, translator.say(what)) for name, what in {**_OF_STAFF, **COMMANDS}.items()]


class StaffMenus:
    """Gives the menu to who became staff, and takes it from who is no longer."""

    def __init__(self, bot: Bot, translators: Mapping[Language, Translator]) -> None:
        self._bot = bot
        self._menus = {code: menu_of_staff(translators[of]) for of, code in LANGUAGES}
        self._staff: frozenset[int] = frozenset()
        self._touched: set[int] = set()  # where at least a part of it may be
        self._whole: set[int] = set()
        self._refused: set[int] = set()  # asked again when the staff are others

    async def update(self, places: Iterable[int]) -> None:
        """Have it in the private ones of these staff chats and nowhere else, one after the other.

        What fails, or is too much for one go, is for the next time; it keeps no other from it.
        """
        staff = frozenset(place for place in places if place > 0)  # a group is below zero
        if staff != self._staff:
            self._staff, self._refused = staff, set()
        gone = sorted(self._touched - staff)
        new = sorted(staff - self._whole - self._refused)
        errors: list[str] = []
        for chat in [*gone, *new][:_MOST]:
            try:
                await (self._give(chat) if chat in staff else self._take(chat))
            except TelegramError as error:
                errors.append(type(error).__name__)
                if isinstance(error, BadRequest | Forbidden):
                    self._refused.add(chat)
                if isinstance(error, RetryAfter):
                    break  # the others would have to wait as well
        if errors:
            kinds = ", ".join(sorted(set(errors)))
            _log.warning("The menu of staff is not right yet in %d chats (%s).", len(errors), kinds)

    async def _give(self, chat: int) -> None:
        self._touched.add(chat)
        for code, menu in self._menus.items():
            await self._bot.set_my_commands(
                menu, scope=BotCommandScopeChat(chat), language_code=code
            )
        self._whole.add(chat)

    async def _take(self, chat: int) -> None:
        """The menu of everybody comes back by itself. Who blocked us sees none: that is fine."""
        self._whole.discard(chat)
        with contextlib.suppress(BadRequest, Forbidden):
            for code in self._menus:
                await self._bot.delete_my_commands(
                    scope=BotCommandScopeChat(chat), language_code=code
                )
        self._touched.discard(chat)
