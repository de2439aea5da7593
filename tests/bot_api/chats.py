"""Chats, the topics and messages in them, and how a message looks to the one who reads it."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass, field, replace
from typing import Any

from .html import Entity, utf16
from .params import File

# What an administrator may; most of it comes with the office, as the apps of Telegram propose it.
USUAL_RIGHTS = frozenset(
    "can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members "
    "can_change_info can_invite_users can_pin_messages can_manage_topics".split()
)
RIGHTS = USUAL_RIGHTS | frozenset(
    "can_promote_members can_post_stories can_edit_stories can_delete_stories".split()
)
# Messages that Telegram makes itself; what the bot does comes back as one of these too.
_SERVICE = (
    "forum_topic_created forum_topic_edited forum_topic_closed forum_topic_reopened "
    "new_chat_members migrate_to_chat_id migrate_from_chat_id"
).split()


@dataclass(frozen=True)
class Button:
    """A button under a message: what it says, and what it sends (`data`) or opens (`url`)."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Seen:
    """A message as it looked at one moment; `text` is without tags, `html` as the bot wrote it."""

    id: int
    chat_id: int
    text: str
    html: str
    buttons: tuple[tuple[Button, ...], ...]
    edits: int
    from_bot: bool
    date: int
    file: File | None
    entities: tuple[Entity, ...]
    reply_to: int | None
    silent: bool
    protected: bool
    topic: int | None  # None is also the topic "General"
    service: str | None  # "forum_topic_created" and the like, of a message by Telegram itself
    forces_reply: bool
    placeholder: str | None

    @property
    def edited(self) -> bool:
        return self.edits > 0

    @property
    def labels(self) -> list[str]:
        return [button.label for row in self.buttons for button in row]

    def button(self, wanted: str) -> Button | None:
        """The button with this label, or else with this data."""
        buttons = [button for row in self.buttons for button in row]
        by_label = [button for button in buttons if button.label == wanted]
        return next(iter(by_label + [button for button in buttons if button.data == wanted]), None)


@dataclass(frozen=True)
class Topic:
    """A topic of a forum; its number is that of the message which says that it was made."""

    id: int
    name: str
    icon_color: int
    by_bot: bool
    closed: bool = False

    def as_json(self) -> dict[str, Any]:
        return {"name": self.name, "icon_color": self.icon_color}


@dataclass
class Message:
    """A message as the server keeps it. A caption is kept as text; `content` is the rest."""

    id: int
    sender: dict[str, Any]
    date: int
    text: str = ""
    html: str = ""
    entities: list[Entity] = field(default_factory=list)
    markup: dict[str, Any] | None = None
    content: dict[str, Any] = field(default_factory=dict)
    file: File | None = None
    reply_to: int | None = None
    topic: int | None = None
    edit_date: int | None = None
    edits: int = 0
    silent: bool = False
    protected: bool = False

    @property
    def from_bot(self) -> bool:
        return bool(self.sender["is_bot"])

    @property
    def service(self) -> str | None:
        return next((kind for kind in _SERVICE if kind in self.content), None)

    def same(self, text: str, entities: list[Entity], markup: dict[str, Any] | None) -> bool:
        return (self.text, self.entities, self.markup) == (text, entities, markup)


