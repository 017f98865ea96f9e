"""The version of the server's database: making a new one, refusing one from the future, migrating an old one. Written
once, in the embedded database's words; PostgreSQL's differ in the names of types and in the guard of the audit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from gridworker.errors import DatabaseFromFuture
from gridworker.server.tables import server_tables
from gridworker.store.audit import TRIGGERS
from gridworker.store.connection import Connection

#: The newest revision in server/migrations/versions.
HEAD = 5
_TYPES = {
    "BLOB": "BYTEA",
    "INTEGER": "BIGINT",
    "TEXT": 'TEXT COLLATE "C"',
}  # ordered by bytes, as wide as there
_TABLE = re.compile(r'CREATE TABLE "?(\w+)"?')
_INDEX = re.compile(r"CREATE (?:UNIQUE )?INDEX (\w+)")
_POSTGRES_GUARD = (
    """CREATE FUNCTION audit_append_only() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN RAISE EXCEPTION 'audit is append-only'; END $$""",
    """CREATE TRIGGER audit_no_change BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
    FOR EACH STATEMENT EXECUTE FUNCTION audit_append_only()""",
)


def is_postgres(connection: Connection) -> bool:
    return type(connection.connection.driver_connection).__module__.startswith("psycopg")


def in_words_of(connection: Connection, statement: str) -> str:
    """A definition written for the embedded database, as the connected one wants it."""
    if not is_postgres(connection):
        return statement
    typed = re.sub(r"\b(BLOB|INTEGER|TEXT)\b", lambda found: _TYPES[found[0]], statement)
    return re.sub(r"\s+WITHOUT ROWID\Z", "", typed)


def definitions() -> list[str]:
    """Tables and indexes of version HEAD, in the embedded database's words."""
    dialect = sqlite.dialect()
    made: list[str] = []
    for table in server_tables().sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        made += [str(CreateIndex(index).compile(dialect=dialect)).strip() for index in indexes]
    return made


def guards(connection: Connection) -> tuple[str, ...]:
    """What keeps everybody, this program too, from editing the audit chain."""
    return _POSTGRES_GUARD if is_postgres(connection) else TRIGGERS


def create(connection: Connection) -> None:
    """Make every table of version HEAD in an empty database."""
    for statement in definitions():
        connection.exec_driver_sql(in_words_of(connection, statement))
    for statement in guards(connection):
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(
        "CREATE TABLE alembic_version (version_num VARCHAR(32) NOT NULL, "
        "CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
    )
    connection.exec_driver_sql("INSERT INTO alembic_version VALUES (?)", (f"{HEAD:04d}",))


def reshape(connection: Connection, statements: Sequence[str]) -> None:
    """For a revision: bring tables to these definitions, rows kept. A table that is there already is built anew, since
    the embedded database cannot loosen a column; its indexes are among `statements`."""
    for statement in statements:
        words = in_words_of(connection, statement)
        table = _TABLE.match(statement)
        index = _INDEX.match(statement)
        if index:
            connection.exec_driver_sql(f"DROP INDEX IF EXISTS {index[1]}")
        if table is None or not _has_table(connection, table[1]):
            connection.exec_driver_sql(words)
            continue
        kept = ", ".join(columns_of(connection, table[1]))
        connection.exec_driver_sql(f'ALTER TABLE "{table[1]}" RENAME TO old_{table[1]}')
        connection.exec_driver_sql(words)
        connection.exec_driver_sql(f'INSERT INTO "{table[1]}" ({kept}) SELECT {kept} FROM old_{table[1]}')
        connection.exec_driver_sql(f"DROP TABLE old_{table[1]}")


def columns_of(connection: Connection, table: str) -> list[str]:
    """The names of a table's columns, in their order."""
    if is_postgres(connection):
        sql = "SELECT column_name FROM information_schema.columns WHERE table_name = ? ORDER BY ordinal_position"
    else:
        sql = "SELECT name FROM pragma_table_info(?) ORDER BY cid"
    return [row[0] for row in connection.exec_driver_sql(sql, (table,)).fetchall()]


def measure(connection: Connection) -> None:
    """After much was written at once: let PostgreSQL see how large its tables are. Until it has, it takes a community
    for a handful of rows and reads all of it where an index would do. (By itself it looks only a minute later.)"""
    if is_postgres(connection):
        connection.exec_driver_sql("ANALYZE")


def drop(connection: Connection) -> None:
    """Take every table away again, of a PostgreSQL database in which founding failed."""
    for table in reversed(server_tables().sorted_tables):
        connection.exec_driver_sql(f"DROP TABLE {table.name}")
    connection.exec_driver_sql("DROP TABLE alembic_version")
    connection.exec_driver_sql("DROP FUNCTION audit_append_only()")


def version(connection: Connection) -> int:
    """0 for a database without a server's tables."""
    if _has_table(connection, "alembic_version"):
        found = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
        return int(found or 0)
    return 1 if _has_table(connection, "domain_head") else 0  # made before versions were noted


def _has_table(connection: Connection, name: str) -> bool:
    known = "pg_tables" if is_postgres(connection) else "sqlite_master"
    column = "tablename" if is_postgres(connection) else "name"
    return (
        connection.exec_driver_sql(f"SELECT 1 FROM {known} WHERE {column} = ?", (name,)).scalar() is not None
    )


def make_current(connection: Any, scripts: Path | None = None, head: int = HEAD) -> None:
    """Bring the database to version `head` in the transaction of `connection`, which is SQLAlchemy's.

    Raises DatabaseFromFuture."""
    found = version(connection)
    if found > head:
        raise DatabaseFromFuture(found=found, known=head)
    if found == head:
        return
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(scripts or Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    if found and not _has_table(connection, "alembic_version"):
        command.stamp(config, f"{found:04d}")
    command.upgrade(config, f"{head:04d}")
