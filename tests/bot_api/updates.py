"""The queue of updates: numbers, offsets, allowed kinds, and the one who is waiting for them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from .refused import RefusedError

OTHER_POLLER = (
    "Conflict: terminated by other getUpdates request; "
    "make sure that only one bot instance is running"
)
WEBHOOK_SET = "Conflict: terminated by setWebhook request"

MAX_WAIT = 50
MAX_BATCH = 100
_AHEAD = 10  # an offset further ahead than this is of another sequence, and is not used

KINDS = frozenset(
    "message edited_message channel_post edited_channel_post business_connection business_message "
    "edited_business_message deleted_business_messages guest_message message_reaction "
    "message_reaction_count inline_query chosen_inline_result callback_query shipping_query "
    "pre_checkout_query purchased_paid_media poll poll_answer my_chat_member chat_member "
    "chat_join_request chat_boost removed_chat_boost managed_bot".split()
)
_ON_REQUEST = frozenset({"chat_member", "message_reaction", "message_reaction_count"})


@dataclass
class Pending:
    """An update on its way; one that is `again` was given before, so no offset holds it back."""

    update: dict[str, Any]
    again: bool = False

    @property
    def id(self) -> int:
        return int(self.update["update_id"])

    @property
    def queue(self) -> object:
        """Which queue it waits in, for the webhook: each comes one by one, several side by side.

        As at Telegram a chat's messages are one queue, its blocking another, a user's presses a
        third.
        """
        for kind, value in self.update.items():
            if not isinstance(value, dict):
                continue
            if kind == "callback_query" and "from" in value:
                return ("presses", value["from"]["id"])
            if kind == "my_chat_member" and "chat" in value:
                return ("member", value["chat"]["id"])
            if "chat" in value:
                return value["chat"]["id"]
            if "from" in value:
                return value["from"]["id"]
        return None


@dataclass
class _Poll:
    """Somebody who waits; `ended` says why they waited in vain."""

    loop: asyncio.AbstractEventLoop
    woken: asyncio.Event = field(default_factory=asyncio.Event)
    ended: str | None = None

    def wake(self) -> None:
        self.loop.call_soon_threadsafe(self.woken.set)


class Updates:
    """Not safe by itself: hold the lock of the state."""

    def __init__(self, seed: int) -> None:
        self._dice = random.Random(seed)
        self.next_id = self._dice.randrange(500_000_000, 900_000_000)
        self.pending: list[Pending] = []
        self.past: list[dict[str, Any]] = []
        self.allowed = KINDS - _ON_REQUEST
        self._poll: _Poll | None = None
        self._listeners: list[_Poll] = []

    def allow(self, kinds: Iterable[str] | None) -> None:
        """None leaves it as it was; a list without a known kind is all but the rare ones."""
        if kinds is not None:
            self.allowed = KINDS & {str(kind).lower() for kind in kinds} or KINDS - _ON_REQUEST

    @property
    def allows_default(self) -> bool:
        return self.allowed == KINDS - _ON_REQUEST

    def add(self, kind: str, payload: dict[str, Any]) -> int | None:
        if kind not in self.allowed:
            return None
        return self.push({kind: payload})

    def push(self, update: dict[str, Any]) -> int:
        """An update as it is, with the next number unless it brings its own."""
        update = {"update_id": self.next_id, **update}
        self.next_id = max(self.next_id, update["update_id"] + 1)
        self.past.append(update)
        self.pending.append(Pending(update))
        self.wake()
        return int(update["update_id"])

    def repeat_last(self, times: int) -> int:
        """The newest update again, under the same number."""
        update = self.past[-1]
        self.pending += [Pending(update, again=True) for _ in range(times)]
        self.wake()
        return int(update["update_id"])

    def forget_sequence(self) -> int:
        """The next update gets a number far below the last one."""
        self.next_id = self._dice.randrange(1_000_000, self.next_id // 2)
        return self.next_id

    def take(self, offset: int, limit: int) -> list[dict[str, Any]]:
        """What a call with this offset gets; what lies below the offset is forgotten."""
        if offset < 0:
            self.pending = self.pending[offset:]
        elif 0 < offset <= self.next_id + _AHEAD:
            self.pending = [p for p in self.pending if p.again or p.id >= offset]
        given = self.pending[: min(max(limit, 1), MAX_BATCH)]
        once = {id(item) for item in given if item.again}
        self.pending = [item for item in self.pending if id(item) not in once]
        return [item.update for item in given]

    async def poll(
        self, lock: Any, offset: int, limit: int, timeout: int, ended: Iterable[asyncio.Future[Any]]
    ) -> list[dict[str, Any]]:
        """Long polling: waits for an update, another poller, a webhook, or one of `ended`."""
        with lock:
            found = self.take(offset, limit)
            if found or timeout <= 0:
                return found
            self.end_poll(OTHER_POLLER)
            poll = self._poll = _Poll(asyncio.get_running_loop())
        woken = asyncio.ensure_future(poll.woken.wait())
        try:
            await asyncio.wait(
                [woken, *ended], timeout=min(timeout, MAX_WAIT), return_when="FIRST_COMPLETED"
            )
        finally:
            woken.cancel()
            with lock:
                if self._poll is poll:
                    self._poll = None
        with lock:
            if poll.ended:
                raise RefusedError(409, poll.ended)
            gone = any(future.done() for future in ended)
            return [] if gone else self.take(max(offset, 0), limit)

    def end_poll(self, why: str) -> None:
        if self._poll:
            self._poll.ended = why
            self._poll.wake()
            self._poll = None

    def listener(self, loop: asyncio.AbstractEventLoop) -> asyncio.Event:
        """An event that is set whenever something may have come, for the webhook."""
        listener = _Poll(loop)
        self._listeners = [listener]
        return listener.woken

    def stop_listening(self) -> None:
        self._listeners = []

    def wake(self) -> None:
        for waiting in [*self._listeners, *([self._poll] if self._poll else [])]:
            waiting.wake()
