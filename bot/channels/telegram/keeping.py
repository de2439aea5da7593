"""What is kept of a conversation on Telegram, in words for the student."""

from __future__ import annotations

from bot.conversation.keeping import Keeping
from bot.text import text


def on_telegram(idle_days: int, sent_days: int, case_days: int = 60) -> Keeping:
    """A record until it is erased, on request or after this many days of silence."""
    return Keeping(
        text("greeting.telegram", days=idle_days),
        (
            text("privacy.what"),
            text("privacy.why"),
            text("privacy.how-long", idle=idle_days, sent=sent_days),
            text("privacy.cases", days=case_days),
            text("privacy.later"),
            text("privacy.who"),
            text("privacy.telegram"),
            text("privacy.rights"),
            text("privacy.bot"),
        ),
        kept=True,
    )