@dataclass
class Chat:
    """A private chat or a group. The bot may write while `closed` is None; else that is why not."""

    id: int
    profile: dict[str, Any]  # what the Bot API says of it: type, names, title
    closed: str | None = None
    moved_to: int | None = None
    bot_rights: frozenset[str] | None = None  # None is an ordinary member
    members: frozenset[int] = frozenset()  # none named is everybody
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    last_id: int = 0
    keyboard: list[list[str]] = field(default_factory=list)

    @property
    def private(self) -> bool:
        return self.id > 0

    def bot_can(self, right: str) -> bool:
        return right in (self.bot_rights or ())

    def as_json(self) -> dict[str, Any]:
        return {"id": self.id, **self.profile}

    def add(self, sender: dict[str, Any], date: int, **rest: Any) -> Message:
        """A new message, with the next number of this chat."""
        self.last_id += 1
        message = Message(self.last_id, sender, date, **rest)
        self.messages[message.id] = message
        return message

    def add_topic(self, sender: dict[str, Any], date: int, name: str, icon_color: int) -> Message:
        """A new topic; gives the message that says so."""
        topic = Topic(self.last_id + 1, name, icon_color, bool(sender["is_bot"]))
        return self.change_topic(sender, date, topic, forum_topic_created=topic.as_json())

    def change_topic(
        self, sender: dict[str, Any], date: int, topic: Topic, **content: Any
    ) -> Message:
        """A topic as it is from now on, with the message that says so."""
        self.topics[topic.id] = topic
        return self.add(sender, date, content=content, topic=topic.id)

    def close_topic(self, sender: dict[str, Any], date: int, topic: Topic, closed: bool) -> Message:
        what = "forum_topic_closed" if closed else "forum_topic_reopened"
        return self.change_topic(sender, date, replace(topic, closed=closed), **{what: {}})

    def delete_topic(self, number: int) -> None:
        """Without a trace: the bot hears nothing of it."""
        del self.topics[number]
        self.messages = {id: m for id, m in self.messages.items() if m.topic != number}

    def message_json(self, message: Message, *, with_reply: bool = True) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "message_id": message.id,
            "from": message.sender,
            "chat": self.as_json(),
            "date": message.date,
            **message.content,
        }
        if message.edit_date:
            answer["edit_date"] = message.edit_date
        caption = bool(message.content)
        if message.text:
            answer["caption" if caption else "text"] = message.text
        if message.entities:
            answer["caption_entities" if caption else "entities"] = message.entities
        if message.markup and "inline_keyboard" in message.markup:
            answer["reply_markup"] = message.markup
        if message.protected:
            answer["has_protected_content"] = True
        if thread := message.topic or self._thread(message):
            answer["message_thread_id"] = thread
        if message.topic:
            answer["is_topic_message"] = True
        # What answers nothing in a topic still comes as an answer to the topic's first message.
        replied = self.messages.get(message.reply_to or message.topic or 0)
        if replied and replied is not message and with_reply:
            answer["reply_to_message"] = self.message_json(replied, with_reply=False)
        return answer

    def _thread(self, message: Message) -> int | None:
        """Replies to replies are a thread, which has a number but is no topic."""
        first = message
        while replied := self.messages.get(first.reply_to or 0):
            first = replied
        in_thread = first is not message and self.profile["type"] == "supergroup"
        return first.id if in_thread else None

    def seen(self, message: Message) -> Seen:
        markup = message.markup or {}
        rows = markup.get("inline_keyboard", [])
        return Seen(
            id=message.id,
            chat_id=self.id,
            text=message.text,
            html=message.html or html.escape(message.text, quote=False),
            buttons=tuple(
                tuple(Button(b["text"], b.get("callback_data"), b.get("url")) for b in row)
                for row in rows
            ),
            edits=message.edits,
            from_bot=message.from_bot,
            date=message.date,
            file=message.file,
            entities=tuple(message.entities),
            reply_to=message.reply_to,
            silent=message.silent,
            protected=message.protected,
            topic=message.topic,
            service=message.service,
            forces_reply="force_reply" in markup,
            placeholder=markup.get("input_field_placeholder"),
        )


_FOUND_BY_TELEGRAM = re.compile(
    r"(?P<bot_command>(?<![\w/])/[A-Za-z0-9_]{1,64}(?:@\w{3,32})?)(?!\w)"
    r"|(?P<email>[\w.+-]+@[\w-]+(?:\.[\w-]+)+)"
    r"|(?P<url>https?://[^\s<>]*[^\s<>.,!?)])"
    r"|(?P<mention>(?<!\w)@[A-Za-z]\w{3,31})"
    r"|(?P<hashtag>(?<!\w)#\w*[^\W\d]\w*)"
)


def found_entities(text: str) -> list[Entity]:
    """The commands, addresses and names that Telegram finds by itself in what a student types."""
    return [
        {"type": match.lastgroup, "offset": utf16(text[: match.start()]), "length": utf16(match[0])}
        for match in _FOUND_BY_TELEGRAM.finditer(text)
    ]
