"""Reads ahead, in a few statements, every row that judging a batch of ops will ask for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence

from gridworker.models.alias import MERGEABLE, alias_id
from gridworker.models.entity import BucketVia
from gridworker.models.op import Op, OpKind
from gridworker.models.registry import BY_NAME, ENTITIES, dependants
from gridworker.models.visit import TARGETS
from gridworker.store.workspace import Workspace

_CREATE, _UNIT = OpKind.CREATE, BucketVia.UNIT


def prefetch(workspace: Workspace, ops: Sequence[Op]) -> None:
    """Read, in a few statements, every row that judging `ops` will ask for."""
    wanted: defaultdict[str, list[bytes]] = defaultdict(list)
    units: list[bytes] = []
    known = [op for op in ops if op.kind is not _CREATE]
    for op in ops:
        entity = BY_NAME.get(op.entity)
        if entity is None:
            continue
        wanted[op.entity].append(op.record)
        rule, said = entity.bucket, op.set
        for field, parent_entity in rule.parents:
            parent = said.get(field)
            if parent.__class__ is bytes:
                wanted[parent_entity].append(parent)
        if rule.via is _UNIT and isinstance(unit := said.get(rule.field), bytes):
            units.append(unit)
    for op in known:
        if op.entity in MERGEABLE:
            wanted["record_alias"].append(alias_id(op.entity, op.record))
    for name, ids in wanted.items():
        workspace.prefetch(name, ids)
    _prefetch_around(workspace, known, wanted)
    placed = (workspace.get(of, i) for _, of in TARGETS for i in dict.fromkeys(wanted.get(of, ())))
    workspace.prefetch_coverage(
        [*units, *(h["unit_id"] for h in placed if h and isinstance(h["unit_id"], bytes))]
    )


def _prefetch_around(workspace: Workspace, ops: Sequence[Op], wanted: dict[str, list[bytes]]) -> None:
    """What known records belong to, what hangs on those that are to go, and all that those that move take along;
    `wanted` learns of the first."""
    above: dict[str, list[bytes]] = {}
    going: dict[str, list[bytes]] = {}
    moving: dict[str, set[bytes]] = {}
    for op in ops:
        row = workspace.get(op.entity, op.record) if op.entity in BY_NAME else None
        if row is None:
            continue
        for field, parent_entity in BY_NAME[op.entity].bucket.parents:
            if isinstance(parent := row[field], bytes):
                above.setdefault(parent_entity, []).append(parent)
        if op.kind is OpKind.DELETE:
            going.setdefault(op.entity, []).append(op.record)
        elif BY_NAME[op.entity].bucket.field in op.set:
            moving.setdefault(op.entity, set()).add(op.record)
    for name, records in moving.items():
        prefetch_below(workspace, name, records)
    for name, ids in above.items():
        workspace.prefetch(name, ids)
        wanted.setdefault(name, []).extend(ids)
    for entity in ENTITIES:
        for field, parent_entity in entity.bucket.parents:
            if parent_entity in going:
                workspace.prefetch_children(entity, field, going[parent_entity])


def prefetch_below(workspace: Workspace, entity: str, records: Collection[bytes]) -> None:
    """Read everything that belongs to these records of `entity`, one statement for each reference."""
    below: dict[str, set[bytes]] = {entity: set(records)}
    for child, name, parent in dependants(entity):
        if parents := below.get(parent):
            found = workspace.children(child, name, parents)
            below.setdefault(child.name, set()).update(map(workspace.record_id, found))
