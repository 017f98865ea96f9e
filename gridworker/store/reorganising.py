"""Judges a plan for the trees and carries it out on the rows of a workspace: all of it or nothing. The laptop that
stands alone, the server and a dry run use the same code."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from functools import singledispatchmethod

import msgspec

from gridworker.models.days import plus_days
from gridworker.models.digests import blake2b
from gridworker.models.entity import BucketClass, BucketVia, Entity
from gridworker.models.ids import bucket_id
from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.models.tree_plan import (
    ADDRESSES,
    AREA,
    ESTATE,
    LEVELS,
    ORG,
    PARENTS,
    POSTS,
    UNIT,
    Appoint,
    Change,
    Close,
    Cover,
    Create,
    Edit,
    Link,
    Move,
    Reopen,
    Term,
    Unlink,
    decode_changes,
    row_of_plan,
)
from gridworker.models.validation import Rules, faults
from gridworker.store.standing import HOLDERS, Unsound, check_address, versions
from gridworker.store.workspace import Row, Workspace, blank_row

#: A plan rests on these: whoever changes one of their rows makes plans on top of the old state stale.
TREE_ENTITIES = (AREA, ORG, "org_cover", "coverage")


def tree_version(workspace: Workspace) -> int:
    """A number that differs whenever the trees do; the same on every device that has the same rows."""
    digest = blake2b(digest_size=6)
    for entity in TREE_ENTITIES:
        for record, version in sorted(versions(workspace, entity).items()):
            digest.update(record + version.to_bytes(8))
    return int.from_bytes(digest.digest())


def judge_plan(workspace: Workspace, plan: Row, today: str, rules: Rules) -> None:
    """Decide on a plan that was just asked for, and carry it out if its day has come. Its row ends as planned, applied
    or refused; a refused plan changes nothing else."""
    mark = workspace.mark()
    try:
        changes = _read(plan)
        _check_base(workspace, plan, changes, today)
        carry_out(workspace, plan, changes, today, rules)
    except Unsound as unsound:
        workspace.rollback_to(mark)
        _end(workspace, plan, "refused", refusal=f"{unsound.code}:{unsound.name}"[:200])
        return
    if str(plan["effective_on"]) > today:  # tried, found sound, and left for its day
        workspace.rollback_to(mark)
        _end(workspace, plan, "planned")
    else:
        _finish(workspace, plan, today)


def carry_out_planned(workspace: Workspace, plan: Row, today: str, rules: Rules) -> None:
    """Carry out an accepted plan whose day has come; what no longer fits is refused then."""
    workspace.begin_group()
    plan = {**plan, "row_version": int(str(plan["row_version"])) + 1}
    try:
        carry_out(workspace, plan, _read(plan), today, rules)
    except Unsound as unsound:
        workspace.rollback_group()
        _end(workspace, plan, "refused", refusal=f"{unsound.code}:{unsound.name}"[:200])
        return
    _finish(workspace, plan, today)


def _end(
    workspace: Workspace, plan: Row, state: str, *, refusal: str | None = None, on: str | None = None
) -> None:
    plan.update(state=state, refusal=refusal, applied_on=on)
    workspace.put("tree_plan", plan)


def _finish(workspace: Workspace, plan: Row, today: str) -> None:
    _end(workspace, plan, "applied", on=today)
    original = workspace.get("tree_plan", plan["reverses_id"])
    if original is not None:
        workspace.put("tree_plan", _next(original, state="reversed"))


def _read(plan: Row) -> tuple[Change, ...]:
    try:
        return decode_changes(str(plan["changes"]))
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise Unsound("plan_unreadable") from error


def _check_base(workspace: Workspace, plan: Row, changes: Collection[Change], today: str) -> None:
    if str(plan["effective_on"]) < today:
        raise Unsound("plan_in_past")
    about_trees = any(not isinstance(change, POSTS) for change in changes)
    if about_trees and plan["base_tree_version"] != tree_version(workspace):
        raise Unsound("stale_tree")
    if plan["reverses_id"] is not None:
        original = workspace.get("tree_plan", plan["reverses_id"])
        if original is None or original["state"] not in ("planned", "applied"):
            raise Unsound("not_reversible")
        if (original["state"] == "planned") == bool(
            changes
        ):  # nothing happened yet, so there is nothing to undo
            raise Unsound("not_reversible")


def _next(row: Row, **values: Value) -> Row:
    """The row with other values, at its next version."""
    return {**row, **values, "row_version": int(str(row["row_version"])) + 1}


def carry_out(
    workspace: Workspace, plan: Row, changes: Iterable[Change], today: str, rules: Rules
) -> frozenset[bytes]:
    """Put every change of `plan` into the workspace, and on a laptop that stands alone what lies in the stairwells that
    moved under their new micro-grid. Returns those stairwells. Raises Unsound; then the caller rolls back."""
    carrying = _Carrying(workspace, workspace.record_id(plan), str(plan["effective_on"]), rules)
    for change in changes:
        carrying.take(change)
    if workspace.shape.lead is None:  # a server takes what stands there after it slice by slice
        rehome(workspace, carrying.units, max(today, carrying.on))
    return frozenset(carrying.units)


@dataclass
class _Carrying:
    """One plan being carried out; `units` are the stairwells that passed to another micro-grid."""

    workspace: Workspace
    plan_id: bytes
    on: str
    rules: Rules
    units: set[bytes] = field(default_factory=set)

    @singledispatchmethod
    def take(self, change: Change) -> None:
        raise Unsound("plan_unreadable", type(change).__name__)

    # -- nodes -----------------------------------------------------------------------------------------------------

    @take.register
    def _(self, change: Move) -> None:
        row = self._node(change.tree, change.node)
        if row["parent_id"] != change.was:
            raise Unsound("moved_meanwhile", row["name"])
        self._check_place(change.tree, row, change.to)
        self.workspace.put(change.tree, _next(row, parent_id=change.to))

    @take.register
    def _(self, change: Edit) -> None:
        row = self._node(change.tree, change.node)
        if any(row.get(name, change) != value for name, value in change.was.items()):
            raise Unsound("changed_meanwhile", row["name"])
        if change.to.keys() & {"kind", "parent_id", "valid_from", "valid_to"}:
            raise Unsound("plan_unreadable", row["name"])
        self._check_values(change.tree, dict(change.to), str(row["name"]), creating=False)
        self.workspace.put(change.tree, _next(row, **change.to))

    @take.register
    def _(self, change: Create) -> None:
        if change.tree not in PARENTS or self.workspace.get(change.tree, change.node) is not None:
            raise Unsound("record_exists", change.values.get("name"))
        values: dict[str, Value] = dict(change.values)
        if change.tree != ESTATE:
            values[PARENTS[change.tree]] = change.parent
        if change.tree == AREA:
            values["valid_from"] = self.on
        self._check_values(change.tree, values, str(values.get("name")), creating=True)
        row = self._fresh(change.tree, change.node, values)
        self._check_place(change.tree, row, change.parent)
        self.workspace.put(change.tree, row)

    @take.register
    def _(self, change: Close) -> None:
        row = self._node(change.tree, change.node)
        self._check_empty(change.tree, row)
        if change.tree == AREA:
            self.workspace.put(AREA, _next(row, **self._ended(row)))
        else:
            self.workspace.put(change.tree, _next(row, deleted=1))

    @take.register
    def _(self, change: Reopen) -> None:
        row = self.workspace.get(change.tree, change.node) if change.tree in PARENTS else None
        if row is None:
            raise Unsound("node_missing")
        if self._is_open(row):
            raise Unsound("changed_meanwhile", row["name"])
        back: dict[str, Value] = {"deleted": 0, "valid_to": None} if change.tree == AREA else {"deleted": 0}
        self.workspace.put(change.tree, _next(row, **back))
        self._check_place(change.tree, row, row.get(PARENTS[change.tree]))

    def _node(self, tree: str, node: bytes) -> Row:
        row = self.workspace.get(tree, node) if tree in PARENTS else None
        if row is None or not self._is_open(row):
            raise Unsound("node_missing", row["name"] if row else "")
        return row

    def _is_open(self, row: Row) -> bool:
        end = row.get("valid_to")
        return not row["deleted"] and (end is None or str(end) >= self.on)

    def _check_place(self, tree: str, row: Row, parent: Value) -> None:
        """A node stands under an open one of a higher level, and never under itself; there is one root."""
        if tree in ADDRESSES:
            check_address(self.workspace, tree, row, parent)
            return
        above = self.workspace.get(tree, parent)
        if above is None or not self._is_open(above):
            raise Unsound("parent_gone", row["name"])
        if tree == AREA and LEVELS.get(str(above["kind"]), 9) >= LEVELS.get(str(row["kind"]), 0):
            raise Unsound("not_below", row["name"])
        seen: set[Value] = set()
        while above is not None and above["id"] not in seen:
            if above["id"] == row["id"]:
                raise Unsound("not_below", row["name"])
            seen.add(above["id"])
            above = self.workspace.get(tree, above["parent_id"])

    def _check_empty(self, tree: str, row: Row) -> None:
        nodes = (self.workspace.record_id(row),)
        for entity, name, code in HOLDERS[tree]:
            for child in self.workspace.children(BY_NAME[entity], name, nodes):
                if self._is_open(child) and not child.get("left_on"):
                    raise Unsound(code, row["name"])

    def _check_values(self, entity: str, values: dict[str, Value], name: str, *, creating: bool) -> None:
        if faults(BY_NAME[entity], values, self.rules, creating=creating):
            raise Unsound("field_invalid", name)

    def _fresh(self, entity: str, record: bytes, values: dict[str, Value]) -> Row:
        if len(record) != 16:
            raise Unsound("plan_unreadable")
        row = blank_row(BY_NAME[entity], record)
        row.update(values)
        root = self.workspace.tree().root
        assert root is not None  # a plan has a bucket, so there is a community
        row.update(bucket_id=bucket_id(root, BucketClass.COMMON), row_version=1)
        return row

    def _ended(self, row: Row) -> dict[str, Value]:
        """How a dated row ends the day before the plan's; one that had not begun by then never was."""
        if str(row["valid_from"]) >= self.on:
            return {"deleted": 1}
        return {"valid_to": plus_days(self.on, -1)}

    # -- what is under and beside a node ----------------------------------------------------------------------------

    @take.register
    def _(self, change: Cover) -> None:
        if change.to is not None and self._node(AREA, change.to)["kind"] != "micro_grid":
            raise Unsound("not_below")
        for unit in change.units:
            self._pass_on(unit, change)
        self.units.update(change.units)

    def _pass_on(self, unit: bytes, change: Cover) -> None:
        stairs = self.workspace.get(UNIT, unit)
        if stairs is None or stairs["deleted"]:
            raise Unsound("node_missing")
        if self.workspace.micro_grid_of(unit, self.on) != change.was:
            raise Unsound("moved_meanwhile", stairs["name"])
        end: Value = None
        for row in self.workspace.children(BY_NAME["coverage"], "unit_id", (unit,)):
            if self._is_open(row) and str(row["valid_from"]) <= self.on:
                end = row["valid_to"]
                self.workspace.put("coverage", _next(row, **self._ended(row)))
        if change.to is not None:
            values: dict[str, Value] = {"micro_grid_id": change.to, "unit_id": unit}
            values.update(valid_from=self.on, valid_to=end)
            self._put_own("coverage", row_of_plan(self.plan_id, unit), values)

    def _put_own(self, entity: str, record: bytes, values: dict[str, Value]) -> None:
        """Make a row of this plan; where a plan passes something on twice, the last one counts."""
        known = self.workspace.get(entity, record)
        self.workspace.put(
            entity, _next(known, **values, deleted=0) if known else self._fresh(entity, record, values)
        )

    @take.register
    def _(self, change: Link) -> None:
        self._node(ORG, change.org)
        self._node(AREA, change.area)
        if self._links(change.org, change.area):
            raise Unsound("changed_meanwhile")
        record = row_of_plan(self.plan_id, change.org, change.area)
        values: dict[str, Value] = {"org_unit_id": change.org, "area_unit_id": change.area}
        self._put_own("org_cover", record, {**values, "valid_from": self.on, "valid_to": None})

    @take.register
    def _(self, change: Unlink) -> None:
        found = self._links(change.org, change.area)
        if not found:
            raise Unsound("changed_meanwhile")
        for row in found:
            self.workspace.put("org_cover", _next(row, **self._ended(row)))

    def _links(self, org: bytes, area: bytes) -> list[Row]:
        rows = self.workspace.children(BY_NAME["org_cover"], "org_unit_id", (org,))
        return [row for row in rows if row["area_unit_id"] == area and self._is_open(row)]

    # -- posts -----------------------------------------------------------------------------------------------------

    @take.register
    def _(self, change: Appoint) -> None:
        member = self.workspace.get("member", change.member)
        if member is None or member["deleted"]:
            raise Unsound("member_missing")
        self._node(AREA, change.area)
        if self.workspace.get("appointment", change.post) is not None:
            raise Unsound("record_exists", member["name"])
        values: dict[str, Value] = {**change.values, "member_id": change.member, "area_unit_id": change.area}
        self._check_values("appointment", values, str(member["name"]), creating=True)
        self.workspace.put("appointment", self._fresh("appointment", change.post, values))

    @take.register
    def _(self, change: Term) -> None:
        row = self.workspace.get("appointment", change.post)
        if row is None or (row["deleted"] and change.to is None and change.was is None):
            raise Unsound("post_missing")
        if row["valid_to"] != change.was:
            raise Unsound("changed_meanwhile")
        self._check_values("appointment", {"valid_to": change.to}, "", creating=False)
        self._check_secretary(row, change.to)
        never = change.to is not None and change.to < str(row["valid_from"])
        self.workspace.put("appointment", _next(row, valid_to=change.to, deleted=int(never)))

    def _check_secretary(self, row: Row, end: str | None) -> None:
        """Somebody must be left who may change posts: else nobody could ever be appointed again."""
        if row["role_code"] != "community_secretary" or end is None or row["valid_to"] is not None:
            return
        others = self.workspace.children(BY_NAME["appointment"], "area_unit_id", (row["area_unit_id"],))  # type: ignore[arg-type]
        if not any(
            other["role_code"] == row["role_code"] and other["id"] != row["id"]
            and not other["deleted"] and other["valid_to"] is None
            for other in others
        ):  # fmt: skip
            raise Unsound("last_secretary")


