"""What people do in a chat, private or not, and the update that the bot gets of it."""

from __future__ import annotations

import hashlib
import re
from typing import Any

from .chats import RIGHTS, Button, Chat, Message, Seen, found_entities
from .state import Answer, Query, State


class Press:
    """A press on a button: what was sent, and what the bot answered to it."""

    def __init__(self, state: State, query: Query) -> None:
        self._state = state
        self._query = query
        self.id = query.id
        self.data = query.data
        self.chat_id = query.chat
        self.message_id = query.message
        self.user_id = query.user

    @property
    def answer(self) -> Answer | None:
        """The answer, or None while the button still shows that it is waiting."""
        return self._query.answer

    def wait_for_answer(self, timeout: float = 10.0) -> Answer:
        return self._state.wait(
            lambda: self._query.answer, timeout, lambda: f"answer to the press {self.data!r}"
        )


def add_message(state: State, chat: Chat, sender: dict[str, Any], **rest: Any) -> Seen:
    """A message of somebody other than the bot, with its update."""
    with state.changed:
        return tell(state, chat, chat.add(sender, int(state.now()), **rest))


def tell(state: State, chat: Chat, message: Message, kind: str = "message") -> Seen:
    """The update of a message, new or edited, if it is one that reaches the bot."""
    if _reaches_bot(state, chat, message):
        state.add_update(kind, chat.message_json(message))
    state.changed.notify_all()
    return chat.seen(message)


def _reaches_bot(state: State, chat: Chat, message: Message) -> bool:
    """In a group with privacy mode an ordinary member reads only what is meant for it.

    Those are commands, unless they name another bot, and replies to what it wrote.
    """
    if chat.private or not state.privacy or chat.bot_rights or message.service:
        return True
    replied = chat.messages.get(message.reply_to or 0)
    if replied and replied.from_bot:
        return True
    command = re.match(r"/\w+(?:@(\w+))?", message.text)
    own = state.bot["username"].lower()
    return command is not None and (command[1] or own).lower() == own


def edit(state: State, chat: Chat, account: dict[str, Any], message: Seen | int, text: str) -> Seen:
    """Somebody changes a message of their own."""
    with state.changed:
        own = chat.messages[number_of(message) or 0]
        assert own.sender["id"] == account["id"], "nobody can edit what somebody else wrote"
        own.text, own.entities = text, found_entities(text)
        own.edit_date = int(state.now())
        own.edits += 1
        return tell(state, chat, own, "edited_message")


def add_member_update(
    state: State,
    chat: Chat,
    user: dict[str, Any],
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    """The bot's own place in a chat has changed."""
    state.add_update(
        "my_chat_member",
        {
            "chat": chat.as_json(),
            "from": user,
            "date": int(state.now()),
            "old_chat_member": before,
            "new_chat_member": after,
        },
    )


def bot_as_member(
    state: State, status: str, rights: frozenset[str] | None = None
) -> dict[str, Any]:
    """The bot as one of a chat; with rights it is an administrator, whatever the status."""
    member = {"user": state.bot, "status": status}
    if rights is not None:
        all_rights = {right: right in rights for right in sorted(RIGHTS)}
        hidden = {"can_be_edited": False, "is_anonymous": False}
        return {**member, "status": "administrator", **hidden, **all_rights}
    return {**member, "until_date": 0} if status == "kicked" else member


def press(
    state: State,
    chat: Chat,
    user: dict[str, Any],
    wanted: str,
    message: Seen | None = None,
    too_old: bool = False,
) -> Press:
    """Finds the button and sends its data, as a callback query."""
    with state.changed:
        seen, button = _find(chat, wanted, message)
        if button.data is None:
            raise AssertionError(f"the button {wanted!r} sends nothing; it opens {button.url}")
        number = len(state.queries) + 1
        query_id = str(4_000_000_000_000_000 + number)
        query = Query(query_id, chat.id, seen.id, user["id"], button.data, state.now())
        state.queries[query_id] = query
        now = chat.messages.get(seen.id)
        gone = {"chat": chat.as_json(), "message_id": seen.id, "date": 0}
        payload = {
            "id": query_id,
            "from": user,
            "message": gone if too_old or now is None else chat.message_json(now),
            "chat_instance": hashlib.sha256(str(chat.id).encode()).hexdigest()[:16],
            "data": button.data,
        }
        state.add_update("callback_query", payload)
        return Press(state, query)


def _find(chat: Chat, wanted: str, message: Seen | None) -> tuple[Seen, Button]:
    shown = [message] if message else [chat.seen(m) for m in reversed(chat.messages.values())]
    for seen in shown:
        if button := seen.button(wanted):
            return seen, button
    labels = [label for seen in shown[:5] for label in seen.labels]
    raise AssertionError(f"no button {wanted!r}; the newest are {labels}")


def number_of(message: Seen | int | None) -> int | None:
    return message.id if isinstance(message, Seen) else message
