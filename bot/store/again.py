"""Doing something again that was decided on what somebody else changed meanwhile."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from bot.store.port import StaleChatError

T = TypeVar("T")


async def until_kept(do: Callable[[], Awaitable[T]], tries: int) -> T:
    """What `do` gives; it reads and decides anew where that was stale.

    Raises StaleChatError where it was stale so many times.
    """
    for _ in range(tries - 1):
        try:
            return await do()
        except StaleChatError:
            continue
    return await do()
