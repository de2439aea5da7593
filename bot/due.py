"""WHAT A STUDENT ASKED TO HEAR LATER, IN ITS TIME: read, decide, commit; then the outbox has it.

A row is taken away in the transaction that puts its message into the outbox. So nothing is said
twice, also when the program is killed, or another one looks at the same rows.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

from bot.advice.tips import look, row_from_json, row_to_json, tip_of
from bot.advice.waking import is_waking
from bot.catalogue.days import Time
from bot.conversation import Message, State, World, from_kept
from bot.conversation.saved import planned
from bot.conversation.standing import student_of, tips_agreed
from bot.conversation.when_due.saved import when_due
from bot.conversation.when_due.tip import tip_message
from bot.store.port import Addressed, Chat, Due, Outgoing, StaleChatError, Step, Store
from bot.text import Language

_log = logging.getLogger(__name__)
_BATCH = 50  # rows at a time, so that students get their turn in between
_LOOKS = 4  # rows for each message: of tips, most are only to be planned anew
_TOO_LATE = dt.timedelta(days=1)
# What was sent is remembered a little after a student stopped: who starts again gets none twice.
_REMEMBERED = dt.timedelta(days=14)
_A_WEEK = dt.timedelta(days=7)  # before such a row, or a tip that failed, is looked at again


class Deliver(Protocol):
    """How a message is put into the form of its channel."""

    def to_student(self, message: Message, language: Language) -> tuple[Outgoing, ...]:
        """For the chat of a student."""


@dataclass(frozen=True, slots=True)
class _Follows:
    """What follows from one row: it goes, this is said, this is counted, and this comes back."""

    handled: Due
    say: tuple[Outgoing, ...] = ()
    counts: tuple[str, ...] = ()
    again: Due | None = None


class DueMessages:
    """The loop over the table of what is due; it is called for its next few rows."""

    def __init__(
        self,
        store: Store,
        world: Callable[[], World],
        deliver: Deliver,
        wake: Callable[[], None],
        calm: Callable[[], Awaitable[None]],
    ) -> None:
        """`calm` is awaited before each use of the store: students who wait for an answer go
        first."""
        self._store = store
        self._calm = calm
        self._world = world
        self._deliver = deliver
        self._wake = wake
        self._stale = True  # the catalogue may have changed while we were away

    def changed(self) -> None:
        """The catalogue is another one: tips are planned anew."""
        self._stale = True

    async def tick(self, most: int) -> int:
        """Handle some of what is due, and say at most so much of it; how many rows that were.

        At night nothing is looked at: it is said, or found to be too late, in the morning.
        """
        if not is_waking(self._world().now):
            return 0
        await self._calm()
        if self._stale:
            self._stale = False  # at once: there may be another one while we wait
            try:
                await self._store.look_again("tip")
            except Exception:
                self._stale = True
                raise
        found = await self._store.due(min(_BATCH, _LOOKS * most))
        world = self._world()  # after it: nothing is due by the store and too early by this clock
        following: list[_Follows] = []
        for due, chat in found:
            following.append(follows(due, chat, world, self._deliver))
            if sum(bool(one.say) for one in following) >= most:
                break
        if not following:
            return 0
        await self._calm()
        if self._stale:  # decided by a catalogue that is another one by now
            return 0
        try:
            await self._commit(following)
        except StaleChatError:  # a student did something just now: that one is looked at again
            for one in following:
                with contextlib.suppress(StaleChatError):
                    await self._commit([one])
        if any(one.say for one in following):
            self._wake()
        return len(following)

    async def _commit(self, following: Sequence[_Follows]) -> None:
        """All of it at once: the disk is waited for once."""
        elsewhere = tuple(
            Addressed(one.handled.chat, replace(out, kind=one.handled.kind), waits=True)
            for one in following
            for out in one.say
        )
        step = Step(
            None,
            None,
            elsewhere=elsewhere,
            counts=tuple(name for one in following for name in one.counts),
            handled=tuple(one.handled for one in following),
            due=tuple(one.again for one in following if one.again is not None),
        )
        await self._store.commit(step)


def follows(due: Due, chat: Chat | None, world: World, deliver: Deliver) -> _Follows:
    """What follows from a row whose moment has come, in the form of its channel."""
    state = from_kept(chat.state) if chat is not None else None
    if state is None:
        return _Follows(due)
    try:
        if due.kind == "tip":
            return _tip(due, state, world, deliver)
        if world.now - due.at > _TOO_LATE:
            return _Follows(due, counts=(f"dropped:{due.kind}",))
        message = when_due(due.kind, due.number, due.at, state, world)
        say = deliver.to_student(message, state.language) if message is not None else ()
    except Exception as error:  # never at the cost of the others
        _log.error("Something due could not be said (%s).", type(error).__name__)
        again = replace(due, at=world.now + _A_WEEK) if due.kind == "tip" else None
        return _Follows(due, counts=(f"dropped:{due.kind}",), again=again)
    return _Follows(due, say)


def _tip(due: Due, state: State, world: World, deliver: Deliver) -> _Follows:
    row = row_from_json(due.body or None)
    wishes = tips_agreed(state, world.today)
    if wishes is None:
        if not any(world.now - sent.at < _REMEMBERED for sent in row.sent):
            return _Follows(due)
        return _Follows(due, again=replace(due, at=world.now + _A_WEEK))
    student = student_of(state, world)
    found = look(wishes, student, row, world.catalogue, world.now, due.chat)
    again = replace(due, at=found.at, body=row_to_json(found.row))
    if found.now is None:
        return _Follows(due, counts=("dropped:tip",) if found.missed else (), again=again)
    meant = tip_of(found.now, student.institution, world.catalogue)
    if meant is None:
        raise ValueError("a tip that is right now is there")
    tip, entry = meant
    time = Time(entry, entry.from_, entry.to or entry.from_)
    say = deliver.to_student(tip_message(tip, time, state, world), state.language)
    return _Follows(due, say, (f"tip:{tip.id}",), again)


def with_changes(
    step: Step, before: State | None, after: State, chat: int, now: dt.datetime
) -> Step:
    """The step with what a turn changed in what is to be said later: what not any more, and what.

    What has passed was said, and stands in the state only: an edited text may bring it back there.
    """
    was = {(one.kind, one.number): one.at for one in planned(before)} if before else {}
    is_ = {(one.kind, one.number): one.at for one in planned(after)}
    not_due = tuple(Due(chat, *key, at) for key, at in was.items() if key not in is_)
    due = tuple(Due(chat, *key, at) for key, at in is_.items() if was.get(key) != at and at > now)
    kinds = {one.kind for one in not_due}
    if before is not None and before.tips is not None and after.tips is None:
        kinds.add("tip")
    return replace(step, not_due=not_due, due=due, hushes=tuple(sorted(kinds)))
