"""A conflict: two people changed the same field and the incumbent stayed. A record of its own, written by whoever
judges the op, so that it reaches both devices and a person can decide."""

from __future__ import annotations

from gridworker.models.entity import Entity, Field, Kind, Merge, bucket_of
from gridworker.models.visit import TARGETS

#: field: two changed the same field · edited_after_delete: the record was deleted meanwhile, the edit is kept here
CONFLICT_KINDS = ("field", "edited_after_delete")
CONFLICT_STATES = ("open", "kept", "taken", "both")

CONFLICT = Entity(
    name="conflict",
    rank=40,
    merge=Merge.FIELD,
    # It lies in the bucket of the record it is about; one of the references is that record or what it belongs to.
    bucket=bucket_of(TARGETS[0][0], TARGETS[0][1], *TARGETS[1:]),
    write="resolve",
    one_of=tuple(field for field, _ in TARGETS),
    lasting=True,
    fields=(
        *(Field(field, Kind.REF, Merge.APPEND, refers=entity) for field, entity in TARGETS),
        Field("entity", Kind.TEXT, Merge.APPEND, required=True, limit=40),
        Field("record_id", Kind.REF, Merge.APPEND, required=True),
        Field("field", Kind.TEXT, Merge.APPEND, required=True, limit=40),
        Field("base", Kind.TEXT, Merge.FIELD, personal=True, limit=4000),
        Field("mine", Kind.TEXT, Merge.FIELD, personal=True, limit=4000),
        Field("theirs", Kind.TEXT, Merge.FIELD, personal=True, limit=4000),
        Field("kind", Kind.ENUM, Merge.APPEND, choices=CONFLICT_KINDS),
        Field("state", Kind.ENUM, Merge.FIELD, required=True, choices=CONFLICT_STATES),
        Field("by_member_id", Kind.REF, Merge.APPEND, refers="member"),
        # The day of the choice; 30 days later base, mine and theirs are emptied (store/closing.py).
        Field("closed_on", Kind.DAY, Merge.DERIVED),
    ),
    indexes=(("record_id",),),
)
