"""What both networks of the second vote share: what they say, and the sums they have in common."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import cast

import numpy as np
from numpy.typing import NDArray

from bot.catalogue import DangerKind

Numbers = NDArray[np.float32]
CLASSES = "_classes"  # the name of all classes in a file, for who trains it further
BORDERLINE = "borderline"  # danger of which it is not sure; the lines of `suicidal` are shown


@dataclass(frozen=True, slots=True)
class Voted:
    """What a network says: the kind, and how likely danger is, as log-odds."""

    kind: DangerKind
    odds: float


def stored(path: Path) -> tuple[dict[str, NDArray[np.generic]], tuple[str, ...]]:
    """The arrays of a file of weights by name, and the kinds of danger it tells apart."""
    with np.load(path, allow_pickle=False) as file:
        arrays = {name: file[name] for name in file.files if name != CLASSES}
    kinds = tuple(str(kind) for kind in arrays.pop("_kinds"))
    return arrays, kinds


def voted(scores: Numbers, kinds: tuple[str, ...]) -> Voted:
    """From a score for each class: the kinds of danger first, then what is no danger."""
    dangers = scores[: len(kinds)]
    odds = float(_sum_of_odds(dangers) - _sum_of_odds(scores[len(kinds) :]))
    kind = kinds[int(np.argmax(dangers))]
    return Voted(cast(DangerKind, "suicidal" if kind == BORDERLINE else kind), odds)


def levelled(x: Numbers, gain: Numbers, shift: Numbers, least: float) -> Numbers:
    """Each row with mean 0 and spread 1, then as it was trained; `least` keeps it from dividing
    by nothing."""
    x = x - x.mean(axis=1, keepdims=True)
    spread = np.sqrt((x * x).mean(axis=1, keepdims=True) + np.float32(least))
    done: Numbers = x / spread * gain + shift
    return done


def share(x: Numbers, axis: int) -> Numbers:
    """Softmax: positive, and together 1."""
    x = np.exp(x - x.max(axis=axis, keepdims=True))
    done: Numbers = x / x.sum(axis=axis, keepdims=True)
    return done


def _sum_of_odds(scores: Numbers) -> np.float32:
    most = scores.max()
    total: np.float32 = most + np.log(np.exp(scores - most).sum())
    return total
