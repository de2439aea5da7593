"""The other way in: Telegram pushes each update to us, and we keep it before we say 200.

For `pip install 'wegwijs[webhook]'`; polling needs none of this. The address is the only thing to
set: the secret by which we know Telegram follows from the token.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from telegram import Bot
from telegram.error import BadRequest, Forbidden, InvalidToken, TelegramError

from bot.channels.telegram.translate import WANTED
from bot.channels.web import served
from bot.conversation import World
from bot.settings import SettingsError
from bot.text import text

_log = logging.getLogger(__name__)
PATH = "/telegram"
MOST_BYTES = 1 << 20  # an update of Telegram is some kilobytes
SECRET_HEADER = "X-Telegram-Bot-Api-Secret-Token"  # noqa: S105 - the name of it
_PURPOSE = b"wegwijs webhook"
_PAUSES = (1, 2, 5, 10, 30)  # seconds, while Telegram cannot be reached
_LOOK = 50.0  # seconds between two looks at how Telegram fares; well below `run.STUCK`
_PROBE = 2.0  # seconds that the store may take to answer


class Handles(Protocol):
    """What handles an update: `receiver.Handler`."""

    async def handle(self, raw: dict[str, Any]) -> None:
        """Returns when it is committed. Raises when it cannot be kept."""


class Remembers(Protocol):
    """What is asked of the store here."""

    async def remembered(self, name: str) -> str | None:
        """Any question will do: it answers, or it raises."""


def secret_for(token: str) -> str:
    """What Telegram must show us; whoever reads it does not know the token."""
    return hmac.digest(token.encode(), _PURPOSE, hashlib.sha256).hex()


def address_for(url: str) -> str:
    """Where Telegram pushes to: the public address with our path behind it."""
    bare = url.rstrip("/")
    return bare if bare.endswith(PATH) else bare + PATH


def webhook_app(
    handler: Handles,
    secret: str,
    ready: Callable[[], Awaitable[bool]],
    handled: Callable[[], None],
) -> Starlette:
    """The web server's program: updates, whether it is alive, and whether it can do its work.

    `handled` is called after each update that was.
    """

    async def receive(request: Request) -> Response:
        shown = request.headers.get(SECRET_HEADER, "")
        if not hmac.compare_digest(shown.encode("latin-1", "replace"), secret.encode()):
            return Response(status_code=403)
        try:
            body = await _body(request)
        except ClientDisconnect:
            return Response(status_code=400)  # nobody reads it
        if body is None:
            return Response(status_code=413)
        raw = _update(body)
        if raw is None:
            _log.warning("Something that is no update came in, with the right secret.")
            return Response(status_code=400)
        try:
            await handler.handle(raw)
        except Exception as error:  # Telegram keeps it and comes again
            _log.error("An update could not be kept (%s).", type(error).__name__)
            return Response(status_code=500)
        handled()
        return Response(status_code=200)

    async def healthz(request: Request) -> Response:
        return PlainTextResponse("alive")

    async def readyz(request: Request) -> Response:
        if await ready():
            return PlainTextResponse("ready")
        return PlainTextResponse("not ready", status_code=503)

    return Starlette(
        routes=[
            Route(PATH, receive, methods=["POST"]),
            Route("/healthz", healthz),
            Route("/readyz", readyz),
        ]
    )


async def _body(request: Request) -> bytes | None:
    """The whole of it; None when it is too long, whatever its header says."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > MOST_BYTES:
            return None
    return bytes(body)


def _update(body: bytes) -> dict[str, Any] | None:
    """The update; None for what is none. What is wrong with it is not told: it may hold a text."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return raw if isinstance(raw, dict) and type(raw.get("update_id")) is int else None


class Readiness:
    """Whether work can be done: the safety rules are loaded and the store answers."""

    def __init__(self, store: Remembers, world: Callable[[], World]) -> None:
        self._store = store
        self._world = world
        self._rules: asyncio.Task[object] | None = None
        self._asked: asyncio.Task[bool] | None = None

    async def ready(self) -> bool:
        # Asking the rules something is the proof that they are there. Not before somebody wants to
        # know: loading keeps the processor busy, and the first answers come first.
        if self._rules is None:
            self._rules = asyncio.create_task(asyncio.to_thread(self._ask_the_rules))
        if not self._rules.done() or self._rules.cancelled() or self._rules.exception():
            return False
        # One question at a time, and never cancelled: a store that hangs is left in peace.
        if self._asked is None or self._asked.done():
            self._asked = asyncio.create_task(self._store_answers())
        done, _ = await asyncio.wait({self._asked}, timeout=_PROBE)
        return bool(done) and self._asked.result()

    def _ask_the_rules(self) -> object:
        return self._world().danger("")

    async def _store_answers(self) -> bool:
        try:
            await self._store.remembered("ready")
        except Exception:
            return False
        return True


async def receive_webhook(
    bot: Bot,
    handler: Handles,
    *,
    store: Remembers,
    world: Callable[[], World],
    url: str,
    listen: str,
    alive: Callable[[], None],
) -> None:
    """Listen, ask Telegram to push, and handle what comes until cancelled.

    `alive` is called when Telegram can reach us and we can work. Raises SettingsError when the
    address cannot be listened on or Telegram refuses it, and InvalidToken.
    """
    address = address_for(url)
    readiness = Readiness(store, world)
    heard = asyncio.Event()
    app = webhook_app(handler, secret_for(bot.token), readiness.ready, heard.set)
    async with served(app, listen) as server:
        watch = asyncio.create_task(_watch(bot, address, readiness, heard, alive))
        try:
            done, _ = await asyncio.wait({server, watch}, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()  # what ended it
            raise RuntimeError("the web server ended by itself")
        finally:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)


async def _watch(
    bot: Bot,
    address: str,
    readiness: Readiness,
    heard: asyncio.Event,
    alive: Callable[[], None],
    look: float = _LOOK,
) -> None:
    """Set the webhook, and look from time to time whether it is ours and Telegram gets through.

    When we stop it stays set: Telegram keeps what comes meanwhile, for a day.
    """
    await _set(bot, address)
    alive()
    while True:
        heard.clear()
        await asyncio.sleep(look)
        try:
            info = await bot.get_webhook_info()
        except InvalidToken:
            raise
        except TelegramError:
            continue
        if info.url != address:
            _log.error(
                "Another program has taken over this bot's updates. Stop it: only one may have "
                "them. The webhook is set again."
            )
            await _set(bot, address)
        elif info.pending_update_count and info.last_error_message and not heard.is_set():
            _log.warning("Telegram cannot deliver: %s", info.last_error_message)
        elif await readiness.ready():
            alive()


async def _set(bot: Bot, address: str) -> None:
    """Ask Telegram to push; while it cannot be reached, again."""
    for attempt in range(1_000_000):
        try:
            await bot.set_webhook(
                address,
                allowed_updates=WANTED,
                drop_pending_updates=False,
                secret_token=secret_for(bot.token),
            )
            return
        except InvalidToken:
            raise
        except (BadRequest, Forbidden) as error:
            reason = error.message
            raise SettingsError(text("webhook.refused", url=address, reason=reason)) from None
        except TelegramError as error:
            pause = _PAUSES[min(attempt, len(_PAUSES) - 1)]
            _log.warning("The webhook is not set (%s). Trying again.", type(error).__name__)
            await asyncio.sleep(pause)
