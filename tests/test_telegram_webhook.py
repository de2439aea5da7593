"""The other way in: only Telegram is let in, and 200 means that the update is kept."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from telegram import Bot
from telegram.request import HTTPXRequest

from bot.channels.telegram import webhook
from bot.channels.telegram.run import HEARTBEAT
from bot.channels.telegram.translate import WANTED
from bot.channels.telegram.webhook import (
    MOST_BYTES,
    SECRET_HEADER,
    Readiness,
    address_for,
    receive_webhook,
    secret_for,
    webhook_app,
)
from bot.conversation import World
from bot.settings import SettingsError
from tests.bot_api import BotApi, Fault
from tests.process import LONG, running

TOKEN = "123456:a-token-for-tests"
SECRET = secret_for(TOKEN)
RIGHT = {SECRET_HEADER: SECRET}
MARK = "ik slaap al weken niet"
UPDATE = {"update_id": 7, "message": {"text": MARK}}


class Recorder:
    """Handles updates by remembering them; the first `failures` cannot be kept."""

    def __init__(self, failures: int = 0) -> None:
        self.got: list[dict[str, Any]] = []
        self.failures = failures
        self.may_return = asyncio.Event()
        self.may_return.set()

    async def handle(self, raw: dict[str, Any]) -> None:
        await self.may_return.wait()
        self.got.append(raw)
        if len(self.got) <= self.failures:
            raise OSError(MARK)

    @property
    def texts(self) -> list[str]:
        return [raw["message"]["text"] for raw in self.got]


class FakeStore:
    """The one thing that is asked of a store here; it may fail or hang."""

    def __init__(self) -> None:
        self.broken = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.asked = 0

    async def remembered(self, name: str) -> str | None:
        self.asked += 1
        await self.may_answer.wait()
        if self.broken:
            raise OSError("disk I/O error")
        return None


async def _yes() -> bool:
    return True


@contextlib.asynccontextmanager
async def _client(
    handler: Recorder, ready: Callable[[], Awaitable[bool]] = _yes
) -> AsyncIterator[httpx.AsyncClient]:
    app = webhook_app(handler, SECRET, ready, lambda: None)
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://bot") as client:
        yield client


# ---- what is let in


async def test_an_update_is_handled_before_telegram_is_told() -> None:
    handler = Recorder()
    handler.may_return.clear()
    async with _client(handler) as client:
        answer = asyncio.create_task(client.post("/telegram", json=UPDATE, headers=RIGHT))
        await asyncio.sleep(0.05)
        assert not answer.done()
        handler.may_return.set()
        assert (await answer).status_code == 200
    assert handler.got == [UPDATE]


@pytest.mark.parametrize(
    "headers", [{}, {SECRET_HEADER: ""}, {SECRET_HEADER: SECRET[:-1]}, {SECRET_HEADER: b"\xff\xe9"}]
)
async def test_whoever_does_not_know_the_secret_is_sent_away(headers: dict[str, Any]) -> None:
    handler = Recorder()
    async with _client(handler) as client:
        answer = await client.post("/telegram", json=UPDATE, headers=headers)
    assert answer.status_code == 403
    assert not answer.content
    assert not handler.got


@pytest.mark.parametrize(
    "body",
    [
        b"",
        MARK.encode(),
        b"\xff",
        b"[]",
        b"null",
        b"{}",
        b'{"update_id": "7"}',
        b'{"update_id": true}',
        b"[" * 100_000,
    ],
)
async def test_what_is_no_update_is_refused_and_not_quoted(
    body: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    handler = Recorder()
    async with _client(handler) as client:
        answer = await client.post("/telegram", content=body, headers=RIGHT)
    assert answer.status_code == 400
    assert not handler.got
    assert MARK not in caplog.text


async def test_what_is_too_long_is_refused_whatever_it_says_of_its_length() -> None:
    handler = Recorder()

    async def in_pieces() -> AsyncIterator[bytes]:
        for _ in range(MOST_BYTES // 1024 + 1):
            yield b" " * 1024

    fits = json.dumps(UPDATE).encode().ljust(MOST_BYTES)
    async with _client(handler) as client:
        for content in (fits + b" ", in_pieces()):
            answer = await client.post("/telegram", content=content, headers=RIGHT)
            assert answer.status_code == 413
        assert not handler.got
        assert (await client.post("/telegram", content=fits, headers=RIGHT)).status_code == 200


async def test_what_cannot_be_kept_is_for_telegram_to_keep(
    caplog: pytest.LogCaptureFixture,
) -> None:
    handler = Recorder(failures=1)
    async with _client(handler) as client:
        assert (await client.post("/telegram", json=UPDATE, headers=RIGHT)).status_code == 500
        assert (await client.post("/telegram", json=UPDATE, headers=RIGHT)).status_code == 200
    assert "OSError" in caplog.text
    assert MARK not in caplog.text


async def test_only_posting_is_possible_and_nothing_else_is_there() -> None:
    async with _client(Recorder()) as client:
        assert (await client.get("/telegram", headers=RIGHT)).status_code == 405
        assert (await client.get("/docs")).status_code == 404


# ---- alive and ready


async def test_alive_and_ready_are_two_things() -> None:
    async def no() -> bool:
        return False

    async with _client(Recorder()) as client:
        assert (await client.get("/healthz")).text == "alive"
        assert (await client.get("/readyz")).status_code == 200
    async with _client(Recorder(), no) as client:
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 503


async def test_it_is_ready_when_the_store_answers(world: World) -> None:
    store = FakeStore()
    readiness = Readiness(store, lambda: world)
    await _until(readiness.ready)
    store.broken = True
    assert not await readiness.ready()
    store.broken = False
    assert await readiness.ready()


async def test_it_is_not_ready_before_the_rules_are_loaded(world: World) -> None:
    loaded = asyncio.Event()
    loop = asyncio.get_running_loop()

    def slowly() -> World:
        asyncio.run_coroutine_threadsafe(loaded.wait(), loop).result()
        return world

    readiness = Readiness(FakeStore(), slowly)
    assert not await readiness.ready()
    loaded.set()
    await _until(readiness.ready)


async def test_a_store_that_hangs_is_asked_once(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "_PROBE", 0.01)
    store = FakeStore()
    readiness = Readiness(store, lambda: world)
    await _until(readiness.ready)
    store.may_answer.clear()
    asked = store.asked
    assert [await readiness.ready() for _ in range(3)] == [False] * 3
    assert store.asked == asked + 1
    store.may_answer.set()
    await _until(readiness.ready)


# ---- the secret and the address


def test_the_secret_follows_from_the_token_and_telegram_takes_it() -> None:
    assert SECRET == secret_for(TOKEN) != secret_for(TOKEN + "x")
    assert len(SECRET) == 64
    assert SECRET.isalnum()
    assert "a-token" not in SECRET


@pytest.mark.parametrize(
    "url",
    ["https://bot.example.org", "https://bot.example.org/", "https://bot.example.org/telegram"],
)
def test_only_the_public_address_is_needed(url: str) -> None:
    assert address_for(url) == "https://bot.example.org/telegram"
    assert address_for("https://example.org/wegwijs") == "https://example.org/wegwijs/telegram"


# ---- over real HTTP, with a stand-in for Telegram


@pytest.fixture
def api() -> Iterator[BotApi]:
    with BotApi(TOKEN) as api:
        yield api


@pytest.fixture
async def bot(api: BotApi) -> AsyncIterator[Bot]:
    bot = Bot(TOKEN, base_url=api.base_url, request=HTTPXRequest(httpx_kwargs={"trust_env": False}))
    async with bot:
        yield bot


@contextlib.asynccontextmanager
async def _receiving(
    bot: Bot, handler: Recorder, world: World, alive: Callable[[], None] = lambda: None
) -> AsyncIterator[str]:
    """The webhook, served until the end of the block; where it listens."""
    listen = f"127.0.0.1:{_free_port()}"
    task = asyncio.create_task(
        receive_webhook(
            bot,
            handler,
            store=FakeStore(),
            world=lambda: world,
            url=f"http://{listen}",
            listen=listen,
            alive=alive,
        )
    )
    try:
        yield listen
        assert not task.done()
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def test_updates_come_in_order_and_again_until_they_are_kept(
    api: BotApi, bot: Bot, world: World
) -> None:
    student = api.user(7)
    student.starts()
    student.says("een")  # before there is a webhook: it is not dropped
    handler = Recorder(failures=2)
    async with _receiving(bot, handler, world):
        (set_up,) = await asyncio.to_thread(api.wait_for_call, "setWebhook")
        student.says("twee")
        await asyncio.to_thread(api.wait_until_confirmed)
    assert handler.texts == ["/start", "/start", "/start", "een", "twee"]
    assert set_up.params["secret_token"] == SECRET
    assert set_up.params["allowed_updates"] == list(WANTED)


async def test_at_the_end_what_is_being_handled_is_finished_and_the_rest_waits_at_telegram(
    api: BotApi, bot: Bot, world: World
) -> None:
    student = api.user(7)
    handler = Recorder()
    async with _receiving(bot, handler, world) as listen:
        await asyncio.to_thread(api.wait_for_call, "setWebhook")
        handler.may_return.clear()
        student.starts()
        await asyncio.sleep(0.2)
        asyncio.get_running_loop().call_later(0.2, handler.may_return.set)
    await asyncio.to_thread(api.wait_until_confirmed)
    assert handler.texts == ["/start"]
    student.says("een")
    await asyncio.sleep(0.2)
    assert len(api.pending) == 1
    assert (await bot.get_webhook_info()).url == f"http://{listen}/telegram"
    async with _receiving(bot, handler, world):
        await asyncio.to_thread(api.wait_until_confirmed)
    assert handler.texts == ["/start", "een"]


async def test_telegram_may_be_out_of_reach_at_the_start(
    api: BotApi, bot: Bot, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "_PAUSES", (0.01,))
    api.faults.next(Fault.INTERNAL, "setWebhook", times=2)
    async with _receiving(bot, Recorder(), world):
        await asyncio.to_thread(api.wait_for_call, "setWebhook", 3)
        await _until_set(bot)


async def test_a_webhook_that_somebody_took_away_is_set_again(
    api: BotApi,
    bot: Bot,
    world: World,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(webhook._watch, "__defaults__", (0.05,))
    async with _receiving(bot, Recorder(), world):
        await _until_set(bot)
        await bot.delete_webhook()
        await _until_set(bot)
    assert "Another program" in caplog.text


async def test_it_counts_as_alive_while_telegram_gets_through(
    api: BotApi, bot: Bot, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook._watch, "__defaults__", (0.05,))
    beats: list[None] = []
    handler = Recorder()
    async with _receiving(bot, handler, world, lambda: beats.append(None)):
        await _until_more(beats, 3)
        handler.failures = 1_000
        api.user(7).starts()
        await _until_more(handler.got, 3)
        await asyncio.sleep(0.2)
        before = len(beats)
        await asyncio.sleep(0.5)
        assert len(beats) == before
        handler.failures = 0
        await _until_more(beats, before + 1)


@pytest.mark.parametrize(
    ("url", "listen", "key"),
    [
        ("ftp://bot.example.org", "127.0.0.1:0", "webhook.refused"),
        ("https://bot.example.org", "127.0.0.1:99999", "webhook.listen"),
        ("https://bot.example.org", "8080 please", "webhook.listen"),
        ("https://bot.example.org", "192.0.2.1:8080", "webhook.listen"),  # not of this machine
    ],
)
async def test_an_address_that_is_no_good_is_told(
    bot: Bot, world: World, url: str, listen: str, key: str
) -> None:
    with pytest.raises(SettingsError) as told:
        await receive_webhook(
            bot,
            Recorder(),
            store=FakeStore(),
            world=lambda: world,
            url=url,
            listen=listen,
            alive=lambda: None,
        )
    assert told.value.text.key == key


async def test_the_web_server_writes_no_text_and_no_secret(
    bot: Bot, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    async with _receiving(bot, Recorder(), world) as listen:
        await _until_set(bot)
        caplog.clear()
        async with httpx.AsyncClient(trust_env=False) as client:
            await client.post(f"http://{listen}/telegram?text={MARK}", content=MARK, headers=RIGHT)
        reader, writer = await asyncio.open_connection(*listen.split(":"))
        writer.write(f"{MARK}\r\n\r\n".encode())
        await reader.read()
        writer.close()
    ours = [record.getMessage() for record in caplog.records if record.name != "httpx"]
    assert not [said for said in ours if MARK in said or SECRET in said]


# ---- the whole program


def test_the_program_answers_behind_a_webhook_and_goes_back_to_polling(
    api: BotApi, tmp_path: Path
) -> None:
    listen = f"127.0.0.1:{_free_port()}"
    told = {"WEGWIJS_WEBHOOK_URL": f"http://{listen}", "WEGWIJS_WEBHOOK_LISTEN": listen}
    student = api.user(7)
    with running(api, tmp_path / "data", env=told) as process:
        process.wait_until_running()
        student.starts()
        student.wait_for("Waar studeer je?", timeout=LONG)
        assert httpx.get(f"http://{listen}/healthz", trust_env=False).status_code == 200
        assert _ready_in_time(listen)
        assert (tmp_path / "data" / HEARTBEAT).exists()
        assert process.terminate() < 5
        assert SECRET not in process.said
    student.says("Hanze")
    with running(api, tmp_path / "data") as process:
        process.wait_until_running()
        api.wait_until_confirmed(LONG)
        process.terminate()


def test_an_address_that_cannot_be_listened_on_ends_the_program(
    api: BotApi, tmp_path: Path
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listen = f"127.0.0.1:{taken.getsockname()[1]}"
        told = {"WEGWIJS_WEBHOOK_URL": f"http://{listen}", "WEGWIJS_WEBHOOK_LISTEN": listen}
        with running(api, tmp_path / "data", env=told) as process:
            assert process.ended() == 2
            assert listen in process.said
            assert "Traceback" not in process.said


def _ready_in_time(listen: str) -> bool:
    deadline = time.monotonic() + LONG
    while time.monotonic() < deadline:
        if httpx.get(f"http://{listen}/readyz", trust_env=False).status_code == 200:
            return True
        time.sleep(0.05)
    return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as opened:
        return int(opened.getsockname()[1])


async def _until(ready: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(60):
        while not await ready():
            await asyncio.sleep(0.01)


async def _until_set(bot: Bot) -> None:
    async def is_set() -> bool:
        return bool((await bot.get_webhook_info()).url)

    await _until(is_set)


async def _until_more(things: list[Any], count: int) -> None:
    async def enough() -> bool:
        return len(things) >= count

    await _until(enough)
