"""What each part of understanding is worth: `python -m tools.ablate TEST.jsonl TRAIN.jsonl ...`.

Each vote is switched off in turn, the weights are fitted anew on the training files, and the test
file is judged. Prints a table in Markdown.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import numpy as np

from bot.catalogue import read_catalogue
from bot.settings import read_settings
from bot.understanding.encoder import UniversalSentenceEncoder
from bot.understanding.kinds import Known
from bot.understanding.ranker import Ranker
from tools.fit import Floats, Labelled, fit, shares_of, votes_of


def main() -> None:
    test, *train = (_rows(file) for file in sys.argv[1:])
    training = [row for rows in train for row in rows]
    catalogue = read_catalogue(read_settings({}).catalogue)
    known = Known.of(catalogue.needs.values(), catalogue.small_talk.values())
    ranker = Ranker(known, UniversalSentenceEncoder(), None)
    fitted_on, judged_on = votes_of(ranker, training), votes_of(ranker, test)
    sys.stdout.write("| votes | top-1 | top-3 |\n| --- | --- | --- |\n")
    every = (*ranker.votes, "small talk")
    for name in ("", *every[:-1]):
        kept = np.array([vote != name for vote in every])
        _line(f"without {name}" if name else "all", fitted_on, judged_on, kept)
    for alone in every[:-1]:
        kept = np.array([vote in (alone, "small talk") for vote in every])
        _line(f"only {alone}", fitted_on, judged_on, kept)
    ranker._words.meant = lambda word: (word,)  # type: ignore[assignment]
    plain = votes_of(ranker, training), votes_of(ranker, test)
    _line("without typos and compounds", *plain, np.ones(len(every), dtype=bool))


def _rows(file: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(file).read_text().splitlines()]


def _line(name: str, fitted_on: Labelled, judged_on: Labelled, kept: Floats) -> None:
    weights = fit(Labelled(fitted_on.votes[:, :, kept], fitted_on.right, fitted_on.needs))
    shares = shares_of(judged_on.votes[:, :, kept], weights)[:, : judged_on.needs]
    order = np.argsort(-shares, axis=1)
    right = judged_on.right[np.arange(len(order))[:, None], order]
    top1, top3 = right[:, :1].any(axis=1).mean(), right[:, :3].any(axis=1).mean()
    sys.stdout.write(f"| {name} | {100 * top1:.1f} | {100 * top3:.1f} |\n")


if __name__ == "__main__":
    main()
