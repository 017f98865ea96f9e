"""A PostgreSQL database behind the same two doors as the embedded one: `read()` one unchanging state, `write()` one
transaction. Statements are the embedded database's own: question marks, and many rows at once go in by COPY."""

from __future__ import annotations

import contextlib
import re
import threading
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import Any

import psycopg
from psycopg.adapt import Dumper
from psycopg.conninfo import conninfo_to_dict
from psycopg.pq import Format, TransactionStatus

from gridworker.errors import DatabaseAddressInvalid, DatabaseBusy, DatabaseUnreachable, DiskFull
from gridworker.server.race import NO_ROOM, LostRace, lost_race
from gridworker.store.connection import Connection, DriverConnection

#: From this many rows on COPY is quicker than sending each.
COPY_FROM = 50
#: Connections of one process, and how long a request waits for one.
CONNECTIONS, WAIT_SECONDS = 16, 10
#: A statement that waits longer for a row somebody else holds gives up; the device comes again.
LOCK_MS = 20_000
#: A statement is planned for its values each time: a plan made for any values reads a list of 400 ids row by row.
_OPTIONS = f"-c lock_timeout={LOCK_MS} -c client_min_messages=warning -c plan_cache_mode=force_custom_plan"
#: From this many marks on a list goes over as one array: PostgreSQL would read and plan every mark by itself.
_LONG_LIST = re.compile(r"(?<!NOT )\bIN \((\?(?:, \?){11,})\)")
_INSERT = re.compile(r"INSERT INTO (\w+) \(([\w, ]+)\) VALUES \([?, ]+\)( ON CONFLICT .+)?\Z", re.DOTALL)


class _Flag(Dumper):
    """True and False are 1 and 0, as in the embedded database."""

    oid = psycopg.postgres.types["int8"].oid

    def dump(self, obj: bool) -> bytes:
        return b"1" if obj else b"0"


@cache
def marked(statement: str) -> str:
    """A statement with question marks, as psycopg wants it. Arrays go over in the binary format: written out as text,
    2,000 ids take ten times as long as finding them."""
    return statement.replace("%", "%%").replace("= ANY (?)", "= ANY (%b)").replace("?", "%s")


@cache
def lists_as_arrays(statement: str) -> tuple[str, tuple[tuple[int, int], ...]]:
    """`statement` with its long lists of marks as one array each, and (first, last + 1) of the values that go into
    them."""
    spans = []
    for found in _LONG_LIST.finditer(statement):
        first = statement.count("?", 0, found.start())
        spans.append((first, first + found[1].count("?")))
    return _LONG_LIST.sub("= ANY (?)", statement), tuple(spans)


def _in_arrays(values: Sequence[Any], spans: Sequence[tuple[int, int]]) -> list[Any]:
    made: list[Any] = []
    at = 0
    for first, end in spans:
        made += [*values[at:first], list(values[first:end])]
        at = end
    return [*made, *values[at:]]


class MarkCursor(psycopg.Cursor[Any]):
    """Takes statements with question marks, answers in the binary format, and inserts many rows by COPY."""

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.format = Format.BINARY

    def execute(self, query: Any, params: Any = None, **options: Any) -> MarkCursor:
        if isinstance(query, str) and "?" in query:
            query, spans = lists_as_arrays(query)
            given = _in_arrays(params, spans) if spans else params
            return super().execute(marked(query), given, **options)
        return super().execute(query, params or None, **options)

    def executemany(self, query: Any, params_seq: Iterable[Any], **options: Any) -> MarkCursor:  # type: ignore[override]
        rows = list(params_seq)
        insert = _INSERT.match(query) if isinstance(query, str) and len(rows) >= COPY_FROM else None
        if insert is None:
            super().executemany(marked(query) if "?" in query else query, rows, **options)
        elif insert[3]:
            self._copy_staged(insert[1], insert[2], insert[3], rows)
        else:
            self._copy(insert[1], insert[2], rows)
        return self

    def _copy(self, table: str, columns: str, rows: Iterable[Any]) -> None:
        with self.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)

    def _copy_staged(self, table: str, columns: str, rule: str, rows: Iterable[Any]) -> None:
        """Into a temporary table first: COPY itself knows no ON CONFLICT. No row may come twice."""
        stage = f"stage_{table}_{zlib.crc32(columns.encode()):08x}"
        super().execute(
            f"CREATE TEMP TABLE IF NOT EXISTS {stage} ON COMMIT DELETE ROWS AS SELECT {columns} FROM {table} "
            "WITH NO DATA"
        )
        self._copy(stage, columns, rows)
        super().execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {stage}{rule}")
        super().execute(f"DELETE FROM {stage}")


