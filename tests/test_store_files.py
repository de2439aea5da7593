"""What is on the disk: who may read it, what can be read in it, and when we refuse to touch it."""

from __future__ import annotations

import asyncio
import datetime as dt
import logging
import random
import sqlite3
import stat
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from bot.store import Chat, Step, StoreError, files, open_store, turns
from bot.store.engine import engine_on
from bot.store.port import Outgoing
from bot.store.seal import Seal, new_key
from bot.store.tables import NOTES
from tests.test_store_contract import ANNA, BRAM, MARK, START, Clock, known, say

CLOCK = Clock()
# Its bytes are not in any file by chance: it has more than 40 bits.
CARLA = 0x07A1B2C3D4E5


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "data"


def _raw(folder: Path) -> bytes:
    """All that is in the folder, byte for byte; the key file aside."""
    return b"".join(path.read_bytes() for path in folder.iterdir() if path.name != files.KEY)


async def _refused(folder: Path, key_file: Path | None = None) -> str:
    with pytest.raises(StoreError) as refusal:
        await open_store(folder, key_file, CLOCK)
    return refusal.value.text.key


async def _make(folder: Path) -> None:
    store = await open_store(folder, None, CLOCK)
    await say(store, ANNA, 1, "een")
    await store.close()


# ---- the folder -------------------------------------------------------------------------------


async def test_only_we_may_read_it(folder: Path) -> None:
    store = await open_store(folder / "deeper", None, CLOCK)
    await say(store, ANNA, 1)
    assert stat.S_IMODE((folder / "deeper").stat().st_mode) == 0o700
    names = {path.name: stat.S_IMODE(path.stat().st_mode) for path in (folder / "deeper").iterdir()}
    assert set(names) == {"key", "lock", "wegwijs.db", "wegwijs.db-wal", "wegwijs.db-shm"}
    assert set(names.values()) == {0o600}
    await store.close()


async def test_one_program_at_a_time(folder: Path) -> None:
    store = await open_store(folder, None, CLOCK)
    assert await _refused(folder) == "store.in-use"
    await store.close()
    await (await open_store(folder, None, CLOCK)).close()


async def test_a_refusal_lets_the_folder_go(folder: Path) -> None:
    await _make(folder)
    key = (folder / "key").rename(folder / "elsewhere")
    assert await _refused(folder) == "store.key-missing"
    key.rename(folder / "key")
    await _still_opens(folder)


async def _still_opens(folder: Path) -> None:
    store = await open_store(folder, None, CLOCK)
    assert (await known(store, ANNA)).state == MARK
    await store.close()


async def test_a_folder_that_cannot_be(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert await _refused(tmp_path / "file" / "data") == "store.folder"


async def test_what_is_no_database(folder: Path) -> None:
    await _make(folder)
    (folder / "wegwijs.db").write_bytes(b"not a database at all " * 500)
    assert await _refused(folder) == "store.damaged"


def test_connections_are_durable_and_private(folder: Path) -> None:
    folder.mkdir()
    expected = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "busy_timeout": 5000,
        "secure_delete": 1,
        "temp_store": 2,
    }
    engine = engine_on(folder / "a.db")
    assert engine.hide_parameters
    assert not engine.echo
    with engine.connect() as connection:
        for name, value in expected.items():
            assert connection.exec_driver_sql(f"PRAGMA {name}").scalar() == value
    engine.dispose()


async def test_another_process_that_writes_is_waited_for(folder: Path) -> None:
    store = await open_store(folder, None, CLOCK)
    other = sqlite3.connect(folder / "wegwijs.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(store.commit(Step(1, Chat(ANNA, "nl"))))
    for _ in range(100):
        await asyncio.sleep(0)
    assert not waiting.done()
    other.execute("COMMIT")
    assert await waiting
    other.close()
    await store.close()


# ---- what can be read -------------------------------------------------------------------------


async def test_nothing_that_was_said_can_be_read(folder: Path) -> None:
    store = await open_store(folder, None, CLOCK)
    step = Step(1, Chat(ANNA, "nl", state=MARK, before=MARK), (Outgoing("send", MARK),))
    await store.commit(step)
    assert MARK not in _raw(folder)
    await store.close()
    assert MARK not in _raw(folder)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, list[bytes]]:
    """Everything that is sealed, by the first word in it: the bytes that are on the disk."""
    tokens: dict[bytes, list[bytes]] = {}
    seal = Seal.seal

    def remembered(self: Seal, data: bytes) -> bytes:
        token = seal(self, data)
        tokens.setdefault(data.partition(b" ")[0], []).append(token)
        return token

    monkeypatch.setattr(Seal, "seal", remembered)
    return tokens


