"""The week's plan of visits and the duty roster, each with the states it goes through."""

from __future__ import annotations

from gridworker.models.entity import BucketClass, BucketRule, BucketVia, Entity, Field, Kind, Merge, bucket_of
from gridworker.models.machine import Event, Machine
from gridworker.models.visit import TARGETS

#: Why a visit was proposed, most pressing first; `by_hand` is a person's own choice.
PLAN_REASONS = ("promised", "overdue", "absent_again", "due", "never_met", "by_hand")
PARTS_OF_DAY = ("morning", "afternoon", "evening")
_OPEN = ("planned", "absent_retry")

PLAN_MACHINE = Machine(
    first="planned",
    states=("planned", "done", "absent_retry", "moved", "dropped"),
    events=(
        # A visit was made whatever the plan says meanwhile, and a second visit of the week changes nothing any more.
        Event("finish", (*_OPEN, "moved", "dropped"), "done", sets=("visit_id",), settled=("done",)),
        Event("miss", _OPEN, "absent_retry", sets=("visit_id",), settled=("done", "moved", "dropped")),
        Event("move", _OPEN, "moved", needs=("moved_week",), sets=("move_reason",), settled=("done",)),
        Event("drop", _OPEN, "dropped", needs=("drop_reason",), settled=("done",)),
        Event(
            "reinstate",
            ("done", "absent_retry", "moved", "dropped"),
            "planned",
            copies=(("visit_id", ""), ("moved_week", ""), ("move_reason", ""), ("drop_reason", "")),
        ),
    ),
)
PLAN_ITEM = Entity(
    name="plan_item",
    rank=29,
    merge=Merge.FIELD,
    bucket=bucket_of(TARGETS[0][0], TARGETS[0][1], *TARGETS[1:]),
    write="plan",
    group=True,
    named=True,
    one_of=tuple(field for field, _ in TARGETS),
    machine=PLAN_MACHINE,
    fields=(
        *(Field(field, Kind.REF, Merge.APPEND, refers=entity) for field, entity in TARGETS),
        Field("week", Kind.TEXT, Merge.APPEND, required=True, format="week", limit=8),
        Field("reason", Kind.ENUM, Merge.APPEND, required=True, choices=PLAN_REASONS),
        Field("reason_on", Kind.DAY, Merge.APPEND),
        Field("planned_on", Kind.DAY, Merge.FIELD),
        Field("part", Kind.ENUM, Merge.FIELD, choices=PARTS_OF_DAY),
        Field("member_id", Kind.REF, Merge.FIELD, refers="member"),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=PLAN_MACHINE.states),
        Field("visit_id", Kind.REF, Merge.STATE, refers="visit"),
        Field("moved_week", Kind.TEXT, Merge.STATE, format="week", limit=8),
        Field("move_reason", Kind.TEXT, Merge.STATE, free_text=True),
        Field("drop_reason", Kind.TEXT, Merge.STATE, free_text=True),
        Field("unit_at", Kind.REF, Merge.DERIVED, refers="area_unit"),
    ),
    # A week's plan is counted from its index alone.
    indexes=(
        ("week", "unit_at", "planned_on", "state", "household_id", "deleted"),
        ("household_id",),
        ("visit_id",),
    ),
)

DUTY_PARTS = ("day", *PARTS_OF_DAY)
DUTY_MACHINE = Machine(
    first="planned",
    states=("planned", "asked", "done"),
    events=(
        Event("ask_swap", ("planned",), "asked", needs=("swap_with_id",)),
        Event(
            "accept_swap",
            ("asked",),
            "planned",
            copies=(("member_id", "swap_with_id"), ("swap_with_id", "")),
            only="swap_with_id",
        ),
        Event("decline_swap", ("asked",), "planned", copies=(("swap_with_id", ""),)),
        Event("hand_over", ("planned", "asked"), "done", copies=(("swap_with_id", ""),)),
        Event("reopen", ("done",), "planned"),
    ),
)
DUTY = Entity(
    name="duty",
    rank=14,
    merge=Merge.FIELD,
    bucket=BucketRule(BucketClass.COMMON, BucketVia.NODE, field="area_unit_id"),
    write="plan",
    machine=DUTY_MACHINE,
    fields=(
        Field("area_unit_id", Kind.REF, Merge.APPEND, required=True, refers="area_unit"),
        Field("duty_on", Kind.DAY, Merge.FIELD, required=True),
        Field("part", Kind.ENUM, Merge.FIELD, required=True, choices=DUTY_PARTS),
        Field("member_id", Kind.REF, Merge.FIELD, required=True, refers="member"),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=DUTY_MACHINE.states),
        Field("swap_with_id", Kind.REF, Merge.STATE, refers="member"),
    ),
    indexes=(("duty_on",), ("member_id",)),
)
#: What the next on duty must know. It may speak of residents' matters, so it lies in the case bucket of the node.
DUTY_NOTE = Entity(
    name="duty_note",
    rank=15,
    merge=Merge.APPEND,
    bucket=bucket_of("duty_id", "duty"),
    write="plan",
    fields=(
        Field("duty_id", Kind.REF, Merge.APPEND, required=True, refers="duty"),
        Field("member_id", Kind.REF, Merge.APPEND, required=True, refers="member"),
        Field("text", Kind.TEXT, Merge.APPEND, required=True, free_text=True, limit=1000),
    ),
    indexes=(("duty_id",),),
)
