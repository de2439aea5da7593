"""`wegwijs run`: the bot on Telegram, from the first check of its token to a quiet end."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
import re
import signal
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from telegram import Bot
from telegram.error import InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from bot.cases import Cases
from bot.catalogue import Problem
from bot.channels.email import SmtpServer
from bot.channels.mail_sender import MailSender
from bot.channels.telegram.answering import Answering
from bot.channels.telegram.pace import Limits, Pace
from bot.channels.telegram.put import TelegramDeliver, put
from bot.channels.telegram.receiver import Handler, Updates, poll
from bot.channels.telegram.sender import Sender
from bot.channels.telegram.setup import set_up
from bot.channels.telegram.staff_menu import StaffMenus
from bot.conversation import World
from bot.conversation.saved import silenced
from bot.due import DueMessages
from bot.engine import Engine, Spoken
from bot.reviews import Files, Reviews
from bot.settings import SettingsError
from bot.store.port import Outgoing, Store
from bot.text import Language, Text, text
from bot.words import Translator

_log = logging.getLogger(__name__)
_TOKEN = re.compile(r"\d+:[A-Za-z0-9_-]+")
_TELEGRAM = "https://api.telegram.org"
_CONNECTIONS = 64
_READ = 25.0  # seconds for an answer: a shorter wait doubles messages that did arrive
_FINISH = 1.5  # seconds for what is being handled, and again for what is being sent, at the end
_QUIET = 2.0  # seconds at most before the understanding is prepared
_BREATH = 0.1  # seconds in which the first answers leave
_SETTING_UP = (30, 300, 3600)  # seconds before name and commands are tried again
_TIDY = dt.timedelta(hours=1)
_DEADLINES = 1.0  # seconds between two looks at what is due
_STEADY = 0.33  # seconds between two things that are said because they are due
_BETWEEN = 0.2  # seconds between two batches of that: students go first
_MENUS = 300  # looks at who is staff before menus that could not be set are tried again
_FIRST_PAUSES = (1, 2, 5, 10, 30)  # seconds, while Telegram cannot be reached at the start
HEARTBEAT = "heartbeat"  # touched after each answer of Telegram that was handled
STUCK = 180  # seconds without one: polling is stuck


class WrongTokenError(Exception):
    """Telegram does not know this token."""


@dataclass(frozen=True)
class Service:
    """What the bot on Telegram is made of. `start` begins making what takes a moment."""

    token: str = field(repr=False)
    api: str | None
    folder: Path
    store: Store
    world: Callable[[], World]
    translators: Mapping[Language, Translator]
    clock: Callable[[], dt.datetime]
    idle: dt.timedelta
    sent: dt.timedelta
    start: Callable[[], None]
    # For a changed catalogue: what to call when there is one, and who hears when it is broken.
    watch: Callable[
        [Callable[[], None], Callable[[tuple[Problem, ...]], Awaitable[None]]], Awaitable[None]
    ]
    tell: Callable[[Text], None]  # what the operator reads
    files: Files  # of the catalogue, for what owners say about their offerings
    webhook: str | None = None  # Telegram pushes to this address; None: we ask
    listen: str = "127.0.0.1:8080"
    limits: Limits | None = None
    keep_cases: dt.timedelta = dt.timedelta(days=60)
    smtp: SmtpServer | None = None  # where mail to staff is handed in
    links: str | None = None  # where the links in those mails lead
    links_listen: str = "127.0.0.1:8081"


def bot_for(token: str, api: str | None) -> tuple[Bot, Updates]:
    """PTB's bot, and its updates on a connection of their own for long polling."""
    root = api or _TELEGRAM
    request = HTTPXRequest(
        connection_pool_size=_CONNECTIONS,
        read_timeout=_READ,
        write_timeout=_READ,
        connect_timeout=10,
        pool_timeout=30,
    )
    polling = HTTPXRequest(connection_pool_size=1, connect_timeout=10, pool_timeout=30)
    bot = Bot(
        token,
        base_url=f"{root}/bot",
        base_file_url=f"{root}/file/bot",
        request=request,
        get_updates_request=polling,
    )
    return bot, Updates(bot, polling)


async def serve(service: Service) -> None:
    """Receive and answer until SIGTERM or SIGINT. Raises WrongTokenError and SettingsError."""
    if not _TOKEN.fullmatch(service.token):
        raise WrongTokenError
    # While a text is being understood, the loop gets its turn after 2 ms instead of 5.
    sys.setswitchinterval(0.002)
    asked_to_stop = _stop_signal()
    bot, updates = bot_for(service.token, service.api)
    try:
        if await _reached(bot, service, asked_to_stop):
            await _work(bot, updates, service, asked_to_stop)
    finally:
        with contextlib.suppress(TelegramError, RuntimeError):
            await bot.shutdown()


