"""What holds for every conversation, whatever a student does."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.app import App
from bot.conversation import (
    COMMANDS,
    Commanded,
    Event,
    Pressed,
    Said,
    Started,
    State,
    Suggested,
    World,
    from_json,
    respond,
    to_json,
)
from bot.text import Language
from bot.words import render

_SENTENCES = (
    "ik voel me alleen",
    "my rent is too high",
    "ik wil stoppen met mijn opleiding",
    "liever met een medestudent",
    "iets anders",
    "English",
    "nederlands",
    "weet ik niet",
    "1",
    "leidse uni",
    "ja",
    "hoi",
    "asdkjh",
    "",
)
_ACTIONS = st.one_of(
    st.integers(0, 30),  # a button of the last message
    st.sampled_from(_SENTENCES),
    st.text(max_size=40),
    st.sampled_from([*COMMANDS, "nonsense"]).map(lambda name: ("/", name)),
)


def _event(action: Any, state: State) -> Event:
    if isinstance(action, int):
        buttons = [b for message in state.last for b in message.buttons if b.kind != "link"]
        return Pressed(buttons[action % len(buttons)].id)
    if isinstance(action, tuple):
        return Commanded(action[1])
    return Said(action)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    language=st.sampled_from(["nl", "en"]),
    school=st.sampled_from([None, "leiden", "hanze", "avans", "noorderpoort", "voorbeeld"]),
    actions=st.lists(_ACTIONS, max_size=14),
)
def test_any_conversation(
    language: Language, school: str | None, actions: list[Any], world: World, app: App
) -> None:
    turn = respond(State(language), Started(language, school), world)
    for action in actions:
        state = from_json(to_json(turn.state))
        assert state == turn.state, "a saved state is the same state"
        event = _event(action, state)
        turn = respond(state, event, world)
        assert turn == respond(state, event, world), "the same turn every time"
        named = [done.offering for done in turn.do if isinstance(done, Suggested)]
        assert not set(named) & set(turn.state.declined), "turned down, and named again"
        assert len(turn.state.asked) <= 3
        last = turn.say[-1]
        ways_on = {button.id for message in turn.say for button in message.buttons}
        assert [b for b in last.buttons if b.kind != "link"], "a dead end"
        assert last.name == "now" or "go:now" in ways_on
        assert "restart" in ways_on
        assert last.name.startswith("person") or "go:person" in ways_on
        for message in turn.say:
            shown = render(message, app.translators[turn.state.language], world.catalogue)
            assert shown.text.strip()
            assert len(shown.text) <= 1200
            ids = [button.id for button in message.buttons]
            assert len(ids) == len(set(ids))


def test_an_old_button_does_nothing(world: World) -> None:
    turn = respond(State("nl"), Started("nl", "leiden"), world)
    for button in ("take", "other", "answer:with-whom:group", "need:nowhere", "x", "theme:x", ""):
        again = respond(turn.state, Pressed(button), world)
        assert again.state.answers == turn.state.answers
        assert again.say[-1].name == "ask:story"
