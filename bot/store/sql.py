"""The store in a database file: the port, each method one transaction on one connection.

All of it happens in one thread, which owns the connection: SQLite has one writer at a time, and a
transaction there is one step to the loop. A driver that hops between threads for every statement
cost more than all that we do in a turn (docs/telegram.md).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import sqlite3
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from filelock import FileLock
from sqlalchemy import Connection, Engine

from bot.store import cases, due, files, outbox, privacy, reviews, turns
from bot.store.engine import engine_on
from bot.store.migrate import is_current, migrate
from bot.store.port import (
    Account,
    Channel,
    Chat,
    Claimed,
    Clock,
    Due,
    DueKind,
    KeptCase,
    Outgoing,
    Review,
    Step,
    StoreError,
    Ticket,
)
from bot.store.reseal import Place, places, reseal
from bot.store.seal import Seal, keys_for, new_key, write_keys
from bot.text import text
from bot.worker import Worker

_log = logging.getLogger(__name__)
T = TypeVar("T")


async def open_store(folder: Path, key_file: Path | None, clock: Clock) -> SqlStore:
    """Open the database in this folder, made and brought up to date where needed.

    `key_file`: where the keys are; None is the file `key` in the folder. A new database gets a new
    key. Raises StoreError when the folder is in use or cannot be written, when the key is missing
    or is another one, and when the database is damaged or of a newer program.
    """
    lock = files.lock(folder)
    try:
        database, key_file = files.database_in(folder), files.key_in(folder, key_file)
        keys = keys_for(key_file, database_exists=files.exists(database))
        files.remove_half_restored(folder)
        files.make_private(database)
        migrate(database)
        engine = engine_on(database)
        try:
            with engine.begin() as connection:
                secret = privacy.secret(connection, Seal(keys))
        except BaseException:
            engine.dispose()
            raise
        return SqlStore(engine, lock, key_file, keys, secret, clock)
    except BaseException:
        lock.release()
        raise


async def open_beside(folder: Path, key_file: Path | None, clock: Clock) -> SqlStore:
    """The same, for a few lines while the bot may be running: its folder stays locked by the bot.

    Raises StoreError also where there is no database yet, or it is of another version.
    """
    database, key_file = files.database_in(folder), files.key_in(folder, key_file)
    if not files.exists(database):
        return await open_store(folder, key_file, clock)
    keys = keys_for(key_file, database_exists=True)
    engine = engine_on(database)
    try:
        if not is_current(database):
            raise StoreError(text("store.first-run", folder=str(folder)))
        with engine.begin() as connection:
            secret = privacy.secret(connection, Seal(keys))
    except BaseException:
        engine.dispose()
        raise
    return SqlStore(engine, None, key_file, keys, secret, clock)


class SqlStore:
    """See `bot.store.port.Store`, which says what every method does."""

    def __init__(
        self,
        engine: Engine,
        lock: FileLock | None,
        key_file: Path,
        keys: tuple[bytes, ...],
        secret: bytes,
        clock: Clock,
    ) -> None:
        """For `open_store`; the lock on the folder, where it is held, is let go by `close`."""
        self._engine = engine
        self._lock = lock
        self._key_file = key_file
        self._keys = keys
        self._seal = Seal(keys)
        self._secret = secret
        self._now = clock
        self._worker = Worker("store")
        self._rotating = asyncio.Lock()
        self._to_overwrite = False
        self._closed = False

    async def _do(self, work: Callable[[Connection], T]) -> T:
        """Do this in one transaction; nothing of it is kept when it raises.

        `work` takes `self._seal` when it runs, not before: so no row with an old key appears
        behind the back of `rotate`.
        """
        if self._closed:
            raise RuntimeError("the store is closed")
        return await self._worker.do(partial(self._in_transaction, work))

    def _in_transaction(self, work: Callable[[Connection], T]) -> T:
        with self._engine.begin() as connection:
            return work(connection)

    # ---- a turn ----

    async def chat(self, id: int) -> Chat | None:
        return await self._do(lambda c: turns.chat(c, self._seal, id))

    async def commit(self, step: Step) -> bool:
        return await self._do(lambda c: turns.commit(c, self._seal, self._now(), step))

    async def seen(self, update_id: int) -> bool:
        return await self._do(lambda c: turns.seen(c, update_id))

    async def failed(self, update_id: int, error_name: str) -> int:
        return await self._do(lambda c: turns.failed(c, self._now(), update_id, error_name))

    async def give_up(self, update_id: int, chat: int, outgoing: tuple[Outgoing, ...]) -> bool:
        return await self._do(
            lambda c: turns.give_up(c, self._seal, self._now(), update_id, chat, outgoing)
        )

    # ---- the outbox ----

    async def claim(
        self, limit: int, channel: Channel = "telegram", *, answers_only: bool = False
    ) -> list[Claimed]:
        return await self._do(
            lambda c: outbox.claim(
                c, self._seal, self._now(), limit, channel, answers_only=answers_only
            )
        )

    async def sent(
        self, id: int, message_id: int | None, *, screen: bool = False, keep: bool = True
    ) -> None:
        await self._do(
            lambda c: outbox.sent(c, self._now(), id, message_id, screen=screen, keep=keep)
        )

    async def retry(self, id: int, not_before: dt.datetime) -> None:
        await self._do(lambda c: outbox.retry(c, id, not_before))

    async def uncertain(self, id: int, again: bool) -> bool:
        return await self._do(lambda c: outbox.uncertain(c, self._now(), id, again))

    async def failed_to_send(self, id: int, reason: str) -> None:
        await self._do(lambda c: outbox.failed(c, self._now(), id, reason))

    async def blocked(self, chat: int, sending: int | None = None) -> None:
        await self._do(lambda c: outbox.blocked(c, self._now(), chat, sending))

    async def unblocked(self, chat: int) -> None:
        await self._do(lambda c: outbox.unblocked(c, chat))

    async def recover(self, again: Callable[[str], bool]) -> int:
        return await self._do(lambda c: outbox.recover(c, self._now(), again))

    async def next_due(
        self, channel: Channel = "telegram", *, answers_only: bool = False
    ) -> dt.datetime | None:
        return await self._do(lambda c: outbox.next_due(c, channel, answers_only=answers_only))

    # ---- cases, and the staff they go to ----

    async def new_case_number(self) -> int:
        return await self._do(cases.new_number)

    async def case(self, id: int) -> KeptCase | None:
        return await self._do(lambda c: cases.case(c, self._seal, id))

    async def chat_and_case(self, chat: int) -> tuple[Chat | None, KeptCase | None]:
        return await self._do(
            lambda c: (turns.chat(c, self._seal, chat), cases.case_of(c, self._seal, chat))
        )

    async def cases_of(self, school: str, owners: tuple[str, ...]) -> list[KeptCase]:
        return await self._do(lambda c: cases.cases_of(c, self._seal, school, owners))

    async def due_cases(self, limit: int) -> list[KeptCase]:
        return await self._do(lambda c: cases.due_cases(c, self._seal, self._now(), limit))

    async def loads(self) -> dict[tuple[str, str], int]:
        return await self._do(cases.loads)

    async def words_of(self, case: int) -> list[tuple[str, bytes, bool]]:
        return await self._do(lambda c: cases.words_of(c, self._seal, case))

    async def case_at(self, place: int, message_id: int) -> tuple[int, str] | None:
        return await self._do(lambda c: cases.case_at(c, place, message_id))

    async def case_in_topic(self, place: int, thread: int) -> int | None:
        return await self._do(lambda c: cases.case_in_topic(c, place, thread))

    async def cards_of(self, case: int) -> list[tuple[int, int]]:
        return await self._do(lambda c: cases.cards_of(c, case))

    async def topic(self, place: int, case: int, thread: int | None) -> None:
        await self._do(lambda c: cases.topic(c, place, case, thread))

    async def audit_of(self, case: int) -> list[tuple[dt.datetime, str, str]]:
        return await self._do(lambda c: cases.audit_of(c, case))

    async def accounts(self) -> list[Account]:
        return await self._do(cases.accounts)

    async def unlink(self, school: str, staff: str) -> bool:
        return await self._do(lambda c: cases.unlink(c, school, staff))

    async def look_at(self, school: str, staff: str) -> None:
        await self._do(lambda c: cases.look_at(c, school, staff, "away"))

    async def bounced(self, hash: bytes) -> bool:
        return await self._do(lambda c: cases.bounced(c, hash))

    async def away(self, chat: int, until: dt.datetime | None) -> None:
        await self._do(lambda c: cases.away(c, chat, until))

    async def moved(self, chat: int, to: int) -> None:
        await self._do(lambda c: cases.moved(c, chat, to))

    async def make_ticket(self, ticket: Ticket) -> None:
        await self._do(lambda c: cases.make_ticket(c, self._now(), ticket))

    async def ticket(self, hash: bytes) -> Ticket | None:
        return await self._do(lambda c: cases.ticket(c, self._now(), hash))

    async def invitations(self) -> list[Ticket]:
        return await self._do(lambda c: cases.invitations(c, self._now()))

    # ---- what is to be said later ----

    async def due(self, limit: int) -> list[tuple[Due, Chat | None]]:
        return await self._do(lambda c: turns.due_with_chats(c, self._seal, self._now(), limit))

    async def look_again(self, kind: DueKind) -> int:
        return await self._do(lambda c: due.forward(c, kind, self._now()))

    # ---- what owners are asked about their offerings ----

    async def new_review_number(self) -> int:
        return await self._do(reviews.new_number)

    async def review(self, number: int) -> Review | None:
        return await self._do(lambda c: reviews.review(c, self._seal, number))

    async def reviews(self) -> list[Review]:
        return await self._do(lambda c: reviews.reviews(c, self._seal))

    async def states(self) -> list[tuple[int, bytes]]:
        return await self._do(lambda c: turns.states(c, self._seal))

    # ---- whose data it is ----

    async def everything_about(self, chat: int) -> dict[str, list[dict[str, Any]]]:
        return await self._do(lambda c: privacy.everything_about(c, self._seal, chat))

    async def forget(self, chat: int) -> bool:
        await self._do(lambda c: privacy.forget(c, self._secret, self._now(), chat))
        return await self._overwrite()

    async def tidy(
        self, idle: dt.timedelta, sent: dt.timedelta, silent: Callable[[bytes], bytes]
    ) -> int:
        erased = await self._do(
            lambda c: privacy.tidy(c, self._seal, self._now(), idle, sent, silent)
        )
        await self._overwrite()
        return erased

    async def _overwrite(self) -> bool:
        """Make the files hold nothing but what is in the tables; whether that was possible now.

        Deleting overwrites a row, but not the copies that stayed behind when SQLite moved it to
        another page; VACUUM leaves those. What was written stays in the log until that is cut.
        """
        self._to_overwrite = True
        try:
            self._to_overwrite = not await self._worker.do(self._rewrite)
        except sqlite3.OperationalError as error:
            _log.warning("Old pages could not be overwritten yet (%s).", error.sqlite_errorname)
        return not self._to_overwrite

    def _rewrite(self) -> bool:
        """False when another process is reading."""
        with self._engine.connect() as connection:
            # Neither works within a transaction; on the driver itself none is begun.
            driver: Any = connection.connection.driver_connection
            driver.execute("VACUUM")
            (busy, *_) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
            return not busy

    # ---- what is not about persons ----

    async def remember(self, name: str, value: str) -> None:
        await self._do(lambda c: turns.remember(c, name, value))

    async def remembered(self, name: str) -> str | None:
        return await self._do(lambda c: turns.remembered(c, name))

    async def counts(self, since: dt.date) -> dict[dt.date, dict[str, int]]:
        return await self._do(lambda c: turns.counts(c, since))

    # ---- the store itself ----

    async def rotate(self) -> int:
        """See `Store.rotate`. Raises StoreError when the key file cannot be written.

        The file holds the new key before anything is sealed with it, and the old ones until nothing
        needs them: killed at any moment, the file opens everything, and it can be done again.
        """
        async with self._rotating:
            self._use((new_key(), *self._keys))
            changed = 0
            for place in places():
                changed += await self._reseal(place)
            await self._overwrite()
            self._use(self._keys[:1])
            return changed

    def _use(self, keys: tuple[bytes, ...]) -> None:
        write_keys(self._key_file, keys)
        self._keys, self._seal = keys, Seal(keys)

    async def _reseal(self, place: Place) -> int:
        """Seal a table anew, from this place on; how many rows that were."""
        changed = 0
        at: Place | None = place
        while at is not None:
            count, at = await self._do(partial(self._reseal_batch, place=at))
            changed += count
        return changed

    def _reseal_batch(self, connection: Connection, place: Place) -> tuple[int, Place | None]:
        return reseal(connection, self._seal, place)

    async def close(self) -> None:
        if self._closed:
            return
        self._closed = True
        try:
            if self._to_overwrite:
                await self._overwrite()
            await self._worker.do(self._engine.dispose)  # after everything that was going on
        finally:
            self._worker.end()
            if self._lock is not None:
                self._lock.release()
