"""Everything a turn may look at besides the state and the event; it holds no I/O."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from bot.catalogue import Catalogue
from bot.conversation.keeping import NOTHING, Keeping
from bot.safety.detect import Danger
from bot.understanding import Meaning
from bot.understanding.answers import Answers


@dataclass(frozen=True)
class World:
    """The catalogue as it stands, how text is understood, and the moment."""

    catalogue: Catalogue
    understand: Callable[[str], Meaning]
    danger: Callable[[str], Danger | None]
    answers: Answers
    now: dt.datetime
    keeping: Keeping = NOTHING

    @property
    def today(self) -> dt.date:
        return self.now.date()
