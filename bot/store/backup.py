"""A copy of the database, and back. The key is not in it: keep that apart from the copies.

A copy holds people who have since asked to be erased. `restore` erases them again, by the list in
the database that it replaces; so never delete that one before restoring.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from sqlalchemy import Connection, delete, select, union, update
from sqlalchemy.exc import DatabaseError

from bot.store import files, privacy
from bot.store.engine import engine_on
from bot.store.migrate import migrate
from bot.store.port import StoreError
from bot.store.seal import Seal, read_keys
from bot.store.tables import OUTBOX, about_a_chat
from bot.text import text

_WAIT = 5  # seconds, for another process


def backup(folder: Path, target: Path) -> None:
    """Copy the database in this folder to a new file, as it is at one moment; the bot may run.

    Raises StoreError when there is no database, when it is damaged, and when the file exists or
    cannot be written. The file appears when it is whole: until then it is empty.
    """
    database = files.database_in(folder)
    if not files.exists(database):
        raise StoreError(text("store.no-database", folder=str(folder)))
    half = target.with_name(target.name + ".part")
    try:
        files.make_private(target, new=True)
        try:
            files.remove(half)  # whose target was removed by somebody
            files.make_private(half, new=True)
            _copy(database, half)
            files.put_in_place(half, target)
        except BaseException:
            files.remove(half)
            target.unlink(missing_ok=True)
            raise
    except FileExistsError:
        raise StoreError(text("store.backup-exists", file=str(target))) from None
    except (OSError, sqlite3.OperationalError):
        raise StoreError(text("store.backup-not-written", file=str(target))) from None
    except sqlite3.DatabaseError:
        raise StoreError(text("store.damaged", file=str(database))) from None


def restore(source: Path, folder: Path, key_file: Path | None = None) -> int:
    """Put a copy in the place of the database in this folder; how many people were erased again.

    The key file (None: the one in the folder) must open the copy; if the key was changed since,
    put the older key on a line below the newer one, for as long as this takes. What was sent since
    the copy was made is not sent again. Killed at any moment, the folder has the old database or
    the restored one. Raises StoreError: the folder is in use, the copy cannot be used, or the
    database that is replaced cannot be read, so that nobody knows whom to erase again.
    """
    if not files.exists(source):
        raise StoreError(text("store.no-backup", file=str(source)))
    with files.locked(folder):
        database, new = files.database_in(folder), files.restoring_in(folder)
        seal = Seal(read_keys(files.key_in(folder, key_file)))
        files.remove_half_restored(folder)
        try:
            _copy_checked(source, new, seal)
            again = 0
            if files.exists(database):
                again = _bring_up_to_date(new, database, seal)
                _settle(database)
                files.make_private(files.replaced_in(folder), new=True)
                shutil.copyfile(database, files.replaced_in(folder))
            _settle(new)
            files.put_in_place(new, database)
        except OSError:
            raise StoreError(text("store.folder", folder=str(folder))) from None
        finally:
            files.remove_half_restored(folder)
        return again


def _copy(database: Path, target: Path) -> None:
    """Copy a database into an empty file: without what was deleted, and without its log.

    Raises OSError and sqlite3.Error.
    """
    address = f"{database.resolve().as_uri()}?mode=ro"
    with closing(sqlite3.connect(address, uri=True, timeout=_WAIT, isolation_level=None)) as c:
        c.execute("PRAGMA temp_store=MEMORY")
        c.execute("VACUUM INTO ?", (str(target),))


def _copy_checked(source: Path, new: Path, seal: Seal) -> None:
    """A copy of the backup that is whole, that we can read, and with the tables of today."""
    files.make_private(new, new=True)
    try:
        _copy(source, new)
    except sqlite3.Error:
        raise StoreError(text("store.no-backup", file=str(source))) from None
    with closing(sqlite3.connect(new)) as c:
        tables = {name for (name,) in c.execute("SELECT name FROM sqlite_master")}
        whole = c.execute("PRAGMA quick_check").fetchone() == ("ok",)
    if not whole or "alembic_version" not in tables:
        raise StoreError(text("store.no-backup", file=str(source)))
    migrate(new)
    engine = engine_on(new)
    try:
        with engine.begin() as connection:
            privacy.secret_of(connection, seal)
    except StoreError:
        raise StoreError(text("store.backup-other-key", file=str(source))) from None
    finally:
        engine.dispose()


def _bring_up_to_date(new: Path, database: Path, seal: Seal) -> int:
    """Do to the copy what happened since to those who are in it; how many were erased again."""
    restored, replaced = engine_on(new), engine_on(database)
    try:
        with restored.begin() as here, replaced.begin() as there:
            again = _erase_again(here, there, seal)
            _send_nothing_twice(here, there)
            return again
    except (DatabaseError, StoreError):
        raise StoreError(text("store.replaced-unreadable", file=str(database))) from None
    finally:
        restored.dispose()
        replaced.dispose()


def _erase_again(here: Connection, there: Connection, seal: Seal) -> int:
    """Erase from the copy `here` whoever was erased `there` since; how many."""
    secret, their_secret = privacy.secret(here, seal), privacy.secret(there, seal)
    erased, their_erased = privacy.all_erased(here), privacy.all_erased(there)
    chats = here.execute(union(*(select(whose) for _, whose in about_a_chat()))).scalars().all()
    again = 0
    for chat in chats:
        who = privacy.hashed(chat, secret)
        at = their_erased.get(privacy.hashed(chat, their_secret))
        # Somebody who was erased before the copy was made and then came back, stays.
        if at is not None and (who not in erased or erased[who] < at):
            privacy.erase(here, chat)
            privacy.note_erased(here, who, at)
            again += 1
    if secret == their_secret:  # else their hashes mean nothing here
        for who, at in their_erased.items():
            privacy.note_erased(here, who, max(at, erased.get(who, at)))
    return again


def _send_nothing_twice(here: Connection, there: Connection) -> None:
    """What waits in the copy is as far as it came since; what is gone since is not sent."""
    came = select(
        OUTBOX.c.id,
        OUTBOX.c.chat,
        OUTBOX.c.at,
        OUTBOX.c.status,
        OUTBOX.c.attempt,
        OUTBOX.c.repeated,
        OUTBOX.c.not_before,
        OUTBOX.c.done_at,
    )
    since = {row.id: row for row in there.execute(came)}
    waiting = came.where(OUTBOX.c.status.in_(("pending", "sending")))
    for row in here.execute(waiting).all():
        now = since.get(row.id)
        if now is None:
            here.execute(delete(OUTBOX).where(OUTBOX.c.id == row.id))
        elif (now.chat, now.at) == (row.chat, row.at):
            here.execute(update(OUTBOX).where(OUTBOX.c.id == row.id).values(dict(now._mapping)))


def _settle(database: Path) -> None:
    """Put all that is in the log into the file itself, so that the file is the whole database."""
    with closing(sqlite3.connect(database, timeout=_WAIT, isolation_level=None)) as c:
        try:
            (mode,) = c.execute("PRAGMA journal_mode=DELETE").fetchone()
        except sqlite3.OperationalError:
            mode = "in use"
    if mode != "delete" or any(path.exists() for path in files.beside(database)):
        raise StoreError(text("store.in-use", folder=str(database.parent)))
