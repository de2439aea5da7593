"""What the bot asked for: every call, in order, with how it ended."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import Any

from .faults import Fault


@dataclass
class Call:
    """One call. `code` and `description` stay None while it waits, and when no answer was given."""

    method: str
    params: dict[str, Any]
    time: float = field(default_factory=time.time)
    code: int | None = None
    description: str | None = None
    fault: Fault | None = None
    done: bool = False

    @property
    def ok(self) -> bool:
        return self.code == 200

    @property
    def outcome(self) -> str:
        """In a few words: "ok", "waits", "400 Bad Request: …" or the fault that was planned."""
        if self.fault:
            return self.fault.value
        if not self.done:
            return "waits"
        return "ok" if self.ok else f"{self.code} {self.description}"
