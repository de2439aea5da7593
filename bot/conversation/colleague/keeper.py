"""What the keepers of a catalogue hear while the bot runs."""

from __future__ import annotations

from bot.catalogue import Problem
from bot.conversation.message import Message, Part
from bot.text import text

_MOST = 5  # mistakes in one message; `wegwijs check` tells the rest


def to_keeper(problems: tuple[Problem, ...]) -> Message:
    """What is wrong and that the catalogue before it stays in use; (): that it is right again."""
    if not problems:
        return Message("keeper:good", (Part(text("keeper.good")),))
    told = (text("keeper.mistake", place=p.place, what=p.text) for p in problems[:_MOST])
    more = len(problems) - _MOST
    return Message(
        "keeper:broken",
        (
            Part(text("keeper.broken", count=len(problems))),
            *(Part(one) for one in told),
            *((Part(text("keeper.more", count=more), "quiet"),) if more > 0 else ()),
        ),
    )
