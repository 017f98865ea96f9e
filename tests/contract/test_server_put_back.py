"""F30 and F22: a server that was restored from yesterday is filled again from what the devices had sent, in its old
order; a device that was away longer than the feed remembers fetches everything again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from gridworker.models.op import Draft, OpKind
from gridworker.server import checks, compaction, recovery
from gridworker.server.app import create_app, run_here
from gridworker.server.database import ServerDatabase, only_domain
from gridworker.server.service import Service
from gridworker.store import notices, outbox
from gridworker.sync.transport.in_process import InProcessTransport
from tests.contract.rig import Desk, Rig, ask, op
from tests.contract.test_agreeing import in_agreement
from tests.contract.test_exchange import copies_agree
from tests.contract.village import change, home, named, visit

DAY = 24 * 3600
WHAT = (
    "SELECT id, row_version, note FROM household ORDER BY id",
    "SELECT id, said, unit_at FROM visit ORDER BY id",
    "SELECT record_id, field, mine, theirs, state FROM conflict ORDER BY id",
)


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Iterator[Rig]:
    made = make_rig()
    made.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
    yield made


def copied(rig: Rig) -> None:
    """Yesterday's copy of the server."""
    with rig.database._database.bare() as raw:  # type: ignore[union-attr]
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copytree(rig.folder / "server", rig.folder / "copy")


def put_back(rig: Rig, desks: list[Desk], *, saying_so: bool = True) -> None:
    """The copy takes the server's place."""
    rig.database.close()
    rig.database = ServerDatabase.open(rig.folder / "copy", rig.hands.clock())
    if saying_so:
        with rig.database.write() as connection:
            recovery.begin(connection, named("root"), rig.now())
    rig.service = Service(rig.database)
    rig.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
    app = create_app(rig.service, run_here)
    for desk in desks:
        desk.wire.inner = InProcessTransport(app)


def holds(rig: Rig) -> list[Any]:
    return [rig.rows(sql) for sql in WHAT]


def a_day(rig: Rig) -> tuple[Desk, Desk]:
    """Two devices whose work depends on each other, the second half of it after the copy was made."""
    first, second = rig.desk("steward_a1"), rig.desk("grid_a")
    for desk in (first, second):
        desk.sync()
    first.save(visit(home("a1", 1), "备份之前"))
    first.sync()
    second.sync()
    copied(rig)
    place = named(home("a1", 1))
    second.save(change("household", place, "note", None, "乙先写"))
    first.save(change("household", place, "note", None, "甲后写"))
    second.sync()
    first.sync()  # a conflict: the other one stays
    for number in range(3):
        first.save(visit(home("a1", 2), f"甲{number}"))
        first.sync()
        second.save(visit(home("a2", 1), f"乙{number}"))
        second.sync()
    second.save(change("household", place, "note", "乙先写", "乙又写"))
    second.sync()
    first.sync()
    return first, second


def test_f30_a_server_from_yesterday_is_filled_again_in_the_old_order(rig: Rig) -> None:
    first, second = a_day(rig)
    before = holds(rig)
    first.save(visit(home("a1", 3), "尚未发送"))
    put_back(rig, [first, second])
    assert holds(rig) != before
    first.sync()
    assert rig.one("SELECT count(*) FROM visit") == 1  # collected, not judged
    assert len(first.holds("visit")) == 5  # nothing vanishes here meanwhile
    with first.store.read() as connection:
        assert [n.code for n in notices.every(connection)] == ["server_restored"]
    second.sync()  # the last one: it goes on
    for desk in (first, second, first):
        desk.sync()
    assert [row for row in holds(rig)[1] if row[1] != "尚未发送"] == before[1]
    assert holds(rig)[0] == before[0]
    assert holds(rig)[2] == before[2]
    assert ("尚未发送",) in rig.rows("SELECT said FROM visit")
    for desk in (first, second):
        copies_agree(rig, desk)
        assert in_agreement(rig, desk)
        assert desk.rows("SELECT seq FROM outbox WHERE state <> 'done'") == []
        with desk.store.read() as connection:
            assert notices.every(connection) == ()
    assert rig.acts().count("server_recovered") == 1


@pytest.mark.parametrize("how", ["operator", "time"])
def test_f30_a_device_that_does_not_come_is_not_waited_for_for_ever(rig: Rig, how: str) -> None:
    first, second = a_day(rig)
    put_back(rig, [first, second])
    first.sync()
    assert rig.one("SELECT count(*) FROM visit") == 1
    if how == "operator":
        with rig.database.write() as connection:
            assert recovery.close(connection, named("root"), rig.hands.clock().today(), rig.now()) == 4
    else:
        rig.hands.now += 2 * DAY + 1
    first.sync()
    assert len([row for row in rig.rows("SELECT said FROM visit") if row[0].startswith("甲")]) == 3
    second.sync()  # late, and nothing of it is lost
    first.sync()
    assert rig.one("SELECT count(*) FROM visit") == 7
    for desk in (first, second):
        assert desk.rows("SELECT seq FROM outbox WHERE state <> 'done'") == []
        assert in_agreement(rig, desk)


def test_f30_nothing_is_offered_twice_and_new_work_waits_its_turn(rig: Rig) -> None:
    first, second = a_day(rig)
    put_back(rig, [first, second])
    first.sync()
    first.wire.requests.clear()
    first.save(visit(home("a1", 3), "恢复时写的"))
    first.sync()
    first.sync()
    sizes = [rig.one("SELECT count(*) FROM reoffered")]
    assert sizes == [5]
    assert "恢复时写的" in first.wire.requests[0][1].decode(errors="replace") or len(first.wire.requests) == 2
    second.sync()
    first.sync()
    first.sync()
    assert ("恢复时写的",) in rig.rows("SELECT said FROM visit")


