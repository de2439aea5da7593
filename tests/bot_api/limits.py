"""What the Bot API refuses, and why: texts, keyboards, commands, names and start payloads.

The descriptions are those of the real server as far as they are known; where only the limit is
known, a comment says so.
"""

from __future__ import annotations

import re
from typing import Any

from .html import Entity, parse, trimmed
from .links import LinkError, checked_link
from .params import Params
from .refused import bad_request

MAX_TEXT = 4096  # characters after the tags are gone; an emoji counts once
MAX_CAPTION = 1024
MAX_PHOTO = 10 * 2**20  # bytes
MAX_SIDES = 10_000  # pixels, width and height together
MAX_RATIO = 20
MAX_RAW_TEXT = 2**15  # bytes, tags included
MAX_CALLBACK_DATA = 64  # bytes
MAX_BUTTONS = 100
MAX_ROW = 8
MAX_COMMANDS = 100
MAX_COMMAND = 32
MAX_COMMAND_DESCRIPTION = 256
MAX_NAME = 64
MAX_DESCRIPTION = 512
MAX_SHORT_DESCRIPTION = 120
MAX_ANSWER = 200
MAX_PLACEHOLDER = 64

CHAT_ACTIONS = frozenset(
    "typing upload_photo record_video upload_video record_voice upload_voice upload_document "
    "choose_sticker find_location record_video_note upload_video_note".split()
)
_ACTIONS_OF_BUTTONS = (
    "callback_data url web_app login_url switch_inline_query switch_inline_query_current_chat "
    "switch_inline_query_chosen_chat copy_text callback_game pay"
).split()

Buttons = list[list[dict[str, Any]]]


