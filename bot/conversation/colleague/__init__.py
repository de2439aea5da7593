"""WHAT WE SAY TO STAFF: cards, lists, answers to what they press and type. Pure, like the rest."""

from bot.conversation.colleague.card import (
    card,
    card_gone,
    case_on,
    invitation,
    mail_of,
    refusal,
    reply_of,
    sent_on,
    topic_of,
    written,
)
from bot.conversation.colleague.hear import (
    STAFF_COMMANDS,
    Absent,
    FromStaff,
    StaffCommand,
    StaffPress,
    StaffTurn,
    StaffWords,
    hear,
)

__all__ = [
    "STAFF_COMMANDS",
    "Absent",
    "FromStaff",
    "StaffCommand",
    "StaffPress",
    "StaffTurn",
    "StaffWords",
    "card",
    "card_gone",
    "case_on",
    "hear",
    "invitation",
    "mail_of",
    "refusal",
    "reply_of",
    "sent_on",
    "topic_of",
    "written",
]
