"""What is to be sent, in order within a chat.

A message is `pending`, then `sending` (given to a sender), then `sent` or `failed`. As long as the
oldest one of a chat is pending or being sent, what comes after it waits. No transaction lasts as
long as the network; so after a crash it may be unknown whether a message arrived.

Every function works on one connection, within the transaction that its caller opened.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Subquery, delete, func, insert, select, update
from sqlalchemy.sql.dml import Update

from bot.store.moments import not_before
from bot.store.port import Claimed, Outgoing, StoreError
from bot.store.seal import Seal
from bot.store.tables import CHATS, OUTBOX

_log = logging.getLogger(__name__)
_PENDING, _SENDING, _SENT, _FAILED = "pending", "sending", "sent", "failed"
_OPEN = (_PENDING, _SENDING)


def queue(
    connection: Connection,
    seal: Seal,
    now: dt.datetime,
    chat: int,
    outgoing: tuple[Outgoing, ...],
) -> None:
    """Put these behind what the chat already waits for."""
    same = {"chat": chat, "status": _PENDING, "attempt": 0, "repeated": False}
    rows = [
        {"kind": one.kind, "body": seal.seal(one.body), "not_before": now, "at": now, **same}
        for one in outgoing
    ]
    if rows:
        connection.execute(insert(OUTBOX), rows)


def claim(connection: Connection, seal: Seal, now: dt.datetime, limit: int) -> list[Claimed]:
    """See `Store.claim`. A message that cannot be opened fails here, so that none waits for it."""
    first = _first_of_each_chat()
    due = (OUTBOX.c.status == _PENDING) & (OUTBOX.c.not_before <= now)
    query = (
        select(OUTBOX)
        .join(first, OUTBOX.c.id == first.c.id)
        .where(due)
        .order_by(OUTBOX.c.id)
        .limit(limit)
    )
    claimed = []
    for row in connection.execute(query).all():
        attempt = row.attempt + 1
        connection.execute(
            update(OUTBOX).where(OUTBOX.c.id == row.id).values(status=_SENDING, attempt=attempt)
        )
        try:
            body = seal.open(row.body)
        except StoreError:
            _log.error("Message %d cannot be opened with this key; it is not sent.", row.id)
            failed(connection, now, row.id, "unreadable")
            continue
        claimed.append(Claimed(row.id, row.chat, row.kind, body, attempt, row.repeated))
    return claimed


def sent(
    connection: Connection,
    now: dt.datetime,
    id: int,
    message_id: int | None,
    *,
    screen: bool,
    keep: bool,
) -> None:
    """See `Store.sent`."""
    done = {"status": _SENT, "done_at": now, "message_id": message_id}
    chat = connection.execute(_of_sending(id, done).returning(OUTBOX.c.chat)).scalar()
    if not keep:
        connection.execute(delete(OUTBOX).where(OUTBOX.c.id == id, OUTBOX.c.status == _SENT))
    if chat is not None and screen:
        # The version stays: a turn that is being thought about need not be done again for this.
        connection.execute(update(CHATS).where(CHATS.c.id == chat).values(screen=message_id))


def retry(connection: Connection, id: int, moment: dt.datetime) -> None:
    """See `Store.retry`."""
    again = {"status": _PENDING, "not_before": not_before(moment)}
    connection.execute(_of_sending(id, again))


def uncertain(connection: Connection, now: dt.datetime, id: int, again: bool) -> bool:
    """See `Store.uncertain`."""
    once_more = _of_sending(id, {"status": _PENDING, "repeated": True}).where(~OUTBOX.c.repeated)
    if again and connection.execute(once_more.returning(OUTBOX.c.id)).first() is not None:
        return True
    failed(connection, now, id, "uncertain")
    return False


def failed(connection: Connection, now: dt.datetime, id: int, reason: str) -> None:
    """See `Store.failed_to_send`."""
    connection.execute(_of_sending(id, {"status": _FAILED, "done_at": now, "reason": reason}))


def blocked(connection: Connection, now: dt.datetime, chat: int) -> None:
    """See `Store.blocked`. What is being sent is dropped too: it will not arrive either."""
    connection.execute(delete(OUTBOX).where(OUTBOX.c.chat == chat, OUTBOX.c.status.in_(_OPEN)))
    connection.execute(update(CHATS).where(CHATS.c.id == chat).values(blocked_at=now))


def unblocked(connection: Connection, chat: int) -> None:
    connection.execute(update(CHATS).where(CHATS.c.id == chat).values(blocked_at=None))


def recover(connection: Connection, now: dt.datetime, again: Callable[[str], bool]) -> int:
    """See `Store.recover`."""
    found = connection.execute(
        select(OUTBOX.c.id, OUTBOX.c.kind).where(OUTBOX.c.status == _SENDING)
    ).all()
    for id, kind in found:
        if again(kind):  # however often we were stopped: said twice is better than never
            connection.execute(_of_sending(id, {"status": _PENDING, "repeated": True}))
        else:
            failed(connection, now, id, "uncertain")
    return len(found)


def next_due(connection: Connection) -> dt.datetime | None:
    """See `Store.next_due`."""
    first = _first_of_each_chat()
    earliest = select(func.min(OUTBOX.c.not_before)).join(first, OUTBOX.c.id == first.c.id)
    due: dt.datetime | None
    due = connection.execute(earliest.where(OUTBOX.c.status == _PENDING)).scalar_one()
    return due


def _first_of_each_chat() -> Subquery:
    """The ids of the oldest messages that are still to arrive, one of each chat."""
    unsent = select(func.min(OUTBOX.c.id).label("id")).where(OUTBOX.c.status.in_(_OPEN))
    return unsent.group_by(OUTBOX.c.chat).subquery()


def _of_sending(id: int, values: dict[str, Any]) -> Update:
    """Change a message that is being sent; another, or one that was erased meanwhile, is left."""
    return update(OUTBOX).where(OUTBOX.c.id == id, OUTBOX.c.status == _SENDING).values(values)
