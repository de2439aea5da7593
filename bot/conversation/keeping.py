"""What a channel keeps of a conversation, in words for the student."""

from __future__ import annotations

from dataclasses import dataclass

from bot.text import Text, text


@dataclass(frozen=True, slots=True)
class Keeping:
    """`said_first` is part of the greeting, `policy` is /privacy; `kept`: is there a record?"""

    said_first: Text
    policy: tuple[Text, ...]
    kept: bool


NOTHING = Keeping(
    text("greeting.terminal"),
    (text("privacy.terminal"), text("privacy.no-logs"), text("privacy.bot")),
    kept=False,
)
