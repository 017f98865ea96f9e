"""Who speaks for a visit. It is corrected or declared void by those who made it, or by whoever answers for the grid;
visitors are people who have a post there or keep in touch with the household. A remark is free to all who see it."""

from __future__ import annotations

import re

from gridworker.models.demand import DEMAND
from gridworker.models.entity import BucketClass
from gridworker.models.lists import NEED
from gridworker.models.op import OpKind, Value
from gridworker.models.registry import BY_NAME
from gridworker.models.roles import CORRECT, may
from gridworker.models.visit import TARGETS
from gridworker.store.judging import Actor, Case, Rejected, node_of
from gridworker.store.workspace import Row, Workspace

_CREATE = OpKind.CREATE
_NUMBER = re.compile(r"[A-Z][0-9]{2}-([0-9]{2,})[a-z]*-[0-9]{4,}\Z")


def check_visit(case: Case, row: Row) -> None:
    """Raise Rejected where `row`, what hangs on a visit, is not the actor's to write."""
    name = case.entity.name
    if name == "visit":
        return
    if name in ("visit_amendment", "visit_void"):
        _check_author(case, row)
    elif name == "visit_visitor":
        if not case.workspace.is_new("visit", row["visit_id"]):
            _check_author(case, row)
        _check_visitor(case, row)


def _check_author(case: Case, row: Row) -> None:
    if not may_correct(case.workspace, case.actor, row["visit_id"], node_of(case, case.entity, row)):
        raise Rejected("field_invalid", "visit_id", reason="not_the_visitor")


def may_correct(workspace: Workspace, actor: Actor, visit_id: Value, node: bytes) -> bool:
    """Whether the actor may correct the visit, which lies at the area `node`, or declare it void: as one of its
    visitors, as the one who wrote it down, or by a right over the grid."""
    visit = workspace.get("visit", visit_id)
    if visit is None or not isinstance(visit_id, bytes) or actor.grants is None:
        return True  # a missing visit is told by its place
    if may(actor.grants, CORRECT, node, BucketClass.CASE, workspace.tree()):
        return True
    if actor.numbers and device_part(visit["no"]) in actor.numbers:
        return True
    links = workspace.children(BY_NAME["visit_visitor"], "visit_id", (visit_id,))
    return any(not link["deleted"] and link["member_id"] == actor.member_id for link in links)


def place_of_visit(workspace: Workspace, visit: Row, today: str) -> bytes | None:
    """The area node at which a visit lies on the day `today`: that of what was visited."""
    for name, entity in TARGETS:
        target = workspace.get(entity, visit[name])
        if target is not None:
            return workspace.micro_grid_of(target["unit_id"], today) or workspace.tree().root
    return None


def _check_visitor(case: Case, row: Row) -> None:
    member, workspace = row["member_id"], case.workspace
    if case.op.kind is not _CREATE or member == case.actor.member_id:
        return
    visit = workspace.get("visit", row["visit_id"])
    if visit is None or not isinstance(member, bytes):
        return
    if not _is_at_work(case, member, visit) and not _keeps_in_touch(workspace, member, visit):
        raise Rejected("field_invalid", "member_id", reason="not_at_work_there")


def _is_at_work(case: Case, member: bytes, visit: Row) -> bool:
    """A post above, at or below the place of the visit that had not ended by its day."""
    tree, node = case.workspace.tree(), node_of(case, BY_NAME["visit"], visit)
    for post in case.workspace.children(BY_NAME["appointment"], "member_id", (member,)):
        area, until = post["area_unit_id"], post["valid_to"]
        near = isinstance(area, bytes) and (area in tree.lineage(node) or node in tree.lineage(area))
        if near and not post["deleted"] and (until is None or str(until) >= str(visit["visited_on"])):
            return True
    return False


def _keeps_in_touch(workspace: Workspace, member: bytes, visit: Row) -> bool:
    home = visit["household_id"]
    if not isinstance(home, bytes):
        return False
    links = workspace.children(BY_NAME["household_link"], "household_id", (home,))
    return any(not link["deleted"] and link["member_id"] == member for link in links)


def check_number(case: Case, row: Row) -> None:
    """A new record's human number names one of its sender's own computers, or one that never was anybody else's. A need
    that stands for a demand has the number of that demand, whoever registered it."""
    if not case.entity.number or case.op.kind is not _CREATE:
        return
    here = case.workspace.shape.lead is None  # where it was given
    if here or case.actor.numbers is None:
        return
    if case.entity is NEED and str(row["no"]).startswith(str(DEMAND.number)):
        return
    given_by = device_part(row["no"])
    if given_by not in case.actor.numbers and given_by not in case.actor.unowned:
        raise Rejected("field_invalid", "no", reason="number_of_another")


def device_part(number: Value) -> int | None:
    """The device in a human number such as Z26-07-0042, or None if it is none."""
    found = _NUMBER.match(str(number))
    return int(found[1]) if found else None
