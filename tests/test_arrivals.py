"""Arriving by a link, and with something that is no text; what is kept and erasing it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bot.app import App
from bot.channels.telegram.keeping import on_telegram
from bot.conversation import (
    Commanded,
    EraseRecord,
    Event,
    Pressed,
    Said,
    SendRecord,
    Started,
    State,
    Turn,
    Unreadable,
    World,
    respond,
)
from bot.words import render


def _after(world: World, *events: Event) -> Turn:
    turn = respond(State("nl"), events[0], world)
    for event in events[1:]:
        turn = respond(turn.state, event, world)
    return turn


def test_a_link_to_an_offering_shows_it_with_its_first_step(world: World, app: App) -> None:
    turn = _after(world, Started("nl", offering="vb-buddy"))
    assert turn.say[-1].name == "referred:vb-buddy"
    assert turn.state.answers["institution"] == "voorbeeld"
    shown = render(turn.say[-1], app.translators["nl"], world.catalogue)
    assert world.catalogue.offerings["vb-buddy"].first_step.nl in shown.text


def test_a_link_is_taken_or_left(world: World) -> None:
    link = Started("nl", offering="vb-buddy")
    assert _after(world, link, Pressed("take")).say[-1].name == "promised:vb-buddy"
    assert _after(world, link, Pressed("other")).say[-1].name == "ask:story"
    assert _after(world, link, Said("ik voel me eenzaam")).state.referred is None


def test_a_national_offering_by_link_asks_for_the_school_later(world: World) -> None:
    turn = _after(world, Started("nl", offering="nat-ease"))
    assert turn.say[-1].name == "referred:nat-ease"
    assert _after(world, Started("nl", offering="nat-ease"), Pressed("other")).say[-1].name == (
        "ask:institution"
    )


def test_a_link_to_a_need_skips_the_first_question(world: World) -> None:
    turn = _after(world, Started("nl", institution="leiden", need="loneliness"))
    assert turn.say[-1].name == "ask:with-whom"


@pytest.mark.parametrize("payload", ["nowhere", "", "🦆", "x" * 64])
def test_a_link_that_says_nothing_is_an_ordinary_start(payload: str, world: World) -> None:
    for link in (
        Started("nl", institution=payload),
        Started("nl", offering=payload),
        Started("nl", need=payload),
    ):
        assert _after(world, link).say[-1].name == "ask:institution"


def test_what_is_no_text_is_answered_and_changes_nothing(world: World) -> None:
    before = _after(world, Started("nl", "leiden"), Said("ik voel me eenzaam"))
    turn = respond(before.state, Unreadable(), world)
    assert turn.say[0].name == "remark"
    assert turn.say[-1].name == before.say[-1].name
    assert turn.state.answers == before.state.answers


def test_where_nothing_is_kept_there_is_nothing_to_show_or_erase(world: World) -> None:
    start = Started("nl", "leiden")
    for event in (Commanded("mydata"), Commanded("forget"), Pressed("forget:yes")):
        assert not _after(world, start, event).do


def test_where_something_is_kept_it_is_shown_and_erased_on_request(world: World) -> None:
    kept = replace(world, keeping=on_telegram(30, 2))
    start = Started("nl", "leiden")
    assert _after(kept, start, Commanded("mydata")).do == (SendRecord(),)
    assert not _after(kept, start, Commanded("forget")).do
    erased = _after(kept, start, Commanded("forget"), Pressed("forget:yes"))
    assert erased.do == (EraseRecord(),)
    assert erased.state == State("nl")
