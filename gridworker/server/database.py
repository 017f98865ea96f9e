"""The server's embedded database: one SQLCipher file and the key file beside it, readable by this user alone."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from gridworker.errors import DatabaseFromFuture, KeyFileDamaged, ProfileExists, ProfileMissing
from gridworker.files import make_folder, write_atomically
from gridworker.models.days import Clock
from gridworker.server.tables import server_tables
from gridworker.store.audit import TRIGGERS
from gridworker.store.connection import Connection
from gridworker.store.database import Database

DATABASE_FILE, KEY_FILE = "server.db", "server.key"
SCHEMA = 1


@dataclass(frozen=True)
class Domain:
    """The community a server keeps, as it is now. `head` is the newest sequence number."""

    id: bytes
    name: str
    code: str
    practice: bool
    head: int
    server_epoch: bytes
    tree_version: int


class ServerDatabase:
    """One open server folder. Close it when done."""

    def __init__(self, folder: Path, database: Database, pepper: bytes, clock: Clock) -> None:
        self.folder, self.pepper, self.clock = folder, pepper, clock
        self._database = database

    @classmethod
    def create(cls, folder: Path, clock: Clock) -> ServerDatabase:
        """Make an empty server in `folder`. Raises ProfileExists, FolderReadOnly, DiskFull."""
        if (folder / DATABASE_FILE).exists() or (folder / KEY_FILE).exists():
            raise ProfileExists(folder=str(folder))
        make_folder(folder)
        key, pepper = os.urandom(32), os.urandom(32)
        write_key(folder / KEY_FILE, key)
        database = Database(folder / DATABASE_FILE, key, create=True)
        with database.write() as connection:
            for statement in statements():
                connection.exec_driver_sql(statement)
            connection.exec_driver_sql(
                "INSERT INTO server_state (key, value) VALUES ('pepper', ?)", (pepper,)
            )
            connection.exec_driver_sql(f"PRAGMA user_version = {SCHEMA}")
        return cls(folder, database, pepper, clock)

    @classmethod
    def open(cls, folder: Path, clock: Clock) -> ServerDatabase:
        """Open the server in `folder`.

        Raises ProfileMissing, KeyFileDamaged, DatabaseDamaged, DatabaseFromFuture."""
        if not (folder / DATABASE_FILE).exists():
            raise ProfileMissing(folder=str(folder))
        database = Database(folder / DATABASE_FILE, read_key(folder / KEY_FILE))
        with database.read() as connection:
            found = int(connection.exec_driver_sql("PRAGMA user_version").scalar() or 0)
            if found > SCHEMA:
                raise DatabaseFromFuture(found=found, known=SCHEMA)
            pepper = connection.exec_driver_sql(
                "SELECT value FROM server_state WHERE key = 'pepper'"
            ).scalar_one()
        return cls(folder, database, pepper, clock)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._database.read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        with self._database.write() as connection:
            yield connection

    def close(self) -> None:
        self._database.close()


def statements() -> list[str]:
    """Every statement that makes a new server database."""
    dialect = sqlite.dialect()
    made: list[str] = []
    for table in server_tables().sorted_tables:
        made.append(str(CreateTable(table).compile(dialect=dialect)).strip())
        indexes = sorted(table.indexes, key=lambda index: str(index.name))
        made += [str(CreateIndex(index).compile(dialect=dialect)).strip() for index in indexes]
    return [*made, *TRIGGERS]


def write_key(path: Path, key: bytes) -> None:
    """Keep `key` in a file that only this user can read."""
    write_atomically(path, key.hex().encode() + b"\n", private=True)


def read_key(path: Path) -> bytes:
    """Raises KeyFileDamaged when the file is missing or holds no key."""
    try:
        key = bytes.fromhex(path.read_text("ascii").strip())
    except (OSError, ValueError) as error:
        raise KeyFileDamaged(file=str(path)) from error
    if len(key) != 32:
        raise KeyFileDamaged(file=str(path))
    return key


_COLUMNS = "domain_id, name, code, practice, head, server_epoch, tree_version"


def only_domain(connection: Connection) -> Domain:
    """The community of a server that keeps one. Raises ProfileMissing before `init`."""
    row = connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM domain_head LIMIT 1").fetchone()
    if row is None:
        raise ProfileMissing(folder="")
    return Domain(row[0], row[1], row[2], bool(row[3]), row[4], row[5], row[6])


def domain_of(connection: Connection, domain_id: bytes) -> Domain:
    row = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM domain_head WHERE domain_id = ?", (domain_id,)
    ).one()
    return Domain(row[0], row[1], row[2], bool(row[3]), row[4], row[5], row[6])
