"""One connection of a profile has a large page cache and is used whenever it is free; the others are small."""

from __future__ import annotations

import pytest
from sqlcipher3 import dbapi2

from gridworker.store import state
from gridworker.store.connection import Connection, Pool
from gridworker.store.database import CACHE_KIB, HELPER_CACHE_KIB, LOG_PAGES, LONG_LOG_PAGES
from gridworker.store.store import DATABASE_FILE, Store


def cache_kib(connection: Connection) -> int:
    return -int(connection.exec_driver_sql("PRAGMA cache_size").scalar())


def test_one_large_cache_and_small_ones_beside_it(alone: Store) -> None:
    for _ in range(2):
        with alone.read() as first, alone.read() as second, alone.read() as third:
            assert [cache_kib(each) for each in (first, second, third)] == [
                CACHE_KIB,
                HELPER_CACHE_KIB,
                HELPER_CACHE_KIB,
            ]
    with alone.read() as again:
        assert cache_kib(again) == CACHE_KIB  # whichever came back last


def test_what_comes_in_bulk_waits_in_the_log_and_the_next_ordinary_commit_takes_it_into_the_file(
    alone: Store,
) -> None:
    alone.database.checkpoint()
    file = alone.folder / DATABASE_FILE
    before, much = file.stat().st_size, 4096 * (LOG_PAGES + 200)
    with alone.database.write(log_pages=LONG_LOG_PAGES) as connection:
        state.put(connection, {"much": bytes(much)})
    assert file.stat().st_size == before
    with alone.database.write() as connection:
        state.put(connection, {"little": b"1"})
    assert file.stat().st_size > before + much


class _Driver:
    def __init__(self, main: bool) -> None:
        self.main, self.in_transaction, self.closed = main, False, False

    def close(self) -> None:
        self.closed = True


def test_a_main_connection_that_cannot_be_kept_is_replaced_by_another() -> None:
    pool, made = Pool(_Driver), []
    for _ in range(2):
        with pool.lend() as lent:
            made.append(lent.driver_connection)
            lent.driver_connection.in_transaction = True
    assert [(each.main, each.closed) for each in made] == [(True, True), (True, True)]


def test_a_main_connection_that_could_not_be_opened_is_tried_again() -> None:
    asked: list[bool] = []

    def make(main: bool) -> _Driver:
        asked.append(main)
        if len(asked) == 1:
            raise OSError("full")
        return _Driver(main)

    pool = Pool(make)
    with pytest.raises(OSError, match="full"), pool.lend():
        pass
    with pool.lend():
        pass
    assert asked == [True, True]


def test_what_rests_is_closed_and_the_next_question_has_the_large_cache_again(alone: Store) -> None:
    with alone.read() as first, alone.read():
        kept = first.connection.driver_connection
        alone.database.rest()
        assert cache_kib(first) == CACHE_KIB  # in use: it stays as it is
    alone.database.rest()
    with pytest.raises(Exception, match="closed"):
        kept.execute("SELECT 1")
    with alone.read() as again, alone.read() as beside:
        assert [cache_kib(each) for each in (again, beside)] == [CACHE_KIB, HELPER_CACHE_KIB]


def test_resting_while_the_main_connection_is_lent_does_not_make_another_main_one() -> None:
    pool = Pool(_Driver)
    with pool.lend() as main:
        with pool.lend():
            pass
        pool.rest()
        with pool.lend() as beside:
            assert (main.driver_connection.main, beside.driver_connection.main) == (True, False)


def test_no_value_is_searched_an_adapter_for(alone: Store) -> None:
    asked: list[object] = []

    class Asking(bytes):
        def __conform__(self, protocol: object) -> bytes:
            asked.append(protocol)
            return bytes(self)

    values = (b"", b"\x00\xff", None, "字", 2**62, 1.5, bytearray(b"\x01"))
    with alone.read() as connection:
        row = connection.exec_driver_sql(f"SELECT {', '.join('?' * len(values))}", values).fetchone()
        assert connection.exec_driver_sql("SELECT ?", (Asking(b"\x02"),)).scalar() == b"\x02"
    assert row == values
    assert len(asked) == 1  # what needs adapting still is
    assert {(bytes, dbapi2.PrepareProtocol), (type(None), dbapi2.PrepareProtocol)} <= dbapi2.adapters.keys()
