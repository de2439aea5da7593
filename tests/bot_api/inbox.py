"""What a test sees of a chat, and how it waits for more."""

from __future__ import annotations

from collections.abc import Callable
from typing import overload

from .chats import Chat, Seen
from .state import State

Wanted = str | Callable[[Seen], bool]


class Inbox:
    """One chat, from the side of the people in it."""

    def __init__(self, state: State, chat: Chat) -> None:
        self._state = state
        self._chat = chat

    @property
    def messages(self) -> list[Seen]:
        """Everything in the chat as it looks now; what was deleted is gone."""
        with self._state.changed:
            return [self._chat.seen(message) for message in self._chat.messages.values()]

    @property
    def inbox(self) -> list[Seen]:
        """What the bot wrote, as it looks now, in order."""
        return [message for message in self.messages if message.from_bot and not message.service]

    def now(self, message: Seen) -> Seen:
        """This message as it looks now; fails when it is gone."""
        found = [now for now in self.messages if now.id == message.id]
        assert found, f"message {message.id} is gone; it was {message.text!r}"
        return found[0]

    @property
    def keyboard(self) -> list[list[str]]:
        """The keyboard below the chat, if the bot put one there."""
        with self._state.changed:
            return [list(row) for row in self._chat.keyboard]

    @overload
    def wait_for(
        self, wanted: int, timeout: float = 10.0, *, after: Seen | int = 0
    ) -> list[Seen]: ...

    @overload
    def wait_for(self, wanted: Wanted, timeout: float = 10.0, *, after: Seen | int = 0) -> Seen: ...

    def wait_for(
        self, wanted: int | Wanted, timeout: float = 10.0, *, after: Seen | int = 0
    ) -> Seen | list[Seen]:
        """Waits until the bot has written so many messages, or one that fits (the newest is given).

        A text fits a message that contains it. With `after` only messages below that one count:
        `student.wait_for("Hoi", after=student.says("hallo"))`.
        """
        below = after.id if isinstance(after, Seen) else after

        def below_it() -> list[Seen]:
            return [message for message in self.inbox if message.id > below]

        if isinstance(wanted, int):
            count = wanted  # so that it stays a number in the lambda
            return self._state.wait(
                lambda: below_it() if len(below_it()) >= count else None,
                timeout,
                lambda: self._wish(wanted),
            )
        fits = _predicate(wanted)
        return self._state.wait(
            lambda: next(filter(fits, reversed(below_it())), None),
            timeout,
            lambda: self._wish(wanted),
        )

    def hears_nothing(self, seconds: float) -> None:
        """For so long the bot writes, changes and deletes nothing; fails as soon as it does."""
        before = self.inbox
        with self._state.changed:
            if self._state.changed.wait_for(lambda: self.inbox != before, seconds):
                raise AssertionError(f"the bot was not silent; it wrote{_listed(self.inbox)}")

    def _wish(self, wanted: int | Wanted) -> str:
        what = f"{wanted} messages" if isinstance(wanted, int) else f"message that fits {wanted!r}"
        return f"{what} in chat {self._chat.id}; there is{_listed(self.inbox)}"


def _predicate(wanted: Wanted) -> Callable[[Seen], bool]:
    return (lambda message: wanted in message.text) if isinstance(wanted, str) else wanted


def _listed(messages: list[Seen]) -> str:
    lines = [f"\n  {message.id}: {message.text!r} {message.labels}" for message in messages]
    return "".join(lines) or " nothing"
