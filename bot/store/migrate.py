"""The tables of a database made as this program knows them, by the steps in `migrations/`.

A change to `tables.py` needs a new step in `migrations/versions/`, written by hand after the
example of the last one. `tests/test_store_migrations.py` says whether the two agree.
"""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError, OperationalError

from bot.store.engine import engine_on
from bot.store.port import StoreError
from bot.text import text

_FOLDER = Path(__file__).parent / "migrations"


def migrate(database: Path, revision: str = "head") -> None:
    """Bring the database to this revision, whole or not at all.

    Raises StoreError for the database of a newer program than this one, which is not touched, for
    a file that is no database and for a disk that takes nothing.
    """
    engine = engine_on(database)
    try:
        with engine.begin() as connection:
            if not _known(connection):
                raise StoreError(text("store.newer", file=str(database)))
            config = configuration(connection)
            if revision == "base":
                command.downgrade(config, revision)
            else:
                command.upgrade(config, revision)
    except OperationalError:
        raise StoreError(text("store.folder", folder=str(database.parent))) from None
    except DatabaseError:
        raise StoreError(text("store.damaged", file=str(database))) from None
    finally:
        engine.dispose()


def is_current(database: Path) -> bool:
    """Whether the database is as this program knows it."""
    engine = engine_on(database)
    try:
        with engine.begin() as connection:
            taken = MigrationContext.configure(connection).get_current_heads()
        return set(taken) == set(ScriptDirectory(str(_FOLDER)).get_heads())
    except DatabaseError:
        raise StoreError(text("store.damaged", file=str(database))) from None
    finally:
        engine.dispose()


def configuration(connection: Connection) -> Config:
    """Alembic's settings for working on this connection, within its transaction."""
    config = Config()
    # Alembic reads % as the beginning of a name.
    config.set_main_option("script_location", str(_FOLDER).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _known(connection: Connection) -> bool:
    """Whether this program has heard of all steps that were taken on this database."""
    steps = ScriptDirectory(str(_FOLDER)).walk_revisions()
    taken = MigrationContext.configure(connection).get_current_heads()
    return set(taken) <= {step.revision for step in steps}
