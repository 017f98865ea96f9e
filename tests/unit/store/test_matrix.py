"""The building matrix against a slow computation household by household, and shared buildings seen from one side."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gridworker.errors import NotFound
from gridworker.models.ids import new_id
from gridworker.services.demands import DemandForm, cause, register
from gridworker.services.households import opt_out
from gridworker.services.links import change_links
from gridworker.services.merging import merge_households
from gridworker.store.queries import matrix, tree
from gridworker.store.queries.households import household_detail, household_ids
from gridworker.store.rows import MatrixRoom, Plan, Scope, TreeKind
from gridworker.store.store import Store
from tests.community import household_id_of


def everything(store: Store) -> Scope:
    return tree.default_scope(store)


def slow(store: Store, scope: Scope, building_id: bytes) -> dict[bytes, tuple[object, ...]]:
    """Every household of the scope one by one through the side panel's query."""
    with store.read() as connection:
        units = {
            row[0]: row[1]
            for row in connection.exec_driver_sql("SELECT id, building_id FROM unit WHERE deleted = 0")
        }
        places = {
            row[0]: (row[1], row[2])
            for row in connection.exec_driver_sql("SELECT id, floor, room FROM household")
        }
    found: dict[bytes, tuple[object, ...]] = {}
    for rid in household_ids(store, scope):
        detail = household_detail(store, household_id_of(store, rid))
        if units[detail.unit_id] == building_id:
            found[detail.row.id] = (rid, detail.unit_id, *places[detail.row.id], detail.row)
    return found


def as_fields(room: MatrixRoom) -> tuple[object, ...]:
    return (room.rid, room.unit_id, room.floor, room.room, room.household)


def test_every_door_is_there_once_with_the_state_of_its_panel(alone: Store) -> None:
    scope = everything(alone)
    first = household_id_of(alone, household_ids(alone, scope)[0])
    opt_out(alone, first, on=True)
    shown = 0
    for building in matrix.buildings_of(alone, scope):
        answer = matrix.matrix(alone, scope, building.id)
        expected = slow(alone, scope, building.id)
        assert {room.household.id: as_fields(room) for room in answer.rooms if room.household} == expected
        assert len(answer.rooms) == len(expected)
        assert not answer.building.partial
        assert answer.today == alone.clock.today()
        shown += len(answer.rooms)
    assert shown == len(household_ids(alone, scope)) == 96
    rooms = matrix.matrix(alone, scope, matrix.building_of(alone, first) or b"").rooms
    assert [room.household.plan for room in rooms if room.household and room.household.id == first] == [
        Plan.OPTED_OUT
    ]


def test_buildings_stand_in_the_order_of_the_doors(alone: Store) -> None:
    scope = everything(alone)
    by_doors = []
    for rid in household_ids(alone, scope):
        building = matrix.building_of(alone, household_id_of(alone, rid))
        if building not in by_doors:
            by_doors.append(building)
    assert [building.id for building in matrix.buildings_of(alone, scope)] == by_doors
    assert len(by_doors) == 2


def test_of_doors_outside_the_scope_only_the_number_is_handed_out(alone: Store) -> None:
    whole = everything(alone)
    building = matrix.buildings_of(alone, whole)[0]
    units = matrix.matrix(alone, whole, building.id).units
    mine = frozenset(unit.id for unit in units[:1])
    scope = Scope(b"n" * 16, TreeKind.AREA, "", (), mine, frozenset())
    assert [(one.id, one.partial) for one in matrix.buildings_of(alone, scope)] == [(building.id, True)]
    answer = matrix.matrix(alone, scope, building.id)
    assert answer.building.partial
    assert [unit.in_scope for unit in answer.units] == [True, False, False, False]
    assert len(answer.rooms) == len(matrix.matrix(alone, whole, building.id).rooms)
    for room in answer.rooms:
        assert (room.household is not None) == (room.unit_id in mine)
    inside = [room.household.id for room in answer.rooms if room.household]
    assert sorted(inside) == sorted(slow(alone, scope, building.id))


def test_a_building_node_of_the_tree_has_one_building(alone: Store) -> None:
    for node in tree.area_tree(alone):
        if node.kind == "building":
            scope = tree.scope_of(alone, TreeKind.AREA, node.id)
            found = matrix.buildings_of(alone, scope)
            assert [(one.name, one.partial) for one in found] == [(node.name, node.partial)]


def test_nothing_and_gone(alone: Store) -> None:
    nowhere = Scope(b"\0" * 16, TreeKind.AREA, "", (), frozenset(), frozenset())
    assert matrix.buildings_of(alone, nowhere) == ()
    assert matrix.building_of(alone, new_id()) is None
    with pytest.raises(NotFound):
        matrix.matrix(alone, everything(alone), new_id())


def test_open_demands_are_counted_with_those_of_merged_households(alone: Store) -> None:
    scope = everything(alone)
    first, second, third = (household_id_of(alone, rid) for rid in household_ids(alone, scope)[:3])

    def asked(home: bytes) -> bytes:
        form = DemandForm(("household_id", home), "坡道太陡", "单元门口坡道太陡", "parking")
        return register(alone, form).demand_id

    def counts() -> dict[bytes, int]:
        building = matrix.building_of(alone, first) or b""
        rooms = matrix.matrix(alone, scope, building).rooms
        return {room.household.id: room.demands for room in rooms if room.household and room.demands}

    asked(first)
    asked(second)
    withdrawn = asked(third)
    assert counts() == {first: 1, second: 1, third: 1}
    cause(alone, withdrawn, "withdraw", "说错了")
    assert counts() == {first: 1, second: 1}
    merge_households(alone, second, first, "同一户登记了两次")
    assert counts() == {first: 2}
    inside = Scope(b"n" * 16, TreeKind.AREA, "", (), frozenset((b"x" * 16,)), frozenset())
    building = matrix.building_of(alone, first) or b""
    assert not any(room.demands for room in matrix.matrix(alone, inside, building).rooms)


def test_among_linked_households_only_those_are_handed_out(alone: Store) -> None:
    scope = everything(alone)
    first, second = (household_id_of(alone, rid) for rid in household_ids(alone, scope)[:2])
    member = alone.known.member_id
    assert member is not None
    change_links(alone, member, [second])
    linked = replace(scope, linked_to=member)
    rooms = matrix.matrix(alone, linked, matrix.building_of(alone, first) or b"").rooms
    assert [room.household.id for room in rooms if room.household] == [second]
    assert len(rooms) > 1 and all(room.room for room in rooms)
