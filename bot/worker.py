"""A thread of its own beside the loop, which goes on receiving and sending meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, TypeVar

T = TypeVar("T")


class Worker:
    """Does one thing after another, in the order in which they were asked.

    Not an executor: the end of the program would wait for what is being done.
    """

    def __init__(self, name: str) -> None:
        self._work: SimpleQueue[tuple[Future[Any], Callable[[], Any]] | None] = SimpleQueue()
        Thread(target=self._run, name=name, daemon=True).start()

    async def do(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises. Cancelled before its turn comes, it is not done."""
        done: Future[T] = Future()
        self._work.put((done, work))
        return await asyncio.wrap_future(done)

    def end(self) -> None:
        """Nothing more will be asked: the thread ends after what it has."""
        self._work.put(None)

    def _run(self) -> None:
        while (asked := self._work.get()) is not None:
            done, work = asked
            if done.set_running_or_notify_cancel():
                try:
                    done.set_result(work())
                except BaseException as error:
                    done.set_exception(error)
