"""Sealing: what students wrote and heard is unreadable on the disk without the key file.

The key file holds one key a line, the newest first; all of them open, only the first one seals.
Whoever has the database but not this file can read no message and no state.
"""

from __future__ import annotations

import logging
import stat
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from bot.store.files import write_whole
from bot.store.port import StoreError
from bot.text import text

_log = logging.getLogger(__name__)
_NO_MOMENT = 0  # Fernet writes one into every token, readable; when it was is nobody's business


class Seal:
    """Seals with the newest key, opens with any. Never shows a key."""

    def __init__(self, keys: tuple[bytes, ...]) -> None:
        """`keys`: url-safe base64 of 32 bytes each, newest first, at least one."""
        self._newest = Fernet(keys[0])
        self._all = MultiFernet([Fernet(key) for key in keys])

    def seal(self, data: bytes) -> bytes:
        return self._newest.encrypt_at_time(data, _NO_MOMENT)

    def seal_any(self, data: bytes | None) -> bytes | None:
        """The same, for what may be absent."""
        return None if data is None else self.seal(data)

    def open(self, token: bytes) -> bytes:
        """What was sealed. Raises StoreError when none of the keys opens it."""
        try:
            return self._all.decrypt(token)
        except InvalidToken:
            raise StoreError(text("store.unreadable")) from None

    def open_any(self, token: bytes | None) -> bytes | None:
        """The same, for what may be absent."""
        return None if token is None else self.open(token)

    def is_newest(self, token: bytes) -> bool:
        """Whether the newest key alone opens this."""
        try:
            self._newest.decrypt(token)
        except InvalidToken:
            return False
        return True


def new_key() -> bytes:
    return Fernet.generate_key()


def keys_for(key_file: Path, *, database_exists: bool) -> tuple[bytes, ...]:
    """The keys; a first one is made for a new database. Raises StoreError.

    With a database and no key file, a new key would hide that nothing can be read any more.
    """
    if not key_file.exists() and not database_exists:
        write_keys(key_file, (new_key(),))
        _log.warning("A new key was made: keep a copy of it apart from the backups.")
    return read_keys(key_file)


def read_keys(key_file: Path) -> tuple[bytes, ...]:
    """The keys in this file, newest first. Raises StoreError, which never quotes the file."""
    try:
        lines = key_file.read_bytes().splitlines()
        mode = key_file.stat().st_mode
    except FileNotFoundError:
        raise StoreError(text("store.key-missing", file=str(key_file))) from None
    except OSError:
        raise StoreError(text("store.key-unreadable", file=str(key_file))) from None
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        # Not refused: where secrets are mounted, their mode is often not ours to choose.
        _log.warning("The key file can be read by others on this machine; mode 600 is safer.")
    numbered = [(number, line.strip()) for number, line in enumerate(lines, 1) if line.strip()]
    for number, key in numbered:
        if not _is_key(key):
            raise StoreError(text("store.key-broken", file=str(key_file), line=number))
    if not numbered:
        raise StoreError(text("store.key-broken", file=str(key_file), line=1))
    return tuple(key for _, key in numbered)


def write_keys(key_file: Path, keys: tuple[bytes, ...]) -> None:
    """Put these keys in the file, all or none of them. Raises StoreError."""
    try:
        write_whole(key_file, b"".join(key + b"\n" for key in keys))
    except OSError:
        raise StoreError(text("store.key-not-written", file=str(key_file))) from None


def _is_key(key: bytes) -> bool:
    try:
        Fernet(key)
    except ValueError:
        return False
    return True
