"""WHAT IS KEPT: tables, encryption, retention, outbox. The only room that knows SQL.

`port.py` says what the rest of the program may ask; `sql.py` is the answer to it. The files in
between hold plain functions on one connection, inside a transaction that `sql.py` opened.
"""

from bot.store.backup import backup, restore
from bot.store.port import (
    Chat,
    Claimed,
    Clock,
    Outgoing,
    StaleChatError,
    Step,
    Store,
    StoreError,
)
from bot.store.sql import SqlStore, open_store

__all__ = [
    "Chat",
    "Claimed",
    "Clock",
    "Outgoing",
    "SqlStore",
    "StaleChatError",
    "Step",
    "Store",
    "StoreError",
    "backup",
    "open_store",
    "restore",
]
