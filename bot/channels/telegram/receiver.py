"""Takes updates from Telegram and has each handled: commit first, then tell Telegram to go on.

A batch is grouped by chat: in order within a chat, chats side by side. Only when all of a batch is
committed (or given up) is the offset moved, so that a crash loses nothing; what comes twice is
recognised by its id.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
from collections import defaultdict
from collections.abc import Awaitable, Callable, Coroutine, Iterable
from typing import Any, TypeVar, cast
from urllib.parse import urlencode

from telegram import Bot, Update
from telegram.error import (
    BadRequest,
    Conflict,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)
from telegram.request import BaseRequest

from bot.cases import Cases, StaffArrived
from bot.channels.telegram.answering import Answering
from bot.channels.telegram.put import one_line
from bot.channels.telegram.sender import seconds_of
from bot.channels.telegram.translate import (
    WANTED,
    InGroup,
    Invited,
    Left,
    Moved,
    chat_of,
    language_of,
    translate,
)
from bot.conversation import Said
from bot.conversation.colleague import StaffWords
from bot.engine import Arrived, Engine
from bot.reviews import Reviews
from bot.store.port import Outgoing, Store
from bot.text import Language

_log = logging.getLogger(__name__)
T = TypeVar("T")
_TRIES = 3
_POLL = 50  # seconds that Telegram may hold a request open
_BATCH = 100
_REMIND = 60  # failures between two lines about the same trouble
_RUSH = 20  # things going on beside each other: nobody sees "typing" any more
_SLOW = 0.5  # seconds before "typing" is shown
_PAUSES = (0.5, 1, 2, 5, 10)  # seconds, after a network error
_ANSWERED = 1.0  # seconds that the next updates wait for the answer to a press
_ANSWERING = (0.2, 0.5, 1)  # seconds before the answer to a press is tried again
_MOST_GROUPS = 1_000  # groups that are remembered as spoken to


class Handler:
    """What polling and webhook share: one update, as JSON, handled once or given up."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        engine: Engine,
        wake: Callable[[], None],
        sorry: Callable[[Language], str],
        only_private: Callable[[Language], str],
        cases: Cases,
        reviews: Reviews,
        danger: Callable[[str], object],
        answering: Answering,
    ) -> None:
        self._answering = answering
        self._bot = bot
        self._store = store
        self._engine = engine
        self._wake = wake
        self._sorry = sorry
        self._only_private = only_private
        self._cases = cases
        self._reviews = reviews
        self._danger = danger
        self._aside: set[asyncio.Task[Any]] = set()
        self._groups: set[int] = set()

    async def handle_all(self, raw: Iterable[dict[str, Any]]) -> None:
        """A batch: in order within a chat, chats side by side.

        Who is cancelled while waiting for this does not cut a turn in half; see `finish`.
        """
        by_chat: dict[int, list[dict[str, Any]]] = defaultdict(list)
        for one in raw:
            by_chat[_chat_in(one)].append(one)
        chats = [self._beside(self._in_order(those)) for those in by_chat.values()]
        if chats:
            await asyncio.wait(chats)
        for chat in chats:
            chat.result()

    async def finish(self, within: float) -> None:
        """Finish what is being handled, at most so many seconds; the rest Telegram sends again."""
        if self._aside:
            _, late = await asyncio.wait(tuple(self._aside), timeout=within)
            for task in late:
                task.cancel()

    async def _in_order(self, raw: Iterable[dict[str, Any]]) -> None:
        for one in raw:
            await self.handle(one)

    async def handle(self, raw: dict[str, Any]) -> None:
        """Handle one update, or give it up after three tries with an honest word to the student.

        Raises what the store raises when nothing can be kept: then Telegram keeps the update.
        """
        id = int(raw["update_id"])
        while True:
            try:
                with self._answering:
                    await self._handle(raw)
                return
            except Exception as error:
                tries = await self._store.failed(id, type(error).__name__)
                if tries >= _TRIES:
                    # Only the kind of error: its text may quote a student.
                    _log.error("Update given up after %s tries (%s).", tries, type(error).__name__)
                    await self._give_up(id, raw)
                    return

    async def _give_up(self, id: int, raw: dict[str, Any]) -> None:
        chat = _chat_in(raw)
        apology: tuple[Outgoing, ...] = ()
        if chat > 0:
            apology = (one_line(self._sorry(_language_in(raw))),)
        await self._store.give_up(id, chat, apology)
        self._wake()

    async def _handle(self, raw: dict[str, Any]) -> None:
        update = Update.de_json(raw, self._bot)
        if update.callback_query is None:
            await self._act_on(update)
            return
        answering = self._beside(self._answer(update.callback_query.id))
        await self._act_on(update)
        # Before Telegram is told to go on: killed in between, it comes again and is answered.
        await asyncio.wait((answering,), timeout=_ANSWERED)

    async def _act_on(self, update: Update) -> None:
        match translate(update, self._cases.is_staff):
            case None:
                await self._store.give_up(update.update_id, chat_of(update), ())
            case InGroup(id, chat, language):
                await self._store.give_up(id, chat, self._in_group(chat, language))
                self._wake()
            case Left(id, chat, back):
                if not await self._store.seen(id):
                    await (self._store.unblocked(chat) if back else self._store.blocked(chat))
                    await self._store.give_up(id, chat, ())
                    self._cases.changed()
            case Moved(id, chat, to):
                await self._cases.moved(chat, to)
                await self._store.give_up(id, chat, ())
            case Invited(id, chat, language, key, group, forum):
                await self._cases.invited(id, chat, language, key, group=group, forum=forum)
            case StaffArrived() as by_staff:
                arrived = await self._of_student(update, by_staff)
                if arrived is not None:
                    await self._engine.handle(arrived)
                elif by_staff.review is not None:
                    await self._reviews.handle(by_staff)
                else:
                    await self._cases.handle(by_staff)
            case Arrived() as arrived:
                handling = asyncio.create_task(self._engine.handle(arrived))
                if not (await asyncio.wait([handling], timeout=_SLOW))[0]:
                    self._show_typing(arrived.chat)
                await handling

    async def _of_student(self, update: Update, by_staff: StaffArrived) -> Arrived | None:
        """Staff are people too: what one of them types to nobody, and shows danger, is not."""
        event = by_staff.event
        private = by_staff.place > 0 and by_staff.reply_to is None
        if not private or not isinstance(event, StaffWords) or not event.words:
            return None
        if await asyncio.to_thread(self._danger, event.words) is None:
            return None
        user = update.effective_user
        language = language_of(user.language_code if user is not None else None)
        return Arrived(by_staff.id, by_staff.place, language, Said(event.words))

    def _in_group(self, chat: int, language: Language) -> tuple[Outgoing, ...]:
        """One polite line; a second one only after a restart, for what was said is not kept."""
        if chat in self._groups or len(self._groups) >= _MOST_GROUPS:
            return ()
        self._groups.add(chat)
        return (one_line(self._only_private(language)),)

    async def _answer(self, query: str) -> None:
        """At once, so that the button does not seem stuck. Twice or too late is no harm."""
        for pause in _ANSWERING:
            try:
                await self._bot.answer_callback_query(query)
                return
            except RetryAfter as error:
                await asyncio.sleep(seconds_of(error))
            except BadRequest:
                return  # too old
            except TelegramError:
                await asyncio.sleep(pause)

    def _show_typing(self, chat: int) -> None:
        """Not where it would make a great rush greater."""
        if len(self._aside) < _RUSH:
            self._beside(self._typing(chat))

    async def _typing(self, chat: int) -> None:
        with contextlib.suppress(TelegramError):
            await self._bot.send_chat_action(chat, "typing")

    def _beside(self, what: Coroutine[Any, Any, T]) -> asyncio.Task[T]:
        task = asyncio.create_task(what)
        self._aside.add(task)
        task.add_done_callback(self._done)
        return task

    def _done(self, task: asyncio.Task[Any]) -> None:
        self._aside.discard(task)
        if not task.cancelled():
            task.exception()  # whoever waits for it hears of it; nobody else needs to


