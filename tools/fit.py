"""Fit how much each vote counts, and when it is sure: `python -m tools.fit FILE.jsonl ...`.

The files hold labelled messages ({"text", "needs": [...] or null for small talk}), which must not
be among the phrases. Writes `bot/understanding/fitted.json` and prints what cross-validation says.
The weights make the acceptable needs as likely as they turn out to be; the thresholds are those of
least cost, where a wrong certain answer costs as much as four questions.
"""

from __future__ import annotations

import itertools
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bot.catalogue import read_catalogue
from bot.settings import read_settings
from bot.understanding.encoder import UniversalSentenceEncoder
from bot.understanding.kinds import Known
from bot.understanding.learned import Thresholds, decide
from bot.understanding.normalise import fold
from bot.understanding.ranker import FITTED, Ranker

Floats = NDArray[np.float64]
_FOLDS = 10
_STEPS, _PACE, _HOLD_BACK = 800, 0.05, 0.002
# What each outcome costs the student, in questions.
WRONG_AND_SURE, WRONG_CHOICES, NOT_UNDERSTOOD, ONE_QUESTION = 4.0, 3.0, 3.0, 1.0
# The very words of a phrase settle it. Not fitted: labelled messages are never among the phrases.
EXACT = 6.0
_SURE = (0.4, 0.45, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8)
_SMALL_TALK = (0.2, 0.3, 0.4, 0.5, 0.6, 0.7)
_LEAST = (0.05, 0.08, 0.12, 0.16, 0.2)
_OFFERED = (0.01, 0.02, 0.03, 0.05)


@dataclass(frozen=True)
class Labelled:
    """Messages as votes (message, class, vote) and which classes are right for each."""

    votes: Floats
    right: Floats
    needs: int

    def some(self, which: NDArray[np.bool_]) -> Labelled:
        return Labelled(self.votes[which], self.right[which], self.needs)


def main() -> None:
    rows = [
        json.loads(line) for file in sys.argv[1:] for line in Path(file).read_text().splitlines()
    ]
    catalogue = read_catalogue(read_settings({}).catalogue)
    known = Known.of(catalogue.needs.values(), catalogue.small_talk.values())
    fitted: dict[str, Any] = {}
    for name, encoder in (("with-encoder", UniversalSentenceEncoder()), ("words-only", None)):
        ranker = Ranker(known, encoder, None)
        labelled = votes_of(ranker, rows)
        shares = _cross_validated(labelled)
        thresholds = _cheapest(shares, labelled)
        weights = fit(labelled)
        names = (*ranker.votes, "small-talk")
        fitted[name] = {
            "weights": {n: round(float(w), 3) for n, w in zip(names, weights, strict=True)}
            | {"exact": EXACT},
            "thresholds": asdict(thresholds),
        }
        cost = _cost(shares, labelled, thresholds)
        sys.stdout.write(f"{name}: {fitted[name]} cross-validated cost {cost:.3f}\n")
    FITTED.write_text(json.dumps(fitted, indent=2) + "\n")


def votes_of(ranker: Ranker, rows: Sequence[dict[str, Any]]) -> Labelled:
    known = ranker.known
    votes, right = [], []
    for row in rows:
        said = ranker.each_vote(ranker.hear(fold(row["text"])))
        small_talk = np.zeros(len(known.classes))
        small_talk[known.needs :] = 1
        votes.append(np.stack([*(said[vote] for vote in ranker.votes), small_talk], axis=-1))
        good = np.zeros(len(known.classes))
        if row["needs"]:
            good[[known.numbers[need] for need in row["needs"]]] = 1
        else:
            good[known.needs :] = 1
        right.append(good)
    return Labelled(np.array(votes, dtype=np.float64), np.array(right), known.needs)


def shares_of(votes: Floats, weights: Floats) -> Floats:
    total = votes @ weights
    grown = np.exp(total - total.max(axis=1, keepdims=True))
    shares: Floats = grown / grown.sum(axis=1, keepdims=True)
    return shares


def fit(labelled: Labelled) -> Floats:
    """The weights under which the right classes are most likely; gradient ascent with momentum."""
    weights = np.ones(labelled.votes.shape[2])
    speed = np.zeros_like(weights)
    scale = np.zeros_like(weights)
    for step in range(1, _STEPS + 1):
        shares = shares_of(labelled.votes, weights)
        right = shares * labelled.right
        right /= np.maximum(right.sum(axis=1, keepdims=True), 1e-9)
        slope = np.einsum("mc,mcv->v", right - shares, labelled.votes) / len(shares)
        slope -= _HOLD_BACK * weights
        speed = 0.9 * speed + 0.1 * slope
        scale = 0.99 * scale + 0.01 * slope**2
        weights += _PACE * (speed / (1 - 0.9**step)) / (np.sqrt(scale / (1 - 0.99**step)) + 1e-8)
        weights = np.maximum(weights, np.array([0.0] * (len(weights) - 1) + [-9.0]))
    return weights


def _cross_validated(labelled: Labelled) -> Floats:
    """The shares of every message, by weights that were fitted on the other folds."""
    fold_of = np.arange(len(labelled.votes)) % _FOLDS
    shares = np.zeros(labelled.right.shape)
    for one in range(_FOLDS):
        weights = fit(labelled.some(fold_of != one))
        shares[fold_of == one] = shares_of(labelled.votes[fold_of == one], weights)
    return shares


def _cheapest(shares: Floats, labelled: Labelled) -> Thresholds:
    choices = itertools.product(_SURE, _SMALL_TALK, _LEAST, _OFFERED)
    return min(
        (Thresholds(*choice) for choice in choices), key=lambda at: _cost(shares, labelled, at)
    )


def _cost(shares: Floats, labelled: Labelled, at: Thresholds) -> float:
    """What a message costs on average."""
    total = 0.0
    for share, right in zip(shares.astype(np.float32), labelled.right, strict=True):
        outcome, needs = decide(share, labelled.needs, at)
        in_scope = bool(right[: labelled.needs].any())
        if outcome == "unknown":
            total += NOT_UNDERSTOOD if in_scope else 0.0
        elif outcome == "suggest":
            total += 0.0 if right[needs[0]] else WRONG_AND_SURE
        elif in_scope and any(right[need] for need in needs):
            total += ONE_QUESTION
        else:
            total += WRONG_CHOICES if in_scope else ONE_QUESTION
    return total / len(shares)


if __name__ == "__main__":
    main()
