"""What a step is made of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bot.conversation.message import Action, Message
from bot.conversation.state import State
from bot.conversation.world import World
from bot.text import FromCatalogue, Text


@dataclass(frozen=True, slots=True)
class Heard:
    """What an event came down to: the state that follows, a remark to make before the screen, and
    what else is to be done."""

    state: State
    remark: Text | FromCatalogue | None = None
    do: tuple[Action, ...] = ()


def hears_nothing(state: State, said: str, world: World) -> State | None:
    """For steps that have no answers of their own in words."""
    return None


@dataclass(frozen=True, slots=True)
class Step:
    show: Callable[[State, World], Message]
    hear: Callable[[State, str, World], State | None] = hears_nothing
