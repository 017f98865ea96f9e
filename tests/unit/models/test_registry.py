"""The registry says of every entity and field who may see it and how changes meet; nothing is left unsaid."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest

from gridworker.models.entity import BucketClass, BucketRule, BucketVia, Entity, Field, Kind, Merge
from gridworker.models.frozen import FIGURES_LIMIT, PART_LIMIT
from gridworker.models.household import HOUSEHOLD, RESIDENT
from gridworker.models.organisation import ORG_UNIT
from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.models.roles import ROLES
from gridworker.models.tree_plan import PLAN_LIMIT
from gridworker.models.visit import AMENDABLE, VISIT, VISIT_AMENDMENT, VISIT_COMMENT, VISIT_VOID

#: What each merge class may hold, from the table of merge rules.
FIELDS_OF = {
    Merge.APPEND: {Merge.APPEND, Merge.DERIVED, Merge.LOCAL},
    Merge.FIELD: {Merge.FIELD, Merge.RESTRICTIVE, Merge.APPEND, Merge.STATE, Merge.DERIVED},
    Merge.ARBITRATED: {Merge.APPEND, Merge.STATE, Merge.DERIVED},
    Merge.COMMAND: {Merge.COMMAND},
}


def gaps(entities: Iterable[Any]) -> list[str]:
    """What the declarations leave unsaid or say wrongly."""
    entities = list(entities)
    names = {entity.name: entity for entity in entities}
    found = []
    for entity in entities:
        rule = getattr(entity, "bucket", None)
        if not isinstance(rule, BucketRule):
            found.append(f"{entity.name}: no bucket rule")
        elif rule.via is not BucketVia.COMMUNITY and rule.field not in {f.name for f in entity.fields}:
            found.append(f"{entity.name}: the bucket follows a field that is not there")
        elif rule.via is BucketVia.PARENT and rule.parent not in names:
            found.append(f"{entity.name}: its bucket follows an unknown entity")
        if getattr(entity, "merge", None) not in FIELDS_OF:
            found.append(f"{entity.name}: no merge class")
            continue
        for field in entity.fields:
            if not isinstance(getattr(field, "merge", None), Merge):
                found.append(f"{entity.name}.{field.name}: no merge class")
            elif field.merge not in FIELDS_OF[entity.merge]:
                found.append(f"{entity.name}.{field.name}: {field.merge} in a {entity.merge} entity")
            found += [f"{entity.name}.{field.name}: {fault}" for fault in field_gaps(field, names)]
    return found


#: Texts that are data for programs; all others are written by people.
DATA = ("figures", "packed")
LONGEST = {"changes": PLAN_LIMIT, "figures": FIGURES_LIMIT, "packed": PART_LIMIT}


def field_gaps(field: Any, names: dict[str, Any]) -> Iterable[str]:
    if field.kind is Kind.ENUM and not field.choices:
        yield "an enum without choices"
    if (
        field.kind is Kind.REF
        and not field.refers
        and field.name not in ("record_id", "loser_id", "winner_id")
    ):
        yield "a reference to nowhere"
    if field.refers and (field.kind is not Kind.REF or field.refers not in names):
        yield "refers to what is not there"
    if field.free_text and field.kind is not Kind.TEXT:
        yield "free text that is no text"
    if field.kind is Kind.TEXT and not 0 < field.limit <= LONGEST.get(field.name, 4000):
        yield "a text without a limit"
    if field.low > field.high:
        yield "an empty range"


def test_nothing_is_left_unsaid() -> None:
    assert gaps(ENTITIES) == []


def _without(entity: Entity, name: str) -> Any:
    """`entity` as a careless author would declare it: the attribute is not there."""
    values = {slot: getattr(entity, slot) for slot in Entity.__slots__ if slot != name}
    return SimpleNamespace(**values)


@pytest.mark.parametrize("missing", ["bucket", "merge"])
def test_an_entity_without_a_rule_is_found(missing: str) -> None:
    assert gaps([*ENTITIES, _without(replace(HOUSEHOLD, name="kiosk"), missing)])


def test_a_field_without_a_merge_class_is_found() -> None:
    bare: Any = SimpleNamespace(
        **{
            slot: getattr(Field("x", Kind.TEXT, Merge.FIELD), slot)
            for slot in Field.__slots__
            if slot != "merge"
        }
    )
    assert gaps([replace(HOUSEHOLD, fields=(*HOUSEHOLD.fields, bare))])


@pytest.mark.parametrize(
    "wrong",
    [
        replace(HOUSEHOLD, bucket=BucketRule(BucketClass.CASE, BucketVia.UNIT, field="stairs")),
        replace(RESIDENT, bucket=BucketRule(BucketClass.CASE, BucketVia.PARENT, "household_id", "home")),
        replace(VISIT, fields=(Field("said", Kind.TEXT, Merge.FIELD),)),
        replace(ORG_UNIT, fields=(Field("kind", Kind.ENUM, Merge.COMMAND),)),
        replace(ORG_UNIT, fields=(Field("boss_id", Kind.REF, Merge.COMMAND, refers="boss"),)),
        replace(ORG_UNIT, fields=(Field("floors", Kind.INT, Merge.COMMAND, low=3, high=2),)),
    ],
)
def test_a_wrong_declaration_is_found(wrong: Entity) -> None:
    assert gaps([e for e in ENTITIES if e.name != wrong.name] + [wrong])


def test_declaring_one_without_is_refused_by_the_language() -> None:
    with pytest.raises(TypeError):
        Entity(name="kiosk", rank=50, write="edit", fields=())  # type: ignore[call-arg]
    with pytest.raises(TypeError):
        Field("name", Kind.TEXT)  # type: ignore[call-arg]


def test_parents_come_before_children() -> None:
    ranks = [entity.rank for entity in ENTITIES]
    assert ranks == sorted(ranks)
    assert len(set(ranks)) == len(ranks)
    for entity in ENTITIES:
        if entity.bucket.parent:
            assert BY_NAME[entity.bucket.parent].rank < entity.rank
        for field in entity.fields:
            if field.required and field.refers and field.refers != entity.name:
                assert BY_NAME[field.refers].rank < entity.rank, f"{entity.name}.{field.name}"


def test_every_bucket_rule_leads_to_a_household_or_the_community() -> None:
    for entity in ENTITIES:
        seen, current = set(), entity
        while current.bucket.via is BucketVia.PARENT:
            assert current.name not in seen, f"{entity.name} goes round in circles"
            seen.add(current.name)
            names = tuple(name for name, _ in current.bucket.parents)
            assert all(current.field(name).refers == parent for name, parent in current.bucket.parents)
            assert (
                current.field(names[0]).required if len(names) == 1 else current.one_of[: len(names)] == names
            )
            if len(names) > 1 and len(current.one_of) > len(names):  # the others lead to a node themselves
                assert current.one_of[len(names) :] == (current.bucket.unit, current.bucket.node)
            current = BY_NAME[current.bucket.parent]
        assert current.bucket.via in (BucketVia.UNIT, BucketVia.NODE, BucketVia.COMMUNITY)


def test_residents_matters_are_case_and_nothing_else_is() -> None:
    case = {entity.name for entity in ENTITIES if entity.bucket.bucket_class is BucketClass.CASE}
    assert case == {
        "household", "resident", "basis", "visit", "visit_visitor", "visit_amendment", "visit_void",
        "visit_comment", "conflict", "shop", "record_alias", "consent", "household_link", "plan_item", "duty_note",
        "held_op", "erasure", "demand", "demand_event", "demand_package", "demand_slip", "referral",
        "demand_stub",
    }  # fmt: skip
    care = {entity.name for entity in ENTITIES if entity.bucket.bucket_class is BucketClass.CARE}
    assert care == {"service_need"}
    apart = {e.name: e.bucket.classes - {e.bucket.bucket_class} for e in ENTITIES if e.bucket.apart}
    assert apart == {"referral": {BucketClass.STREET}}
    assert BY_NAME["account"].bucket.bucket_class is BucketClass.OFFICE


def test_names_are_plain_and_unique() -> None:
    assert len(BY_NAME) == len(ENTITIES)
    reserved = {"id", "rid", "bucket_id", "row_version", "deleted", "domain_id"}
    for entity in ENTITIES:
        names = [field.name for field in entity.fields]
        assert len(set(names)) == len(names)
        assert all(re.fullmatch(r"[a-z][a-z_]*[a-z]", name) for name in [entity.name, *names])
        assert not reserved & set(names)
        for columns in (*entity.indexes, entity.search):
            assert set(columns) <= {*names, "rid", "deleted", "bucket_id"}


def test_every_right_to_write_is_somebodys() -> None:
    given = frozenset[str]().union(*(role.may for role in ROLES.values()))
    assert {entity.write for entity in ENTITIES} <= given


def test_what_is_typed_freely_is_marked() -> None:
    """The marks that the guard in the window reads; what is stored is checked in every text, marked or not."""
    for entity in ENTITIES:
        for field in entity.fields:
            if (
                field.kind is Kind.TEXT
                and field.limit >= 1000
                and entity.name != "conflict"
                and field.name not in DATA
            ):
                assert field.free_text, f"{entity.name}.{field.name}"
    assert all(BY_NAME[e].field(f).free_text for e, f in [("household", "note"), ("visit", "next_step")])


def test_personal_fields_are_marked() -> None:
    marked = {(e.name, f.name) for e in ENTITIES for f in e.fields if f.personal}
    assert {("resident", "name"), ("resident", "phone"), ("household", "contact_resident_id")} <= marked
    assert {f.name for f in RESIDENT.fields if f.basis} == {"phone", "birth_year"}


def test_a_submitted_visit_can_only_be_added_to() -> None:
    assert all(entity.merge is Merge.APPEND for entity in (VISIT, VISIT_AMENDMENT, VISIT_VOID, VISIT_COMMENT))
    assert set(AMENDABLE) <= {field.name for field in VISIT.fields if field.merge is Merge.APPEND}
    assert not {"no", "household_id", "unit_at"} & set(AMENDABLE)


def test_do_not_visit_is_restrictive() -> None:
    assert {f.name for e in ENTITIES for f in e.fields if f.merge is Merge.RESTRICTIVE} == {
        "visit_opt_out", "withdrawn_on",
    }  # fmt: skip
    assert HOUSEHOLD.lift_reason == "opt_out_reason"
    assert BY_NAME["consent"].lift_reason == ""


def test_local_fields_do_not_travel() -> None:
    assert {f.name for f in VISIT.fields} - {f.name for f in VISIT.wire_fields} == {
        "now_on", "now_outcome", "now_next_on", "now_void",
    }  # fmt: skip


def test_asking_for_an_unknown_field_is_an_error() -> None:
    with pytest.raises(KeyError):
        HOUSEHOLD.field("ethnic")


def test_the_classes_are_those_of_the_merge_rules() -> None:
    assert {merge.value for merge in Merge} == {
        "append", "field", "restrictive", "arbitrated", "command", "state", "derived", "local",
    }  # fmt: skip
