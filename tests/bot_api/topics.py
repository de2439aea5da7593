"""The methods for the topics of a forum, and where in a forum a message of the bot comes."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from .chats import Chat, Topic
from .params import Params
from .refused import bad_request
from .state import State

MAX_NAME = 128  # what comes after it is cut off, without a complaint
BLUE = 7322096  # the colour of an icon when none is asked for


def create_forum_topic(state: State, params: Params) -> dict[str, Any]:
    chat = _forum(state, params)
    if not chat.bot_can("can_manage_topics"):
        raise bad_request("not enough rights to create a topic")
    name = _name(params)
    if not name:
        raise bad_request("title must be non-empty")
    state.count(chat)
    color = params.integer("icon_color", BLUE)
    made = chat.add_topic(state.bot, int(state.now()), name, color)
    return {"message_thread_id": made.id, **chat.topics[made.id].as_json()}


def edit_forum_topic(state: State, params: Params) -> bool:
    chat, topic = _topic(state, params, "edit the topic")
    name = _name(params)
    if not name:
        return True
    if name == topic.name:
        raise bad_request("TOPIC_NOT_MODIFIED")
    edited = replace(topic, name=name)
    chat.change_topic(state.bot, int(state.now()), edited, forum_topic_edited={"name": name})
    return True


def close_forum_topic(state: State, params: Params) -> bool:
    return _set_closed(state, params, True)


def reopen_forum_topic(state: State, params: Params) -> bool:
    return _set_closed(state, params, False)


def _set_closed(state: State, params: Params, closed: bool) -> bool:
    chat, topic = _topic(state, params, "close or open the topic")
    if topic.closed == closed:
        raise bad_request("TOPIC_NOT_MODIFIED")
    chat.close_topic(state.bot, int(state.now()), topic, closed)
    return True


def delete_forum_topic(state: State, params: Params) -> bool:
    chat, topic = _topic(state, params, "delete the topic", "can_delete_messages")
    chat.delete_topic(topic.id)
    return True


def topic_to_write_in(chat: Chat, params: Params, reply_to: int | None) -> int | None:
    """The topic of a new message: the one asked for, or that of the message it answers."""
    replied = chat.messages.get(reply_to or 0)
    number = params.integer("message_thread_id") or (replied.topic if replied else None)
    if not number:
        return None
    topic = chat.topics.get(number)
    if topic is None:
        raise bad_request("message thread not found")
    if topic.closed and not _may_manage(chat, topic):
        raise bad_request("TOPIC_CLOSED")
    return topic.id


def _forum(state: State, params: Params) -> Chat:
    chat = state.chat(params.values.get("chat_id"), to_write=True)
    if not chat.profile.get("is_forum"):
        raise bad_request("the chat is not a forum")
    return chat


def _topic(
    state: State, params: Params, to_do: str, right: str = "can_manage_topics"
) -> tuple[Chat, Topic]:
    """The topic that a call is about, if the bot may do this to it; its own it always may."""
    chat = _forum(state, params)
    number = params.integer("message_thread_id")
    if number <= 0:
        raise bad_request("invalid message thread identifier specified")
    topic = chat.topics.get(number)
    if topic is None:
        raise bad_request("TOPIC_ID_INVALID")
    if not _may_manage(chat, topic, right):
        raise bad_request(f"not enough rights to {to_do}")
    return chat, topic


def _may_manage(chat: Chat, topic: Topic, right: str = "can_manage_topics") -> bool:
    return topic.by_bot or chat.bot_can(right)


def _name(params: Params) -> str:
    return " ".join(params.text("name").split())[:MAX_NAME].rstrip()
