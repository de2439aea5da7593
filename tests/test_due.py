"""What was asked for is said once, in its time; one that cannot be said keeps nobody waiting."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime as dt
from collections.abc import AsyncIterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest
from telegram import Bot

from bot.advice.timing import next_meeting
from bot.catalogue import Catalogue
from bot.catalogue.days import AMSTERDAM
from bot.channels.telegram.answering import Answering
from bot.channels.telegram.keeping import on_telegram
from bot.channels.telegram.put import SAY, Say
from bot.channels.telegram.sender import Sender
from bot.conversation import (
    Commanded,
    Event,
    Message,
    Pressed,
    Said,
    Started,
    State,
    World,
    from_json,
    respond,
    to_json,
)
from bot.conversation.saved import MOST, in_silence, keep, of_offering
from bot.conversation.standing import suggestion_of
from bot.conversation.state import Saved
from bot.due import DueMessages
from bot.engine import Arrived, Engine, Spoken, stamp_of
from bot.store import SqlStore, engine, open_store, outbox
from bot.store.port import Addressed, Chat, Due, Outgoing, Step, Store, StoreError
from bot.text import Language, text

ANNA, BRAM = 7, 8
NOW = dt.datetime(2026, 11, 23, 10, 0, tzinfo=AMSTERDAM)  # a Monday
# By appointment; one that meets on Tuesdays; one of the whole country.
TALK, TABLE, OTHER = "vb-student-counsellor", "vb-neuro-table", "nat-gp"
BEFORE_SAVED = Path(__file__).with_name("data") / "state_before_saved.json"


async def at_once() -> None:
    """Nobody waits for an answer."""


class Program:
    """Store, engine and the loop of what is due, with a clock and a catalogue that can change."""

    def __init__(self, store: SqlStore, world: World) -> None:
        self.store, self.world, self.now = store, world, NOW
        self.unsayable: str | None = None  # a message that its channel cannot put into its form
        self._number = 0
        self.engine = Engine(store, self._world, self._put, self._send_now, lambda: None)
        self.due = DueMessages(store, self._world, self, lambda: None, at_once)

    def _world(self) -> World:
        return dataclasses.replace(self.world, now=self.now)

    def _put(self, spoken: Spoken) -> tuple[Outgoing, ...]:
        return ()

    async def _send_now(self, chat: int, outgoing: tuple[Outgoing, ...]) -> None:
        pass

    def to_student(self, message: Message, language: Language) -> tuple[Outgoing, ...]:
        if message.name == self.unsayable:
            raise ValueError("a button that is too long")
        return (Outgoing("say", f"{language} {message.name}".encode()),)

    async def does(self, chat: int, *events: Event, edits: int | None = None) -> State:
        """What a student does; `edits`: the text is an edit of the one with this number."""
        for event in events:
            self._number += 1
            kept = await self.store.chat(chat)
            stamp = stamp_of(kept.version) if kept else None
            text_id = edits or self._number
            edited = edits is not None
            await self.engine.handle(
                Arrived(self._number, chat, "nl", event, text_id, edited=edited, stamp=stamp)
            )
        return await self.state(chat)

    async def state(self, chat: int) -> State:
        kept = await self.store.chat(chat)
        assert kept is not None
        assert kept.state is not None
        return from_json(kept.state)

    async def takes(self, chat: int, *buttons: str, offering: str = TALK) -> None:
        """I'll do this, and these buttons about it."""
        start = Started("nl", "voorbeeld", offering=offering)
        state = await self.does(chat, start, Pressed("take"))
        number = state.saved[-1].number
        await self.does(chat, *(Pressed(f"back:{number}:{button}") for button in buttons))

    async def wants_tips(self, chat: int) -> None:
        state = await self.does(chat, Started("nl", "voorbeeld"), Commanded("tips"))
        ids = [b.id for message in state.last for b in message.buttons]
        themes = [Pressed(id) for id in ids if id.startswith("tips:theme:")]
        state = await self.does(chat, *themes, Pressed("tips:often"), Pressed("tips:most:2"))
        while state.screen in ("tips:where", "tips:about"):
            state = await self.does(chat, Pressed("tips:skip"))
        await self.does(chat, Pressed("tips:yes"))

    async def at(self, moment: str) -> list[str]:
        """What is said by then, of what is due."""
        self.now = dt.datetime.fromisoformat(moment).replace(tzinfo=AMSTERDAM)
        said = []
        for _ in range(20):
            if not await self.due.tick(1):
                break
            for one in await self.store.claim(9):
                said.append(one.body.decode())
                await self.store.sent(one.id, None)
        return said


