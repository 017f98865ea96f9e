"""What only a real PostgreSQL can show: writers that wait at the head's row, transactions that lose races, and two
server processes behind one database."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any

import psycopg
import pytest

from gridworker.errors import DatabaseAddressInvalid, DatabaseBusy, DatabaseUnreachable, ProfileMissing
from gridworker.models.days import Clock
from gridworker.server import pointers, push, race
from gridworker.server.database import ServerDatabase
from gridworker.server.postgres import COPY_FROM
from gridworker.server.race import LostRace
from gridworker.sync.client import Client
from gridworker.sync.protocol.messages import Pull
from gridworker.sync.session import sync_now
from gridworker.sync.transport.http import HttpTransport
from tests.contract.rig import Desk, Rig, ask, op
from tests.contract.village import change, home, named, visit
from tests.postgres import cluster

SERVER = "import sys; from gridworker.server.cli import main; sys.exit(main())"


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig("postgres")


def in_thread(work: Callable[[], object]) -> tuple[threading.Thread, list[object]]:
    found: list[object] = []

    def run() -> None:
        try:
            found.append(work())
        except Exception as error:  # noqa: BLE001 - the test looks at it
            found.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    return thread, found


def waiting_for_a_lock(rig: Rig) -> int:
    return int(
        rig.one(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
    )


def until(condition: Callable[[], object], seconds: float = 20.0) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "it never came about"
        time.sleep(0.01)


# -- F1 ----------------------------------------------------------------------------------------------------------


def test_f01_numbers_become_visible_in_the_order_of_commits(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writer A stands still after it took its numbers. B waits at the head, a reader sees neither, and once A goes on
    both are there, A's numbers first."""
    first, second, reader = rig.desk("steward_a1"), rig.desk("grid_a"), rig.desk("secretary")
    for desk in (first, second, reader):
        desk.sync()
    before = int(rig.one("SELECT head FROM domain_head"))
    taken, go_on = threading.Event(), threading.Event()
    plain = pointers.write_feed

    def paused(*arguments: Any) -> Any:
        found = plain(*arguments)
        if not taken.is_set():
            taken.set()
            assert go_on.wait(30)
        return found

    monkeypatch.setattr(push, "write_feed", paused)
    first.save(visit(home("a1", 1), "甲"))
    second.save(visit(home("a2", 1), "乙"))
    one, sent_by_first = in_thread(first.sync)
    try:
        assert taken.wait(30)
        two, sent_by_second = in_thread(second.sync)
        until(lambda: waiting_for_a_lock(rig) == 1)
        assert rig.one("SELECT head FROM domain_head") == before
        assert reader.sync().rows == 0
        assert not sent_by_first and not sent_by_second
    finally:
        go_on.set()
    for thread in (one, two):
        thread.join(30)
    assert not [found for found in (*sent_by_first, *sent_by_second) if isinstance(found, Exception)]
    order = rig.rows(
        "SELECT f.seq, v.said FROM feed f JOIN visit v ON v.id = f.record_id WHERE f.seq > ? ORDER BY f.seq",
        before,
    )
    assert [said for _, said in order] == ["甲", "乙"]
    assert rig.one("SELECT head FROM domain_head") == before + 2
    assert reader.sync().rows == 2


# -- F40 ---------------------------------------------------------------------------------------------------------


class Storm:
    """PostgreSQL's own serialization failure, raised in the next `times` pushes after their rows were written."""

    def __init__(self, times: int) -> None:
        self.left = times
        self.attempts = 0

    def __call__(self, connection: Any, *arguments: Any) -> Any:
        found = push_write_feed(connection, *arguments)
        self.attempts += 1
        if self.left:
            self.left -= 1
            connection.exec_driver_sql(
                "DO $$ BEGIN RAISE EXCEPTION 'storm' USING ERRCODE = 'serialization_failure'; END $$"
            )
        return found


push_write_feed = pointers.write_feed


@pytest.fixture
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    waits: list[float] = []
    plain = race.until_won

    def hurried(work: Any, where: str) -> Any:
        return plain(work, where, waits.append)

    monkeypatch.setattr("gridworker.server.database.until_won", hurried)
    return waits


