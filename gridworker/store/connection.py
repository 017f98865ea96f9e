"""One open connection of an encrypted file, as queries see it, and the few of them that are kept open. The same three
calls as SQLAlchemy's connection, without loading SQLAlchemy (docs/decisions/0030)."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

#: Kept open for the next question; what was opened beyond is closed again.
_KEPT = 4


class Rows(Protocol):
    """What a statement found."""

    def fetchone(self) -> Any: ...

    def fetchall(self) -> Sequence[Any]: ...

    def scalar(self) -> Any:
        """The first column of the first row, or None."""
        ...

    def one(self) -> Any:
        """The only row. Raises ValueError or SQLAlchemy's own error when there is another number of them."""
        ...

    def scalar_one(self) -> Any: ...

    def __iter__(self) -> Iterator[Any]: ...


class Connection(Protocol):
    """A connection inside a transaction that its owner ends. SQLAlchemy's connections are of this kind too."""

    def exec_driver_sql(self, statement: str, parameters: Any = None, /) -> Any:
        """Run one statement: with a tuple once, with a list of tuples once for each. Returns its Rows."""
        ...

    @property
    def connection(self) -> Any:
        """What holds the driver's own connection, as `driver_connection`."""
        ...


class _Found:
    """Rows of the driver's own `cursor`, plain tuples."""

    __slots__ = ("cursor", "fetchall", "fetchone")

    def __init__(self, cursor: Any) -> None:
        self.cursor = cursor
        self.fetchall, self.fetchone = cursor.fetchall, cursor.fetchone

    def __iter__(self) -> Iterator[Any]:
        return iter(self.cursor)

    def scalar(self) -> Any:
        row = self.fetchone()
        return row[0] if row else None

    def one(self) -> Any:
        rows = self.cursor.fetchmany(2)
        if len(rows) != 1:
            raise ValueError(f"{len(rows) or 'no'} rows where one was expected")
        return rows[0]

    def scalar_one(self) -> Any:
        return self.one()[0]


class DriverConnection:
    """The driver's connection with the calls of Connection."""

    __slots__ = ("driver_connection",)

    def __init__(self, driver: Any) -> None:
        self.driver_connection = driver

    @property
    def connection(self) -> DriverConnection:
        return self

    def exec_driver_sql(self, statement: str, parameters: Any = None, /) -> _Found:
        if isinstance(parameters, list):
            cursor = self.driver_connection.cursor()
            return _Found(cursor.executemany(statement, parameters))
        return _Found(self.driver_connection.execute(statement, parameters or ()))


class Pool:
    """Connections that are open and idle; `lend` gives one to a thread for the length of a block.

    `make(main)` opens one. One of them is the main one, which is lent whenever it is free and so has the warm page
    cache; the others only help out."""

    def __init__(self, make: Callable[[bool], Any]) -> None:
        self._make = make
        self._idle: list[Any] = []
        self._has_main = False
        self._main: Any = None
        self._guard = threading.Lock()
        self._closed = False

    @contextlib.contextmanager
    def lend(self) -> Iterator[DriverConnection]:
        """The main connection if it is free. One that was left inside a transaction that cannot be taken back is not
        kept."""
        driver = self._take() or self._open()
        try:
            yield DriverConnection(driver)
        finally:
            with self._guard:
                keep = not driver.in_transaction and not self._closed and len(self._idle) < _KEPT
                if keep:
                    self._idle.insert(len(self._idle) if driver is self._main else 0, driver)
                elif driver is self._main:
                    self._main, self._has_main = None, False
            if not keep:
                driver.close()

    def _take(self) -> Any:
        with self._guard:
            return self._idle.pop() if self._idle else None

    def _open(self) -> Any:
        with self._guard:
            main, self._has_main = not self._has_main, True
        try:
            driver = self._make(main)
        except BaseException:
            if main:
                self._has_main = False
            raise
        if main:
            self._main = driver
        return driver

    def rest(self) -> None:
        """Close what is idle, with the pages and statements it keeps; the next question opens one anew."""
        with self._guard:
            idle, self._idle = self._idle, []
            if any(driver is self._main for driver in idle):
                self._main, self._has_main = None, False
        for driver in idle:
            driver.close()

    def close(self) -> None:
        """Close what is idle now, and what is lent as it comes back."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for driver in idle:
            driver.close()