@pytest.fixture
async def program(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Program]:
    pragmas = tuple(one.replace("=FULL", "=OFF") for one in engine._PRAGMAS)
    monkeypatch.setattr(engine, "_PRAGMAS", pragmas)
    there: list[Program] = []
    store = await open_store(tmp_path / "data", None, lambda: there[0].now if there else NOW)
    there.append(Program(store, dataclasses.replace(world, keeping=on_telegram(30, 2))))
    yield there[0]
    await store.close()


async def rows(program: Program, chat: int) -> list[str]:
    about = await program.store.everything_about(chat)
    return [row["kind"] for row in about["due"]]


def without_offering(catalogue: Catalogue, id: str) -> Catalogue:
    """The catalogue in which this one was hidden."""
    return dataclasses.replace(
        catalogue, offerings={k: v for k, v in catalogue.offerings.items() if k != id}
    )


# ---- once, and in its time ----------------------------------------------------------------------


async def test_it_is_said_once_in_the_language_of_the_student(program: Program) -> None:
    await program.takes(ANNA, "ask:3", "remind:7")
    await program.wants_tips(ANNA)
    await program.does(ANNA, Pressed("language:en"), Started("nl"))
    said = []
    for day in range(60):
        said += await program.at(f"{NOW.date() + dt.timedelta(days=day)} 19:59")
    tips = [one for one in said if one.startswith("en tip:")]
    others = [one for one in said if one not in tips]
    assert others == [f"en check-in:{TALK}", f"en reminder:{TALK}"]
    assert 2 <= len(tips) == len(set(tips)) <= 4


async def test_at_night_it_waits_and_after_a_day_it_is_too_late(program: Program) -> None:
    await program.takes(ANNA, "ask:3")
    await program.takes(BRAM, "ask:1", offering=OTHER)
    assert await program.at("2026-11-27 03:00") == []
    assert await program.at("2026-11-27 09:59") == []
    assert await program.at("2026-11-27 10:00") == [f"nl check-in:{TALK}"]
    assert await rows(program, BRAM) == []
    counts = await program.store.counts(dt.date.min)
    assert counts[dt.date(2026, 11, 27)]["dropped:check-in"] == 1


@pytest.mark.parametrize("stops", ["quiet", "done", "drop", "not-fit"])
async def test_after_a_stop_nothing_is_said(program: Program, stops: str) -> None:
    await program.takes(ANNA, "ask:3", "remind:3")
    button = stops if stops == "quiet" else f"back:1:{stops}"
    state = await program.does(ANNA, Commanded("saved"), Pressed(button))
    assert not any(one.check_in for one in state.saved)
    assert await rows(program, ANNA) == []
    assert await program.at("2026-11-26 10:00") == []


async def test_two_programs_say_it_once(program: Program) -> None:
    await program.takes(ANNA, "ask:3")
    program.now = NOW + dt.timedelta(days=3)
    other = DueMessages(program.store, program._world, program, lambda: None, at_once)
    await asyncio.gather(*(one.tick(9) for one in (program.due, other, program.due, other)))
    assert len(await program.store.claim(9)) == 1
    assert await waiting(program) == 1


