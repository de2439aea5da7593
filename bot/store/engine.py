"""Connections to the database file, each set up for durable and private storage."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event

_PRAGMAS = (
    "busy_timeout=5000",  # ms to wait for another process, such as a backup
    "journal_mode=WAL",
    "synchronous=FULL",  # what we told Telegram we have survives a power cut
    "foreign_keys=ON",
    "secure_delete=ON",  # what is deleted is overwritten
    "temp_store=MEMORY",  # VACUUM would write a copy of everything into a temporary folder
)
# An error's text or a log line must never quote a student.
_DISCREET: dict[str, Any] = {"hide_parameters": True, "echo": False}
# SQLite has one writer at a time anyway; with one connection the waiting is in fair order, and
# `truncate_log` never meets a reader of our own.
_ONE: dict[str, Any] = {"pool_size": 1, "max_overflow": 0}


def engine_on(database: Path) -> Engine:
    """The one connection of a program. Dispose the engine after use."""
    engine = create_engine(URL.create("sqlite", database=str(database)), **_DISCREET, **_ONE)
    _set_up(engine)
    return engine


def _set_up(engine: Engine) -> None:
    @event.listens_for(engine, "connect")
    def set_up(connection: Any, _: object) -> None:
        connection.isolation_level = None  # the driver begins no transactions; the next hook does
        cursor = connection.cursor()
        for pragma in _PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A transaction that read first could not write later, when another wrote in between; no
        # busy_timeout helps against that.
        connection.exec_driver_sql("BEGIN IMMEDIATE")
