"""What pages and reports ask: trees, scopes, plan states, weeks and the doctor, against counts made another way."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.errors import DatabaseDamaged, NotFound
from gridworker.models.days import Week
from gridworker.models.ids import new_id
from gridworker.models.op import OpResult, Outcome, decode_op
from gridworker.models.roles import AreaTree
from gridworker.services.households import edit_household, opt_out
from gridworker.services.residents import edit_resident
from gridworker.services.visits import log_visit
from gridworker.store import outbox, state
from gridworker.store.connection import Connection
from gridworker.store.queries import health, households, road, tree, visits
from gridworker.store.queries.demands import nodes_inside
from gridworker.store.queries.households import HouseholdFilter
from gridworker.store.queries.plan import NOTICE_DAYS, plan_state
from gridworker.store.rows import Plan, Road, Scope, TreeKind
from gridworker.store.store import Store
from tests.community import ACT, copied, empty_store, form, household_of, one, open_store, set_draft

WEEK = Week.parse("2026-W47")


def everything(store: Store) -> Scope:
    return tree.default_scope(store)


def test_the_trees_stand_parents_first(alone: Store) -> None:
    for nodes, kinds in (
        (tree.area_tree(alone), {"community": 1, "estate": 1, "grid": 2, "micro_grid": 4}),
        (tree.org_tree(alone), {"community_party_org": 1, "micro_grid_group": 4}),
    ):
        seen: set[bytes] = set()
        for node in nodes:
            assert node.parent_id is None or node.parent_id in seen
            seen.add(node.id)
        counted = Counter(node.kind for node in nodes)
        assert {kind: counted[kind] for kind in kinds} == kinds
        assert all(node.in_scope for node in nodes)
    assert any(node.people for node in tree.org_tree(alone))


def test_badges_add_up_to_the_lists(alone: Store) -> None:
    for kind, nodes in ((TreeKind.AREA, tree.area_tree(alone)), (TreeKind.ORG, tree.org_tree(alone))):
        for node in nodes:
            scope = tree.scope_of(alone, kind, node.id)
            due = visits.due_households(alone, scope, limit=1000)
            assert node.due == due.count == len(due.first), node.name
            assert node.late == sum(row.plan is Plan.LATE for row in due.first), node.name
    due = visits.due_households(alone, everything(alone), limit=1000)
    assert due.count > 3
    few = visits.due_households(alone, everything(alone), limit=3)
    assert (len(few.first), few.count) == (3, due.count)


def test_both_trees_are_the_two_with_one_count(alone: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    expected = (tree.org_tree(alone), tree.area_tree(alone))
    counted: list[str] = []
    count = tree._unit_counts

    def listening(connection: Connection, today: str) -> Any:
        counted.append(today)
        return count(connection, today)

    monkeypatch.setattr(tree, "_unit_counts", listening)
    assert tree.both_trees(alone) == expected
    assert any(node.due for node in expected[0]) and len(counted) == 1
    tree.scope_of(alone, TreeKind.ORG, expected[0][0].id)
    assert len(counted) == 1  # what a node stands for needs no count


def test_the_nodes_inside_a_scope_are_those_whose_micro_grids_all_are(alone: Store) -> None:
    parents = {node.id: node.parent_id for node in tree.area_tree(alone) if node.kind != "building"}
    micros = {node.id for node in tree.area_tree(alone) if node.kind == "micro_grid"}
    areas, seen = AreaTree(parents), set()
    for kind, nodes in ((TreeKind.AREA, tree.area_tree(alone)), (TreeKind.ORG, tree.org_tree(alone))):
        for node in nodes:
            scope = tree.scope_of(alone, kind, node.id)
            below = {area: areas.below(area) & micros for area in parents}
            whole = {area for area, held in below.items() if held and held <= scope.micro_grid_ids}
            with alone.read() as connection:
                found = nodes_inside(connection, scope)
            assert found == whole | areas.below(node.id) | scope.micro_grid_ids, node.name
            seen.add(len(found))
    assert len(seen) > 2


def test_a_building_shared_by_two_micro_grids_stands_under_both(alone: Store) -> None:
    buildings = [node for node in tree.area_tree(alone) if node.kind == "building"]
    shared = [node for node in buildings if node.partial]
    for node in shared:
        assert sum(other.name == node.name for other in buildings) > 1
    whole = everything(alone)
    assert (
        frozenset().union(*(tree.scope_of(alone, TreeKind.AREA, n.id).unit_ids for n in buildings))
        == whole.unit_ids
    )
    one_node = tree.scope_of(alone, TreeKind.AREA, buildings[0].id)
    assert one_node.path[-1] == buildings[0].name
    assert len(one_node.micro_grid_ids) == 1


def test_a_node_that_is_gone(alone: Store, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        tree.scope_of(alone, TreeKind.AREA, new_id())
    blank = empty_store(tmp_path / "blank")
    assert tree.default_scope(blank).unit_ids == frozenset()  # a window without anything opens all the same
    assert tree.area_tree(blank) == tree.org_tree(blank) == ()
    blank.close()


def test_unsent_work_shows_at_its_stairwell(joined: Store) -> None:
    household = household_of(joined)
    logged = log_visit(joined, form(household))
    root = tree.area_tree(joined)[0]
    assert root.unsent == 1
    edit_household(joined, household, {"note": None}, {"note": "x"})
    unit = one(joined, "SELECT unit_id FROM household WHERE id = ?", household)
    nodes = {node.id: node for node in tree.area_tree(joined)}
    micro = one(joined, "SELECT micro_grid_id FROM coverage WHERE unit_id = ?", unit)
    assert nodes[root.id].unsent == 2
    assert nodes[micro].unsent == 2  # type: ignore[index]
    assert sum(node.unsent for node in nodes.values() if node.kind == "micro_grid") == 2
    assert visits.visit(joined, logged.visit_id).road is Road.HERE
    assert road.sync_counts(joined).unsent == 2


def test_a_household_is_as_far_as_the_least_far_of_its_residents(joined: Store) -> None:
    home, other = household_of(joined), household_of(joined, 3)
    resident = one(joined, "SELECT id FROM resident WHERE household_id = ? AND deleted = 0", home)

    def far() -> list[Road]:
        return [row.road for row in households.rows_of(joined, [home, other])]

    assert far() == [Road.SERVER, Road.SERVER]
    edit_household(joined, home, {"note": None}, {"note": "x"})
    _answer_all(joined)
    assert far() == [Road.COMMUNITY, Road.SERVER]
    assert isinstance(resident, bytes)
    edit_resident(joined, resident, {"salutation": ""}, {"salutation": "阿姨"})
    assert far() == [Road.HERE, Road.SERVER]
    assert households.household_detail(joined, home).row.road is Road.HERE
    with joined.database.write() as connection:
        outbox.mark_sent(connection, outbox.next_seq(connection) - 1)
    assert far() == [Road.SENDING, Road.SERVER]
    _answer_all(joined)
    assert far() == [Road.COMMUNITY, Road.SERVER]


def _answer_all(store: Store) -> None:
    """The server took everything, and the community's computers have it."""
    with store.database.write() as connection:
        waiting = [decode_op(raw) for raw in outbox.batch(connection, 100, 10**6)]
        outbox.settle(connection, [OpResult(op.seq, Outcome.APPLIED, 9, place=1) for op in waiting])
        state.put(connection, {"sync.delivered": b"1"})