async def test_who_does_something_meanwhile_goes_first(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await program.takes(ANNA, "ask:3")
    await program.takes(BRAM, "ask:3", offering=OTHER)
    read = program.store.due

    async def read_and_wait(limit: int) -> list[tuple[Due, Chat | None]]:
        found = await read(limit)
        await program.does(ANNA, Commanded("saved"), Pressed("quiet"))
        return found

    monkeypatch.setattr(program.store, "due", read_and_wait)
    program.now = NOW + dt.timedelta(days=3)
    assert await program.due.tick(9) == 2
    assert [one.chat for one in await program.store.claim(9)] == [BRAM]


async def test_no_next_one_as_long_as_one_is_on_its_way(program: Program) -> None:
    for chat in (ANNA, BRAM):
        await program.takes(chat, "ask:3")
    program.now = NOW + dt.timedelta(days=3)
    assert [await program.due.tick(1) for _ in range(3)] == [1, 0, 0]


async def test_one_that_may_not_go_yet_keeps_nobody_waiting(program: Program) -> None:
    """Telegram said: not to this chat for now."""
    for chat in (ANNA, BRAM):
        await program.takes(chat, "ask:3")
    program.now = NOW + dt.timedelta(days=3)
    assert await program.due.tick(1) == 1
    (first,) = await program.store.claim(9)
    await program.store.retry(first.id, program.now + dt.timedelta(minutes=10))
    assert await program.due.tick(1) == 1
    (next_one,) = await program.store.claim(9)
    assert {first.chat, next_one.chat} == {ANNA, BRAM}


async def test_who_waits_for_an_answer_goes_before_each_use_of_the_store(program: Program) -> None:
    await program.takes(ANNA, "ask:3")
    program.now = NOW + dt.timedelta(days=3)
    used: list[str] = []

    class Told:
        """The store, and what is asked of it."""

        def __getattr__(self, name: str) -> Any:
            used.append(name)
            return getattr(program.store, name)

    async def calm() -> None:
        used.append("calm")

    due = DueMessages(cast(Store, Told()), program._world, program, lambda: None, calm)
    assert await due.tick(1) == 1
    assert used == ["calm", "look_again", "due", "calm", "commit"]
    used.clear()
    program.now = program.now.replace(hour=3)
    assert await due.tick(1) == 0
    assert used == []


async def test_a_catalogue_that_changes_while_it_waits_is_looked_at_again(program: Program) -> None:
    await program.takes(ANNA, "ask:3")
    program.now = NOW + dt.timedelta(days=3)
    waits = 0

    async def calm() -> None:
        nonlocal waits
        waits += 1
        if waits == 2:
            there = program.world.catalogue
            program.world = dataclasses.replace(
                program.world, catalogue=without_offering(there, TALK)
            )
            due.changed()

    due = DueMessages(program.store, program._world, program, lambda: None, calm)
    assert await due.tick(1) == 0
    await due.tick(1)
    assert await program.store.claim(9) == []


async def test_the_sender_and_who_handles_updates_share_who_waits(program: Program) -> None:
    """What is due waits while an update is handled, and while its answer is sent."""
    answering = Answering()
    telegram = Telegram()
    moments: list[bool] = []

    async def send(chat: int, words: str, **_: object) -> SimpleNamespace:
        moments.append(answering.is_calm())
        return SimpleNamespace(message_id=1)

    telegram.send_message = send  # type: ignore[method-assign]
    store = Watched(program.store)
    sender = Sender(cast(Bot, telegram), cast(Store, store), lambda: program.now, answering)
    await program.store.commit(Step(None, Chat(ANNA, "nl"), (say("an answer"),)))
    running = asyncio.create_task(sender.run())
    await asyncio.wait_for(store.at_rest.wait(), 5)
    sender.stop(5)
    await running
    assert moments == [False]
    assert answering.is_calm()


async def test_what_was_sent_is_remembered_after_a_stop_for_a_while(program: Program) -> None:
    await program.wants_tips(ANNA)
    tips: list[str] = []
    while not tips:
        evening = program.now + dt.timedelta(days=1)
        tips = await program.at(f"{evening.date()} 19:59")
    await program.does(ANNA, Commanded("tips"), Pressed("tips:stop"))
    assert await program.at(f"{program.now.date()} 19:59") == []
    assert await rows(program, ANNA) == ["tip"]
    for _ in range(3):
        await program.at(f"{(program.now + dt.timedelta(days=8)).date()} 12:00")
    assert await rows(program, ANNA) == []


async def test_what_was_said_is_not_said_again_after_an_edit(program: Program) -> None:
    await program.takes(ANNA, "ask:3")
    assert await program.at("2026-11-26 10:00") == [f"nl check-in:{TALK}"]
    await program.does(ANNA, Said("gelukt"))
    state = await program.does(ANNA, Said("nog niet"), edits=program._number)
    assert state.screen.startswith("back-why")
    assert await program.at("2026-11-26 10:05") == []


async def test_an_edit_brings_back_what_is_still_to_come(program: Program) -> None:
    await program.takes(ANNA, "ask:3", "remind:7")
    await program.at("2026-11-26 10:00")
    await program.does(ANNA, Said("gelukt"))
    assert await rows(program, ANNA) == []
    await program.does(ANNA, Said("nog niet"), edits=program._number)
    assert await program.at("2026-11-30 10:00") == [f"nl reminder:{TALK}"]


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        ("2026-11-30 17:00", 1),  # the table meets on Tuesdays
        ("2026-11-30 19:59", 1),
        ("2026-12-01 10:00", 0),  # the program was down: tomorrow is today
        ("2026-12-01 16:59", 0),
    ],
)
async def test_the_day_before_is_the_day_before(program: Program, moment: str, said: int) -> None:
    program.now = NOW + dt.timedelta(days=2)
    await program.takes(ANNA, "day-before", offering=TABLE)
    assert len(await program.at(moment)) == said


