"""`python -m tests.benchmarks.understanding`: what a message costs, and with 100 times the phrases.

The large catalogue is made from the shipped one: every phrase a hundred times, each with other
words mixed in from another phrase, so that no two are the same.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np

from bot.catalogue import Need, read_catalogue
from bot.catalogue.models import Phrases
from bot.settings import read_settings
from bot.understanding import Meaning
from bot.understanding.encoder import Encoder, UniversalSentenceEncoder, Vectors
from bot.understanding.learned import LearnedUnderstanding

_TIMES = 100
_MESSAGES = Path(__file__).parent.parent / "data" / "held_out_needs.jsonl"


class _Placed:
    """Places generated phrases at random, for encoding 1.8 million takes half an hour.

    Messages go through the real encoder, so that what is measured costs what it costs.
    """

    name = "placed"

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder

    def encode(self, texts: Sequence[str]) -> Vectors:
        if len(texts) < 100:
            return self._encoder.encode(texts)
        placed = np.random.default_rng(1).standard_normal((len(texts), 192), dtype=np.float32)
        placed /= np.linalg.norm(placed, axis=1, keepdims=True)
        return placed


def main() -> None:
    messages = [json.loads(line)["text"] for line in _MESSAGES.read_text().splitlines()]
    catalogue = read_catalogue(read_settings({}).catalogue)
    needs, small_talk = tuple(catalogue.needs.values()), tuple(catalogue.small_talk.values())
    encoder = UniversalSentenceEncoder()
    begun = time.perf_counter()
    shipped = LearnedUnderstanding(needs, small_talk, encoder)
    sys.stdout.write(f"learning the shipped phrases: {time.perf_counter() - begun:.2f} s\n")
    small = _p95(shipped.understand, messages)
    sys.stdout.write(f"a message, shipped catalogue: {small:.1f} ms at the 95th percentile\n")
    times = int(sys.argv[1]) if len(sys.argv) > 1 else _TIMES
    large_needs = [_grown(need, times) for need in needs]
    large = LearnedUnderstanding(large_needs, small_talk, _Placed(encoder))
    count = len(large.ranker.known.phrases)
    slow = _p95(large.understand, messages)
    sys.stdout.write(f"the same with {count:,} phrases: {slow:.1f} ms, {slow / small:.2f} times\n")


def _grown(need: Need, times: int) -> Need:
    nl, en = (
        tuple(
            f"{phrase} {said[(place * 7 + copy) % len(said)].split()[0]} {copy}"
            for copy in range(times)
            for place, phrase in enumerate(said)
        )
        for said in (need.phrases.nl, need.phrases.en)
    )
    return need.model_copy(update={"phrases": Phrases.model_construct(nl=nl, en=en)})


def _p95(understand: Callable[[str], Meaning], messages: Sequence[str]) -> float:
    """Milliseconds a message, at the 95th percentile, after a warm-up."""
    for message in messages[:20]:
        understand(message)
    times = []
    for message in messages:
        begun = time.perf_counter()
        understand(message)
        times.append(1000 * (time.perf_counter() - begun))
    return float(np.percentile(times, 95))


if __name__ == "__main__":
    main()
