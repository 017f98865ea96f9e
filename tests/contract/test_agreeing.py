"""F23 and F36: a difference between the two sides is found and mended bucket by bucket; a pull that would empty the
laptop waits for a person."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from gridworker.models.op import Draft, OpKind
from gridworker.models.sums import EMPTY, Sum, added, digest, hash64, signed
from gridworker.server import sums as server_sums
from gridworker.services.deletions import allow_deletions
from gridworker.store import notices, stuck
from gridworker.store import sums as store_sums
from gridworker.sync import agreement
from tests.contract.rig import Desk, Rig
from tests.contract.test_exchange import copies_agree
from tests.contract.village import home, named, visit

HOUR = 3600


def ready(rig: Rig, login: str = "steward_a1") -> Desk:
    desk = rig.desk(login)
    desk.sync()
    desk.save(visit(home("a1", 1), "一"))
    desk.save(visit(home("a1", 2), "二"))
    desk.sync()
    rig.hands.now += 2 * HOUR
    return desk


def spoil(desk: Desk, sql: str, *values: Any) -> None:
    with desk.store.database.write() as connection:
        connection.exec_driver_sql(sql, values)


def codes(desk: Desk) -> list[str]:
    with desk.store.read() as connection:
        return [notice.code for notice in notices.every(connection)]


def in_agreement(rig: Rig, desk: Desk) -> bool:
    with desk.store.read() as connection:
        mine = store_sums.counted(connection, desk.kept().scope)
    with rig.database.read() as connection:
        assert server_sums.wrong(connection, named("root")) == []
        theirs = server_sums.of_buckets(connection, named("root"), desk.kept().scope)
    return mine == {place: kept for place, kept in theirs.items() if kept.n}


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM visit WHERE said = '一'",
        "UPDATE visit SET row_version = 9 WHERE said = '一'",
        "UPDATE household SET deleted = 1 WHERE code = '1-1-1'",
        "UPDATE visit SET said = '别的', row_version = 3 WHERE said = '一'",
        (
            "INSERT INTO resident (id, bucket_id, row_version, deleted, household_id, name) SELECT randomblob(16), "
            "bucket_id, 1, 0, household_id, '多的' FROM resident LIMIT 1"
        ),
    ],
)
def test_f23_a_row_that_differs_is_mended_by_fetching_its_bucket(rig: Rig, sql: str) -> None:
    desk = ready(rig)
    desk.sync()
    assert in_agreement(rig, desk)
    spoil(desk, sql)
    assert not in_agreement(rig, desk)
    rig.hands.now += 2 * HOUR
    desk.wire.requests.clear()
    desk.sync()
    assert in_agreement(rig, desk)
    copies_agree(rig, desk)
    assert len(desk.kept().repairs) == 1
    assert codes(desk) == []


def test_f23_what_is_unsent_survives_a_repair(rig: Rig) -> None:
    desk = ready(rig)
    desk.sync()
    spoil(desk, "DELETE FROM visit WHERE said = '一'")
    desk.save(visit(home("a1", 3), "未发"))
    with desk.store.database.write() as connection:
        stuck.set_aside(connection, desk.store.clock.milliseconds(), "test")
    rig.hands.now += 2 * HOUR
    desk.sync()
    assert ("未发",) in desk.rows("SELECT said FROM visit")
    for _ in range(4):
        rig.hands.now += HOUR
        desk.sync()
    assert in_agreement(rig, desk)
    assert sorted(row[0] for row in rig.rows("SELECT said FROM visit")) == sorted(["一", "二", "未发"])


def test_f23_a_bucket_with_unanswered_work_is_not_compared(make_rig: Callable[..., Rig]) -> None:
    """It differs until the server has judged: three repairs for nothing, and a person would be called."""
    rig = make_rig()
    desk = ready(rig)
    desk.sync()
    resident = named(home("a1", 2) + "_r")
    desk.save(Draft("resident", resident, OpKind.DELETE, {}))
    with desk.store.database.write() as connection:
        stuck.set_aside(connection, desk.store.clock.milliseconds(), "test")
        connection.exec_driver_sql("UPDATE stuck SET next_at = next_at + 100000000")  # its time does not come
    desk.sync()  # its place is told; only a request without ops asks whether both sides agree
    rig.hands.now += 2 * HOUR
    desk.sync()
    assert b'"digest"' in desk.wire.requests[-1][1]
    assert not in_agreement(rig, desk)
    assert desk.kept().repairs == ()
    assert desk.one("SELECT deleted FROM resident WHERE id = ?", resident) == 1


def test_f23_more_than_three_repairs_a_day_are_reported_instead(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    rig.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
    desk = ready(rig)
    for number in range(5):
        spoil(desk, "DELETE FROM visit WHERE said = '一'")
        rig.hands.now += 2 * HOUR
        desk.sync()
        assert in_agreement(rig, desk) is (number < agreement.MOST_REPAIRS)
    assert codes(desk) == ["sums_disagree"]
    rig.hands.now += 25 * HOUR
    desk.sync()
    assert in_agreement(rig, desk)
    assert codes(desk) == []


def test_sums_are_asked_for_once_an_hour_and_not_in_between(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    desk = ready(rig)
    desk.sync()
    spoil(desk, "DELETE FROM visit WHERE said = '一'")
    desk.sync()
    assert not in_agreement(rig, desk)
    rig.hands.now -= 10 * HOUR  # a clock set back does not put it off
    desk.sync()
    assert in_agreement(rig, desk)


def test_sums_do_not_depend_on_the_order_and_wrap_around() -> None:
    rows = [("visit", bytes([n]) * 16, n + 1) for n in range(200)]
    forth, back = EMPTY, EMPTY
    for row in rows:
        forth = added(forth, Sum(1, hash64(*row)))
    for row in reversed(rows):
        back = added(back, Sum(1, hash64(*row)))
    assert forth == back
    assert -(2**63) <= forth.total < 2**63
    for row in rows:
        forth = added(forth, Sum(-1, -hash64(*row)))
    assert forth == EMPTY
    assert signed(2**63) == -(2**63)
    assert digest({(b"b", "visit"): EMPTY}) == digest({})
    assert hash64("visit", bytes(range(16)), 7) == 772737278239366698


# -- F36 ---------------------------------------------------------------------------------------------------------


def many(rig: Rig, desk: Desk, count: int) -> list[bytes]:
    from gridworker.models.ids import new_id

    records = [new_id() for _ in range(count)]
    desk.save(*(visit(home("a1", 1), f"第{n}次", record=record) for n, record in enumerate(records)))
    desk.sync()
    return records


def delete_at_server(rig: Rig, records: list[bytes]) -> None:
    """A fault at the server: everything is gone at once."""
    with rig.database.write() as connection:
        head = connection.exec_driver_sql("SELECT head FROM domain_head").scalar()
        for number, record in enumerate(records, 1):
            connection.exec_driver_sql(
                "UPDATE visit SET deleted = 1, row_version = row_version + 1 WHERE id = ?", (record,)
            )
            connection.exec_driver_sql(
                "UPDATE feed SET seq = ?, row_version = row_version + 1 WHERE record_id = ?",
                (head + number, record),
            )
        connection.exec_driver_sql("UPDATE domain_head SET head = head + ?", (len(records),))
        server_sums.rebuild(connection, named("root"))


@pytest.mark.parametrize("rows", [5000, 20])
def test_f36_a_mass_deletion_is_refused_until_a_person_allows_it(
    make_rig: Callable[..., Rig], rows: int
) -> None:
    from gridworker.sync.protocol.messages import Limits

    rig = make_rig(limits=Limits(rows=rows))
    rig.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
    desk = rig.desk("steward_a1")
    desk.sync()
    records = many(rig, desk, 120)
    delete_at_server(rig, records)
    desk.save(visit(home("a1", 2), "照常发送"))
    desk.sync()
    left = desk.one("SELECT count(*) FROM visit WHERE deleted = 0")
    assert left > 60
    assert codes(desk) == ["deletions_held"]
    assert ("照常发送",) in rig.rows("SELECT said FROM visit")  # pushing goes on
    desk.sync()
    assert desk.one("SELECT count(*) FROM visit WHERE deleted = 0") == left
    allow_deletions(desk.store)
    desk.sync()
    assert desk.one("SELECT count(*) FROM visit WHERE deleted = 0") == 1
    assert codes(desk) == []
    assert in_agreement(rig, desk)


@pytest.mark.parametrize(("made", "deleted"), [(60, 50), (300, 80)])
def test_f36_few_deletions_pass_and_so_does_a_small_share(
    make_rig: Callable[..., Rig], made: int, deleted: int
) -> None:
    """50 rows are most of what is there; 80 are more than 50, and less than a third."""
    rig = make_rig()
    desk = rig.desk("steward_a1")
    desk.sync()
    records = many(rig, desk, made)
    delete_at_server(rig, records[:deleted])
    desk.sync()
    assert desk.one("SELECT count(*) FROM visit WHERE deleted = 0") == made - deleted
    assert codes(desk) == []
    assert in_agreement(rig, desk)


@pytest.mark.parametrize("rows", [5000, 20])
def test_f36_a_refused_page_is_not_fetched_by_another_way(make_rig: Callable[..., Rig], rows: int) -> None:
    """The sums differ as long as nobody has allowed it: the bucket is not fetched again for that."""
    from gridworker.sync.protocol.messages import Limits

    rig = make_rig(limits=Limits(rows=rows))
    rig.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
    desk = rig.desk("steward_a1")
    desk.sync()
    delete_at_server(rig, many(rig, desk, 120))
    for _ in range(3):
        rig.hands.now += HOUR / 5
        desk.sync()
        rig.hands.now += HOUR
        desk.client.renew()
    assert (desk.kept().copy, desk.kept().repairs) == (None, ())
    assert desk.one("SELECT count(*) FROM visit WHERE deleted = 0") > 60
    assert codes(desk) == ["deletions_held"]
    allow_deletions(desk.store)
    desk.sync()
    assert desk.one("SELECT count(*) FROM visit WHERE deleted = 0") == 0
    assert in_agreement(rig, desk)


@pytest.mark.parametrize("rows", [5000, 20])
def test_f36_nor_does_a_repair_bring_it_unasked(make_rig: Callable[..., Rig], rows: int) -> None:
    """A fault at the server that no feed tells of: only the sums say that it holds something else."""
    from gridworker.sync.protocol.messages import Limits

    rig = make_rig(limits=Limits(rows=rows))
    rig.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
    desk = rig.desk("steward_a1")
    desk.sync()
    many(rig, desk, 120)
    with rig.database.write() as connection:
        connection.exec_driver_sql("UPDATE visit SET deleted = 1, row_version = row_version + 1")
        server_sums.rebuild(connection, named("root"))
    rig.hands.now += 2 * HOUR
    desk.client.renew()
    for _ in range(3):
        desk.sync()
    assert desk.one("SELECT count(*) FROM visit WHERE deleted = 0") > 60
    assert codes(desk) == ["deletions_held"]
    allow_deletions(desk.store)
    desk.sync()
    assert desk.one("SELECT count(*) FROM visit WHERE deleted = 0") == 0
    assert codes(desk) == []
    assert in_agreement(rig, desk)


def test_deleting_and_restoring_keep_the_sums_right(rig: Rig) -> None:
    desk = ready(rig)
    other = rig.desk("grid_a")
    other.sync()
    record = named(home("a1", 1) + "_r")
    desk.save(Draft("resident", record, OpKind.DELETE, {}))
    desk.sync()
    other.sync()
    assert in_agreement(rig, desk)
    assert in_agreement(rig, other)
    desk.save(Draft("resident", record, OpKind.RESTORE, {}))
    desk.sync()
    other.sync()
    assert in_agreement(rig, desk)
    assert in_agreement(rig, other)
