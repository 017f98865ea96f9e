"""What a save means beside its rows: the error a person gets for what was refused, the kept figures and search entries
it concerns."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.errors import FieldInvalid, GridworkerError, NotAllowed, OnlyAuthority
from gridworker.models import ids
from gridworker.models.op import Op, OpResult
from gridworker.models.registry import BY_NAME
from gridworker.store import search
from gridworker.store.connection import Connection
from gridworker.store.statistics import Touched
from gridworker.store.workspace import Workspace, Written


def refusal(op: Op, result: OpResult, workspace: Workspace) -> GridworkerError:
    """The error a person gets for an op that this store refused; a record not saved yet goes by its household."""
    if result.code == "not_allowed":
        return NotAllowed(entity=op.entity, right=result.values.get("right", ""))
    if result.code == "only_authority":
        return OnlyAuthority(entity=op.entity)
    present = workspace.get(op.entity, op.record) or op.set
    home = workspace.get("household", present.get("household_id")) or {}
    name = home.get("code") or present.get("code") or present.get("name") or ids.text_of(op.record)[-6:]
    return FieldInvalid(
        entity=op.entity,
        record=str(name),
        field=result.field,
        reason=result.values.get("reason", result.code),
    )


def touched_by(workspace: Workspace, written: Sequence[Written], *, households: bool = True) -> Touched:
    """Which kept figures the written rows concern."""
    touched = Touched()
    for item in written:
        row = workspace.get(item.entity, item.record_id)
        assert row is not None
        if item.entity == "household" and households:
            touched.households.add(item.record_id)
        elif item.entity == "record_alias":
            touched.alias(row)
        elif item.entity == "visit" and households:
            touched.visit(row["household_id"], row["now_on"], row["unit_at"])
        elif item.entity in ("visit_amendment", "visit_void") and isinstance(row["visit_id"], bytes):
            touched.visits.add(row["visit_id"])
    return touched


def make_findable(connection: Connection, written: Sequence[Written]) -> None:
    """Bring the search tables up to what was written."""
    by_entity: dict[str, list[bytes]] = {}
    for item in written:
        if BY_NAME[item.entity] in search.FINDABLE:
            by_entity.setdefault(item.entity, []).append(item.record_id)
    for name, records in by_entity.items():
        search.index_records(connection, BY_NAME[name], records)
