"""Whatever happens to messages on their way, within a chat they go in order."""

from __future__ import annotations

import asyncio
import datetime as dt
import tempfile
from collections import defaultdict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.store import Claimed, SqlStore, open_store
from tests.test_store_contract import START, Clock, messages

Happens = tuple[
    Literal["queue", "claim", "sent", "retry", "uncertain", "failed", "stop", "later"], int, int
]
_HAPPENS = st.tuples(
    st.sampled_from("queue claim sent retry uncertain failed stop later".split()),
    st.integers(0, 2),
    st.integers(0, 3),
)


@dataclass
class Told:
    """What the outbox told us so far, and what it may tell us next."""

    store: SqlStore
    clock: Clock
    update_id: int = 0
    queued: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    waiting: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))
    sending: dict[int, Claimed] = field(default_factory=dict)
    given: dict[tuple[int, int], int] = field(default_factory=lambda: defaultdict(int))
    doubted: set[tuple[int, int]] = field(default_factory=set)

    async def queue(self, chat: int, many: int) -> None:
        numbers = range(self.queued[chat], self.queued[chat] + many)
        self.update_id += 1
        await self.store.give_up(self.update_id, chat, messages(*map(str, numbers)))
        self.queued[chat] += many
        self.waiting[chat] += numbers

    async def claim(self, limit: int) -> list[Claimed]:
        claimed = await self.store.claim(limit)
        assert len(claimed) <= limit
        for one in claimed:
            assert one.chat not in self.sending, "two of one chat at a time"
            assert int(one.body) == self.waiting[one.chat][0], "not the oldest"
            name = (one.chat, int(one.body))
            self.given[name] += 1
            assert one.attempt == self.given[name]
            assert one.repeated == (name in self.doubted)
            self.sending[one.chat] = one
        return claimed

    def done(self, one: Claimed) -> None:
        self.waiting[one.chat].remove(int(one.body))

    def doubt(self, one: Claimed, again: bool) -> bool:
        """Nobody knows whether it arrived: does it go once more?"""
        name = (one.chat, int(one.body))
        if again and name not in self.doubted:
            self.doubted.add(name)
            return True
        self.done(one)
        return False


async def _happen(told: Told, what: str, chat: int, number: int, folder: Path) -> None:
    if what == "queue":
        await told.queue(chat, number)
    elif what == "claim":
        await told.claim(number)
    elif what == "later":
        told.clock.forward(seconds=number)
    elif what == "stop":
        again = bool(number % 2)
        await told.store.close()
        told.store = await open_store(folder, None, told.clock)
        assert await told.store.recover(lambda kind: again) == len(told.sending)
        for one in told.sending.values():
            if again:
                told.doubted.add((one.chat, int(one.body)))
            else:
                told.done(one)
        told.sending.clear()
    elif chat in told.sending:
        one = told.sending.pop(chat)
        if what == "sent":
            await told.store.sent(one.id, number)
            told.done(one)
        elif what == "failed":
            await told.store.failed_to_send(one.id, "BadRequest")
            told.done(one)
        elif what == "retry":
            await told.store.retry(one.id, told.clock.now + dt.timedelta(seconds=number))
        else:
            again = bool(number % 2)
            expected = told.doubt(one, again)
            assert await told.store.uncertain(one.id, again) == expected


async def _play(happenings: list[Happens], folder: Path) -> None:
    clock = Clock()
    told = Told(await open_store(folder, None, clock), clock)
    for what, chat, number in happenings:
        await _happen(told, what, chat, number, folder)
    for one in told.sending.values():
        await told.store.sent(one.id, 1)
        told.done(one)
    told.sending.clear()
    clock.now = START + dt.timedelta(days=1)
    while claimed := await told.claim(99):
        for one in claimed:
            await told.store.sent(one.id, 1)
            told.done(told.sending.pop(one.chat))
    assert not any(told.waiting.values()), "somebody still waits"
    assert await told.store.next_due() is None
    await told.store.close()


@settings(max_examples=25)
@given(st.lists(_HAPPENS, max_size=40))
def test_messages_go_in_order(happenings: list[Happens]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_play(happenings, Path(folder)))
