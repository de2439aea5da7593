"""A turn, whole or not at all: the chat, that its update was handled, what goes out, the counts.

Every function works on one connection, within the transaction that its caller opened. What every
turn asks is written once, up here: putting a query together takes longer than SQLite's answer.
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import replace
from typing import cast

from sqlalchemy import Connection, Row, bindparam, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.store import cases, due, outbox, reviews
from bot.store.port import Addressed, Chat, Due, Outgoing, StaleChatError, Step, StoreError
from bot.store.seal import Seal
from bot.store.tables import CHATS, COUNTS, FAILURES, NOTES, SEEN
from bot.text import Language

_log = logging.getLogger(__name__)
_CHAT = select(CHATS).where(CHATS.c.id == bindparam("id"))
_HANDLED = insert(SEEN).on_conflict_do_nothing().returning(SEEN.c.update_id)
_NEW_CHAT = insert(CHATS).on_conflict_do_nothing().returning(CHATS.c.id)
_AS_READ = (CHATS.c.id == bindparam("which")) & (CHATS.c.version == bindparam("as_read"))
_CHANGED_CHAT = update(CHATS).where(_AS_READ).returning(CHATS.c.id)
_ONE_MORE = insert(COUNTS).on_conflict_do_update(
    index_elements=["day", "name"], set_={"count": COUNTS.c.count + 1}
)


def chat(connection: Connection, seal: Seal, id: int) -> Chat | None:
    row = connection.execute(_CHAT, {"id": id}).one_or_none()
    return None if row is None else _opened(row, seal)


def states(connection: Connection, seal: Seal) -> list[tuple[int, bytes]]:
    """See `Store.states`."""
    there = CHATS.c.state.is_not(None) & CHATS.c.blocked_at.is_(None)
    rows = connection.execute(select(CHATS.c.id, CHATS.c.state).where(there).order_by(CHATS.c.id))
    return [(row.id, seal.open(row.state)) for row in rows]


def due_with_chats(
    connection: Connection, seal: Seal, now: dt.datetime, limit: int
) -> list[tuple[Due, Chat | None]]:
    """See `Store.due`."""
    if outbox.waiting(connection, now):
        return []
    return [_with_chat(connection, seal, one) for one in due.due_now(connection, now, limit)]


def commit(connection: Connection, seal: Seal, now: dt.datetime, step: Step) -> bool:
    """See `Store.commit`. After StaleChatError the transaction must be rolled back."""
    if step.update_id is not None and not _handled(connection, now, step.update_id):
        return False
    if step.uses is not None and not cases.use(connection, now, step.uses):
        raise StaleChatError
    if step.chat is not None:
        _keep(connection, seal, now, step.chat)
        to_chat = step.chat.id
        outbox.hush(connection, to_chat, step.hushes)
        outbox.queue(connection, seal, now, (Addressed(to_chat, one) for one in step.outgoing))
    if step.links is not None:
        cases.link(connection, now, step.links)
    for change in step.cases:
        cases.keep(connection, seal, now, change)
    for review in step.reviews:
        reviews.keep(connection, seal, review)
    outbox.queue(connection, seal, now, step.elsewhere)
    due.handled(connection, step.handled)
    due.drop(connection, step.not_due)
    due.put(connection, seal, step.due)
    for ticket in step.tickets:
        cases.make_ticket(connection, now, ticket)
    for name in step.counts:
        _count(connection, now.date(), name)
    return True


def _with_chat(connection: Connection, seal: Seal, one: Due) -> tuple[Due, Chat | None]:
    """Without a chat where something cannot be opened: the others need not wait for it."""
    try:
        return replace(one, body=seal.open_any(one.body)), chat(connection, seal, one.chat)
    except StoreError:
        _log.error("Something due cannot be opened with this key; it is not said.")
        return replace(one, body=None), None


def seen(connection: Connection, update_id: int) -> bool:
    query = select(SEEN.c.update_id).where(SEEN.c.update_id == update_id)
    return connection.execute(query).first() is not None


def failed(connection: Connection, now: dt.datetime, update_id: int, error_name: str) -> int:
    """Note a failure; how many there were of this update by now."""
    first = insert(FAILURES).values(update_id=update_id, tries=1, error=error_name, at=now)
    again = {"tries": FAILURES.c.tries + 1, "error": error_name, "at": now}
    noted = first.on_conflict_do_update(index_elements=["update_id"], set_=again)
    return int(connection.execute(noted.returning(FAILURES.c.tries)).scalar_one())


def give_up(
    connection: Connection,
    seal: Seal,
    now: dt.datetime,
    update_id: int,
    chat: int,
    outgoing: tuple[Outgoing, ...],
) -> bool:
    """See `Store.give_up`. The failures stay on record, for whoever looks into them."""
    if not _handled(connection, now, update_id):
        return False
    outbox.queue(connection, seal, now, (Addressed(chat, one) for one in outgoing))
    return True


def counts(connection: Connection, since: dt.date) -> dict[dt.date, dict[str, int]]:
    query = select(COUNTS).where(COUNTS.c.day >= since).order_by(COUNTS.c.day, COUNTS.c.name)
    found: dict[dt.date, dict[str, int]] = {}
    for day, name, count in connection.execute(query):
        found.setdefault(day, {})[name] = count
    return found


def remember(connection: Connection, name: str, value: str) -> None:
    note = insert(NOTES).values(name=name, value=value)
    connection.execute(note.on_conflict_do_update(index_elements=["name"], set_={"value": value}))


def remembered(connection: Connection, name: str) -> str | None:
    return connection.execute(select(NOTES.c.value).where(NOTES.c.name == name)).scalar()


def _handled(connection: Connection, now: dt.datetime, update_id: int) -> bool:
    """Count an update as handled; False when it was already."""
    row = connection.execute(_HANDLED, {"update_id": update_id, "at": now})
    return row.first() is not None


def _keep(connection: Connection, seal: Seal, now: dt.datetime, chat: Chat) -> None:
    content = {
        "language": chat.language,
        "state": seal.seal_any(chat.state),
        "before": seal.seal_any(chat.before),
        "last_text": chat.last_text,
        "version": chat.version + 1,
        "active_at": now,
    }
    if chat.version:
        as_read = {"which": chat.id, "as_read": chat.version}
        changed = connection.execute(_CHANGED_CHAT, content | as_read)
    else:
        changed = connection.execute(_NEW_CHAT, content | {"id": chat.id})
    if changed.first() is None:
        raise StaleChatError


def _count(connection: Connection, day: dt.date, name: str) -> None:
    connection.execute(_ONE_MORE, {"day": day, "name": name, "count": 1})


def _opened(row: Row[tuple[object, ...]], seal: Seal) -> Chat:
    kept = row._mapping
    return Chat(
        id=kept["id"],
        language=cast(Language, kept["language"]),
        state=seal.open_any(kept["state"]),
        before=seal.open_any(kept["before"]),
        last_text=kept["last_text"],
        screen=kept["screen"],
        version=kept["version"],
        active_at=kept["active_at"],
        blocked=kept["blocked_at"] is not None,
    )
