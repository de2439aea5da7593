"""The tables. Whatever a student wrote, and all that was said to them, is sealed (`seal.py`).

A table that knows something of a chat has a column `chat` (CHATS itself: `id`); by that,
`privacy.py` shows and erases everything about a person, also in tables that are added later. Where
that column is marked as apart, the rows outlive a conversation that fell silent: they have an end
of their own.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)

from bot.store.moments import Moment

METADATA = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

_APART = {"apart": True}
_SEALED = {"sealed": True}  # marks the columns that `reseal.py` seals anew

# One row for each student: where the conversation stands.
CHATS = Table(
    "chats",
    METADATA,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", String(2), nullable=False),
    Column("state", LargeBinary, info=_SEALED),
    # The state before the last text, for when that text is edited.
    Column("before", LargeBinary, info=_SEALED),
    Column("last_text", BigInteger),  # message id of that text
    Column("screen", BigInteger),  # message id of what is on the screen, with its buttons
    Column("version", Integer, nullable=False),
    Column("active_at", Moment, nullable=False, index=True),
    Column("blocked_at", Moment),
)

# Every update that was handled. Its id may restart at random after a quiet week: a set, no maximum.
SEEN = Table(
    "seen",
    METADATA,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("at", Moment, nullable=False, index=True),
)

# Updates that could not be handled: how often it was tried and what kind of error; never the text.
FAILURES = Table(
    "failures",
    METADATA,
    Column("update_id", BigInteger, primary_key=True, autoincrement=False),
    Column("tries", Integer, nullable=False),
    Column("error", String(80), nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

# What is to be said, in order within a chat. Status: pending, sending, sent or failed.
OUTBOX = Table(
    "outbox",
    METADATA,
    Column(
        "id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    ),
    # To whom; of a mail about a student: that student.
    Column("chat", BigInteger, nullable=False, index=True),
    Column("channel", String(8), nullable=False),  # telegram or mail
    Column("case", Integer, index=True),  # what it is about
    Column("staff", String(32)),  # the staff entry it is for; absent: the student
    Column("kind", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False, info=_SEALED),
    Column("status", String(8), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("repeated", Boolean, nullable=False),
    Column("waits", Boolean, nullable=False),  # nobody waits for it: answers go first
    Column("not_before", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("done_at", Moment),  # sent or failed
    Column("message_id", BigInteger),
    Column("reason", String(80)),
    Index("ix_outbox_status_chat", "status", "channel", "chat", "id"),
    Index("ix_outbox_done_at", "done_at"),
    # A number is never used twice, so a late "it was sent" cannot hit another student's message.
    sqlite_autoincrement=True,
)

# What is to be said later because the student asked for it: when, and which one. What it is about
# stands in the state of the conversation; `body` is what only the row itself knows.
DUE = Table(
    "due",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("chat", BigInteger, nullable=False),
    Column("kind", String(12), nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", Moment, nullable=False, index=True),
    Column("body", LargeBinary, info=_SEALED),
    UniqueConstraint("chat", "kind", "number", name="uq_due_chat"),
)

# A student and a person of their school. What was shared is in `body`; `due` is its next deadline.
CASES = Table(
    "cases",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("chat", BigInteger, nullable=False, index=True, info=_APART),
    Column("school", String(48), nullable=False),
    Column("owner", String(32), nullable=False),
    Column("status", String(12), nullable=False),
    Column("is_open", Boolean, nullable=False),
    Column("due", Moment, nullable=False, index=True),
    Column("trouble", String(12)),  # what went wrong with what was sent about it
    Column("version", Integer, nullable=False),
    Column("body", LargeBinary, nullable=False, info=_SEALED),
    Index("ix_cases_trouble", "trouble"),
    Index("ix_cases_owner", "is_open", "school", "owner"),
)

# What student and person wrote to each other, so that a colleague who takes over can read on.
CASE_WORDS = Table(
    "case_words",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case", Integer, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("chat", BigInteger, nullable=False, index=True, info=_APART),
    Column("at", Moment, nullable=False),
    Column("who", String(48), nullable=False),  # "student", or a staff entry
    Column("body", LargeBinary, nullable=False, info=_SEALED),
)

# What colleagues note for each other. No column `chat`: this is never shown to the student.
CASE_NOTES = Table(
    "case_notes",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case", Integer, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("who", String(48), nullable=False),
    Column("body", LargeBinary, nullable=False, info=_SEALED),
)

# Which message in a staff chat (`place`) is about which case, so that a reply to it gets there.
CARDS = Table(
    "cards",
    METADATA,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("case", Integer, ForeignKey("cases.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(16), nullable=False),  # "card": the one that is kept up to date
)

# Where a staff group is a forum: the topic of each case.
TOPICS = Table(
    "topics",
    METADATA,
    Column("place", BigInteger, primary_key=True, autoincrement=False),
    Column(
        "case",
        Integer,
        ForeignKey("cases.id", ondelete="CASCADE"),
        primary_key=True,
        autoincrement=False,
    ),
    Column("thread", BigInteger, nullable=False),
)

# Which Telegram chat is which staff entry: a person's own chat, or the group of a team.
ACCOUNTS = Table(
    "accounts",
    METADATA,
    Column("chat", BigInteger, primary_key=True, autoincrement=False, info=_APART),
    Column("school", String(48), nullable=False),
    Column("staff", String(32), nullable=False),
    Column("language", String(2), nullable=False),
    Column("forum", Boolean, nullable=False),
    Column("linked_at", Moment, nullable=False),
    Column("away_until", Moment),
    Column("blocked_at", Moment),
    UniqueConstraint("school", "staff", name="uq_accounts_school"),
)

# One-time keys: invitations for staff, and the links in their mails. Only a hash of each is kept.
TICKETS = Table(
    "tickets",
    METADATA,
    Column("hash", LargeBinary(32), primary_key=True),
    Column("kind", String(8), nullable=False),
    Column("school", String(48), nullable=False),
    Column("staff", String(32), nullable=False),
    Column("case", Integer, index=True),
    Column("review", Integer),
    Column("made_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False, index=True),
    Column("used_at", Moment),
)

# What an owner was asked about an offering: is this still right? Nothing of a student is in it.
REVIEWS = Table(
    "reviews",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("school", String(48), nullable=False),
    Column("offering", String(48), nullable=False),
    Column("staff", String(32), nullable=False),  # who was asked
    Column("mark", String(64), nullable=False),  # of what the offering said then
    Column("asked_at", Moment, nullable=False, index=True),
    Column("answer", String(8)),  # right, change or hide
    Column("answered_at", Moment),
    Column("note", LargeBinary, info=_SEALED),  # what must change, in the owner's words
    Column("applied_at", Moment),  # written into the catalogue, or found to be impossible
    Column("version", Integer, nullable=False),
)

# What a student agreed to: exactly which words, for whom, and whether that was taken back.
CONSENTS = Table(
    "consents",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("chat", BigInteger, nullable=False, index=True, info=_APART),
    Column("case", Integer, nullable=False, index=True),
    Column("at", Moment, nullable=False),
    Column("covers", LargeBinary, nullable=False, info=_SEALED),
    Column("withdrawn_at", Moment),
)

# Who of the staff saw and did what, and when; nothing of what was said.
AUDIT = Table(
    "audit",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=True),
    Column("case", Integer, nullable=False, index=True),
    Column("at", Moment, nullable=False, index=True),
    Column("who", String(48), nullable=False),
    Column("what", String(16), nullable=False),
)

# How often something happened on a day; never by whom.
COUNTS = Table(
    "counts",
    METADATA,
    Column("day", Date, primary_key=True),
    Column("name", String(64), primary_key=True),
    Column("count", Integer, nullable=False),
)

# What the program itself remembers: what was set at Telegram.
NOTES = Table(
    "notes",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", String(200), nullable=False),
)

# What the store itself keeps secret: what the hashes below are made with.
SECRETS = Table(
    "secrets",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("value", LargeBinary, nullable=False, info=_SEALED),
)

# Who was erased, as a keyed hash: so that a restored copy can erase them again.
ERASED = Table(
    "erased",
    METADATA,
    Column("who", LargeBinary(32), primary_key=True),
    Column("at", Moment, nullable=False),
)


def about_a_chat() -> list[tuple[Table, Column[Any]]]:
    """The tables with something about a chat, each with the column that says which."""
    others = [(table, table.c.chat) for table in METADATA.sorted_tables if "chat" in table.c]
    return [(CHATS, CHATS.c.id), *others]


def of_a_conversation() -> list[tuple[Table, Column[Any]]]:
    """Of those, the tables whose rows go when a conversation falls silent."""
    return [(table, whose) for table, whose in about_a_chat() if not whose.info.get("apart")]


def sealed(table: Table) -> list[Column[Any]]:
    """The sealed columns of a table."""
    return [column for column in table.c if column.info.get("sealed")]
