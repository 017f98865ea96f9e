"""Reorganising the trees: every act is a dated plan. Where this computer is the authority the plan takes effect at
once or on its day; under a server it is asked for, and the server answers. Taking a plan back is a new plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid, NotFound, PlanRefused
from gridworker.models.days import plus_days
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.tree_plan import (
    AREA,
    LEVELS,
    ORG,
    Change,
    Close,
    Cover,
    Create,
    Edit,
    Link,
    Move,
    Plain,
    Term,
    Unlink,
    decode_changes,
    encode_changes,
    inverse,
)
from gridworker.store.audit import Act
from gridworker.store.queries.organisation import stairwells
from gridworker.store.queries.plans import dry_run, plan_text
from gridworker.store.rows import TreeKind
from gridworker.store.statements import run
from gridworker.store.store import Store


@dataclass(frozen=True)
class Asked:
    """A plan that was accepted or asked for: what changed here, the plan, and how it stands: `applied`, `planned` for
    its day, or `requested` of the server."""

    changes: Changes
    plan_id: bytes
    state: str


def ask(
    store: Store, changes: Sequence[Change], on: str, reason: str = "", reverses: bytes | None = None
) -> Asked:
    """Have `changes` carried out on the day `on` (not before today), all or none.

    Raises PlanRefused with the reason and what stands in the way, NotAllowed, FieldInvalid; then nothing changed."""
    if not changes and reverses is None:
        raise FieldInvalid(entity="tree_plan", record="", field="changes", reason="required")
    tried = dry_run(store, changes, on)
    if tried.fault:
        raise PlanRefused(reason=tried.fault, name=tried.fault_name)
    plan_id = new_id()
    values: dict[str, Value] = {
        "effective_on": on,
        "base_tree_version": tried.base_tree_version,
        "changes": encode_changes(changes),
        "reason": reason.strip() or None,
        "reverses_id": reverses,
        "by_member_id": store.known.member_id,
    }
    saved = store.save(
        [Draft("tree_plan", plan_id, OpKind.CREATE, values)], Act("plan_asked", "tree_plan", plan_id)
    )
    state, refusal = _answer(store, plan_id)
    if state == "refused":
        code, _, name = refusal.partition(":")
        raise PlanRefused(reason=code, name=name)
    return Asked(saved.changes, plan_id, state)


def _answer(store: Store, plan_id: bytes) -> tuple[str, str]:
    with store.read() as connection:
        row = run(
            connection,
            "SELECT coalesce(state, 'requested'), coalesce(refusal, '') FROM tree_plan WHERE id = ?",
            (plan_id,),
        ).fetchone()
    return row[0], row[1]


def take_back(store: Store, plan_id: bytes, on: str, reason: str = "") -> Asked:
    """Reverse a plan by a new one: its changes in the opposite direction and order; a plan that still waits for its
    day is only called off. Raises PlanRefused, NotFound, NotAllowed."""
    return ask(store, reversal(store, plan_id, on), on, reason, reverses=plan_id)


def reversal(store: Store, plan_id: bytes, on: str) -> tuple[Change, ...]:
    """The changes that would take a plan back on the day `on`. Raises PlanRefused, NotFound."""
    found = plan_text(store, plan_id)
    if found is None:
        raise NotFound(what="tree_plan")
    state, text = found
    if state not in ("planned", "applied"):
        raise PlanRefused(reason="not_reversible", name="")
    return () if state == "planned" else inverse(decode_changes(text), plus_days(on, -1))


# -- the acts of which plans are made ---------------------------------------------------------------------------------


def move(store: Store, tree: TreeKind, node_id: bytes, parent_id: bytes) -> tuple[Change, ...]:
    """Put a node under another parent. Raises NotFound."""
    entity = AREA if tree is TreeKind.AREA else ORG
    was = _present(store, entity, node_id, ("parent_id",))["parent_id"]
    assert was is None or isinstance(was, bytes)
    return () if was == parent_id else (Move(entity, node_id, was, parent_id),)


def edit(store: Store, tree: TreeKind, node_id: bytes, values: Plain) -> tuple[Change, ...]:
    """Rename a node or change other fields of it; only what differs becomes a change. Raises NotFound."""
    entity = AREA if tree is TreeKind.AREA else ORG
    was = _present(store, entity, node_id, tuple(values))
    differing = [name for name, value in values.items() if value != was[name]]
    if not differing:
        return ()
    plain: Plain = {name: value for name, value in was.items() if not isinstance(value, bytes)}
    return (Edit(entity, node_id, {n: plain[n] for n in differing}, {n: values[n] for n in differing}),)


def _present(store: Store, entity: str, record: bytes, fields: tuple[str, ...]) -> dict[str, Value]:
    with store.read() as connection:
        sql = f"SELECT {', '.join(fields)} FROM {entity} WHERE id = ? AND deleted = 0"
        row = run(connection, sql, (record,)).fetchone()
    if row is None:
        raise NotFound(what=entity)
    return dict(zip(fields, row, strict=True))


def create_area(store: Store, parent_id: bytes, kind: str, name: str, code: str) -> tuple[Change, ...]:
    """A new area node at the end of its parent's list. Raises FieldInvalid for a code that is taken, NotFound."""
    parent = _present(store, AREA, parent_id, ("kind",))
    if LEVELS.get(kind, 0) <= LEVELS.get(str(parent["kind"]), 9):
        raise PlanRefused(reason="not_below", name=name)
    with store.read() as connection:
        taken = run(
            connection,
            "SELECT name FROM area_unit WHERE deleted = 0 AND valid_to IS NULL AND code = ?",
            (code.strip(),),
        ).fetchone()
        last = run(
            connection, "SELECT max(sort_no) FROM area_unit WHERE parent_id = ?", (parent_id,)
        ).fetchone()[0]
    if taken is not None:
        raise FieldInvalid(entity=AREA, record=taken[0], field="code", reason="code_taken")
    values: Plain = {"kind": kind, "name": name.strip(), "code": code.strip(), "sort_no": (last or 0) + 1}
    if kind in ("grid", "micro_grid"):
        values |= {"grid_kind": "basic"} if kind == "grid" else {"micro_kind": "residential"}
    return (Create(AREA, new_id(), parent_id, values),)


