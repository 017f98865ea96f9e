"""`apply_op`: the only writer of synced rows. It judges one op on the rows of a workspace: known, well-formed,
allowed, merged. The client uses it for a save, the server for a push, the generator for the practice community."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from gridworker.models.alias import MERGEABLE
from gridworker.models.entity import Merge
from gridworker.models.ids import bucket_id, named_id
from gridworker.models.op import Op, OpKind, OpResult, Outcome, Value
from gridworker.models.registry import BY_NAME, ENTITIES, dependants
from gridworker.models.validation import faults
from gridworker.models.visit import TARGETS
from gridworker.store import arbitration, demanding, erasing, referred
from gridworker.store.checks import (
    check_author,
    check_deletable,
    check_lifting,
    check_name,
    check_record,
    stands_for,
)
from gridworker.store.closing import note_closing
from gridworker.store.judging import (
    Actor,
    Case,
    Judge,
    Rejected,
    authorise,
    check_values,
    node_of,
    place,
    put_next,
)
from gridworker.store.merging import Clash, merge
from gridworker.store.reorganising import judge_plan
from gridworker.store.transitions import right_for, transition
from gridworker.store.workspace import Row, Workspace, blank_row

#: How much of a name the sender made up is said back and kept with the result.
_ECHO = 40
#: Entities of which a new record is decided on or causes more than itself.
_CAUSING = frozenset(
    (
        "tree_plan",
        "erasure",
        "demand",
        *(entity.name for entity in ENTITIES if entity.merge is Merge.ARBITRATED),
    )
)
_APPLIED, _MERGED, _REJECTED = Outcome.APPLIED, Outcome.MERGED, Outcome.REJECTED
_CONFLICTS = bytes.fromhex("0d2c0c86b4f55a2f9a3c5e0a5b6f7711")


def apply_op(workspace: Workspace, op: Op, actor: Actor, judge: Judge) -> OpResult:
    """Judge `op` and put its effect into `workspace`. Never raises for bad input: a refused op is a result with a
    code (below errors.rejected), the field and the reason."""
    entity = BY_NAME.get(op.entity)
    if entity is None:
        return OpResult(op.seq, Outcome.REJECTED, code="unknown_entity", values={"entity": op.entity[:_ECHO]})
    try:
        return _JUDGED[op.kind](Case(workspace, op, entity, actor, judge))
    except Rejected as refused:
        return OpResult(
            op.seq, Outcome.REJECTED, code=refused.code, field=refused.field[:_ECHO], values=refused.details
        )


def apply_group(workspace: Workspace, ops: Iterable[Op], actor: Actor, judge: Judge) -> list[OpResult]:
    """Judge the ops of one act: all take effect or none. The others of a refused group end as `depends_on`."""
    workspace.begin_group()
    results = [apply_op(workspace, op, actor, judge) for op in ops]
    for result in results:
        if result.outcome is _REJECTED:
            workspace.rollback_group()
            return [
                r if r.outcome is Outcome.REJECTED else OpResult(r.seq, Outcome.REJECTED, code="depends_on")
                for r in results
            ]
    return results


def _create(case: Case) -> OpResult:
    op, entity = case.op, case.entity
    known = case.workspace.get(op.entity, op.record)
    if known is not None and not entity.named:
        raise Rejected("record_exists")
    check_values(case, creating=True)
    row = blank_row(entity, op.record)
    row.update(op.set)
    if entity.machine:
        row["state"] = entity.machine.first
    causing = op.entity in _CAUSING
    if causing:
        erasing.prepare(case, row)
        demanding.prepare(case, row)
    node, bucket_class = place(case, row)
    authorise(case, node, bucket_class)
    check_author(case, row)
    if known is not None:
        check_name(case, known, row)
        if not known["deleted"]:
            return OpResult(op.seq, Outcome.NOOP, row_version=_version(known))
    check_record(case, row)
    row["bucket_id"] = bucket_id(node, bucket_class)
    derived = _derive(case, row)
    row["row_version"] = known["row_version"] if known else 0
    put_next(case, op.entity, row)
    if causing:
        derived = _decide_plan(case, row) or arbitration.decide(case, row) or derived
        demanding.note_opening(case, row, node)
        erasing.cascade(case, row)
    changed = derived or known is not None or (op.bucket is not None and op.bucket != row["bucket_id"])
    return OpResult(op.seq, _MERGED if changed else _APPLIED, _version(row) or 1)


def _version(row: Row) -> int:
    version = row["row_version"]
    return version if isinstance(version, int) else int(str(version))


def _decide_plan(case: Case, row: Row) -> bool:
    """Decide on a plan for the trees where that is done here; elsewhere it is only asked for. True if decided."""
    if case.entity.name != "tree_plan":
        return False
    row.update(state="requested", refusal=None, applied_on=None)
    if case.judge.authoritative:
        judge_plan(case.workspace, row, case.judge.today, case.judge.rules)
    return case.judge.authoritative


def _derive(case: Case, row: Row) -> bool:
    """Fill in what the judge computes itself. True if the sender had assumed something else."""
    if case.entity.name == "visit_amendment":
        return _take_turn(case, row)
    if "unit_at" not in row or case.entity.judged:
        return False
    if case.entity.name == "demand":
        row["unit_at"] = node_of(case, case.entity, row)
        return False
    target = None
    for name, of in TARGETS:
        if row[name] is not None:
            target = case.workspace.get(of, row[name])
            break
    on = str(row["visited_on"]) if case.entity.name == "visit" else case.judge.today
    unit_at = case.workspace.micro_grid_of(target["unit_id"] if target else None, on)
    assumed, row["unit_at"] = row["unit_at"], unit_at
    if case.entity.name == "visit" and case.workspace.shape.lead is None:
        row.update(
            now_on=row["visited_on"], now_outcome=row["outcome"], now_next_on=row["next_on"], now_void=0
        )
    return assumed is not None and assumed != unit_at


def _take_turn(case: Case, row: Row) -> bool:
    """Number the corrections of one visit in the order in which they are judged."""
    before = case.workspace.children(case.entity, "visit_id", {row["visit_id"]})  # type: ignore[arg-type]
    turn = 1 + max((int(str(other["turn"] or 0)) for other in before), default=0)
    assumed, row["turn"] = row["turn"], turn
    return assumed is not None and assumed != turn


def _present(case: Case) -> Row:
    """The row an op is about: the winner where the record was merged into another one."""
    if case.op.entity in MERGEABLE:
        winner = stands_for(case, case.op.entity, case.op.record)
        row = case.workspace.get(case.op.entity, winner or case.op.record)
    else:
        row = case.workspace.get(case.op.entity, case.op.record)
    if row is None:
        raise Rejected("record_missing")
    return row


def _change(case: Case) -> OpResult:
    op, entity = case.op, case.entity
    row = _present(case)
    fixed = [f.name for f in entity.fields if f.merge in (Merge.APPEND, Merge.DERIVED) and f.name in op.set]
    if entity.merge is Merge.APPEND or fixed:
        raise Rejected("append_only", fixed[0] if fixed else "")
    check_values(case)
    authorise(case, *place(case, row))
    check_author(case, row)
    demanding.check_open(case, row)
    if row["deleted"]:
        return _keep_edit(case, row)
    merged, derived = merge(entity, row, op.base, op.set, mine_on_top=case.judge.mine_on_top), False
    if merged.taken:
        check_lifting(case, row)
        seen, row = row, {**row, **merged.taken}
        derived = note_closing(case, row)
        check_record(case, row)
        node, bucket_class = place(case, row)  # the change may move the row: it must be allowed there too
        authorise(case, node, bucket_class)
        before, row["bucket_id"] = row["bucket_id"], bucket_id(node, bucket_class)
        demanding.note_edit(case, seen, row, node)
        put_next(case, op.entity, row)
        demanding.after_edit(case, row)
        if row["bucket_id"] != before:
            _move_below(case, row)
    for clash in merged.clashes:
        _record_conflict(case, row, clash)
    if merged.clashes:
        return _ended(case, row, Outcome.CONFLICT)
    if derived:
        return _ended(case, row, Outcome.MERGED)
    return _ended(case, row, Outcome.APPLIED if merged.taken else Outcome.NOOP)


def _ended(case: Case, row: Row, outcome: Outcome) -> OpResult:
    """The result of an op that left `row` behind. What was meant for a record that had been merged into another one
    left that one alone: its sender, who had changed it, must see it as it is, so no version of it is named."""
    if row["id"] != case.op.record:
        return OpResult(case.op.seq, Outcome.MERGED if outcome is Outcome.APPLIED else outcome)
    return OpResult(case.op.seq, outcome, row_version=int(str(row["row_version"])))


def _keep_edit(case: Case, row: Row) -> OpResult:
    """The record was deleted meanwhile. It stays deleted; what was typed waits as a conflict for a person."""
    if case.judge.mine_on_top:  # the server has not judged it yet, and it alone writes conflicts
        return _ended(case, row, Outcome.NOOP)
    changed = {name: value for name, value in case.op.set.items() if row.get(name) != value}
    for name, value in changed.items():
        _record_conflict(
            case, row, Clash(name, case.op.base.get(name), value, row.get(name)), after_delete=True
        )
    return _ended(case, row, Outcome.CONFLICT if changed else Outcome.NOOP)


def _delete(case: Case) -> OpResult:
    row = _present(case)
    if (
        row["deleted"] or row["id"] != case.op.record
    ):  # who deletes what was merged away never meant the winner
        return _ended(case, row, Outcome.NOOP)
    authorise(case, *place(case, row))
    check_author(case, row)
    check_deletable(case, row)
    gone = {**row, "deleted": 1}
    put_next(case, case.op.entity, gone)
    for entity, child in _below(case, row):
        if not child["deleted"]:
            put_next(case, entity, {**child, "deleted": 1})
    return _ended(case, gone, Outcome.APPLIED)


def _restore(case: Case) -> OpResult:
    """Only this revives a deleted record; what went with it comes back by its own op."""
    row = _present(case)
    if not row["deleted"]:
        return _ended(case, row, Outcome.NOOP)
    authorise(case, *place(case, row))
    check_author(case, row)
    back = {**row, "deleted": 0}
    check_record(case, back)
    back["bucket_id"] = bucket_id(*place(case, back))
    put_next(case, case.op.entity, back)
    return _ended(case, back, Outcome.APPLIED)


def _event(case: Case) -> OpResult:
    row = _present(case)
    if row["deleted"]:
        raise Rejected("record_deleted")
    itself = referred.ROADS.get(case.op.entity)  # knows who may cause what
    if itself is None:
        authorise(case, *place(case, row), right_for(case))
        check_author(case, row)
    moved = (itself or transition)(case, row)
    if moved is None:
        return _ended(case, row, Outcome.NOOP)
    node, bucket_class = place(case, moved)  # the event may hand it over to another unit
    if itself is None:
        authorise(case, node, bucket_class, right_for(case))
    moved["bucket_id"] = bucket_id(node, bucket_class)
    put_next(case, case.op.entity, moved)
    if moved["bucket_id"] != row["bucket_id"]:
        _move_below(case, moved)
    assumed = case.op.base.get("state")
    seen = assumed in (None, row["state"]) and not referred.sets_limit(case, row, moved)
    outcome = Outcome.APPLIED if seen else Outcome.MERGED
    return _ended(case, moved, outcome)


_JUDGED: Mapping[OpKind, Callable[[Case], OpResult]] = MappingProxyType(
    {
        OpKind.CREATE: _create,
        OpKind.SET: _change,
        OpKind.DELETE: _delete,
        OpKind.RESTORE: _restore,
        OpKind.EVENT: _event,
    }
)


def _below(case: Case, top: Row) -> list[tuple[str, Row]]:
    """Everything that belongs to a record, parents before children."""
    above: dict[str, set[bytes]] = {case.op.entity: {case.workspace.record_id(top)}}
    found: list[tuple[str, Row]] = []
    for entity, field, parent in dependants(case.op.entity):
        parents = above.get(parent)
        for row in case.workspace.children(entity, field, parents) if parents else ():
            above.setdefault(entity.name, set()).add(case.workspace.record_id(row))
            found.append((entity.name, row))
    return found


def _move_below(case: Case, moved: Row) -> None:
    """Everything that belongs to a moved record moves with it, in the same act, each into its own class there."""
    node, staying = node_of(case, case.entity, moved), set[Value]()
    for name, row in _below(case, moved):
        rule = BY_NAME[name].bucket
        if (rule.routed and row[rule.routed] is not None) or any(
            row[of] in staying for of, _ in rule.parents
        ):
            staying.add(row["id"])  # it was routed elsewhere, with what belongs to it
            continue
        put_next(case, name, {**row, "bucket_id": bucket_id(node, BY_NAME[name].bucket.bucket_class)})


def _as_text(value: Value) -> str | None:
    return value.hex() if isinstance(value, bytes) else None if value is None else str(value)


def _target_of(case: Case, row: Row) -> tuple[str, bytes]:
    """The household, shop or spot that a record belongs to, as the field that refers to it and its id."""
    for field, entity in TARGETS:
        found = row["id"] if case.op.entity == entity else row.get(field)
        if isinstance(found, bytes):
            return field, found
    raise LookupError


def _record_conflict(case: Case, row: Row, clash: Clash, *, after_delete: bool = False) -> None:
    op = case.op
    try:
        target, target_id = _target_of(case, row)
    except LookupError:  # not a resident's matter: whoever comes later looks again
        raise Rejected("record_deleted" if after_delete else "changed_meanwhile", clash.field) from None
    if op.entity == "conflict":
        raise Rejected("changed_meanwhile", clash.field)
    record = named_id(_CONFLICTS, op.record, clash.field.encode(), case.actor.device_id)
    entity = BY_NAME["conflict"]
    known = case.workspace.get("conflict", record)
    conflict = dict(known) if known else blank_row(entity, record)
    conflict.update(
        {
            target: target_id,
            "bucket_id": row["bucket_id"],
            "entity": op.entity,
            "record_id": op.record,
            "field": clash.field,
            "base": _as_text(_sound_base(case, clash)),
            "mine": _as_text(clash.mine),
            "theirs": _as_text(clash.theirs),
            "kind": "edited_after_delete" if after_delete else "field",
            "state": "open",
            "by_member_id": case.actor.member_id,
            "closed_on": None,
            "row_version": int(str(conflict["row_version"])) + 1,
        }
    )
    case.workspace.put("conflict", conflict)


def _sound_base(case: Case, clash: Clash) -> Value:
    """What the sender says the person saw, if the field could ever have held it: a base is never taken on trust."""
    found = faults(case.entity, {clash.field: clash.base}, case.judge.rules, creating=False)
    return None if found else clash.base