class Updates:
    """Asks Telegram for updates as they are: one that the library cannot read, and would refuse
    together with the rest, must not hold up the others."""

    def __init__(self, bot: Bot, request: BaseRequest) -> None:
        """`request`: a connection for this alone, for it is held open."""
        self._bot = bot
        self._request = request

    async def __call__(self, offset: int | None, seconds: int) -> list[dict[str, Any]]:
        """What came from this number on; waits so many seconds for something to come."""
        wanted: dict[str, Any] = {
            "limit": _BATCH,
            "timeout": seconds,
            "allowed_updates": json.dumps(WANTED),
        }
        if offset is not None:
            wanted["offset"] = offset
        found = await self._request.post(
            f"{self._bot.base_url}/getUpdates?{urlencode(wanted)}", read_timeout=seconds + 15
        )
        return cast(list[dict[str, Any]], found)


async def poll(
    updates: Callable[[int | None, int], Awaitable[list[dict[str, Any]]]],
    handler: Handler,
    alive: Callable[[], None],
) -> None:
    """Ask for updates until cancelled. `alive` is called after each answer that was handled.

    Raises InvalidToken when Telegram no longer knows the bot.
    """
    offset: int | None = None
    seconds = 0  # the first time: what is there already
    failures = 0
    while True:
        try:
            raw = await updates(offset, seconds)
            await handler.handle_all(raw)
        except InvalidToken:
            raise
        except RetryAfter as error:
            await asyncio.sleep(seconds_of(error))
        except Exception as error:
            pause = _PAUSES[min(failures, len(_PAUSES) - 1)]
            failures += 1
            _tell(error, failures)
            await asyncio.sleep(pause)
        else:
            failures, seconds = 0, _POLL
            if raw:
                offset = raw[-1]["update_id"] + 1
            alive()


def _tell(error: Exception, failures: int) -> None:
    """Once when it begins, and now and then as long as it lasts."""
    if isinstance(error, Conflict):
        if failures % _REMIND == 1:
            _log.error(
                "Another program is using this bot's token. Stop it: only one may ask for updates."
            )
    elif isinstance(error, TimedOut | NetworkError):
        if failures % _REMIND == 3:
            _log.warning("Telegram cannot be reached (%s). Trying again.", type(error).__name__)
    else:
        _log.error("Updates could not be handled (%s). Trying again.", type(error).__name__)


def _chat_in(raw: dict[str, Any]) -> int:
    """The chat of an update that perhaps cannot be read as one; 0 where there is none."""
    for name in ("message", "edited_message", "my_chat_member"):
        chat = _within(raw, name, "chat", "id")
        if isinstance(chat, int):
            return chat
    chat = _within(raw, "callback_query", "message", "chat", "id")
    return chat if isinstance(chat, int) else 0


def _language_in(raw: dict[str, Any]) -> Language:
    for name in ("message", "edited_message", "callback_query"):
        code = _within(raw, name, "from", "language_code")
        if isinstance(code, str):
            return language_of(code)
    return "nl"


def _within(raw: Any, *names: str) -> Any:
    for name in names:
        raw = raw.get(name) if isinstance(raw, dict) else None
    return raw
