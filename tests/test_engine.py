"""One turn, whole or not at all: the engine on a real store, with a world of fixed answers."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from pathlib import Path
from threading import Event as Signal

import pytest

from bot.channels.telegram.keeping import on_telegram
from bot.conversation import Commanded, Event, Pressed, Said, Started, World
from bot.engine import Arrived, Engine, Pressing, Spoken, record_as_text, stamp_of
from bot.safety.detect import Danger
from bot.store import SqlStore, open_store
from bot.store.port import Chat, Outgoing, Step
from bot.text import Text
from tests.test_store_contract import Clock

CHAT = 7
LONELY, DANGER = "ik voel me heel eenzaam", "ik wil dood"


class Bot:
    """The engine, and what it put out; each put is one message that names what was said."""

    def __init__(self, store: SqlStore, world: World) -> None:
        self.store = store
        self.said: list[Spoken] = []
        self.past_outbox: list[int] = []
        self.woken = 0
        self._number = 100
        self.world = world
        self.engine = Engine(store, lambda: self.world, self._put, self._send_now, self._wake)

    def _put(self, spoken: Spoken) -> tuple[Outgoing, ...]:
        self.said.append(spoken)
        return (Outgoing("say", b"something"),)

    async def _send_now(self, chat: int, outgoing: tuple[Outgoing, ...]) -> None:
        self.past_outbox.append(chat)

    def _wake(self) -> None:
        self.woken += 1

    async def hears(
        self, event: Event, *, text_id: int | None = None, edited: bool = False
    ) -> list[str]:
        """The names of the messages that follow."""
        self._number += 1
        before = len(self.said)
        await self.engine.handle(
            Arrived(self._number, CHAT, "nl", event, text_id=text_id, edited=edited)
        )
        return [message.name for spoken in self.said[before:] for message in spoken.turn.say]

    async def feels(self, button: str, stamp: str | None = None) -> list[str]:
        """Of a press; without a stamp on the screen of now."""
        self._number += 1
        chat = await self.store.chat(CHAT)
        current = stamp_of(chat.version if chat else 0)
        before = len(self.said)
        await self.engine.handle(
            Arrived(
                self._number,
                CHAT,
                "nl",
                Pressed(button),
                stamp=stamp or current,
                pressed=Pressing(5, "Knop"),
            )
        )
        return [message.name for spoken in self.said[before:] for message in spoken.turn.say]


@pytest.fixture
async def bot(world: World, tmp_path: Path) -> AsyncIterator[Bot]:
    kept = dataclasses.replace(world, keeping=on_telegram(30, 2))
    store = await open_store(tmp_path / "data", None, Clock())
    yield Bot(store, kept)
    await store.close()


async def _outbox(bot: Bot) -> int:
    return len((await bot.store.everything_about(CHAT))["outbox"])


async def test_a_turn_is_kept_and_told(bot: Bot) -> None:
    assert await bot.hears(Started("nl")) == ["greeting", "ask:institution"]
    chat = await bot.store.chat(CHAT)
    assert chat is not None
    assert chat.version == 1
    assert await _outbox(bot) == 1
    assert bot.woken == 1


async def test_the_same_update_twice(bot: Bot) -> None:
    arrived = Arrived(99, CHAT, "nl", Started("nl"))
    assert await bot.engine.handle(arrived)
    assert not await bot.engine.handle(arrived)
    assert await _outbox(bot) == 1


async def test_somebody_else_changed_the_chat_meanwhile(
    bot: Bot, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bot.hears(Started("nl", "leiden"))
    commit, changed = bot.store.commit, list[bool]()

    async def late(step: Step) -> bool:
        if not changed:
            changed.append(True)
            chat = await bot.store.chat(CHAT)
            assert chat is not None
            await commit(Step(1000, chat))
        return await commit(step)

    monkeypatch.setattr(bot.store, "commit", late)
    assert await bot.hears(Commanded("help")) == ["help", "help"]  # thought of twice
    assert await _outbox(bot) == 2  # and said once


async def test_a_text_before_any_start_is_greeted_and_heard(bot: Bot) -> None:
    assert (await bot.hears(Said(LONELY)))[0] == "greeting"


@pytest.mark.parametrize("event", [Said(DANGER), Pressed("crisis:any:clear:other")])
async def test_nothing_comes_before_a_crisis_message(bot: Bot, event: Event) -> None:
    (name,) = await bot.hears(event)
    assert name.startswith("crisis:")


async def test_who_says_little_does_not_wait_for_who_says_much(bot: Bot, world: World) -> None:
    """A long text can take a second to decide on; in a rush of them nobody in danger may wait."""
    answered = Signal()

    def danger(words: str) -> Danger | None:
        if words != DANGER:
            assert answered.wait(60)
        return world.danger(words)

    bot.world = dataclasses.replace(world, danger=danger)
    long = [Arrived(n, n, "nl", Said(f"{LONELY}. " * 40)) for n in range(1, 4)]
    waiting = [asyncio.create_task(bot.engine.handle(one)) for one in long]
    await asyncio.sleep(0)
    assert (await bot.hears(Said(DANGER)))[0].startswith("crisis")
    answered.set()
    assert await asyncio.gather(*waiting) == [True] * 3


async def test_only_the_buttons_of_this_screen_do_anything(bot: Bot) -> None:
    await bot.hears(Started("nl"))
    assert await bot.feels("institution:leiden", stamp="zz") == ["remark", "ask:institution"]
    assert not bot.said[-1].current
    assert await bot.feels("institution:leiden") == ["ask:story"]
    assert bot.said[-1].current


async def test_who_can_help_is_behind_every_old_button(bot: Bot) -> None:
    await bot.hears(Started("nl"))
    assert await bot.feels("go:now", stamp="zz") == ["now"]


async def test_an_edit_corrects_the_last_text_only(bot: Bot) -> None:
    await bot.hears(Started("nl", "leiden"))
    await bot.hears(Said("ik kan niet slapen"), text_id=10)
    assert (await bot.hears(Said(LONELY), text_id=10, edited=True)) == ["ask:with-whom"]
    assert (await bot.hears(Said("ik kan niet slapen"), text_id=9, edited=True)) == []
    await bot.hears(Commanded("help"))
    assert (await bot.hears(Said("iets anders"), text_id=10, edited=True)) == []
    (name,) = await bot.hears(Said(DANGER), text_id=9, edited=True)
    assert name.startswith("crisis:")


async def test_who_writes_does_not_block_us(bot: Bot) -> None:
    await bot.hears(Started("nl"))
    await bot.store.blocked(CHAT)
    await bot.hears(Commanded("help"))
    chat = await bot.store.chat(CHAT)
    assert chat is not None
    assert not chat.blocked


async def test_a_start_keeps_the_language_and_the_school(bot: Bot) -> None:
    await bot.hears(Started("nl", "leiden"))
    await bot.feels("language:en")
    assert await bot.hears(Started("nl")) == ["greeting", "ask:story"]
    assert bot.said[-1].turn.state.language == "en"


async def test_all_is_erased_and_told_past_the_outbox(bot: Bot) -> None:
    await bot.hears(Started("nl", "leiden"))
    await bot.hears(Commanded("forget"))
    assert await bot.feels("forget:yes") == ["forgotten"]
    assert bot.past_outbox == [CHAT]
    assert await bot.store.chat(CHAT) is None
    assert not any((await bot.store.everything_about(CHAT)).values())


async def test_the_record_is_complete_and_readable(bot: Bot) -> None:
    await bot.hears(Started("nl", "leiden"))
    await bot.hears(Commanded("mydata"))
    record = bot.said[-1].record
    assert record is not None
    said = record_as_text(record)
    assert '"institution": "leiden"' in said
    assert 'b"' not in said


async def test_a_state_of_another_version_begins_anew(bot: Bot) -> None:
    await bot.store.commit(Step(500, Chat(CHAT, "en", b'{"of": "another version"}')))
    assert (await bot.hears(Said(LONELY)))[0] == "greeting"


async def test_crisis_messages_are_counted_from_the_fifth_on(bot: Bot) -> None:
    today = Clock().now.date()

    async def counted() -> dict[str, int]:
        days = await bot.store.counts(today)
        return {n: c for n, c in days.get(today, {}).items() if n.startswith("help:")}

    for _ in range(4):
        await bot.hears(Said(DANGER))
    assert await counted() == {}
    await bot.hears(Said(DANGER))
    assert await counted() == {"help:suicidal": 5}
    await bot.hears(Said(DANGER))
    assert await counted() == {"help:suicidal": 6}


def test_stamps() -> None:
    assert stamp_of(0) == "00"
    assert stamp_of(37) == "11"
    assert stamp_of(36 * 36) == stamp_of(0)
    assert len({stamp_of(number) for number in range(36 * 36)}) == 36 * 36


def test_a_record_with_what_is_no_json() -> None:
    said = record_as_text({"a": [{"b": b"\xff", "c": Text("x"), "d": b'{"e": "\xc3\xa9"}'}]})
    assert '"e": "é"' in said
