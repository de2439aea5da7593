"""What a pressed button does. Its id says everything, so an old message's button is still known."""

from __future__ import annotations

from dataclasses import replace

from bot.conversation.standing import answer, question_of, step_of, without
from bot.conversation.state import FLOW, State
from bot.conversation.steps import advice, clarify, follow_up, profile, referred, tips
from bot.conversation.world import World


def press(state: State, button: str, world: World) -> State | None:
    """The state after pressing this button; None where it no longer means anything here."""
    match button.split(":"):
        case ["on"]:
            return replace(state, screen=FLOW)
        case ["go", screen]:
            return replace(state, screen=screen)
        case ["theme", theme] if theme in world.catalogue.themes:
            return replace(state, screen=f"theme:{theme}")
        case ["change", question]:
            return replace(state, screen=f"change:{question}")
        case ["institution", institution] if institution in world.catalogue.schools:
            chosen = profile.choose_school(state, institution)
            return replace(chosen, screen="tips") if state.screen == "tips" else chosen
        case ["need", need] if need in world.catalogue.needs:
            return _choose_need(state, need, world)
        case ["none"]:
            return clarify.none_of_these(state)
        case ["answer", question, choice]:
            return _choose_answer(state, question, choice, world)
        case ["skip", question]:
            if state.screen != FLOW:
                return profile.change(state, question, "")
            return follow_up.skipped(state, question)
        case ["take"] if step_of(state, world) == "referred":
            return referred.take(state, world)
        case ["other"] if step_of(state, world) == "referred":
            return referred.leave(state)
        case ["take"]:
            return advice.take(state, world)
        case ["other"]:
            return advice.other(state, world)
        case ["tips", *what]:
            return tips.press(state, ":".join(what), world)
        case ["in-dutch-too"]:
            return answer(state, languages="both")
        case ["reconsider"]:
            return advice.reconsider(state)
    return None


def _choose_need(state: State, need: str, world: World) -> State:
    """A need that was tapped: an answer to "do you mean", or the start of another search."""
    also = tuple(other for other in state.also if other != need)
    state = replace(state, screen=FLOW, misses=0, also=also)
    if step_of(state, world) != "clarify":
        state = without(state, asked=(), declined=(), promised=None, advised=False)
    return answer(state, need=need)


def _choose_answer(state: State, question: str, choice: str, world: World) -> State | None:
    if state.screen != FLOW:
        return profile.press_change(state, question, choice, world)
    asked = question_of(state, world)
    if asked is None or asked.name != question:
        return None
    return follow_up.answered(state, asked, (choice,))
