"""What is to be sent, in order within a chat.

A message is `pending`, then `sending` (given to a sender), then `sent` or `failed`. As long as the
oldest one of a chat is pending or being sent, what comes after it waits; but an answer goes before
what nobody waits for. No transaction lasts as long as the network; so after a crash it may be
unknown whether a message arrived.

Every function works on one connection, within the transaction that its caller opened. What is
asked for every message is written once, up here.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterable
from dataclasses import replace

from sqlalchemy import Connection, bindparam, case, delete, func, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.store.cases import look_at, trouble
from bot.store.moments import not_before
from bot.store.port import CARD, NEW_CARD, Addressed, Channel, Claimed, StoreError
from bot.store.seal import Seal
from bot.store.tables import ACCOUNTS, CARDS, CASES, CHATS, OUTBOX, TOPICS

_log = logging.getLogger(__name__)
_PENDING, _SENDING, _SENT, _FAILED = "pending", "sending", "sent", "failed"
_OPEN = (_PENDING, _SENDING)
# Of each chat what is being sent, else the oldest that somebody waits for, else the oldest.
_FIRST = (
    select(
        func.coalesce(
            func.min(case((OUTBOX.c.status == _SENDING, OUTBOX.c.id))),
            func.min(case((~OUTBOX.c.waits, OUTBOX.c.id))),
            func.min(OUTBOX.c.id),
        ).label("id")
    )
    .where(OUTBOX.c.status.in_(_OPEN), OUTBOX.c.channel == bindparam("through"))
    .group_by(OUTBOX.c.chat)
    .subquery()
)
_FIRST_PENDING = (
    select(OUTBOX.c.id, OUTBOX.c.not_before, OUTBOX.c.waits)
    .join(_FIRST, OUTBOX.c.id == _FIRST.c.id)
    .where(OUTBOX.c.status == _PENDING)
    .subquery()
)
_DUE = (
    select(_FIRST_PENDING.c.id)
    .where(_FIRST_PENDING.c.not_before <= bindparam("now"))
    .where(_FIRST_PENDING.c.waits <= bindparam("waits_too"))
    .order_by(_FIRST_PENDING.c.waits, _FIRST_PENDING.c.id)  # answers first
    .limit(bindparam("most"))
)
_CLAIM = (
    update(OUTBOX)
    .where(OUTBOX.c.id.in_(_DUE))
    .values(status=_SENDING, attempt=OUTBOX.c.attempt + 1)
    .returning(OUTBOX)
)
# One that may not go yet, or is behind another one in its chat, keeps no others from being said.
_MAY_GO = select(_FIRST_PENDING.c.id).where(_FIRST_PENDING.c.not_before <= bindparam("now"))
_WAITING = (
    select(func.count())
    .select_from(OUTBOX)
    .where(OUTBOX.c.waits, OUTBOX.c.channel == bindparam("through"))
    .where((OUTBOX.c.status == _SENDING) | OUTBOX.c.id.in_(_MAY_GO))
)
_NEXT_DUE = select(func.min(_FIRST_PENDING.c.not_before)).where(
    _FIRST_PENDING.c.waits <= bindparam("waits_too")
)
_HUSH = delete(OUTBOX).where(
    (OUTBOX.c.chat == bindparam("to")) & (OUTBOX.c.kind == bindparam("what")),
    OUTBOX.c.waits & (OUTBOX.c.status == _PENDING),
)
# Another than one that is being sent, or one that was erased meanwhile, is left as it is.
_OF_SENDING = update(OUTBOX).where(
    (OUTBOX.c.id == bindparam("which")) & (OUTBOX.c.status == _SENDING)
)
_SENT_ONE = _OF_SENDING.returning(OUTBOX.c.chat, OUTBOX.c.case, OUTBOX.c.kind, OUTBOX.c.staff)
_FAILED_ONE = _OF_SENDING.returning(OUTBOX.c.case, OUTBOX.c.staff)
_CARD_OF = select(func.max(CARDS.c.message_id)).where(
    CARDS.c.case == bindparam("about"), CARDS.c.place == bindparam("in_chat"), CARDS.c.kind == CARD
)
_TOPIC_OF = select(TOPICS.c.thread).where(
    TOPICS.c.case == bindparam("about"), TOPICS.c.place == bindparam("in_chat")
)
_SCREEN = update(CHATS).where(CHATS.c.id == bindparam("which"))


def queue(
    connection: Connection, seal: Seal, now: dt.datetime, outgoing: Iterable[Addressed]
) -> None:
    """Put each of these behind what its chat already waits for."""
    same = {"status": _PENDING, "attempt": 0, "repeated": False, "not_before": now, "at": now}
    rows = [
        {
            "chat": one.chat,
            "channel": one.channel,
            "case": one.case,
            "staff": one.staff,
            "kind": one.outgoing.kind,
            "waits": one.waits,
            "body": seal.seal(one.outgoing.body),
            **same,
        }
        for one in outgoing
    ]
    if rows:
        connection.execute(insert(OUTBOX), rows)


def claim(
    connection: Connection,
    seal: Seal,
    now: dt.datetime,
    limit: int,
    channel: Channel,
    *,
    answers_only: bool,
) -> list[Claimed]:
    """See `Store.claim`. A message that cannot be opened fails here, so that none waits for it."""
    claimed = []
    asked = {"now": now, "most": limit, "through": channel, "waits_too": not answers_only}
    rows = connection.execute(_CLAIM, asked).all()
    for row in sorted(rows, key=lambda row: row.id):
        try:
            body = seal.open(row.body)
        except StoreError:
            _log.error("Message %d cannot be opened with this key; it is not sent.", row.id)
            failed(connection, now, row.id, "unreadable")
            continue
        one = Claimed(
            row.id, row.chat, row.kind, body, row.attempt, row.repeated, row.case, row.waits
        )
        to_staff = row.case is not None and row.staff is not None
        claimed.append(_where_it_goes(connection, one) if to_staff else one)
    return claimed


def _where_it_goes(connection: Connection, one: Claimed) -> Claimed:
    """With what is there of its case already in that chat: the card, and the topic."""
    place = {"about": one.case, "in_chat": one.chat}
    card = connection.execute(_CARD_OF, place).scalar() if one.kind == CARD else None
    return replace(one, card=card, thread=connection.execute(_TOPIC_OF, place).scalar())


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
    row = connection.execute(_SENT_ONE, done).first()
    chat = row.chat if row is not None else None
    if row is not None and row.case is not None and row.staff is not None and message_id:
        _note_card(connection, row.chat, message_id, row.case, row.kind)
    if not keep:
        connection.execute(delete(OUTBOX).where(OUTBOX.c.id == id, OUTBOX.c.status == _SENT))
    if chat is not None and screen:
        # The version stays: a turn that is being thought about need not be done again for this.
        connection.execute(_SCREEN, {"which": chat, "screen": message_id})


def _note_card(connection: Connection, place: int, message_id: int, case: int, kind: str) -> None:
    """This message is about this case, which may have been erased meanwhile."""
    known = select(CASES.c.id).where(CASES.c.id == case)
    if connection.execute(known).first() is None:
        return
    kind = CARD if kind == NEW_CARD else kind
    values = {"place": place, "message_id": message_id, "case": case, "kind": kind}
    connection.execute(upsert(CARDS).values(values).on_conflict_do_nothing())


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
    row = connection.execute(_FAILED_ONE, change).first()
    if row is not None and row.case is not None:
        trouble(connection, row.case, row.staff)


def blocked(connection: Connection, now: dt.datetime, chat: int, sending: int | None) -> None:
    """See `Store.blocked`. What is being sent is dropped too: it will not arrive either."""
    if sending is not None:
        still = select(OUTBOX.c.id).where(OUTBOX.c.id == sending, OUTBOX.c.status == _SENDING)
        if connection.execute(still).first() is None:
            return
    here = (OUTBOX.c.chat == chat) & (OUTBOX.c.channel == "telegram")
    connection.execute(delete(OUTBOX).where(here, OUTBOX.c.status.in_(_OPEN)))
    connection.execute(update(CHATS).where(CHATS.c.id == chat).values(blocked_at=now))
    theirs = update(CASES).where(CASES.c.is_open)
    connection.execute(theirs.where(CASES.c.chat == chat).values(trouble="student"))
    gone = update(ACCOUNTS).where(ACCOUNTS.c.chat == chat).values(blocked_at=now)
    for school, staff in connection.execute(gone.returning(ACCOUNTS.c.school, ACCOUNTS.c.staff)):
        look_at(connection, school, staff, "staff")


def unblocked(connection: Connection, chat: int) -> None:
    connection.execute(update(CHATS).where(CHATS.c.id == chat).values(blocked_at=None))
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.chat == chat).values(blocked_at=None))


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


def waiting(connection: Connection, now: dt.datetime) -> int:
    """How many messages that nobody waits for are being sent, or may be now."""
    asked = {"now": now, "through": "telegram"}
    return int(connection.execute(_WAITING, asked).scalar_one())


def hush(connection: Connection, chat: int, kinds: Iterable[str]) -> None:
    """What nobody waits for, of these kinds, is not said to this chat any more."""
    for kind in kinds:
        connection.execute(_HUSH, {"to": chat, "what": kind})


def next_due(connection: Connection, channel: Channel, *, answers_only: bool) -> dt.datetime | None:
    """See `Store.next_due`."""
    asked = {"through": channel, "waits_too": not answers_only}
    due: dt.datetime | None = connection.execute(_NEXT_DUE, asked).scalar_one()
    return due
