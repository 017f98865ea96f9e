"""Every state × event × role of the lists, projects and deliberation, against the declaration and the role table."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from gridworker.models.entity import BucketClass, BucketVia, Entity, Kind
from gridworker.models.ids import bucket_id, new_id
from gridworker.models.machine import BEFORE, EVENT, Event
from gridworker.models.op import Op, OpKind, OpResult, Outcome, Value
from gridworker.models.registry import BY_NAME
from gridworker.models.roles import ROLES, Grant
from gridworker.models.validation import Rules
from gridworker.store import guards
from gridworker.store.apply import apply_op
from gridworker.store.judging import Actor, Judge
from gridworker.store.store import Store
from gridworker.store.workspace import Row, Shape, Workspace, blank_row
from tests.community import COMMUNITY, TODAY

MACHINES = (
    "need",
    "resource",
    "resource_promise",
    "task",
    "task_claim",
    "project",
    "issue",
    "meeting",
    "resolution",
)
ROOT = COMMUNITY.community_id
JUDGE = Judge(TODAY, Rules(today=TODAY, practice=True), authoritative=True)
ME = COMMUNITY.logins["shuji"]


@pytest.fixture
def workspace(alone: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """Of an open community, with every guard content: they have tests of their own."""
    monkeypatch.setattr(guards, "GUARDS", {name: lambda *_: None for name in guards.GUARDS})
    with alone.read() as connection:
        yield Workspace(connection, Shape())


def sample(entity: Entity, name: str) -> Value:
    """A value that the field may hold."""
    field = entity.field(name)
    by_kind: dict[Kind, Value] = {
        Kind.TEXT: "写明",
        Kind.INT: max(field.low, 1),
        Kind.BOOL: 1,
        Kind.DAY: TODAY,
        Kind.TIME: "09:30",
        Kind.CODES: "parking",
        Kind.REF: ROOT if field.refers == "area_unit" else new_id(),
    }
    return field.choices[0] if field.choices else by_kind[field.kind]


def record(workspace: Workspace, entity: Entity, state: str, before: str | None = None) -> Row:
    """A record in `state` with every field filled, put where an op finds it, and the parents its place follows."""
    row = blank_row(entity, new_id())
    row.update({f.name: sample(entity, f.name) for f in entity.fields if f.name != BEFORE})
    row.update(state=state, bucket_id=bucket_id(ROOT, entity.bucket.bucket_class), row_version=1)
    if BEFORE in row:
        row[BEFORE] = before
    if "by_member_id" in row:
        row["by_member_id"] = ME  # only the giver lets go (tests/contract/test_street.py)
    if entity.bucket.via is BucketVia.PARENT:
        name, parent = entity.bucket.parents[0]
        machine = BY_NAME[parent].machine
        assert machine
        row[name] = record(workspace, BY_NAME[parent], machine.first)["id"]
    workspace.put(entity.name, row)
    return row


def caused(workspace: Workspace, entity: Entity, row: Row, event: Event, role: str, state: str) -> OpResult:
    given = {name: sample(entity, name) for name in event.needs}
    op = Op(
        new_id(), 1, new_id(), entity.name, workspace.record_id(row), OpKind.EVENT,
        {EVENT: event.name, **given}, {"state": state},
    )  # fmt: skip
    actor = Actor(ME, new_id(), (Grant(ROLES[role], ROOT),))
    return apply_op(workspace, op, actor, JUDGE)


@pytest.mark.parametrize("name", MACHINES)
def test_every_state_event_and_role(workspace: Workspace, name: str) -> None:
    entity = BY_NAME[name]
    assert entity.machine
    for state in entity.machine.states:
        for event in entity.machine.events:
            for code, role in ROLES.items():
                before = entity.machine.first if event.target == BEFORE else None
                row = record(workspace, entity, state, before)
                result = caused(workspace, entity, row, event, code, state)
                now = workspace.get(name, row["id"])
                assert now is not None
                where = f"{state} × {event.name} × {code}: {result}"
                right = event.right or entity.write
                if right not in role.may or BucketClass.COMMON not in role.buckets:
                    assert (result.outcome, result.code) == (Outcome.REJECTED, "not_allowed"), where
                elif state in event.settled:
                    assert result.outcome is Outcome.NOOP, where
                elif state not in event.sources:
                    if result.outcome is not Outcome.NOOP:  # it may be there already
                        assert result.code == "stale_transition" and result.values["state"] == state, where
                elif event.authority:
                    assert result.code == "only_authority", where
                else:
                    assert result.outcome is Outcome.APPLIED, where
                    assert now["state"] == (before if event.target == BEFORE else event.target or state), (
                        where
                    )
                    assert BEFORE not in now or now[BEFORE] == (None if event.target == BEFORE else state)
                    continue
                assert now["state"] == state, where


@pytest.mark.parametrize("name", MACHINES)
def test_what_an_event_needs_must_be_said_and_nothing_else_may_be(workspace: Workspace, name: str) -> None:
    entity = BY_NAME[name]
    assert entity.machine
    for event in entity.machine.events:
        if event.authority:
            continue
        state = event.sources[0]
        row = record(workspace, entity, state, entity.machine.first)
        for missing in event.needs:
            given = {field: sample(entity, field) for field in event.needs if field != missing}
            result = _event(workspace, entity, row, {EVENT: event.name, **given}, state)
            assert (result.code, result.field, result.values["reason"]) == (
                "field_invalid",
                missing,
                "required",
            )
        for missing in event.filled:
            bare = {**row, "id": new_id(), missing: None}
            workspace.put(name, bare)
            given = {field: sample(entity, field) for field in event.needs}
            result = _event(workspace, entity, bare, {EVENT: event.name, **given}, state)
            assert (result.code, result.field) == ("field_invalid", missing)
        given = {field: sample(entity, field) for field in event.needs}
        result = _event(workspace, entity, row, {EVENT: event.name, **given, "bucket": "x"}, state)
        assert result.code == "field_invalid"


def _event(workspace: Workspace, entity: Entity, row: Row, values: dict[str, Value], state: str) -> OpResult:
    op = Op(
        new_id(), 1, new_id(), entity.name, workspace.record_id(row), OpKind.EVENT, values, {"state": state}
    )
    return apply_op(workspace, op, Actor(ME, new_id(), None), JUDGE)


def test_only_the_step_that_was_seen_is_taken_back(workspace: Workspace) -> None:
    entity = BY_NAME["project"]
    row = record(workspace, entity, "running", "approved")
    stale = _event(workspace, entity, row, {EVENT: "take_back"}, "approved")
    assert (stale.code, stale.values["state"]) == ("stale_transition", "running")
    assert "take_back" not in stale.values["legal"] and "finish" in stale.values["legal"]
    assert _event(workspace, entity, row, {EVENT: "take_back"}, "running").outcome is Outcome.APPLIED
    again = _event(workspace, entity, row, {EVENT: "take_back"}, "approved")
    assert again.code == "stale_transition"