def test_f30_a_server_put_back_without_saying_so_is_filled_again_too(rig: Rig) -> None:
    first, second = a_day(rig)
    put_back(rig, [first, second], saying_so=False)
    for desk in (first, second):
        desk.save(visit(home("a1", 3), "之后"))
    for _ in range(3):
        rig.hands.now += 7200
        for desk in (first, second):
            desk.sync()
    assert rig.one("SELECT count(*) FROM visit") == 9
    for desk in (first, second):
        assert desk.rows("SELECT seq FROM outbox WHERE state <> 'done'") == []
        assert in_agreement(rig, desk)


def test_f30_who_only_reads_notices_that_the_server_stands_before_its_cursor(rig: Rig) -> None:
    """It has nothing to send that could leave a gap, and the server's next numbers will be ones it has seen."""
    reader, writer = rig.desk("steward_a1"), rig.desk("grid_a")
    for desk in (reader, writer):
        desk.sync()
    copied(rig)
    writer.save(visit(home("a1", 1), "之后"))
    writer.sync()
    reader.sync()
    assert len(reader.holds("visit")) == 1
    put_back(rig, [reader, writer], saying_so=False)
    reader.sync()
    assert reader.holds("visit") == set()
    copies_agree(rig, reader)
    writer.save(visit(home("a1", 2), "又一次"))
    writer.sync()
    reader.sync()
    assert len(reader.holds("visit")) == 2  # both: what the server had forgotten was sent again
    copies_agree(rig, reader)


def test_answered_ops_are_kept_thirty_days_by_the_servers_clock(rig: Rig) -> None:
    first, _ = a_day(rig)
    with first.store.database.write() as connection:
        assert outbox.thin_out(connection, rig.now() + 29 * DAY * 1000) == 0
        connection.exec_driver_sql(  # a person has not looked at it yet
            """UPDATE outbox SET result = replace(CAST(result AS TEXT), 'applied', 'rejected') WHERE seq = 3"""
        )
        assert outbox.thin_out(connection, rig.now() + 31 * DAY * 1000) == 3
        left = connection.exec_driver_sql("SELECT seq FROM outbox ORDER BY seq").fetchall()
        assert [row[0] for row in left] == [3, 5]
        assert outbox.next_seq(connection) == 6


# -- F22 ---------------------------------------------------------------------------------------------------------


def test_f22_a_client_older_than_the_feed_fetches_everything_again_outbox_kept(rig: Rig) -> None:
    keeper, away = rig.desk("steward_a1"), rig.desk("grid_a")
    resident = named(home("a1", 1) + "_r")
    for desk in (keeper, away):
        desk.sync()
    away.save(visit(home("a2", 1), "离线写的"))
    keeper.save(Draft("resident", resident, OpKind.DELETE, {}), visit(home("a1", 1), "一"))
    keeper.sync()
    with rig.database.write() as connection:
        domain = only_domain(connection)
        assert compaction.compact(connection, domain, "2026-11-21") == 0
        assert compaction.compact(connection, domain, "2027-12-25") == 0  # 399 days
        assert (
            compaction.compact(connection, domain, "2027-12-26") == 1
        )  # the pointer to the deleted resident
    keeper.save(visit(home("a1", 1), "二"))
    keeper.sync()
    assert len(keeper.wire.requests) < 12
    away.sync()
    assert away.rows("SELECT deleted FROM resident WHERE id = ?", resident) in ([(1,)], [])
    assert sorted(row[0] for row in rig.rows("SELECT said FROM visit")) == sorted(["一", "二", "离线写的"])
    for desk in (keeper, away):
        desk.sync()
        copies_agree(rig, desk)
        assert in_agreement(rig, desk)
    with rig.database.read() as connection:  # else no copy could be made of it any more
        assert checks.findings(connection, only_domain(connection)) == []


def test_f22_resuming_on_the_compacted_feed_is_the_same_as_a_full_replay(rig: Rig) -> None:
    desk, other = rig.desk("steward_a1"), rig.desk("grid_a")
    for one in (desk, other):
        one.sync()
    for number in range(4):
        resident = named(home("a1", 1 + number % 3) + "_r")
        if number % 2:
            desk.save(Draft("resident", resident, OpKind.DELETE, {}))
        else:
            desk.save(change("resident", resident, "salutation", None, f"老师{number}"))
        desk.sync()
        if number == 1:
            other.sync()
        with rig.database.write() as connection:
            compaction.compact(connection, only_domain(connection), ("2026-11-21", "2027-12-26")[number > 0])
    other.sync()
    fresh = rig.desk("grid_a")
    fresh.sync()
    for entity in ("household", "resident", "visit"):
        sql = f"SELECT id, bucket_id, row_version, deleted FROM {entity} WHERE deleted = 0 ORDER BY id"
        assert other.rows(sql) == fresh.rows(sql)


def test_a_device_that_offers_its_ops_with_gaps_does_not_keep_the_server_from_going_on(rig: Rig) -> None:
    first, second = a_day(rig)
    put_back(rig, [first, second])
    last = rig.one("SELECT last_seq FROM device WHERE device_id = ?", second.store.known.device_id)
    ask(second, [op(last + 50, visit(home("a2", 1), "mit Lücke"))])
    for desk in (first, second, first, second):
        desk.sync()
    assert rig.one("SELECT recovering_until FROM domain_life") == 0
    assert {f"乙{n}" for n in range(3)} <= {row[0] for row in rig.rows("SELECT said FROM visit")}
    assert ("mit Lücke",) not in rig.rows("SELECT said FROM visit")
