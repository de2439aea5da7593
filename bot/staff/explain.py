"""`wegwijs explain`: step by step, how a message was understood."""

from __future__ import annotations

import numpy as np

from bot.understanding.learned import LearnedUnderstanding
from bot.understanding.normalise import fold, words

_SHOWN = 5


def explain(message: str, understanding: LearnedUnderstanding) -> str:
    """What was read, what each vote says of the likeliest classes, and what came of it."""
    ranker = understanding.ranker
    meaning = understanding.understand(message)
    folded = fold(message)
    heard = ranker.hear(folded)
    votes = ranker.each_vote(heard)
    share = ranker.weigh(votes)
    likeliest = np.argsort(-share, kind="stable")[:_SHOWN]
    lines = [
        f"read as      {folded[:200]}",
        f"words        {' '.join(words(folded))[:200]}",
        f"meant as     {' '.join(heard.tokens)[:200]}",
        f"language     {meaning.language}",
        "",
        f"{'':24}{'likely':>9}" + "".join(f"{vote:>9}" for vote in ranker.votes),
    ]
    for kind in likeliest:
        said = "".join(f"{votes[vote][kind]:>9.2f}" for vote in ranker.votes)
        lines.append(f"{ranker.known.classes[kind]:24}{share[kind]:>9.3f}{said}")
        nearest = ranker.nearest_phrase(folded, int(kind))
        if nearest is not None:
            lines.append(f"    nearest phrase: {nearest}")
    at = understanding.thresholds
    lines += [
        "",
        f"thresholds   sure from {at.sure}, small talk from {at.small_talk}, least {at.least}",
        f"outcome      {meaning.outcome}"
        + (f" (small talk: {meaning.small_talk})" if meaning.small_talk else ""),
    ]
    lines += [
        f"             {f.need} {f.score:.3f} because of “{f.because}”" for f in meaning.needs
    ]
    lines += [f"also         {f.need} because of “{f.because}”" for f in meaning.also]
    return "\n".join(lines)
