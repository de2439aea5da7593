"""/saved: what the student kept or promised, with the first step of each."""

from __future__ import annotations

from bot.conversation.message import Button, Message, Part
from bot.conversation.saved import keep, numbered, of_offering, planned
from bot.conversation.standing import needs_of, student_of, tips_agreed
from bot.conversation.state import Saved, State
from bot.conversation.steps.coming_back import button, hush, meeting_buttons, outcome_buttons
from bot.conversation.steps.links import link_buttons
from bot.conversation.steps.parts import step_parts
from bot.conversation.steps.step import Heard
from bot.conversation.steps.when import meeting
from bot.conversation.world import World
from bot.text import At, FromCatalogue, Text, text

BUTTONS = ("keep:", "quiet")  # how the ids of the buttons of this room begin
_BACK = Button("on", text("button.on"))
_SHOWN = 8
_STATUS: dict[str, Text] = {
    "kept": text("saved.kept"),
    "promised": text("saved.promised"),
    "done": text("saved.done"),
}


def show(state: State, world: World) -> Message:
    if not world.keeping.kept:
        return Message("saved", (Part(text("saved.not-here")),), (_BACK,))
    if not state.saved:
        return Message("saved", (Part(text("saved.none")),), (_BACK,))
    shown = tuple(reversed(state.saved))[:_SHOWN]
    parts = [Part(text("saved.intro"))]
    for one in shown:
        line = text(
            "saved.line",
            title=FromCatalogue("offering", one.offering, "title"),
            status=_STATUS[one.status],
            step=FromCatalogue("offering", one.offering, "first_step"),
        )
        parts.append(Part(line))
    titles = (
        Button(f"back:{one.number}:show", FromCatalogue("offering", one.offering, "title"))
        for one in shown
    )
    return Message("saved", tuple(parts), (*titles, *quiet_button(state, world), _BACK))


def quiet_button(state: State, world: World) -> tuple[Button, ...]:
    """One tap after which nothing is said unasked any more, where something would be."""
    coming = any(one.at > world.now for one in planned(state))
    if coming or tips_agreed(state, world.today) is not None:
        return (Button("quiet", text("button.quiet")),)
    return ()


def keep_button(offering: str, state: State, world: World) -> tuple[Button, ...]:
    """To have it on the list, where there is one and it is not on it yet."""
    if not world.keeping.kept or of_offering(state, offering) is not None:
        return ()
    return (Button(f"keep:{offering}", text("button.keep")),)


def press(state: State, pressed: str, world: World) -> Heard | None:
    """Onto the list, or quiet from now on; None for what is not in the catalogue (any more)."""
    if pressed == "quiet":
        return Heard(hush(state), text("saved.quiet"))
    offering = pressed.partition(":")[2]
    if offering not in world.catalogue.offerings:
        return None
    kept = keep(state, offering, world.today, tuple(needs_of(state)), "kept")
    return Heard(kept, text("saved.kept-now"))


def show_one(state: State, world: World) -> Message:
    number = state.screen.partition(":")[2]
    one = numbered(state, int(number)) if number.isdecimal() else None
    if one is None:
        return show(state, world)
    offering = world.catalogue.offerings[one.offering]
    return Message(
        f"saved-one:{offering.id}",
        (
            Part(FromCatalogue("offering", offering.id, "title"), "title"),
            Part(FromCatalogue("offering", offering.id, "summary")),
            *step_parts(offering),
            *meeting(offering, student_of(state, world), world),
            *_coming(one, world),
        ),
        (
            *link_buttons(offering),
            *meeting_buttons(one, world, state),
            # Where it did not fit, it goes off the list.
            *(outcome_buttons(one)[:2] if one.status == "promised" else ()),
            *(_take(one) if one.status == "kept" else ()),
            button(one, "drop", text("button.drop")),
            Button("go:saved", text("button.saved")),
        ),
    )


def _take(one: Saved) -> tuple[Button, ...]:
    return (button(one, "take", text("button.take")),)


def _coming(one: Saved, world: World) -> tuple[Part, ...]:
    """What was asked to be said later."""
    moments = [
        (one.check_in, text("saved.check-in")),
        (one.reminder, text("saved.reminder")),
        (one.day_before, text("saved.reminder")),
    ]
    return tuple(
        Part(text("saved.coming", what=what, at=At(at)), "quiet")
        for at, what in moments
        if at is not None and at > world.now
    )
