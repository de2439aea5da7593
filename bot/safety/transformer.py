"""The careful network of the second vote: multilingual-e5-small, trained on to tell danger.

Twelve layers over word pieces of its own, of which those are kept that occur in the messages it was
trained on (`tools/train_transformer.py`, docs/safety.md). Slower than `runs.py`, and better at what
is only hinted at; so it is asked where that one is not sure.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from bot.safety.network import Numbers, Voted, levelled, share, stored, voted
from bot.understanding.normalise import fold

WEIGHTS = Path(__file__).with_name("transformer.npz")
HEADS = 12
BEGIN, END, UNKNOWN = 0, 1, 2  # pieces that are none
MOST_PIECES = 96  # a longer text is looked at in parts of this many pieces
SCALE = "_scale"  # ends the name of what an array is to be multiplied with
SPACE = "▁"  # how a word begins among the pieces
_OVERLAP = 24
_LEAST = 1e-12
_MOST_UNKNOWN = 0.25  # of the pieces; more of them, and it is a script that it never learnt
_UNKNOWN = -10.0  # how much worse than the rarest piece a sign is that is in none
# Of GELU, as it is usually approximated.
_GELU = (np.float32(0.7978845608), np.float32(0.044715))


class Transformer:
    """The network, ready to look at texts."""

    def __init__(self, weights: Path = WEIGHTS) -> None:
        arrays, self._kinds = stored(weights)
        self._pieces = Pieces.stored(arrays)
        self._w = unpacked(arrays)

    def look(self, text: str) -> Voted | None:
        """What it makes of the text; None where there is nothing that it can read."""
        looks = [voted(self._scores(part), self._kinds) for part in self._parts(text)]
        return max(looks, key=lambda one: one.odds, default=None)

    def _parts(self, text: str) -> Iterator[NDArray[np.intp]]:
        pieces = _unrepeated(self._pieces.of(fold(text)))
        if not pieces or pieces.count(UNKNOWN) > _MOST_UNKNOWN * len(pieces):
            return
        for start in range(0, max(1, len(pieces) - _OVERLAP), MOST_PIECES - _OVERLAP):
            yield np.array(self._pieces.around(pieces[start : start + MOST_PIECES]))

    def _scores(self, pieces: NDArray[np.intp]) -> Numbers:
        w, count = self._w, len(pieces)
        x = w["table"][pieces] + w["place"][:count]
        x = levelled(x, w["table_g"], w["table_b"], _LEAST)
        width = x.shape[1]
        for at in range(len(w["qkv"])):
            asked = (x @ w["qkv"][at] + w["qkv_b"][at]).reshape(count, 3, HEADS, width // HEADS)
            q, k, v = asked.transpose(1, 2, 0, 3)
            to = share(q @ k.transpose(0, 2, 1) / np.float32(np.sqrt(width // HEADS)), axis=-1)
            heard = (to @ v).transpose(1, 0, 2).reshape(count, width)
            x = x + heard @ w["joined"][at] + w["joined_b"][at]
            x = levelled(x, w["one_g"][at], w["one_b"][at], _LEAST)
            thought = _gelu(x @ w["wide"][at] + w["wide_b"][at]) @ w["narrow"][at]
            x = levelled(x + thought + w["narrow_b"][at], w["two_g"][at], w["two_b"][at], _LEAST)
        together = np.concatenate((x.mean(axis=0), x.max(axis=0), x[0]))
        hidden = _gelu(together @ w["hidden"] + w["hidden_b"])
        scores: Numbers = hidden @ w["out"] + w["out_b"]
        return scores


def unpacked(arrays: dict[str, NDArray[np.generic]]) -> dict[str, Numbers]:
    """The weights; of most of them small whole numbers are stored, and a scale for each column."""
    w = {name: a.astype(np.float32) for name, a in arrays.items() if not name.endswith(SCALE)}
    for name in w.keys() & {name.removesuffix(SCALE) for name in arrays if name.endswith(SCALE)}:
        w[name] *= arrays[name + SCALE].astype(np.float32)
    return w


class Pieces:
    """Words in pieces: of all ways to cut a text the likeliest one (a unigram model)."""

    def __init__(self, pieces: list[str], likely: NDArray[np.generic]) -> None:
        """`pieces` begins with the signs for begin, end and unknown; `likely` are log-odds."""
        self.pieces = pieces
        self.likely: list[float] = likely.astype(float).tolist()
        self._number = {piece: at for at, piece in enumerate(pieces) if at > UNKNOWN}
        self._longest = max(map(len, self._number))
        self._unknown = min(self.likely[UNKNOWN + 1 :]) + _UNKNOWN

    @classmethod
    def stored(cls, arrays: dict[str, NDArray[np.generic]]) -> Pieces:
        """Takes them from among the arrays of the weights."""
        return cls(str(arrays.pop("_pieces")).split("\n"), arrays.pop("_likely"))

    def of(self, folded: str) -> list[int]:
        """The numbers of the pieces of a folded text; none of an empty one."""
        if not folded:
            return []
        text = SPACE + folded.replace(" ", SPACE)
        best = [0.0] + [-np.inf] * len(text)
        came = [(0, UNKNOWN)] * (len(text) + 1)  # from where, with which piece
        for begin in range(len(text)):
            so_far = best[begin]
            for end in range(begin + 1, min(len(text), begin + self._longest) + 1):
                piece = self._number.get(text[begin:end])
                if piece is not None and so_far + self.likely[piece] > best[end]:
                    best[end], came[end] = so_far + self.likely[piece], (begin, piece)
            if so_far + self._unknown > best[begin + 1]:
                best[begin + 1], came[begin + 1] = so_far + self._unknown, (begin, UNKNOWN)
        found, at = [], len(text)
        while at:
            at, piece = came[at]
            found.append(piece)
        return found[::-1]

    @staticmethod
    def around(pieces: list[int]) -> list[int]:
        """With the signs for begin and end around them."""
        return [BEGIN, *pieces, END]


def _unrepeated(pieces: list[int]) -> list[int]:
    """At most three times the same piece in a row: of endless ones it knows nothing."""
    return [p for at, p in enumerate(pieces) if at < 3 or pieces[at - 3 : at] != [p] * 3]


def _gelu(x: Numbers) -> Numbers:
    half, cubed = _GELU
    done: Numbers = x * np.float32(0.5) * (1 + np.tanh(half * (x + cubed * x * x * x)))
    return done
