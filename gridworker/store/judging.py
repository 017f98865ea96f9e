"""What judging an op stands on: who acts, by which rules, where a record lies, and whether the actor may change it
there. Knows no kind of op; see store/apply.py."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.models.entity import BucketClass, BucketVia, Entity, Merge
from gridworker.models.op import Op
from gridworker.models.registry import BY_NAME
from gridworker.models.roles import Grant, may
from gridworker.models.validation import Rules, faults
from gridworker.store.workspace import Row, Workspace


@dataclass(frozen=True)
class Actor:
    """Who acts. `grants` None is the authority itself founding a community. `commands` says whether tree and posts
    may be changed here at all (a client under a server may not). `numbers` are those of the actor's own computers, as
    they stand in human numbers, None where that is not asked; `unowned` those of no account, such as a community's that
    stood alone."""

    member_id: bytes | None
    device_id: bytes
    grants: tuple[Grant, ...] | None
    commands: bool = True
    numbers: frozenset[int] | None = None
    unowned: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Judge:
    """What judging needs beside the rows: the day in China, the validation rules, and whether versions are given
    here (`authoritative`: the server, or a community that stands alone)."""

    today: str
    rules: Rules
    authoritative: bool
    mine_on_top: bool = False


#: Asked for each op of a batch: until Python 3.12 finding a member in its enumeration takes longer than comparing it.
_COMMUNITY, _UNIT, _NODE = BucketVia.COMMUNITY, BucketVia.UNIT, BucketVia.NODE
_COMMAND = Merge.COMMAND


class Rejected(Exception):
    """The op cannot take effect: `code` below errors.rejected, the field it is about and what its words need."""

    def __init__(self, code: str, field_name: str = "", **values: str) -> None:
        super().__init__(code)
        self.code, self.field, self.details = code, field_name, values


@dataclass(slots=True)
class Case:
    """One op under judgement."""

    workspace: Workspace
    op: Op
    entity: Entity
    actor: Actor
    judge: Judge


def check_values(case: Case, *, creating: bool = False) -> None:
    """Raise Rejected for the first value that cannot be kept."""
    found = faults(case.entity, case.op.set, case.judge.rules, creating=creating)
    if found:
        raise Rejected("field_invalid", found[0].field, reason=found[0].reason)


def place(case: Case, row: Row) -> tuple[bytes, BucketClass]:
    """The node and class of the bucket in which `row` lies."""
    return node_of(case, case.entity, row), case.entity.bucket.class_of(row)


def node_of(case: Case, entity: Entity, row: Row) -> bytes:
    """The area node of the bucket of `row`, a record of `entity`."""
    rule = entity.bucket
    via, root = rule.via, case.workspace.tree().root
    if via is _COMMUNITY:
        own = row["id"] if entity.name == "area_unit" and row["parent_id"] is None else None
        return _there(root if root is not None else own)
    if via is _UNIT:
        return _there(case.workspace.micro_grid_of(row[rule.field], case.judge.today) or root)
    if via is _NODE:
        return _named_node(case, row, rule.field)
    if rule.routed and row[rule.routed] is not None:
        return _named_node(case, row, rule.routed)
    for above in rule.parents:
        if row[above[0]] is not None:
            break
    else:
        if rule.unit and row[rule.unit] is not None:
            return _there(case.workspace.micro_grid_of(row[rule.unit], case.judge.today) or root)
        if rule.node:
            return _named_node(case, row, rule.node)
        above = rule.parents[0]
    reference, parent_entity = above
    parent = case.workspace.get(parent_entity, row[reference])
    if parent is None or parent["deleted"]:
        raise Rejected("parent_missing", reference)
    return node_of(case, BY_NAME[parent_entity], parent)


def _named_node(case: Case, row: Row, name: str) -> bytes:
    node = row[name]
    if not isinstance(node, bytes) or node not in case.workspace.tree().parents:
        raise Rejected("parent_missing", name)
    return node


def _there(node: object) -> bytes:
    if not isinstance(node, bytes):
        raise Rejected("community_missing")
    return node


def authorise(case: Case, node: bytes, bucket_class: BucketClass, right: str = "") -> None:
    """Raise Rejected unless the actor may change records of this entity in that bucket, or has `right` there."""
    if case.entity.merge is _COMMAND and not case.actor.commands:
        raise Rejected("only_authority")
    grants, wanted = case.actor.grants, right or case.entity.write
    if grants is None or (case.entity.unseen and any(wanted in grant.role.may for grant in grants)):
        return
    if not may(grants, wanted, node, bucket_class, case.workspace.tree()):
        raise Rejected("not_allowed", right=wanted)


def put_next(case: Case, entity: str, row: Row) -> None:
    """Keep a changed row, at its next version where versions are given here."""
    if case.judge.authoritative:
        version = row["row_version"]
        row["row_version"] = (version if isinstance(version, int) else int(str(version))) + 1
    case.workspace.put(entity, row)
