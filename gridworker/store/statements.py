"""Runs one prepared statement straight on the driver's connection of an open transaction: on the few paths that every
save takes, result objects would cost more than the statements themselves (docs/decisions/0011)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from gridworker.store.connection import Connection


def run(connection: Connection, sql: str, values: Sequence[Any] | Mapping[str, Any] = ()) -> Any:
    """Execute `sql` once, with a mapping where it names its values; returns the driver's cursor (iterate it,
    `fetchone`, `fetchall`)."""
    driver: Any = connection.connection.driver_connection
    return driver.execute(sql, values)


def run_many(connection: Connection, sql: str, rows: Sequence[Sequence[Any]]) -> None:
    """Execute `sql` for each of `rows`."""
    driver: Any = connection.connection.driver_connection
    driver.cursor().executemany(sql, rows)


def scalar(connection: Connection, sql: str, values: Sequence[Any] = ()) -> Any:
    """The first column of the first row, or None."""
    row = run(connection, sql, values).fetchone()
    return row[0] if row else None
