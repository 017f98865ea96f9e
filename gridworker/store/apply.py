"""`apply_op`: the only writer of synced rows. It judges one op on the rows of a workspace: known, well-formed,
allowed, merged. The client uses it for a save, the server for a push, the generator for the practice community."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from gridworker.models.entity import BucketClass, BucketVia, Entity, Merge
from gridworker.models.ids import bucket_id, named_id
from gridworker.models.op import Op, OpKind, OpResult, Outcome, Value
from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.models.roles import Grant, may
from gridworker.models.validation import Rules, faults
from gridworker.store.merging import Clash, merge
from gridworker.store.workspace import Row, Workspace, blank_row

#: How much of a name the sender made up is said back and kept with the result.
_ECHO = 40
_CONFLICTS = bytes.fromhex("0d2c0c86b4f55a2f9a3c5e0a5b6f7711")


@dataclass(frozen=True)
class Actor:
    """Who acts. `grants` None is the authority itself founding a community. `commands` says whether tree and posts
    may be changed here at all (a client under a server may not)."""

    member_id: bytes | None
    device_id: bytes
    grants: tuple[Grant, ...] | None
    commands: bool = True


@dataclass(frozen=True)
class Judge:
    """What judging needs beside the rows: the day in China, the validation rules, and whether versions are given
    here (`authoritative`: the server, or a community that stands alone)."""

    today: str
    rules: Rules
    authoritative: bool
    mine_on_top: bool = False


class _Rejected(Exception):
    def __init__(self, code: str, field_name: str = "", **values: str) -> None:
        super().__init__(code)
        self.code, self.field, self.details = code, field_name, values


@dataclass
class _Case:
    """One op under judgement."""

    workspace: Workspace
    op: Op
    entity: Entity
    actor: Actor
    judge: Judge
    clashes: list[Clash] = field(default_factory=list)


def apply_op(workspace: Workspace, op: Op, actor: Actor, judge: Judge) -> OpResult:
    """Judge `op` and put its effect into `workspace`. Never raises for bad input: a refused op is a result with a
    code (below errors.rejected), the field and the reason."""
    entity = BY_NAME.get(op.entity)
    if entity is None:
        return OpResult(op.seq, Outcome.REJECTED, code="unknown_entity", values={"entity": op.entity[:_ECHO]})
    case = _Case(workspace, op, entity, actor, judge)
    try:
        return _create(case) if op.kind is OpKind.CREATE else _change(case)
    except _Rejected as refused:
        return OpResult(
            op.seq, Outcome.REJECTED, code=refused.code, field=refused.field[:_ECHO], values=refused.details
        )


def apply_group(workspace: Workspace, ops: Sequence[Op], actor: Actor, judge: Judge) -> list[OpResult]:
    """Judge the ops of one act: all take effect or none. The others of a refused group end as `depends_on`."""
    workspace.begin_group()
    results = [apply_op(workspace, op, actor, judge) for op in ops]
    if any(result.outcome is Outcome.REJECTED for result in results):
        workspace.rollback_group()
        return [
            r if r.outcome is Outcome.REJECTED else OpResult(r.seq, Outcome.REJECTED, code="depends_on")
            for r in results
        ]
    return results


def prefetch(workspace: Workspace, ops: Sequence[Op]) -> None:
    """Read, in a few statements, every row that judging `ops` will ask for."""
    wanted: dict[str, list[bytes]] = {}
    units: list[bytes] = []
    for op in ops:
        entity = BY_NAME.get(op.entity)
        if entity is None:
            continue
        wanted.setdefault(op.entity, []).append(op.record)
        parent = op.set.get(entity.bucket.field) if entity.bucket.field else None
        if isinstance(parent, bytes):
            if entity.bucket.via is BucketVia.PARENT:
                wanted.setdefault(entity.bucket.parent, []).append(parent)
            else:
                units.append(parent)
    for name, ids in wanted.items():
        workspace.prefetch(name, ids)
    households = (workspace.get("household", i) for i in wanted.get("household", ()))
    workspace.prefetch_coverage(
        [*units, *(h["unit_id"] for h in households if h and isinstance(h["unit_id"], bytes))]
    )


def _check(case: _Case, *, creating: bool) -> None:
    found = faults(case.entity, case.op.set, case.judge.rules, creating=creating)
    if found:
        raise _Rejected("field_invalid", found[0].field, reason=found[0].reason)


def _create(case: _Case) -> OpResult:
    op, entity = case.op, case.entity
    if case.workspace.get(op.entity, op.record) is not None:
        raise _Rejected("record_exists")
    _check(case, creating=True)
    row = blank_row(entity, op.record)
    row.update((name, value) for name, value in op.set.items())
    node, bucket_class = _place(case, row)
    _authorise(case, node, bucket_class)
    _check_tree(case, row)
    _check_author(case, row)
    row["bucket_id"] = bucket_id(node, bucket_class)
    derived = _derive(case, row)
    row["row_version"] = 1 if case.judge.authoritative else 0
    case.workspace.put(op.entity, row)
    changed = derived or (op.bucket is not None and op.bucket != row["bucket_id"])
    return OpResult(op.seq, Outcome.MERGED if changed else Outcome.APPLIED, row_version=1)


def _check_tree(case: _Case, row: Row) -> None:
    """The areas stay one tree: a second root or a ring would leave every later op without a place."""
    if case.entity.name != "area_unit":
        return
    tree, above = case.workspace.tree(), row["parent_id"]
    if isinstance(above, bytes):
        sound = above in tree.parents and row["id"] not in tree.lineage(above)
    else:
        sound = tree.root in (None, row["id"])
    if not sound:
        raise _Rejected("field_invalid", "parent_id", reason="not_a_reference")


def _check_author(case: _Case, row: Row) -> None:
    """Nobody speaks in another's name: a comment is its writer's, and a conflict is found by the judge; a person only
    chooses how it ends."""
    if case.actor.grants is None:
        return
    forged = case.entity.name == "visit_comment" and row["member_id"] != case.actor.member_id
    if case.entity.name == "conflict":
        forged = case.op.kind is OpKind.CREATE or not case.op.set.keys() <= {"state"}
    if forged:
        raise _Rejected("not_allowed", right=case.entity.write)


def _derive(case: _Case, row: Row) -> bool:
    """Fill in what the judge computes itself. True if the sender had assumed something else."""
    if case.entity.name != "visit":
        return False
    household = case.workspace.get("household", row["household_id"])
    unit_at = case.workspace.micro_grid_of(
        household["unit_id"] if household else None, str(row["visited_on"])
    )
    assumed, row["unit_at"] = row["unit_at"], unit_at
    if case.workspace.shape.lead is None:
        row.update(
            now_on=row["visited_on"], now_outcome=row["outcome"], now_next_on=row["next_on"], now_void=0
        )
    return assumed is not None and assumed != unit_at


def _change(case: _Case) -> OpResult:
    op, entity = case.op, case.entity
    row = case.workspace.get(op.entity, op.record)
    if row is None:
        raise _Rejected("record_missing")
    fixed = [f.name for f in entity.fields if f.merge in (Merge.APPEND, Merge.DERIVED) and f.name in op.set]
    if entity.merge is Merge.APPEND or fixed:
        raise _Rejected("append_only", fixed[0] if fixed else "")
    _check(case, creating=False)
    node, bucket_class = _place(case, row)
    _authorise(case, node, bucket_class)
    _check_author(case, row)
    merged = merge(entity, row, op.base, op.set, mine_on_top=case.judge.mine_on_top)
    if merged.taken:
        row = {**row, **merged.taken}
        _check_tree(case, row)
        node, bucket_class = _place(case, row)  # the change may move the row: it must be allowed there too
        _authorise(case, node, bucket_class)
        before, row["bucket_id"] = row["bucket_id"], bucket_id(node, bucket_class)
        _put_next(case, op.entity, row)
        if row["bucket_id"] != before:
            _move_below(case, row)
    for clash in merged.clashes:
        _record_conflict(case, row, clash)
    version = int(str(row["row_version"]))
    if merged.clashes:
        return OpResult(op.seq, Outcome.CONFLICT, row_version=version)
    return OpResult(op.seq, Outcome.APPLIED if merged.taken else Outcome.NOOP, row_version=version)


def _put_next(case: _Case, entity: str, row: Row) -> None:
    """Keep a changed row, at its next version where versions are given here."""
    if case.judge.authoritative:
        row["row_version"] = int(str(row["row_version"])) + 1
    case.workspace.put(entity, row)


def _move_below(case: _Case, moved: Row) -> None:
    """Everything that belongs to a moved record moves with it, in the same act."""
    above: dict[str, set[bytes]] = {case.op.entity: {case.op.record}}
    for entity in ENTITIES:
        rule = entity.bucket
        parents = above.get(rule.parent) if rule.via is BucketVia.PARENT else None
        if not parents:
            continue
        for row in case.workspace.children(entity, rule.field, parents):
            above.setdefault(entity.name, set()).add(case.workspace.record_id(row))
            _put_next(case, entity.name, {**row, "bucket_id": moved["bucket_id"]})


def _as_text(value: Value) -> str | None:
    return value.hex() if isinstance(value, bytes) else None if value is None else str(value)


def _record_conflict(case: _Case, row: Row, clash: Clash) -> None:
    op = case.op
    household = row["id"] if op.entity == "household" else row.get("household_id")
    if (
        household is None or op.entity == "conflict"
    ):  # not a resident's matter: whoever comes later looks again
        raise _Rejected("changed_meanwhile", clash.field)
    record = named_id(_CONFLICTS, op.record, clash.field.encode(), case.actor.device_id)
    entity = BY_NAME["conflict"]
    known = case.workspace.get("conflict", record)
    conflict = dict(known) if known else blank_row(entity, record)
    conflict.update(
        bucket_id=row["bucket_id"],
        household_id=household,
        entity=op.entity,
        record_id=op.record,
        field=clash.field,
        base=_as_text(_sound_base(case, clash)),
        mine=_as_text(clash.mine),
        theirs=_as_text(clash.theirs),
        state="open",
        by_member_id=case.actor.member_id,
        row_version=int(str(conflict["row_version"])) + 1,
    )
    case.workspace.put("conflict", conflict)


def _sound_base(case: _Case, clash: Clash) -> Value:
    """What the sender says the person saw, if the field could ever have held it: a base is never taken on trust."""
    found = faults(case.entity, {clash.field: clash.base}, case.judge.rules, creating=False)
    return None if found else clash.base


def _place(case: _Case, row: Row) -> tuple[bytes, BucketClass]:
    """The node and class of the bucket in which `row` lies."""
    rule = case.entity.bucket
    root = case.workspace.tree().root
    if rule.via is BucketVia.COMMUNITY:
        if root is None:
            own = row["id"] if case.entity.name == "area_unit" and row["parent_id"] is None else None
            if not isinstance(own, bytes):
                raise _Rejected("community_missing")
            root = own
        return root, rule.bucket_class
    if rule.via is BucketVia.UNIT:
        node = case.workspace.micro_grid_of(row[rule.field], case.judge.today) or root
        if node is None:
            raise _Rejected("community_missing")
        return node, rule.bucket_class
    return _place_of_parent(case, row, rule.field, rule.parent), rule.bucket_class


def _place_of_parent(case: _Case, row: Row, reference: str, parent_entity: str) -> bytes:
    parent = case.workspace.get(parent_entity, row[reference])
    if parent is None or parent["deleted"]:
        raise _Rejected("parent_missing", reference)
    if parent_entity != "household":
        above = BY_NAME[parent_entity].bucket
        return _place_of_parent(case, parent, above.field, above.parent)
    node = case.workspace.micro_grid_of(parent["unit_id"], case.judge.today) or case.workspace.tree().root
    if node is None:
        raise _Rejected("community_missing")
    return node


def _authorise(case: _Case, node: bytes, bucket_class: BucketClass) -> None:
    commanded = case.entity.merge is Merge.COMMAND
    if commanded and not case.actor.commands:
        raise _Rejected("only_authority")
    grants = case.actor.grants
    if grants is not None and not may(grants, case.entity.write, node, bucket_class, case.workspace.tree()):
        raise _Rejected("not_allowed", right=case.entity.write)
