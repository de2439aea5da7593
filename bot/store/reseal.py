"""Sealing again what was sealed with an older key, a few rows at a time.

Each batch is its own short transaction, so that the conversations go on in between. Rows that the
newest key opens are left alone: after a crash it can simply be done again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table, select, update

from bot.store.port import StoreError
from bot.store.seal import Seal
from bot.store.tables import METADATA, sealed

_BATCH = 100  # rows


@dataclass(frozen=True, slots=True)
class Place:
    """How far it has come: the table, and the last primary key that was looked at in it."""

    table: Table
    after: Any = None


def places() -> list[Place]:
    """Where to begin: every table with something sealed."""
    return [Place(table) for table in METADATA.sorted_tables if sealed(table)]


def reseal(connection: Connection, seal: Seal, place: Place) -> tuple[int, Place | None]:
    """Seal a batch anew: how many rows that were, and where to go on; None at the end."""
    table = place.table
    (key,) = table.primary_key
    query = select(table).order_by(key).limit(_BATCH)
    if place.after is not None:
        query = query.where(key > place.after)
    rows = connection.execute(query).mappings().all()
    changed = 0
    for row in rows:
        old = {column.name: row[column.name] for column in sealed(table)}
        new = {
            name: again
            for name, token in old.items()
            if token is not None and (again := _again(seal, token)) is not None
        }
        if new:
            connection.execute(update(table).where(key == row[key.name]).values(new))
            changed += 1
    return changed, Place(table, rows[-1][key.name]) if len(rows) == _BATCH else None


def _again(seal: Seal, token: bytes) -> bytes | None:
    """The same, sealed with the newest key; None where it is, or where no key opens it at all."""
    if seal.is_newest(token):
        return None
    try:
        return seal.seal(seal.open(token))
    except StoreError:
        return None  # damaged: the old keys do not open it either, so it need not keep them
