"""Flood control: too many messages in a second, in one chat or over all, and the chat is closed."""

from __future__ import annotations

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

from .refused import too_many


@dataclass
class Flood:
    """How many messages (sent or edited) are taken; None is no limit.

    Over the limit the answer is 429 with `retry_after`, and stays so until that time has passed.
    """

    per_chat: int | None = None
    overall: int | None = None
    per_group_a_minute: int | None = None
    retry_after: int = 1
    _sent: dict[object, deque[float]] = field(default_factory=lambda: defaultdict(deque))
    _closed_until: dict[object, float] = field(default_factory=dict)

    def check(self, chat: int, now: float) -> None:
        """Counts one message to this chat, or refuses it."""
        limits: list[tuple[object, int | None, float]] = [
            ("all", self.overall, 1.0),
            (("second", chat), self.per_chat, 1.0),
        ]
        if chat < 0:
            limits.append((("minute", chat), self.per_group_a_minute, 60.0))
        for key, limit, seconds in limits:
            self._refuse(key, limit, seconds, now)
        for key, _, _ in limits:
            self._sent[key].append(now)

    def _refuse(self, key: object, limit: int | None, seconds: float, now: float) -> None:
        if limit is None:
            return
        sent = self._sent[key]
        while sent and sent[0] <= now - seconds:
            sent.popleft()
        until = self._closed_until.get(key, 0.0)
        if len(sent) >= limit and until <= now:
            until = self._closed_until[key] = now + self.retry_after
        if until > now:
            raise too_many(math.ceil(until - now))
