"""The tables. Whatever a student wrote, and all that was said to them, is sealed (`seal.py`).

A table that knows something of a chat has a column `chat` (CHATS itself: `id`); by that,
`privacy.py` shows and erases everything about a person, also in tables that are added later.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
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
    Column("chat", BigInteger, nullable=False, index=True),
    Column("kind", String(16), nullable=False),
    Column("body", LargeBinary, nullable=False, info=_SEALED),
    Column("status", String(8), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("repeated", Boolean, nullable=False),
    Column("not_before", Moment, nullable=False),
    Column("at", Moment, nullable=False),
    Column("done_at", Moment),  # sent or failed
    Column("message_id", BigInteger),
    Column("reason", String(80)),
    Index("ix_outbox_status_chat", "status", "chat", "id"),
    Index("ix_outbox_done_at", "done_at"),
    # A number is never used twice, so a late "it was sent" cannot hit another student's message.
    sqlite_autoincrement=True,
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


def sealed(table: Table) -> list[Column[Any]]:
    """The sealed columns of a table."""
    return [column for column in table.c if column.info.get("sealed")]