async def test_of_who_was_erased_no_byte_is_left(
    folder: Path, written: dict[bytes, list[bytes]]
) -> None:
    store = await open_store(folder, None, CLOCK)
    carla = Chat(CARLA, "nl", state=b"carla 1", before=b"carla 2")
    await store.commit(Step(1, carla, (Outgoing("send", b"carla 3"),)))
    await store.commit(Step(2, Chat(BRAM, "nl", state=b"bram"), (Outgoing("send", b"bram"),)))
    number = CARLA.to_bytes(6, "big")
    assert len(written[b"carla"]) == 3
    assert all(token in _raw(folder) for token in (*written[b"carla"], number))
    assert await store.forget(CARLA)
    assert not any(token in _raw(folder) for token in (*written[b"carla"], number))
    assert all(token in _raw(folder) for token in written[b"bram"])
    await store.close()


async def test_nor_of_what_was_moved_about_in_the_file(
    folder: Path, written: dict[bytes, list[bytes]]
) -> None:
    """SQLite leaves copies behind when it moves a row to another page; those go as well."""
    await _make(folder)
    keys = tuple((folder / "key").read_bytes().split())
    _talk_a_lot(folder, Seal(keys), chats=60, updates=1500)
    store = await open_store(folder, None, CLOCK)
    for chat in range(60):
        if chat % 3:
            await store.blocked(chat)
    await store.tidy(dt.timedelta(days=1), dt.timedelta(days=1), bytes)
    raw = _raw(folder)
    assert any(token in raw for token in written[b"0"])
    for chat in range(60):
        if chat % 3:
            assert not [token for token in written[str(chat).encode()] if token in raw]
    await store.close()


def _talk_a_lot(folder: Path, seal: Seal, *, chats: int, updates: int) -> None:
    chance = random.Random(2)
    engine = engine_on(folder / "wegwijs.db")
    with engine.begin() as connection:
        for update_id in range(100, 100 + updates):
            id = chance.randrange(chats)
            known = turns.chat(connection, seal, id) or Chat(id, "nl")
            state = b"%d %s" % (id, b"x" * chance.randrange(900))
            out = (Outgoing("send", b"%d %s" % (id, b"y" * chance.randrange(700))),)
            now = Chat(id, "nl", state=state, before=known.state, version=known.version)
            assert turns.commit(connection, seal, START, Step(update_id, now, out))
    engine.dispose()


