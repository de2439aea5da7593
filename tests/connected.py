"""A bot that talks to the stand-in for Telegram."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from telegram import Bot
from telegram.request import HTTPXRequest

from tests.bot_api import BotApi


@asynccontextmanager
async def connected(api: BotApi, *, read_timeout: float = 5) -> AsyncIterator[Bot]:
    requests = [
        HTTPXRequest(20, read_timeout=read_timeout, httpx_kwargs={"verify": False}) for _ in "12"
    ]
    bot = Bot(
        api.token,
        base_url=api.base_url,
        base_file_url=api.base_file_url,
        request=requests[0],
        get_updates_request=requests[1],
    )
    async with bot:
        yield bot
