"""A case as a card for staff: what the student agreed to share, where it stands, what to do."""

from __future__ import annotations

from typing import Literal

from bot.conversation.message import Button, Message, Part
from bot.conversation.summary import shared
from bot.handover.case import (
    STUDENT,
    WAITING,
    Answered,
    Case,
    Happening,
    NotForMe,
    PassedOn,
    RefusedError,
    Snoozed,
    TellStaff,
)
from bot.handover.desk import Desk
from bot.text import At, Text, text

_LONGEST_NUMBER = 12  # digits
_STATUS: dict[str, Text] = {
    "sent": text("card.sent"),
    "seen": text("card.seen"),
    "taken": text("card.taken"),
    "answered": text("card.answered"),
    "unanswered": text("card.unanswered"),
    "closed": text("card.closed"),
    "withdrawn": text("card.withdrawn"),
}
_HEADS: dict[str, Text] = {
    "reminder": text("card.reminder"),
    "wrote": text("card.wrote"),
    "quiet": text("card.quiet"),
    "not-delivered": text("card.not-delivered"),
    "note": text("card.noted"),
}
_MAILS: dict[str, Text] = {
    "new": text("mail.new"),
    "reminder": text("mail.reminder"),
    "wrote": text("mail.wrote"),
    "withdrawn": text("mail.withdrawn"),
    "gone": text("mail.gone"),
    "quiet": text("mail.quiet"),
    "not-delivered": text("mail.not-delivered"),
}
_SENT_ON: dict[type, Text] = {
    Answered: text("staff.sent"),
    PassedOn: text("staff.passed-on"),
    NotForMe: text("staff.wrong"),
    Snoozed: text("staff.snoozed"),
}


def card(case: Case, desk: Desk) -> Message:
    """The card as it stands now. Of a case that is over nothing of the student is left on it."""
    head = Part(text("card.title", number=case.id, status=_standing(case, desk)), "title")
    if not case.is_open:
        return Message("card", (head,))
    parts = [head, *shared(case)]
    if case.promised is not None:
        parts.append(Part(text("card.promised", until=At(case.promised)), "quiet"))
    parts.append(Part(text("card.reply"), "quiet"))
    return Message("card", tuple(parts), _buttons(case))


def card_gone(case: Case, desk: Desk, to: str) -> Message:
    """What is left of it with somebody whose turn it no longer is."""
    gone = text("card.gone", number=case.id, name=desk.name(to))
    return Message("card", (Part(gone, "title"),))


def _standing(case: Case, desk: Desk) -> Text:
    status = _STATUS[case.status]
    if case.holder is not None and case.is_open:
        return text("card.held", status=status, name=desk.name(case.holder))
    return status


def _buttons(case: Case) -> tuple[Button, ...]:
    def button(what: str, label: Text) -> Button:
        return Button(f"c:{case.id}:{what}", label)

    first = () if case.holder else (button("take", text("button.staff-take")),)
    later = (button("snooze", text("button.staff-snooze")),) if case.status in WAITING else ()
    wrong = (button("wrong", text("button.staff-wrong")),) if case.status != "unanswered" else ()
    return (
        *first,
        button("answer", text("button.staff-answer")),
        button("pass", text("button.staff-pass")),
        *wrong,
        *later,
        button("note", text("button.staff-note")),
        button("done", text("button.staff-done")),
    )


def case_on(button: str) -> int | None:
    """The case that a button of a card is about; None for a button of anything else."""
    match button.split(":"):
        case ["c", number, *_] if is_number(number):
            return int(number)
    return None


def is_number(written: str) -> bool:
    """Whether this can be one of ours: who makes a button of their own may write any digits."""
    return written.isdecimal() and len(written) <= _LONGEST_NUMBER


def mail_of(tell: TellStaff, case: Case, desk: Desk, *, with_content: bool) -> Message | None:
    """The same by mail: that there is something; what it is only where the school allows that."""
    head = _MAILS.get(tell.what)
    if head is None:
        return None
    parts = [Part(text("mail.about", number=case.id, what=head), "title")]
    if with_content and case.is_open:
        parts += shared(case)
        if tell.words:
            parts.append(Part(text("told.words", words=tell.words)))
    if case.is_open and case.promised is not None and tell.what != "gone":
        parts.append(Part(text("card.promised", until=At(case.promised))))
    return Message(f"mail:{tell.what}", tuple(parts))


def written(case: int, desk: Desk, who: str, words: str, note: bool) -> Message:
    """Something that was written before, said again."""
    if note:
        head = text("card.noted")
    elif who == STUDENT:
        head = text("card.wrote")
    else:
        head = text("card.answer-of", name=desk.name(who))
    return _about("written", case, head, words)


def topic_of(case: int) -> Message:
    return Message("staff:topic", (Part(text("card.topic", number=case)),))


def invitation(what: Literal["welcome", "void", "not-in-group"], name: str = "") -> Message:
    """What came of opening an invitation."""
    lines = [text("invite.void")]
    if what == "welcome":
        lines = [text("invite.welcome", name=name), text("staff.help"), text("staff.commands")]
    elif what == "not-in-group":
        lines = [text("invite.not-in-group")]
    return Message(f"staff:{what}", tuple(Part(line) for line in lines))


def sent_on(happening: Happening) -> tuple[Message, ...]:
    """What is said to who did it, where the card does not show it."""
    said = _SENT_ON.get(type(happening))
    return (Message("staff:done", (Part(said, "quiet"),)),) if said else ()


def refusal(error: RefusedError, desk: Desk) -> Text:
    """Why it did not happen."""
    if error.why == "has-it":
        return text("staff.has-it", name=desk.name(error.who))
    return text("staff.not-allowed") if error.why == "not-allowed" else text("staff.over")


def reply_of(tell: TellStaff, case: Case) -> Message | None:
    """What is said to staff besides bringing the card up to date; None where the card says it."""
    head = _HEADS.get(tell.what)
    if head is None:
        return None
    return _about(tell.what, case.id, head, tell.words)


def _about(what: str, case: int, head: Text, words: str) -> Message:
    """Which case, what happened, and what was written where there is something."""
    title = Part(text("card.about", number=case, what=head), "title")
    said = (Part(text("told.words", words=words)),) if words else ()
    return Message(f"staff:{what}", (title, *said))
