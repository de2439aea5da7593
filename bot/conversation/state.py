"""What is remembered of one conversation. Frozen; saved and read again between any two turns.

Answers are kept by the name of their question, and where the student is follows from them: to
change one answer is to replace it, not to redo the rest.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import TypeAdapter

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
class State:
    """`answers` maps a question's name to the choice given; "" is a question that was skipped."""

    language: Language
    answers: Mapping[str, str] = field(default_factory=dict)
    story: Story | None = None
    also: tuple[str, ...] = ()  # needs that the story names beside the first, for afterwards
    asked: tuple[str, ...] = ()  # follow-up questions that were put to the student
    declined: tuple[str, ...] = ()  # offerings turned down, in order
    referred: str | None = None  # the offering that a link or poster pointed to
    promised: str | None = None  # the offering of "I'll do this"
    advised: bool = False  # from the first suggestion on, no more questions
    told: tuple[str, ...] = ()  # what is said once in a conversation, and was
    misses: int = 0  # messages in a row that were not understood
    screen: str = FLOW
    draft: Case | None = None  # a request to a person, as long as it is not sent
    never: tuple[str, ...] = ()  # staff who must not see it
    left: int = 0  # of the case's turns, those after which the student went back to the bot
    last: tuple[Message, ...] = ()  # what was said last, to say it again in the other language


_STATE = TypeAdapter(State)


def to_json(state: State) -> bytes:
    return _STATE.dump_json(state)


def from_json(saved: bytes) -> State:
    """The state that was saved. Raises pydantic's ValidationError if it is not one."""
    return _STATE.validate_json(saved)
