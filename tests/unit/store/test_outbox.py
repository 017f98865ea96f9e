"""The outbox gives whole acts in device order, and no op leaves it unanswered."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.ids import new_id
from gridworker.models.op import Op, OpKind, OpResult, Outcome, decode_op
from gridworker.services.visits import log_visit
from gridworker.store import outbox
from gridworker.store.connection import Connection
from gridworker.store.queries.road import sync_counts
from gridworker.store.store import Store
from gridworker.sync.lives import begin
from tests.community import empty_store, form, household_of, new_profile, one


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return empty_store(tmp_path_factory.mktemp("outbox") / "p", new_profile(authority="server"))


def fill(connection: Connection, acts: list[int], size: int = 0) -> list[Op]:
    connection.exec_driver_sql("DELETE FROM outbox")
    made: list[Op] = []
    for count in acts:
        txn = new_id()
        for _ in range(count):
            values = {"note": "字" * size}
            made.append(Op(new_id(), len(made) + 1, txn, "household", new_id(), OpKind.SET, values))  # type: ignore[arg-type]
    outbox.add(connection, made, outbox.NEW, 1)
    return made


@given(acts=st.lists(st.integers(1, 6), max_size=8), limit=st.integers(1, 9), answered=st.integers(0, 3))
def test_batches_cut_between_acts(store: Store, acts: list[int], limit: int, answered: int) -> None:
    with store.database.write() as connection:
        made = fill(connection, acts)
        done = sum(acts[:answered])
        outbox.settle(connection, [OpResult(op.seq, Outcome.APPLIED, 1) for op in made[:done]])
        waiting = made[done:]
        sent: list[Op] = []
        while batch := [decode_op(raw) for raw in outbox.batch(connection, limit, 10**9)]:
            assert outbox.is_any_to_send(connection)
            last = batch[-1].seq
            assert outbox.is_any_to_send(connection, last) is (last < len(made))
            assert batch == waiting[len(sent) : len(sent) + len(batch)]
            assert (
                len(batch) <= limit or len({op.txn for op in batch}) == 1
            )  # an act larger than the limit goes alone
            assert {op.txn for op in batch}.isdisjoint({op.txn for op in waiting[len(sent) + len(batch) :]})
            outbox.mark_sent(connection, batch[-1].seq)
            assert [
                decode_op(raw) for raw in outbox.batch(connection, limit, 10**9)
            ] == batch  # until it is answered
            outbox.settle(connection, [OpResult(op.seq, Outcome.APPLIED, 1) for op in batch])
            sent += batch
        assert sent == waiting
        assert not outbox.is_any_to_send(connection)


@pytest.mark.parametrize(("acts", "limit"), [([5, 1, 1], 2), ([1, 5, 1], 2), ([1, 1, 1], 1)])
def test_a_batch_does_not_read_all_that_waits(store: Store, acts: list[int], limit: int) -> None:
    """Of thousands that wait after an import, each request would read every one, its content too."""
    seen: list[str] = []
    with store.database.write() as connection:
        fill(connection, acts)
        driver = connection.connection.driver_connection
        driver.set_trace_callback(seen.append)
        outbox.batch(connection, limit, 10**9)
        driver.set_trace_callback(None)
        reading = [sql for sql in seen if "payload" in sql]
        for sql in reading:
            plan = " ".join(row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {sql}"))
            assert "LIMIT" in sql or "INTEGER PRIMARY KEY (rowid>?)" in plan, (plan, sql)
        assert len(reading) == (2 if acts[0] > limit else 1)


def test_a_batch_stays_below_its_bytes_but_always_sends_something(store: Store) -> None:
    with store.database.write() as connection:
        made = fill(connection, [1, 2, 3], size=100)
        weight = len(msgspec.json.encode(made[0]))
        assert len(outbox.batch(connection, 100, 3 * weight + 20)) == 3
        assert len(outbox.batch(connection, 100, 1)) == 1
        assert len(outbox.batch(connection, 2000, 10**9)) == 6


def test_pending_is_what_the_server_has_not_answered(store: Store) -> None:
    with store.database.write() as connection:
        made = fill(connection, [1, 1, 1])
        outbox.mark_sent(connection, 1)
        settled = outbox.settle(
            connection, [OpResult(2, Outcome.REJECTED, code="x"), OpResult(2, Outcome.APPLIED)]
        )
        assert [(r.outcome, record) for r, _, record in settled] == [(Outcome.REJECTED, made[1].record)]
        assert outbox.pending_records(connection) == {
            ("household", made[0].record),
            ("household", made[2].record),
        }
        assert outbox.pending_ops(connection, made[2].record) == [made[2]]
        assert outbox.pending_ops(connection, made[1].record) == []
        assert outbox.next_seq(connection) == 4
        answer = connection.exec_driver_sql("SELECT result FROM outbox WHERE seq = 2").scalar()
        assert isinstance(answer, bytes)
        assert (
            msgspec.json.decode(answer, type=OpResult).outcome is Outcome.REJECTED
        )  # the first answer stays


def test_places_are_gap_free_from_one_in_every_incarnation(joined: Store) -> None:
    def places() -> list[int]:
        with joined.read() as connection:
            rows = connection.exec_driver_sql("SELECT seq FROM outbox WHERE seq > 0 ORDER BY seq")
            return [row[0] for row in rows]

    household = household_of(joined)
    log_visit(joined, form(household))
    log_visit(joined, form(household))
    assert places() == [1, 2, 3, 4]
    with joined.database.write() as connection:
        outbox.settle(connection, [OpResult(n, Outcome.APPLIED, 1) for n in (1, 2)])
    begin(joined, "restored")
    assert places() == [1, 2]
    with joined.database.write() as connection:
        outbox.settle(connection, [OpResult(n, Outcome.APPLIED, 1) for n in (1, 2)])
    begin(joined, "restored")
    assert places() == []
    log_visit(joined, form(household))
    assert places() == [1, 2]
    assert one(joined, "SELECT count(*) FROM outbox WHERE state = 'done'") == 4  # answered ones stay readable
    assert one(joined, "SELECT count(*) - count(DISTINCT op_id) FROM outbox") == 0


def test_what_was_sent_is_told_by_its_place(joined: Store) -> None:
    """Two acts of three may have reached a server that did not answer; in a new incarnation nobody knows them."""

    def stages() -> tuple[int, int]:
        counts = sync_counts(joined)
        return counts.unsent, counts.sending

    household = household_of(joined)
    for _ in range(3):
        log_visit(joined, form(household))
    assert stages() == (3, 0)
    with joined.database.write() as connection:
        outbox.mark_sent(connection, 4)
        outbox.mark_sent(connection, 2)  # an act sent once more takes nothing back
    assert stages() == (1, 2)
    begin(joined, "restored")
    assert stages() == (3, 0)


def test_a_place_of_an_op_that_the_server_knows_after_all_is_told_once(joined: Store) -> None:
    log_visit(joined, form(household_of(joined)))
    with joined.database.write() as connection:
        outbox.settle(connection, [OpResult(1, Outcome.HELD, code="scope_lost", place=3)])
        connection.exec_driver_sql(
            "UPDATE outbox SET payload = x'' WHERE seq = 1"
        )  # it is held, and out of sight
        outbox.reopen(connection, 0)
        assert [b'"postponed":true' in raw for raw in outbox.batch(connection, 9, 10**6)][:1] == [True]
        outbox.settle(connection, [OpResult(1, Outcome.HELD, code="scope_lost", place=4)])
        assert not any(b'"postponed":true' in raw for raw in outbox.batch(connection, 9, 10**6))
    kept = one(joined, "SELECT CAST(result AS TEXT) FROM outbox WHERE seq = 1")
    assert isinstance(kept, str) and '"place":4' in kept


def test_payloads_are_never_rewritten(joined: Store) -> None:
    log_visit(joined, form(household_of(joined)))
    before = one(joined, "SELECT payload FROM outbox WHERE seq = 1")
    with joined.database.write() as connection:
        outbox.mark_sent(connection, 1)
        outbox.settle(connection, [OpResult(1, Outcome.APPLIED, 1)])
    assert one(joined, "SELECT payload FROM outbox WHERE seq = 1") == before
