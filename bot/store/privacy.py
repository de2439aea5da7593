"""Whose data it is: showing everything about a person, erasing it, and erasing what is old.

Every function works on one connection, within the transaction that its caller opened. SQLite keeps
old pages until they are overwritten: after erasing, the caller must do that (`sql.py` does).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import secrets
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.store.port import StoreError
from bot.store.seal import Seal
from bot.store.tables import (
    AUDIT,
    CASES,
    CHATS,
    COUNTS,
    DUE,
    ERASED,
    FAILURES,
    OUTBOX,
    REVIEWS,
    SECRETS,
    SEEN,
    TICKETS,
    about_a_chat,
    of_a_conversation,
    sealed,
)
from bot.text import text

_SEEN_FOR, _FAILURES_FOR = dt.timedelta(days=7), dt.timedelta(days=30)
_COUNTS_FOR = dt.timedelta(days=760)  # two years side by side, and a month to look at them
# Who was erased need not be known for ever: a restored chat that was idle for longer is erased as
# idle. So a year, or what is kept of idle chats where that is longer.
_ERASED_FOR = dt.timedelta(days=365)
_REVIEWS_FOR = dt.timedelta(days=730)
_AUDIT_FOR = dt.timedelta(days=365)
_SECRET = "erased"  # noqa: S105 - the name of it


def everything_about(
    connection: Connection, seal: Seal, chat: int
) -> dict[str, list[dict[str, Any]]]:
    """The rows about a chat, by table, with what is sealed opened."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table, whose in about_a_chat():
        closed = {column.name for column in sealed(table)}
        rows = connection.execute(select(table).where(whose == chat).order_by(*table.primary_key))
        found[table.name] = [
            {name: seal.open_any(value) if name in closed else value for name, value in row.items()}
            for row in rows.mappings()
        ]
    return found


def forget(connection: Connection, secret: bytes, now: dt.datetime, chat: int) -> None:
    """Erase a chat, and note that it is, for restored copies."""
    erase(connection, chat)
    note_erased(connection, hashed(chat, secret), now)


def erase(connection: Connection, chat: int) -> None:
    """Delete every row about a chat, and what is still to be said to staff about its cases."""
    about = select(CASES.c.id).where(CASES.c.chat == chat)
    connection.execute(delete(OUTBOX).where(OUTBOX.c.case.in_(about)))
    connection.execute(delete(TICKETS).where(TICKETS.c.case.in_(about)))
    for table, whose in about_a_chat():
        connection.execute(delete(table).where(whose == chat))


def erase_conversation(connection: Connection, chat: int) -> None:
    """The same, but what has an end of its own stays until then: cases, consents, accounts."""
    for table, whose in of_a_conversation():
        ours = delete(table).where(whose == chat)
        connection.execute(ours.where(OUTBOX.c.case.is_(None)) if table is OUTBOX else ours)


def tidy(
    connection: Connection,
    seal: Seal,
    now: dt.datetime,
    idle: dt.timedelta,
    sent: dt.timedelta,
    silent: Callable[[bytes], bytes],
) -> int:
    """See `Store.tidy`. The rows of old messages go whole: who was told what when is nobody's."""
    quiet = (CHATS.c.active_at < now - idle) & CHATS.c.blocked_at.is_(None)
    waiting = select(DUE.c.chat).where(DUE.c.chat == CHATS.c.id).exists()
    rows = connection.execute(select(CHATS.c.id, CHATS.c.state).where(quiet, waiting))
    for chat, state in rows.all():
        _silence(connection, seal, chat, seal.open_any(state), silent)
    gone = CHATS.c.blocked_at.is_not(None) | (quiet & ~waiting)
    chats = connection.execute(select(CHATS.c.id).where(gone)).scalars().all()
    for chat in chats:
        erase_conversation(connection, chat)
    connection.execute(delete(OUTBOX).where(OUTBOX.c.done_at < now - sent))
    connection.execute(delete(SEEN).where(SEEN.c.at < now - _SEEN_FOR))
    connection.execute(delete(FAILURES).where(FAILURES.c.at < now - _FAILURES_FOR))
    connection.execute(delete(TICKETS).where(TICKETS.c.expires_at < now))
    connection.execute(delete(AUDIT).where(AUDIT.c.at < now - _AUDIT_FOR))
    connection.execute(delete(REVIEWS).where(REVIEWS.c.asked_at < now - _REVIEWS_FOR))
    connection.execute(delete(COUNTS).where(COUNTS.c.day < (now - _COUNTS_FOR).date()))
    connection.execute(delete(ERASED).where(ERASED.c.at < now - max(idle, _ERASED_FOR)))
    return len(chats)


def _silence(
    connection: Connection,
    seal: Seal,
    chat: int,
    state: bytes | None,
    silent: Callable[[bytes], bytes],
) -> None:
    """Of a silent conversation keep only what it takes to say what is still to be said.

    Its buttons are old from then on: what they were about is gone.
    """
    kept = silent(state) if state is not None else None
    if kept == state:
        return
    values = {"state": seal.seal_any(kept), "before": None, "last_text": None, "screen": None}
    changed = update(CHATS).where(CHATS.c.id == chat)
    connection.execute(changed.values(**values, version=CHATS.c.version + 1))


# ---- who was erased ---------------------------------------------------------------------------


def hashed(chat: int, secret: bytes) -> bytes:
    """What stands for a chat that was erased; without the secret nobody can tell which."""
    return hmac.digest(secret, str(chat).encode(), hashlib.sha256)


def note_erased(connection: Connection, who: bytes, at: dt.datetime) -> None:
    """Note this erasure; of one person the last one counts."""
    note = insert(ERASED).values(who=who, at=at)
    connection.execute(note.on_conflict_do_update(index_elements=["who"], set_={"at": at}))


def all_erased(connection: Connection) -> dict[bytes, dt.datetime]:
    return {row.who: row.at for row in connection.execute(select(ERASED))}


def secret_of(connection: Connection, seal: Seal) -> bytes | None:
    """What this database makes the hashes with; None for a new one.

    It is random and kept sealed, so that a new key does not make the hashes meaningless. As every
    database has it, it also shows whether the key fits. Raises StoreError when it does not.
    """
    query = select(SECRETS.c.value).where(SECRETS.c.name == _SECRET)
    token = connection.execute(query).scalar()
    return seal.open_any(token)


def secret(connection: Connection, seal: Seal) -> bytes:
    """The same, made when it is not there yet. Raises StoreError when the key does not fit."""
    try:
        known = secret_of(connection, seal)
    except StoreError:
        raise StoreError(text("store.key-other")) from None
    if known is not None:
        return known
    new = secrets.token_bytes(32)
    connection.execute(insert(SECRETS).values(name=_SECRET, value=seal.seal(new)))
    return new
