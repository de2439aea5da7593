"""What nobody waits for steps aside for who waits for an answer, and never holds one up."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from telegram import Bot

from bot.catalogue.days import AMSTERDAM
from bot.channels.telegram import answering
from bot.channels.telegram.answering import Answering
from bot.channels.telegram.put import SAY, Say
from bot.channels.telegram.sender import Sender
from bot.store import SqlStore, open_store
from bot.store.port import Addressed, Outgoing, Step

ANNA, BILAL, CHEN, DIMA = 1, 2, 3, 4
NOON = dt.datetime(2026, 10, 20, 12, tzinfo=AMSTERDAM)


class SlowTelegram:
    """Takes messages, and lets each arrive when told to."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.arrived: list[str] = []
        self._may: dict[str, asyncio.Event] = {}
        self._changed = asyncio.Condition()

    async def send_message(self, chat: int, words: str, **_: object) -> SimpleNamespace:
        await self._note(self.asked, words)
        await self._gate(words).wait()
        await self._note(self.arrived, words)
        return SimpleNamespace(message_id=len(self.arrived))

    async def _note(self, where: list[str], words: str) -> None:
        async with self._changed:
            where.append(words)
            self._changed.notify_all()

    def _gate(self, words: str) -> asyncio.Event:
        return self._may.setdefault(words, asyncio.Event())

    def let(self, *words: str) -> None:
        for one in words:
            self._gate(one).set()

    async def until(self, where: list[str], *words: str) -> None:
        async with self._changed:
            await asyncio.wait_for(self._changed.wait_for(lambda: where == [*words]), 5)


class Desk:
    """A sender at work on a real store."""

    def __init__(self, store: SqlStore) -> None:
        self.store, self.telegram, self.answering = store, SlowTelegram(), Answering()
        self.sender = Sender(cast(Bot, self.telegram), store, lambda: NOON, self.answering)

    async def says(self, chat: int, words: str, *, waits: bool = False) -> None:
        one = Addressed(chat, Outgoing("say", SAY.dump_json(Say(words))), waits=waits)
        await self.store.commit(Step(None, None, elsewhere=(one,)))
        self.sender.wake()


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    store = await open_store(tmp_path / "data", None, lambda: NOON)
    one = Desk(store)
    running = asyncio.create_task(one.sender.run())
    yield one
    one.telegram.let(*one.telegram.asked)
    one.sender.stop(5)
    await running
    await store.close()


async def test_an_answer_does_not_wait_for_a_tip_that_is_under_way(desk: Desk) -> None:
    await desk.says(ANNA, "a tip", waits=True)
    await desk.telegram.until(desk.telegram.asked, "a tip")
    await desk.says(BILAL, "an answer")
    await desk.telegram.until(desk.telegram.asked, "a tip", "an answer")
    desk.telegram.let("an answer")
    await desk.telegram.until(desk.telegram.arrived, "an answer")


async def test_but_in_one_chat_it_stays_in_order(desk: Desk) -> None:
    await desk.says(ANNA, "a tip", waits=True)
    await desk.telegram.until(desk.telegram.asked, "a tip")
    await desk.says(ANNA, "an answer")
    await desk.says(BILAL, "another")
    await desk.telegram.until(desk.telegram.asked, "a tip", "another")
    desk.telegram.let("another", "an answer", "a tip")
    await desk.telegram.until(desk.telegram.asked, "a tip", "another", "an answer")


async def test_tips_go_one_at_a_time_and_not_beside_an_answer(desk: Desk) -> None:
    await desk.says(ANNA, "an answer")
    await desk.telegram.until(desk.telegram.asked, "an answer")
    assert not desk.answering.is_calm(), "nor is what is due looked at"
    await desk.says(BILAL, "one tip", waits=True)
    await desk.says(CHEN, "next tip", waits=True)
    await desk.says(DIMA, "next answer")
    desk.telegram.let("an answer")
    await desk.telegram.until(desk.telegram.asked, "an answer", "next answer")
    desk.telegram.let("next answer")
    so_far = ["an answer", "next answer", "one tip"]
    await desk.telegram.until(desk.telegram.asked, *so_far)
    for answer in ("third", "fourth"):  # each is asked for after a look at what may go
        so_far.append(answer)
        await desk.says(ANNA, answer)
        await desk.telegram.until(desk.telegram.asked, *so_far)
        desk.telegram.let(answer)
    desk.telegram.let("one tip", "next tip")
    await desk.telegram.until(desk.telegram.asked, *so_far, "next tip")


async def test_a_machine_that_stood_still_did_not_wait_for_telegram(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came meanwhile is read first: else a crash just then says two things again."""
    await desk.says(ANNA, "an answer")
    await desk.telegram.until(desk.telegram.asked, "an answer")
    await desk.says(BILAL, "next answer")
    loop = asyncio.get_running_loop()
    awake = loop.time
    monkeypatch.setattr(loop, "time", lambda: awake() + 30)
    for _ in range(5):
        desk.sender.wake()
        await desk.store.next_due(answers_only=True)  # after what the sender asks of the store
    assert desk.telegram.asked == ["an answer"]
    desk.telegram.let("an answer")
    await desk.telegram.until(desk.telegram.asked, "an answer", "next answer")


async def test_a_tip_waits_as_long_as_an_update_is_handled(desk: Desk) -> None:
    with desk.answering:
        await desk.says(ANNA, "a tip", waits=True)
        await desk.says(BILAL, "an answer")
        await desk.telegram.until(desk.telegram.asked, "an answer")
        desk.telegram.let("an answer")
        await desk.telegram.until(desk.telegram.arrived, "an answer")
    desk.sender.wake()
    await desk.telegram.until(desk.telegram.asked, "an answer", "a tip")


async def test_patience_ends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """In a rush that does not end, what students asked for is said all the same."""
    now = 100.0
    monkeypatch.setattr(answering, "_now", lambda: now)
    one = Answering()
    assert one.is_calm()
    with one:
        assert not one.is_calm()
        with one:
            now = 104.0
            assert not one.is_calm()
        now = 106.0
        assert one.is_calm()
        await asyncio.wait_for(one.calm(), 1)
        one.let_go()
        assert not one.is_calm(), "one goes, and the next needs as much patience"
        now = 112.0
        assert one.is_calm()
    with one:
        assert not one.is_calm(), "a pause begins it anew"
