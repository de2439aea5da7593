"""What is said at a moment that the student chose before. Pure, like everything here."""

from __future__ import annotations

import datetime as dt

from bot.conversation.message import Message
from bot.conversation.respond import NOW
from bot.conversation.saved import Kind, numbered, planned
from bot.conversation.state import Saved, State
from bot.conversation.steps import coming_back
from bot.conversation.world import World

_SAME = dt.timedelta(seconds=1)  # moments are kept in whole seconds


def when_due(
    kind: Kind, number: int, at: dt.datetime, state: State, world: World
) -> Message | None:
    """The message; None where there is nothing (any more) to say: it is off the list, done, gone
    from the catalogue, was asked for at another moment, or is not tomorrow (any more)."""
    one = numbered(state, number)
    if one is None or one.offering not in world.catalogue.offerings or one.status == "done":
        return None
    asked = (p for p in planned(state) if (p.kind, p.number) == (kind, number))
    if not any(abs(p.at - at) < _SAME for p in asked):
        return None
    if kind == "day-before" and not coming_back.is_tomorrow(one, state, world):
        return None
    return _with_help(_message(kind, one, state, world))


def _message(kind: Kind, one: Saved, state: State, world: World) -> Message:
    match kind:
        case "check-in":
            return coming_back.check_in(one)
        case "reminder":
            return coming_back.reminder(one, state, world)
    return coming_back.tomorrow(one, state, world)


def _with_help(message: Message) -> Message:
    return Message(message.name, message.parts, (*message.buttons, NOW))
