"""The machine of a case as a Mermaid diagram: `python -m bot.handover.diagram` prints it."""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import Any

from bot.handover.case import (
    Answered,
    Declined,
    Done,
    MayAsk,
    NotDelivered,
    NoteAdded,
    NotForMe,
    OwnerGone,
    PassedOn,
    Seen,
    Sent,
    Shown,
    Snoozed,
    Status,
    Taken,
    TimeCame,
    Withdrawn,
    Wrote,
)
from bot.handover.edges import EDGES

_STATES: dict[Status, str] = {
    "offered": "offered to the student",
    "shown": "shown what would be sent",
    "sent": "sent, with an owner and a deadline",
    "seen": "seen",
    "taken": "taken by one person",
    "answered": "answered",
    "unanswered": "unanswered, nobody is left",
    "closed": "closed",
    "withdrawn": "withdrawn",
    "declined": "declined",
}
_EVENTS: dict[type[Any], str] = {
    Shown: "student sees the summary",
    Declined: "student rather not",
    Sent: "student sends it",
    Seen: "staff open it",
    Taken: "staff take it",
    Answered: "staff answer",
    Wrote: "student writes",
    PassedOn: "staff pass it on",
    NotForMe: "staff say not for me",
    Snoozed: "staff snooze",
    NoteAdded: "staff add a note",
    Done: "staff say done",
    Withdrawn: "student withdraws",
    MayAsk: "student may be asked",
    TimeCame: "deadline",
    OwnerGone: "owner is gone",
    NotDelivered: "student not reached",
}


def diagram() -> str:
    """From EDGES; one arrow for all that leads from one state to another."""
    arrows: dict[tuple[str, str], set[str]] = defaultdict(set)
    for status, happenings in EDGES.items():
        for kind, leads_to in happenings.items():
            for to in leads_to:
                arrows[status, to or "[*]"].add(_EVENTS[kind])
        if not happenings:
            arrows[status, "[*]"].add("not kept")
    place = {status: number for number, status in enumerate((*EDGES, "[*]"))}
    lines = ["stateDiagram-v2"]
    lines += [f'    state "{words}" as {status}' for status, words in _STATES.items()]
    lines += ["    [*] --> offered"]
    for arrow in sorted(arrows, key=lambda arrow: (place[arrow[0]], place[arrow[1]])):
        words = ",<br/>".join(sorted(arrows[arrow]))
        lines.append(f"    {arrow[0]} --> {arrow[1]} : {words}")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(diagram())
