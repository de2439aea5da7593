"""Where do you study? Asked only when more than one institution is loaded and none was given."""

from __future__ import annotations

from bot.conversation.message import Button, Message, Part
from bot.conversation.standing import answer
from bot.conversation.state import State
from bot.conversation.world import World
from bot.text import FromCatalogue, text
from bot.understanding.answers import institutions_named


def show(state: State, world: World) -> Message:
    asked = text("institution.ask-first") if state.story else text("institution.ask")
    return Message(
        "ask:institution",
        (Part(asked),),
        school_buttons(world),
    )


def school_buttons(world: World) -> tuple[Button, ...]:
    schools = world.catalogue.schools
    return tuple(Button(f"institution:{id}", FromCatalogue("institution", id)) for id in schools)


def hear(state: State, said: str, world: World) -> State | None:
    schools = (school.institution for school in world.catalogue.schools.values())
    named = institutions_named(said, schools)
    return answer(state, institution=named[0]) if len(named) == 1 else None
