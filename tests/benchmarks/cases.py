"""What students notice of ten thousand open requests whose deadlines all come at once.

    python -m tests.benchmarks.cases [--cases 10000] [--turns 600]

Whole turns (a real store, encrypted; four presses to one text with its understanding and safety
check) in a store without any request and in one with so many open ones, in turn; and the same while
all their deadlines are handled. Both are ratios in one run.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import dataclasses
import datetime as dt
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path

from bot.app import App, build, now
from bot.cases import Cases
from bot.channels.telegram.keeping import on_telegram
from bot.channels.telegram.put import TelegramDeliver, put
from bot.channels.telegram.run import _BETWEEN
from bot.conversation import Event, Pressed, Said, Started
from bot.engine import Arrived, Engine, Spoken, stamp_of
from bot.handover.case import Sent, Shown, Summary, Wish, to_json
from bot.handover.life import happen, offer
from bot.settings import read_settings
from bot.store import SqlStore, open_store
from bot.store.port import Account, CaseStep, KeptCase, Outgoing, Step

_CHATS = 50
_AT_ONCE = 8
_ROUNDS = 4


class Bench:
    def __init__(self, app: App, store: SqlStore) -> None:
        self.store = store
        keeping = on_telegram(30, 2)
        deliver = TelegramDeliver(app.translators, lambda: app.catalogue, None)
        self.cases = Cases(
            store, lambda: app.catalogue, deliver, now, mail=False, keep=dt.timedelta(days=60)
        )
        self.engine = Engine(
            store,
            lambda: app.world(keeping),
            lambda spoken: self._put(app, spoken),
            self._now,
            lambda: None,
            self.cases,
        )
        self._number = 0

    def _put(self, app: App, spoken: Spoken) -> tuple[Outgoing, ...]:
        return put(spoken, app.translators)

    async def _now(self, chat: int, outgoing: tuple[Outgoing, ...]) -> None:
        pass

    async def turns(self, count: int) -> float:
        """So many turns, spread over the chats; turns a second."""
        begun = time.perf_counter()
        waiting = asyncio.Semaphore(_AT_ONCE)

        async def one(chat: int, some: int) -> None:
            for number in range(some):
                async with waiting:
                    await self._turn(chat, number)

        await asyncio.gather(*(one(chat, count // _CHATS) for chat in range(1, _CHATS + 1)))
        return count / (time.perf_counter() - begun)

    async def _turn(self, chat: int, number: int) -> None:
        self._number += 1
        known = await self.store.chat(chat)
        event: Event = Pressed(("go:themes", "on", "go:help", "on", "")[number % 5])
        if known is None:
            event = Started("nl", "voorbeeld")
        elif number % 5 == 4:
            event = Said("ik slaap al weken slecht door mijn tentamens")
        stamp = stamp_of(known.version if known else 0)
        await self.engine.handle(Arrived(self._number, chat, "nl", event, stamp=stamp))

    async def open(self, count: int) -> None:
        """So many requests, spread over the staff, that are due now."""
        await self.cases.refresh(now=True)
        desk = self.cases.desks["voorbeeld"]
        owners = [id for id, c in desk.colleagues.items() if c.way is not None]
        long_ago = now() - dt.timedelta(days=7)
        for start in range(0, count, 500):
            steps = []
            for id in range(start + 1, min(start + 500, count) + 1):
                owner = owners[id % len(owners)]
                case = offer(10_000 + id, "nl", Wish(("sleep",)), Summary(), desk, owner)
                shown = happen(case, Shown(Summary(("sleep",))), desk, long_ago).case
                sent = happen(shown, Sent(id), desk, long_ago).case if shown else None
                if sent is None or sent.due is None:
                    raise AssertionError("it was not sent")
                sent = dataclasses.replace(sent, due=min(sent.due, now()))
                kept = KeptCase(
                    id, sent.chat, sent.school, owner, sent.status, True, sent.due or now(), b""
                )
                steps.append(CaseStep(dataclasses.replace(kept, body=to_json(sent))))
            await self.store.commit(Step(None, None, cases=tuple(steps)))

    async def keep_time(self, done: list[int]) -> None:
        """As `run` does it."""
        while True:
            while handled := await self.cases.tick():
                done[0] += handled
                await asyncio.sleep(_BETWEEN)
            await asyncio.sleep(1)


async def measure(cases: int, turns: int) -> None:
    app = build(read_settings({}))
    app.world().understand("klaar")
    app.danger("klaar")
    with tempfile.TemporaryDirectory() as folder:
        empty, full = [await _begun(app, Path(folder) / name) for name in ("empty", "full")]
        await full.open(cases)
        await full.cases.refresh(now=True)
        for bench in (empty, full):
            await bench.turns(turns)  # warm
        await _compare(f"with {cases} open ones", empty, full, turns, [0], busy=False)
        done = [0]
        begun = time.perf_counter()
        await _compare("while their deadlines are handled", empty, full, turns, done, busy=True)
        async with _keeping_time(full, done):
            while done[0] < cases and time.perf_counter() - begun < 900:
                await asyncio.sleep(0.2)
        print(f"{done[0]} deadlines handled in the end")
        for bench in (empty, full):
            await bench.store.close()


async def _begun(app: App, folder: Path) -> Bench:
    store = await open_store(folder, None, now)
    for number, staff in enumerate(("vb-milan-brugmans", "vb-sanne-kolk", "vb-servicepunt")):
        account = Account(900_000 + number, "voorbeeld", staff, "nl")
        await store.commit(Step(None, None, links=account))
    return Bench(app, store)


async def _compare(
    what: str, empty: Bench, full: Bench, turns: int, done: list[int], *, busy: bool
) -> None:
    """In turn, for a machine is not equally fast all the time; the ratio over all rounds."""
    without, with_them = 0.0, 0.0  # seconds
    for _ in range(_ROUNDS):
        without += turns / await empty.turns(turns)
        async with _keeping_time(full, done) if busy else contextlib.nullcontext():
            with_them += turns / await full.turns(turns)
    count, handled = turns * _ROUNDS, f" ({done[0]})" if busy else ""
    print(f"{count / without:6.1f} turns a second without requests", flush=True)
    print(f"{count / with_them:6.1f} {what}{handled}: {without / with_them:.2f}", flush=True)


@contextlib.asynccontextmanager
async def _keeping_time(bench: Bench, done: list[int]) -> AsyncIterator[None]:
    clock = asyncio.create_task(bench.keep_time(done))
    try:
        yield
    finally:
        clock.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await clock


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=10_000)
    parser.add_argument("--turns", type=int, default=500)
    options = parser.parse_args()
    asyncio.run(measure(options.cases, options.turns))
