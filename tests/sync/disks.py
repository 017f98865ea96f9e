"""Disks without room: every write after the first few fails as SQLite says it does, or a database may not grow by a
page."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

from sqlcipher3 import dbapi2

from gridworker.store.connection import DriverConnection
from gridworker.store.database import Database

_WRITES = ("INSERT", "UPDATE", "DELETE", "REPLACE")


class _Room:
    """Room for so many statements more; a transaction that wrote needs it for its end, too."""

    def __init__(self, left: int) -> None:
        self.left, self.wrote = left, False

    def take(self, statement: str) -> None:
        word = statement.lstrip()[:8].upper()
        if word.startswith("BEGIN"):
            self.wrote = False
        elif word.startswith(_WRITES) or (word.startswith("COMMIT") and self.wrote):
            self.left, self.wrote = self.left - 1, True
            if self.left < 0:
                raise dbapi2.OperationalError("database or disk is full")


class _Filling:
    """The driver's connection, or a cursor of it, on a disk with this room."""

    def __init__(self, driver: Any, room: _Room) -> None:
        self._driver, self._room = driver, room

    def execute(self, statement: str, *values: Any) -> Any:
        self._room.take(statement)
        return self._driver.execute(statement, *values)

    def executemany(self, statement: str, rows: Any) -> Any:
        self._room.take(statement)
        return self._driver.executemany(statement, rows)

    def cursor(self) -> Any:
        return _Filling(self._driver.cursor(), self._room)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._driver, name)


@contextlib.contextmanager
def filling(database: Database, writes: int) -> Iterator[None]:
    """The disk of `database` takes so many statements more that write, and then none."""
    room, lend = _Room(writes), database._pool.lend

    @contextlib.contextmanager
    def lent() -> Iterator[DriverConnection]:
        with lend() as connection:
            yield DriverConnection(_Filling(connection.driver_connection, room))

    with patch.object(database._pool, "lend", lent):
        yield


@contextlib.contextmanager
def full(database: Database) -> Iterator[None]:
    """The file of `database` may not grow: SQLite itself refuses what needs another page, and takes what does not."""
    with database.bare() as raw:
        (pages,) = raw.execute("PRAGMA page_count").fetchone()
        raw.execute(f"PRAGMA max_page_count = {pages}")
    try:
        yield
    finally:
        with database.bare() as raw:
            raw.execute("PRAGMA max_page_count = 4294967294")
