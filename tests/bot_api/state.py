"""All that the stand-in knows, with the lock that the test and the server share."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from .calls import Call
from .chats import Chat
from .faults import Faults
from .flood import Flood
from .params import File
from .refused import RefusedError, bad_request, forbidden
from .updates import Updates
from .webhook import Webhook

Found = TypeVar("Found")


@dataclass(frozen=True)
class Answer:
    """What the bot answered to a press: a notice or an alert, or no text at all."""

    text: str
    alert: bool
    url: str


@dataclass
class Query:
    """A press on a button that the bot can answer, once and in time."""

    id: str
    chat: int
    message: int
    user: int
    data: str
    at: float
    answer: Answer | None = None


@dataclass
class State:
    """Change it only while holding `changed`, and notify: the server has its own thread."""

    token: str
    bot: dict[str, Any]
    answer_within: float
    flood: Flood | None
    seed: int
    privacy: bool
    changed: threading.Condition = field(default_factory=threading.Condition)
    faults: Faults = field(default_factory=Faults)
    calls: list[Call] = field(default_factory=list)
    chats: dict[int, Chat] = field(default_factory=dict)
    queries: dict[str, Query] = field(default_factory=dict)
    files: dict[str, File] = field(default_factory=dict)
    commands: dict[tuple[str, str], list[dict[str, str]]] = field(default_factory=dict)
    profile: dict[tuple[str, str], str] = field(default_factory=dict)
    webhook: Webhook = field(default_factory=Webhook)
    clock_ahead: float = 0.0
    started_at: float = 0.0
    logged_out: bool = False
    mistakes: list[Exception] = field(default_factory=list)  # of the stand-in itself

    def __post_init__(self) -> None:
        self.started_at = self.now()
        self.updates = Updates(self.seed)

    def now(self) -> float:
        return time.time() + self.clock_ahead

    def add_update(self, kind: str, payload: dict[str, Any]) -> int | None:
        """A new update for the bot, unless it did not ask for this kind; gives its number."""
        with self.changed:
            number = self.updates.add(kind, payload)
            self.changed.notify_all()
        return number

    def chat(self, given: Any, *, to_write: bool = False) -> Chat:
        """The chat a call is about; refuses one that is unknown or closed to the bot."""
        if given in (None, ""):
            raise bad_request("chat_id is empty")
        try:
            chat = self.chats.get(int(given))
        except (TypeError, ValueError):
            chat = None
        if chat is None:
            raise bad_request("chat not found")
        if chat.moved_to:
            raise RefusedError(
                400,
                "Bad Request: group chat was upgraded to a supergroup chat",
                migrate_to_chat_id=chat.moved_to,
            )
        if to_write and chat.closed:
            raise forbidden(chat.closed)
        return chat

    def count(self, chat: Chat) -> None:
        """One more message to this chat, for flood control."""
        if self.flood:
            self.flood.check(chat.id, self.now())

    def keep_file(self, file: File) -> dict[str, Any]:
        """What the Bot API says of a file; its content can be fetched with getFile."""
        number = len(self.files) + 1
        file_id = f"FILE-{number:06}"
        self.files[file_id] = file
        return {
            "file_id": file_id,
            "file_unique_id": f"U{number:06}",
            "file_size": len(file.content),
        }

    def wait(
        self, find: Callable[[], Found | None], timeout: float, wanted: Callable[[], str]
    ) -> Found:
        """What `find` gives, as soon as it gives something; fails with what was wanted."""
        with self.changed:
            found: list[Found] = []

            def look() -> bool:
                result = find()
                if result is not None:
                    found.append(result)
                return result is not None

            if not self.changed.wait_for(look, timeout):
                raise AssertionError(f"after {timeout:g} s still no {wanted()}{self._recent()}")
            return found[0]

    def _recent(self) -> str:
        calls = [f"\n  {call.method}: {call.outcome}" for call in self.calls[-8:]]
        return "\nThe last calls of the bot:" + ("".join(calls) or " none")
