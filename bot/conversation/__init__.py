"""WHAT WE SAY NEXT: a pure function, (state, event, world) → turn. No I/O, clock or chance."""

from bot.conversation.event import Commanded, Event, Pressed, Said, Started, Unreadable
from bot.conversation.message import (
    Action,
    Button,
    Came,
    CameBack,
    EraseRecord,
    Helped,
    HelpShown,
    Message,
    OpenCase,
    Part,
    Promised,
    SendFile,
    SendRecord,
    Suggested,
    TipsChanged,
    ToCase,
    TurnedDown,
)
from bot.conversation.respond import COMMANDS, Turn, respond
from bot.conversation.state import State, from_json, from_kept, to_json
from bot.conversation.steps import coming_back, saved, tips
from bot.conversation.steps.crisis import CRISIS
from bot.conversation.world import World

# Buttons under what was said later, or on a list: they mean the same however old that is.
LATER = (coming_back.BUTTONS, *saved.BUTTONS, *tips.UNDER_TIPS)

__all__ = [
    "COMMANDS",
    "CRISIS",
    "LATER",
    "Action",
    "Button",
    "Came",
    "CameBack",
    "Commanded",
    "EraseRecord",
    "Event",
    "HelpShown",
    "Helped",
    "Message",
    "OpenCase",
    "Part",
    "Pressed",
    "Promised",
    "Said",
    "SendFile",
    "SendRecord",
    "Started",
    "State",
    "Suggested",
    "TipsChanged",
    "ToCase",
    "Turn",
    "TurnedDown",
    "Unreadable",
    "World",
    "from_json",
    "from_kept",
    "respond",
    "to_json",
]
