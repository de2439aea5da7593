"""How long a look at a text takes: `python -m tests.benchmarks.safety`.

Over the held-out messages: rules alone, rules and second vote, and the second vote as a multiple of
the rules in the same run. Then the whole way from a text to the words of the crisis message.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable
from pathlib import Path

from bot.app import build
from bot.conversation import Said, Started, State, respond
from bot.settings import read_settings
from bot.words import render

HELD_OUT = Path(__file__).parents[1] / "data" / "held_out_crisis.jsonl"


def _times(texts: list[str], do: Callable[[str], object]) -> list[float]:
    """Milliseconds for each text, sorted."""
    found = []
    for text in texts:
        start = time.perf_counter()
        do(text)
        found.append(1000 * (time.perf_counter() - start))
    return sorted(found)


def _told(name: str, times: list[float]) -> None:
    middle, most = times[len(times) // 2], times[int(0.95 * len(times))]
    print(f"{name:44}{middle:7.2f} ms in the middle{most:7.2f} at the 95th percentile")


def main() -> None:
    app = build(read_settings({}))
    texts = [json.loads(line)["text"] for line in HELD_OUT.read_text("utf-8").splitlines()]
    app.start()
    app.danger("hallo")
    world = app.world()
    start = respond(State("nl"), Started("nl", "leiden"), world).state

    def whole_way(text: str) -> None:
        turn = respond(start, Said(text), world)
        render(turn.say[0], app.translators[turn.state.language], world.catalogue)

    in_danger = [text for text in texts if world.shown_first(text)]
    rules = _times(texts, app.detector.ready().detect)
    both = _times(texts, app.danger)
    _told("rules", rules)
    _told("rules and second vote", both)
    _told("from a text to the crisis message", _times(in_danger, whole_way))
    ratio = sum(both) / sum(rules)
    print(f"both take {ratio:.1f} times the rules; {dt.date.today()}")


if __name__ == "__main__":
    main()
