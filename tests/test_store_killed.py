"""Killed at any moment: real processes, stopped dead between two statements or two files.

Each scenario runs in a process that kills itself at the first moment, then in one that does so at
the second, and so on until one comes to the end. After each, all or nothing must have happened.
"""

from __future__ import annotations

import asyncio
import dataclasses
import multiprocessing
import os
import shutil
import signal
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, event

from bot.store import SqlStore, Step, backup, files, open_store, restore
from tests.test_store_contract import ANNA, BRAM, MARK, Clock, known, messages, say

T = TypeVar("T")
_AFTER = b"after"
_PROCESSES = multiprocessing.get_context("forkserver")
_PROCESSES.set_forkserver_preload([__name__])


class _Fuse:
    """Burns down by one at every moment, and then kills the process."""

    def __init__(self, moments: int) -> None:
        self.left = moments

    def burn(self, *_: object, **__: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def lay(self) -> None:
        """From here on, there is a moment before and after every statement, commit and file."""
        for name in ("before_cursor_execute", "after_cursor_execute", "commit"):
            event.listen(Engine, name, self.burn)
        put_in_place = files.put_in_place

        def burning(new: Path, path: Path) -> None:
            self.burn()
            put_in_place(new, path)
            self.burn()

        files.put_in_place = burning


def _in_store(work: Callable[[SqlStore], Awaitable[Any]], moments: int, folder: Path) -> None:
    async def scenario() -> None:
        store = await open_store(folder, None, Clock())
        _Fuse(moments).lay()
        await work(store)
        await store.close()

    asyncio.run(scenario())


async def _a_turn(store: SqlStore) -> None:
    chat = await known(store, ANNA)
    now = dataclasses.replace(chat, state=_AFTER)
    await store.commit(Step(2, now, messages("een", "twee"), ("said",)))


async def _forget(store: SqlStore) -> None:
    await store.forget(ANNA)


async def _rotate(store: SqlStore) -> None:
    await store.rotate()


def turn(moments: int, folder: Path) -> None:
    _in_store(_a_turn, moments, folder)


def forget(moments: int, folder: Path) -> None:
    _in_store(_forget, moments, folder)


def rotate(moments: int, folder: Path) -> None:
    _in_store(_rotate, moments, folder)


def first_start(moments: int, folder: Path) -> None:
    shutil.rmtree(folder)
    _Fuse(moments).lay()
    asyncio.run(_make(folder))


def bring_back(moments: int, folder: Path) -> None:
    _Fuse(moments).lay()
    restore(folder.parent / "copy.db", folder)


async def _make(folder: Path) -> None:
    store = await open_store(folder, None, Clock())
    await say(store, ANNA, 1)
    await store.close()


def _killed(
    scenario: Callable[[int, Path], None], tmp_path: Path, every: int = 1
) -> Iterator[Path]:
    """The folder as the scenario left it, for each (or every so many) moments of being killed."""
    asyncio.run(_make(tmp_path / "data"))
    backup(tmp_path / "data", tmp_path / "copy.db")
    for moments in range(1, 200, every):
        folder = tmp_path / str(moments) / "data"
        shutil.copytree(tmp_path / "data", folder)
        shutil.copy(tmp_path / "copy.db", folder.parent)
        process = _PROCESSES.Process(target=scenario, args=(moments, folder))
        process.start()
        process.join(60)
        assert process.exitcode in (0, -signal.SIGKILL)
        yield folder
        if process.exitcode == 0:
            assert moments > 4, "it was never killed"
            return
    raise AssertionError("it never came to its end")


async def _with_store(folder: Path, look: Callable[[SqlStore], Awaitable[T]]) -> T:
    store = await open_store(folder, None, Clock())
    try:
        return await look(store)
    finally:
        await store.close()


def test_a_turn(tmp_path: Path) -> None:
    async def look(store: SqlStore) -> bool:
        done = await store.seen(2)
        assert (await known(store, ANNA)).state == (_AFTER if done else MARK)
        assert len((await store.everything_about(ANNA))["outbox"]) == (2 if done else 0)
        assert bool(await store.counts(Clock().now.date())) == done
        await _a_turn(store)  # Telegram sends it again
        assert len((await store.everything_about(ANNA))["outbox"]) == 2
        return done

    done = [asyncio.run(_with_store(folder, look)) for folder in _killed(turn, tmp_path)]
    assert done == sorted(done)
    assert not done[0]


def test_an_erasure(tmp_path: Path) -> None:
    async def look(store: SqlStore) -> bool:
        done = await store.chat(ANNA) is None
        assert any((await store.everything_about(ANNA)).values()) != done
        return done

    for folder in _killed(forget, tmp_path):
        done = asyncio.run(_with_store(folder, look))
        # The list of who was erased is as far as the erasure itself.
        assert restore(folder.parent / "copy.db", folder) == (1 if done else 0)


def test_a_new_key(tmp_path: Path) -> None:
    async def look(store: SqlStore) -> None:
        assert (await known(store, ANNA)).state == MARK
        await store.rotate()
        assert (await known(store, ANNA)).state == MARK

    for folder in _killed(rotate, tmp_path):
        asyncio.run(_with_store(folder, look))
        assert len((folder / "key").read_bytes().split()) == 1


def test_the_first_start(tmp_path: Path) -> None:
    async def look(store: SqlStore) -> None:
        assert await store.seen(1) == (await store.chat(ANNA) is not None)
        await say(store, BRAM, 9)

    for folder in _killed(first_start, tmp_path, every=5):
        asyncio.run(_with_store(folder, look))


def test_a_restore(tmp_path: Path) -> None:
    async def look(store: SqlStore) -> None:
        assert (await known(store, ANNA)).state == MARK

    for folder in _killed(bring_back, tmp_path):
        asyncio.run(_with_store(folder, look))
        assert {path.name for path in folder.iterdir()} == {"wegwijs.db", "key", "lock"}
