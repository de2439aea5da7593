"""Do you mean one of these? Asked when several needs are likely and none is sure."""

from __future__ import annotations

from dataclasses import replace

from rapidfuzz import fuzz

from bot.conversation.message import Button, Message, Part
from bot.conversation.standing import answer
from bot.conversation.state import State, Story
from bot.conversation.world import World
from bot.text import FromCatalogue, text
from bot.understanding.normalise import fold

_MOST_CHOICES = 4
_NEARLY_THE_NAME = 85  # of 100: a typed name with a slip


def show(state: State, world: World) -> Message:
    needs = _offered(state)
    return Message(
        "ask:clarify",
        (
            Part(text("clarify.ask")),
            *(
                Part(
                    text(
                        "clarify.need",
                        name=FromCatalogue("need", need),
                        about=FromCatalogue("need", need, "description"),
                    )
                )
                for need in needs
            ),
        ),
        (
            *(Button(f"need:{need}", FromCatalogue("need", need)) for need in needs),
            Button("none", text("button.none-of-these")),
        ),
    )


def hear(state: State, said: str, world: World) -> State | None:
    if world.answers.whole("clarify", said) or world.answers.whole("skip", said):
        return none_of_these(state)
    need = need_named(said, _offered(state), world)
    return answer(state, need=need) if need else None


def none_of_these(state: State) -> State:
    """What was offered was wrong, so nothing is known any more."""
    return replace(state, story=Story("unknown", ()), misses=state.misses + 1)


def need_named(said: str, needs: tuple[str, ...], world: World) -> str | None:
    """The need whose name was typed, in either language, small slips forgiven."""
    typed = fold(said).strip()
    for need in needs:
        name = world.catalogue.needs[need].name
        if any(fuzz.ratio(typed, fold(n)) >= _NEARLY_THE_NAME for n in (name.nl, name.en)):
            return need
    return None


def _offered(state: State) -> tuple[str, ...]:
    needs = state.story.needs if state.story else ()
    return tuple(found.need for found in needs[:_MOST_CHOICES])
