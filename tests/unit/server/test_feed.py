"""How the feed is read: by the keys that make a page cost what the page holds, not what the community holds."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from pathlib import Path

import pytest

from gridworker.models.ids import bucket_id
from gridworker.server import feed
from gridworker.server.auth import Device
from gridworker.server.database import ServerDatabase, only_domain
from gridworker.server.scope import Scopes, View
from gridworker.store.connection import Connection
from gridworker.sync.protocol.messages import Limits, Page, Pull
from tests.contract.village import Hands, found_village, named


@pytest.fixture
def village(tmp_path: Path) -> ServerDatabase:
    return found_village(tmp_path / "server", Hands())


def plan_of(database: ServerDatabase, sql: str, *values: object) -> str:
    with database.read() as connection:
        return " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}", values))


def b64(record: bytes) -> bytes:
    return base64.b64encode(record)


def view_of(database: ServerDatabase, connection: Connection) -> View:
    domain = only_domain(connection)
    who = Device(
        domain.id,
        b"d" * 16,
        2,
        named("account_grid_a"),
        named("member_grid_a"),
        "grid_a",
        b"i" * 16,
        0,
        "active",
    )
    return Scopes().view(connection, domain, who, database.clock.today())


def page_of(
    database: ServerDatabase, connection: Connection, cursor: int | None, shown: Iterable[feed.Record] = ()
) -> Page:
    domain, view = only_domain(connection), view_of(database, connection)
    return feed.page(connection, domain, view, Pull(cursor=cursor), Limits(), shown=shown)


class Listening:
    """A connection that keeps what it was asked."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self.seen: list[str] = []

    @property
    def connection(self) -> object:
        return self._connection.connection

    def exec_driver_sql(self, statement: str, parameters: object = None, /) -> object:
        self.seen.append(statement)
        return self._connection.exec_driver_sql(statement, parameters)


def statements_of(database: ServerDatabase, cursor: int | None) -> list[str]:
    with database.read() as connection:
        listening = Listening(connection)
        page_of(database, listening, cursor)
    return listening.seen


def explain(database: ServerDatabase, sql: str) -> str:
    return plan_of(database, sql, *([b"x"] * sql.count("?")))


def test_changes_are_found_by_their_place_in_the_order(village: ServerDatabase) -> None:
    (scan,) = [sql for sql in statements_of(village, 0) if "FROM feed" in sql]
    assert "USING PRIMARY KEY (domain_id=? AND seq>?)" in explain(village, scan)
    assert "TEMP B-TREE" not in explain(village, scan)
    village.close()


def test_a_first_copy_reads_each_bucket_by_its_key(village: ServerDatabase) -> None:
    scans = {sql for sql in statements_of(village, None) if "bucket_id = ? AND id > ?" in sql}
    assert len(scans) >= 10
    for scan in scans:
        plan = explain(village, scan)
        assert "(domain_id=? AND bucket_id=? AND id>?)" in plan, plan
        assert "TEMP B-TREE" not in plan
    village.close()


def test_a_first_copy_asks_once_for_each_bucket_what_is_in_it_and_reads_nothing_empty(
    village: ServerDatabase,
) -> None:
    asked = statements_of(village, None)
    looks = [sql for sql in asked if "EXISTS" in sql]
    with village.read() as connection:
        page = page_of(village, connection, None)
        view = view_of(village, connection)
    assert len(looks) == len(view.buckets)
    assert len([sql for sql in asked if "id > ?" in sql]) == len(page.parts)
    for look in set(looks):
        plan = explain(village, look)
        assert plan.count("_bucket (domain_id=? AND bucket_id=?)") == look.count("EXISTS"), plan
    village.close()


def test_nothing_new_reads_no_feed(village: ServerDatabase) -> None:
    head = 10**9
    assert not [sql for sql in statements_of(village, head) if "FROM feed" in sql]
    village.close()


def test_a_stale_pointer_shows_nothing(village: ServerDatabase) -> None:
    """Whatever the feed says: a row is served from the bucket it lies in, to those who see that one."""
    foreign, own = named("home_b1_1"), named("home_a1_1")
    with village.write() as connection:
        for seq, record in ((10**6, foreign), (10**6 + 1, own)):
            connection.exec_driver_sql(
                "INSERT INTO feed (domain_id, seq, bucket_id, entity, record_id, row_version, kind) "
                "VALUES (?, ?, ?, 'household', ?, 9, 'PUT')",
                (named("root"), seq, bucket_id(named("a2"), "case"), record),
            )
        connection.exec_driver_sql("UPDATE domain_head SET head = ?", (10**6 + 1,))
    with village.read() as connection:
        found = page_of(village, connection, 10**6 - 1)
    assert (found.parts, found.through_seq) == ((), 10**6 + 1)
    village.close()


def test_nobody_is_shown_what_they_do_not_see_by_having_sent_an_op_about_it(village: ServerDatabase) -> None:
    foreign, own = ("household", named("home_b1_1")), ("household", named("home_a1_1"))
    with village.read() as connection:
        (part,) = page_of(village, connection, 10**6, (foreign, own)).parts
    assert part.bucket == bucket_id(named("a1"), "case")
    assert b64(own[1]) in bytes(part.rows) and b64(foreign[1]) not in bytes(part.rows)
    village.close()
