"""A web server of our own, for the updates that Telegram pushes and for the links in mails."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Iterator

import uvicorn
from starlette.applications import Starlette

from bot.settings import SettingsError
from bot.text import text

_FINISH = 1  # seconds for what is being handled when we are asked to stop
_KEEP_ALIVE = 75  # seconds: longer than a proxy keeps a connection that nobody uses


class _Server(uvicorn.Server):
    """uvicorn, without its hands on our signals."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


@contextlib.asynccontextmanager
async def served(app: Starlette, listen: str) -> AsyncIterator[asyncio.Task[None]]:
    """The app behind `listen`, as a task; what is being handled at the end is finished."""
    with _listening(listen) as opened:
        server = _Server(
            uvicorn.Config(
                app,
                lifespan="off",
                log_config=None,
                log_level="error",
                access_log=False,
                server_header=False,
                proxy_headers=False,
                timeout_keep_alive=_KEEP_ALIVE,
                timeout_graceful_shutdown=_FINISH,
            )
        )
        task = asyncio.create_task(server.serve(sockets=[opened]), name="web")
        try:
            yield task
        finally:
            server.should_exit = True
            await asyncio.gather(task, return_exceptions=True)


def _listening(listen: str) -> socket.socket:
    """The open address, `host:port`. Raises SettingsError."""
    host, _, port = listen.rpartition(":")
    host = host.strip("[]")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, int(port)), family=family, backlog=128)
    except (OSError, ValueError, OverflowError):
        raise SettingsError(text("webhook.listen", listen=listen)) from None