async def test_a_backup_that_is_being_made_delays_the_overwriting(
    folder: Path, written: dict[bytes, list[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.store.engine._PRAGMAS", ("busy_timeout=10", "journal_mode=WAL"))
    store = await open_store(folder, None, CLOCK)
    await store.commit(Step(1, Chat(CARLA, "nl", state=b"carla")))
    reader = sqlite3.connect(folder / "wegwijs.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM chats").fetchall()
    assert not await store.forget(CARLA)
    assert await store.chat(CARLA) is None
    reader.close()
    await store.close()
    assert not any(token in _raw(folder) for token in written[b"carla"])


async def test_errors_and_logs_quote_nobody(folder: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG, "sqlalchemy")
    store = await open_store(folder, None, CLOCK)

    def twice(words: str) -> None:
        engine = engine_on(folder / "wegwijs.db")
        with engine.begin() as connection:
            for _ in range(2):
                connection.execute(insert(NOTES).values(name=words, value=words))

    with pytest.raises(IntegrityError) as error:
        twice(MARK.decode())
    assert MARK.decode() not in f"{error.value} {error.value!r}"
    step = Step(1, Chat(ANNA, "nl", state=MARK, before=MARK), (Outgoing("send", MARK),))
    assert MARK.decode() not in repr(step)
    await say(store, ANNA, 1, MARK.decode())
    await store.claim(1)
    await store.everything_about(ANNA)
    await store.close()
    assert MARK.decode() not in caplog.text


# ---- keys -------------------------------------------------------------------------------------


async def test_a_key_elsewhere(folder: Path, tmp_path: Path) -> None:
    key = tmp_path / "secret"
    await (await open_store(folder, key, CLOCK)).close()
    assert not (folder / "key").exists()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert await _refused(folder) == "store.key-missing"


async def test_without_its_key_a_database_is_left_alone(folder: Path) -> None:
    await _make(folder)
    (folder / "key").unlink()
    assert await _refused(folder) == "store.key-missing"
    assert not (folder / "key").exists()


async def test_another_key(folder: Path) -> None:
    await _make(folder)
    (folder / "key").write_bytes(new_key())
    assert await _refused(folder) == "store.key-other"


@pytest.mark.parametrize(
    ("content", "line"), [(b"", 1), (b"\n\n", 1), (b"%b\nhunter2\n" % new_key(), 2), (b"\xff", 1)]
)
async def test_what_is_no_key(folder: Path, content: bytes, line: int) -> None:
    folder.mkdir()
    (folder / "key").write_bytes(content)
    with pytest.raises(StoreError) as refusal:
        await open_store(folder, None, CLOCK)
    assert refusal.value.text.key == "store.key-broken"
    assert refusal.value.text.args == {"file": str(folder / "key"), "line": line}


async def test_a_key_file_that_cannot_be_read(folder: Path) -> None:
    await _make(folder)
    (folder / "key").unlink()
    (folder / "key").mkdir()
    assert await _refused(folder) == "store.key-unreadable"


async def test_a_key_that_others_can_read_is_told(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    await _make(folder)
    caplog.clear()
    await _still_opens(folder)
    assert caplog.text == ""
    (folder / "key").chmod(0o644)
    await _still_opens(folder)
    assert "mode 600" in caplog.text


async def test_a_new_key_takes_the_place_of_the_old_one(
    folder: Path, written: dict[bytes, list[bytes]]
) -> None:
    store = await open_store(folder, None, CLOCK)
    await say(store, ANNA, 1, "een")
    old = (folder / "key").read_bytes()
    before = [token for tokens in written.values() for token in tokens]
    assert await store.rotate() == 3  # the chat, its message and the secret of the hashes
    (new,) = (folder / "key").read_bytes().split()
    assert new not in old
    assert not any(token in _raw(folder) for token in before)
    await store.close()
    await _still_opens(folder)
    (folder / "key").write_bytes(old)
    assert await _refused(folder) == "store.key-other"


async def test_a_key_file_that_cannot_be_written(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = await open_store(folder, None, CLOCK)
    await say(store, ANNA, 1, "een")

    def full(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(files, "put_in_place", full)
    with pytest.raises(StoreError) as refusal:
        await store.rotate()
    assert refusal.value.text.key == "store.key-not-written"
    monkeypatch.undo()
    await store.close()
    await _still_opens(folder)


async def test_a_message_that_cannot_be_opened_keeps_nobody_waiting(
    folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = await open_store(folder, None, CLOCK)
    await say(store, ANNA, 1, "een", "twee")
    with sqlite3.connect(folder / "wegwijs.db") as other:
        other.execute("UPDATE outbox SET body = x'00' WHERE id = 1")
    other.close()
    assert await store.claim(9) == []
    assert [c.body for c in await store.claim(9)] == [b"twee"]
    assert "Message 1" in caplog.text
    assert await store.rotate() > 0
    await store.close()


async def test_a_chat_that_cannot_be_opened(folder: Path) -> None:
    store = await open_store(folder, None, CLOCK)
    await say(store, ANNA, 1)
    with sqlite3.connect(folder / "wegwijs.db") as other:
        other.execute("UPDATE chats SET state = x'00'")
    other.close()
    with pytest.raises(StoreError) as refusal:
        await store.chat(ANNA)
    assert refusal.value.text.key == "store.unreadable"
    await store.close()
