"""A whole server from one place to another: from a folder or a PostgreSQL database into an empty folder or an empty
database. Every table, row by row in the order of its key, as of one moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Table

from gridworker.server import recovery, schema
from gridworker.server.database import ServerDatabase
from gridworker.server.tables import server_tables
from gridworker.store.connection import Connection

#: Rows read and written at a time.
RUN = 2_000


def copy_all(source: ServerDatabase, target: ServerDatabase) -> int:
    """Copy every row of `source`, as it is at this moment, into the empty `target`. Returns how many there were.

    One transaction on each side: the target has everything or nothing."""
    total = 0
    with source.read() as there, target.write() as here:
        for table in server_tables().sorted_tables:
            if table.name == "server_state":
                here.exec_driver_sql("DELETE FROM server_state")
            columns = [column.name for column in table.columns]
            marks = ", ".join("?" * len(columns))
            insert = f"INSERT INTO {table.name} ({_names(columns)}) VALUES ({marks})"
            for rows in _runs(there, table, columns):
                here.exec_driver_sql(insert, rows)
                total += len(rows)
        schema.measure(here)
    return total


def _names(columns: Sequence[str]) -> str:
    return ", ".join(columns)


def _runs(connection: Connection, table: Table, columns: Sequence[str]) -> Iterator[list[tuple[Any, ...]]]:
    key = [column.name for column in table.primary_key.columns]
    places = [columns.index(name) for name in key]
    after: tuple[Any, ...] | None = None
    while True:
        marks = ", ".join("?" * len(key))
        condition = f" WHERE ({_names(key)}) > ({marks})" if after else ""
        rows = connection.exec_driver_sql(
            f"SELECT {_names(columns)} FROM {table.name}{condition} ORDER BY {_names(key)} LIMIT {RUN}",
            after or (),
        ).fetchall()
        if rows:
            yield rows
        if len(rows) < RUN:
            return
        after = tuple(rows[-1][place] for place in places)


def begin_new_life(database: ServerDatabase) -> None:
    """After a restore: nobody takes this server's numbers for those seen before, and devices offer again what they
    had sent since the copy was made."""
    now = database.clock.milliseconds()
    with database.write() as connection:
        domains = connection.exec_driver_sql(
            "SELECT domain_id FROM domain_head ORDER BY domain_id"
        ).fetchall()
        for (domain_id,) in domains:
            recovery.begin(connection, domain_id, now)