def checked_text(params: Params, field: str, *, editing: bool = False) -> tuple[str, list[Entity]]:
    """The text a message will show and its entities; refuses empty, endless and unparsable ones."""
    raw = params.text(field)
    caption = field == "caption"
    if not raw and not caption:
        raise bad_request("message text is empty")
    text, entities = _formatted(params, raw, "caption_entities" if caption else "entities")
    if not text and not caption:
        raise bad_request("text must be non-empty")
    if caption and len(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    if not caption and len(text) > MAX_TEXT:
        raise bad_request("MESSAGE_TOO_LONG" if editing else "message is too long")
    return text, entities


def _formatted(params: Params, raw: str, given: str) -> tuple[str, list[Entity]]:
    if len(raw.encode()) > MAX_RAW_TEXT:
        raise bad_request("text is too long")
    raw = raw.replace("\r", "")
    mode = params.text("parse_mode").lower()
    if mode == "html":
        return trimmed(*parse(raw))
    if mode in ("markdown", "markdownv2"):
        raise bad_request("can't parse entities: this stand-in reads HTML only")
    if mode not in ("", "none"):
        raise bad_request("unsupported parse_mode")
    return trimmed(raw, list(params.json(given) or []))


def checked_photo(content: bytes) -> tuple[int, int]:
    """Width and height of a picture; of a JPEG, of which only the beginning is looked at, 320."""
    if len(content) > MAX_PHOTO:
        raise bad_request("file is too big")  # only the limit is known
    if content.startswith(b"\xff\xd8"):
        return 320, 320
    if not content.startswith(b"\x89PNG\r\n\x1a\n") or content[12:16] != b"IHDR":
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = (int.from_bytes(content[at : at + 4], "big") for at in (16, 20))
    narrow, wide = sorted((width, height))
    if width + height > MAX_SIDES or wide > MAX_RATIO * narrow:
        raise bad_request("PHOTO_INVALID_DIMENSIONS")
    return width, height


def checked_markup(markup: Any, *, inline_only: bool = False) -> dict[str, Any] | None:
    """The keyboard of a message, or None without one; `inline_only` where a message is edited."""
    if not markup:
        return None
    if not isinstance(markup, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in markup:
        rows = _rows(markup, "inline_keyboard", "inline keyboard button")
        _count(rows)
        checked = [[_inline_button(button) for button in row] for row in rows if row]
        return {"inline_keyboard": checked} if checked else None
    if inline_only:
        raise bad_request("inline keyboard expected")
    if len(str(markup.get("input_field_placeholder") or "")) > MAX_PLACEHOLDER:
        raise bad_request("input field placeholder is too long")  # only the limit is known
    if "force_reply" in markup and markup["force_reply"] is not True:
        return None
    if "keyboard" in markup:
        rows = _rows(markup, "keyboard", "keyboard button")
        labels = [
            [button if isinstance(button, dict) else {"text": button} for button in row]
            for row in rows
        ]
        if any(not button.get("text") for row in labels for button in row):
            raise bad_request("keyboard button text must be non-empty")
        return {**markup, "keyboard": labels}
    return markup


def _rows(markup: dict[str, Any], field: str, name: str) -> list[list[Any]]:
    rows = markup[field]
    if not isinstance(rows, list):
        raise bad_request(f'field "{field}" must be of type Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request(f'can\'t parse {name}: Field "{field}" must be an Array of Arrays')
    return rows


def _count(rows: list[list[Any]]) -> None:
    """Too many buttons; of a row over eight the real one may leave some out without a word."""
    if sum(map(len, rows)) > MAX_BUTTONS or any(len(row) > MAX_ROW for row in rows):
        raise bad_request("reply markup is too long")


def _inline_button(button: Any) -> dict[str, Any]:
    wrong = "can't parse inline keyboard button: "
    if not isinstance(button, dict):
        raise bad_request(wrong + "expected an Object")
    if "text" not in button:
        raise bad_request(wrong + 'Can\'t find field "text"')
    if not str(button["text"]).strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = [name for name in _ACTIONS_OF_BUTTONS if button.get(name) not in (None, "")]
    if not actions:
        raise bad_request(wrong + "Text buttons are unallowed in the inline keyboard")
    kept = {name: button[name] for name in ("text", "style", actions[0]) if name in button}
    if (
        actions[0] == "callback_data"
        and len(str(button["callback_data"]).encode()) > MAX_CALLBACK_DATA
    ):
        raise bad_request("BUTTON_DATA_INVALID")
    if actions[0] == "url":
        try:
            kept["url"] = checked_link(button["url"])
        except LinkError as error:
            raise bad_request(
                f"inline keyboard button URL '{button['url']}' is invalid: {error}"
            ) from error
    if actions[0] == "web_app" and not str(button["web_app"].get("url")).startswith("https://"):
        url = button["web_app"].get("url")
        raise bad_request(
            f"inline keyboard button Web App URL '{url}' is invalid: Only HTTPS links are allowed"
        )
    return kept


def checked_commands(commands: Any) -> list[dict[str, str]]:
    if not isinstance(commands, list):
        raise bad_request("can't parse commands JSON object")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    return [_command(command) for command in commands]


def _command(given: Any) -> dict[str, str]:
    if not isinstance(given, dict) or not {"command", "description"} <= given.keys():
        raise bad_request("can't parse BotCommand: expected an Object")
    command = str(given["command"]).removeprefix("/")
    description = str(given["description"]).strip()
    if not command:
        raise bad_request("command must be non-empty")
    if len(command) > MAX_COMMAND:
        raise bad_request(f"command length must not exceed {MAX_COMMAND}")
    if not description:
        raise bad_request("command description must be non-empty")
    if len(description) > MAX_COMMAND_DESCRIPTION:
        raise bad_request(f"command description length must not exceed {MAX_COMMAND_DESCRIPTION}")
    if not re.fullmatch("[a-z0-9_]+", command):
        raise bad_request("BOT_COMMAND_INVALID")
    return {"command": command, "description": description}


def checked_language(code: str) -> str:
    if code and not re.fullmatch("[a-z]{2}", code):
        raise bad_request("invalid language code specified")
    return code


def checked_profile(field: str, text: str, language: str) -> str:
    """A name or description of the bot; only the limits of the descriptions are known."""
    if field == "name" and (len(text) > MAX_NAME or not (text or language)):
        raise bad_request("BOT_TITLE_INVALID")
    if field == "description" and len(text) > MAX_DESCRIPTION:
        raise bad_request("BOT_DESCRIPTION_TOO_LONG")
    if field == "short_description" and len(text) > MAX_SHORT_DESCRIPTION:
        raise bad_request("BOT_SHORT_DESCRIPTION_TOO_LONG")
    return text


def possible_start_payload(payload: str) -> bool:
    """Whether an app of Telegram would follow `t.me/bot?start=payload`."""
    return bool(re.fullmatch("[A-Za-z0-9_-]{1,64}", payload))
