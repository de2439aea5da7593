"""Cases, the staff they go to, and the one-time keys. A case's content is never looked into here.

Every function works on one connection, within the transaction that its caller opened.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, cast

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, or_, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.store.port import (
    Account,
    CaseStep,
    KeptCase,
    StaleChatError,
    Ticket,
    TicketKind,
)
from bot.store.seal import Seal
from bot.store.tables import (
    ACCOUNTS,
    AUDIT,
    CARDS,
    CASE_NOTES,
    CASE_WORDS,
    CASES,
    CONSENTS,
    NOTES,
    OUTBOX,
    TICKETS,
    TOPICS,
)
from bot.text import Language

_NUMBER = "case-number"
_INVITE: TicketKind = "invite"
_OF_CHAT = (
    select(CASES)
    .where(CASES.c.chat == bindparam("of"))
    .order_by(CASES.c.is_open.desc(), CASES.c.id.desc())
    .limit(1)
)


# ---- cases --------------------------------------------------------------------------------------


def new_number(connection: Connection) -> int:
    last = connection.execute(select(NOTES.c.value).where(NOTES.c.name == _NUMBER)).scalar()
    number = int(last or 0) + 1
    note = upsert(NOTES).values(name=_NUMBER, value=str(number))
    connection.execute(
        note.on_conflict_do_update(index_elements=["name"], set_={"value": str(number)})
    )
    return number


def keep(connection: Connection, seal: Seal, now: dt.datetime, step: CaseStep) -> None:
    """What follows from what happened to a case; StaleChatError when it was another by then."""
    case = step.case
    if step.erase:
        erase(connection, case)
        return
    values = {
        "owner": case.owner,
        "status": case.status,
        "is_open": case.is_open,
        "due": case.due,
        "trouble": case.trouble,
        "version": case.version + 1,
        "body": seal.seal(case.body),
    }
    if case.version:
        as_read = (CASES.c.id == case.id) & (CASES.c.version == case.version)
        changed = connection.execute(
            update(CASES).where(as_read).values(values).returning(CASES.c.id)
        )
    else:
        new = {"id": case.id, "chat": case.chat, "school": case.school, **values}
        changed = connection.execute(
            upsert(CASES).values(new).on_conflict_do_nothing().returning(CASES.c.id)
        )
    if changed.first() is None:
        raise StaleChatError
    _beside(connection, seal, now, step)


def _beside(connection: Connection, seal: Seal, now: dt.datetime, step: CaseStep) -> None:
    """The words, the notes, the consent and the trail."""
    case = step.case
    for said in step.words:
        row = {"case": case.id, "at": now, "who": said.who, "body": seal.seal(said.body)}
        if said.note:
            connection.execute(insert(CASE_NOTES), row)
        else:
            connection.execute(insert(CASE_WORDS), {**row, "chat": case.chat})
    for who, what in step.audit:
        connection.execute(insert(AUDIT), {"case": case.id, "at": now, "who": who, "what": what})
    if step.consent is not None:
        consent = {"chat": case.chat, "case": case.id, "at": now}
        connection.execute(insert(CONSENTS), {**consent, "covers": seal.seal(step.consent)})
    if step.withdrawn:
        theirs = (CONSENTS.c.case == case.id) & CONSENTS.c.withdrawn_at.is_(None)
        connection.execute(update(CONSENTS).where(theirs).values(withdrawn_at=now))


def erase(connection: Connection, case: KeptCase) -> None:
    """The case and all that belongs to it, but for who did what when."""
    as_read = (CASES.c.id == case.id) & (CASES.c.version == case.version)
    if connection.execute(delete(CASES).where(as_read).returning(CASES.c.id)).first() is None:
        raise StaleChatError
    for table in (OUTBOX, TICKETS, CONSENTS):
        connection.execute(delete(table).where(table.c.case == case.id))


def case(connection: Connection, seal: Seal, id: int) -> KeptCase | None:
    row = connection.execute(select(CASES).where(CASES.c.id == id)).one_or_none()
    return None if row is None else _opened(row, seal)


def case_of(connection: Connection, seal: Seal, chat: int) -> KeptCase | None:
    row = connection.execute(_OF_CHAT, {"of": chat}).one_or_none()
    return None if row is None else _opened(row, seal)


def cases_of(
    connection: Connection, seal: Seal, school: str, owners: tuple[str, ...]
) -> list[KeptCase]:
    query = select(CASES).where(CASES.c.is_open, CASES.c.school == school)
    rows = connection.execute(query.where(CASES.c.owner.in_(owners)).order_by(CASES.c.id))
    return [_opened(row, seal) for row in rows]


def due_cases(connection: Connection, seal: Seal, now: dt.datetime, limit: int) -> list[KeptCase]:
    wanting = or_(CASES.c.due <= now, CASES.c.trouble.is_not(None))
    query = select(CASES).where(wanting).order_by(CASES.c.due, CASES.c.id).limit(limit)
    return [_opened(row, seal) for row in connection.execute(query)]


def loads(connection: Connection) -> dict[tuple[str, str], int]:
    """Only what is open counts."""
    query = select(CASES.c.school, CASES.c.owner, func.count()).where(CASES.c.is_open)
    rows = connection.execute(query.group_by(CASES.c.school, CASES.c.owner))
    return {(school, owner): count for school, owner, count in rows}


def words_of(connection: Connection, seal: Seal, case: int) -> list[tuple[str, bytes, bool]]:
    """In the order in which they were written, notes among them."""
    found: list[tuple[dt.datetime, bool, int, str, bytes]] = []
    for table, note in ((CASE_WORDS, False), (CASE_NOTES, True)):
        for row in connection.execute(select(table).where(table.c.case == case)):
            found.append((row.at, note, row.id, row.who, seal.open(row.body)))
    return [(who, body, note) for _, note, _, who, body in sorted(found)]


def audit_of(connection: Connection, case: int) -> list[tuple[dt.datetime, str, str]]:
    rows = connection.execute(select(AUDIT).where(AUDIT.c.case == case).order_by(AUDIT.c.id))
    return [(row.at, row.who, row.what) for row in rows]


def _opened(row: Row[Any], seal: Seal) -> KeptCase:
    return KeptCase(
        id=row.id,
        chat=row.chat,
        school=row.school,
        owner=row.owner,
        status=row.status,
        is_open=row.is_open,
        due=row.due,
        body=seal.open(row.body),
        version=row.version,
        trouble=row.trouble,
    )


# ---- where it stands in a staff chat ------------------------------------------------------------


def case_at(connection: Connection, place: int, message_id: int) -> tuple[int, str] | None:
    here = (CARDS.c.place == place) & (CARDS.c.message_id == message_id)
    row = connection.execute(select(CARDS).where(here)).one_or_none()
    return None if row is None else (row.case, row.kind)


def case_in_topic(connection: Connection, place: int, thread: int) -> int | None:
    here = (TOPICS.c.place == place) & (TOPICS.c.thread == thread)
    return connection.execute(select(TOPICS.c.case).where(here)).scalar()


def cards_of(connection: Connection, case: int) -> list[tuple[int, int]]:
    query = select(CARDS).where(CARDS.c.case == case, CARDS.c.kind == "card")
    return [(row.place, row.message_id) for row in connection.execute(query)]


def topic(connection: Connection, place: int, case: int, thread: int | None) -> None:
    """A new topic; or it is gone, and so are the messages in it."""
    here = (TOPICS.c.place == place) & (TOPICS.c.case == case)
    connection.execute(delete(TOPICS).where(here))
    if thread is None:
        connection.execute(delete(CARDS).where(CARDS.c.place == place, CARDS.c.case == case))
    else:
        connection.execute(insert(TOPICS), {"place": place, "case": case, "thread": thread})


# ---- the staff ----------------------------------------------------------------------------------


def accounts(connection: Connection) -> list[Account]:
    query = select(ACCOUNTS).order_by(ACCOUNTS.c.school, ACCOUNTS.c.staff)
    return [
        Account(
            chat=row.chat,
            school=row.school,
            staff=row.staff,
            language=cast(Language, row.language),
            forum=row.forum,
            away_until=row.away_until,
            blocked=row.blocked_at is not None,
        )
        for row in connection.execute(query)
    ]


def link(connection: Connection, now: dt.datetime, account: Account) -> None:
    same = (ACCOUNTS.c.school == account.school) & (ACCOUNTS.c.staff == account.staff)
    connection.execute(delete(ACCOUNTS).where(or_(ACCOUNTS.c.chat == account.chat, same)))
    row = {
        "chat": account.chat,
        "school": account.school,
        "staff": account.staff,
        "language": account.language,
        "forum": account.forum,
        "linked_at": now,
    }
    connection.execute(insert(ACCOUNTS), row)


def unlink(connection: Connection, school: str, staff: str) -> bool:
    theirs = (ACCOUNTS.c.school == school) & (ACCOUNTS.c.staff == staff)
    """Their waiting cases are looked at: nobody waits for who cannot be reached any more."""
    gone = connection.execute(delete(ACCOUNTS).where(theirs).returning(ACCOUNTS.c.chat)).first()
    void = _invitation(school, staff)
    voided = connection.execute(delete(TICKETS).where(void).returning(TICKETS.c.hash)).first()
    if gone is not None:
        look_at(connection, school, staff, "staff")
    return gone is not None or voided is not None


def away(connection: Connection, chat: int, until: dt.datetime | None) -> None:
    change = update(ACCOUNTS).where(ACCOUNTS.c.chat == chat).values(away_until=until)
    connection.execute(change)


def look_at(connection: Connection, school: str, staff: str, why: str) -> None:
    """What is open with this entry is looked at. That somebody may be away says less than what did
    not arrive, and does not take its place."""
    theirs = (CASES.c.school == school) & (CASES.c.owner == staff) & CASES.c.is_open
    if why == "away":
        theirs &= CASES.c.trouble.is_(None)
    connection.execute(update(CASES).where(theirs).values(trouble=why))


def moved(connection: Connection, chat: int, to: int) -> None:
    """A group that became a supergroup: the same place with another number."""
    connection.execute(update(ACCOUNTS).where(ACCOUNTS.c.chat == chat).values(chat=to))
    connection.execute(delete(CARDS).where(CARDS.c.place == chat))  # their numbers begin anew
    connection.execute(update(OUTBOX).where(OUTBOX.c.chat == chat).values(chat=to))


# ---- one-time keys ------------------------------------------------------------------------------


def make_ticket(connection: Connection, now: dt.datetime, ticket: Ticket) -> None:
    if ticket.kind == _INVITE:
        connection.execute(delete(TICKETS).where(_invitation(ticket.school, ticket.staff)))
    row = {
        "hash": ticket.hash,
        "kind": ticket.kind,
        "school": ticket.school,
        "staff": ticket.staff,
        "case": ticket.case,
        "review": ticket.review,
        "made_at": now,
        "expires_at": ticket.expires_at,
    }
    connection.execute(insert(TICKETS), row)


def ticket(connection: Connection, now: dt.datetime, hash: bytes) -> Ticket | None:
    query = select(TICKETS).where(TICKETS.c.hash == hash, TICKETS.c.expires_at > now)
    row = connection.execute(query.where(TICKETS.c.used_at.is_(None))).one_or_none()
    return None if row is None else _ticket(row)


def invitations(connection: Connection, now: dt.datetime) -> list[Ticket]:
    query = select(TICKETS).where(TICKETS.c.kind == _INVITE, TICKETS.c.expires_at > now)
    rows = connection.execute(query.where(TICKETS.c.used_at.is_(None)))
    return [_ticket(row) for row in rows]


def use(connection: Connection, now: dt.datetime, hash: bytes) -> bool:
    """Use it up; False where somebody did before, or it was revoked or has expired."""
    fresh = (TICKETS.c.hash == hash) & TICKETS.c.used_at.is_(None) & (TICKETS.c.expires_at > now)
    done = update(TICKETS).where(fresh).values(used_at=now).returning(TICKETS.c.hash)
    return connection.execute(done).first() is not None


def _invitation(school: str, staff: str) -> Any:
    mine = (TICKETS.c.school == school) & (TICKETS.c.staff == staff)
    return mine & (TICKETS.c.kind == _INVITE) & TICKETS.c.used_at.is_(None)


def bounced(connection: Connection, hash: bytes) -> bool:
    here = (TICKETS.c.hash == hash) & (TICKETS.c.kind == "bounce")
    row = connection.execute(delete(TICKETS).where(here).returning(TICKETS)).one_or_none()
    if row is None:
        return False
    trouble(connection, row.case, row.staff)
    return True


def trouble(connection: Connection, case: int, staff: str | None) -> None:
    """Something about this case did not arrive, so it is looked at now. What was for somebody of
    the staff matters only as long as it is their turn."""
    here = CASES.c.id == case
    if staff is not None:
        here &= CASES.c.owner == staff
    what = "student" if staff is None else "staff"
    connection.execute(update(CASES).where(here).values(trouble=what))


def _ticket(row: Row[Any]) -> Ticket:
    return Ticket(
        hash=row.hash,
        kind=row.kind,
        school=row.school,
        staff=row.staff,
        expires_at=row.expires_at,
        case=row.case,
        review=row.review,
    )