async def test_the_day_before_is_judged_by_a_clock_that_is_not_behind_the_store(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machine stood still for days between two looks at the clock."""
    program.now = NOW + dt.timedelta(days=2)
    await program.takes(ANNA, "day-before", offering=TABLE)
    read = program.store.due

    async def read_later(limit: int) -> list[tuple[Due, Chat | None]]:
        program.now = dt.datetime(2026, 11, 30, 17, 0, tzinfo=AMSTERDAM)
        return await read(limit)

    monkeypatch.setattr(program.store, "due", read_later)
    assert await program.due.tick(1) == 1
    assert len(await program.store.claim(9)) == 1


async def test_the_day_before_what_was_moved_is_another_day(
    program: Program, catalogue: Catalogue
) -> None:
    program.now = NOW + dt.timedelta(days=2)
    await program.takes(ANNA, "day-before", offering=TABLE)
    school = catalogue.schools["voorbeeld"]
    a_day = dt.timedelta(days=1)
    moved = tuple(
        entry.model_copy(update={"from_": entry.from_ + a_day})
        if entry.kind == "activity"
        else entry
        for entry in school.calendar
    )
    schools = {**catalogue.schools, "voorbeeld": dataclasses.replace(school, calendar=moved)}
    there = dataclasses.replace(catalogue, schools=schools)
    program.world = dataclasses.replace(program.world, catalogue=there)
    assert await program.at("2026-11-30 17:00") == []


@pytest.mark.parametrize("button", ["ask:3", "remind:3"])
async def test_what_is_promised_for_something_done_is_kept(program: Program, button: str) -> None:
    """Under an old message, or after a slip of the thumb."""
    await program.takes(ANNA, "done", button)
    assert len(await program.at("2026-11-26 10:00")) == 1


async def test_a_few_words_are_about_what_was_asked_last(program: Program) -> None:
    await program.takes(ANNA, "ask:7")
    await program.takes(ANNA, "ask:3", offering=OTHER)
    await program.at("2026-11-26 10:00")
    await program.at("2026-11-30 10:00")
    state = await program.does(ANNA, Said("gelukt"))
    done = [one.offering for one in state.saved if one.status == "done"]
    assert done == [TALK]


async def test_an_old_button_is_about_nothing_else(program: Program) -> None:
    await program.takes(ANNA, "drop")
    await program.takes(ANNA, offering=OTHER)
    state = await program.does(ANNA, Pressed("back:1:done"))
    (one,) = state.saved
    assert (one.offering, one.status) == (OTHER, "promised")
    silent = in_silence(from_json(to_json(state)))
    again = respond(silent, Started("nl", "voorbeeld", offering=TALK), program.world).state
    again = respond(again, Pressed("take"), program.world).state
    assert [one.number for one in again.saved] == [2, 3]


async def test_nor_after_an_edit(program: Program) -> None:
    await program.does(ANNA, Started("nl", "voorbeeld", offering=TALK))
    state = await program.does(ANNA, Said("dit ga ik doen"))
    assert [one.number for one in state.saved] == [1]
    state = await program.does(ANNA, Said("iets anders"), edits=program._number)
    assert state.saved == ()
    await program.takes(ANNA, offering=OTHER)
    assert [one.number for one in (await program.state(ANNA)).saved] == [2]


async def test_who_blocks_and_comes_back_gets_what_was_asked_for(program: Program) -> None:
    await program.takes(ANNA, "ask:3")
    await program.wants_tips(ANNA)
    await program.store.blocked(ANNA)
    assert await program.at("2026-11-26 10:00") == []
    await program.store.unblocked(ANNA)
    assert await program.at("2026-11-26 10:10") == [f"nl check-in:{TALK}"]
    assert await rows(program, ANNA) == ["tip"]


async def test_who_blocks_and_stays_away_is_forgotten(program: Program) -> None:
    await program.takes(ANNA, "ask:3")
    await program.store.blocked(ANNA)
    await program.store.tidy(dt.timedelta(days=30), dt.timedelta(days=2), lambda state: state)
    assert await rows(program, ANNA) == []


async def test_after_silence_something_else_follows(program: Program) -> None:
    """What was told is gone by then; what it was for is not."""
    await program.does(ANNA, Started("nl", "voorbeeld"))
    state = await program.does(ANNA, Said("ik voel me heel eenzaam"))
    while state.promised is None:
        ids = {button.id for message in state.last for button in message.buttons}
        skip = next((id for id in sorted(ids) if id.startswith("skip:")), "take")
        state = await program.does(ANNA, Pressed(skip))
    (one,) = state.saved
    await program.does(ANNA, Pressed(f"back:{one.number}:ask:7"))
    program.now += dt.timedelta(days=6)
    tidied = await program.store.tidy(
        dt.timedelta(days=5), dt.timedelta(days=2), lambda s: to_json(in_silence(from_json(s)))
    )
    assert tidied == 0
    assert (await program.state(ANNA)).story is None
    assert await program.at("2026-11-30 10:00") == [f"nl check-in:{one.offering}"]
    state = await program.does(ANNA, Pressed(f"back:{one.number}:not-fit"))
    assert any(message.name.startswith("advice:") for message in state.last)
    assert one.offering in state.declined


# ---- one that cannot be said --------------------------------------------------------------------


async def test_what_cannot_be_put_into_words_keeps_nobody_waiting(program: Program) -> None:
    await program.takes(ANNA, "ask:3")
    await program.takes(BRAM, "ask:3", offering=OTHER)
    program.unsayable = f"check-in:{TALK}"
    assert await program.at("2026-11-26 10:00") == [f"nl check-in:{OTHER}"]
    assert await rows(program, ANNA) == []


async def test_nor_does_what_cannot_be_read(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    await program.takes(ANNA, "ask:3")
    await program.takes(BRAM, "ask:3", offering=OTHER)
    seal = program.store._seal
    really, broken = seal.open_any, to_json(await program.state(ANNA))

    def open_any(token: bytes | None) -> bytes | None:
        found = really(token)
        if found == broken:
            raise StoreError(text("store.key-other"))
        return found

    monkeypatch.setattr(seal, "open_any", open_any)
    assert await program.at("2026-11-26 10:00") == [f"nl check-in:{OTHER}"]


async def test_a_tip_that_fails_is_no_end_of_tips(program: Program) -> None:
    await program.wants_tips(ANNA)
    await program.store.commit(Step(None, None, due=(Due(ANNA, "tip", 0, NOW, b"no row"),)))
    assert await program.at("2026-11-23 12:00") == []
    assert await rows(program, ANNA) == ["tip"]


@pytest.mark.parametrize("gone", ["offering", "school"])
async def test_what_is_gone_from_the_catalogue_is_not_said(program: Program, gone: str) -> None:
    await program.takes(ANNA, "ask:3", "remind:3")
    await program.wants_tips(ANNA)
    await program.takes(BRAM, "ask:3", offering=OTHER)
    catalogue = without_offering(program.world.catalogue, TALK)
    if gone == "school":
        schools = {k: v for k, v in catalogue.schools.items() if k != "voorbeeld"}
        catalogue = dataclasses.replace(catalogue, schools=schools)
    program.world = dataclasses.replace(program.world, catalogue=catalogue)
    program.due.changed()
    assert await program.at("2026-11-26 10:00") == [f"nl check-in:{OTHER}"]
    await program.does(ANNA, Commanded("saved"))
    assert await rows(program, ANNA) == ["tip"]
    assert await program.at("2026-11-26 10:10") == []


async def test_a_store_that_is_busy_once_does_not_lose_a_new_catalogue(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    async def look_again(kind: str) -> int:
        asked.append(kind)
        if len(asked) == 1:
            raise ConnectionError
        return 0

    monkeypatch.setattr(program.store, "look_again", look_again)
    with pytest.raises(ConnectionError):
        await program.due.tick(1)
    await program.due.tick(1)
    await program.due.tick(1)
    assert len(asked) == 2


# ---- on its way ---------------------------------------------------------------------------------


async def waiting(program: Program) -> int:
    """How many messages that nobody waits for are still to be sent."""
    return await program.store._do(lambda c: outbox.waiting(c, program.now))


class Telegram:
    """What arrives there."""

    def __init__(self) -> None:
        self.said: list[str] = []

    async def send_message(self, chat: int, words: str, **_: object) -> SimpleNamespace:
        self.said.append(words)
        return SimpleNamespace(message_id=len(self.said))


class Watched:
    """A store that tells when its sender found nothing more to send."""

    def __init__(self, store: SqlStore) -> None:
        self._store, self.at_rest = store, asyncio.Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def next_due(self, *, answers_only: bool) -> dt.datetime | None:
        found = await self._store.next_due(answers_only=answers_only)
        if found is None:
            self.at_rest.set()
        return found


async def arrives(program: Program) -> list[str]:
    """What the sender sends, until nothing more may go."""
    telegram, store = Telegram(), Watched(program.store)
    sender = Sender(cast(Bot, telegram), cast(Store, store), lambda: program.now, Answering())
    running = asyncio.create_task(sender.run())
    await asyncio.wait_for(store.at_rest.wait(), 5)
    sender.stop(5)
    await running
    return telegram.said


def say(words: str) -> Outgoing:
    return Outgoing("say", SAY.dump_json(Say(words)))


async def test_what_is_still_to_be_sent_in_the_evening_waits_for_the_morning(
    program: Program,
) -> None:
    """But not the answer to who writes at night."""
    tip = Addressed(ANNA, say("a tip"), waits=True)
    await program.store.commit(Step(None, None, elsewhere=(tip,)))
    program.now = NOW.replace(hour=23)
    answers = (say("one"), say("two"))
    await program.store.commit(Step(None, Chat(ANNA, "nl"), answers))
    assert await arrives(program) == ["one", "two"]
    program.now += dt.timedelta(hours=11)
    assert await arrives(program) == ["a tip"]


@pytest.mark.parametrize(
    ("asks", "stops", "said"),
    [
        ("ask:3", "quiet", []),
        ("ask:3", "done", []),
        ("ask:3", "tips:stop", ["check-in"]),
    ],
)
async def test_nor_is_it_said_after_a_stop(
    program: Program, asks: str, stops: str, said: list[str]
) -> None:
    await program.takes(ANNA, asks)
    await program.wants_tips(ANNA)
    program.now = NOW + dt.timedelta(days=3)
    while not await waiting(program):
        await program.due.tick(1)
    button = "back:1:done" if stops == "done" else stops
    await program.does(ANNA, Commanded("saved"), Pressed(button))
    assert [one.kind for one in await program.store.claim(9)] == said


@pytest.mark.parametrize("stops", ["quiet", "tips:stop"])
async def test_nor_is_a_tip(program: Program, stops: str) -> None:
    await program.wants_tips(ANNA)
    program.now = NOW.replace(hour=19, minute=59)
    while not await waiting(program):
        program.now += dt.timedelta(days=1)
        await program.due.tick(1)
    await program.does(ANNA, Commanded("saved"), Pressed(stops))
    assert await program.store.claim(9) == []
    assert await waiting(program) == 0


# ---- a conversation from before there was a list ------------------------------------------------


async def test_a_state_of_before_the_list_goes_on(program: Program) -> None:
    old = BEFORE_SAVED.read_bytes()
    state = from_json(old)
    assert (state.promised, state.saved, state.tips) == ("leiden-ease", (), None)
    await program.store.commit(Step(None, Chat(ANNA, "nl", old)))
    state = await program.does(ANNA, Commanded("saved"), Pressed("on"))
    assert state.last[-1].name == "promised:leiden-ease"
    state = await program.does(ANNA, Commanded("restart"))
    assert state.answers["institution"] == "leiden"
    assert of_offering(state, "leiden-ease") is None


async def test_of_what_meets_it_is_asked_after_it_met(program: Program) -> None:
    """Also where "in 3 days" was typed: there is nothing to ask about before."""
    await program.takes(ANNA, "ask:after", offering=TABLE)
    await program.takes(BRAM, "ask:3", offering=TABLE)
    state = await program.does(ANNA)
    time = next_meeting(
        program.world.catalogue.offerings[TABLE], "voorbeeld", program.world.catalogue, NOW
    )
    assert time is not None
    day = time.first + dt.timedelta(days=1)
    assert [one.check_in.date() for one in state.saved if one.check_in] == [day]
    assert await program.at(f"{time.first} 19:00") == []
    said = await program.at(f"{day} 12:00")
    assert said == [f"nl check-in:{TABLE}"] * 2


async def test_a_yes_to_tips_is_for_a_year(program: Program) -> None:
    await program.wants_tips(ANNA)
    await program.at("2026-12-10 19:59")
    said = [
        one
        for day in range(600)
        for one in await program.at(f"{NOW.date() + dt.timedelta(365 + day)} 19:59")
    ]
    assert not [one for one in said if "tip:" in one]
    assert await rows(program, ANNA) == []
    state = await program.does(ANNA, Commanded("tips"))
    assert [message.name for message in state.last] == ["tips:themes"]


def test_what_did_not_help_is_not_suggested_again(world: World) -> None:
    state = State("nl", {"institution": "voorbeeld", "need": "loneliness"})
    first = suggestion_of(state, world)
    assert first is not None
    tried = Saved(1, first.offering.id, NOW.date(), status="done", helped="no")
    again = suggestion_of(dataclasses.replace(state, saved=(tried,)), world)
    assert again is not None
    assert again.offering.id != first.offering.id


def test_of_a_full_list_goes_what_is_done_then_what_is_silent(world: World) -> None:
    later = NOW + dt.timedelta(days=3)
    some = [Saved(n, f"o-{n}", NOW.date(), check_in=later) for n in range(1, MOST + 1)]
    some[4] = dataclasses.replace(some[4], check_in=None)
    some[7] = dataclasses.replace(some[7], status="done")
    state = State("nl", saved=tuple(some), numbers=MOST)
    for new, gone in (("a", "o-8"), ("b", "o-5"), ("c", "a")):
        state = keep(state, new, NOW.date(), (), "kept")
        assert len(state.saved) == MOST
        assert gone not in {one.offering for one in state.saved}
