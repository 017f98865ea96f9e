"""An act that the server could not let take effect, kept for a person to decide: the sender had lost the scope, or the
record was erased meanwhile. Nothing that somebody wrote is dropped."""

from __future__ import annotations

from gridworker.models.entity import BucketClass, BucketRule, BucketVia, Entity, Field, Kind, Merge
from gridworker.models.machine import Event, Machine

HELD_REASONS = ("scope_lost", "schema", "erased", "server_bug")
#: After so many days nobody decides any more, and the content goes.
HELD_DAYS = 90
_OPEN = ("open", "handed_over")

HELD_MACHINE = Machine(
    first="open",
    states=("open", "handed_over", "accepted", "rejected"),
    events=(
        Event("accept", _OPEN, "accepted", sets=("decision",)),
        Event("hand_over", _OPEN, "handed_over", needs=("owner_id",), sets=("decision",)),
        Event("reject", _OPEN, "rejected", needs=("decision",)),
        Event("reopen", ("rejected",), "open"),
    ),
)
#: One act, whose ops take effect together or not at all. `ops` is their JSON as the judge keeps it, of any length, and
#: empty where it must not be kept; `device_id` is the writer's device in hexadecimal.
HELD_OP = Entity(
    name="held_op",
    rank=42,
    merge=Merge.FIELD,
    bucket=BucketRule(BucketClass.CASE, BucketVia.NODE, field="owner_id"),
    write="held",
    lasting=True,
    machine=HELD_MACHINE,
    fields=(
        Field("owner_id", Kind.REF, Merge.STATE, required=True, refers="area_unit"),
        Field("reason", Kind.ENUM, Merge.APPEND, required=True, choices=HELD_REASONS),
        Field("member_id", Kind.REF, Merge.APPEND, refers="member"),
        Field("device_id", Kind.TEXT, Merge.APPEND, required=True, limit=32),
        Field("entity", Kind.TEXT, Merge.APPEND, required=True, limit=40),
        Field("record_id", Kind.REF, Merge.APPEND, required=True),
        Field("held_on", Kind.DAY, Merge.APPEND, required=True),
        Field("expires_on", Kind.DAY, Merge.APPEND, required=True),
        Field("ops", Kind.TEXT, Merge.APPEND, personal=True, free_text=True, limit=4000),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=HELD_MACHINE.states),
        Field("decision", Kind.TEXT, Merge.STATE, free_text=True),
    ),
    indexes=(("record_id",), ("state",)),
)