def _stop_signal() -> asyncio.Event:
    """Set when we are asked to stop. An error that nobody waits for is told by its kind alone."""
    asked = asyncio.Event()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(_unforeseen)
    for number in (signal.SIGTERM, signal.SIGINT):
        with contextlib.suppress(NotImplementedError):  # Windows: Ctrl-C ends it
            loop.add_signal_handler(number, asked.set)
    return asked


def _unforeseen(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    _log.error("%s (%s).", context["message"], type(context.get("exception")).__name__)


async def _work(bot: Bot, updates: Updates, service: Service, asked: asyncio.Event) -> None:
    """Everything side by side, until we are asked to stop or one of them fails for good."""
    deliver = deliver_of(service, bot.username)
    cases = cases_of(service, deliver)
    await cases.refresh()
    answering = Answering()
    pace = Pace(service.limits)
    sender = Sender(bot, service.store, service.clock, answering, pace, cases)
    mails = MailSender(service.store, service.smtp, service.clock) if service.smtp else None

    def wake() -> None:
        sender.wake()
        if mails is not None:
            mails.wake()

    cases.wakes(wake)
    due = DueMessages(service.store, service.world, deliver, wake, answering.calm)
    reviews = reviews_of(service, cases, deliver, wake)
    handler = handler_for(bot, service, sender, cases, reviews, wake, answering)
    heard = asyncio.Event()
    async with _pages(service, cases, reviews) as pages:  # before a mail leads to them
        service.tell(text("run.running", bot=f"@{bot.username}"))
        sending = asyncio.create_task(sender.run(), name="send")
        receiving = asyncio.create_task(_receive(bot, updates, handler, service, heard))
        beside = [
            asyncio.create_task(_prepare(bot, service, heard), name="prepare"),
            asyncio.create_task(_tidy(service, heard), name="tidy"),
            asyncio.create_task(_keep_time(cases, reviews, heard), name="deadlines"),
            asyncio.create_task(_say_what_is_due(due, heard), name="due"),
            asyncio.create_task(_watch(service, cases, due), name="catalogue"),
            asyncio.create_task(
                _keep_menus(StaffMenus(bot, service.translators), cases, heard), name="menus"
            ),
        ]
        if mails is not None:
            beside.append(asyncio.create_task(mails.run(), name="mail"))
        stop = asyncio.create_task(asked.wait())
        until = [sending, receiving, stop, *pages]  # the end of one is the end of all
        await asyncio.wait(until, return_when=asyncio.FIRST_COMPLETED)
        for task in (receiving, stop, *beside):
            task.cancel()
        await handler.finish(_FINISH)
        sender.stop(_FINISH)
        await asyncio.gather(sending, receiving, stop, *beside, return_exceptions=True)
    for task in (*until, *beside):
        if not task.cancelled() and (error := task.exception()) is not None:
            raise error


def deliver_of(service: Service, username: str) -> TelegramDeliver:
    """How the bot with this name says things beside a turn."""
    return TelegramDeliver(
        service.translators, lambda: service.world().catalogue, service.links, username
    )


def cases_of(service: Service, deliver: TelegramDeliver) -> Cases:
    """Handovers to staff."""
    return Cases(
        service.store,
        lambda: service.world().catalogue,
        deliver,
        service.clock,
        mail=service.smtp is not None and service.links is not None,
        keep=service.keep_cases,
    )


def reviews_of(
    service: Service, cases: Cases, deliver: TelegramDeliver, wake: Callable[[], None]
) -> Reviews:
    """What owners are asked about their offerings."""
    return Reviews(
        service.store,
        cases,
        lambda: service.world().catalogue,
        deliver,
        service.clock,
        service.files,
        wake,
    )


def handler_for(
    bot: Bot,
    service: Service,
    sender: Sender,
    cases: Cases,
    reviews: Reviews,
    wake: Callable[[], None],
    answering: Answering,
) -> Handler:
    """What handles an update, whichever way it came in."""

    def into_messages(spoken: Spoken) -> tuple[Outgoing, ...]:
        return put(spoken, service.translators)

    def say(what: Text) -> Callable[[Language], str]:
        return lambda language: service.translators[language].say(what)

    engine = Engine(service.store, service.world, into_messages, sender.send_now, wake, cases)
    return Handler(
        bot,
        service.store,
        engine,
        wake,
        say(text("telegram.sorry")),
        say(text("telegram.only-private")),
        cases,
        reviews,
        lambda words: service.world().shown_first(words),
        answering,
    )


async def _reached(bot: Bot, service: Service, stop: asyncio.Event) -> bool:
    """Ask Telegram which bot this is, until it answers. False when we are asked to stop first."""
    for attempt in range(1_000_000):
        try:
            await bot.initialize()
            if service.webhook is None:
                await bot.delete_webhook(drop_pending_updates=False)
            return True
        except InvalidToken:
            raise WrongTokenError from None
        except TelegramError:
            pause = _FIRST_PAUSES[min(attempt, len(_FIRST_PAUSES) - 1)]
            service.tell(text("run.no-network", seconds=pause))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), pause)
                return False
    return False


