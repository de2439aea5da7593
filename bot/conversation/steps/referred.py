"""Somebody of the school pointed the student to this offering, by a link or a poster."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.message import Button, Message, Part
from bot.conversation.state import FLOW, State
from bot.conversation.steps.advice import step_parts
from bot.conversation.steps.links import link_buttons
from bot.conversation.world import World
from bot.text import FromCatalogue, text


def show(state: State, world: World) -> Message:
    offering = world.catalogue.offerings[str(state.referred)]
    return Message(
        f"referred:{offering.id}",
        (
            Part(text("referred.intro")),
            Part(FromCatalogue("offering", offering.id, "title"), "title"),
            Part(FromCatalogue("offering", offering.id, "summary")),
            *step_parts(offering),
        ),
        (
            *link_buttons(offering),
            Button("take", text("button.take")),
            Button("other", text("button.tell-first")),
        ),
    )


def hear(state: State, said: str, world: World) -> State | None:
    match world.answers.whole("advice", said):
        case "take":
            return take(state)
        case "other":
            return leave(state)
    return None


def take(state: State) -> State:
    """I'll do this."""
    return replace(state, promised=state.referred, referred=None, screen=FLOW)


def leave(state: State) -> State:
    """Rather tell first what is going on."""
    return replace(state, referred=None, screen=FLOW)
