"""Somebody of the school pointed the student to this offering, by a link or a poster.

Who of the staff gave it is named. Where that one can be reached, the student is asked once whether
they may hear that the student came: that alone, and only after a yes.
"""

from __future__ import annotations

from dataclasses import replace

from bot.catalogue import Catalogue
from bot.conversation.message import Button, Came, Message, Part
from bot.conversation.reference import member_of
from bot.conversation.saved import promise
from bot.conversation.standing import student_of
from bot.conversation.state import FLOW, State
from bot.conversation.steps.links import link_buttons
from bot.conversation.steps.parts import step_parts
from bot.conversation.steps.step import Heard
from bot.conversation.steps.when import meeting
from bot.conversation.world import World
from bot.text import FromCatalogue, Text, text

BUTTONS = "came:"
_TELL = Button(f"{BUTTONS}yes", text("button.referred-tell"))
_DO_NOT_TELL = Button(f"{BUTTONS}no", text("button.referred-not-tell"))
_ASKED = "came:"  # in `State.told`, before the giver and offering about which it was asked


def show(state: State, world: World) -> Message:
    offering = world.catalogue.offerings[str(state.referred)]
    asks = may_ask(state, world)
    question = (Part(text("referred.may-tell", name=_name(str(state.referrer)))),) if asks else ()
    return Message(
        f"referred:{offering.id}",
        (
            Part(given_by(state.referrer, world.catalogue)),
            Part(FromCatalogue("offering", offering.id, "title"), "title"),
            Part(FromCatalogue("offering", offering.id, "summary")),
            *step_parts(offering),
            *meeting(offering, student_of(state, world), world),
            *question,
        ),
        (
            *link_buttons(offering),
            Button("take", text("button.take")),
            Button("other", text("button.tell-first")),
            *((_TELL, _DO_NOT_TELL) if asks else ()),
        ),
    )


def given_by(giver: str | None, catalogue: Catalogue) -> Text:
    """Who gave it, as the student reads it: a person by role and name, a team or desk by name."""
    member = member_of(giver, catalogue) if giver is not None else None
    if giver is None or member is None:
        return text("referred.intro")
    if member.kind == "person":
        role = FromCatalogue("staff", giver, "role")
        return text("referred.given-by-person", role=role, name=_name(giver))
    return text("referred.given-by", name=_name(giver))


def _name(giver: str) -> FromCatalogue:
    return FromCatalogue("staff", giver)


def hear(state: State, said: str, world: World) -> State | None:
    match world.answers.whole("advice", said):
        case "take":
            return take(state, world)
        case "other":
            return leave(state)
    return None


def take(state: State, world: World) -> State:
    """I'll do this."""
    promised = promise(state, str(state.referred), world)
    return replace(promised, referred=None, referrer=None, screen=FLOW)


def leave(state: State) -> State:
    """Rather tell first what is going on."""
    return replace(state, referred=None, referrer=None, screen=FLOW)


# ---- the giver may hear that the student came ---------------------------------------------------


def may_ask(state: State, world: World) -> bool:
    """Whether the giver can be reached, and the student was not asked about this link before."""
    if state.referred is None or state.referrer is None or _asked(state) in state.told:
        return False
    school, _, staff = state.referrer.partition("/")
    desk = world.desks.get(school)
    giver = desk.colleagues.get(staff) if desk is not None else None
    return giver is not None and giver.way is not None


def press(state: State, button: str, world: World) -> Heard | None:
    """What the student answered; None where it is not asked (any more)."""
    if not may_ask(state, world):
        return None
    answered = replace(state, told=(*state.told, _asked(state)), screen=FLOW)
    school, _, staff = str(state.referrer).partition("/")
    name = _name(str(state.referrer))
    if button == _TELL.id:
        came = Came(school, staff, str(state.referred))
        return Heard(answered, text("referred.tells", name=name), (came,))
    return Heard(answered, text("referred.does-not-tell", name=name))


def asked_before(state: State) -> tuple[str, ...]:
    """What is remembered when a link is opened anew: about which ones it was asked."""
    return tuple(told for told in state.told if told.startswith(_ASKED))


def _asked(state: State) -> str:
    return f"{_ASKED}{state.referrer}:{state.referred}"
