"""The methods that send, change and delete messages, and the answer to a press."""

from __future__ import annotations

from typing import Any

from .chats import Chat, Message
from .limits import CHAT_ACTIONS, MAX_ANSWER, checked_markup, checked_photo, checked_text
from .params import File, Params
from .refused import bad_request
from .state import Answer, State
from .topics import topic_to_write_in

TOO_OLD_TO_DELETE = 48 * 3600
NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
QUERY_TOO_OLD = "query is too old and response timeout expired or query ID is invalid"


def send_message(state: State, params: Params) -> dict[str, Any]:
    text, entities = checked_text(params, "text")
    return _send(state, params, text=text, entities=entities, html=_html(params, "text"))


def send_document(state: State, params: Params) -> dict[str, Any]:
    return _send_file(state, params, "document")


def send_photo(state: State, params: Params) -> dict[str, Any]:
    return _send_file(state, params, "photo")


def _send_file(state: State, params: Params, kind: str) -> dict[str, Any]:
    text, entities = checked_text(params, "caption")
    file = params.file(kind) or state.files.get(params.text(kind))
    if file is None:
        missing = f"there is no {kind} in the request"
        wrong = "wrong file identifier/HTTP URL specified"
        raise bad_request(wrong if params.text(kind) else missing)
    if not file.content:
        raise bad_request("file must be non-empty")
    file = File(file.name, kind, file.content)
    kept = state.keep_file(file)
    content: dict[str, Any] = {"document": {**kept, "file_name": file.name}}
    if kind == "photo":
        width, height = checked_photo(file.content)
        content = {"photo": [{**kept, "width": width, "height": height}]}
    return _send(
        state,
        params,
        text=text,
        entities=entities,
        html=_html(params, "caption"),
        content=content,
        file=file,
    )


def _send(state: State, params: Params, **content: Any) -> dict[str, Any]:
    """Puts a message into the chat, after all that is checked for every kind of message."""
    markup = checked_markup(params.json("reply_markup"))
    chat = state.chat(params.values.get("chat_id"), to_write=True)
    reply_to = _reply_to(chat, params)
    topic = topic_to_write_in(chat, params, reply_to)
    state.count(chat)
    _keep_keyboard(chat, markup)
    message = chat.add(
        state.bot,
        int(state.now()),
        markup=markup,
        reply_to=reply_to,
        topic=topic,
        silent=params.flag("disable_notification"),
        protected=params.flag("protect_content"),
        **content,
    )
    return chat.message_json(message)


def _html(params: Params, field: str) -> str:
    """What the bot wrote, where it wrote HTML."""
    return params.text(field).strip() if params.text("parse_mode").lower() == "html" else ""


def _reply_to(chat: Chat, params: Params) -> int | None:
    reply = params.json("reply_parameters") or {}
    number = int(reply.get("message_id") or params.integer("reply_to_message_id"))
    if not number or number in chat.messages:
        return number or None
    if reply.get("allow_sending_without_reply") or params.flag("allow_sending_without_reply"):
        return None
    raise bad_request("message to be replied not found")


def _keep_keyboard(chat: Chat, markup: dict[str, Any] | None) -> None:
    if markup and "keyboard" in markup:
        chat.keyboard = [[key["text"] for key in row] for row in markup["keyboard"]]
    elif markup and markup.get("remove_keyboard"):
        chat.keyboard = []


def edit_message_text(state: State, params: Params) -> dict[str, Any]:
    text, entities = checked_text(params, "text", editing=True)
    markup = checked_markup(params.json("reply_markup"), inline_only=True)
    chat, message = _to_edit(state, params)
    if message.content:
        raise bad_request("there is no text in the message to edit")
    _change(state, chat, message, text, entities, markup)
    message.html = _html(params, "text")
    return chat.message_json(message)


def edit_message_reply_markup(state: State, params: Params) -> dict[str, Any]:
    markup = checked_markup(params.json("reply_markup"), inline_only=True)
    chat, message = _to_edit(state, params)
    _change(state, chat, message, message.text, message.entities, markup)
    return chat.message_json(message)


def _to_edit(state: State, params: Params) -> tuple[Chat, Message]:
    chat = state.chat(params.values.get("chat_id"), to_write=True)
    if params.integer("message_id") <= 0:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to edit not found")
    if not message.from_bot or message.service or _is_with_keyboard(message):
        raise bad_request("message can't be edited")
    return chat, message


def _is_with_keyboard(message: Message) -> bool:
    """Whether it came with a keyboard for below the chat, or asked for a reply."""
    return any(kind in (message.markup or {}) for kind in ("keyboard", "force_reply"))


def _change(
    state: State,
    chat: Chat,
    message: Message,
    text: str,
    entities: list[dict[str, Any]],
    markup: dict[str, Any] | None,
) -> None:
    if message.same(text, entities, markup):
        raise bad_request(NOT_MODIFIED)
    state.count(chat)
    message.text, message.entities, message.markup = text, entities, markup
    message.edit_date = int(state.now())
    message.edits += 1


def delete_message(state: State, params: Params) -> bool:
    chat = state.chat(params.values.get("chat_id"))
    message = chat.messages.get(params.integer("message_id"))
    if message is None:
        raise bad_request("message to delete not found")
    too_old = state.now() - message.date > TOO_OLD_TO_DELETE
    foreign = not (message.from_bot or chat.private or chat.bot_can("can_delete_messages"))
    if too_old or foreign or message.service == "forum_topic_created":
        raise bad_request("message can't be deleted")
    del chat.messages[message.id]
    return True


def send_chat_action(state: State, params: Params) -> bool:
    if params.text("action").lower() not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    state.chat(params.values.get("chat_id"), to_write=True)
    return True


def answer_callback_query(state: State, params: Params) -> bool:
    query = state.queries.get(params.text("callback_query_id"))
    if query is None or query.answer or state.now() - query.at > state.answer_within:
        raise bad_request(QUERY_TOO_OLD)
    text = params.text("text")
    if len(text) > MAX_ANSWER:
        raise bad_request("MESSAGE_TOO_LONG")
    query.answer = Answer(text, params.flag("show_alert"), params.text("url"))
    return True
