"""Hands in the mails of the outbox: in order for each student, again when the server is away."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import logging
from collections.abc import Callable

from bot.channels.email import MAIL, RefusedError, SmtpServer, UnreachableError, send
from bot.store.port import Claimed, Store

_log = logging.getLogger(__name__)
_AT_ONCE = 4
_REST = 2.0  # seconds between two looks at the outbox
_AGAIN = (5, 30, 60, 300)  # seconds before the next attempt; the last one from then on
_MOST_ATTEMPTS = 300  # a day of a server that is away


class MailSender:
    """Runs beside the sender for Telegram, until it is cancelled."""

    def __init__(self, store: Store, server: SmtpServer, clock: Callable[[], dt.datetime]) -> None:
        self._store = store
        self._server = server
        self._clock = clock
        self._awake = asyncio.Event()

    def wake(self) -> None:
        """There is something to send."""
        self._awake.set()

    async def run(self) -> None:
        """What was under way when the program stopped was given back by the store's `recover`."""
        while True:
            self._awake.clear()
            try:
                claimed = await self._store.claim(_AT_ONCE, "mail")
                await asyncio.gather(*(self._deliver(one) for one in claimed))
            except Exception as error:
                _log.error("The outbox cannot be read (%s). Trying again.", type(error).__name__)
                claimed = []
            if not claimed:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._awake.wait(), _REST)

    async def _deliver(self, one: Claimed) -> None:
        try:
            await send(MAIL.validate_json(one.body), self._server)
        except RefusedError as error:
            _log.warning("A mail is refused (%s): somebody else takes over.", error)
            await self._store.failed_to_send(one.id, f"refused {error.code}")
        except UnreachableError as error:
            if one.attempt == 1 or one.attempt % 50 == 0:
                _log.warning("A mail cannot be sent now (%s). Trying again.", error)
            await self._later(one)
        except Exception as error:
            _log.error("A mail cannot be sent (%s).", type(error).__name__)
            await self._store.failed_to_send(one.id, type(error).__name__[:80])
        else:
            await self._store.sent(one.id, None)

    async def _later(self, one: Claimed) -> None:
        if one.attempt >= _MOST_ATTEMPTS:
            await self._store.failed_to_send(one.id, "too often")
            return
        pause = _AGAIN[min(one.attempt, len(_AGAIN)) - 1]
        await self._store.retry(one.id, self._clock() + dt.timedelta(seconds=pause))
