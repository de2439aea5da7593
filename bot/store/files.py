"""The files in the data folder: where they are, who may read them, and one program at a time."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

from bot.store.port import StoreError
from bot.text import text

DATABASE = "wegwijs.db"
KEY = "key"
_LOCK = "lock"
_RESTORING, _REPLACED = ".restoring", ".replaced"  # behind the name of the database
_BESIDE = ("-wal", "-shm", "-journal")  # what SQLite puts next to a database
_FILE_MODE, _FOLDER_MODE = 0o600, 0o700


def database_in(folder: Path) -> Path:
    return folder / DATABASE


def key_in(folder: Path, key_file: Path | None) -> Path:
    """Where the keys are: the file that was given, or the one in the data folder."""
    return key_file if key_file is not None else folder / KEY


def exists(database: Path) -> bool:
    """Whether this database was ever begun; a file without content was not."""
    return database.is_file() and database.stat().st_size > 0


def beside(database: Path) -> tuple[Path, ...]:
    """The files that SQLite keeps next to a database while it is in use."""
    return tuple(database.with_name(database.name + ending) for ending in _BESIDE)


def remove(database: Path) -> None:
    """Remove a database and what is beside it, where they are there."""
    for path in (database, *beside(database)):
        path.unlink(missing_ok=True)


def restoring_in(folder: Path) -> Path:
    """The copy that is being made ready to take the database's place."""
    return folder / (DATABASE + _RESTORING)


def replaced_in(folder: Path) -> Path:
    """The database that is being replaced, kept until it is."""
    return folder / (DATABASE + _REPLACED)


def remove_half_restored(folder: Path) -> None:
    """Remove what a restore left that was killed; whatever it came to, the database is whole."""
    remove(restoring_in(folder))
    remove(replaced_in(folder))


def lock(folder: Path) -> FileLock:
    """Make the folder when absent and take it. Raises StoreError when another has it.

    The lock is let go with `release()`, or by the system when the process ends.
    """
    held = FileLock(folder / _LOCK, timeout=0, mode=_FILE_MODE, thread_local=False)
    try:
        folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
        held.acquire()
    except Timeout:
        raise StoreError(text("store.in-use", folder=str(folder))) from None
    except OSError:
        raise StoreError(text("store.folder", folder=str(folder))) from None
    return held


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """The folder is ours for a while. Raises StoreError when another has it."""
    held = lock(folder)
    try:
        yield
    finally:
        held.release()


def make_private(path: Path, *, new: bool = False) -> None:
    """Make an empty file that only we may read. With `new`, raises FileExistsError for an old one.

    SQLite gives the files beside a database the same mode.
    """
    flags = os.O_CREAT | os.O_WRONLY | (os.O_EXCL if new else 0)
    os.close(os.open(path, flags, _FILE_MODE))


def write_whole(path: Path, content: bytes) -> None:
    """Replace a file, so that after a crash it has its old or its new content. Raises OSError."""
    half = path.with_name(path.name + ".new")
    half.unlink(missing_ok=True)
    make_private(half, new=True)
    half.write_bytes(content)
    put_in_place(half, path)


def put_in_place(new: Path, path: Path) -> None:
    """Let `new` take the place of `path`, after both are safely on the disk. Raises OSError."""
    _sync(new)
    new.replace(path)
    _sync(path.parent)


def _sync(path: Path) -> None:
    opened = os.open(path, os.O_RDONLY)
    try:
        os.fsync(opened)
    finally:
        os.close(opened)
