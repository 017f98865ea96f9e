"""Taking in what the server answered: receipts, pages, departures. All or nothing, and what was typed stays on top."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gridworker.models.ids import new_id
from gridworker.models.op import OpKind, OpResult, Outcome, Value
from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.services.households import edit_household
from gridworker.services.residents import edit_resident
from gridworker.services.visits import amend_visit, comment_visit, log_visit
from gridworker.store import outbox, receive, search, statistics
from gridworker.store.queries import households, road
from gridworker.store.receive import Gone, Part, finish_bulk
from gridworker.store.rows import Road, SyncCounts
from gridworker.store.store import Store
from gridworker.sync.lives import begin
from tests.community import (
    all_rows,
    changed,
    copied,
    counts,
    empty_store,
    form,
    household_of,
    joined_store,
    new_profile,
    one,
    open_store,
    record_basis,
    wire_rows,
)

#: The figures kept beside the rows.
KEPT = ("household_stat", "day_stat", "span_stat", "demand_day", "seen_span", "home_stat", "cover_stat")


def take(store: Store, *parts: Part, results: tuple[OpResult, ...] = (), gone: tuple[Gone, ...] = ()) -> None:
    receive.receive(store, results, parts, gone, {})
    with store.read() as connection:
        assert statistics.difference(connection) == []
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone() is None


def page(store: Store, entity: str, record: bytes, version: int, **values: object) -> Part:
    """One row as the server would send it."""
    (part,) = wire_rows(store, entity, [record])
    (row,) = part.rows
    return Part(entity, part.bucket_id, [changed(row, entity, version, **values)])  # type: ignore[arg-type]


def note_of(store: Store, household: bytes) -> object:
    return one(store, "SELECT note FROM household WHERE id = ?", household)


def version_of(store: Store, entity: str, record: bytes) -> object:
    return one(store, f"SELECT row_version FROM {entity} WHERE id = ?", record)


def last_seq(store: Store) -> int:
    found = one(store, "SELECT max(seq) FROM outbox")
    assert isinstance(found, int)
    return found


# -- pages ---------------------------------------------------------------------------------------------------------


def test_a_bulk_pull_gives_the_same_rows_and_figures_as_the_source(
    alone: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bulk = joined_store(tmp_path / "bulk", alone)
    monkeypatch.setattr(receive, "BULK", 10**9)
    small = joined_store(tmp_path / "small", alone)
    for store in (bulk, small):
        for entity in ENTITIES:
            assert all_rows(store, entity.name) == all_rows(alone, entity.name), entity.name
        for table in KEPT:
            assert one(store, f"SELECT count(*) FROM {table}") == one(alone, f"SELECT count(*) FROM {table}")
        with store.read() as connection, alone.read() as source:
            assert statistics.difference(connection) == []
            for table in KEPT:
                assert set(map(tuple, connection.exec_driver_sql(f"SELECT * FROM {table}"))) == set(
                    map(tuple, source.exec_driver_sql(f"SELECT * FROM {table}"))
                )
        name = one(store, "SELECT name FROM resident LIMIT 1 OFFSET 7")
        with store.read() as connection:
            assert search.matching_rids(connection, BY_NAME["resident"], str(name), 5)
        store.close()


def test_a_page_is_taken_whole_or_not_at_all(joined: Store) -> None:
    household = household_of(joined)
    good = page(joined, "household", household, 2, note="新")
    bad = Part("resident", good.bucket_id, [(new_id(), 1, 0, None)])
    before = counts(joined)
    with pytest.raises(Exception, match=r"."):
        receive.receive(joined, (), [good, bad], (), {"cursor": b"9"})
    assert counts(joined) == before
    assert note_of(joined, household) is None
    assert joined.state("cursor") is None
    receive.receive(joined, (), [good], (), {"cursor": b"9"})
    assert joined.state("cursor") == b"9"


def test_an_older_row_never_replaces_a_newer_one(joined: Store) -> None:
    household = household_of(joined)
    take(joined, page(joined, "household", household, 5, note="五"))
    for version in (5, 4, 1, 0):
        take(joined, page(joined, "household", household, version, note="旧"))
        assert note_of(joined, household) == "五"
    take(joined, page(joined, "household", household, 6, note="六"))
    assert note_of(joined, household) == "六"


def test_a_bulk_page_may_hold_what_is_here_among_what_is_new(
    joined: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    household, other = household_of(joined), new_id()
    part = page(joined, "household", household, 5, note="五")
    known = part.rows[0]
    monkeypatch.setattr(receive, "BULK", 0)
    another = new_id()
    first, last = (another, *known[1:]), (other, *known[1:])
    receive.receive(joined, (), [replace(part, rows=[first, known, last])], (), {})
    assert [note_of(joined, record) for record in (household, another, other)] == ["五"] * 3
    older = page(joined, "household", household, 4, note="四")
    mixed = replace(older, rows=[(new_id(), *older.rows[0][1:]), *older.rows, last])
    receive.receive(joined, (), [mixed], (), {})
    finish_bulk(joined)
    assert note_of(joined, household) == "五"
    with joined.read() as connection:
        assert statistics.difference(connection) == []


def test_the_same_page_twice_changes_nothing(joined: Store, alone: Store) -> None:
    logged = log_visit(alone, form(household_of(alone)))
    amend_visit(alone, logged.visit_id, {"outcome": "absent"}, "记错")
    parts = [
        part for entity in ("visit", "visit_visitor", "visit_amendment") for part in wire_rows(alone, entity)
    ]
    take(joined, *parts)
    first = [all_rows(joined, entity.name) for entity in ENTITIES]
    take(joined, *parts)
    assert [all_rows(joined, entity.name) for entity in ENTITIES] == first
    assert one(joined, "SELECT now_outcome FROM visit WHERE id = ?", logged.visit_id) == "absent"


def test_an_entity_of_a_newer_version_is_left_out(joined: Store) -> None:
    before = counts(joined)
    take(joined, Part("kiosk", b"\x01" * 16, [(new_id(), 1, 0)]), gone=(Gone("kiosk", new_id(), 1),))
    assert counts(joined) == before


def test_a_page_tells_what_it_touched(joined: Store) -> None:
    household = household_of(joined)
    changes = receive.receive(joined, (), [page(joined, "household", household, 2, note="x")], (), {})
    assert changes.touched == {"household": frozenset({household})}
    assert not changes.everything


def test_a_deleted_resident_is_found_no_more(joined: Store) -> None:
    resident = one(joined, "SELECT id FROM resident LIMIT 1")
    assert isinstance(resident, bytes)
    name, rid = (one(joined, f"SELECT {c} FROM resident WHERE id = ?", resident) for c in ("name", "rid"))
    for bulk in (False, True):
        take(joined, page(joined, "resident", resident, 3 if bulk else 2, deleted=int(not bulk)))
        with joined.read() as connection:
            assert (rid in search.matching_rids(connection, BY_NAME["resident"], str(name), 500)) is bulk


def test_a_changed_name_is_found_also_after_a_bulk_page(
    joined: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    resident = one(joined, "SELECT id FROM resident LIMIT 1")
    assert isinstance(resident, bytes)
    monkeypatch.setattr(receive, "BULK", 0)
    receive.receive(joined, (), [page(joined, "resident", resident, 2, name="演示鬱林")], (), {})
    finish_bulk(joined)
    while joined.index_some():
        pass
    with joined.read() as connection:
        (rid,) = search.matching_rids(connection, BY_NAME["resident"], "鬱林", 5)
    assert one(joined, "SELECT id FROM resident WHERE rid = ?", rid) == resident


def test_figures_wait_for_the_end_of_a_bulk_pull(
    joined: Store, alone: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    logged = log_visit(alone, form(household_of(alone), visited_on="2026-11-20"))
    monkeypatch.setattr(receive, "BULK", 0)
    changes = receive.receive(joined, (), wire_rows(alone, "visit", [logged.visit_id]), (), {})
    assert changes.everything
    assert joined.state("figures_stale") == b"1"
    finish_bulk(joined)
    assert joined.state("figures_stale") is None
    with joined.read() as connection:
        assert statistics.difference(connection) == []
    finish_bulk(joined)  # nothing left to do


# -- receipts ------------------------------------------------------------------------------------------------------


def test_a_record_has_arrived_once_the_communitys_computers_have_all_its_ops(joined: Store) -> None:
    logged = log_visit(joined, form(household_of(joined)))
    with joined.database.write() as connection:
        outbox.mark_sent(connection, 2)
    places = {
        seq: OpResult(seq, Outcome.APPLIED, row_version=1, hash="h", at=7, place=seq + 4) for seq in (1, 2)
    }
    take(joined, results=tuple(places.values()))
    for delivered, far in ((b"4", Road.SERVER), (b"5", Road.COMMUNITY)):
        joined.set_state({"sync.delivered": delivered})
        with joined.read() as connection:
            assert road.roads(connection, False, [logged.visit_id]) == {logged.visit_id: far}
    amend_visit(joined, logged.visit_id, {"said": "后来补充"}, "记漏了")
    with joined.read() as connection:
        assert road.roads(connection, False, [logged.visit_id, b"0" * 16]) == {
            logged.visit_id: Road.COMMUNITY,  # the correction is a record of its own
            b"0" * 16: Road.SERVER,
        }


def test_a_receipt_gives_the_version_and_settles_the_op(joined: Store) -> None:
    logged = log_visit(joined, form(household_of(joined)))
    assert road.sync_counts(joined).unsent == 1
    with joined.database.write() as connection:
        outbox.mark_sent(connection, 2)
    assert road.sync_counts(joined).sending == 1
    results = tuple(OpResult(seq, Outcome.APPLIED, row_version=1, hash="h", at=7) for seq in (1, 2))
    take(joined, results=results)
    assert version_of(joined, "visit", logged.visit_id) == 1
    assert road.sync_counts(joined) == SyncCounts(0, 0, 0, 1)
    with joined.read() as connection:
        assert road.roads(connection, False, [logged.visit_id]) == {logged.visit_id: Road.SERVER}
    take(joined, results=results)  # the answer lost and sent again
    assert version_of(joined, "visit", logged.visit_id) == 1
    assert one(joined, "SELECT count(*) FROM outbox WHERE state = 'done'") == 2


def test_a_clean_edit_is_not_sent_back(joined: Store) -> None:
    household = household_of(joined)
    edit_household(joined, household, {"note": None}, {"note": "我"})
    take(joined, results=(OpResult(1, Outcome.APPLIED, row_version=2),))
    assert version_of(joined, "household", household) == 2
    take(joined, page(joined, "household", household, 2, note="我"))
    assert note_of(joined, household) == "我"


@pytest.mark.parametrize(
    ("outcome", "version"),
    [
        (Outcome.CONFLICT, 7),
        (Outcome.MERGED, 7),
        (Outcome.REJECTED, 0),
        (Outcome.APPLIED, 7),
        (Outcome.NOOP, 7),
    ],
)
def test_where_the_server_differs_its_row_wins(joined: Store, outcome: Outcome, version: int) -> None:
    household = household_of(joined)
    edit_household(joined, household, {"note": None}, {"note": "我"})
    take(
        joined,
        page(joined, "household", household, 7, note="别人", room="9999"),
        results=(OpResult(1, outcome, row_version=version),),
    )
    assert note_of(joined, household) == "别人"
    assert one(joined, "SELECT room FROM household WHERE id = ?", household) == "9999"
    assert version_of(joined, "household", household) == 7
    counted = road.sync_counts(joined)
    assert (counted.unsent, counted.attention) == (0, 1 if outcome is Outcome.REJECTED else 0)


def test_a_rejected_visit_stays_as_a_record_to_look_at(joined: Store) -> None:
    logged = log_visit(joined, form(household_of(joined)))
    take(
        joined,
        results=(
            OpResult(1, Outcome.REJECTED, code="not_allowed"),
            OpResult(2, Outcome.REJECTED, code="depends_on"),
        ),
    )
    with joined.read() as connection:
        assert road.roads(connection, False, [logged.visit_id]) == {logged.visit_id: Road.ATTENTION}
    assert one(joined, "SELECT count(*) FROM visit WHERE id = ?", logged.visit_id) == 1


def test_an_answer_to_an_op_never_made_is_ignored(joined: Store) -> None:
    before = counts(joined)
    take(joined, results=(OpResult(99, Outcome.APPLIED, row_version=3),))
    assert counts(joined) == before


def test_a_merged_visit_moves_in_the_figures_too(joined: Store) -> None:
    """The server puts the visit into another micro-grid than this device assumed."""
    logged = log_visit(joined, form(household_of(joined)))
    unit_at = one(joined, "SELECT unit_at FROM visit WHERE id = ?", logged.visit_id)
    other = one(joined, "SELECT id FROM area_unit WHERE kind = 'micro_grid' AND id <> ?", unit_at)
    take(
        joined,
        page(joined, "visit", logged.visit_id, 1, unit_at=other),
        results=(OpResult(1, Outcome.MERGED, row_version=1), OpResult(2, Outcome.APPLIED, row_version=1)),
    )
    assert one(joined, "SELECT unit_at FROM visit WHERE id = ?", logged.visit_id) == other


# -- what was typed stays on top -----------------------------------------------------------------------------------


def test_an_unanswered_edit_stays_on_top_of_a_pulled_row(joined: Store) -> None:
    household = household_of(joined)
    edit_household(joined, household, {"note": None}, {"note": "我"})
    take(joined, page(joined, "household", household, 4, note="别人", room="707"))
    assert note_of(joined, household) == "我"
    assert one(joined, "SELECT room FROM household WHERE id = ?", household) == "707"
    assert version_of(joined, "household", household) == 4
    assert road.sync_counts(joined).unsent == 1


def test_a_later_edit_stays_when_an_earlier_one_is_answered(joined: Store) -> None:
    household = household_of(joined)
    edit_household(joined, household, {"note": None}, {"note": "一"})
    edit_household(joined, household, {"note": "一"}, {"note": "二"})
    take(
        joined,
        page(joined, "household", household, 5, note="别人"),
        results=(OpResult(1, Outcome.CONFLICT, row_version=5),),
    )
    assert note_of(joined, household) == "二"
    assert road.sync_counts(joined).unsent == 1


def test_an_unanswered_visit_that_comes_back_is_one_visit(joined: Store) -> None:
    logged = log_visit(joined, form(household_of(joined)))
    take(joined, page(joined, "visit", logged.visit_id, 1))
    assert one(joined, "SELECT count(*) FROM visit WHERE id = ?", logged.visit_id) == 1
    assert road.sync_counts(joined).unsent == 1


# -- leaving -------------------------------------------------------------------------------------------------------


def test_a_household_out_of_scope_leaves_nothing(joined: Store) -> None:
    household = household_of(joined)
    logged = log_visit(
        joined, form(household, said="只此一家的话")
    )  # not sent yet: its row must not stay behind
    comment_visit(joined, logged.visit_id, "批注")
    joined.drafts.keep(new_id(), household, {"said": "x"})
    resident = one(joined, "SELECT name FROM resident WHERE household_id = ?", household)
    ops = one(joined, "SELECT count(*) FROM outbox")
    take(joined, gone=(Gone("household", household, 9),))
    for table in ("resident", "basis", "visit", "conflict", "household_stat"):
        assert one(joined, f"SELECT count(*) FROM {table} WHERE household_id = ?", household) == 0, table
    for table in ("visit_visitor", "visit_comment"):
        assert one(joined, f"SELECT count(*) FROM {table} WHERE visit_id = ?", logged.visit_id) == 0
    assert one(joined, "SELECT count(*) FROM draft") == 0
    assert one(joined, "SELECT count(*) FROM outbox") == ops  # what was done is still to be answered
    with joined.read() as connection:
        assert not search.matching_rids(connection, BY_NAME["visit"], "只此一家的话", 9)
        found = search.matching_rids(connection, BY_NAME["resident"], str(resident), 99)
    assert all(one(joined, "SELECT 1 FROM resident WHERE rid = ?", rid) for rid in found)


def test_a_departure_older_than_the_row_is_ignored(joined: Store) -> None:
    household = household_of(joined)
    take(joined, page(joined, "household", household, 5))
    take(joined, gone=(Gone("household", household, 4),))
    assert one(joined, "SELECT count(*) FROM household WHERE id = ?", household) == 1


def test_a_single_visit_leaves_the_figures_right(joined: Store) -> None:
    visit = one(joined, "SELECT id FROM visit LIMIT 1")
    assert isinstance(visit, bytes)
    take(joined, gone=(Gone("visit", visit, 1), Gone("visit", visit, 1)))
    assert one(joined, "SELECT count(*) FROM visit WHERE id = ?", visit) == 0


def test_a_post_taken_away_counts_at_once(joined: Store) -> None:
    post = one(
        joined,
        "SELECT id FROM appointment WHERE member_id = ? AND role_code = 'community_secretary'",
        joined.known.member_id,
    )
    assert isinstance(post, bytes)
    assert any(grant.role.code == "community_secretary" for grant in joined.grants())
    take(joined, gone=(Gone("appointment", post, 1),))
    assert not any(grant.role.code == "community_secretary" for grant in joined.grants())


# -- replay --------------------------------------------------------------------------------------------------------


@pytest.fixture
def blank(tmp_path: Path) -> Iterator[Store]:
    store = empty_store(tmp_path / "blank", new_profile(device_no=3))
    yield store
    store.close()


def test_replaying_every_op_into_an_empty_store_gives_the_same_rows(alone: Store, blank: Store) -> None:
    """The one way to write: what the services did is wholly in their ops."""
    from gridworker.models.op import Draft, decode_op
    from gridworker.services.households import opt_out
    from gridworker.services.visits import void_visit
    from tests.community import ACT, COMMUNITY, batches

    first, second = household_of(alone), household_of(alone, 3)
    one_visit, other = (
        log_visit(alone, form(first, next_on="2026-12-01")),
        log_visit(alone, form(second, outcome="absent")),
    )
    amend_visit(alone, one_visit.visit_id, {"said": "改过", "outcome": "declined", "next_on": None}, "记错")
    void_visit(alone, other.visit_id, "记错了户")
    comment_visit(alone, one_visit.visit_id, "已转物业")
    edit_household(alone, first, {"note": None, "member_count": None}, {"note": "注", "member_count": 9})
    edit_household(alone, first, {"note": "?"}, {"note": "冲突"})
    opt_out(alone, second, on=True)
    opt_out(alone, second, on=False, reason="想通了")
    record_basis(alone, first, ("phone", "birth_year"))
    resident = households.household_detail(alone, first).residents[0]
    seen: dict[str, Value] = {"name": resident.name, "phone": resident.phone}
    edit_resident(alone, resident.id, seen, {"name": "演示甲", "phone": "100-0000-9999"})

    with alone.read() as connection:
        ops = [
            decode_op(row[0]) for row in connection.exec_driver_sql("SELECT payload FROM outbox ORDER BY seq")
        ]
    assert [op.seq for op in ops] == list(range(1, len(ops) + 1))
    assert {op.entity for op in ops} >= {"visit", "visit_visitor", "visit_amendment", "visit_void", "visit_comment",
                                         "household", "resident", "basis"}  # fmt: skip
    blank.known = alone.known  # the replay of a device is its own
    blank.found(batches(COMMUNITY.drafts()), ACT)
    for txn in dict.fromkeys(op.txn for op in ops):
        blank.found([[Draft(o.entity, o.record, o.kind, o.set, o.base) for o in ops if o.txn == txn]], ACT)
    with blank.database.write() as connection:  # a community is founded by nobody
        connection.exec_driver_sql("UPDATE conflict SET by_member_id = ?", (alone.known.member_id,))
    for entity in ENTITIES:
        assert all_rows(blank, entity.name) == all_rows(alone, entity.name), entity.name
    for store in (alone, blank):
        with store.read() as connection:
            assert statistics.difference(connection) == []
    assert OpKind.SET in {op.kind for op in ops}


def test_a_restored_copy_goes_on_as_another_incarnation(joined: Store, tmp_path: Path) -> None:
    log_visit(joined, form(household_of(joined)))
    edit_household(joined, household_of(joined), {"note": None}, {"note": "x"})
    take(
        joined,
        results=(OpResult(1, Outcome.APPLIED, row_version=1), OpResult(2, Outcome.APPLIED, row_version=1)),
    )
    with joined.read() as connection:
        before = connection.exec_driver_sql("SELECT op_id FROM outbox WHERE state = 'new'").fetchall()
    was = joined.known.incarnation
    begin(joined, "restored")
    assert joined.known.incarnation != was
    with joined.read() as connection:
        from gridworker.models.op import decode_op

        after = connection.exec_driver_sql(
            "SELECT seq, op_id, payload FROM outbox WHERE state = 'new'"
        ).fetchall()
    assert [row[1] for row in after] == [row[0] for row in before]
    assert [row[0] for row in after] == [1]
    assert [(decode_op(row[2]).seq, decode_op(row[2]).op_id) for row in after] == [
        (row[0], row[1]) for row in after
    ]
    folder = joined.folder
    joined.close()
    again = open_store(copied(folder, tmp_path / "again"))
    assert again.known.incarnation.hex() == (folder / "incarnation").read_text() != was.hex()
    again.close()
