"""Groups: what their members do becomes an update, as Telegram would make it."""

from __future__ import annotations

from collections.abc import Iterable

from .acts import (
    Press,
    add_member_update,
    add_message,
    bot_as_member,
    edit,
    number_of,
    press,
    tell,
)
from .chats import USUAL_RIGHTS, Chat, Seen, Topic, found_entities
from .inbox import Inbox
from .limits import possible_start_payload
from .state import State
from .topics import BLUE
from .users import User


class Group(Inbox):
    """A group that the bot is in or may come in, such as that of the staff."""

    def __init__(self, state: State, chat: Chat) -> None:
        super().__init__(state, chat)
        self.id = chat.id

    # What members say and press

    def says(
        self,
        user: User,
        text: str,
        *,
        reply_to: Seen | int | None = None,
        topic: Topic | int | None = None,
    ) -> Seen:
        """A member writes: in "General", in a topic, or where the message is that they answer."""
        with self._state.changed:
            self._must_be_in(user)
            replied = self._chat.messages.get(number_of(reply_to) or 0)
            number = self._topic(topic).id if topic else replied.topic if replied else None
            return add_message(
                self._state,
                self._chat,
                user.account,
                text=text,
                entities=found_entities(text),
                reply_to=number_of(reply_to),
                topic=number,
            )

    def edits(self, user: User, message: Seen | int, text: str) -> Seen:
        """A member changes a message of their own."""
        return edit(self._state, self._chat, user.account, message, text)

    def presses(self, user: User, wanted: str, *, message: Seen | None = None) -> Press:
        """A member presses a button, by label or data."""
        self._must_be_in(user)
        return press(self._state, self._chat, user.account, wanted, message)

    # The topics of a forum

    @property
    def topics(self) -> list[Topic]:
        """The topics as they are now, without "General", which has no number."""
        with self._state.changed:
            return list(self._chat.topics.values())

    def adds_topic(self, user: User, name: str) -> Topic:
        """A member makes a topic."""
        with self._state.changed:
            assert self._chat.profile.get("is_forum"), "only a forum has topics"
            self._must_be_in(user)
            made = self._chat.add_topic(user.account, int(self._state.now()), name, BLUE)
            tell(self._state, self._chat, made)
            return self._chat.topics[made.id]

    def closes_topic(self, user: User, topic: Topic | int) -> None:
        self._close_topic(user, topic, True)

    def reopens_topic(self, user: User, topic: Topic | int) -> None:
        self._close_topic(user, topic, False)

    def deletes_topic(self, topic: Topic | int) -> None:
        """A member deletes it with all that is in it; the bot hears nothing of it."""
        with self._state.changed:
            self._chat.delete_topic(self._topic(topic).id)
            self._state.changed.notify_all()

    def _close_topic(self, user: User, topic: Topic | int, closed: bool) -> None:
        with self._state.changed:
            self._must_be_in(user)
            now = self._topic(topic)
            assert now.closed != closed, f"the topic is so already: {now}"
            done = self._chat.close_topic(user.account, int(self._state.now()), now, closed)
            tell(self._state, self._chat, done)

    def _topic(self, topic: Topic | int) -> Topic:
        number = topic.id if isinstance(topic, Topic) else topic
        assert number in self._chat.topics, f"no topic {number}; there are {self._chat.topics}"
        return self._chat.topics[number]

    # The place of the bot

    def adds_bot(self, user: User, payload: str = "", *, rights: Iterable[str] = ()) -> None:
        """The bot comes in, with rights as an administrator.

        With a payload it comes by `t.me/bot?startgroup=payload`, which also makes `user` say
        `/start@bot payload`. Where the app asks which rights to give, that message may get lost
        (TelegramMessenger/Telegram-iOS#843): then the bot is added, and the payload never comes.
        """
        with self._state.changed:
            if self._state.chats.get(self.id) is not self._chat or self._chat.closed:
                self._add_bot(user, frozenset(rights) or None)
            if payload:
                if not possible_start_payload(payload):
                    raise AssertionError(f"no app of Telegram starts a bot with {payload!r}")
                self.says(user, f"/start@{self._state.bot['username']} {payload}")

    def removes_bot(self, user: User) -> None:
        """The bot is thrown out, and hears it."""
        with self._state.changed:
            before = bot_as_member(self._state, "member", self._chat.bot_rights)
            self._chat.closed = f"bot was kicked from the {self._chat.profile['type']} chat"
            self._chat.bot_rights = None
            after = bot_as_member(self._state, "kicked")
            add_member_update(self._state, self._chat, user.account, before, after)

    def promotes_bot(self, user: User, rights: Iterable[str] = USUAL_RIGHTS) -> None:
        """The bot becomes an administrator, or one with other rights."""
        self._set_rights(user, frozenset(rights))

    def demotes_bot(self, user: User) -> None:
        """The bot becomes an ordinary member."""
        self._set_rights(user, None)

    def moves_to(self, group: Group, user: User) -> None:
        """The group becomes a supergroup under another number, as Telegram does to it one day."""
        with self._state.changed:
            assert self._chat.profile["type"] == "group", "only a group of type 'group' moves"
            away = {"migrate_to_chat_id": group.id}
            add_message(self._state, self._chat, user.account, content=away)
            here = {"migrate_from_chat_id": self.id}
            add_message(self._state, group._chat, user.account, content=here)
            self._chat.moved_to = group.id

    def _add_bot(self, user: User, rights: frozenset[str] | None) -> None:
        self._must_be_member(user)
        before = bot_as_member(self._state, "kicked" if self._chat.closed else "left")
        self._chat.closed, self._chat.bot_rights = None, rights
        self._state.chats[self.id] = self._chat
        after = bot_as_member(self._state, "member", rights)
        add_member_update(self._state, self._chat, user.account, before, after)
        joined = {"new_chat_members": [self._state.bot]}
        add_message(self._state, self._chat, user.account, content=joined)

    def _set_rights(self, user: User, rights: frozenset[str] | None) -> None:
        with self._state.changed:
            self._must_be_in(user)
            before = bot_as_member(self._state, "member", self._chat.bot_rights)
            self._chat.bot_rights = rights
            after = bot_as_member(self._state, "member", rights)
            add_member_update(self._state, self._chat, user.account, before, after)

    def _must_be_in(self, user: User) -> None:
        """Both the member and the bot, which would not hear of it otherwise."""
        assert not self._chat.closed, self._chat.closed
        assert self._state.chats.get(self.id) is self._chat, "the bot is not in this group"
        self._must_be_member(user)

    def _must_be_member(self, user: User) -> None:
        members = self._chat.members
        assert not members or user.id in members, f"user {user.id} is not in group {self.id}"
