"""What is to be sent, in order within a chat.

A message is `pending`, then `sending` (given to a sender), then `sent` or `failed`. As long as the
oldest one of a chat is pending or being sent, what comes after it waits. No transaction lasts as
long as the network; so after a crash it may be unknown whether a message arrived.

Every function works on one connection, within the transaction that its caller opened. What is
asked for every message is written once, up here.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from bot.store.moments import not_before
from bot.store.port import Claimed, Outgoing, StoreError
from bot.store.seal import Seal
from bot.store.tables import CHATS, OUTBOX

_log = logging.getLogger(__name__)
_PENDING, _SENDING, _SENT, _FAILED = "pending", "sending", "sent", "failed"
_OPEN = (_PENDING, _SENDING)
# The oldest message of each chat that is still to arrive.
_FIRST = (
    select(func.min(OUTBOX.c.id).label("id"))
    .where(OUTBOX.c.status.in_(_OPEN))
    .group_by(OUTBOX.c.chat)
    .subquery()
)
_FIRST_PENDING = (
    select(OUTBOX.c.id, OUTBOX.c.not_before)
    .join(_FIRST, OUTBOX.c.id == _FIRST.c.id)
    .where(OUTBOX.c.status == _PENDING)
    .subquery()
)
_DUE = (
    select(_FIRST_PENDING.c.id)
    .where(_FIRST_PENDING.c.not_before <= bindparam("now"))
    .order_by(_FIRST_PENDING.c.id)
    .limit(bindparam("most"))
)
_CLAIM = (
    update(OUTBOX)
    .where(OUTBOX.c.id.in_(_DUE))
    .values(status=_SENDING, attempt=OUTBOX.c.attempt + 1)
    .returning(OUTBOX)
)
_NEXT_DUE = select(func.min(_FIRST_PENDING.c.not_before))
# Another than one that is being sent, or one that was erased meanwhile, is left as it is.
_OF_SENDING = update(OUTBOX).where(
    (OUTBOX.c.id == bindparam("which")) & (OUTBOX.c.status == _SENDING)
)
_SENT_ONE = _OF_SENDING.returning(OUTBOX.c.chat)
_SCREEN = update(CHATS).where(CHATS.c.id == bindparam("which"))


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
    claimed = []
    rows = connection.execute(_CLAIM, {"now": now, "most": limit}).all()
    for row in sorted(rows, key=lambda row: row.id):
        try:
            body = seal.open(row.body)
        except StoreError:
            _log.error("Message %d cannot be opened with this key; it is not sent.", row.id)
            failed(connection, now, row.id, "unreadable")
            continue
        claimed.append(Claimed(row.id, row.chat, row.kind, body, row.attempt, row.repeated))
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
    done = {"which": id, "status": _SENT, "done_at": now, "message_id": message_id}
    chat = connection.execute(_SENT_ONE, done).scalar()
    if not keep:
        connection.execute(delete(OUTBOX).where(OUTBOX.c.id == id, OUTBOX.c.status == _SENT))
    if chat is not None and screen:
        # The version stays: a turn that is being thought about need not be done again for this.
        connection.execute(_SCREEN, {"which": chat, "screen": message_id})


def retry(connection: Connection, id: int, moment: dt.datetime) -> None:
    """See `Store.retry`."""
    again = {"which": id, "status": _PENDING, "not_before": not_before(moment)}
    connection.execute(_OF_SENDING, again)


def uncertain(connection: Connection, now: dt.datetime, id: int, again: bool) -> bool:
    """See `Store.uncertain`."""
    once_more = _OF_SENDING.where(~OUTBOX.c.repeated).returning(OUTBOX.c.id)
    change = {"which": id, "status": _PENDING, "repeated": True}
    if again and connection.execute(once_more, change).first() is not None:
        return True
    failed(connection, now, id, "uncertain")
    return False


def failed(connection: Connection, now: dt.datetime, id: int, reason: str) -> None:
    """See `Store.failed_to_send`."""
    change = {"which": id, "status": _FAILED, "done_at": now, "reason": reason}
    connection.execute(_OF_SENDING, change)


def blocked(connection: Connection, now: dt.datetime, chat: int, sending: int | None) -> None:
    """See `Store.blocked`. What is being sent is dropped too: it will not arrive either."""
    if sending is not None:
        still = select(OUTBOX.c.id).where(OUTBOX.c.id == sending, OUTBOX.c.status == _SENDING)
        if connection.execute(still).first() is None:
            return
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
            change = {"which": id, "status": _PENDING, "repeated": True}
            connection.execute(_OF_SENDING, change)
        else:
            failed(connection, now, id, "uncertain")
    return len(found)


def next_due(connection: Connection) -> dt.datetime | None:
    """See `Store.next_due`."""
    due: dt.datetime | None = connection.execute(_NEXT_DUE).scalar_one()
    return due
