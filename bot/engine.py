"""ONE TURN, WHOLE OR NOT AT ALL: load, decide, commit, and wake who delivers."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import json
import logging
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from functools import partial
from string import ascii_lowercase, digits
from typing import Any
from weakref import WeakValueDictionary

from bot.cases import Cases, Following, with_following
from bot.catalogue import Catalogue
from bot.conversation import (
    CRISIS,
    LATER,
    Action,
    Came,
    CameBack,
    Commanded,
    EraseRecord,
    Event,
    Helped,
    HelpShown,
    OpenCase,
    Pressed,
    Promised,
    Said,
    SendRecord,
    Started,
    State,
    Suggested,
    TipsChanged,
    ToCase,
    Turn,
    TurnedDown,
    World,
    from_kept,
    respond,
    to_json,
)
from bot.due import with_changes
from bot.handover.case import RefusedError
from bot.store.again import until_kept
from bot.store.port import Chat, Due, KeptCase, Outgoing, Step, Store
from bot.text import Language
from bot.worker import Worker

_log = logging.getLogger(__name__)
_AT_ONCE = 4  # turns that read or write
_TRIES = 3  # a chat that changes under our hands is read again so often
_DIGITS = digits + ascii_lowercase
# Buttons that may be pressed on an old message: they show something and change nothing.
_TIMELESS = ("go:now", "go:person", "go:contact", "go:privacy", "case:", *LATER, CRISIS)
_LONG = 500  # characters
_FEW = 5  # crisis messages of a kind: fewer are not written down


@dataclass(frozen=True, slots=True)
class Arrived:
    """One update, as a channel hands it in. `id` is unique; `language` is that of the app."""

    id: int
    chat: int
    language: Language
    event: Event
    text_id: int | None = None  # the message id of a typed text
    edited: bool = False  # the text corrects the one with this message id
    stamp: str | None = None  # the screen that a pressed button belongs to
    pressed: Pressing | None = None


@dataclass(frozen=True, slots=True)
class Pressing:
    """Which message a button was pressed on, and what stood on it."""

    message_id: int
    label: str


@dataclass(frozen=True, slots=True)
class Spoken:
    """What a channel puts into its own form: a turn, the stamp of its screen, what led to it."""

    turn: Turn
    catalogue: Catalogue  # by which it was decided; there may be a newer one by now
    stamp: str
    arrived: Arrived
    screen: int | None  # the message that had the buttons until now
    current: bool = True  # False: a button of an older screen was pressed, and did nothing
    record: dict[str, list[dict[str, Any]]] | None = None  # for SendRecord


@dataclass(frozen=True, slots=True)
class _Decided:
    """A turn, the state to go back to when the text is edited, and the one that was stored."""

    turn: Turn
    back_to: State | None
    stored: State | None


def stamp_of(version: int) -> str:
    """Two signs that say which screen a button is on; they repeat after 1,296 turns."""
    base = len(_DIGITS)
    return _DIGITS[version // base % base] + _DIGITS[version % base]


class Engine:
    """Handles updates; the only place where the conversation and the store meet."""

    def __init__(
        self,
        store: Store,
        world: Callable[[], World],
        put: Callable[[Spoken], tuple[Outgoing, ...]],
        send_now: Callable[[int, tuple[Outgoing, ...]], Awaitable[None]],
        wake: Callable[[], None],
        cases: Cases | None = None,
    ) -> None:
        """`cases`: handovers to staff; None where there are none."""
        self._store = store
        self._cases = cases
        self._world = world
        self._put = put
        self._send_now = send_now
        self._wake = wake
        self._held: Counter[str] = Counter()
        # What is typed has a thread of its own: after a start it waits until the understanding is
        # made, and who presses a button need not. And so has what is long: to look for danger in
        # that can take a second, which who types a few words at the same time need not wait.
        self._presses = Worker("decide-on-presses")
        self._texts, self._long_texts = Worker("decide-on-texts"), Worker("decide-on-long-texts")
        self._chats: WeakValueDictionary[int, asyncio.Lock] = WeakValueDictionary()
        # There is one disk: more would only wait for it, and the sender with them.
        self._at_the_disk = asyncio.Semaphore(_AT_ONCE)

    async def handle(self, arrived: Arrived) -> bool:
        """Handle an update once, however often it comes. False when it was handled before.

        In one chat one after the other, in the order in which they come here.
        """
        async with self._chats.setdefault(arrived.chat, asyncio.Lock()):
            return await until_kept(lambda: self._try(arrived), _TRIES)

    async def _try(self, arrived: Arrived) -> bool:
        async with self._at_the_disk:
            known, kept = await self._store.chat_and_case(arrived.chat)
            if self._cases is not None:
                await self._cases.refresh()
        chat = known or Chat(arrived.chat, arrived.language)
        world = self._world_for(kept)
        decide = partial(self._decide, chat, arrived, world)
        decided = await self._worker_for(arrived.event).do(decide)
        async with self._at_the_disk:
            return await self._keep(chat, arrived, decided, kept, world)

    def _worker_for(self, event: Event) -> Worker:
        match event:
            case Said(words) | Commanded(words):
                return self._long_texts if len(words) > _LONG else self._texts
            case _:
                return self._presses

    def _world_for(self, kept: KeptCase | None) -> World:
        """The world with this student's case in it, and the staff as they are."""
        world = self._world()
        if self._cases is None:
            return world
        desks = self._cases.desks
        # A case at a school that has no staff (any more) cannot be brought to anybody.
        here = kept if kept is not None and kept.school in desks else None
        return replace(world, desks=desks, case=self._cases.opened(here))

    async def _keep(
        self,
        chat: Chat,
        arrived: Arrived,
        decided: _Decided | None,
        kept: KeptCase | None,
        world: World,
    ) -> bool:
        """What was decided becomes so, all at once; False when the update was handled before."""
        now = world.now
        if chat.blocked:  # who writes to us does not block us
            await self._store.unblocked(chat.id)
        if decided is None:
            return await self._store.give_up(arrived.id, arrived.chat, ())
        turn, before = decided.turn, decided.back_to
        spoken = Spoken(
            turn,
            world.catalogue,
            stamp_of(chat.version + 1),
            arrived,
            chat.screen,
            current=_is_current(arrived, chat),
        )
        if any(isinstance(action, EraseRecord) for action in turn.do):
            if self._cases is not None:
                with contextlib.suppress(RefusedError):  # nobody there to tell
                    await self._cases.leaves(kept, now)
            await self._store.forget(arrived.chat)
            new = await self._store.give_up(arrived.id, arrived.chat, ())
            await self._send_now(arrived.chat, self._put(spoken))
            return new
        if any(isinstance(action, SendRecord) for action in turn.do):
            spoken = replace(spoken, record=await self._store.everything_about(arrived.chat))
        after = replace(
            chat,
            language=turn.state.language,
            state=to_json(turn.state),
            before=to_json(before) if before is not None else None,
            last_text=arrived.text_id if before is not None else None,
        )
        step = Step(arrived.id, after, self._put(spoken), self._counts(turn))
        step = with_changes(step, decided.stored, turn.state, chat.id, now)
        for action in turn.do:
            step = with_following(step, await self._follow(action, arrived.chat, kept, now))
            if isinstance(action, TipsChanged):  # planned at the next look
                step = replace(step, due=(*step.due, Due(chat.id, "tip", 0, now)))
            if isinstance(action, Came) and self._cases is not None:
                step = replace(step, elsewhere=(*step.elsewhere, *self._cases.came(action)))
        done = await self._store.commit(step)
        self._wake()
        return done

    async def _follow(
        self, action: Action, chat: int, kept: KeptCase | None, now: dt.datetime
    ) -> Following | None:
        """What an action does to a case; None where it does nothing."""
        if self._cases is None:
            return None
        match action:
            case OpenCase(case, seen):
                return await self._cases.sent(case, chat, seen, now)
            case ToCase(happening) if kept is not None:
                try:
                    return await self._cases.follow(kept, happening, now)
                except RefusedError:
                    return None  # it ended in the very same moment; the next turn says so
        return None

    def _decide(self, chat: Chat, arrived: Arrived, world: World) -> _Decided | None:
        """What to say and do; None: nothing."""
        stored = state = _state(chat.state)
        event = arrived.event
        if not _is_current(arrived, chat):
            event = Pressed("")  # answered as an old button
        if isinstance(event, Started) and state is not None:
            event = replace(
                event,
                language=state.language,
                institution=event.institution or state.answers.get("institution"),
            )
        if isinstance(event, Said) and arrived.edited:
            if chat.before is not None and arrived.text_id == chat.last_text:
                state = _back(_state(chat.before), stored)
            elif world.shown_first(event.text) is None:
                return None  # something long past was tidied up
        if state is None and not isinstance(event, Started):
            greeted = respond(State(chat.language), Started(chat.language), world)
            turn = respond(greeted.state, event, world)
            if not turn.shows_help:
                turn = replace(turn, say=(greeted.say[0], *turn.say))
            return _Decided(turn, greeted.state if isinstance(event, Said) else None, stored)
        state = state or State(chat.language)
        back_to = state if isinstance(event, Said) else None
        return _Decided(respond(state, event, world), back_to, stored)

    def _counts(self, turn: Turn) -> tuple[str, ...]:
        """What happened, by name. Crisis messages only from the fifth of a kind on: a smaller
        number could point to a person."""
        names: list[str] = []
        for action in turn.do:
            match action:
                case Suggested(offering):
                    names.append(f"suggested:{offering}")
                case Promised(offering):
                    names.append(f"promised:{offering}")
                case TurnedDown(offering):
                    names.append(f"declined:{offering}")
                case Came(_, _, offering):
                    names.append(f"came:{offering}")
                case CameBack(what, offering, detail):
                    names.append(_came_back(what, offering, detail))
                case Helped(answer):
                    names.append(f"helped:{answer}")
                case HelpShown(kind):
                    self._held[kind] += 1
                    if self._held[kind] >= _FEW:
                        names += [f"help:{kind}"] * (_FEW if self._held[kind] == _FEW else 1)
        return tuple(names)


