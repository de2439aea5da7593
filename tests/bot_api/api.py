"""The side of the test: start and stop, students and groups, faults, and what the bot asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

from .acts import Press
from .calls import Call
from .chats import USUAL_RIGHTS, Chat
from .faults import Faults
from .flood import Flood
from .groups import Group
from .server import Server
from .state import State
from .users import NEVER_STARTED, User

_FIRST_GROUP = -1_002_000_000_001  # of the groups that are not given a number


class BotApi:
    """The Bot API on a free port of this machine, for one bot, as long as the `with` lasts.

    A press can be answered for `answer_within` seconds. `seed` decides the first update number.
    With `privacy` it reads in a group only what is meant for it, until it is an administrator.
    """

    def __init__(
        self,
        token: str = "123456:a-token-for-tests",
        *,
        name: str = "Wegwijs",
        username: str = "wegwijs_test_bot",
        flood: Flood | None = None,
        answer_within: float = 15.0,
        seed: int = 1,
        privacy: bool = False,
    ) -> None:
        self.token = token
        bot_id = int(token.partition(":")[0])
        bot = {"id": bot_id, "is_bot": True, "first_name": name, "username": username}
        self._state = State(token, bot, answer_within, flood, seed, privacy)
        self._server = Server(self._state)
        self._users: dict[int, User] = {}
        self._groups: dict[int, Group] = {}

    def __enter__(self) -> BotApi:
        self._server.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._server.stop()
        if self._state.mistakes and not error:
            raise self._state.mistakes[0]

    @contextmanager
    def unreachable(self) -> Iterator[None]:
        """Nobody answers at the address for a while; what is known and waiting is kept."""
        self._server.stop()
        try:
            yield
        finally:
            self._server.start()

    @property
    def root(self) -> str:
        return f"http://127.0.0.1:{self._server.port}"

    @property
    def base_url(self) -> str:
        return f"{self.root}/bot"

    @property
    def base_file_url(self) -> str:
        return f"{self.root}/file/bot"

    def user(
        self, id: int, language_code: str | None = "nl", first_name: str = "Sam", **rest: Any
    ) -> User:
        """The student with this number; who is new has not started the bot yet."""
        with self._state.changed:
            if id not in self._users:
                account = {"id": id, "is_bot": False, "first_name": first_name, **rest}
                if language_code:
                    account["language_code"] = language_code
                profile = {"type": "private", "first_name": first_name}
                if "username" in rest:
                    profile["username"] = rest["username"]
                chat = Chat(id, profile, closed=NEVER_STARTED)
                self._state.chats[id] = chat
                self._users[id] = User(self._state, chat, account)
            return self._users[id]

    def group(
        self,
        id: int | None = None,
        title: str = "Team",
        *,
        type: str = "supergroup",
        forum: bool = False,
        members: Iterable[User] = (),
        bot_is_in: bool = True,
        bot_is_admin: bool = False,
    ) -> Group:
        """The group with this number, which is below zero, or a new one; a forum has topics.

        The bot has been in it for a while, so it hears nothing of it; with `bot_is_in=False` it
        does not know the group until `adds_bot`. Who is no member can do nothing in it; without
        members everybody can.
        """
        with self._state.changed:
            id = id or _FIRST_GROUP - len(self._groups)
            assert id < 0, "the number of a group is below zero"
            if id not in self._groups:
                profile = {"type": type, "title": title, **({"is_forum": True} if forum else {})}
                chat = Chat(
                    id,
                    profile,
                    bot_rights=USUAL_RIGHTS if bot_is_admin else None,
                    members=frozenset(member.id for member in members),
                    last_id=1 if forum else 0,  # the number of "General", which is no topic
                )
                if bot_is_in:
                    self._state.chats[id] = chat
                self._groups[id] = Group(self._state, chat)
            return self._groups[id]

    def push(self, update: dict[str, Any]) -> int:
        """An update as it is, however odd; gets the next number unless it has `update_id`."""
        with self._state.changed:
            return self._state.updates.push(update)

    def repeat_last_update(self, times: int = 1) -> int:
        """The newest update comes again, with the number it had, confirmed or not."""
        with self._state.changed:
            return self._state.updates.repeat_last(times)

    def forget_sequence(self) -> int:
        """Numbers go on from a random lower one, as they may after a week of silence."""
        with self._state.changed:
            return self._state.updates.forget_sequence()

    def later(self, seconds: float) -> None:
        """The clock of the Bot API jumps ahead: presses get too old, flood control forgets."""
        with self._state.changed:
            self._state.clock_ahead += seconds

    @property
    def faults(self) -> Faults:
        """What goes wrong: `api.faults.next(Fault.SLOW, "sendMessage", seconds=2)`."""
        return self._state.faults

    @property
    def flood(self) -> Flood | None:
        return self._state.flood

    @flood.setter
    def flood(self, flood: Flood | None) -> None:
        with self._state.changed:
            self._state.flood = flood

    @property
    def calls(self) -> list[Call]:
        """Every call so far, those that still wait included."""
        with self._state.changed:
            return list(self._state.calls)

    def wait_for_call(
        self, method: str, count: int = 1, timeout: float = 10.0, *, done: bool = True
    ) -> list[Call]:
        """Waits for so many calls of a method; with done=False a waiting one counts too."""

        def found() -> list[Call] | None:
            calls = [c for c in self._state.calls if c.method == method and (c.done or not done)]
            return calls if len(calls) >= count else None

        return self._state.wait(found, timeout, lambda: f"{count} calls of {method}")

    @property
    def presses(self) -> list[Press]:
        """Every press so far, answered or not."""
        with self._state.changed:
            return [Press(self._state, query) for query in self._state.queries.values()]

    @property
    def answered(self) -> list[Press]:
        """The presses that were answered."""
        return [press for press in self.presses if press.answer]

    @property
    def pending(self) -> list[dict[str, Any]]:
        """The updates that the bot has not confirmed yet."""
        with self._state.changed:
            return [item.update for item in self._state.updates.pending]

    def wait_until_confirmed(self, timeout: float = 10.0) -> None:
        """Waits until the bot has confirmed every update."""
        self._state.wait(
            lambda: None if self._state.updates.pending else True,
            timeout,
            lambda: f"confirmation of {len(self._state.updates.pending)} updates",
        )

    def commands(self, language_code: str = "", scope: str = "default") -> dict[str, str]:
        """The commands the bot has set, with what they do."""
        with self._state.changed:
            listed = self._state.commands.get((scope, language_code), [])
        return {item["command"]: item["description"] for item in listed}