def rehome(workspace: Workspace, units: Collection[bytes], today: str, most: int | None = None) -> bool:
    """Everything that stands in these stairwells, and what belongs to it, lies with their micro-grid of `today`. With
    `most` only so many of what stands there, each with all that belongs to it; False when that left some."""
    root = workspace.tree().root
    moved: dict[str, dict[bytes, bytes]] = {}
    workspace.prefetch_coverage(units)
    standing = 0
    for entity in ENTITIES:  # parents first
        rule = entity.bucket
        stairs = rule.field if rule.via is BucketVia.UNIT else rule.unit
        for row in workspace.children(entity, stairs, units) if stairs and units else ():
            if rule.via is not BucketVia.UNIT and any(row[name] is not None for name, _ in rule.parents):
                continue  # it goes with what it belongs to
            node = workspace.micro_grid_of(row[stairs], today) or root
            if standing != most and _lies_with(workspace, entity, row, node, moved):
                standing += 1
        for name, parent in rule.parents:
            above = moved.get(parent)
            for row in workspace.children(entity, name, above.keys()) if above else ():
                _lies_with(workspace, entity, row, (above or {}).get(row[name]), moved)  # type: ignore[arg-type]
    return standing != most


def _lies_with(
    workspace: Workspace,
    entity: Entity,
    row: Row,
    node: bytes | None,
    moved: dict[str, dict[bytes, bytes]],
) -> bool:
    """Put `row` with `node` if it does not lie there yet and was not routed elsewhere; `moved` learns of it."""
    rule = entity.bucket
    if node is None or (rule.routed and row[rule.routed] is not None):
        return False
    target = bucket_id(node, rule.bucket_class)
    if target == row["bucket_id"]:
        return False
    workspace.put(entity.name, _next(row, bucket_id=target))
    moved.setdefault(entity.name, {})[workspace.record_id(row)] = node
    return True
