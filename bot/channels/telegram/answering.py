"""Answers first: whether somebody waits for one right now, so that what nobody waits for can wait.

Entered for as long as an update is handled, and for as long as an answer is sent.
"""

from __future__ import annotations

import asyncio

# Seconds without a pause after which one that nobody waits for goes all the same, and after as many
# the next: in a rush that does not end, or where one thing hangs, they would never be said.
_PATIENCE = 5.0
_LOOK = 0.02  # seconds between two looks


class Answering:
    """Counts the answers that are being thought about or sent."""

    def __init__(self) -> None:
        self._count = 0
        self._since = 0.0  # when the first of these was begun, or one let go in between

    def __enter__(self) -> None:
        if not self._count:
            self._since = _now()
        self._count += 1

    def __exit__(self, *_: object) -> None:
        self._count -= 1

    def is_calm(self) -> bool:
        """Whether nobody waits for an answer, or it has been this way for long enough."""
        return not self._count or _now() - self._since > _PATIENCE

    def let_go(self) -> None:
        """One that nobody waits for goes now: the next one needs patience again."""
        self._since = _now()

    async def calm(self) -> None:
        """Until nobody waits for an answer; the patience of `is_calm` at most."""
        while not self.is_calm():
            await asyncio.sleep(_LOOK)


def _now() -> float:
    return asyncio.get_running_loop().time()
