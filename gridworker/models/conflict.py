"""A conflict: two people changed the same field and the incumbent stayed. A record of its own, written by whoever
judges the op, so that it reaches both devices and a person can decide."""

from __future__ import annotations

from gridworker.models.entity import BucketClass, BucketRule, BucketVia, Entity, Field, Kind, Merge

CONFLICT_STATES = ("open", "kept", "taken", "both")

CONFLICT = Entity(
    name="conflict",
    rank=40,
    merge=Merge.FIELD,
    # It lies in the bucket of the record it is about; `household_id` is that record or its household.
    bucket=BucketRule(BucketClass.CASE, BucketVia.PARENT, field="household_id", parent="household"),
    write="resolve",
    fields=(
        Field("household_id", Kind.REF, Merge.APPEND, required=True, refers="household"),
        Field("entity", Kind.TEXT, Merge.APPEND, required=True, limit=40),
        Field("record_id", Kind.REF, Merge.APPEND, required=True),
        Field("field", Kind.TEXT, Merge.APPEND, required=True, limit=40),
        Field("base", Kind.TEXT, Merge.FIELD, personal=True, limit=4000),
        Field("mine", Kind.TEXT, Merge.FIELD, personal=True, limit=4000),
        Field("theirs", Kind.TEXT, Merge.FIELD, personal=True, limit=4000),
        Field("state", Kind.ENUM, Merge.FIELD, required=True, choices=CONFLICT_STATES),
        Field("by_member_id", Kind.REF, Merge.APPEND, refers="member"),
    ),
    indexes=(("record_id",),),
)
