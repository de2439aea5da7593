"""Where danger is doubted the answer goes on, with a quiet line that help now exists."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.conversation import (
    Commanded,
    Event,
    Message,
    Pressed,
    Said,
    Started,
    State,
    Turn,
    World,
    respond,
)
from bot.conversation.message import Part
from bot.conversation.respond import with_help_now
from bot.conversation.steps.parts import HELP_NOW
from bot.safety.detect import Danger
from bot.text import text

DOUBTFUL = Danger("suicidal", "soft", "self", "vote", (), doubtful=True)
TOLD = "ik heb geldproblemen en kan mijn huur niet betalen"


def in_doubt(world: World) -> World:
    return replace(world, danger=lambda words: DOUBTFUL)


def told(world: World, *events: Event) -> tuple[State, World]:
    """A conversation so far, in which nothing was doubted."""
    calm = replace(world, danger=lambda words: None)
    state = respond(State("nl"), Started("nl", "voorbeeld"), calm).state
    for event in events:
        state = respond(state, event, calm).state
    return state, calm


def lines(turn: Turn) -> int:
    return sum(message.parts.count(HELP_NOW) for message in turn.say)


@pytest.mark.parametrize(
    ("before", "event"),
    [
        ((), Said(TOLD)),
        ((), Said("asdkjh")),
        ((), Said("hoi")),
        ((Said(TOLD),), Said("maakt niet uit")),
        ((Said(TOLD), Commanded("profile")), Said("leiden")),
        ((), Commanded("profile")),
    ],
)
def test_only_the_line_comes_with_it(before: tuple[Event, ...], event: Event, world: World) -> None:
    state, calm = told(world, *before)
    without, doubted = respond(state, event, calm), respond(state, event, in_doubt(world))
    assert (lines(without), lines(doubted)) == (0, 1)
    parts = without.say[-1].parts
    at = max(1, len(parts) - 1)  # before the question, which the buttons answer
    assert doubted.say[-1].parts == (*parts[:at], HELP_NOW, *parts[at:])
    assert doubted.state == without.state  # nothing about it is remembered
    assert doubted.do == without.do
    assert not doubted.shows_help


def test_apart_from_what_is_shown_to_go_to_a_person() -> None:
    sent = Message("share", (Part(text("share.change"), "quiet"),))
    turn = with_help_now(Turn(State("nl", screen="share"), (sent,)))
    assert turn.say == (Message("help-now", (HELP_NOW,)), sent)


def test_nothing_may_tell_afterwards_that_danger_was_doubted(world: World) -> None:
    state, calm = told(world)
    assert respond(state, Said(TOLD), in_doubt(world)).passes
    assert not respond(state, Said(TOLD), calm).passes


def test_not_twice_where_the_advice_has_it_already(world: World) -> None:
    state, calm = told(world, Said("ik ben de hele dag bang en heb paniekaanvallen"))
    while not any(message.name.startswith("advice:") for message in state.last):
        state = respond(state, Pressed(state.last[-1].buttons[0].id), calm).state
    again = Said("iets anders")
    assert lines(respond(state, again, calm)) == 1
    assert lines(respond(state, again, in_doubt(world))) == 1


def test_what_is_asked_for_help_now_stays_as_it_is(world: World) -> None:
    state, calm = told(world)
    event = Commanded("now")
    assert respond(state, event, in_doubt(world)) == respond(state, event, calm)


def test_it_is_nothing_to_show_first(world: World) -> None:
    assert in_doubt(world).danger(TOLD) is DOUBTFUL
    assert in_doubt(world).shown_first(TOLD) is None
