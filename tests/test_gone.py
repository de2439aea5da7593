"""The catalogue changes under a conversation: it goes on sensibly, whatever has gone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from bot.app import App
from bot.catalogue import Catalogue
from bot.conversation import (
    Commanded,
    Event,
    Pressed,
    Said,
    Started,
    State,
    Turn,
    World,
    respond,
)
from bot.words import render

BEHIND = "ik loop heel erg achter met mijn studie en ga mijn punten niet halen"


def walk(world: World) -> Iterator[Turn]:
    """A conversation with a promise, and what is looked at on the way."""
    turn = respond(State("nl"), Started("nl", "voorbeeld"), world)
    yield turn
    events: tuple[Event, ...] = (
        Said(BEHIND),
        Pressed("skip:with-whom"),
        Pressed("skip:about-you"),
        Pressed("other"),
        Commanded("profile"),
        Pressed("on"),
        Commanded("person"),
        Pressed("take"),
        Pressed("on"),
        Pressed("take"),
    )
    for event in events:
        turn = respond(turn.state, event, world)
        yield turn


def without(catalogue: Catalogue, kind: str, id: str) -> Catalogue:
    """The catalogue after somebody removed this."""
    match kind:
        case "school":
            return dataclasses.replace(
                catalogue, schools={k: v for k, v in catalogue.schools.items() if k != id}
            )
        case "need":
            return dataclasses.replace(
                catalogue,
                needs={k: v for k, v in catalogue.needs.items() if k != id},
                themes={
                    k: t.model_copy(update={"needs": tuple(n for n in t.needs if n != id)})
                    for k, t in catalogue.themes.items()
                },
            )
    school = catalogue.schools["voorbeeld"]
    fewer = tuple(o for o in school.offerings if o.id != id)
    return dataclasses.replace(
        catalogue,
        schools={**catalogue.schools, "voorbeeld": dataclasses.replace(school, offerings=fewer)},
        offerings={k: v for k, v in catalogue.offerings.items() if k != id},
    )


def named(turn: Turn) -> set[str]:
    """The offerings that a turn is about."""
    messages = {message.name.partition(":")[2] for message in turn.say}
    state = {turn.state.promised, *turn.state.declined}
    return {id for id in messages | state if id}


def said(turn: Turn, world: World, app: App) -> str:
    """All of it, in words; fails where something is named that is not there."""
    translator = app.translators[turn.state.language]
    shown = [render(message, translator, world.catalogue) for message in turn.say]
    return "\n".join(part.text for message in shown for part in message.parts)


@pytest.mark.parametrize("kind", ["offering", "need", "school"])
def test_whatever_is_gone(app: App, world: World, kind: str) -> None:
    looked_at = 0
    for turn in walk(world):
        ids = {"need": ["study-progress"], "school": ["voorbeeld"]}.get(kind, sorted(named(turn)))
        for id in ids:
            if kind == "offering" and id not in world.catalogue.offerings:
                continue
            there = dataclasses.replace(world, catalogue=without(world.catalogue, kind, id))
            buttons = [b.id for message in turn.say for b in message.buttons if b.kind != "link"]
            events: list[Event] = [*map(Pressed, buttons), Said("ik voel me eenzaam")]
            events += [*map(Commanded, ("person", "profile", "language")), Pressed("x")]
            for event in events:
                after = respond(turn.state, event, there)
                assert said(after, there, app)
                assert id not in named(after)
                looked_at += 1
    assert looked_at > 50


def test_the_student_is_told(app: App, world: World) -> None:
    promised = list(walk(world))[-1]
    id = str(promised.state.promised)
    there = dataclasses.replace(world, catalogue=without(world.catalogue, "offering", id))
    after = respond(promised.state, Pressed("other"), there)
    assert "is er niet meer" in said(after, there, app)
    assert after.state.promised is None
    # What was not about it stays: the school, the need, and the way to somebody else.
    assert after.state.answers == promised.state.answers
    assert after.say[-1].name.startswith("advice:")
    # Help now never waits for it.
    assert respond(promised.state, Said("ik wil dood"), there).shows_help


def test_where_nothing_is_gone_nothing_changes(world: World) -> None:
    for turn in walk(world):
        again = respond(turn.state, Pressed("x"), world)
        assert "remark.gone" not in str(again.say)
