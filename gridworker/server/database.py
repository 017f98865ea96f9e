"""The server's database by its two addresses: a folder with one SQLCipher file and its key beside it, readable by
this user alone, or the URL of a PostgreSQL database. What is done in it is the same."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from gridworker.errors import KeyFileDamaged, ProfileExists, ProfileMissing
from gridworker.files import make_folder, write_atomically
from gridworker.models.days import Clock
from gridworker.server import schema
from gridworker.server.race import until_won
from gridworker.store.connection import Connection
from gridworker.store.database import Database
from gridworker.sync.protocol.sealed import own_keys

if TYPE_CHECKING:
    from gridworker.server.postgres import PostgresDatabase

DATABASE_FILE, KEY_FILE = "server.db", "server.key"
#: A folder, or the URL of a PostgreSQL database.
Place = Path | str
T = TypeVar("T")


@dataclass(frozen=True)
class Domain:
    """The community a server keeps, as it is now. `head` is the newest sequence number; `lease_days` None is the usual
    number of them."""

    id: bytes
    name: str
    code: str
    practice: bool
    head: int
    server_epoch: bytes
    tree_version: int
    lease_days: int | None = None


class ServerDatabase:
    """One open server database. Close it when done."""

    def __init__(
        self, place: Place, database: Database | PostgresDatabase, pepper: bytes, clock: Clock
    ) -> None:
        self.pepper, self.clock = pepper, clock
        #: With what bundles from devices are opened, and answers signed.
        self.bundle_keys = own_keys(pepper)
        self.where = str(place) if isinstance(database, Database) else database.where
        self._database = database

    @classmethod
    def create(cls, place: Place, clock: Clock) -> ServerDatabase:
        """Make an empty server at `place`; a PostgreSQL database that has a server's tables already is opened.

        Raises ProfileExists, FolderReadOnly, DiskFull, DatabaseAddressInvalid, DatabaseUnreachable."""
        database = _new_file(place) if isinstance(place, Path) else _postgres(place)
        try:
            with database.write() as connection:
                if schema.version(connection) == 0:
                    schema.create(connection)
                    connection.exec_driver_sql(
                        "INSERT INTO server_state (key, value) VALUES ('pepper', ?)", (os.urandom(32),)
                    )
            return cls._opened(place, database, clock)
        except BaseException:
            database.close()
            raise

    @classmethod
    def open(cls, place: Place, clock: Clock) -> ServerDatabase:
        """Open the server at `place`, brought to the present version.

        Raises ProfileMissing, KeyFileDamaged, DatabaseDamaged, DatabaseFromFuture, DatabaseAddressInvalid,
        DatabaseUnreachable."""
        database = _file(place) if isinstance(place, Path) else _postgres(place)
        try:
            return cls._opened(place, database, clock)
        except BaseException:
            database.close()
            raise

    @classmethod
    def open_with(cls, folder: Path, key: bytes, clock: Clock) -> ServerDatabase:
        """Open the server in `folder`, whose key lies elsewhere. Raises as `open` does."""
        database = Database(folder / DATABASE_FILE, key)
        try:
            return cls._opened(folder, database, clock)
        except BaseException:
            database.close()
            raise

    @classmethod
    def _opened(cls, place: Place, database: Database | PostgresDatabase, clock: Clock) -> ServerDatabase:
        with database.read() as connection:
            found = schema.version(connection)
        if found == 0:
            raise ProfileMissing(folder=str(place) if isinstance(database, Database) else database.where)
        if found != schema.HEAD:
            with (
                database.unforeign() if isinstance(database, Database) else database.migrating() as connection
            ):
                schema.make_current(connection)
        with database.read() as connection:
            pepper = connection.exec_driver_sql(
                "SELECT value FROM server_state WHERE key = 'pepper'"
            ).scalar_one()
        return cls(place, database, pepper, clock)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        with self._database.read() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """One transaction that is not repeated: for commands. What devices ask goes through `transact`."""
        with self._database.write() as connection:
            yield connection

    def transact(self, work: Callable[[Connection], T]) -> T:
        """Do `work` in one transaction, from its beginning again when it lost a race. Raises DatabaseBusy."""

        def once() -> T:
            with self._database.write() as connection:
                return work(connection)

        return until_won(once, self.where)

    def close(self) -> None:
        self._database.close()


def _new_file(folder: Path) -> Database:
    if (folder / DATABASE_FILE).exists() or (folder / KEY_FILE).exists():
        raise ProfileExists(folder=str(folder))
    make_folder(folder)
    key = os.urandom(32)
    write_key(folder / KEY_FILE, key)
    return Database(folder / DATABASE_FILE, key, create=True)


def _file(folder: Path) -> Database:
    if not (folder / DATABASE_FILE).exists():
        raise ProfileMissing(folder=str(folder))
    return Database(folder / DATABASE_FILE, read_key(folder / KEY_FILE))


def _postgres(address: str) -> PostgresDatabase:
    from gridworker.server.postgres import PostgresDatabase

    return PostgresDatabase(address)


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


_COLUMNS = "domain_id, name, code, practice, head, server_epoch, tree_version, lease_days"


def _domain(row: Sequence[Any]) -> Domain:
    return Domain(row[0], row[1], row[2], bool(row[3]), row[4], row[5], row[6], row[7])


def some_domain(connection: Connection) -> Domain | None:
    """The community of a server that keeps one, None while it has none."""
    row = connection.exec_driver_sql(f"SELECT {_COLUMNS} FROM domain_head LIMIT 1").fetchone()
    return _domain(row) if row else None


def only_domain(connection: Connection) -> Domain:
    """The community of a server that keeps one. Raises ProfileMissing before `init`, or before one was adopted."""
    found = some_domain(connection)
    if found is None:
        raise ProfileMissing(folder="")
    return found


def domain_of(connection: Connection, domain_id: bytes) -> Domain:
    row = connection.exec_driver_sql(
        f"SELECT {_COLUMNS} FROM domain_head WHERE domain_id = ?", (domain_id,)
    ).one()
    return _domain(row)


def lock_domain(connection: Connection, domain_id: bytes) -> Domain:
    """The community as it is now, and nobody else changes it before this transaction ends. In the order of locks it
    comes after a device and before rows. (The embedded database's writer is alone anyway.)"""
    row = connection.exec_driver_sql(
        f"UPDATE domain_head SET head = head WHERE domain_id = ? RETURNING {_COLUMNS}", (domain_id,)
    ).one()
    return _domain(row)
