"""Rows in memory between one read and one write: groups taken back whole, and nothing asked of the database twice."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gridworker.models.ids import new_id
from gridworker.models.op import Op, OpKind, Outcome, Value
from gridworker.models.registry import BY_NAME
from gridworker.models.validation import Rules
from gridworker.store.apply import apply_group, apply_op
from gridworker.store.judging import Actor, Judge
from gridworker.store.reading_ahead import prefetch
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace, blank_row
from tests.community import empty_store, household_of, one

JUDGE = Judge("2026-11-20", Rules("2026-11-20", practice=True), authoritative=True)
FOUNDER = Actor(None, b"\x09" * 16, None)


@pytest.fixture
def workspace(alone: Store) -> Iterator[Workspace]:
    with pytest.raises(_UndoError), alone.database.write() as connection:
        yield Workspace(connection, Shape())
        raise _UndoError


class _UndoError(Exception):
    pass


def op(
    entity: str, record: bytes, values: dict[str, Value], kind: OpKind = OpKind.CREATE, **more: object
) -> Op:
    return Op(new_id(), 1, b"\x01" * 16, entity, record, kind, values, **more)  # type: ignore[arg-type]


def visit(household: bytes, **values: Value) -> dict[str, Value]:
    usual: dict[str, Value] = {
        "no": "Z26-09-0001", "household_id": household, "visited_on": "2026-11-20", "mode": "door", "outcome": "met",
        "purpose": "routine",
    }  # fmt: skip
    return {**usual, **values}


def test_a_refused_group_leaves_the_groups_before_it(alone: Store, workspace: Workspace) -> None:
    household = household_of(alone)
    first, second, third = new_id(), new_id(), new_id()
    kept = apply_group(workspace, [op("visit", first, visit(household))], FOUNDER, JUDGE)
    refused = apply_group(
        workspace,
        [
            op("visit", second, visit(household)),
            op("household", household, {"note": "x"}, OpKind.SET, base={"note": None}),
            op("visit", third, visit(household, outcome="?")),
        ],
        FOUNDER,
        JUDGE,
    )
    assert [r.outcome for r in kept] == [Outcome.APPLIED]
    assert [r.code for r in refused] == ["depends_on", "depends_on", "field_invalid"]
    assert workspace.get("visit", second) is None
    row = workspace.get("household", household)
    assert row is not None
    assert (row["note"], row["row_version"]) == (None, 1)
    assert [(w.entity, w.record_id, w.created) for w in workspace.flush()] == [("visit", first, True)]
    assert workspace.flush() == []


def test_coverage_put_by_an_earlier_group_is_known_after_a_refused_one(
    alone: Store, workspace: Workspace
) -> None:
    building = one(alone, "SELECT building_id FROM unit LIMIT 1")
    micro = one(alone, "SELECT id FROM area_unit WHERE kind = 'micro_grid' LIMIT 1")
    assert isinstance(building, bytes)
    assert isinstance(micro, bytes)
    unit, cover = new_id(), new_id()
    apply_group(
        workspace,
        [
            op("unit", unit, {"building_id": building, "code": "9", "name": "9单元"}),
            op("coverage", cover, {"micro_grid_id": micro, "unit_id": unit, "valid_from": "2026-01-01"}),
        ],
        FOUNDER,
        JUDGE,
    )
    assert workspace.micro_grid_of(unit, "2026-11-20") == micro
    apply_group(
        workspace, [op("estate", new_id(), {})], FOUNDER, JUDGE
    )  # refused: everything cached is forgotten
    assert workspace.micro_grid_of(unit, "2026-11-20") == micro
    assert workspace.micro_grid_of(unit, "2025-12-31") is None
    ended = op("coverage", cover, {"valid_to": "2026-06-30"}, OpKind.SET, base={"valid_to": None})
    assert apply_op(workspace, ended, FOUNDER, JUDGE).outcome is Outcome.APPLIED
    assert workspace.micro_grid_of(unit, "2026-06-30") == micro
    assert workspace.micro_grid_of(unit, "2026-07-01") is None
    assert workspace.micro_grid_of(None, "2026-07-01") is None


def test_a_new_area_is_in_the_tree_at_once(alone: Store, workspace: Workspace) -> None:
    root = workspace.tree().root
    assert root is not None
    estate = new_id()
    values: dict[str, Value] = {
        "kind": "estate", "code": "X", "name": "新区", "parent_id": root, "valid_from": "2026-01-01",
    }  # fmt: skip
    assert apply_op(workspace, op("area_unit", estate, values), FOUNDER, JUDGE).outcome is Outcome.APPLIED
    assert workspace.tree().lineage(estate) == (estate, root)


def test_what_an_op_may_not_do_is_a_result_and_never_an_error(alone: Store, workspace: Workspace) -> None:
    household = household_of(alone)
    known = new_id()
    apply_op(workspace, op("visit", known, visit(household)), FOUNDER, JUDGE)
    cases = {
        "unknown_entity": op("kiosk", new_id(), {}),
        "record_exists": op("visit", known, visit(household)),
        "record_missing": op("household", new_id(), {"note": "x"}, OpKind.SET),
        "append_only": op("visit", known, {"said": "x"}, OpKind.SET),
        "parent_missing": op("visit", new_id(), visit(b"\x00" * 16)),
        "field_invalid": op("visit", new_id(), visit(household, said="\x00")),
    }
    for code, bad in cases.items():
        assert apply_op(workspace, bad, FOUNDER, JUDGE).code == code
    nobody = Actor(None, b"\x09" * 16, ())
    assert apply_op(workspace, op("visit", new_id(), visit(household)), nobody, JUDGE).code == "not_allowed"
    client = Actor(None, b"\x09" * 16, None, commands=False)
    estate = op("estate", new_id(), {"code": "X", "name": "x"})
    assert apply_op(workspace, estate, client, JUDGE).code == "only_authority"


def test_nothing_but_the_community_can_come_first(tmp_path: object, blank: Store) -> None:
    with blank.database.write() as connection:
        workspace = Workspace(connection, Shape())
        estate = op("estate", new_id(), {"code": "X", "name": "x"})
        assert apply_op(workspace, estate, FOUNDER, JUDGE).code == "community_missing"
        home = op(
            "household", new_id(), {"code": "x", "unit_id": new_id(), "room": "1", "occupancy": "owner"}
        )
        assert apply_op(workspace, home, FOUNDER, JUDGE).code == "community_missing"
        below: dict[str, Value] = {
            "kind": "grid", "code": "X", "name": "x", "parent_id": new_id(), "valid_from": "2026-01-01",
        }  # fmt: skip
        assert (
            apply_op(workspace, op("area_unit", new_id(), below), FOUNDER, JUDGE).code == "community_missing"
        )


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return empty_store(tmp_path_factory.mktemp("workspace") / "p")


def test_prefetching_reads_what_judging_asks_for(alone: Store, workspace: Workspace) -> None:
    household = household_of(alone)
    ops = [
        op("visit", new_id(), visit(household)),
        op("kiosk", new_id(), {}),
        op("household", household, {}, OpKind.SET),
    ]
    prefetch(workspace, ops)
    workspace.connection.exec_driver_sql("DELETE FROM coverage")  # from here on only what was read is known
    result = apply_op(workspace, ops[0], FOUNDER, JUDGE)
    assert result.outcome is Outcome.APPLIED
    row = workspace.get("visit", ops[0].record)
    assert row is not None
    assert row["unit_at"] is not None
    assert workspace.get("visit", "no id") is None


def test_a_sender_that_assumed_another_place_is_told(alone: Store, workspace: Workspace) -> None:
    household = household_of(alone)
    assumed = op("visit", new_id(), visit(household, unit_at=b"\x05" * 16))
    assert apply_op(workspace, assumed, FOUNDER, JUDGE).outcome is Outcome.MERGED
    elsewhere = op("visit", new_id(), visit(household), bucket=b"\x05" * 16)
    assert apply_op(workspace, elsewhere, FOUNDER, JUDGE).outcome is Outcome.MERGED


def test_a_blank_row_has_every_column() -> None:
    for entity in BY_NAME.values():
        row = blank_row(entity, b"\x01" * 16)
        assert set(row) == set(Shape().columns(entity))
        assert row["id"] == b"\x01" * 16
