"""What is going on? In the student's own words; and what we say when those were not understood."""

from __future__ import annotations

from bot.conversation.message import Button, Message, Part
from bot.conversation.state import State
from bot.conversation.steps.themes import theme_buttons
from bot.conversation.world import World
from bot.text import text

# After this many messages in a row that were not understood, a person is offered first.
_PERSON_AFTER = 2


def show(state: State, world: World) -> Message:
    return Message(
        "ask:story",
        (Part(text("story.ask")), Part(text("story.example"), "quiet")),
        (Button("go:themes", text("button.themes")),),
    )


def show_unknown(state: State, world: World) -> Message:
    """Honest: not recognised. The themes and a person are the way on."""
    person = Button("go:person", text("button.person"))
    themes = theme_buttons(world)
    if state.misses >= _PERSON_AFTER:
        return Message("unknown", (Part(text("unknown.again")),), (person, *themes))
    return Message("unknown", (Part(text("unknown.first")),), (*themes, person))