def address_of(text: str) -> str:
    """The address of a PostgreSQL database as libpq reads it. Raises DatabaseAddressInvalid."""
    scheme, _, rest = text.partition("://")
    if scheme not in ("postgresql", "postgres", "postgresql+psycopg") or not rest:
        raise DatabaseAddressInvalid(why=f"{scheme[:40]}: not postgresql://user@host/name")
    address = f"postgresql://{rest}"
    try:
        conninfo_to_dict(address)
    except psycopg.Error as error:
        raise DatabaseAddressInvalid(why="not an address like postgresql://user@host/name") from error
    return address


class _Pool:
    """A bounded number of connections; who finds none free waits, but not for ever."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._idle: list[psycopg.Connection[Any]] = []
        self._free = threading.BoundedSemaphore(CONNECTIONS)
        self._guard = threading.Lock()
        self._closed = False

    def _connect(self) -> psycopg.Connection[Any]:
        made = psycopg.connect(
            self._address,
            autocommit=True,  # transactions are ours
            cursor_factory=MarkCursor,
            connect_timeout=5,
            options=_OPTIONS,
            application_name="gridworker-server",
        )
        made.adapters.register_dumper(bool, _Flag)
        return made

    @contextlib.contextmanager
    def lend(self) -> Iterator[DriverConnection]:
        """Raises TimeoutError when all are in use."""
        if not self._free.acquire(timeout=WAIT_SECONDS):
            raise TimeoutError
        try:
            with self._guard:
                driver = self._idle.pop() if self._idle else None
            driver = driver or self._connect()
            try:
                yield DriverConnection(driver)
            finally:
                self._take_back(driver)
        finally:
            self._free.release()

    def _take_back(self, driver: psycopg.Connection[Any]) -> None:
        sound = not driver.closed and driver.info.transaction_status is TransactionStatus.IDLE
        with self._guard:
            if sound and not self._closed:
                self._idle.append(driver)
                return
        driver.close()

    def close(self) -> None:
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for driver in idle:
            driver.close()


class PostgresDatabase:
    """One PostgreSQL database and its pool of connections. Close it when done."""

    def __init__(self, address: str) -> None:
        """Raises DatabaseAddressInvalid, DatabaseUnreachable."""
        address = address_of(address)
        facts = conninfo_to_dict(address)
        self.where = f"postgresql://{facts.get('host') or ''}/{facts.get('dbname') or ''}"
        self._pool = _Pool(address)
        with self.read() as connection:
            connection.exec_driver_sql("SELECT 1")

    @contextlib.contextmanager
    def read(self) -> Iterator[Connection]:
        """A connection that sees one unchanging state of the database."""
        with self.plain_errors(), self._pool.lend() as connection:
            connection.exec_driver_sql("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
            try:
                yield connection
            finally:
                with contextlib.suppress(psycopg.Error):  # the connection itself may be gone
                    connection.exec_driver_sql("ROLLBACK")

    @contextlib.contextmanager
    def write(self) -> Iterator[Connection]:
        """A writer's connection: committed when the block ends, rolled back when it raises. Writers of one community
        wait for each other at its head's row, not here.

        Raises DatabaseBusy, DatabaseUnreachable, DiskFull; LostRace when the whole block is to be done again."""
        with self.plain_errors(), self._pool.lend() as connection:
            connection.exec_driver_sql("BEGIN ISOLATION LEVEL READ COMMITTED")
            try:
                yield connection
                connection.exec_driver_sql("COMMIT")
            except BaseException:
                with contextlib.suppress(psycopg.Error):
                    connection.exec_driver_sql("ROLLBACK")
                raise

    @contextlib.contextmanager
    def migrating(self) -> Iterator[Any]:
        """Like `write()`, with SQLAlchemy's connection, as the migrations want it."""
        from sqlalchemy import create_engine
        from sqlalchemy.pool import StaticPool

        with self.plain_errors(), self._pool.lend() as lent:
            driver = lent.driver_connection
            engine = create_engine(
                "postgresql+psycopg://", creator=lambda: driver, poolclass=StaticPool, use_native_hstore=False
            )
            with engine.connect() as connection:  # ends what is open when it is left: so the commit is in it
                connection.exec_driver_sql("BEGIN")
                yield connection
                connection.exec_driver_sql("COMMIT")

    @contextlib.contextmanager
    def plain_errors(self) -> Iterator[None]:
        try:
            yield
        except TimeoutError as error:
            raise DatabaseBusy(path=self.where) from error
        except Exception as error:
            cause = getattr(
                error, "orig", error
            )  # SQLAlchemy, which runs the migrations, wraps the driver's error
            if not isinstance(cause, psycopg.Error):
                raise
            raise self._plain(cause) from error

    def _plain(self, error: psycopg.Error) -> Exception:
        state = error.sqlstate or ""
        if lost_race(error):
            return LostRace(state)
        if state == NO_ROOM:
            return DiskFull(path=self.where)
        if state in ("55P03", "57014", "53300"):
            return DatabaseBusy(path=self.where)
        if isinstance(error, psycopg.OperationalError):
            return DatabaseUnreachable(where=self.where, why=state or type(error).__name__)
        return error

    def close(self) -> None:
        self._pool.close()
