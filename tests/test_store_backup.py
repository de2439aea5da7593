"""Copies: whole, never over another file, and with nobody in them who asked to be erased."""

from __future__ import annotations

import asyncio
import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from bot.store import Chat, Step, StoreError, backup, files, open_store, restore
from tests.test_store_contract import ANNA, BRAM, IDLE, MARK, SENT, Clock, claim_one, messages, say

CARLA = 52_000_000_003


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    return tmp_path / "copy.db"


@pytest.fixture
def clock() -> Clock:
    return Clock()


async def _made(folder: Path, copy: Path, clock: Clock) -> None:
    """A database with two people, and a copy of it that was made while it was in use."""
    store = await open_store(folder, None, clock)
    await say(store, ANNA, 1, "een")
    await say(store, BRAM, 2, "b")
    await asyncio.to_thread(backup, folder, copy)
    await store.close()
    clock.forward(hours=1)


async def _people(folder: Path, clock: Clock) -> list[int]:
    store = await open_store(folder, None, clock)
    found = [id for id in (ANNA, BRAM, CARLA) if await store.chat(id) is not None]
    await store.close()
    return found


def _names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def _refused(source: Path, folder: Path, key_file: Path | None = None) -> str:
    with pytest.raises(StoreError) as refusal:
        restore(source, folder, key_file)
    return refusal.value.text.key


def _not_copied(folder: Path, target: Path) -> str:
    with pytest.raises(StoreError) as refusal:
        backup(folder, target)
    return refusal.value.text.key


async def test_a_copy_is_whole_and_ours_alone(folder: Path, copy: Path, clock: Clock) -> None:
    await _made(folder, copy, clock)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert _names(copy.parent) == {"data", "copy.db"}
    assert MARK not in copy.read_bytes()
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("SELECT count(*) FROM chats").fetchone() == (2,)


async def test_a_copy_never_takes_the_place_of_a_file(
    folder: Path, copy: Path, clock: Clock
) -> None:
    await _made(folder, copy, clock)
    before = copy.read_bytes()
    assert _not_copied(folder, copy) == "store.backup-exists"
    assert copy.read_bytes() == before


async def test_what_cannot_be_copied(folder: Path, copy: Path, clock: Clock) -> None:
    assert _not_copied(folder, copy) == "store.no-database"
    await _made(folder, copy, clock)
    assert _not_copied(folder, copy.parent / "nowhere" / "copy.db") == "store.backup-not-written"
    (folder / "wegwijs.db").write_bytes(b"not a database at all " * 500)
    target = copy.parent / "another.db"
    assert _not_copied(folder, target) == "store.damaged"
    assert not target.exists()


async def test_restoring(folder: Path, copy: Path, clock: Clock) -> None:
    await _made(folder, copy, clock)
    store = await open_store(folder, None, clock)
    await say(store, CARLA, 3)
    await store.close()
    before = copy.read_bytes()
    assert restore(copy, folder) == 0
    assert _names(folder) == {"wegwijs.db", "key", "lock"}
    assert stat.S_IMODE((folder / "wegwijs.db").stat().st_mode) == 0o600
    assert copy.read_bytes() == before
    assert await _people(folder, clock) == [ANNA, BRAM]


async def test_restoring_on_a_new_machine(folder: Path, copy: Path, clock: Clock) -> None:
    await _made(folder, copy, clock)
    other = copy.parent / "other"
    assert _refused(copy, other) == "store.key-missing"
    assert restore(copy, other, folder / "key") == 0
    (folder / "key").rename(other / "key")
    assert await _people(other, clock) == [ANNA, BRAM]


async def test_not_while_it_is_in_use(folder: Path, copy: Path, clock: Clock) -> None:
    await _made(folder, copy, clock)
    store = await open_store(folder, None, clock)
    assert _refused(copy, folder) == "store.in-use"
    await store.close()
    with closing(sqlite3.connect(folder / "wegwijs.db")) as other:
        other.execute("SELECT * FROM chats").fetchone()
        other.execute("BEGIN")
        other.execute("SELECT * FROM chats").fetchone()
        assert _refused(copy, folder) == "store.in-use"
    assert await _people(folder, clock) == [ANNA, BRAM]


async def test_who_was_erased_since_is_erased_again(folder: Path, copy: Path, clock: Clock) -> None:
    await _made(folder, copy, clock)
    store = await open_store(folder, None, clock)
    await store.forget(ANNA)
    await store.close()
    assert restore(copy, folder) == 1
    assert await _people(folder, clock) == [BRAM]
    assert restore(copy, folder) == 1  # the list of who was erased came along
    store = await open_store(folder, None, clock)
    assert not any((await store.everything_about(ANNA)).values())
    await store.close()


async def test_also_after_the_key_was_changed(folder: Path, copy: Path, clock: Clock) -> None:
    await _made(folder, copy, clock)
    old = (folder / "key").read_bytes()
    store = await open_store(folder, None, clock)
    await store.forget(ANNA)
    await store.rotate()
    await store.close()
    assert _refused(copy, folder) == "store.backup-other-key"
    assert await _people(folder, clock) == [BRAM]
    with (folder / "key").open("ab") as file:
        file.write(old)
    assert restore(copy, folder) == 1
    assert await _people(folder, clock) == [BRAM]