def _state(saved: bytes | None) -> State | None:
    """The state as it was saved; one of another version of the program is begun anew."""
    state = from_kept(saved)
    if saved is not None and state is None:
        _log.warning("A saved conversation is of another version; it begins anew.")
    return state


def _back(before: State | None, stored: State | None) -> State | None:
    """The state from before a text that was edited; but no number on the list is given twice."""
    if before is None or stored is None:
        return before
    return replace(before, numbers=stored.numbers)


def _came_back(what: str, offering: str, detail: str) -> str:
    """The name of a count; with the offering last, as it may be long."""
    if what == "helped":
        return f"helped:{offering}:{detail}"
    return f"{what}:{detail}:{offering}" if detail else f"{what}:{offering}"


def _is_current(arrived: Arrived, chat: Chat) -> bool:
    """False for a button of an older screen; anything else is about where we are now."""
    if not isinstance(arrived.event, Pressed) or arrived.event.button.startswith(_TIMELESS):
        return True
    return arrived.stamp == stamp_of(chat.version)


def record_as_text(record: dict[str, list[dict[str, Any]]]) -> str:
    """A record for the person it is about: readable, and complete."""
    return json.dumps(record, ensure_ascii=False, indent=2, default=_readable)


def _readable(value: object) -> object:
    """What JSON has no form for. States and messages are JSON themselves."""
    if isinstance(value, bytes):
        said = value.decode("utf-8", "replace")
        try:
            return json.loads(said)
        except ValueError:
            return said
    return str(value)
