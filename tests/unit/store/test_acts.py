"""Deleting and restoring, moving through states, merging two records, and links that two people make at once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gridworker.models.alias import alias_id
from gridworker.models.entity import BucketClass
from gridworker.models.ids import bucket_id, named_id, new_id
from gridworker.models.op import Op, OpKind, OpResult, Outcome, Value
from gridworker.models.plan import PLAN_MACHINE
from gridworker.models.roles import ROLES, Grant
from gridworker.models.validation import Rules
from gridworker.store.apply import apply_op
from gridworker.store.judging import Actor, Judge
from gridworker.store.store import Store
from gridworker.store.workspace import Row, Shape, Workspace
from tests.community import household_of, one

JUDGE = Judge("2026-11-20", Rules("2026-11-20", practice=True), authoritative=True)
MEMBER, OTHER = b"\x07" * 16, b"\x08" * 16


class _UndoError(Exception):
    pass


@pytest.fixture
def workspace(alone: Store) -> Iterator[Workspace]:
    with pytest.raises(_UndoError), alone.database.write() as connection:
        yield Workspace(connection, Shape())
        raise _UndoError


def actor(workspace: Workspace, role: str = "grid_leader", member: bytes = MEMBER) -> Actor:
    root = workspace.tree().root
    assert root is not None
    return Actor(member, b"\x09" * 16, (Grant(ROLES[role], root),))


def do(
    workspace: Workspace, entity: str, record: bytes, kind: OpKind, values: dict[str, Value] | None = None,
    *, base: dict[str, Value] | None = None, by: Actor | None = None,
) -> OpResult:  # fmt: skip
    op = Op(new_id(), 1, b"\x01" * 16, entity, record, kind, values or {}, base or {})
    return apply_op(workspace, op, by or actor(workspace), JUDGE)


def row(workspace: Workspace, entity: str, record: bytes) -> Row:
    found = workspace.get(entity, record)
    assert found is not None
    return found


def resident(workspace: Workspace, household: bytes, name: str = "王演示") -> bytes:
    record = new_id()
    made = do(workspace, "resident", record, OpKind.CREATE, {"household_id": household, "name": name})
    assert made.outcome is Outcome.APPLIED, made
    return record


def empty_household(alone: Store, workspace: Workspace) -> bytes:
    record, unit = new_id(), one(alone, "SELECT unit_id FROM household LIMIT 1")
    assert isinstance(unit, bytes)
    values: dict[str, Value] = {"code": "T-1", "unit_id": unit, "room": "901", "occupancy": "owner"}
    assert do(workspace, "household", record, OpKind.CREATE, values).outcome is Outcome.APPLIED
    return record


def plan_item(alone: Store, workspace: Workspace) -> bytes:
    record = new_id()
    values: dict[str, Value] = {"household_id": household_of(alone), "week": "2026-W47", "reason": "due"}
    assert do(workspace, "plan_item", record, OpKind.CREATE, values).outcome is Outcome.APPLIED
    return record


# -- deleting --------------------------------------------------------------------------------------------------


def test_deleted_stays_deleted_and_the_edit_waits_for_a_person(alone: Store, workspace: Workspace) -> None:
    person = resident(workspace, household_of(alone))
    assert do(workspace, "resident", person, OpKind.DELETE).outcome is Outcome.APPLIED
    assert do(workspace, "resident", person, OpKind.DELETE).outcome is Outcome.NOOP
    late = do(workspace, "resident", person, OpKind.SET, {"name": "王改名"}, base={"name": "王演示"})
    assert late.outcome is Outcome.CONFLICT
    assert (row(workspace, "resident", person)["deleted"], row(workspace, "resident", person)["name"]) == (
        1, "王演示",
    )  # fmt: skip
    (conflict,) = [w for w in workspace.flush() if w.entity == "conflict"]
    kept = row(workspace, "conflict", conflict.record_id)
    assert (kept["kind"], kept["mine"], kept["field"]) == ("edited_after_delete", "王改名", "name")
    assert do(workspace, "resident", person, OpKind.RESTORE).outcome is Outcome.APPLIED
    assert row(workspace, "resident", person)["deleted"] == 0
    assert do(workspace, "resident", person, OpKind.RESTORE).outcome is Outcome.NOOP


def test_what_others_hang_on_is_not_deleted(alone: Store, workspace: Workspace) -> None:
    home = empty_household(alone, workspace)
    person = resident(workspace, home)
    assert do(workspace, "household", home, OpKind.DELETE).code == "has_dependants"
    assert do(workspace, "resident", person, OpKind.DELETE).outcome is Outcome.APPLIED
    assert do(workspace, "household", home, OpKind.DELETE).outcome is Outcome.APPLIED
    visit = one(alone, "SELECT id FROM visit LIMIT 1")
    assert isinstance(visit, bytes)
    assert do(workspace, "visit", visit, OpKind.DELETE).code == "append_only"


def test_what_belongs_to_a_deleted_person_goes_too(alone: Store, workspace: Workspace) -> None:
    person = resident(workspace, household_of(alone))
    consent = new_id()
    given: dict[str, Value] = {
        "resident_id": person, "purposes": "contact", "notice_version": "1", "method": "paper",
        "given_on": "2026-11-20",
    }  # fmt: skip
    assert do(workspace, "consent", consent, OpKind.CREATE, given).outcome is Outcome.APPLIED
    do(workspace, "resident", person, OpKind.DELETE)
    assert row(workspace, "consent", consent)["deleted"] == 1


def test_who_may_not_edit_may_not_delete(alone: Store, workspace: Workspace) -> None:
    person = resident(workspace, household_of(alone))
    for kind in (OpKind.DELETE, OpKind.RESTORE):
        if kind is OpKind.RESTORE:
            do(workspace, "resident", person, OpKind.DELETE)
        refused = do(workspace, "resident", person, kind, by=actor(workspace, "viewer"))
        assert refused.code == "not_allowed"


# -- states ----------------------------------------------------------------------------------------------------


def event(workspace: Workspace, record: bytes, name: str, *, base: str = "", **values: Value) -> OpResult:
    assumed: dict[str, Value] = {"state": base} if base else {}
    return do(workspace, "plan_item", record, OpKind.EVENT, {"event": name, **values}, base=assumed)


def test_a_plan_item_goes_its_way(alone: Store, workspace: Workspace) -> None:
    item = plan_item(alone, workspace)
    assert row(workspace, "plan_item", item)["state"] == PLAN_MACHINE.first
    assert event(workspace, item, "miss", base="planned").outcome is Outcome.APPLIED
    assert event(workspace, item, "miss", base="planned").outcome is Outcome.MERGED  # stale, but legal
    assert event(workspace, item, "drop", drop_reason="").code == "field_invalid"
    assert event(workspace, item, "drop", drop_reason="户主出差").outcome is Outcome.APPLIED
    assert event(workspace, item, "drop", drop_reason="户主出差").outcome is Outcome.NOOP
    refused = event(workspace, item, "move", moved_week="2026-W48")
    legal = {"state": "dropped", "legal": "finish,reinstate"}
    assert (refused.code, refused.values) == ("stale_transition", legal)
    assert event(workspace, item, "reinstate").outcome is Outcome.APPLIED
    assert row(workspace, "plan_item", item)["drop_reason"] is None
    assert event(workspace, item, "fly").code == "unknown_event"
    assert event(workspace, item, "finish", reason="by_hand").code == "field_invalid"
    # Whoever went there after all, or once more, is not refused for what the plan said.
    assert event(workspace, item, "drop", drop_reason="出差").outcome is Outcome.APPLIED
    assert event(workspace, item, "miss").outcome is Outcome.NOOP
    assert event(workspace, item, "finish").outcome is Outcome.APPLIED
    for settled in ("finish", "miss"):
        assert event(workspace, item, settled, visit_id=b"\x01" * 16).outcome is Outcome.NOOP
    assert row(workspace, "plan_item", item)["visit_id"] is None


def test_the_state_is_nobodys_to_set(alone: Store, workspace: Workspace) -> None:
    item = plan_item(alone, workspace)
    for values in ({"state": "done"}, {"visit_id": b"\x01" * 16}):
        refused = do(workspace, "plan_item", item, OpKind.SET, values)  # type: ignore[arg-type]
        assert refused.values == {"reason": "only_by_event"}
    born = do(
        workspace, "plan_item", new_id(), OpKind.CREATE,
        {"household_id": household_of(alone), "week": "2026-W47", "reason": "due", "state": "done"},
    )  # fmt: skip
    assert born.values == {"reason": "only_by_event"}


def test_only_the_one_who_was_asked_accepts_a_swap(workspace: Workspace) -> None:
    duty, root = new_id(), workspace.tree().root
    values: dict[str, Value] = {
        "area_unit_id": root, "duty_on": "2026-11-21", "part": "day", "member_id": MEMBER,
    }  # fmt: skip
    assert do(workspace, "duty", duty, OpKind.CREATE, values).outcome is Outcome.APPLIED
    asked = do(workspace, "duty", duty, OpKind.EVENT, {"event": "ask_swap", "swap_with_id": OTHER})
    assert asked.outcome is Outcome.APPLIED
    accept: dict[str, Value] = {"event": "accept_swap"}
    assert do(workspace, "duty", duty, OpKind.EVENT, accept).code == "not_allowed"
    theirs = actor(workspace, member=OTHER)
    assert do(workspace, "duty", duty, OpKind.EVENT, accept, by=theirs).outcome is Outcome.APPLIED
    swapped = row(workspace, "duty", duty)
    assert (swapped["member_id"], swapped["swap_with_id"], swapped["state"]) == (OTHER, None, "planned")


# -- one of two ------------------------------------------------------------------------------------------------


def merging(loser: bytes, winner: bytes) -> dict[str, Value]:
    return {"entity": "household", "loser_id": loser, "winner_id": winner, "household_id": winner}


def test_what_is_said_of_the_loser_is_said_of_the_winner(alone: Store, workspace: Workspace) -> None:
    winner, loser = household_of(alone), empty_household(alone, workspace)
    alias = alias_id("household", loser)
    merged = do(workspace, "record_alias", alias, OpKind.CREATE, merging(loser, winner))
    assert merged.outcome is Outcome.APPLIED, merged
    do(workspace, "household", loser, OpKind.SET, {"note": "改到哪"}, base={"note": None})
    assert row(workspace, "household", winner)["note"] == "改到哪"
    assert row(workspace, "household", loser)["note"] is None
    assert do(workspace, "record_alias", alias, OpKind.DELETE).outcome is Outcome.APPLIED
    do(workspace, "household", loser, OpKind.SET, {"note": "回来了"}, base={"note": None})
    assert row(workspace, "household", loser)["note"] == "回来了"


def test_a_merge_makes_no_chain_and_no_ring(alone: Store, workspace: Workspace) -> None:
    first, second, third = (
        household_of(alone), empty_household(alone, workspace), empty_household(alone, workspace),
    )  # fmt: skip

    def merge(loser: bytes, winner: bytes) -> OpResult:
        alias = alias_id("household", loser)
        return do(workspace, "record_alias", alias, OpKind.CREATE, merging(loser, winner))

    assert merge(first, first).values == {"reason": "merged_into_itself"}
    assert merge(second, first).outcome is Outcome.APPLIED
    assert merge(second, first).outcome is Outcome.NOOP
    assert merge(first, third).values == {"reason": "merged_already"}
    assert merge(third, second).values == {"reason": "merged_already"}
    assert merge(new_id(), first).code == "parent_missing"


# -- links, care, protection -----------------------------------------------------------------------------------


def test_the_same_link_made_twice_is_one(alone: Store, workspace: Workspace) -> None:
    home = household_of(alone)
    link = named_id(b"\x00" * 16, home, MEMBER)
    values: dict[str, Value] = {"household_id": home, "member_id": MEMBER, "valid_from": "2026-11-01"}
    assert do(workspace, "household_link", link, OpKind.CREATE, values).outcome is Outcome.APPLIED
    assert do(workspace, "household_link", link, OpKind.CREATE, values).outcome is Outcome.NOOP
    do(workspace, "household_link", link, OpKind.DELETE)
    assert do(workspace, "household_link", link, OpKind.CREATE, values).outcome is Outcome.MERGED
    assert row(workspace, "household_link", link)["deleted"] == 0


def test_a_service_need_lies_apart_and_needs_its_own_consent(alone: Store, workspace: Workspace) -> None:
    home = household_of(alone)
    person, consent, need = resident(workspace, home), new_id(), new_id()
    given: dict[str, Value] = {
        "resident_id": person, "purposes": "service_need", "notice_version": "1", "method": "paper",
        "given_on": "2026-11-20", "separate": 0,
    }  # fmt: skip
    wanted: dict[str, Value] = {
        "resident_id": person, "need": "meal", "requested_by_self": 1, "consent_id": consent,
        "valid_until": "2027-05-01",
    }  # fmt: skip
    do(workspace, "consent", consent, OpKind.CREATE, given)
    refused = do(workspace, "service_need", need, OpKind.CREATE, wanted)
    assert refused.values == {"reason": "separate_consent_missing"}
    apart = new_id()
    do(workspace, "consent", apart, OpKind.CREATE, {**given, "separate": 1})
    later = {**wanted, "consent_id": apart, "valid_until": "2028-01-01"}
    assert do(workspace, "service_need", need, OpKind.CREATE, later).values == {"reason": "too_far"}
    kept = do(workspace, "service_need", need, OpKind.CREATE, {**wanted, "consent_id": apart})
    assert kept.outcome is Outcome.APPLIED
    unit = row(workspace, "household", home)["unit_id"]
    node = workspace.micro_grid_of(unit, "2026-11-20")
    assert node is not None
    assert row(workspace, "service_need", need)["bucket_id"] == bucket_id(node, BucketClass.CARE)
    by_secretary = do(
        workspace, "service_need", new_id(), OpKind.CREATE, {**wanted, "consent_id": apart},
        by=actor(workspace, "community_secretary"),
    )  # fmt: skip
    assert by_secretary.code == "not_allowed"


def test_a_withdrawn_consent_is_not_taken_back(alone: Store, workspace: Workspace) -> None:
    person, consent = resident(workspace, household_of(alone)), new_id()
    given: dict[str, Value] = {
        "resident_id": person, "purposes": "contact", "notice_version": "1", "method": "paper",
        "given_on": "2026-11-20",
    }  # fmt: skip
    do(workspace, "consent", consent, OpKind.CREATE, given)
    gone: dict[str, Value] = {"withdrawn_on": "2026-11-20"}
    assert (
        do(workspace, "consent", consent, OpKind.SET, gone, base={"withdrawn_on": None}).outcome
        is Outcome.APPLIED
    )
    back = do(workspace, "consent", consent, OpKind.SET, {"withdrawn_on": None}, base=gone)
    assert back.values == {"reason": "not_liftable"}


def test_a_visit_has_exactly_one_target(alone: Store, workspace: Workspace) -> None:
    unit = one(alone, "SELECT unit_id FROM household LIMIT 1")
    shop, home = new_id(), household_of(alone)
    values: dict[str, Value] = {"name": "演示小店", "unit_id": unit, "status": "open"}  # type: ignore[dict-item]
    assert do(workspace, "shop", shop, OpKind.CREATE, values).outcome is Outcome.APPLIED
    seen: dict[str, Value] = {
        "no": "Z26-09-0001", "visited_on": "2026-11-20", "mode": "shop", "outcome": "met", "purpose": "routine",
    }  # fmt: skip
    for targets in ({}, {"shop_id": shop, "household_id": home}):
        refused = do(workspace, "visit", new_id(), OpKind.CREATE, {**seen, **targets})
        assert refused.values == {"reason": "exactly_one"}
    visit = new_id()
    assert do(workspace, "visit", visit, OpKind.CREATE, {**seen, "shop_id": shop}).outcome is Outcome.APPLIED
    kept = row(workspace, "visit", visit)
    assert kept["unit_at"] == workspace.micro_grid_of(unit, "2026-11-20")  # type: ignore[arg-type]
    phone: dict[str, Value] = {"phone": "100-0000-0001"}
    bare = do(workspace, "shop", shop, OpKind.SET, phone, base={"phone": None})
    assert bare.values == {"reason": "basis_missing"}