def test_f40_a_lost_race_is_run_again_and_has_one_effect(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, no_waiting: list[float]
) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    storm = Storm(race.TRIES - 1)
    monkeypatch.setattr(push, "write_feed", storm)
    desk.save(visit(home("a1", 1), "风暴"))
    assert desk.sync().sent == 1
    assert (storm.attempts, len(no_waiting)) == (race.TRIES, race.TRIES - 1)
    assert all(0 <= wait <= race.LONGEST_WAIT for wait in no_waiting)
    assert rig.one("SELECT count(*) FROM visit WHERE said = '风暴'") == 1
    assert rig.one("SELECT count(*) FROM device_op") == 1


def test_f40_the_storm_is_left_alone_after_eight_tries(
    rig: Rig, monkeypatch: pytest.MonkeyPatch, no_waiting: list[float]
) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    storm = Storm(race.TRIES)
    monkeypatch.setattr(push, "write_feed", storm)
    desk.save(visit(home("a1", 1), "风暴"))
    with pytest.raises(Exception, match="server_refused"):
        sync_now(desk.client)
    assert storm.attempts == race.TRIES
    assert desk.wire.replies[-1].headers["retry-after"] == "5"
    assert rig.one("SELECT count(*) FROM visit") == 0
    assert desk.sync().sent == 1  # the storm is over
    assert rig.one("SELECT count(*) FROM visit") == 1


def test_a_deadlock_is_a_lost_race(rig: Rig) -> None:
    """Two transactions that lock the same two rows in opposite order: PostgreSQL ends one, and it is run again."""
    tries: list[str] = []
    both = threading.Barrier(2)

    def lock(name: str, households: tuple[str, str]) -> Callable[[Any], None]:
        def work(connection: Any) -> None:
            tries.append(name)
            for place, household in enumerate(households):
                connection.exec_driver_sql(
                    "UPDATE household SET room = room WHERE id = ?", (named(household),)
                )
                if place == 0 and tries.count(name) == 1:
                    both.wait(20)

        return work

    one, two = home("a1", 1), home("a1", 2)
    first, found = in_thread(lambda: rig.database.transact(lock("a", (one, two))))
    rig.database.transact(lock("b", (two, one)))
    first.join(30)
    assert found == [None]
    assert sorted(tries) in (["a", "a", "b"], ["a", "b", "b"])


def test_a_race_is_told_from_other_faults() -> None:
    assert race.lost_race(psycopg.errors.SerializationFailure())
    assert race.lost_race(psycopg.errors.DeadlockDetected())
    assert race.lost_race(LostRace())
    assert not race.lost_race(psycopg.errors.UniqueViolation())
    assert not race.lost_race(ValueError())


# -- two processes -----------------------------------------------------------------------------------------------


