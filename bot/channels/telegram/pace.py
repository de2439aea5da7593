"""How fast Telegram lets us speak: pure arithmetic on a clock that is handed in.

Telegram asks for about one message a second in a chat (short bursts are fine), 20 a minute in a
group and 30 a second over all; only a 429 is authoritative. Seconds are of a monotonic clock.
"""

from __future__ import annotations

from dataclasses import dataclass, field

_NOTHING = 1e-9  # what rounding leaves of a message


@dataclass(frozen=True, slots=True)
class Limits:
    """Messages a second, and how many may go at once after a rest."""

    chat: float = 1.0
    chat_burst: int = 5
    group: float = 20 / 60
    group_burst: int = 3
    all: float = 25.0
    all_burst: int = 25


@dataclass(slots=True)
class _Bucket:
    """Fills with time; each message takes one out."""

    rate: float
    most: int
    level: float = field(init=False)
    at: float = 0.0

    def __post_init__(self) -> None:
        self.level = float(self.most)

    def wait(self, now: float) -> float:
        """Seconds until one may go."""
        self._fill(now)
        missing = 1 - self.level
        return missing / self.rate if missing > _NOTHING else 0.0

    def take(self, now: float) -> None:
        self._fill(now)
        self.level -= 1

    def filled(self, now: float) -> float:
        """How many may go now."""
        self._fill(now)
        return self.level

    def full(self, now: float) -> bool:
        return self.filled(now) >= self.most

    def _fill(self, now: float) -> None:
        self.level = min(self.most, self.level + max(0.0, now - self.at) * self.rate)
        self.at = max(self.at, now)


class Pace:
    """Says how long to wait, per chat and over all. A 429 stops what it concerns, and no more."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._all = _Bucket(self._limits.all, self._limits.all_burst)
        self._chats: dict[int, _Bucket] = {}
        self._until: dict[int, float] = {}  # after a 429 in this chat

    def free(self, now: float) -> int:
        """How many may go now over all."""
        return int(self._all.filled(now) + _NOTHING)

    def roomy(self, now: float) -> bool:
        """Whether half of what may go at once is there: the rest is kept for answers."""
        return self._all.filled(now) >= self._all.most / 2

    def wait(self, now: float) -> float:
        """Seconds until one may go over all."""
        return self._all.wait(now)

    def take(self, chat: int, now: float) -> float:
        """0: a message may go to this chat, and is counted. Else the seconds until it may."""
        bucket = self._bucket(chat)
        wait = max(bucket.wait(now), self._all.wait(now), self._until.get(chat, now) - now)
        if wait <= 0:
            self._until.pop(chat, None)
            bucket.take(now)
            self._all.take(now)
        return wait

    def hold(self, chat: int, seconds: float, now: float) -> None:
        """Telegram said 429 for this chat."""
        self._until[chat] = now + seconds

    def tidy(self, now: float) -> None:
        """Forget chats that are at rest, so that memory stays flat."""
        self._chats = {c: b for c, b in self._chats.items() if not b.full(now)}
        self._until = {c: until for c, until in self._until.items() if until > now}

    def _bucket(self, chat: int) -> _Bucket:
        found = self._chats.get(chat)
        if found is None:
            group = chat < 0  # so Telegram numbers its groups
            found = _Bucket(
                self._limits.group if group else self._limits.chat,
                self._limits.group_burst if group else self._limits.chat_burst,
            )
            self._chats[chat] = found
        return found