@pytest.mark.parametrize("sort", ["door", "due", "last_met"])
def test_every_filter_gives_what_its_rows_say(alone: Store, sort: str) -> None:
    household = household_of(alone)
    opt_out(alone, household_of(alone, 5), on=True)
    log_visit(alone, form(household, outcome="rescheduled", next_on="2026-11-24"))
    log_visit(alone, form(household_of(alone, 7), visited_on="2026-11-20", outcome="absent"))
    scope = everything(alone)
    total = households.household_ids(alone, scope, sort=sort)
    rows = {rid: households.household_rows(alone, [rid])[0] for rid in total}
    assert len(rows) == 96
    by_plan: dict[Plan, set[int]] = {
        plan: {rid for rid, row in rows.items() if row.plan is plan} for plan in Plan
    }
    for plan, expected in by_plan.items():
        chosen = households.household_ids(alone, scope, HouseholdFilter(plans=frozenset({plan})), sort)
        assert set(chosen) == expected, plan
    assert by_plan[Plan.OPTED_OUT]
    assert by_plan[Plan.VACANT]
    assert by_plan[Plan.CALLBACK]
    both = frozenset({Plan.VACANT, Plan.LATE})
    assert set(households.household_ids(alone, scope, HouseholdFilter(plans=both), sort)) == (
        by_plan[Plan.VACANT] | by_plan[Plan.LATE]
    )


def test_households_come_by_estate_building_stairwell_and_door(alone: Store) -> None:
    with alone.read() as connection:
        doors = connection.exec_driver_sql(
            "SELECT h.rid FROM household h JOIN unit u ON u.id = h.unit_id JOIN building b ON b.id = u.building_id "
            "JOIN estate e ON e.id = b.estate_id WHERE h.deleted = 0 "
            "ORDER BY e.sort_no, b.sort_no, u.sort_no, u.rid, h.floor, h.room, h.rid"
        )
        expected = tuple(row[0] for row in doors)
    assert households.household_ids(alone, everything(alone)) == expected


def test_rows_come_in_the_order_asked_for(alone: Store) -> None:
    rids = households.household_ids(alone, everything(alone))
    turned = tuple(reversed(rids))
    ids = [row.id for row in households.household_rows(alone, turned)]
    assert [one(alone, "SELECT id FROM household WHERE rid = ?", rid) for rid in turned] == ids
    assert households.household_rows(alone, [*rids[:2], 10**9]) == households.household_rows(alone, rids[:2])
    assert households.household_rows(alone, []) == ()
    with pytest.raises(NotFound):
        households.household_detail(alone, new_id())
    nowhere = Scope(b"", TreeKind.AREA, "", (), frozenset(), frozenset())
    assert households.household_ids(alone, nowhere) == ()
    assert visits.week_visits(alone, nowhere, WEEK) == ()