@contextmanager
def process(url: str) -> Iterator[str]:
    """The URL of a `gridworker-server serve` of its own."""
    command = [sys.executable, "-c", SERVER, "serve", "--database", url, "--port", "0", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield str(json.loads(server.stdout.readline())["url"])
        finally:
            server.terminate()
            server.wait(20)


def test_two_processes_share_one_order(rig: Rig) -> None:
    """Interleaved pushes of the same community through two processes: the order has no gap, every op once, and each
    process serves at once what the other took in, a change of scope too."""
    desks = [rig.desk(login) for login in ("steward_a1", "steward_a2", "grid_a", "secretary")]
    before = int(rig.one("SELECT head FROM domain_head"))
    with ExitStack() as open_:
        urls = [open_.enter_context(process(rig.address)) for _ in range(2)]
        clients = [Client(desk.store, HttpTransport(urls[n % 2])) for n, desk in enumerate(desks)]
        for client in clients:
            open_.callback(client.transport.close)
            sync_now(client)
        for round_ in range(6):
            threads = []
            for number, desk in enumerate(desks[:3]):
                micro = "a2" if number == 1 else "a1"
                desk.save(*(visit(home(micro, 1 + n % 3), f"{number}-{round_}-{n}") for n in range(4)))
                threads.append(in_thread(lambda client=clients[number]: sync_now(client)))  # type: ignore[misc]
            for thread, _ in threads:
                thread.join(60)
            assert not [f for _, found in threads for f in found if isinstance(f, Exception)]
        sync_now(clients[3])
        assert desks[3].one("SELECT count(*) FROM visit") == 72
        _an_ended_post_is_known_to_the_other(rig, desks[0], clients[0])
    numbers = [row[0] for row in rig.rows("SELECT seq FROM feed WHERE seq > ? ORDER BY seq", before)]
    assert numbers == list(range(before + 1, before + 1 + len(numbers)))
    assert numbers[-1] == rig.one("SELECT head FROM domain_head")
    receipts = rig.rows("SELECT device_id, count(*), max(seq) FROM device_op GROUP BY device_id")
    assert receipts and all(count == highest for _, count, highest in receipts)
    assert rig.one("SELECT count(DISTINCT said) FROM visit") == 72


def _an_ended_post_is_known_to_the_other(rig: Rig, steward: Desk, elsewhere: Client) -> None:
    """At one process a steward's appointment is ended; the other process shows nothing more."""
    assert steward.holds("household")
    rig.command(change("appointment", named("post_steward_a1"), "valid_to", None, "2020-01-01"))
    sync_now(elsewhere)
    assert not steward.holds("household")


# -- bulk, types, addresses --------------------------------------------------------------------------------------


def test_many_ops_go_in_by_copy_and_are_the_same(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    made = [visit(home("a1", 1 + n % 3), f"第{n}次\\n\t'%s") for n in range(COPY_FROM + 10)]
    results = ask(desk, [op(n, draft) for n, draft in enumerate(made, 1)], Pull(cursor=0)).results
    assert {result.outcome.value for result in results} <= {"applied", "merged"}
    stored = rig.rows("SELECT id, said FROM visit")
    assert dict(stored) == {d.record: d.set["said"] for d in made}
    again = ask(desk, [op(n, draft) for n, draft in enumerate(made, 1)]).results
    assert {result.code for result in again} == {"device_fork"}  # other op ids under known numbers


def test_a_record_written_twice_in_a_batch_has_one_pointer(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """When a batch cannot be judged together each act goes in alone; the same record may then be written twice."""

    def broken(*_: object) -> None:
        raise RuntimeError("together")

    desk = rig.desk("steward_a1")
    desk.sync()
    record = named(home("a1", 1))
    ops = [
        op(n, change("household", record, "room", str(n) if n > 1 else "1", str(n + 1)))
        for n in range(1, COPY_FROM + 5)
    ]
    plain = push._judge_together
    calls: list[int] = []

    def once_broken(connection: Any, context: Any, groups: Any) -> Any:
        calls.append(len(groups))
        if len(groups) > 1:
            broken()
        return plain(connection, context, groups)

    monkeypatch.setattr(push, "_judge_together", once_broken)
    before = int(rig.one("SELECT head FROM domain_head"))
    results = ask(desk, ops).results
    assert {result.outcome.value for result in results} == {"applied"}
    assert len(calls) == 1 + len(ops)
    assert rig.rows("SELECT seq FROM feed WHERE record_id = ?", record) == [(before + 1,)]
    assert rig.one("SELECT head FROM domain_head") == before + 1


@pytest.mark.parametrize(
    "address",
    ["", "mysql://u@h/n", "postgresql", "postgresql+asyncpg://u@h/n", "postgresql://u@h/n?nonsense=1"],
)
def test_a_wrong_address_is_said(address: str) -> None:
    with pytest.raises(DatabaseAddressInvalid):
        ServerDatabase.open(address, Clock())


def test_a_database_that_is_away_is_said_without_its_password() -> None:
    with pytest.raises(DatabaseUnreachable) as caught:
        ServerDatabase.open("postgresql://me:geheim@/nothing?host=/nowhere", Clock())
    assert "geheim" not in str(caught.value.values)


def test_an_empty_database_holds_no_server() -> None:
    name = cluster().make()
    try:
        with pytest.raises(ProfileMissing):
            ServerDatabase.open(cluster().url(name), Clock())
    finally:
        cluster().drop(name)


def test_a_connection_that_broke_is_replaced(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    with cluster().connect() as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s",
            (rig.address.split("/")[3].partition("?")[0],),
        )
    desk.save(visit(home("a1", 1), "后来"))
    for _ in range(20):  # each broken connection is found once
        try:
            desk.sync()
            break
        except Exception:  # noqa: BLE001, S112
            continue
    assert rig.one("SELECT count(*) FROM visit WHERE said = '后来'") == 1


def test_nobody_waits_for_ever(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gridworker.server.postgres.WAIT_SECONDS", 0.05)
    with ExitStack() as held, pytest.raises(DatabaseBusy):
        for _ in range(100):
            held.enter_context(rig.database.read())
