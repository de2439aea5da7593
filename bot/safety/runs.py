"""The quick network of the second vote, over the pieces of the sentence encoder.

It looks at runs of two, three and five pieces. It began as the encoder's own layers and was trained
on the messages in `training/safety/` (`tools/train_runs.py`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from bot.safety.network import Numbers, Voted, levelled, share, stored, voted
from bot.understanding.normalise import fold

WEIGHTS = Path(__file__).with_name("runs.npz")
# Runs of so many pieces, and how many of them stand before the piece that is looked at.
RUNS = ((2, 0), (3, 1), (5, 2))
_LEAST = 1e-6
_MOST_PIECES = 400  # a longer text is looked at in parts of this many pieces
_OVERLAP = 40
_WINDOW = 12  # pieces: some eight words


class Runs:
    """The network, ready to look at texts. `pieces` gives the encoder's pieces of a folded text."""

    def __init__(self, pieces: Callable[[str], Numbers], weights: Path = WEIGHTS) -> None:
        arrays, self._kinds = stored(weights)
        # Laid out row by row: as they are stored a look takes twice as long.
        self._w = {n: np.ascontiguousarray(a, dtype=np.float32) for n, a in arrays.items()}
        self._pieces = pieces

    def look(self, text: str) -> Voted | None:
        """What it makes of the text; None where there is nothing to look at."""
        looks = [self._judged(part) for part in self._parts(text)]
        return max(looks, key=lambda voted: voted.odds, default=None)

    def most_anywhere(self, text: str) -> float | None:
        """The highest log-odds in the text, and in any few pieces of it: much harmless talk around
        it may not hide a danger. None where there is nothing to look at."""
        windows = [window for part in self._parts(text) for window in _windows(part)]
        return max((self._judged(it).odds for it in windows), default=None)

    def _parts(self, text: str) -> Iterator[Numbers]:
        """The text as the network sees it, a row for each piece; in parts if it is long."""
        folded = fold(text)
        if not folded:
            return
        pieces = _unrepeated(self._pieces(folded))
        for start in range(0, max(1, len(pieces) - _OVERLAP), _MOST_PIECES - _OVERLAP):
            yield self._seen(pieces[start : start + _MOST_PIECES])

    def _judged(self, every: Numbers) -> Voted:
        return voted(self._scores(every), self._kinds)

    def _seen(self, pieces: Numbers) -> Numbers:
        """Each piece together with what stands around it."""
        w = self._w
        seen = [pieces]
        for number, (size, before) in enumerate(RUNS):
            x = pieces @ w[f"in{number}"] + w[f"in_b{number}"]
            x = levelled(x, w[f"g{number}"], w[f"b{number}"], _LEAST)
            h = np.maximum(_runs(x, size, before) @ w[f"one{number}"] + w[f"one_b{number}"], 0) + x
            h = np.maximum(_runs(h, size, before) @ w[f"two{number}"] + w[f"two_b{number}"], 0) + h
            seen.append(h)
        return levelled(np.concatenate(seen, axis=1), w["g"], w["b"], _LEAST)

    def _scores(self, every: Numbers) -> Numbers:
        w = self._w
        looked_at = share(every @ w["look"] + w["look_b"], axis=0)
        together = np.concatenate(
            (
                every.sum(axis=0) / np.sqrt(len(every)) * np.float32(0.3),
                every.max(axis=0),
                (looked_at.T @ every).reshape(-1),
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


def _runs(x: Numbers, size: int, before: int) -> Numbers:
    """For each piece the pieces around it, one after the other; zeros beyond both ends."""
    padded = np.pad(x, ((before, size - 1 - before), (0, 0)))
    return np.concatenate([padded[at : at + len(x)] for at in range(size)], axis=1)