def test_a_leader_begins_in_the_own_micro_grid(alone_template: Path, tmp_path: Path) -> None:
    import msgspec

    from tests.community import COMMUNITY

    store = open_store(copied(alone_template, tmp_path / "p"))
    store.known = msgspec.structs.replace(store.known, member_id=COMMUNITY.logins["mg201"])
    store.forget_cached()
    scope = tree.default_scope(store)
    assert len(scope.micro_grid_ids) == 1
    outside = [n for n in tree.area_tree(store) if n.kind == "micro_grid" and not n.in_scope]
    assert len(outside) == 3
    assert tree.area_tree(store)[0].in_scope  # the way to it stays open
    store.close()


@given(
    occupancy=st.sampled_from(["owner", "vacant"]),
    opted=st.booleans(),
    left=st.none() | st.integers(-400, 400),
    promised=st.booleans(),
    tries=st.integers(0, 2),
)
def test_the_plan_has_one_state_and_plausible_days(
    occupancy: str, opted: bool, left: int | None, promised: bool, tries: int
) -> None:
    from gridworker.models.days import plus_days

    due = None if left is None else plus_days("2026-11-20", left)
    plan, days = plan_state("2026-11-20", occupancy, opted, due, due if promised else None, tries)
    assert days >= 0
    if opted:
        assert plan is Plan.OPTED_OUT
    elif occupancy == "vacant":
        assert plan is Plan.VACANT
    elif left is None:
        assert plan is (Plan.ABSENT if tries else Plan.DUE)
    elif left < 0:
        assert (plan, days) == (Plan.LATE, -left)
    elif left > NOTICE_DAYS:
        assert (plan, days) == (Plan.VISITED, left)
    else:
        assert plan is (Plan.CALLBACK if promised else Plan.ABSENT if tries else Plan.DUE)


def test_the_doctor_finds_nothing_in_a_sound_profile(alone: Store) -> None:
    assert health.examine(alone) == ()
    assert health.newest_backup(alone) == ""
    alone.back_up()
    assert health.newest_backup(alone) == "11-20 09:00"


def test_the_doctor_names_what_is_wrong(alone: Store) -> None:
    visit = one(alone, "SELECT id FROM visit LIMIT 1")
    with alone.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE visit SET respondent_resident_id = zeroblob(16) WHERE id = ?", (visit,)
        )
        connection.exec_driver_sql("UPDATE day_stat SET met = met + 1")
        connection.exec_driver_sql("DROP TRIGGER audit_no_update")
        connection.exec_driver_sql("UPDATE audit SET act = 'x' WHERE n = 2")
    found = "\n".join(health.examine(alone))
    for words in ("respondent_resident_id: 1 lead nowhere", "day_stat", "audit: row 2"):
        assert words in found


def test_the_doctor_gets_through_a_damaged_file(alone: Store) -> None:
    folder = alone.folder
    alone.close()
    path = folder / "gridworker.db"
    content = bytearray(path.read_bytes())
    for place in range(8192, len(content), 4096 * 7):
        content[place] ^= 0xFF
    path.write_bytes(content)
    try:
        store = open_store(folder)
    except DatabaseDamaged:
        return
    assert health.examine(store)
    store.close()


def test_the_doctor_says_that_the_clock_is_wrong(alone: Store) -> None:
    from gridworker.models.days import Clock

    alone.use_clock(Clock(lambda: 0.0))
    assert any("clock" in line for line in health.examine(alone))


def test_a_tree_node_closed_by_its_date_is_left_out(alone: Store) -> None:
    micro = next(n for n in tree.area_tree(alone) if n.kind == "micro_grid")
    alone.save([set_draft("area_unit", micro.id, {"valid_to": None}, {"valid_to": "2026-11-01"})], ACT)
    assert micro.id not in {node.id for node in tree.area_tree(alone)}


def test_the_filter_takes_a_door_that_is_still_being_typed(alone: Store) -> None:
    scope = everything(alone)
    rows = households.household_rows(alone, households.household_ids(alone, scope))
    building, unit, room = rows[0].door.split("-")
    begun = {row.door for row in rows if row.door.startswith(f"{building}-{unit}-{room[0]}")}
    for text in (f"{building}-{unit}-{room[0]}", f"{building}栋{unit}单元{room[0]}", f"{building}-{unit}"):
        ids = households.household_ids(alone, scope, HouseholdFilter(text))
        found = {row.door for row in households.household_rows(alone, ids)}
        assert begun <= found and len(found) < len(rows)
        assert sum(households.plan_counts(alone, scope, text).values()) == len(ids)
