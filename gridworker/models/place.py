"""Shops and public spots: what is visited beside households. Both stand at a stairwell, and whoever answers for the
stairwell answers for them (docs/decisions/0022-places-stand-at-a-stairwell.md)."""

from __future__ import annotations

from gridworker.models.entity import UNIT_CASE, BucketClass, BucketRule, BucketVia, Entity, Field, Kind, Merge
from gridworker.models.household import BASIS_KINDS

SHOP_STATES = ("open", "closed", "moved")
SPOT_KINDS = ("yard", "parking", "bike_shed", "waste_point", "playground", "road", "lift", "hall", "other")

SHOP = Entity(
    name="shop",
    rank=23,
    merge=Merge.FIELD,
    bucket=UNIT_CASE,
    write="edit",
    group=True,
    fields=(
        Field("name", Kind.TEXT, Merge.FIELD, required=True, limit=60),
        Field("code", Kind.TEXT, Merge.FIELD, limit=40),
        Field("kind", Kind.TEXT, Merge.FIELD, limit=40),
        Field("unit_id", Kind.REF, Merge.FIELD, required=True, refers="unit"),
        Field("front", Kind.TEXT, Merge.FIELD, limit=80),
        Field("contact_person", Kind.TEXT, Merge.FIELD, personal=True, limit=40),
        Field("phone", Kind.TEXT, Merge.FIELD, personal=True, format="phone", limit=30),
        Field("basis_kind", Kind.ENUM, Merge.FIELD, choices=BASIS_KINDS),
        Field("basis_on", Kind.DAY, Merge.FIELD),
        Field("open_hours", Kind.TEXT, Merge.FIELD, limit=60),
        Field("status", Kind.ENUM, Merge.FIELD, required=True, choices=SHOP_STATES),
        Field("visit_interval_days", Kind.INT, Merge.FIELD, low=1, high=3650),
        Field("note", Kind.TEXT, Merge.FIELD, free_text=True),
    ),
    search=("name", "code", "front"),
    spelled="name",
    indexes=(("unit_id",), ("code",)),
)
PUBLIC_SPOT = Entity(
    name="public_spot",
    rank=24,
    merge=Merge.FIELD,
    bucket=BucketRule(BucketClass.COMMON, BucketVia.UNIT, field="unit_id"),
    write="edit",
    group=True,
    fields=(
        Field("name", Kind.TEXT, Merge.FIELD, required=True, limit=60),
        Field("code", Kind.TEXT, Merge.FIELD, limit=40),
        Field("kind", Kind.ENUM, Merge.FIELD, required=True, choices=SPOT_KINDS),
        Field("unit_id", Kind.REF, Merge.FIELD, required=True, refers="unit"),
        Field("visit_interval_days", Kind.INT, Merge.FIELD, low=1, high=3650),
        Field("note", Kind.TEXT, Merge.FIELD, free_text=True),
    ),
    search=("name", "code"),
    spelled="name",
    indexes=(("unit_id",),),
)
