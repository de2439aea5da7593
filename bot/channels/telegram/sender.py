"""Delivers what the outbox holds: in order within a chat, chats side by side, at Telegram's pace.

A message is claimed, sent and marked. Whether it arrived is not always known: a connection that
breaks after the request leaves it open. Then it goes again: said twice is better than never. What
has to wait for the pace goes back into the outbox, so that a crash finds nothing in our hands but
what was really on its way.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import Protocol

import httpx
from telegram import Bot, ForceReply, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions
from telegram.constants import ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)

from bot.advice.waking import is_waking
from bot.channels.telegram.answering import Answering
from bot.channels.telegram.pace import Pace
from bot.channels.telegram.put import HAND, PICTURE, SAY, Close, Hand, Keyboard, Picture, Say
from bot.store.port import Claimed, Outgoing, Store

_log = logging.getLogger(__name__)
_AT_ONCE = 10  # messages under way, when Telegram is slow
_QUICK = 1.0  # seconds in which a message is nearly always sent and marked
_LOOK = 0.1  # seconds between two looks whether it is
_LONGEST_REST = 1.0  # seconds without a look at the outbox
_AGAIN = (1, 2, 5, 15, 60)  # seconds before the next attempt
_MOST_ATTEMPTS = 40  # half an hour of a service that is down
_MOST_UNSURE = 5  # attempts, when each may have arrived
_MOST_SCREENS = 10_000  # chats of which the newest keyboard is remembered
_TRIES_NOW = 3  # of what goes past the outbox
# What is certain not to have arrived: the request did not get to Telegram.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_NO_LINK_PREVIEW = LinkPreviewOptions(is_disabled=True)
Mark = Callable[[], Awaitable[object]]  # keeps in the outbox what became of a message


@dataclass(frozen=True, slots=True)
class Came:
    """What came of sending: which message it is, whether it has the buttons in use, and whether
    we may keep what was said."""

    message_id: int | None
    screen: bool = False
    keep: bool = True


class Topics(Protocol):
    """What is asked about the groups of staff: `cases.Cases`."""

    def is_forum(self, place: int) -> bool:
        """Whether each case has a topic of its own there."""

    def topic_name(self, case: int, place: int) -> str:
        """What the topic of a case is called."""

    async def repost(self, place: int, case: int, thread: int) -> bool:
        """This topic of a case is gone: say again what was in it. False: there is a new one."""

    async def moved(self, chat: int, to: int) -> None:
        """A group goes on under another number."""


class Sender:
    """Runs beside the receiver, until it is stopped."""

    def __init__(
        self,
        bot: Bot,
        store: Store,
        clock: Callable[[], dt.datetime],
        answering: Answering,
        pace: Pace | None = None,
        topics: Topics | None = None,
    ) -> None:
        """`answering` is shared with who handles updates. `topics`: what is known of staff groups;
        None where there are none."""
        self._topics = topics
        self._answering = answering
        self._bot = bot
        self._store = store
        self._clock = clock
        self._pace = pace or Pace()
        self._awake = asyncio.Event()
        self._stopping = False
        self._finish = 0.0  # seconds for what is under way when we stop
        self._answers: set[asyncio.Task[None]] = set()  # under way
        self._others: set[asyncio.Task[None]] = set()  # under way, and nobody waits for them
        self._tidying: set[asyncio.Task[None]] = set()
        self._waited = 0.0  # seconds that the answer begun last has been waited for
        self._screens: dict[int, int] = {}  # for each chat the message with the buttons in use

    def wake(self) -> None:
        """There is something to send."""
        self._awake.set()

    async def run(self) -> None:
        """Send until `stop`; what was being sent when the program last ended comes first."""
        recovered = False
        while not self._stopping:
            try:
                if not recovered:
                    await self._store.recover(lambda kind: True)
                    recovered = True
                await self._round()
            except Exception as error:
                _log.error("The outbox cannot be read (%s). Trying again.", type(error).__name__)
                await self._sleep(_LONGEST_REST)
        left = (*self._answers, *self._others, *self._tidying)
        if left:
            _, late = await asyncio.wait(left, timeout=self._finish)
            for task in late:
                task.cancel()

    def stop(self, within: float) -> None:
        """Have `run` end: what is under way gets so many seconds, the rest stays in the outbox."""
        self._stopping, self._finish = True, within
        self.wake()

    async def send_now(self, chat: int, outgoing: tuple[Outgoing, ...]) -> None:
        """Past the outbox: for what must leave no trace. Tried a few times."""
        for number, one in enumerate(outgoing):
            claimed = Claimed(number, chat, one.kind, one.body, 1, repeated=False)
            for pause in _AGAIN[:_TRIES_NOW]:
                try:
                    await self._send(claimed)
                    break
                except (BadRequest, Forbidden):
                    break
                except TelegramError as error:
                    _log.info("A last message could not be sent (%s).", type(error).__name__)
                    await asyncio.sleep(pause)
        self._screens.pop(chat, None)

    # ---- the outbox ----

    async def _round(self) -> None:
        """Begin to send what may go now, or wait until something may."""
        self._awake.clear()
        now = asyncio.get_running_loop().time()
        self._pace.tidy(now)
        free = self._has_room() and self._pace.free(now) > 0
        answers_only = not self._is_calm(now)
        claimed = await self._store.claim(1, answers_only=answers_only) if free else []
        for one in claimed:
            if one.waits:
                self._answering.let_go()
            else:
                self._waited = 0.0
            task = asyncio.create_task(self._deliver(one) if one.waits else self._answer(one))
            (self._others if one.waits else self._answers).add(task)
            task.add_done_callback(self._done)
        if not claimed:
            await self._rest(now)

    def _has_room(self) -> bool:
        """One answer at a time, and beside it one that nobody waits for: a crash then doubles no
        more than these. Another answer when it takes long, so that nobody waits for a slow one."""
        return not self._just_begun() and len(self._answers) < _AT_ONCE

    def _just_begun(self) -> bool:
        """Whether an answer is under way that has not been waited for long."""
        return bool(self._answers) and self._waited < _QUICK

    def _is_calm(self, now: float) -> bool:
        """Whether what nobody waits for may go: by day, one at a time, when there is no answer to
        be thought about or sent, and half of the pace is left for those that come."""
        return (
            not self._others
            and self._answering.is_calm()
            and self._pace.roomy(now)
            and is_waking(self._clock())
        )

    def _done(self, task: asyncio.Task[None]) -> None:
        self._answers.discard(task)
        self._others.discard(task)
        self._awake.set()

    async def _rest(self, now: float) -> None:
        """Until something is due, the pace allows more, a message is done or `wake` is called."""
        if self._just_begun():
            await self._sleep(_LOOK)
            # A machine that stood still longer has not waited: the reply may lie there unread.
            self._waited += min(_LOOK, asyncio.get_running_loop().time() - now)
            return
        due = await self._store.next_due(answers_only=not self._is_calm(now))
        rest = _LONGEST_REST
        if due is not None and len(self._answers) < _AT_ONCE:
            until_due = (due - self._clock()).total_seconds()
            rest = min(rest, max(0.01, until_due, self._pace.wait(now)))
        await self._sleep(rest)

    async def _sleep(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._awake.wait(), seconds)

    async def _answer(self, one: Claimed) -> None:
        with self._answering:
            await self._deliver(one)

    async def _deliver(self, one: Claimed) -> None:
        """Send, and mark what came of it; unmarked, all that follows in the chat would wait."""
        mark = await self._attempt(one)
        for pause in (*_AGAIN, *_AGAIN[-1:] * _MOST_ATTEMPTS):
            try:
                await mark()
                return
            except Exception as error:
                _log.error("A message is not marked yet (%s).", type(error).__name__)
                await asyncio.sleep(pause)

    async def _attempt(self, one: Claimed) -> Mark:
        """Send once, and say how that went."""
        loop = asyncio.get_running_loop()
        wait = 0.0 if self._stopping else self._pace.take(one.chat, loop.time())
        if wait > 0 or self._stopping:
            return partial(self._store.retry, one.id, self._in(wait))
        try:
            came = await self._send(one)
        except RetryAfter as error:
            self._pace.hold(one.chat, seconds_of(error), loop.time())
            return self._later(one, seconds_of(error), _MOST_ATTEMPTS)
        except Forbidden:
            return partial(self._store.blocked, one.chat, one.id)
        except BadRequest as error:
            return self._refused(one, error)
        except NetworkError as error:
            pause = _AGAIN[min(one.attempt, len(_AGAIN)) - 1]
            return self._later(one, pause, _MOST_UNSURE if _unsure(error) else _MOST_ATTEMPTS)
        except InvalidToken:
            return self._later(one, _AGAIN[-1], _MOST_ATTEMPTS)
        except Exception as error:
            _log.error("A message cannot be sent (%s).", type(error).__name__)
            return partial(self._store.failed_to_send, one.id, type(error).__name__[:80])
        return partial(
            self._store.sent, one.id, came.message_id, screen=came.screen, keep=came.keep
        )

    def _later(self, one: Claimed, seconds: float, most: int) -> Mark:
        if one.attempt >= most:
            _log.error("A message is given up after %s attempts.", one.attempt)
            return partial(self._store.failed_to_send, one.id, "too often")
        return partial(self._store.retry, one.id, self._in(seconds))

    def _in(self, seconds: float) -> dt.datetime:
        return self._clock() + dt.timedelta(seconds=seconds)

    def _refused(self, one: Claimed, error: BadRequest) -> Mark:
        """Telegram does not take it, and never will."""
        _log.error("Telegram refused a message: %s", _reason(error))
        return partial(self._store.failed_to_send, one.id, _reason(error))

    # ---- Telegram ----

    async def _send(self, one: Claimed) -> Came:
        """Send it, whatever it is."""
        match _read(one):
            case Say() as say if one.case is not None or say.edits is not None:
                return await self._about_case(one, say)
            case Say() as say:
                message_id = await self._say(one.chat, say)
                if say.screen:
                    self._tidy(one.chat, message_id, say.closing)
                return Came(message_id, say.screen, keep=not say.passing)
            case Hand(name, content):
                file = await self._bot.send_document(one.chat, content.encode(), filename=name)
                return Came(file.message_id)
            case Picture(content, html):
                return Came(await self._picture(one.chat, content, html))
        raise AssertionError("not reached")

    async def _about_case(self, one: Claimed, say: Say) -> Came:
        """To staff, or to a student beside the conversation: the card that is there is edited."""
        edits, thread = say.edits or one.card, one.thread
        try:
            if edits is not None and await self._edit(one.chat, edits, say):
                return Came(edits)
            if say.edits is not None:
                return Came(None)
            if thread is None and self._topics is not None and self._topics.is_forum(one.chat):
                thread = await self._new_topic(one)
            return Came(await self._say(one.chat, say, thread))
        except ChatMigrated as error:
            if self._topics is not None:
                await self._topics.moved(one.chat, error.new_chat_id)
            raise NetworkError("the group has moved") from None
        except BadRequest as error:
            if thread is None or self._topics is None or "thread not found" not in str(error):
                raise
            if not await self._topics.repost(one.chat, one.case or 0, thread):
                raise NetworkError("the topic is another one by now") from None
            return Came(None)  # this is among what is said again

    async def _new_topic(self, one: Claimed) -> int:
        if self._topics is None or one.case is None:
            raise ValueError("a topic is of a case in a staff group")
        name = self._topics.topic_name(one.case, one.chat)
        made = await self._bot.create_forum_topic(one.chat, name)
        await self._store.topic(one.chat, one.case, made.message_thread_id)
        return made.message_thread_id

    async def _edit(self, chat: int, message_id: int, say: Say) -> bool:
        """Whether it stands there now; False where the message is gone or cannot be edited."""
        try:
            await self._bot.edit_message_text(
                say.html,
                chat,
                message_id,
                parse_mode=ParseMode.HTML,
                reply_markup=_markup(say.keyboard),
                link_preview_options=_NO_LINK_PREVIEW,
            )
        except BadRequest as error:
            return "not modified" in str(error)
        return True

    async def _say(self, chat: int, say: Say, thread: int | None = None) -> int:
        send = partial(
            self._bot.send_message,
            chat,
            say.html,
            message_thread_id=thread,
            reply_markup=ForceReply() if say.asks else _markup(say.keyboard),
            link_preview_options=_NO_LINK_PREVIEW,
        )
        try:
            sent = await send(parse_mode=ParseMode.HTML)
        except BadRequest as error:
            if "parse entities" not in str(error):
                raise
            sent = await send()  # said plainly is better than not said
        return sent.message_id

    async def _picture(self, chat: int, content: bytes, html: str) -> int:
        try:
            sent = await self._bot.send_photo(
                chat, content, caption=html, parse_mode=ParseMode.HTML
            )
        except BadRequest:  # a group may allow words only
            return await self._say(chat, Say(html))
        return sent.message_id

    def _tidy(self, chat: int, message_id: int, closing: tuple[Close, ...]) -> None:
        """See to the older keyboards, beside what is sent next.

        Also to the screen before where the turn did not know of it: who types twice in a row gets
        two answers, and the first was not there yet when the second was decided on.
        """
        before = self._screens.pop(chat, None)
        if len(self._screens) >= _MOST_SCREENS:
            del self._screens[next(iter(self._screens))]
        self._screens[chat] = message_id
        if before is not None and before not in {close.message_id for close in closing}:
            closing = (*closing, Close(before, ()))
        if closing:
            task = asyncio.create_task(self._close(chat, closing))
            self._tidying.add(task)
            task.add_done_callback(self._tidying.discard)

    async def _close(self, chat: int, closing: tuple[Close, ...]) -> None:
        """At the pace of everything else, and tried a few times; it is to be tidy, no more."""
        now = asyncio.get_running_loop().time
        for close in closing:
            edit = partial(
                self._bot.edit_message_reply_markup,
                chat,
                close.message_id,
                reply_markup=_markup(close.keyboard),
            )
            for pause in _AGAIN[:_TRIES_NOW]:
                while (wait := self._pace.take(chat, now())) > 0:
                    await asyncio.sleep(wait)
                try:
                    await edit()
                    break
                except RetryAfter as error:
                    self._pace.hold(chat, seconds_of(error), now())
                except (BadRequest, Forbidden):
                    break  # it was so already, is too old, or nobody is there
                except TelegramError:
                    await asyncio.sleep(pause)


def _read(one: Claimed) -> Say | Hand | Picture:
    match one.kind:
        case "hand":
            return HAND.validate_json(one.body)
        case "picture":
            return PICTURE.validate_json(one.body)
    return SAY.validate_json(one.body)


def _markup(keyboard: Keyboard) -> InlineKeyboardMarkup | None:
    if not keyboard:
        return None
    return InlineKeyboardMarkup(
        [
            [InlineKeyboardButton(key.text, url=key.url, callback_data=key.data) for key in row]
            for row in keyboard
        ]
    )


def seconds_of(error: RetryAfter) -> float:
    """How long Telegram asks us to wait after a 429."""
    after = error.retry_after
    return after.total_seconds() if isinstance(after, dt.timedelta) else float(after)


def _unsure(error: NetworkError) -> bool:
    """Whether it may have arrived all the same. An error that Telegram itself answered means no."""
    cause = error.__cause__
    return isinstance(cause, httpx.HTTPError) and not isinstance(cause, _NOT_SENT)


def _reason(error: BadRequest) -> str:
    """Telegram's own words up to where it may quote ours."""
    return str(error).partition(":")[0][:80]
