"""A second vote, for what no rule foresees: two small networks that learnt from made-up messages.

Of a text that no rule saw the quick one (`runs.py`) looks first; the careful one (`transformer.py`)
only where that one is not sure, and then both count. What a rule saw that is not firm is doubtful
only where both together are all but certain that nothing is wrong. Without the encoder the rules
work alone; without the careful network the quick one adds alone, and doubts no rule. Same text,
same answer; nothing is remembered.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.catalogue import DangerKind
from bot.safety.detect import Danger
from bot.safety.network import Numbers, Voted
from bot.safety.people import whom
from bot.safety.runs import Runs
from bot.safety.spelling import fold_all, split
from bot.safety.transformer import Transformer

_log = logging.getLogger(__name__)
NAME = "vote"  # stands where the name of a rule would
# Of both networks together, and chosen on messages that nobody trained on, with the cost of a miss
# far above that of a false alarm (docs/safety.md).
THRESHOLD = -0.95  # from here on help is shown first
DOUBTFUL = -1.75  # and from here on the answer has a quiet line that help now exists
# Below this a rule that is not firm was mistaken, and that line is all there is. Of suicide and
# self-harm the networks overlook next to nothing that rules see; of the other kinds some of what is
# said in few words.
MISTAKEN = -3.5
_MISTAKEN_OF: Mapping[DangerKind, float] = {"suicidal": -2.5, "self-harm": -2.5}
# But not where the quick one is alarmed anywhere. In a text of more words the careful network may
# take harmless talk for the whole; there the quick one has to be calm by itself (1 to 20).
_ALARMED, _SHORT, _CALM = 1.5, 20, -3.0
_SURE = (-3.5, 3.5)  # beyond these the quick network is sure, and the careful one not asked
_QUICK_COUNTS, _CAREFUL_COUNTS = 0.3, 0.6
_PART, _SHARED = 1000, 200  # characters looked at together, and how many of them also with the next
_MOST = 5000  # characters of a folded text; Telegram takes 4,096, and some signs fold into many


class Vote:
    """Both networks, ready to look at texts."""

    def __init__(
        self,
        pieces: Callable[[str], Numbers],
        careful: Callable[[], Transformer] = Transformer,
    ) -> None:
        """`pieces` gives the encoder's pieces of a folded text; `careful` makes that network."""
        self._quick = Runs(pieces)
        try:
            self._careful: Transformer | None = careful()
        except Exception as error:  # a damaged file must not cost the quick one too
            _log.error("The careful network cannot be read (%s).", type(error).__name__)
            self._careful = None

    def detect(self, text: str, seen: Danger | None = None) -> Danger | None:
        """The danger in a text in which the rules have seen this.

        What it adds is always said in the softer words, for it may be mistaken. From `DOUBTFUL` to
        `THRESHOLD` it is doubtful; so is what a rule saw that is not firm, below its bound.
        """
        if seen is not None:
            calm = not seen.firm and self._is_calm(text, _mistaken(seen))
            return replace(seen, doubtful=True) if calm else seen
        voted = self.look(text)
        if voted is None or voted.odds < DOUBTFUL:
            return None
        doubtful = voted.odds < THRESHOLD
        return Danger(voted.kind, "soft", whom(split(text).words), NAME, (), doubtful=doubtful)

    def look(self, text: str) -> Voted | None:
        """What it makes of the text; None where there is nothing to look at."""
        looks = [self._look_at(part) for part in _parts(fold_all(text)[:_MOST])]
        return max((one for one in looks if one is not None), key=lambda v: v.odds, default=None)

    def _look_at(self, part: str) -> Voted | None:
        quick = self._quick.look(part)
        if self._careful is None or quick is None or not _SURE[0] < quick.odds < _SURE[1]:
            return quick
        careful = self._careful.look(part)
        if careful is None:
            return quick
        return replace(careful, odds=_together(quick.odds, careful.odds))

    def _is_calm(self, text: str, below: float) -> bool:
        """Whether both are below this in the text as it stands and as the rules read it, and
        in any part of either. Of what cannot be looked at that is not so."""
        folded = fold_all(text)
        if self._careful is None or len(folded) > _MOST:
            return False
        words = split(text).words
        parts = dict.fromkeys((*_parts(folded), *_parts(" ".join(words))))
        looks = [self._quick.most_anywhere(part) for part in parts]
        most = max(math.inf if one is None else one for one in looks)
        if most >= (_ALARMED if len(words) <= _SHORT else _CALM):
            return False
        again = [self._careful.look(part) for part in parts]
        careful = max(math.inf if one is None else one.odds for one in again)
        return _together(most, careful) < below


def _mistaken(seen: Danger) -> float:
    """Where what a rule saw was mistaken; of several kinds of danger the most careful bound."""
    return min(_MISTAKEN_OF.get(kind, MISTAKEN) for kind in (seen.kind, *seen.also))


def _together(quick: float, careful: float) -> float:
    return _QUICK_COUNTS * quick + _CAREFUL_COUNTS * careful


def _parts(folded: str) -> list[str]:
    """All of a text, in parts that the networks take in, each with some of the one before."""
    starts = range(0, max(1, len(folded) - _SHARED), _PART - _SHARED)
    return [folded[start : start + _PART] for start in starts]
