"""What can be looked at beside the conversation at any moment; `on` leads back to where it was."""

from __future__ import annotations

from bot.advice import person_for
from bot.conversation.message import Button, Message, Part
from bot.conversation.standing import student_of
from bot.conversation.state import State
from bot.conversation.steps import handover
from bot.conversation.steps.crisis import ANY, line_buttons, worried_button
from bot.conversation.steps.institution import school_buttons
from bot.conversation.steps.links import link_buttons
from bot.conversation.steps.parts import step_parts
from bot.conversation.world import World
from bot.safety.lines import LINES
from bot.text import FromCatalogue, text

_BACK = Button("on", text("button.on"))


def show_person(state: State, world: World) -> Message:
    """Who it would be, where there are staff who can be reached; else the contact, plainly."""
    case = handover.open_case(state, world)
    if case is not None:
        return handover.show_standing(state, world, case)
    able = handover.candidates(state, world)
    if able:
        return handover.show_offer(state, world, able[0], others=len(able) > 1)
    return show_contact(state, world)


def show_contact(state: State, world: World) -> Message:
    """A person at the student's own institution, plainly: who it is and how to get there."""
    institution = state.answers.get("institution")
    person = person_for(student_of(state, world), world.catalogue, world.today)
    if institution is None or person is None:
        return Message(
            "person", (Part(text("person.no-institution")),), (*school_buttons(world), _BACK)
        )
    return Message(
        f"person:{person.id}",
        (
            Part(text("person.intro", institution=FromCatalogue("institution", institution))),
            Part(FromCatalogue("offering", person.id, "title"), "title"),
            Part(FromCatalogue("offering", person.id, "summary")),
            *step_parts(person),
            Part(text("person.say"), "quiet"),
        ),
        (*link_buttons(person), _BACK),
    )


def show_now(state: State, world: World) -> Message:
    """Who can help now. From the program itself: it needs no catalogue and no network."""
    return Message(
        "now",
        (Part(text("now.intro")), *(Part(line.text) for line in LINES)),
        (*line_buttons(LINES), *worried_button(ANY), _BACK),
    )


def show_help(state: State, world: World) -> Message:
    return Message(
        "help",
        (Part(text("help.what")), Part(text("help.how")), Part(text("help.commands"), "quiet")),
        (
            _BACK,
            Button("go:themes", text("button.themes")),
            Button("go:profile", text("button.profile")),
            Button("go:privacy", text("button.privacy")),
            Button("go:language", text("button.language")),
        ),
    )
