"""What the tests share: the shipped catalogue, put together once, a fixed moment, a server."""

from __future__ import annotations

import datetime as dt
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING

import pytest
from hypothesis import settings

from bot.app import App, build
from bot.catalogue import Catalogue
from bot.catalogue.days import AMSTERDAM
from bot.conversation import World
from bot.settings import read_settings

if TYPE_CHECKING:  # most tests need neither Telegram's library nor the stand-in for its server
    from telegram import Bot

    from tests.bot_api import BotApi

# The same examples at every run: a build that fails says something about the change before it.
settings.register_profile("wegwijs", derandomize=True, deadline=None)
settings.load_profile("wegwijs")

# A Monday in term time; the shipped facts were collected on this day.
NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=AMSTERDAM)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--rewrite-conversations",
        action="store_true",
        help="write what the bot says now into tests/conversations; review the diff",
    )


@pytest.fixture(scope="session")
def app() -> App:
    return build(read_settings({}))


@pytest.fixture(scope="session")
def catalogue(app: App) -> Catalogue:
    return app.catalogue


@pytest.fixture(scope="session")
def world(app: App) -> World:
    return World(
        catalogue=app.catalogue,
        understand=app.understanding.ready().understand,
        danger=app.danger,
        answers=app.answers,
        now=NOW,
    )


@pytest.fixture
def api() -> Iterator[BotApi]:
    """A stand-in for Telegram's server, for one test."""
    from tests.bot_api import BotApi

    with BotApi() as api:
        yield api


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    from tests.connected import connected

    async with connected(api) as bot:
        yield bot
