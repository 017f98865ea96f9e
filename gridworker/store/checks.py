"""What a single record's values cannot say: rules between records. Each check raises Rejected or is silent."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from gridworker.models.alias import alias_id
from gridworker.models.entity import Entity, Kind, Merge
from gridworker.models.machine import EVENT
from gridworker.models.op import OpKind
from gridworker.models.registry import BY_NAME, ENTITIES, dependants
from gridworker.models.roles import may
from gridworker.store.authors import check_number, check_visit
from gridworker.store.demanding import check_reporter
from gridworker.store.frozen_rules import RULES, check_frozen
from gridworker.store.judging import Case, Rejected, authorise, node_of, place
from gridworker.store.list_rules import check_list_record, check_removal
from gridworker.store.workspace import Row


def check_record(case: Case, row: Row) -> None:
    """Every rule between `row`, as it would be kept, and what it refers to."""
    if case.entity.name == "area_unit":
        _check_tree(case, row)
    elif case.entity.name == "record_alias":
        _check_alias(case, row)
    elif case.entity.name == "service_need":
        _check_need(case, row)
    elif case.entity.name == "demand":
        check_reporter(case, row)
    elif case.entity.name == "shop" and row["phone"] and not row["basis_kind"]:
        raise Rejected("field_invalid", "phone", reason="basis_missing")
    elif case.entity.name in RULES:
        check_frozen(case, row)
    else:
        check_list_record(case, row)


def _check_tree(case: Case, row: Row) -> None:
    """The areas stay one tree: a second root or a ring would leave every later op without a place."""
    tree, above = case.workspace.tree(), row["parent_id"]
    if isinstance(above, bytes):
        sound = above in tree.parents and row["id"] not in tree.lineage(above)
    else:
        sound = tree.root in (None, row["id"])
    if not sound:
        raise Rejected("field_invalid", "parent_id", reason="not_a_reference")


def _check_alias(case: Case, row: Row) -> None:
    """Both records are there, are two, and the winner stands for itself: no chain, so no ring."""
    entity, loser, winner = str(row["entity"]), row["loser_id"], row["winner_id"]
    assert isinstance(loser, bytes) and isinstance(winner, bytes)
    if loser == winner:
        raise Rejected("field_invalid", "winner_id", reason="merged_into_itself")
    for name, record in (("loser_id", loser), ("winner_id", winner)):
        found = case.workspace.get(entity, record)
        if found is None or found["deleted"]:
            raise Rejected("parent_missing", name)
    lost, kept = case.workspace.get(entity, loser), case.workspace.get(entity, winner)
    if lost is not None:  # who merges it away must be allowed to change it where it lies
        authorise(case, node_of(case, BY_NAME[entity], lost), case.entity.bucket.bucket_class)
    home = winner if entity == "household" else kept and kept["household_id"]
    if home != row["household_id"] or row["id"] != alias_id(entity, loser):
        raise Rejected("field_invalid", "household_id", reason="not_a_reference")
    if stands_for(case, entity, winner) is not None or _winner_of_others(case, entity, loser):
        raise Rejected("field_invalid", "winner_id", reason="merged_already")


def stands_for(case: Case, entity: str, record: bytes) -> bytes | None:
    """The record that `record` was merged into, or None."""
    alias = case.workspace.get("record_alias", alias_id(entity, record))
    if alias is None or alias["deleted"]:
        return None
    winner = alias["winner_id"]
    return winner if isinstance(winner, bytes) else None


def _winner_of_others(case: Case, entity: str, record: bytes) -> bool:
    rows = case.workspace.children(BY_NAME["record_alias"], "winner_id", (record,))
    return any(row["entity"] == entity and not row["deleted"] for row in rows)


def _check_need(case: Case, row: Row) -> None:
    """A service is kept in mind only on the separate, standing consent of the same resident."""
    consent = case.workspace.get("consent", row["consent_id"])
    if (
        consent is None
        or consent["deleted"]
        or consent["withdrawn_on"]
        or not consent["separate"]
        or consent["resident_id"] != row["resident_id"]
    ):
        raise Rejected("field_invalid", "consent_id", reason="separate_consent_missing")


def check_name(case: Case, known: Row, row: Row) -> None:
    """The id of a named record follows from what it names, so one known under this id names the same: a forged id
    must not take over what lies with somebody else. Aliases and tombstones prove their ids themselves."""
    if case.entity.name in ("record_alias", "erasure"):
        return
    named = (f.name for f in case.entity.fields if f.kind is Kind.REF and f.merge is Merge.APPEND)
    if any(known[name] != row[name] for name in named):
        raise Rejected("record_exists")


def check_author(case: Case, row: Row) -> None:
    """Nobody speaks in another's name: a comment is its writer's; a conflict or a held act is made by the judge, and a
    person only chooses how it ends."""
    if case.actor.grants is None:
        return
    if case.entity.name in _OWN_WORD and _is_forged(case, row):
        raise Rejected("not_allowed", right=case.entity.write)
    check_visit(case, row)
    check_number(case, row)


#: Entities whose records say in `member_id` or in `by_member_id` who made them.
_SIGNED, _BY_MEMBER = ("visit_comment", "duty_note"), ("tree_plan", "export_log")
#: Those, and the ones that only the judge makes: of all others anybody with the right may write anything.
_OWN_WORD = frozenset(
    (
        *(*_SIGNED, *_BY_MEMBER, "conflict", "held_op"),
        *(entity.name for entity in ENTITIES if entity.judged or entity.merge is Merge.ARBITRATED),
    )
)


def _is_forged(case: Case, row: Row) -> bool:
    forged = case.entity.name in _SIGNED and row["member_id"] != case.actor.member_id
    by_another = case.entity.name in _BY_MEMBER and row["by_member_id"] != case.actor.member_id
    forged = forged or by_another or case.entity.judged
    if case.entity.merge is Merge.ARBITRATED:
        forged = _is_anothers_word(case, row)
    if case.entity.name == "conflict":
        forged = case.op.kind is not OpKind.SET or not case.op.set.keys() <= {"state"}
    if case.entity.name == "held_op":
        forged = case.op.kind is not OpKind.EVENT
    return forged


def _is_anothers_word(case: Case, row: Row) -> bool:
    """A promise or claim is given in the own name, and let go by who gave it; the office may let go what somebody left
    behind."""
    given = row["by_member_id"] == case.actor.member_id
    if case.op.kind is OpKind.CREATE:
        return not given
    releases = case.op.kind is OpKind.DELETE or case.op.set.get(EVENT) == "release"
    node, bucket_class = place(case, row)
    office = may(case.actor.grants or (), "projects", node, bucket_class, case.workspace.tree())
    return releases and not given and not office


def check_lifting(case: Case, row: Row) -> None:
    """A protective value is lifted only with a reason, where it can be lifted at all."""
    for field in case.entity.fields:
        lifts = field.merge is Merge.RESTRICTIVE and row[field.name] and field.name in case.op.set
        if lifts and not case.op.set[field.name]:
            reason = case.entity.lift_reason
            if not reason:
                raise Rejected("field_invalid", field.name, reason="not_liftable")
            if not str(case.op.set.get(reason) or "").strip():
                raise Rejected("field_invalid", reason, reason="required")


def check_deletable(case: Case, row: Row) -> None:
    """What others still hang on cannot be deleted: move or delete those first."""
    if case.entity.lasting:
        raise Rejected("append_only")
    check_removal(case, row)
    record = case.workspace.record_id(row)
    for entity, name in _anchors(case.entity.name):
        rows = case.workspace.children(entity, name, (record,))
        if any(not child["deleted"] for child in rows):
            raise Rejected("has_dependants", entity=entity.name)


#: What would lose its place or its name with a node, a stairwell or a member, and so keeps it from being deleted.
_STANDING: Mapping[str, tuple[tuple[str, str], ...]] = MappingProxyType(
    {
        "area_unit": (
            ("area_unit", "parent_id"),
            ("coverage", "micro_grid_id"),
            ("appointment", "area_unit_id"),
        ),
        "org_unit": (("org_unit", "parent_id"), ("member", "org_unit_id")),
        "member": (("appointment", "member_id"), ("account", "member_id")),
        "estate": (("building", "estate_id"),),
        "building": (("unit", "building_id"),),
        "unit": (
            ("coverage", "unit_id"),
            ("household", "unit_id"),
            ("shop", "unit_id"),
            ("public_spot", "unit_id"),
        ),
        "need": (("project_need", "need_id"), ("issue_need", "need_id"), ("resource_promise", "need_id")),
        "issue": (("agenda_item", "issue_id"),),
        "meeting": (("resolution", "meeting_id"),),
    }
)


@cache
def _anchors(entity: str) -> tuple[tuple[Entity, str], ...]:
    """The references by which others keep a record of `entity` from being deleted."""
    below = [(child, name) for child, name, parent in dependants(entity) if parent == entity and child.anchor]
    return (*below, *((BY_NAME[child], name) for child, name in _STANDING.get(entity, ())))
