"""The encrypted database file: opening with the key first, pragmas, one writer and many readers. Knows no entity."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from gridworker.errors import (
    DatabaseBusy,
    DatabaseDamaged,
    DiskFull,
    FolderReadOnly,
    GridworkerError,
    SqliteUnsafe,
)
from gridworker.files import plain_error
from gridworker.store import memory
from gridworker.store.connection import Connection, Pool

#: 3.51.3 repairs a fault that could corrupt a WAL file when it is reset.
OLDEST_SQLITE = (3, 51, 3)
CACHE_KIB = 32_000
#: Of the connections that help out when several threads ask at once.
HELPER_CACHE_KIB = 8_000
BUSY_MS = 5_000
#: Pages in the log from which on a commit takes them into the file: SQLite's own number, and while much comes at once.
LOG_PAGES, LONG_LOG_PAGES = 1_000, 4_000
#: What SQLite says of a file that cannot be read any more.
_DAMAGED = ("not a database", "malformed", "corrupt", "disk i/o", "vtable constructor failed")


def _sqlcipher() -> Any:
    from sqlcipher3 import dbapi2

    if dbapi2.sqlite_version_info < OLDEST_SQLITE:
        raise SqliteUnsafe(found=dbapi2.sqlite_version, least=".".join(map(str, OLDEST_SQLITE)))
    if (bytes, dbapi2.PrepareProtocol) not in dbapi2.adapters:
        _spare_looking_for_adapters(dbapi2)
    return dbapi2


def _spare_looking_for_adapters(driver: Any) -> None:
    """For every value that is no text, number or bytearray the driver looks for a way to adapt it, which takes a
    microsecond each time it finds none: longer than writing it. What is bound as it is says so here."""
    driver.register_adapter(bytes, bytes)
    driver.register_adapter(type(None), {}.get)  # gives None, without a step of Python


def broken_rule() -> type[Exception]:
    """What the driver raises for a row that its table does not take: one of that id is there, or a value is missing."""
    error: type[Exception] = _sqlcipher().IntegrityError
    return error


def connect_raw(path: Path, key: bytes) -> Any:
    """A plain driver connection to an encrypted file, for copying it."""
    raw = _sqlcipher().connect(str(path), isolation_level=None)
    raw.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
    return raw


def says_full(error: BaseException) -> bool:
    """True for what the driver raises when there is no room for a write."""
    text = str(error).lower()
    return isinstance(error, _sqlcipher().Error) and "full" in text and ("disk" in text or "database" in text)


def _refusal_of(folder: Path) -> GridworkerError | None:
    """Why the system takes no file in `folder`: SQLite says "disk I/O error" for a full disk or a quota too, when it
    was about to enlarge its shared memory."""
    probe = folder / "room.part"
    try:
        probe.write_bytes(bytes(65536))
    except OSError as error:
        return plain_error(error, folder)
    finally:
        with contextlib.suppress(OSError):
            probe.unlink()
    return None


class Database:
    """One open database. `read()` and `write()` give a connection inside a transaction that ends with the block."""

    def __init__(self, path: Path, key: bytes, *, create: bool = False) -> None:
        """Open `path`, encrypted with the raw 32-byte `key`; with `create` a new file is made.

        Raises DatabaseDamaged (wrong key or not a database), FolderReadOnly, DiskFull, SqliteUnsafe."""
        self.path = path
        self._key, self._create = key, create
        self._writing = threading.Lock()
        self._pool = Pool(self._connect)
        if not create and not path.exists():
            raise DatabaseDamaged(path=str(path), why="missing")
        try:
            with self.read() as connection:
                connection.exec_driver_sql("SELECT count(*) FROM sqlite_master").scalar()
        except BaseException:
            self._pool.close()
            raise
        self._create = False  # only the first connection lays out the file; the pragma would block later ones

    def _connect(self, main: bool) -> Any:
        if not self._key:
            raise DatabaseDamaged(
                path=str(self.path), why="closed"
            )  # locked: a thread that comes late reads nothing
        raw = _sqlcipher().connect(
            str(self.path),
            timeout=BUSY_MS / 1000,
            isolation_level=None,  # transactions are ours: DDL rolls back, savepoints work
            check_same_thread=False,
        )
        try:
            self._prepare(raw, CACHE_KIB if main else HELPER_CACHE_KIB)
        except BaseException:
            raw.close()
            raise
        return raw

    def _prepare(self, raw: Any, cache_kib: int) -> None:
        raw.execute(f"PRAGMA key = \"x'{self._key.hex()}'\"")
        raw.execute("PRAGMA cipher_log_level = NONE")
        if self._create:
            raw.execute("PRAGMA auto_vacuum = 2")
        for pragma in (
            "temp_store = MEMORY",
            f"cache_size = -{cache_kib}",
            f"busy_timeout = {BUSY_MS}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            raw.execute(f"PRAGMA {pragma}")

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one unchanging state of the database."""
        with self.plain_errors(), self._pool.lend() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                yield connection
            finally:
                connection.exec_driver_sql("ROLLBACK")

    @contextlib.contextmanager
    def write(self, *, log_pages: int = LOG_PAGES) -> Iterator[Connection]:
        """The one writer's connection: committed when the block ends, rolled back when it raises. The commit takes the
        log into the file once it has `log_pages`; a longer log is taken in by a later one.

        Raises DiskFull, DatabaseBusy, FolderReadOnly, DatabaseDamaged; then nothing of the block was kept."""
        with self._writing, self.plain_errors(), self._pool.lend() as connection:
            connection.exec_driver_sql(f"PRAGMA wal_autocheckpoint = {log_pages}")
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                with contextlib.suppress(_sqlcipher().Error):  # SQLite may have rolled back by itself
                    connection.exec_driver_sql("ROLLBACK")
                raise

    @contextlib.contextmanager
    def unforeign(self) -> Iterator[Any]:
        """Like `write()` with foreign keys off and as SQLAlchemy's connection, for migrations: rebuilding a table
        would otherwise delete the rows that refer to it. Foreign keys must be switched before the transaction
        begins."""
        from sqlalchemy import create_engine
        from sqlalchemy.pool import StaticPool

        with self._writing, self.plain_errors(), self._pool.lend() as lent:
            raw = lent.driver_connection
            engine = create_engine(
                "sqlite://", module=_sqlcipher(), creator=lambda: raw, poolclass=StaticPool
            )
            with engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
                try:
                    connection.exec_driver_sql("BEGIN IMMEDIATE")
                    try:
                        yield connection
                        connection.exec_driver_sql("COMMIT")
                    except BaseException:
                        connection.exec_driver_sql("ROLLBACK")
                        raise
                finally:
                    connection.exec_driver_sql("PRAGMA foreign_keys = ON")

    @contextlib.contextmanager
    def bare(self) -> Iterator[Any]:
        """The driver's own connection outside any transaction, for pragmas, backup and migrations."""
        with self._writing, self.plain_errors(), self._pool.lend() as connection:
            yield connection.driver_connection

    @contextlib.contextmanager
    def plain_errors(self) -> Iterator[None]:
        try:
            yield
        except Exception as error:
            cause = getattr(
                error, "orig", error
            )  # SQLAlchemy, which runs the migrations, wraps the driver's error
            if not isinstance(cause, _sqlcipher().Error):
                raise
            raise self._plain(cause) from error

    def _plain(self, error: Exception) -> GridworkerError:
        text = str(error).lower()
        where = str(self.path)
        if says_full(error):
            return DiskFull(path=where)
        if "locked" in text or "busy" in text:
            return DatabaseBusy(path=where)
        if "readonly" in text or "read-only" in text or "unable to open" in text:
            return FolderReadOnly(path=where)
        if "disk i/o" in text and (refused := _refusal_of(self.path.parent)):
            return refused
        if any(sign in text for sign in _DAMAGED):
            return DatabaseDamaged(path=where, why=text.split("\n")[0][:80])
        raise error

    def rest(self) -> None:
        """Give back memory that only the work before this needed: opening a profile reads far more of the file than the
        first page shows."""
        with self.plain_errors():
            self._pool.rest()
        memory.give_back()

    def checkpoint(self) -> None:
        """Bring the write-ahead log into the file and empty it; called on closing."""
        with self.bare() as raw:
            raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")

    def integrity(self, told: Callable[[int, int], None] = lambda _done, _parts: None) -> list[str]:
        """What SQLCipher's and SQLite's own checks find wrong; an empty list is a sound file. `told` hears how many of
        its parts are done."""
        found: list[str] = []
        try:
            with self.bare() as raw:
                told(0, 3)
                found += [str(row[0]) for row in raw.execute("PRAGMA cipher_integrity_check")]
                told(1, 3)
                found += [str(row[0]) for row in raw.execute("PRAGMA integrity_check") if row[0] != "ok"]
                told(2, 3)
                found += [
                    f"foreign key: {row[0]} {row[1]}" for row in raw.execute("PRAGMA foreign_key_check")
                ]
                raw.execute("PRAGMA shrink_memory")  # the whole file went through the cache
        except DatabaseDamaged as error:  # so damaged that the check itself cannot go on
            found.append(str(error.values["why"]))
        return found

    def close(self) -> None:
        with contextlib.suppress(GridworkerError):  # a full disk must not keep the window from closing
            self.checkpoint()
        self._key = b""
        self._pool.close()
