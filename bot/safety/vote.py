"""A second vote, for what no rule foresees: a small network over the pieces of the encoder.

It takes the sentence encoder's word pieces, looks at runs of two, three and five of them, and says
how likely it is that the text shows danger, and which. It was trained on the messages in
`training/safety/` (`tools/train_vote.py`, docs/safety.md). It adds what no rule saw, and it takes
away what a rule saw that is not firm, where it is all but certain that nothing is wrong. Without
the encoder the rules work alone. Same text, same answer; nothing is remembered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bot.catalogue import DangerKind
from bot.safety.detect import Danger
from bot.safety.people import whom
from bot.safety.spelling import split
from bot.understanding.normalise import fold

Numbers = NDArray[np.float32]
WEIGHTS = Path(__file__).with_name("vote.npz")
# Runs of so many pieces, and how many of them stand before the piece that is looked at.
RUNS = ((2, 0), (3, 1), (5, 2))
BORDERLINE = "borderline"  # danger of which it is not sure; the lines of `suicidal` are shown
_SMALL = 1e-6
_MOST_PIECES = 400  # a longer text is looked at in parts of this many pieces
_OVERLAP = 40
_WINDOW = 12  # pieces: some eight words


@dataclass(frozen=True, slots=True)
class Voted:
    """What the network says: the kind, and how likely danger is, as log-odds."""

    kind: DangerKind
    odds: float


NAME = "vote"  # stands where the name of a rule would


class Vote:
    """The network, ready to look at texts. `pieces` gives the encoder's pieces of a folded text."""

    def __init__(self, pieces: Callable[[str], Numbers], weights: Path = WEIGHTS) -> None:
        with np.load(weights, allow_pickle=False) as stored:
            # Laid out row by row: as they are stored a look takes twice as long.
            self._w = {
                name: np.ascontiguousarray(stored[name], dtype=np.float32)
                for name in stored.files
                if name[0] != "_"
            }
            self._kinds = tuple(str(kind) for kind in stored["_kinds"])
            # Both in log-odds, and chosen with the weights: from the first on it adds, below the
            # second it takes away.
            self._threshold, self._calm = float(stored["_threshold"]), float(stored["_calm"])
        self._pieces = pieces

    def detect(self, text: str, seen: Danger | None = None) -> Danger | None:
        """The danger in a text in which the rules have seen this.

        What it adds is always said in the softer words, for it may be mistaken.
        """
        if seen is not None:
            return seen if seen.firm or not self._is_calm(text) else None
        voted = self.look(text)
        if voted is None or voted.odds < self._threshold:
            return None
        return Danger(voted.kind, "soft", whom(split(text).words), NAME, ())

    def look(self, text: str) -> Voted | None:
        """What it makes of the text; None where there is nothing to look at."""
        looks = [self._judged(part) for part in self._parts(text)]
        return max(looks, key=lambda voted: voted.odds, default=None)

    def _is_calm(self, text: str) -> bool:
        """Whether it is all but certain that nothing is wrong: in the text, and in any few pieces
        of it, for much harmless talk around it may not hide a danger."""
        windows = [window for part in self._parts(text) for window in _windows(part)]
        return bool(windows) and all(self._judged(it).odds < self._calm for it in windows)

    def _parts(self, text: str) -> Iterator[Numbers]:
        """The text as the network sees it, a row for each piece; in parts if it is long."""
        folded = fold(text)
        if not folded:
            return
        pieces = _unrepeated(self._pieces(folded))
        for start in range(0, max(1, len(pieces) - _OVERLAP), _MOST_PIECES - _OVERLAP):
            yield self._seen(pieces[start : start + _MOST_PIECES])

    def _judged(self, every: Numbers) -> Voted:
        scores = self._scores(every)
        dangers = len(self._kinds)
        odds = float(_sum_of_odds(scores[:dangers]) - _sum_of_odds(scores[dangers:]))
        kind = self._kinds[int(np.argmax(scores[:dangers]))]
        if kind == BORDERLINE:
            kind = "suicidal"
        return Voted(cast(DangerKind, kind), odds)

    def _seen(self, pieces: Numbers) -> Numbers:
        """Each piece together with what stands around it."""
        w = self._w
        seen = [pieces]
        for number, (size, before) in enumerate(RUNS):
            x = _levelled(
                pieces @ w[f"in{number}"] + w[f"in_b{number}"], w[f"g{number}"], w[f"b{number}"]
            )
            h = np.maximum(_runs(x, size, before) @ w[f"one{number}"] + w[f"one_b{number}"], 0) + x
            h = np.maximum(_runs(h, size, before) @ w[f"two{number}"] + w[f"two_b{number}"], 0) + h
            seen.append(h)
        return _levelled(np.concatenate(seen, axis=1), w["g"], w["b"])

    def _scores(self, every: Numbers) -> Numbers:
        """A score for each class: the kinds of danger first, then what is no danger."""
        w = self._w
        looked_at = every @ w["look"] + w["look_b"]
        share = np.exp(looked_at - looked_at.max(axis=0))
        share /= share.sum(axis=0)
        together = np.concatenate(
            (
                every.sum(axis=0) / np.sqrt(len(every)) * np.float32(0.3),
                every.max(axis=0),
                (share.T @ every).reshape(-1),
            )
        )
        hidden = np.maximum(together @ w["narrow"] @ w["hidden"] + w["hidden_b"], 0)
        scores: Numbers = hidden @ w["out"] + w["out_b"]
        return scores


def _unrepeated(pieces: Numbers) -> Numbers:
    """At most three times the same piece in a row: of endless ones it knows nothing."""
    same = (pieces[1:] == pieces[:-1]).all(axis=1)
    fourth = np.zeros(len(pieces), dtype=bool)
    fourth[3:] = same[2:] & same[1:-1] & same[:-2]
    return pieces[~fourth]


def _windows(every: Numbers) -> Iterator[Numbers]:
    """All of it, and every few pieces that follow each other, half overlapping."""
    yield every
    if len(every) > _WINDOW:
        step = _WINDOW // 2
        for start in range(0, len(every) - _WINDOW + step, step):
            yield every[start : start + _WINDOW]


def _levelled(x: Numbers, gain: Numbers, shift: Numbers) -> Numbers:
    """Each row with mean 0 and spread 1, then as it was trained."""
    x = x - x.mean(axis=1, keepdims=True)
    spread = np.sqrt((x * x).mean(axis=1, keepdims=True) + _SMALL)
    levelled: Numbers = x / spread * gain + shift
    return levelled


def _runs(x: Numbers, size: int, before: int) -> Numbers:
    """For each piece the pieces around it, one after the other; zeros beyond both ends."""
    padded = np.pad(x, ((before, size - 1 - before), (0, 0)))
    return np.concatenate([padded[at : at + len(x)] for at in range(size)], axis=1)


def _sum_of_odds(scores: Numbers) -> np.float32:
    most = scores.max()
    total: np.float32 = most + np.log(np.exp(scores - most).sum())
    return total
