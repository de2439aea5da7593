"""What owners were asked about their offerings, and what they said.

Every function works on one connection, within the transaction that its caller opened.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from bot.store.port import Review, StaleChatError
from bot.store.seal import Seal
from bot.store.tables import NOTES, REVIEWS

_NUMBER = "review-number"


def new_number(connection: Connection) -> int:
    """The next one. The last is remembered apart: old rows go, and no number comes again."""
    last = connection.execute(select(NOTES.c.value).where(NOTES.c.name == _NUMBER)).scalar()
    number = int(last or 0) + 1
    note = upsert(NOTES).values(name=_NUMBER, value=str(number))
    connection.execute(
        note.on_conflict_do_update(index_elements=["name"], set_={"value": str(number)})
    )
    return number


def keep(connection: Connection, seal: Seal, review: Review) -> None:
    """A new one, or a changed one; StaleChatError when it was another by then."""
    values = {
        "mark": review.mark,
        "answer": review.answer,
        "answered_at": review.answered_at,
        "note": seal.seal_any(review.note),
        "applied_at": review.applied_at,
        "version": review.version + 1,
    }
    if review.version:
        as_read = (REVIEWS.c.number == review.number) & (REVIEWS.c.version == review.version)
        changed = connection.execute(
            update(REVIEWS).where(as_read).values(values).returning(REVIEWS.c.number)
        )
    else:
        new = {
            "number": review.number,
            "school": review.school,
            "offering": review.offering,
            "staff": review.staff,
            "asked_at": review.asked_at,
            **values,
        }
        changed = connection.execute(
            upsert(REVIEWS).values(new).on_conflict_do_nothing().returning(REVIEWS.c.number)
        )
    if changed.first() is None:
        raise StaleChatError


def review(connection: Connection, seal: Seal, number: int) -> Review | None:
    row = connection.execute(select(REVIEWS).where(REVIEWS.c.number == number)).one_or_none()
    return None if row is None else _opened(row, seal)


def reviews(connection: Connection, seal: Seal) -> list[Review]:
    query = select(REVIEWS).order_by(REVIEWS.c.asked_at, REVIEWS.c.number)
    return [_opened(row, seal) for row in connection.execute(query)]


def _opened(row: Row[Any], seal: Seal) -> Review:
    return Review(
        number=row.number,
        school=row.school,
        offering=row.offering,
        staff=row.staff,
        mark=row.mark,
        asked_at=row.asked_at,
        answer=row.answer,
        answered_at=row.answered_at,
        note=seal.open_any(row.note),
        applied_at=row.applied_at,
        version=row.version,
    )