def create_org(store: Store, parent_id: bytes, kind: str, name: str) -> tuple[Change, ...]:
    """A new organisation unit at the end of its parent's list. Raises NotFound."""
    _present(store, ORG, parent_id, ("kind",))
    with store.read() as connection:
        last = run(
            connection, "SELECT max(sort_no) FROM org_unit WHERE parent_id = ?", (parent_id,)
        ).fetchone()[0]
    values: Plain = {"kind": kind, "name": name.strip(), "sort_no": (last or 0) + 1}
    return (Create(ORG, new_id(), parent_id, values),)


def close_org(store: Store, node_id: bytes) -> tuple[Change, ...]:
    """End an organisation unit: it answers for no area any more. Its members must have gone elsewhere before."""
    today = store.clock.today()
    with store.read() as connection:
        areas = run(
            connection,
            "SELECT DISTINCT area_unit_id FROM org_cover WHERE deleted = 0 AND org_unit_id = ? AND valid_from <= ? "
            "AND (valid_to IS NULL OR valid_to >= ?) ORDER BY area_unit_id",
            (node_id, today, today),
        ).fetchall()
    return (*(Unlink(node_id, area) for (area,) in areas), Close(ORG, node_id))


def split(
    store: Store, micro_grid_id: bytes, unit_ids: Sequence[bytes], name: str, code: str
) -> tuple[Change, ...]:
    """A new micro-grid beside this one takes over some of its stairwells; the same organisations answer for it."""
    parent = _present(store, AREA, micro_grid_id, ("parent_id",))["parent_id"]
    if not isinstance(parent, bytes):
        raise NotFound(what=AREA)
    (made,) = create_area(store, parent, "micro_grid", name, code)
    assert isinstance(made, Create)
    links = tuple(Link(org, made.node) for org in _organisations(store, micro_grid_id))
    return (made, Cover(tuple(unit_ids), micro_grid_id, made.node), *links)


def pass_on(micro_grid_id: bytes, unit_ids: Sequence[bytes], to: bytes) -> tuple[Change, ...]:
    """Stairwells of one micro-grid go to another."""
    return (Cover(tuple(unit_ids), micro_grid_id, to),) if unit_ids else ()


def close_area(store: Store, node_id: bytes, on: str, into: bytes | None = None) -> tuple[Change, ...]:
    """End a node on the eve of `on`: the posts on it end, its organisations answer for it no more, and its stairwells
    pass to `into` (that is a merger); without `into` it must have none."""
    changes: list[Change] = []
    if into is not None:
        changes += pass_on(node_id, [stair.id for stair in stairwells(store, node_id)], into)
    with store.read() as connection:
        posts = run(
            connection,
            "SELECT id, valid_to FROM appointment WHERE deleted = 0 AND area_unit_id = ? "
            "AND (valid_to IS NULL OR valid_to >= ?) ORDER BY id",
            (node_id, on),
        ).fetchall()
    changes += [Term(post, end, plus_days(on, -1)) for post, end in posts]
    changes += [Unlink(org, node_id) for org in _organisations(store, node_id)]
    return (*changes, Close(AREA, node_id))


def _organisations(store: Store, area_id: bytes) -> list[bytes]:
    today = store.clock.today()
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT DISTINCT org_unit_id FROM org_cover WHERE deleted = 0 AND area_unit_id = ? AND valid_from <= ? "
            "AND (valid_to IS NULL OR valid_to >= ?) ORDER BY org_unit_id",
            (area_id, today, today),
        ).fetchall()
    return [row[0] for row in rows]
