"""What is to be said later because the student asked for it: one row each, with its moment.

Every function works on one connection, within the transaction that its caller opened.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import cast

from sqlalchemy import Connection, bindparam, delete, exists, select, update
from sqlalchemy.dialects.sqlite import insert

from bot.store.port import Due, DueKind, StaleChatError
from bot.store.seal import Seal
from bot.store.tables import CHATS, DUE

_KEY = [DUE.c.chat, DUE.c.kind, DUE.c.number]
_THIS = (
    (DUE.c.chat == bindparam("of"))
    & (DUE.c.kind == bindparam("what"))
    & (DUE.c.number == bindparam("which"))
)
_PUT = insert(DUE)
# A row without a body leaves the one that is there: only its moment changes.
_MOVE = _PUT.on_conflict_do_update(index_elements=_KEY, set_={"at": _PUT.excluded.at})
_REPLACE = _PUT.on_conflict_do_update(
    index_elements=_KEY, set_={"at": _PUT.excluded.at, "body": _PUT.excluded.body}
)
_DROP = delete(DUE).where(_THIS)
_HANDLED = _DROP.where(DUE.c.at == bindparam("read_at")).returning(DUE.c.chat)
_BLOCKED = exists().where(CHATS.c.id == DUE.c.chat, CHATS.c.blocked_at.is_not(None))
_NOW = (
    select(DUE)
    .where(DUE.c.at <= bindparam("now"), ~_BLOCKED)
    .order_by(DUE.c.at, *_KEY)
    .limit(bindparam("most"))
)


def put(connection: Connection, seal: Seal, rows: Iterable[Due]) -> None:
    """Keep these; of one kind and number a chat has one row."""
    for row in rows:
        kept = {**_key(row), "at": row.at}
        if row.body is None:
            connection.execute(_MOVE, {**kept, "body": None})
        else:
            connection.execute(_REPLACE, {**kept, "body": seal.seal(row.body)})


def drop(connection: Connection, rows: Iterable[Due]) -> None:
    """These are not due any more, whatever their moment."""
    for row in rows:
        connection.execute(_DROP, _named(row))


def handled(connection: Connection, rows: Iterable[Due]) -> None:
    """These are handled by this step. Raises StaleChatError where one was by then, or changed."""
    for row in rows:
        if connection.execute(_HANDLED, {**_named(row), "read_at": row.at}).first() is None:
            raise StaleChatError


def due_now(connection: Connection, now: dt.datetime, limit: int) -> list[Due]:
    """What is due, the longest first, with bodies as they are kept. What is due to who blocked us
    waits until they come back, or are forgotten."""
    rows = connection.execute(_NOW, {"now": now, "most": limit})
    return [Due(row.chat, cast(DueKind, row.kind), row.number, row.at, row.body) for row in rows]


def forward(connection: Connection, kind: DueKind, now: dt.datetime) -> int:
    """See `Store.look_again`."""
    later = (DUE.c.kind == kind) & (DUE.c.at > now)
    return connection.execute(update(DUE).where(later).values(at=now)).rowcount


def _key(row: Due) -> dict[str, object]:
    return {"chat": row.chat, "kind": row.kind, "number": row.number}


def _named(row: Due) -> dict[str, object]:
    return {"of": row.chat, "what": row.kind, "which": row.number}
