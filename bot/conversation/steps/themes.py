"""About eight themes, each opening to its needs: for who would rather tap than type."""

from __future__ import annotations

from dataclasses import replace

from rapidfuzz import fuzz

from bot.conversation.message import Button, Message, Part
from bot.conversation.standing import answer
from bot.conversation.state import FLOW, State
from bot.conversation.steps.clarify import need_named
from bot.conversation.world import World
from bot.text import FromCatalogue, text
from bot.understanding.normalise import fold

_NEARLY_THE_NAME = 85


def show(state: State, world: World) -> Message:
    return Message(
        "themes",
        (Part(text("themes.ask")),),
        (*theme_buttons(world), Button("on", text("button.back"))),
    )


def show_one(state: State, world: World) -> Message:
    theme = world.catalogue.themes[_opened(state)]
    return Message(
        f"theme:{theme.id}",
        (Part(text("theme.ask", theme=FromCatalogue("theme", theme.id))),),
        (
            *(Button(f"need:{need}", FromCatalogue("need", need)) for need in theme.needs),
            Button("go:themes", text("button.other-theme")),
        ),
    )


def hear(state: State, said: str, world: World) -> State | None:
    typed = fold(said).strip()
    for theme in world.catalogue.themes.values():
        names = (theme.name.nl, theme.name.en)
        if any(fuzz.ratio(typed, fold(name)) >= _NEARLY_THE_NAME for name in names):
            return replace(state, screen=f"theme:{theme.id}")
    need = need_named(said, tuple(world.catalogue.needs), world)
    return answer(replace(state, screen=FLOW), need=need) if need else None


def hear_need(state: State, said: str, world: World) -> State | None:
    return hear(state, said, world)


def theme_buttons(world: World) -> tuple[Button, ...]:
    return tuple(Button(f"theme:{id}", FromCatalogue("theme", id)) for id in world.catalogue.themes)


def _opened(state: State) -> str:
    return state.screen.partition(":")[2]
