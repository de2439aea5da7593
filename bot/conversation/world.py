"""Everything a turn may look at besides the state and the event; it holds no I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from bot.catalogue import Catalogue
from bot.conversation.keeping import NOTHING, Keeping
from bot.handover.case import Case
from bot.handover.desk import Desk
from bot.safety.detect import Danger
from bot.understanding import Meaning
from bot.understanding.answers import Answers


@dataclass(frozen=True)
class World:
    """The catalogue as it stands, how text is understood, and the moment."""

    catalogue: Catalogue
    understand: Callable[[str], Meaning]
    danger: Callable[[str], Danger | None]  # that may be there, in doubt too
    answers: Answers
    now: dt.datetime
    keeping: Keeping = NOTHING
    desks: Mapping[str, Desk] = field(default_factory=dict)  # of schools that set up staff
    case: Case | None = None  # of this student: the open one, or the last one that ended

    def shown_first(self, words: str) -> Danger | None:
        """The danger that a text shows so plainly that help for it comes before anything else."""
        danger = self.danger(words)
        return None if danger is None or danger.doubtful else danger

    @property
    def today(self) -> dt.date:
        return self.now.date()