async def _receive(
    bot: Bot, updates: Updates, handler: Handler, service: Service, heard: asyncio.Event
) -> None:
    heart = service.folder / HEARTBEAT

    def alive() -> None:
        heard.set()
        with contextlib.suppress(OSError):
            heart.touch()

    try:
        if service.webhook is None:
            await poll(updates, handler, alive)
        else:
            await _receive_webhook(bot, handler, service, service.webhook, alive)
    except InvalidToken:
        raise WrongTokenError from None


async def _receive_webhook(
    bot: Bot, handler: Handler, service: Service, url: str, alive: Callable[[], None]
) -> None:
    try:
        from bot.channels.telegram.webhook import receive_webhook  # here: it is an extra
    except ImportError:
        raise SettingsError(text("webhook.extra")) from None
    await receive_webhook(
        bot,
        handler,
        store=service.store,
        world=service.world,
        url=url,
        listen=service.listen,
        alive=alive,
    )


async def _prepare(bot: Bot, service: Service, heard: asyncio.Event) -> None:
    """What keeps the processor busy waits until those who wrote while we were away are answered."""
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(heard.wait(), _QUIET)
    await asyncio.sleep(_BREATH)
    service.start()
    for pause in _SETTING_UP:
        if await set_up(bot, service.store, service.translators):
            return
        await asyncio.sleep(pause)


async def _keep_time(cases: Cases, reviews: Reviews, heard: asyncio.Event) -> None:
    """Handle deadlines as they come, those that passed while we were away first; and ask owners
    about their offerings."""
    await heard.wait()
    while True:
        try:
            while await cases.tick():
                await asyncio.sleep(_BETWEEN)
        except Exception as error:
            _log.error("Deadlines could not be looked at (%s).", type(error).__name__)
        try:
            await reviews.tick()
        except Exception as error:
            _log.error("Owners could not be asked (%s).", type(error).__name__)
        await asyncio.sleep(_DEADLINES)


async def _keep_menus(menus: StaffMenus, cases: Cases, heard: asyncio.Event) -> None:
    """The menu of staff: at the start, where the staff changed, and again where it failed."""
    await heard.wait()
    while True:
        places = cases.places
        try:
            await menus.update(places)
        except Exception as error:
            _log.error("Menus of staff could not be set (%s).", type(error).__name__)
        for _ in range(_MENUS):
            await asyncio.sleep(_DEADLINES)
            if cases.places != places:
                break


async def _say_what_is_due(due: DueMessages, heard: asyncio.Event) -> None:
    """What students asked to hear later: a few at a time, so that answers are never kept waiting.

    At most three a second: 5,000 in about half an hour, should all be due at once.
    """
    await heard.wait()
    while True:
        pause = _DEADLINES
        try:
            if await due.tick(1):
                pause = _STEADY
        except Exception as error:
            _log.error("What is due could not be looked at (%s).", type(error).__name__)
        await asyncio.sleep(pause)


async def _watch(service: Service, cases: Cases, due: DueMessages) -> None:
    """A changed catalogue: the staff in it are others, as are tips and what they are about; and its
    keepers hear when it is broken."""

    def swapped() -> None:
        cases.changed()
        due.changed()

    await service.watch(swapped, cases.tell_keepers)


@contextlib.asynccontextmanager
async def _pages(
    service: Service, cases: Cases, reviews: Reviews
) -> AsyncIterator[tuple[asyncio.Task[None], ...]]:
    """The pages behind the links in mails, listening; nothing where no mail is sent.

    Raises SettingsError: mail would lead nowhere.
    """
    if service.smtp is None or service.links is None:
        yield ()
        return
    from bot.channels.links_page import links_app  # here: it is an extra
    from bot.channels.web import served

    app = links_app(service.store, cases, reviews, service.translators)
    async with served(app, service.links_listen) as server:
        yield (server,)


async def _tidy(service: Service, heard: asyncio.Event) -> None:
    await heard.wait()
    while True:
        try:
            await service.store.tidy(service.idle, service.sent, silenced)
        except Exception as error:
            _log.error("Old conversations could not be erased (%s).", type(error).__name__)
        await asyncio.sleep(_TIDY.total_seconds())
