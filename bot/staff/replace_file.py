"""A file of the catalogue becomes another, whole or not at all."""

from __future__ import annotations

import shutil
from contextlib import suppress
from pathlib import Path

from bot.store.files import put_in_place


def put_changed(path: Path, before: bytes | None, content: bytes) -> bool:
    """Put this in the place of what stood there when it was made; None: there was no file.

    False where something else stands there by now: nothing is written then. Raises OSError.
    """
    path = path.resolve()
    try:
        now: bytes | None = path.read_bytes()
    except FileNotFoundError:
        now = None
    if now != before:
        return False
    if before is None:
        path.write_bytes(content)
    else:
        replace_file(path, content)
    return True


def replace_file(path: Path, content: bytes) -> None:
    """Put this in the place of what is there: a crash leaves the old file. Raises OSError."""
    # Hidden, so that whoever reads the catalogue meanwhile does not take it for one of its files.
    beside = path.with_name(f".{path.name}.new")
    try:
        beside.write_bytes(content)
        shutil.copymode(path, beside)
        put_in_place(beside, path)
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
