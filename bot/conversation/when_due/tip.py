"""A tip at the right moment: in whose name, what is coming, what to do, and why this student."""

from __future__ import annotations

import datetime as dt

from bot.catalogue import Tip
from bot.catalogue.days import AMSTERDAM, Time
from bot.conversation.message import Button, Message, Part
from bot.conversation.respond import NOW
from bot.conversation.state import State
from bot.conversation.steps.links import link_buttons
from bot.conversation.steps.parts import step_parts
from bot.conversation.steps.tips import STOP_BUTTON, TAKE
from bot.conversation.steps.why import WISH
from bot.conversation.world import World
from bot.text import Arg, FromCatalogue, On, Several, Text, text


def tip_message(tip: Tip, time: Time, state: State, world: World) -> Message:
    """The tip as this student gets it, about this time in the calendar of their institution.

    Its buttons mean the same however old the message is.
    """
    school = state.answers["institution"]
    offering = world.catalogue.offerings[tip.offering]
    today = world.now.astimezone(AMSTERDAM).date()
    return Message(
        f"tip:{tip.id}",
        (
            Part(_from(tip, school, world)),
            Part(_when(time, school, today)),
            Part(FromCatalogue("tip", f"{school}/{tip.id}", "text")),
            Part(FromCatalogue("offering", offering.id, "title"), "title"),
            *step_parts(offering),
            Part(_why(tip, state), "quiet"),
        ),
        (
            *link_buttons(offering),
            Button(f"{TAKE}{offering.id}", text("button.take")),
            STOP_BUTTON,
            NOW,
        ),
    )


def _from(tip: Tip, school: str, world: World) -> Text:
    sender = next(one for one in world.catalogue.schools[school].staff if one.id == tip.from_)
    name = FromCatalogue("staff", f"{school}/{sender.id}")
    if sender.kind != "person":
        return text("tip.from", name=name)
    return text("tip.from-person", name=name, role=FromCatalogue("staff", name.id, "role"))


def _when(time: Time, school: str, today: dt.date) -> Text:
    what = FromCatalogue("calendar", f"{school}/{time.entry.id}", "title")
    days = (time.first - today).days
    if days > 1:
        return text("tip.in-days", days=days, what=what, date=On(time.first))
    if days == 1:
        return text("tip.tomorrow", what=what, date=On(time.first))
    if time.last < today:
        return text("tip.over", what=what, date=On(time.last))
    if time.first == time.last:
        return text("tip.today", what=what)
    return text("tip.going-on", what=what, date=On(time.last))


def _why(tip: Tip, state: State) -> Text:
    """What they chose, and what of the things they told the tip is for."""
    reasons: list[Arg] = [text("tip.why-theme", theme=FromCatalogue("theme", tip.theme))]
    place = state.answers.get("where", "")
    if place in tip.only.locations:
        part = FromCatalogue("part", f"{state.answers['institution']}/{place}")
        reasons.append(text("why.location", place=part))
    told = (*(("first-year",) if "first" in tip.only.years else ()), *tip.only.facts)
    reasons += [WISH[fact] for fact in told if state.answers.get(fact) == "yes"]
    return text("tip.why", reasons=Several(tuple(reasons)))