async def test_who_came_back_before_the_copy_stays(folder: Path, copy: Path, clock: Clock) -> None:
    store = await open_store(folder, None, clock)
    await say(store, ANNA, 10)
    await store.forget(ANNA)
    await store.close()
    clock.forward(hours=1)
    await _made(folder, copy, clock)
    assert restore(copy, folder) == 0
    assert await _people(folder, clock) == [ANNA, BRAM]


async def test_a_copy_of_another_database(folder: Path, copy: Path, clock: Clock) -> None:
    """The lists of two databases cannot be compared, but people can be looked up in both."""
    await _made(folder, copy, clock)
    other = copy.parent / "other"
    store = await open_store(other, folder / "key", clock)
    await say(store, CARLA, 1)
    await store.forget(ANNA)
    await store.close()
    assert restore(copy, other, folder / "key") == 1
    (other / "key").write_bytes((folder / "key").read_bytes())
    assert await _people(other, clock) == [BRAM]


async def test_nothing_is_sent_again_that_was_sent_since(
    folder: Path, copy: Path, clock: Clock
) -> None:
    store = await open_store(folder, None, clock)
    await say(store, ANNA, 1, "sent", "waits")
    await say(store, BRAM, 2, "dropped")
    await store.commit(Step(3, Chat(CARLA, "nl"), messages("failed", "being sent")))
    backup(folder, copy)
    await store.sent(await claim_one(store), 100)
    await store.blocked(BRAM)
    _, third = await store.claim(9)
    await store.failed_to_send(third.id, "BadRequest")
    await store.claim(9)
    await say(store, BRAM, 4, "since")
    await store.close()

    restore(copy, folder)
    store = await open_store(folder, None, clock)
    assert await store.claim(9) == []
    assert await store.recover(lambda kind: True) == 2
    claimed = await store.claim(9)
    assert [(c.body, c.repeated) for c in claimed] == [(b"waits", True), (b"being sent", True)]
    await store.close()


@pytest.mark.parametrize("content", [b"", b"not a database at all " * 500])
async def test_what_is_no_copy(folder: Path, copy: Path, clock: Clock, content: bytes) -> None:
    await _made(folder, copy, clock)
    copy.write_bytes(content)
    assert _refused(copy, folder) == "store.no-backup"
    copy.unlink()
    assert _refused(copy, folder) == "store.no-backup"
    assert await _people(folder, clock) == [ANNA, BRAM]


async def test_half_a_copy_and_another_database(folder: Path, copy: Path, clock: Clock) -> None:
    await _made(folder, copy, clock)
    whole = copy.read_bytes()
    copy.write_bytes(whole[: len(whole) // 2])
    assert _refused(copy, folder) == "store.no-backup"
    copy.unlink()
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("CREATE TABLE recipes (name TEXT)")
    assert _refused(copy, folder) == "store.no-backup"
    assert await _people(folder, clock) == [ANNA, BRAM]


async def test_the_copy_of_a_newer_program(folder: Path, copy: Path, clock: Clock) -> None:
    await _made(folder, copy, clock)
    with closing(sqlite3.connect(copy)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    assert _refused(copy, folder) == "store.newer"
    assert _names(folder) == {"wegwijs.db", "key", "lock"}


async def test_a_damaged_database_is_moved_away_by_hand(
    folder: Path, copy: Path, clock: Clock
) -> None:
    """We do not know whom to erase again; to go on without that is for a person to decide."""
    await _made(folder, copy, clock)
    (folder / "wegwijs.db").write_bytes(b"not a database at all " * 500)
    assert _refused(copy, folder) == "store.replaced-unreadable"
    (folder / "wegwijs.db").rename(copy.parent / "damaged.db")
    assert restore(copy, folder) == 0
    assert await _people(folder, clock) == [ANNA, BRAM]


async def test_what_a_killed_restore_left_is_removed(
    folder: Path, copy: Path, clock: Clock
) -> None:
    await _made(folder, copy, clock)
    for path in (files.restoring_in(folder), files.replaced_in(folder)):
        path.write_bytes(copy.read_bytes())
    assert await _people(folder, clock) == [ANNA, BRAM]
    assert _names(folder) == {"wegwijs.db", "key", "lock"}


async def test_who_was_erased_long_ago_is_erased_as_idle(
    folder: Path, copy: Path, clock: Clock
) -> None:
    """The list of the erased is not kept for ever; that brings nobody back."""
    await _made(folder, copy, clock)
    store = await open_store(folder, None, clock)
    await store.forget(ANNA)
    clock.forward(days=366)
    await store.tidy(IDLE, SENT, bytes)
    await store.close()
    assert restore(copy, folder) == 0
    store = await open_store(folder, None, clock)
    await store.tidy(IDLE, SENT, bytes)
    assert await store.chat(ANNA) is None
    await store.close()
