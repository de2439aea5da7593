"""What is due, where the rules meet the store: also when the school or the program has changed."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.app import App
from bot.cases import Cases
from bot.catalogue import Catalogue
from bot.channels.telegram.put import TelegramDeliver
from bot.conversation import Message
from bot.handover.case import Done, Shown, Summary, Wish
from bot.handover.life import happen, offer
from bot.store import SqlStore, open_store
from bot.store.port import Account, CaseStep, KeptCase, Step
from tests.test_store_contract import ANNA, Clock

MILAN = "vb-milan-brugmans"
SEEN = Message("share", ())


class Desk:
    """Cases on a real store, with one person who can be reached."""

    def __init__(self, app: App, store: SqlStore, clock: Clock) -> None:
        self.store, self.clock, self.catalogue = store, clock, app.catalogue
        deliver = TelegramDeliver(app.translators, lambda: self.catalogue, None)
        self.cases = Cases(
            store,
            lambda: self.catalogue,
            deliver,
            clock,
            mail=False,
            keep=dt.timedelta(days=60),
        )

    async def sent(self) -> KeptCase:
        await self.cases.refresh(now=True)
        desk, now = self.cases.desks["voorbeeld"], self.clock.now
        case = offer(0, "nl", Wish(("study-progress",)), Summary(), desk, MILAN)
        shown = happen(case, Shown(Summary(("study-progress",))), desk, now).case
        assert shown is not None
        following = await self.cases.sent(shown, ANNA, SEEN, now)
        step = Step(None, None, cases=(following.case,), elsewhere=following.elsewhere)
        assert await self.store.commit(step)
        return await self.now()

    async def now(self) -> KeptCase:
        kept = await self.store.case(1)
        assert kept is not None
        return kept

    async def done(self) -> None:
        following = await self.cases.follow(await self.now(), Done(MILAN), self.clock.now)
        assert await self.store.commit(Step(None, None, cases=(following.case,)))


@pytest.fixture
async def desk(app: App, tmp_path: Path) -> AsyncIterator[Desk]:
    clock = Clock()
    store = await open_store(tmp_path / "data", None, clock)
    await store.link(Account(101, "voorbeeld", MILAN, "nl"))
    yield Desk(app, store, clock)
    await store.close()


async def test_a_reminder_when_it_is_due_and_not_before(desk: Desk) -> None:
    await desk.sent()
    assert await desk.cases.tick() == 0
    desk.clock.forward(hours=5)
    assert await desk.cases.tick() == 1
    assert await desk.cases.tick() == 0
    kinds = [claimed.kind for claimed in await desk.store.claim(9)]
    assert kinds == ["card"]  # the reminder waits behind it


async def test_what_is_over_is_erased_in_time_with_all_that_belongs_to_it(desk: Desk) -> None:
    await desk.sent()
    await desk.done()
    desk.clock.forward(days=59)
    assert await desk.cases.tick() == 0
    desk.clock.forward(days=2)
    assert await desk.cases.tick() == 1
    assert await desk.store.case(1) is None
    about = await desk.store.everything_about(ANNA)
    assert not any(about.values())
    assert [what for _, _, what in await desk.store.audit_of(1)] == ["Sent", "Done"]


async def test_a_school_that_is_gone(desk: Desk) -> None:
    await desk.sent()
    await desk.done()
    desk.catalogue = Catalogue.empty()
    desk.clock.forward(days=61)
    await desk.cases.tick()
    assert await desk.store.case(1) is None


async def test_a_school_that_is_gone_for_a_while_loses_nothing(desk: Desk) -> None:
    await desk.sent()
    whole, desk.catalogue = desk.catalogue, Catalogue.empty()
    desk.clock.forward(days=1)
    await desk.cases.tick()
    assert (await desk.now()).status == "sent"
    desk.catalogue = whole
    desk.clock.forward(minutes=6)
    assert await desk.cases.tick() == 1


async def test_a_case_that_cannot_be_read_does_not_hold_up_the_clock(desk: Desk) -> None:
    kept = await desk.sent()
    desk.clock.forward(days=1)
    broken = dataclasses.replace(kept, body=b"{}", due=desk.clock.now)
    assert await desk.store.commit(Step(None, None, cases=(CaseStep(broken),)))
    assert await desk.cases.tick() == 1
    assert await desk.cases.tick() == 0
