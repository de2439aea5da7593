"""`wegwijs staff trail NUMBER`: who did what with a request, and when; without its content."""

from __future__ import annotations

from bot.handover.case import CLOCK, STUDENT
from bot.store.port import Store
from bot.text import At, Text, text

_WHO = {STUDENT: text("trail.student"), CLOCK: text("trail.clock")}
# By the names of what can happen to a case (`handover.case.Happening`).
_WHAT = {
    "Sent": text("trail.sent"),
    "Seen": text("trail.seen"),
    "Taken": text("trail.taken"),
    "Answered": text("trail.answered"),
    "Wrote": text("trail.wrote"),
    "PassedOn": text("trail.passed-on"),
    "NotForMe": text("trail.not-for-me"),
    "Snoozed": text("trail.snoozed"),
    "NoteAdded": text("trail.note"),
    "Done": text("trail.done"),
    "Withdrawn": text("trail.withdrawn"),
    "MayAsk": text("trail.may-ask"),
    "TimeCame": text("trail.time-came"),
    "OwnerGone": text("trail.owner-gone"),
    "NotDelivered": text("trail.not-delivered"),
}


async def trail(store: Store, number: int) -> list[Text]:
    """One line for each thing that happened to the request with this number, oldest first."""
    found = await store.audit_of(number)
    return [
        text("trail.line", at=At(at), who=_WHO.get(who, who), what=_WHAT.get(what, what))
        for at, who, what in found
    ] or [text("trail.nothing", number=number)]
