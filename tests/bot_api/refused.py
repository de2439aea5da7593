"""How the Bot API says no: an error code, a description and sometimes parameters."""

from __future__ import annotations

from typing import Any


class RefusedError(Exception):
    """The answer `{"ok": false, "error_code": …, "description": …}`, raised where it is decided."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(f"{code} {description}")
        self.code = code
        self.description = description
        self.parameters = parameters

    def as_json(self) -> dict[str, Any]:
        answer: dict[str, Any] = {
            "ok": False,
            "error_code": self.code,
            "description": self.description,
        }
        if self.parameters:
            answer["parameters"] = self.parameters
        return answer


def bad_request(why: str) -> RefusedError:
    return RefusedError(400, f"Bad Request: {why}")


def forbidden(why: str) -> RefusedError:
    return RefusedError(403, f"Forbidden: {why}")


def too_many(seconds: int) -> RefusedError:
    return RefusedError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
