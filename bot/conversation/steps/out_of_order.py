"""The catalogue cannot be read: nothing can be found, but who can help now is shown."""

from __future__ import annotations

from bot.conversation.message import Message, Part
from bot.conversation.state import State
from bot.conversation.steps.beside import show_now
from bot.conversation.world import World
from bot.text import text

NAME = "out-of-order"


def show(state: State, world: World) -> Message:
    now = show_now(state, world)
    return Message(NAME, (Part(text("out-of-order.sorry")), *now.parts[1:]), now.buttons)


def hear(state: State, said: str, world: World) -> State:
    """Whatever is said: there is nothing to look in."""
    return state
