"""Every method the stand-in knows, by name; each takes the state and the parameters."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from . import messages, topics
from .limits import checked_commands, checked_language, checked_profile
from .params import Params
from .refused import bad_request, too_many
from .state import State
from .updates import WEBHOOK_SET
from .webhook import Webhook, is_local

Method = Callable[[State, Params], Any]

CLOSED_AFTER_START = 600  # seconds in which a bot cannot be closed


class Said:
    """An answer that comes with a description."""

    def __init__(self, result: Any, description: str) -> None:
        self.result = result
        self.description = description


def get_me(state: State, params: Params) -> dict[str, Any]:
    return {
        **state.bot,
        "can_join_groups": True,
        "can_read_all_group_messages": not state.privacy,
        "supports_inline_queries": False,
        "can_connect_to_business": False,
        "has_main_web_app": False,
    }


def get_chat(state: State, params: Params) -> dict[str, Any]:
    kinds = {"unlimited_gifts": True, "limited_gifts": True, "unique_gifts": True}
    return {
        **state.chat(params.values.get("chat_id")).as_json(),
        "accent_color_id": 0,
        "max_reaction_count": 11,
        "accepted_gift_types": {**kinds, "premium_subscription": True, "gifts_from_channels": True},
    }


def get_file(state: State, params: Params) -> dict[str, Any]:
    file_id = params.text("file_id")
    file = state.files.get(file_id)
    if file is None:
        raise bad_request("invalid file_id" if file_id else "file_id not specified")
    return {
        "file_id": file_id,
        "file_unique_id": f"U{file_id[5:]}",
        "file_size": len(file.content),
        "file_path": f"{file.kind}s/{file_id}",
    }


def set_webhook(state: State, params: Params) -> Any:
    url = params.text("url").strip()
    if not url:
        return delete_webhook(state, params)
    webhook = Webhook(
        _checked_url(url),
        _checked_secret(params.text("secret_token")),
        min(max(params.integer("max_connections", 40), 1), 100),
    )
    state.updates.allow(params.json("allowed_updates"))
    if params.flag("drop_pending_updates"):
        state.updates.pending = []
    state.updates.end_poll(WEBHOOK_SET)
    old = state.webhook
    if (old.url, old.secret, old.max_connections) == (url, webhook.secret, webhook.max_connections):
        return Said(True, "Webhook is already set")
    state.webhook = webhook
    state.updates.wake()
    return Said(True, "Webhook was set")


def _checked_url(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme == "http" and is_local(url):
        return url  # the one thing that is easier here than at Telegram
    if parts.scheme != "https":
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    if parts.port not in (None, 80, 88, 443, 8443):
        raise bad_request("bad webhook: Webhook can be set up only on ports 80, 88, 443 or 8443")
    return url


def _checked_secret(secret: str) -> str:
    if len(secret) > 256:
        raise bad_request("secret token is too long")
    if not re.fullmatch("[A-Za-z0-9_-]*", secret):
        raise bad_request("secret token contains unallowed characters")
    return secret


def delete_webhook(state: State, params: Params) -> Any:
    if params.flag("drop_pending_updates"):
        state.updates.pending = []
    had, state.webhook = state.webhook.url, Webhook()
    return Said(True, "Webhook was deleted" if had else "Webhook is already deleted")


def get_webhook_info(state: State, params: Params) -> dict[str, Any]:
    allowed = [] if state.updates.allows_default else sorted(state.updates.allowed)
    return state.webhook.as_json(len(state.updates.pending), allowed)


def set_my_commands(state: State, params: Params) -> bool:
    key = _commands_key(state, params)
    state.commands[key] = checked_commands(params.json("commands"))
    return True


def get_my_commands(state: State, params: Params) -> list[dict[str, str]]:
    return state.commands.get(_commands_key(state, params), [])


def delete_my_commands(state: State, params: Params) -> bool:
    state.commands.pop(_commands_key(state, params), None)
    return True


def _commands_key(state: State, params: Params) -> tuple[str, str]:
    scope = params.json("scope") or {"type": "default"}
    place = scope["type"]
    if "chat_id" in scope:
        place += f" {state.chat(scope['chat_id']).id}"
    return place, checked_language(params.text("language_code"))


def _profile(field: str) -> tuple[Method, Method]:
    """The pair that sets and gets a name or a description, per language."""

    def put(state: State, params: Params) -> bool:
        language = checked_language(params.text("language_code"))
        state.profile[field, language] = checked_profile(field, params.text(field), language)
        return True

    def get(state: State, params: Params) -> dict[str, str]:
        language = checked_language(params.text("language_code"))
        default = state.bot["first_name"] if field == "name" else ""
        own = state.profile.get((field, language))
        return {field: own or state.profile.get((field, "")) or default}

    return put, get


def log_out(state: State, params: Params) -> bool:
    state.logged_out = True
    return True


def close(state: State, params: Params) -> bool:
    left = CLOSED_AFTER_START - int(state.now() - state.started_at)
    if left > 0:
        raise too_many(left)
    return True


_set_name, _get_name = _profile("name")
_set_description, _get_description = _profile("description")
_set_short, _get_short = _profile("short_description")

# getUpdates waits, so it is in the server.
METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getChat": get_chat,
    "getFile": get_file,
    "setWebhook": set_webhook,
    "deleteWebhook": delete_webhook,
    "getWebhookInfo": get_webhook_info,
    "sendMessage": messages.send_message,
    "sendDocument": messages.send_document,
    "sendPhoto": messages.send_photo,
    "sendChatAction": messages.send_chat_action,
    "editMessageText": messages.edit_message_text,
    "editMessageReplyMarkup": messages.edit_message_reply_markup,
    "deleteMessage": messages.delete_message,
    "answerCallbackQuery": messages.answer_callback_query,
    "createForumTopic": topics.create_forum_topic,
    "editForumTopic": topics.edit_forum_topic,
    "closeForumTopic": topics.close_forum_topic,
    "reopenForumTopic": topics.reopen_forum_topic,
    "deleteForumTopic": topics.delete_forum_topic,
    "setMyCommands": set_my_commands,
    "getMyCommands": get_my_commands,
    "deleteMyCommands": delete_my_commands,
    "setMyName": _set_name,
    "getMyName": _get_name,
    "setMyDescription": _set_description,
    "getMyDescription": _get_description,
    "setMyShortDescription": _set_short,
    "getMyShortDescription": _get_short,
    "logOut": log_out,
    "close": close,
}
