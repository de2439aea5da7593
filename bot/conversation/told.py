"""What a student hears of their case beside the conversation: seen, taken, an answer, a delay."""

from __future__ import annotations

from bot.conversation.message import Button, Message, Part
from bot.conversation.respond import NOW, PERSON
from bot.conversation.steps.handover import ADD, BACK_TO_BOT, MYSELF
from bot.handover.case import Case, TellStudent
from bot.handover.desk import Desk
from bot.text import At, Text, text

REASONS: dict[str, Text] = {
    "fits-better": text("reason.fits-better"),
    "away": text("reason.away"),
    "no-time": text("reason.no-time"),
}
_ON = Button("case:on", text("button.on"))


def told(tell: TellStudent, case: Case, desk: Desk) -> Message:
    """The message. Whatever it is, there is something to press, and help now among it."""
    name = desk.name(tell.who)
    until = At(tell.until) if tell.until is not None else ""
    match tell.what:
        case "seen":
            return _message(tell, (text("told.seen", name=name),), (ADD,))
        case "taken":
            lines = [text("told.taken", name=name)]
            if tell.until is not None:
                lines.append(text("case.until", until=until))
            return _message(tell, tuple(lines), (BACK_TO_BOT,))
        case "answer":
            return Message(
                "case:answer",
                (
                    Part(text("told.from", name=name), "quiet"),
                    Part(text("told.words", words=tell.words)),
                ),
                (BACK_TO_BOT, NOW),
            )
        case "passed-on":
            why = REASONS[tell.reason]
            lines = [text("told.passed-on", name=name, why=why), text("case.until", until=until)]
            return _message(tell, tuple(lines), (ADD,))
        case "not-for":
            lines = [text("told.not-for", name=name), text("case.until", until=until)]
            return _message(tell, tuple(lines), (ADD,))
        case "late":
            lines = [text("told.late", name=name), text("case.until", until=until)]
            return _message(tell, tuple(lines), (ADD, MYSELF))
        case "snoozed":
            return _message(tell, (text("told.snoozed", name=name, until=until),), (ADD,))
        case "unanswered":
            return _message(tell, (text("told.unanswered"),), (MYSELF, PERSON))
        case "done":
            return _message(tell, (text("told.done", name=name), text("told.ask")), _may_ask())
        case "quiet":
            return _message(tell, (text("told.quiet", name=name), text("told.ask")), _may_ask())
    return Message(
        "case:ask",
        (Part(text("told.helped", name=name)),),
        (
            Button("case:helped:yes", text("button.helped-yes")),
            Button("case:helped:not-yet", text("button.helped-not-yet")),
            Button("case:helped:else", text("button.helped-else")),
            NOW,
        ),
    )


def _message(tell: TellStudent, lines: tuple[Text, ...], buttons: tuple[Button, ...]) -> Message:
    return Message(f"case:{tell.what}", tuple(Part(line) for line in lines), (*buttons, _ON, NOW))


def _may_ask() -> tuple[Button, ...]:
    return (
        Button("case:may-ask:yes", text("button.may-ask")),
        Button("case:may-ask:no", text("button.may-not-ask")),
    )
