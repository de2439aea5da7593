"""Students and groups: what they do becomes an update, as Telegram would make it."""

from __future__ import annotations

import hashlib
from typing import Any

from .chats import Button, Chat, Message, Seen, found_entities
from .inbox import Inbox
from .limits import possible_start_payload
from .params import File
from .state import Answer, Query, State

NEVER_STARTED = "bot can't initiate conversation with a user"
BLOCKED = "bot was blocked by the user"
DEACTIVATED = "user is deactivated"
KICKED = "bot was kicked from the supergroup chat"

_PICTURE = b"\xff\xd8\xff\xe0 a small picture \xff\xd9"


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


class User(Inbox):
    """A student, in the private chat with the bot."""

    def __init__(self, state: State, chat: Chat, account: dict[str, Any]) -> None:
        super().__init__(state, chat)
        self.account = account
        self.id = int(account["id"])

    def says(self, text: str, *, reply_to: Seen | int | None = None) -> Seen:
        """Types a message. Whoever writes has started the bot."""
        return self._sends(text=text, entities=found_entities(text), reply_to=_id(reply_to))

    def starts(self, payload: str = "") -> Seen:
        """Presses Start, or follows `t.me/bot?start=payload`; an impossible payload fails."""
        if payload and not possible_start_payload(payload):
            raise AssertionError(f"no app of Telegram starts a bot with {payload!r}")
        return self.says(f"/start {payload}".rstrip())

    def presses(
        self,
        wanted: str,
        *,
        message: Seen | None = None,
        too_old: bool = False,
    ) -> Press:
        """Presses an inline button, by its label or its data, in the newest message that has it.

        With `message`, an earlier look at a message, the button as it was there: so an old or a
        doubled press is made. `too_old` leaves the message out of the update, as after 48 hours.
        A button of the keyboard below the chat is typed with `taps`.
        """
        self._must_be_open()
        return press(self._state, self._chat, self.account, wanted, message, too_old)

    def taps(self, label: str) -> Seen:
        """Taps a button of the keyboard below the chat, which types its label."""
        if label not in [known for row in self.keyboard for known in row]:
            raise AssertionError(f"no key {label!r}; there are {self.keyboard}")
        return self.says(label)

    def edits(self, message: Seen | int, text: str) -> Seen:
        """Changes a message of their own."""
        with self._state.changed:
            own = self._chat.messages[_id(message) or 0]
            assert not own.from_bot, "a student cannot edit what the bot wrote"
            own.text, own.entities = text, found_entities(text)
            own.edit_date = int(self._state.now())
            own.edits += 1
            self._state.add_update("edited_message", self._chat.message_json(own))
            return self._chat.seen(own)

    def sends_photo(self, caption: str = "", content: bytes = _PICTURE) -> Seen:
        kept = self._state.keep_file(File("photo.jpg", "photo", content))
        sizes = [{**kept, "width": side, "height": side} for side in (90, 320)]
        return self._sends(content={"photo": sizes}, text=caption)

    def sends_voice(self, seconds: int = 3) -> Seen:
        kept = self._state.keep_file(File("voice.ogg", "voice", b"OggS"))
        voice = {**kept, "duration": seconds, "mime_type": "audio/ogg"}
        return self._sends(content={"voice": voice})

    def sends_document(self, name: str = "essay.pdf", content: bytes = b"%PDF-1.7") -> Seen:
        kept = self._state.keep_file(File(name, "document", content))
        return self._sends(content={"document": {**kept, "file_name": name}})

    def sends_sticker(self, emoji: str = "🙂") -> Seen:
        kept = self._state.keep_file(File("sticker.webp", "sticker", b"RIFF"))
        kind = {"type": "regular", "width": 512, "height": 512}
        moving = {"is_animated": False, "is_video": False}
        return self._sends(content={"sticker": {**kept, **kind, **moving, "emoji": emoji}})

    def sends_location(self, latitude: float = 52.16, longitude: float = 4.48) -> Seen:
        return self._sends(content={"location": {"latitude": latitude, "longitude": longitude}})

    def sends_contact(self, phone: str = "+31600000000") -> Seen:
        contact = {
            "phone_number": phone,
            "first_name": self.account["first_name"],
            "user_id": self.id,
        }
        return self._sends(content={"contact": contact})

    def blocks(self) -> None:
        """From now on the bot cannot write, and hears that it was blocked."""
        with self._state.changed:
            self._must_be_open()
            self._chat.closed = BLOCKED
            add_member_update(self._state, self._chat, self.account, "member", "kicked")

    def unblocks(self) -> None:
        with self._state.changed:
            assert self._chat.closed == BLOCKED, f"user {self.id} did not block the bot"
            self._chat.closed = None
            add_member_update(self._state, self._chat, self.account, "kicked", "member")

    def deactivates(self) -> None:
        """Deletes the account; the bot learns of it when it writes."""
        with self._state.changed:
            self._chat.closed = DEACTIVATED

    def _sends(self, **rest: Any) -> Seen:
        with self._state.changed:
            if self._chat.closed == NEVER_STARTED:
                self._chat.closed = None
            self._must_be_open()
            return add_message(self._state, self._chat, self.account, **rest)

    def _must_be_open(self) -> None:
        if self._chat.closed:
            raise AssertionError(f"user {self.id} cannot do this: {self._chat.closed}")


class Group(Inbox):
    """A group that the bot is in, such as that of the staff."""

    def __init__(self, state: State, chat: Chat) -> None:
        super().__init__(state, chat)
        self.id = chat.id

    def says(self, user: User, text: str, *, reply_to: Seen | int | None = None) -> Seen:
        """A member writes; the bot reads all of it."""
        with self._state.changed:
            assert not self._chat.closed, self._chat.closed
            return add_message(
                self._state,
                self._chat,
                user.account,
                text=text,
                entities=found_entities(text),
                reply_to=_id(reply_to),
            )

    def presses(self, user: User, wanted: str, *, message: Seen | None = None) -> Press:
        """A member presses a button, by label or data."""
        return press(self._state, self._chat, user.account, wanted, message)

    def removes_bot(self, user: User) -> None:
        """The bot is thrown out, and hears it."""
        with self._state.changed:
            self._chat.closed = KICKED
            add_member_update(self._state, self._chat, user.account, "member", "kicked")

    def moves_to(self, group: Group, user: User) -> None:
        """The group becomes a supergroup under another number, as Telegram does to it one day."""
        with self._state.changed:
            content = {"migrate_to_chat_id": group.id}
            add_message(self._state, self._chat, user.account, content=content)
            self._chat.moved_to = group.id


def add_message(state: State, chat: Chat, sender: dict[str, Any], **rest: Any) -> Seen:
    """A message of somebody other than the bot, with its update."""
    with state.changed:
        message: Message = chat.add(sender, int(state.now()), **rest)
        state.add_update("message", chat.message_json(message))
        return chat.seen(message)


def add_member_update(
    state: State, chat: Chat, user: dict[str, Any], before: str, after: str
) -> None:
    """The bot's own place in a chat has changed."""
    state.add_update(
        "my_chat_member",
        {
            "chat": chat.as_json(),
            "from": user,
            "date": int(state.now()),
            "old_chat_member": _member(state, before),
            "new_chat_member": _member(state, after),
        },
    )


def _member(state: State, status: str) -> dict[str, Any]:
    member = {"user": state.bot, "status": status}
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


def _id(message: Seen | int | None) -> int | None:
    return message.id if isinstance(message, Seen) else message
