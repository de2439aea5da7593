"""Students: what they do becomes an update, as Telegram would make it."""

from __future__ import annotations

from typing import Any

from .acts import Press, add_member_update, add_message, bot_as_member, edit, number_of, press
from .chats import Chat, Seen, found_entities
from .inbox import Inbox
from .limits import possible_start_payload
from .params import File
from .state import State

NEVER_STARTED = "bot can't initiate conversation with a user"
BLOCKED = "bot was blocked by the user"
DEACTIVATED = "user is deactivated"

_PICTURE = b"\xff\xd8\xff\xe0 a small picture \xff\xd9"


class User(Inbox):
    """A student, in the private chat with the bot."""

    def __init__(self, state: State, chat: Chat, account: dict[str, Any]) -> None:
        super().__init__(state, chat)
        self.account = account
        self.id = int(account["id"])

    def says(self, text: str, *, reply_to: Seen | int | None = None) -> Seen:
        """Types a message. Whoever writes has started the bot."""
        return self._sends(text=text, entities=found_entities(text), reply_to=number_of(reply_to))

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
        return edit(self._state, self._chat, self.account, message, text)

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
            member, kicked = self._as_seen_by_bot()
            add_member_update(self._state, self._chat, self.account, member, kicked)

    def unblocks(self) -> None:
        with self._state.changed:
            assert self._chat.closed == BLOCKED, f"user {self.id} did not block the bot"
            self._chat.closed = None
            member, kicked = self._as_seen_by_bot()
            add_member_update(self._state, self._chat, self.account, kicked, member)

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

    def _as_seen_by_bot(self) -> tuple[dict[str, Any], dict[str, Any]]:
        return bot_as_member(self._state, "member"), bot_as_member(self._state, "kicked")

    def _must_be_open(self) -> None:
        if self._chat.closed:
            raise AssertionError(f"user {self.id} cannot do this: {self._chat.closed}")
