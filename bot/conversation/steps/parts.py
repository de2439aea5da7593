"""Paragraphs that more than one step shows."""

from __future__ import annotations

from bot.catalogue import Offering
from bot.conversation.message import Part
from bot.text import FromCatalogue, Text, text

HELP_NOW = Part(text("advice.help-now"), "quiet")


def step_parts(offering: Offering) -> tuple[Part, ...]:
    """The first step, and where and when it can be taken."""
    parts = [
        Part(text("advice.step", step=FromCatalogue("offering", offering.id, "first_step")), "step")
    ]
    where_and_when: list[Text] = []
    if offering.place:
        where_and_when.append(
            text("advice.place", place=FromCatalogue("offering", offering.id, "place"))
        )
    if offering.hours:
        where_and_when.append(
            text("advice.hours", hours=FromCatalogue("offering", offering.id, "hours"))
        )
    parts += [Part(line) for line in where_and_when]
    return tuple(parts)
