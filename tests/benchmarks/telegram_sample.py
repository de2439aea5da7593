"""Where the time of a running program goes: what every thread is doing, looked at often."""

from __future__ import annotations

import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable
from types import FrameType

_EVERY = 0.005  # seconds
# The innermost of these in a stack says whose time it is.
_ROOMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("understanding and safety", ("/bot/understanding/", "/bot/safety/")),
    ("conversation, advice and words", ("/bot/conversation/", "/bot/advice/", "/bot/words/")),
    ("encryption", ("/bot/store/seal.py",)),
    ("store", ("/bot/store/", "/sqlalchemy/", "/aiosqlite/", "/sqlite3/")),
    ("requests to Telegram", ("/httpx/", "/httpcore/", "/anyio/", "/h11/", "/telegram/request/")),
    ("PTB objects", ("/site-packages/telegram/",)),
    ("channel and engine", ("/bot/channels/", "/bot/engine.py")),
    ("event loop", ("/asyncio/",)),
)
_WAITING = (
    "_run",
    "select",
    "wait",
    "acquire",
    "get",
    "_worker",
    "accept",
    "_connection_worker_thread",
)


def sampled(work: Callable[[], None]) -> None:
    """Do this; from SIGUSR1 on look where the time goes, and write it at the end."""
    seen: Counter[str] = Counter()

    def look() -> None:
        own = threading.get_ident()
        while True:
            time.sleep(_EVERY)
            for thread, frame in sys._current_frames().items():
                if thread != own and frame.f_code.co_name not in _WAITING:
                    seen[_room(frame)] += 1

    def begin(*_: object) -> None:
        threading.Thread(target=look, daemon=True).start()

    signal.signal(signal.SIGUSR1, begin)
    try:
        work()
    finally:
        total = seen.total() or 1
        lines = [f"{count / total:6.1%} {room}\n" for room, count in seen.most_common()]
        sys.stderr.write("Time:\n" + "".join(lines))


def _room(frame: FrameType | None) -> str:
    while frame is not None:
        file = frame.f_code.co_filename
        for room, parts in _ROOMS:
            if any(part in file for part in parts):
                return room
        frame = frame.f_back
    return "other"
