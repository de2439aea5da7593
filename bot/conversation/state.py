"""What is remembered of one conversation. Frozen; saved and read again between any two turns.

Answers are kept by the name of their question, and where the student is follows from them: to
change one answer is to replace it, not to redo the rest.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import TypeAdapter, ValidationError

from bot.advice.tips import Wishes
from bot.conversation.message import Message
from bot.handover.case import Case
from bot.text import Language
from bot.understanding import Found, Outcome

FLOW = "flow"  # the screen that follows from the answers; any other is looked at beside it


@dataclass(frozen=True, slots=True)
class Story:
    """What a message about what is going on came down to. The message itself is not kept."""

    outcome: Outcome
    needs: tuple[Found, ...]


@dataclass(frozen=True, slots=True)
class Saved:
    """An offering that the student kept, or promised themselves to use.

    `needs`: what it was for, strongest first. The moments are those at which the student asked to
    hear of it again; one that has passed says that it was said.
    """

    number: int
    offering: str
    on: dt.date
    needs: tuple[str, ...] = ()
    status: Literal["kept", "promised", "done"] = "kept"
    check_in: dt.datetime | None = None
    reminder: dt.datetime | None = None
    day_before: dt.datetime | None = None
    offered: bool = False  # the check-in was offered, and answered
    hindered: str | None = None  # what stood in the way
    helped: str | None = None


@dataclass(frozen=True, slots=True)
class State:
    """`answers` maps a question's name to the choice given; "" is a question that was skipped."""

    language: Language
    answers: Mapping[str, str] = field(default_factory=dict)
    story: Story | None = None
    also: tuple[str, ...] = ()  # needs that the story names beside the first, for afterwards
    asked: tuple[str, ...] = ()  # follow-up questions that were put to the student
    declined: tuple[str, ...] = ()  # offerings turned down, in order
    referred: str | None = None  # the offering that a link or poster pointed to
    referrer: str | None = None  # who of the staff gave that link: school/staff
    promised: str | None = None  # the offering of "I'll do this"
    advised: bool = False  # from the first suggestion on, no more questions
    told: tuple[str, ...] = ()  # what is said once in a conversation, and was
    misses: int = 0  # messages in a row that were not understood
    screen: str = FLOW
    draft: Case | None = None  # a request to a person, as long as it is not sent
    never: tuple[str, ...] = ()  # staff who must not see it
    left: int = 0  # of the case's turns, those after which the student went back to the bot
    saved: tuple[Saved, ...] = ()  # what was kept or promised, newest last
    numbers: int = 0  # how many were given on that list: an old button is about no other one
    tips: Wishes | None = None  # the tips that the student agreed to get
    choosing: Wishes | None = None  # the same, as long as they are being chosen
    last: tuple[Message, ...] = ()  # what was said last, to say it again in the other language


def kept_over(state: State) -> dict[str, Any]:
    """What stays when a conversation begins anew: what the student asked us to keep."""
    return {"saved": state.saved, "numbers": state.numbers, "tips": state.tips}


_STATE = TypeAdapter(State)


def to_json(state: State) -> bytes:
    return _STATE.dump_json(state)


def from_json(saved: bytes) -> State:
    """The state that was saved. Raises pydantic's ValidationError if it is not one."""
    return _STATE.validate_json(saved)


def from_kept(saved: bytes | None) -> State | None:
    """The state that was saved; None for none, and for one of another version of the program."""
    if saved is None:
        return None
    try:
        return from_json(saved)
    except ValidationError:
        return None
