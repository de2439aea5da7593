"""Which class a bag of pieces speaks for: naive Bayes, in closed form, so nothing is trained."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bot.understanding.grams import Bags

Weights = NDArray[np.float32]


def complement(bags: Bags, classes: NDArray[np.int64], sizes: tuple[int, int]) -> Weights:
    """Weights by what the *other* classes say: steady when classes differ in breadth.

    Complement naive Bayes (Rennie et al. 2003), smoothed with 0.3; `sizes` is (pieces, classes).
    """
    counts = _counts(bags, classes, sizes)
    others = counts.sum(axis=1, keepdims=True) - counts + np.float32(0.3)
    weights: Weights = np.log(others.sum(axis=0, keepdims=True)) - np.log(others)
    return weights


def multinomial(bags: Bags, classes: NDArray[np.int64], sizes: tuple[int, int]) -> Weights:
    """Weights by what the class itself says: sharp on rare pieces. Smoothed with 0.05."""
    counts = _counts(bags, classes, sizes) + np.float32(0.05)
    weights: Weights = np.log(counts) - np.log(counts.sum(axis=0, keepdims=True))
    return weights


def _counts(bags: Bags, classes: NDArray[np.int64], sizes: tuple[int, int]) -> Weights:
    pieces, kinds = sizes
    cell = bags.pieces * kinds + classes[bags.texts]
    counts = np.bincount(cell, weights=bags.weights, minlength=pieces * kinds)
    return counts.reshape(pieces, kinds).astype(np.float32)


def votes(weights: Weights, bag: Bags, kinds: int) -> NDArray[np.float32]:
    """What one text's bag says of each class, around zero."""
    if not len(bag.pieces):
        return np.zeros(kinds, dtype=np.float32)
    said = bag.weights @ weights[bag.pieces]
    centred: NDArray[np.float32] = said - said.mean()
    return centred
