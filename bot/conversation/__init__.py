"""WHAT WE SAY NEXT: a pure function, (state, event, world) → turn. No I/O, clock or chance."""

from bot.conversation.event import Commanded, Event, Pressed, Said, Started, Unreadable
from bot.conversation.message import (
    Action,
    Button,
    EraseRecord,
    Helped,
    HelpShown,
    Message,
    OpenCase,
    Part,
    Promised,
    SendRecord,
    Suggested,
    ToCase,
    TurnedDown,
)
from bot.conversation.respond import COMMANDS, Turn, respond
from bot.conversation.state import State, from_json, to_json
from bot.conversation.steps.crisis import CRISIS
from bot.conversation.world import World

__all__ = [
    "COMMANDS",
    "CRISIS",
    "Action",
    "Button",
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
    "SendRecord",
    "Started",
    "State",
    "Suggested",
    "ToCase",
    "Turn",
    "TurnedDown",
    "Unreadable",
    "World",
    "from_json",
    "respond",
    "to_json",
]
