"""What this computer takes back or keeps on top, when what others decided meanwhile leans on it."""

from __future__ import annotations

from gridworker.models.household import link_id
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, Op, OpKind, Value
from gridworker.services import visits
from gridworker.store import outbox, receive, search, statistics
from gridworker.store.audit import Act
from gridworker.store.receive import Part
from gridworker.store.store import Store
from gridworker.store.withdrawal import withdraw
from tests.community import changed, form, household_of, one, wire_rows

ACT = Act("edited")


def save(store: Store, entity: str, kind: OpKind, record: bytes, **values: Value) -> list[Op]:
    store.save([Draft(entity, record, kind, dict(values))], ACT)
    with store.read() as connection:
        return outbox.pending_ops(connection, record)


def take_back(store: Store, ops: list[Op]) -> None:
    with store.database.write() as connection:
        withdraw(connection, ops)
    with store.read() as connection:
        assert statistics.difference(connection) == []


def test_a_void_that_never_took_effect_voids_nothing(joined: Store) -> None:
    logged = visits.log_visit(joined, form(household_of(joined)))
    ops = save(joined, "visit_void", OpKind.CREATE, new_id(), visit_id=logged.visit_id, reason="记错了")
    assert one(joined, "SELECT now_void FROM visit WHERE id = ?", logged.visit_id) == 1
    take_back(joined, ops)
    assert one(joined, "SELECT now_void FROM visit WHERE id = ?", logged.visit_id) == 0


def test_a_void_whose_deletion_never_took_effect_stands(joined: Store) -> None:
    logged, record = visits.log_visit(joined, form(household_of(joined))), new_id()
    save(joined, "visit_void", OpKind.CREATE, record, visit_id=logged.visit_id, reason="记错了")
    ops = save(joined, "visit_void", OpKind.DELETE, record)
    take_back(joined, [op for op in ops if op.kind is OpKind.DELETE])
    assert one(joined, "SELECT now_void FROM visit WHERE id = ?", logged.visit_id) == 1


def test_a_link_made_again_stays_on_top_of_its_deletion(joined: Store) -> None:
    home = household_of(joined)
    member = one(joined, "SELECT id FROM member LIMIT 1")
    assert isinstance(member, bytes)
    record = link_id(home, member)
    save(
        joined,
        "household_link",
        OpKind.CREATE,
        record,
        household_id=home,
        member_id=member,
        valid_from="2026-11-01",
    )
    (part,) = wire_rows(joined, "household_link", [record])
    gone = Part("household_link", part.bucket_id, [changed(part.rows[0], "household_link", 3, deleted=1)])
    receive.receive(joined, (), (gone,), (), {})
    assert one(joined, "SELECT deleted FROM household_link WHERE id = ?", record) == 0


def test_search_follows_the_turn_of_corrections(joined: Store) -> None:
    """The later turn shows, whatever the ids say: clocks take no part."""
    logged = visits.log_visit(joined, form(household_of(joined)))
    late, early = sorted((new_id(), new_id()))
    with joined.database.write() as connection:
        for record, turn, said in ((early, 1, "先说的"), (late, 2, "后说的")):
            connection.exec_driver_sql(
                "INSERT INTO visit_amendment "
                "(id, bucket_id, row_version, deleted, visit_id, field, value, reason, turn) "
                "SELECT ?, bucket_id, 1, 0, id, 'said', ?, 'x', ? FROM visit WHERE id = ?",
                (record, said, turn, logged.visit_id),
            )
        search.index_amended(connection, [logged.visit_id])
        found = [search.matching_rids(connection, search._VISIT, words, 5) for words in ("后说的", "先说的")]
    assert found[0] and not found[1]
