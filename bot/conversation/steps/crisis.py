"""Somebody may be in danger: who can help now comes first, whatever was going on.

The texts live apart in the locales under `crisis.`; changes need a second pair of eyes.
"""

from __future__ import annotations

from bot.conversation.message import Button, Message, Part
from bot.conversation.state import State
from bot.conversation.steps.beside import line_buttons
from bot.conversation.world import World
from bot.safety.lines import LINES, Line
from bot.text import Text, text

_OPENING: dict[str, Text] = {
    "suicidal": text("crisis.suicidal"),
    "self-harm": text("crisis.self-harm"),
    "violence-now": text("crisis.violence-now"),
    "sexual-violence": text("crisis.sexual-violence"),
    "medical-now": text("crisis.medical-now"),
    "harm-to-others": text("crisis.harm-to-others"),
}
# Who is named first. All lines are a tap away, under "help now".
_LINES: dict[str, tuple[str, ...]] = {
    "suicidal": ("nat-113", "nat-112"),
    "self-harm": ("nat-113", "nat-gp-out-of-hours", "nat-112"),
    "violence-now": ("nat-112", "nat-veilig-thuis"),
    "sexual-violence": ("nat-csg", "nat-112"),
    "medical-now": ("nat-112", "nat-gp-out-of-hours"),
    "harm-to-others": ("nat-112", "nat-gp-out-of-hours", "nat-113"),
}


def show(state: State, world: World) -> Message:
    """The crisis message of the kind that the screen names: `crisis:suicidal:clear:self`."""
    _, kind, strength, about = state.screen.split(":")
    opening = _OPENING[kind] if strength == "clear" else text("crisis.soft")
    lines = tuple(_line(offering) for offering in _LINES[kind])
    parts = [Part(opening), Part(text("crisis.bot")), *(Part(line.text, "step") for line in lines)]
    if about == "other":
        parts.append(Part(text("crisis.someone-else")))
    parts.append(Part(text("crisis.on"), "quiet"))
    return Message(
        f"crisis:{kind}",
        tuple(parts),
        (
            *line_buttons(lines),
            Button("on", text("button.my-question")),
            Button("go:person", text("button.person")),
        ),
    )


def _line(offering: str) -> Line:
    return next(line for line in LINES if line.offering == offering)
