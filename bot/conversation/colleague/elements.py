"""What a teacher finds to refer a student to: an element, what supports it here, and its link."""

from __future__ import annotations

from collections.abc import Sequence

from bot.advice.fit import LOW_THRESHOLD
from bot.catalogue import Catalogue, Element, Offering
from bot.conversation.colleague.hear import FromStaff, StaffCommand, StaffPress, StaffTurn
from bot.conversation.message import Button, Message, Part
from bot.conversation.reference import payload_of
from bot.conversation.steps.parts import step_parts
from bot.conversation.steps.referred import given_by
from bot.text import FromCatalogue, text

COMMAND = "staff"
BUTTONS = ("e:", "o:")  # e:<element>[:national] and o:<offering>
_NATIONAL = "national"
_MOST = 50  # buttons in one message; Telegram takes a hundred


def look_up(event: FromStaff, staff: str, school: str, catalogue: Catalogue) -> StaffTurn | None:
    """The turn of a staff member who looks for something to refer to; None for anything else."""
    match event:
        case StaffCommand(name) if name == COMMAND:
            return StaffTurn(_all(catalogue))
        case StaffPress(button) if button.startswith(BUTTONS):
            return _press(button, f"{school}/{staff}", school, catalogue)
    return None


def supporting(element: str, school: str, catalogue: Catalogue) -> tuple[Offering, ...]:
    """What a student of this school may be referred to, low threshold first.

    A national offering that has a local form is that local form.
    """
    reach = catalogue.within_reach(school)
    replaced = {id for offering in reach for id in offering.replaces}
    found = (o for o in reach if element in o.elements and o.id not in replaced)
    return tuple(sorted(found, key=lambda offering: offering.form not in LOW_THRESHOLD))


def _all(catalogue: Catalogue) -> tuple[Message, ...]:
    """A message for each level, with its elements as buttons."""
    messages = []
    for number, level in enumerate(catalogue.levels):
        intro = (Part(text("teacher.intro")),) if number == 0 else ()
        here = [e for e in catalogue.elements.values() if e.level == level]
        messages.append(
            Message(
                f"staff:level:{level}",
                (*intro, Part(FromCatalogue("level", level), "title")),
                tuple(Button(f"e:{e.id}", FromCatalogue("element", e.id)) for e in here),
            )
        )
    return tuple(messages)


def _press(button: str, giver: str, school: str, catalogue: Catalogue) -> StaffTurn:
    match button.split(":"):
        case ["e", id] if id in catalogue.elements:
            return StaffTurn((_element(catalogue.elements[id], school, catalogue),))
        case ["e", id, more] if id in catalogue.elements and more == _NATIONAL:
            return StaffTurn((_national(catalogue.elements[id], school, catalogue),))
        case ["o", id] if any(o.id == id for o in catalogue.within_reach(school)):
            offering = catalogue.offerings[id]
            shown = _offering(offering, giver, catalogue)
            return StaffTurn((shown,), hands_out=payload_of(id, giver))
    return StaffTurn((Message("staff:gone", (Part(text("teacher.gone")),)),))


def _element(element: Element, school: str, catalogue: Catalogue) -> Message:
    """What it is, and what this school has for it; the rest of the country is one press away."""
    found = supporting(element.id, school, catalogue)
    own = [offering for offering in found if not catalogue.is_national(offering)]
    national = len(found) - len(own)
    said = text("teacher.choose") if own else text("teacher.nothing")
    parts = (
        Part(FromCatalogue("element", element.id), "title"),
        Part(text("teacher.need", need=FromCatalogue("element", element.id, "need"))),
        Part(text("teacher.skill", skill=FromCatalogue("element", element.id, "skill"))),
        Part(said),
    )
    label = text("button.teacher-national", count=national)
    more = (Button(f"e:{element.id}:{_NATIONAL}", label),) if national else ()
    return _listed(f"staff:element:{element.id}", parts, own, more)


def _national(element: Element, school: str, catalogue: Catalogue) -> Message:
    found = supporting(element.id, school, catalogue)
    parts = (Part(FromCatalogue("element", element.id), "title"), Part(text("teacher.national")))
    national = [offering for offering in found if catalogue.is_national(offering)]
    return _listed(f"staff:national:{element.id}", parts, national)


def _listed(
    name: str, parts: tuple[Part, ...], offerings: Sequence[Offering], more: tuple[Button, ...] = ()
) -> Message:
    """The offerings as buttons; how many do not fit is said."""
    left = len(offerings) - _MOST
    quiet = (Part(text("teacher.more", count=left), "quiet"),) if left > 0 else ()
    buttons = tuple(
        Button(f"o:{o.id}", FromCatalogue("offering", o.id, "title")) for o in offerings[:_MOST]
    )
    return Message(name, (*parts, *quiet), (*buttons, *more))


def _offering(offering: Offering, giver: str, catalogue: Catalogue) -> Message:
    """What the student will see; its link and QR code follow."""
    return Message(
        f"staff:offering:{offering.id}",
        (
            Part(FromCatalogue("offering", offering.id, "title"), "title"),
            Part(FromCatalogue("offering", offering.id, "summary")),
            *step_parts(offering),
            Part(text("teacher.reads", words=given_by(giver, catalogue)), "quiet"),
        ),
    )


def came(offering: str) -> Message:
    """What a teacher hears when a student came to what they gave, and agreed to that."""
    title = FromCatalogue("offering", offering, "title")
    return Message("staff:came", (Part(text("teacher.came", offering=title)),))
