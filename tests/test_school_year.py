"""A school year of 2,000 students in seconds: what is said unasked is what each of them asked for.

Real store, real engine, real loop; the clock is moved on by hand. Students ask for check-ins,
reminders and tips, change their minds, stop, erase everything, or block the bot. The program is
killed at random moments: before what it decides is kept, or just after.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import random
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.advice.waking import FIRST, LAST, days_on
from bot.catalogue import Catalogue
from bot.catalogue.days import AMSTERDAM
from bot.channels.telegram.keeping import on_telegram
from bot.conversation import (
    Commanded,
    Event,
    Message,
    Pressed,
    Started,
    State,
    World,
    from_json,
)
from bot.conversation.saved import silenced
from bot.due import DueMessages
from bot.engine import Arrived, Engine, Spoken, stamp_of
from bot.store import SqlStore, engine, open_store
from bot.store.port import Outgoing, Step
from bot.text import Language
from bot.worker import Worker
from tests.test_due import at_once

T = TypeVar("T")
STUDENTS = 2_000
BEGIN = dt.datetime(2026, 8, 17, 9, 0, tzinfo=AMSTERDAM)
DAYS = 330
SCHOOL, OFFERING = "voorbeeld", "vb-student-counsellor"
STEP = dt.timedelta(hours=2)
SENT_FOR, IDLE = dt.timedelta(days=2), dt.timedelta(days=30)


async def _without_a_thread(worker: Worker, work: Callable[[], T]) -> T:
    return work()


class KilledError(Exception):
    """The program ended here."""


class Fragile:
    """The store of a program that is killed now and then, before or after it keeps something."""

    def __init__(self, store: SqlStore, chance: random.Random) -> None:
        self._store, self._chance = store, chance
        self.kills = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    async def commit(self, step: Step) -> bool:
        moment = self._chance.random()
        if moment < 0.01:
            self.kills += 1
            raise KilledError
        done = await self._store.commit(step)
        if moment < 0.02:
            self.kills += 1
            raise KilledError
        return done


@dataclass
class Asked:
    """What one student asked for, as a careful reader of their messages would note it."""

    languages: list[tuple[dt.datetime, Language]]
    moments: dict[tuple[str, dt.datetime], bool] = field(default_factory=dict)  # wanted still?
    themes: list[tuple[dt.datetime, tuple[str, ...], int]] = field(default_factory=list)
    gone: dt.datetime | None = None  # erased everything, or blocked

    @property
    def language(self) -> Language:
        return self.languages[-1][1]

    def spoke(self, at: dt.datetime) -> Language:
        return [language for since, language in self.languages if since <= at][-1]

    def wishes(self, at: dt.datetime) -> tuple[tuple[str, ...], int]:
        known = [(themes, most) for since, themes, most in self.themes if since <= at]
        return known[-1] if known else ((), 0)


@dataclass(frozen=True)
class Said:
    chat: int
    name: str
    language: str
    at: dt.datetime


class Year:
    """The program with its store, and the students."""

    def __init__(self, store: SqlStore, world: World, clock: Callable[[], dt.datetime]) -> None:
        self.chance = random.Random(20260817)
        self.clock = clock
        self.store = store
        self.world = world
        self.said: list[Said] = []
        self.asked: dict[int, Asked] = {}
        self.fragile = Fragile(store, self.chance)
        self.engine = Engine(store, self._now, self._put, self._send_now, lambda: None)
        self._number = 0
        self.start()

    def start(self) -> None:
        """A program that was killed begins again, knowing nothing but the store."""
        self.due = DueMessages(self.fragile, self._now, self, lambda: None, at_once)

    def _now(self) -> World:
        return dataclasses.replace(self.world, now=self.clock())

    def _put(self, spoken: Spoken) -> tuple[Outgoing, ...]:
        return ()

    async def _send_now(self, chat: int, outgoing: tuple[Outgoing, ...]) -> None:
        pass

    def to_student(self, message: Message, language: Language) -> tuple[Outgoing, ...]:
        return (Outgoing("say", f"{language} {message.name}".encode()),)

    # ---- students ----

    async def does(self, chat: int, *events: Event) -> State:
        for event in events:
            self._number += 1
            kept = await self.store.chat(chat)
            stamp = stamp_of(kept.version) if kept else None
            language = self.asked[chat].language
            await self.engine.handle(Arrived(self._number, chat, language, event, stamp=stamp))
        kept = await self.store.chat(chat)
        return from_json(kept.state) if kept and kept.state else State("nl")

    async def comes(self, chat: int) -> None:
        """A student takes what a poster offers, and asks for some of what can be asked."""
        chance = self.chance
        language: Language = chance.choice(("nl", "en"))
        now = self.clock()
        asked = self.asked[chat] = Asked([(now, language)])
        state = await self.does(chat, Started(language, offering=OFFERING), Pressed("take"))
        (one,) = state.saved
        what = chance.choice(("ask:3", "ask:7", "ask:no", "remind:1", "remind:3"))
        if what != "ask:no":
            kind = "check-in" if what.startswith("ask") else "reminder"
            asked.moments[kind, days_on(now, int(what[-1]))] = True
        await self.does(chat, Pressed(f"back:{one.number}:{what}"))
        if chance.random() < 0.4:
            await self.wants_tips(chat)

    async def wants_tips(self, chat: int) -> None:
        chance = self.chance
        most = chance.choice((1, 2))
        state = await self.does(chat, Commanded("tips"))
        if state.tips is not None:
            state = await self.does(chat, Pressed("tips:change"))
        buttons = {button.id for message in state.last for button in message.buttons}
        themes = sorted(button for button in buttons if button.startswith("tips:theme:"))
        some = set(chance.sample(themes, chance.randint(1, 3)))
        picked = state.choosing.themes if state.choosing else ()
        some ^= {f"tips:theme:{theme}" for theme in picked}  # pressed again, it is off
        state = await self.does(chat, *map(Pressed, sorted(some)))
        state = await self.does(chat, Pressed("tips:often"), Pressed(f"tips:most:{most}"))
        if state.screen == "tips:where":
            place = chance.choice(("utrecht", "amersfoort"))
            state = await self.does(chat, Pressed(f"tips:where:{place}"))
        if state.screen == "tips:about":
            state = await self.does(chat, Pressed(chance.choice(("tips:told", "tips:skip"))))
        state = await self.does(chat, Pressed("tips:yes"))
        assert state.tips is not None
        assert state.tips.most == most
        self.asked[chat].themes.append((self.clock(), state.tips.themes, most))

    async def changes_their_mind(self, chat: int) -> None:
        asked, now = self.asked[chat], self.clock()
        state = await self.does(chat, Commanded("saved"))
        match self.chance.choice(
            ("tips-stop", "quiet", "forget", "block", "done", "tips", "language", "start")
        ):
            case "tips-stop":
                await self.does(chat, Pressed("tips:stop"))
                asked.themes.append((now, (), 0))
            case "quiet":
                await self.does(chat, Pressed("quiet"))
                asked.themes.append((now, (), 0))
                asked.moments = dict.fromkeys(asked.moments, False)
            case "forget":
                await self.does(chat, Commanded("forget"), Pressed("forget:yes"))
                asked.gone = now
            case "block":
                await self.store.blocked(chat)
                asked.gone = now
            case "done" if state.saved:
                await self.does(chat, Pressed(f"back:{state.saved[-1].number}:done"))
                asked.moments = dict.fromkeys(asked.moments, False)
            case "tips":
                await self.wants_tips(chat)
            case "language":
                other: Language = "en" if asked.language == "nl" else "nl"
                await self.does(chat, Pressed(f"language:{other}"))
                asked.languages.append((now, other))
            case "start":  # another phone, in another language
                await self.does(chat, Started("nl"))

    # ---- time ----

    async def passes(self) -> None:
        """All that is due at this moment is said, however often we are killed over it."""
        for _ in range(STUDENTS):
            try:
                if not await self.due.tick(500):
                    break
            except KilledError:
                self.start()
        else:
            pytest.fail("what is due is said over and over")
        while claimed := await self.store.claim(500):
            for one in claimed:
                language, _, name = one.body.decode().partition(" ")
                self.said.append(Said(one.chat, name, language, self.clock()))
                await self.store.sent(one.id, None)


async def test_a_year(
    world: World, catalogue: Catalogue, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whether the disk keeps its word at a power cut is tried elsewhere; here it takes minutes.
    pragmas = tuple(one.replace("=FULL", "=OFF") for one in engine._PRAGMAS)
    monkeypatch.setattr(engine, "_PRAGMAS", pragmas)
    # Nor are threads: handing things to one and back takes a good part of the time.
    monkeypatch.setattr(Worker, "do", _without_a_thread)
    now = [BEGIN]
    store = await open_store(tmp_path / "data", None, lambda: now[0])
    year = Year(store, dataclasses.replace(world, keeping=on_telegram(30, 2)), lambda: now[0])
    come = sorted(year.chance.choices(range(DAYS * 9), k=STUDENTS))
    changes = sorted(year.chance.choices(range(600, DAYS * 12), k=STUDENTS // 2))
    new = iter(range(1, STUDENTS + 1))
    for step in range(DAYS * 12):
        now[0] = BEGIN + step * STEP
        if is_day := 8 <= now[0].astimezone(AMSTERDAM).hour < 23:
            while come and come[0] <= step:
                come.pop(0)
                await year.comes(next(new))
            while changes and changes[0] <= step:
                changes.pop(0)
                here = [chat for chat, asked in year.asked.items() if asked.gone is None]
                await year.changes_their_mind(year.chance.choice(here))
        await year.passes()
        if not is_day and step % 84 == 0:
            await store.tidy(IDLE, SENT_FOR, silenced)
    await store.close()
    _judge(year, catalogue)


def _judge(year: Year, catalogue: Catalogue) -> None:
    """Every message was asked for, in the right language and hours, as often as was wished."""
    theme = {f"tip:{tip.id}": tip.theme for tip in catalogue.schools[SCHOOL].tips}
    tips: dict[int, list[Said]] = defaultdict(list)
    others: dict[int, list[Said]] = defaultdict(list)
    for said in year.said:
        asked = year.asked[said.chat]
        assert FIRST <= said.at.astimezone(AMSTERDAM).time() < LAST
        assert asked.gone is None or said.at <= asked.gone
        assert said.language == asked.spoke(said.at), said
        if said.name in theme:
            themes, most = asked.wishes(said.at)
            assert theme[said.name] in themes, said
            lately = [t for t in tips[said.chat] if said.at - t.at < dt.timedelta(days=30)]
            assert len(lately) < most, said
            tips[said.chat].append(said)
        else:
            others[said.chat].append(said)
    for chat, some in tips.items():
        often = Counter(said.name for said in some)
        entries = {"vb-tip-exams": 4, "vb-tip-holiday": 4}
        assert all(count <= entries.get(name[4:], 2) for name, count in often.items()), (chat, some)
    for chat, asked in year.asked.items():
        told = Counter(said.name.partition(":")[0] for said in others[chat])
        assert all(count == 1 for count in told.values()), (chat, others[chat])
        for (kind, at), wanted in asked.moments.items():
            mine = [said for said in others[chat] if said.name.startswith(kind)]
            if wanted and asked.gone is None and at + dt.timedelta(days=1) < year.clock():
                assert mine, (chat, kind, at)
            assert all(at <= said.at < at + dt.timedelta(days=1) for said in mine)
    assert year.fragile.kills > STUDENTS // 100
    assert sum(map(len, tips.values())) > STUDENTS // 4
    assert sum(map(len, others.values())) > STUDENTS // 2
