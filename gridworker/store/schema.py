"""The version of the database file: making a new one, refusing one from the future, migrating an old one after a
backup. SQLAlchemy and Alembic are imported only when there is something to make or to migrate."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from gridworker.errors import DatabaseDamaged, DatabaseFromFuture
from gridworker.store.audit import TRIGGERS
from gridworker.store.database import Database
from gridworker.store.progress import Progress, silent
from gridworker.store.search import definitions

#: The newest revision in store/migrations/versions; kept in the file as PRAGMA user_version.
HEAD = 6


def statements() -> list[str]:
    """Every statement that makes a new database of version HEAD."""
    from sqlalchemy.dialects import sqlite
    from sqlalchemy.schema import CreateIndex, CreateTable

    from gridworker.store.tables import client_tables

    dialect = sqlite.dialect()
    made: list[str] = []
    for table in client_tables().sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        made += [str(CreateIndex(index).compile(dialect=dialect)).strip() for index in indexes]
    return [*made, *TRIGGERS, *definitions()]


def create(database: Database) -> None:
    """Make every table in an empty file, in one transaction."""
    with database.write() as connection:
        for statement in statements():
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(
            "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
            "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
        )
        connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (f"{HEAD:04d}",))
        connection.exec_driver_sql(f"PRAGMA user_version = {HEAD}")


def version(database: Database) -> int:
    with database.read() as connection:
        return int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)


def make_current(
    database: Database,
    backup: Callable[[], Path],
    scripts: Path | None = None,
    head: int = HEAD,
    progress: Progress = silent,
) -> None:
    """Bring the file to version `head`, after `backup()`, or leave it untouched. `progress` hears of the steps
    "change" and "links".

    Raises DatabaseFromFuture for a newer file and DatabaseDamaged for one that holds no tables."""
    found = version(database)
    if found == head:
        return
    if found > head:
        raise DatabaseFromFuture(found=found, known=head)
    if found == 0:
        raise DatabaseDamaged(path=str(database.path), why="no tables")
    backup()
    _migrate(database, scripts or Path(__file__).parent / "migrations", head, progress)


def _migrate(database: Database, scripts: Path, head: int, progress: Progress) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts))
    with database.unforeign() as connection:
        config.attributes["connection"] = connection
        progress("change", 0, 0)
        command.upgrade(config, f"{head:04d}")
        progress("links", 0, 0)
        broken: Any = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone()
        if broken:
            raise DatabaseDamaged(path=str(database.path), why=f"foreign key {broken[0]}")
        connection.exec_driver_sql(f"PRAGMA user_version = {head}")
