"""What is shared of a case: the same lines for the student beforehand and for staff afterwards."""

from __future__ import annotations

from bot.conversation.message import Part
from bot.conversation.steps.follow_up import CHOICE
from bot.handover.case import Case, Reach, Summary
from bot.text import Arg, FromCatalogue, Several, Text, text

PART_LABEL: dict[str, Text] = {
    "needs": text("share.part-needs"),
    "wishes": text("share.part-wishes"),
    "suggested": text("share.part-suggested"),
}


def shared(case: Case) -> tuple[Part, ...]:
    """Every line that leaves, and none beside them."""
    summary = case.summary
    lines: list[Text] = [
        text("share.name", name=summary.name) if summary.name else text("share.anonymous")
    ]
    for name in parts_of(summary):
        if name not in summary.without:
            lines.append(_line(name, summary, case.school))
    if summary.words:
        lines.append(text("share.words", words=summary.words))
    lines.append(reach(summary.reach, summary.contact))
    return tuple(Part(line) for line in lines)


def parts_of(summary: Summary) -> tuple[str, ...]:
    """The parts that there are, left out or not."""
    there = {"needs": summary.needs, "wishes": summary.wishes, "suggested": summary.suggested}
    return tuple(name for name, content in there.items() if content)


def _line(name: str, summary: Summary, school: str) -> Text:
    match name:
        case "needs":
            needs: tuple[Arg, ...] = tuple(FromCatalogue("need", need) for need in summary.needs)
            return text("share.needs", needs=Several(needs))
        case "wishes":
            wishes = tuple(_wish(question, choice, school) for question, choice in summary.wishes)
            return text("share.wishes", wishes=Several(wishes))
    named = tuple(FromCatalogue("offering", id, "title") for id in summary.suggested)
    return text("share.suggested", offerings=Several(named))


def _wish(question: str, choice: str, school: str) -> Arg:
    if question == "age":
        return text("share.age", age=choice)
    if choice == "yes":
        return CHOICE[question]
    return CHOICE[choice] if choice in CHOICE else FromCatalogue("part", f"{school}/{choice}")


def reach(how: Reach, contact: str) -> Text:
    """How the student wants to hear."""
    match how:
        case "email":
            return text("share.reach-email", contact=contact)
        case "phone":
            return text("share.reach-phone", contact=contact)
    return text("share.reach-chat")
