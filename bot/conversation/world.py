"""Everything a turn may look at besides the state and the event; it holds no I/O."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from bot.catalogue import Catalogue
from bot.understanding import Understanding
from bot.understanding.answers import Answers


@dataclass(frozen=True)
class World:
    """The catalogue as it stands, how text is understood, the moment, and the channel."""

    catalogue: Catalogue
    understanding: Understanding
    answers: Answers
    now: dt.datetime
    channel: Literal["terminal"] = "terminal"

    @property
    def today(self) -> dt.date:
        return self.now.date()
