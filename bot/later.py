"""Something that takes a moment to make, made beside the greeting so that nobody waits for it."""

from __future__ import annotations

import copy
from collections.abc import Callable
from concurrent.futures import Future
from threading import Lock, Thread
from typing import Generic, TypeVar

T = TypeVar("T")


class Later(Generic[T]):
    """Made once, in the background from `start` on, or when it is first needed."""

    def __init__(self, make: Callable[[], T]) -> None:
        self._make = make
        self._made: Future[T] = Future()
        self._lock = Lock()
        self._started = False

    def start(self) -> None:
        """Begin making it, if that was not done yet."""
        with self._lock:
            if not self._started:
                self._started = True
                Thread(target=self._finish, daemon=True).start()

    @property
    def made(self) -> bool:
        """Whether it is there, so that `ready` does not wait."""
        return self._made.done()

    def _finish(self) -> None:
        try:
            self._made.set_result(self._make())
        except BaseException as error:
            self._made.set_exception(error)

    def ready(self) -> T:
        """The thing itself; waits until it is made, and raises what went wrong in making it."""
        self.start()
        error = self._made.exception()
        if error is not None:
            # A fresh one each time: the one that is kept would hold on to what callers had in hand.
            raise copy.copy(error).with_traceback(None)
        return self._made.result()
