"""Whether memory stays flat over many turns: engine, store and outbox, without a network.

    python -m tests.benchmarks.memory [--turns 100000] [--students 50]

Students tell what is going on, and press what is on the screen: four presses to one text. Every
turn is kept on the disk, and what goes out is taken from the outbox as the sender does. Resident
memory is printed ten times. The bot with its network: `tests.benchmarks.telegram --turns N`.
"""

from __future__ import annotations

import argparse
import asyncio
import tempfile
from pathlib import Path

from bot.app import build
from bot.channels.telegram.keeping import on_telegram
from bot.channels.telegram.put import put
from bot.conversation import Event, Pressed, Said, Started, from_json
from bot.engine import Arrived, Engine, Spoken, stamp_of
from bot.settings import read_settings
from bot.store import open_store
from bot.store.port import Outgoing

STORY = "ik voel me heel eenzaam sinds ik op kamers woon"
_PRESSES = 4  # to one free text


def resident() -> int:
    """Resident memory in MiB."""
    status = Path("/proc/self/status").read_text()
    line = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return int(line.split()[1]) // 1024


async def turns(count: int, students: int, data: Path) -> None:
    app = build(read_settings({}))
    app.start()
    app.understanding.ready()
    keeping = on_telegram(30, 2)
    store = await open_store(data, None, lambda: app.world().now)

    def into_messages(spoken: Spoken) -> tuple[Outgoing, ...]:
        return put(spoken, app.translators)

    async def send_now(chat: int, outgoing: tuple[Outgoing, ...]) -> None:
        raise AssertionError("nobody is erased here")

    engine = Engine(store, lambda: app.world(keeping), into_messages, send_now, lambda: None)
    for number in range(count):
        chat = 1 + number % students
        kept = await store.chat(chat)
        event: Event
        if kept is None or kept.state is None:
            event = Started("nl", "leiden")
        elif (number // students) % (_PRESSES + 1) == 0:
            event = Said(STORY)
        else:
            buttons = [b for m in from_json(kept.state).last for b in m.buttons if b.url is None]
            event = Pressed(buttons[0].id)
        stamp = stamp_of(kept.version) if kept is not None else None
        await engine.handle(Arrived(number + 1, chat, "nl", event, stamp=stamp))
        for one in await store.claim(9):
            await store.sent(one.id, number + 1, screen=True)
        if number % (count // 10) == count // 100:
            print(f"{resident()} MiB after {number} turns", flush=True)
    print(f"{resident()} MiB after {count} turns", flush=True)
    await store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--students", type=int, default=50)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(turns(options.turns, options.students, Path(folder) / "data"))


if __name__ == "__main__":
    main()
