"""The steps in migrations/ and the tables in the code agree, and go up and down."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.script import ScriptDirectory

from bot.store import StoreError
from bot.store.engine import engine_on
from bot.store.migrate import configuration, migrate
from bot.store.tables import CHATS, METADATA, about_a_chat, sealed


def _tables(database: Path) -> set[str]:
    with closing(sqlite3.connect(database)) as connection:
        found = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return {name for (name,) in found if not name.startswith("sqlite_")}


def test_the_steps_make_the_tables_of_the_code(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    migrate(database)
    assert _tables(database) == {*METADATA.tables, "alembic_version"}
    engine = engine_on(database)
    with engine.begin() as connection:
        command.check(configuration(connection))
        assert len(ScriptDirectory.from_config(configuration(connection)).get_heads()) == 1
    engine.dispose()


def test_up_and_down(tmp_path: Path) -> None:
    database = tmp_path / "a % b.db"
    migrate(database)
    migrate(database, "base")
    assert _tables(database) == {"alembic_version"}
    migrate(database)
    migrate(database)
    assert "chats" in _tables(database)


def test_the_database_of_a_newer_program_is_left_alone(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    migrate(database)
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = database.read_bytes()
    with pytest.raises(StoreError) as refusal:
        migrate(database)
    assert refusal.value.text.key == "store.newer"
    assert database.read_bytes() == before


def test_a_step_that_fails_changes_nothing(tmp_path: Path) -> None:
    database = tmp_path / "a.db"
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("CREATE TABLE outbox (mine INTEGER)")  # so that the first step fails
    with pytest.raises(StoreError):
        migrate(database)
    assert _tables(database) == {"outbox"}


def test_every_table_about_a_person_is_shown_and_erased_by_its_chat_column() -> None:
    about = {table.name for table, _ in about_a_chat()}
    assert about == {"chats", "outbox", "due", "cases", "case_words", "consents", "accounts"}
    # Whatever else a table is about, it has nothing sealed (but our own secrets) and no chat.
    for name, table in METADATA.tables.items():
        if name not in about:
            # Notes of staff are erased with their case; students do not get to see them. Reviews
            # are about offerings, and from staff.
            assert not sealed(table) or name in ("secrets", "case_notes", "reviews")
            assert not [column for column in table.c if "chat" in column.name]
    assert len(sealed(CHATS)) == 2
