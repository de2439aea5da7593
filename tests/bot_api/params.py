"""The parameters of one call, however they came: in the address, as a form, as JSON, with files."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from starlette.datastructures import UploadFile
from starlette.requests import Request

from .refused import bad_request

# These stay text, whatever they look like; of the others "7", "true" and "[…]" are read as JSON.
_TEXTS = frozenset(
    "text caption parse_mode callback_query_id url secret_token name description "
    "short_description language_code action file_id document photo inline_message_id".split()
)


@dataclass(frozen=True)
class File:
    """A file that was sent: its name, its kind ("document", "photo", …) and what is in it."""

    name: str
    kind: str
    content: bytes


class Params:
    """Read by name and type; what is not there reads as empty, 0, False or None."""

    def __init__(self, values: dict[str, Any], files: dict[str, File] | None = None) -> None:
        self.values = values
        self.files = files or {}

    def text(self, name: str) -> str:
        value = self.values.get(name)
        return "" if value is None else str(value)

    def integer(self, name: str, default: int = 0) -> int:
        try:
            return int(self.values.get(name, default))
        except (TypeError, ValueError):
            return default

    def flag(self, name: str) -> bool:
        return str(self.values.get(name)).lower() in ("true", "yes", "1")

    def json(self, name: str) -> Any:
        """A parameter that is an object or a list; one that does not parse is refused."""
        value = self.values.get(name)
        if not isinstance(value, str) or not value:
            return value
        try:
            return json.loads(value)
        except ValueError as error:
            called = "reply keyboard markup" if name == "reply_markup" else name
            raise bad_request(f"can't parse {called} JSON object") from error

    def file(self, name: str) -> File | None:
        """A file sent in this field, or in the field that this one names as `attach://…`."""
        field = self.text(name).removeprefix("attach://")
        return self.files.get(name) or self.files.get(field)


async def read_params(request: Request) -> Params:
    """The address and the body together; the body is read to its end in any case."""
    values: dict[str, Any] = {
        name: _read(name, text) for name, text in request.query_params.items()
    }
    files: dict[str, File] = {}
    kind = request.headers.get("content-type", "")
    if kind.startswith("application/json"):
        try:
            body = json.loads(await request.body() or b"{}")
        except ValueError as error:
            raise bad_request("can't parse JSON object") from error
        values |= body if isinstance(body, dict) else {}
    elif kind.startswith(("multipart/form-data", "application/x-www-form-urlencoded")):
        async with request.form() as form:
            for name, value in form.multi_items():
                if isinstance(value, UploadFile):
                    content = await value.read()
                    files[name] = File(value.filename or name, name, content)
                    values.setdefault(name, f"<{value.filename}, {len(content)} bytes>")
                else:
                    values[name] = _read(name, value)
    else:
        await request.body()
    try:
        json.dumps(values, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise bad_request("strings must be encoded in UTF-8") from error
    return Params(values, files)


def _read(name: str, text: str) -> Any:
    if name in _TEXTS:
        return text
    try:
        return json.loads(text)
    except ValueError:
        return text
