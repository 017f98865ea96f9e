"""What residents ask for: the demand, its log, how other units see it, joint submissions and the resident's slip."""

from __future__ import annotations

from gridworker.models.demand_machine import (
    DEMAND_MACHINE,
    LEVELS,
    PACKAGE_MACHINE,
    REFERRAL_KINDS,
    REFERRAL_MACHINE,
    REFERRED,
    RESULTS,
    SATISFACTIONS,
    STATES,
)
from gridworker.models.entity import BucketClass, BucketRule, BucketVia, Entity, Field, Kind, Merge, bucket_of

TYPES = ("consult", "help", "complaint", "suggestion", "praise")
REPORTERS = ("resident", "anonymous", "outside")
URGENCIES = ("critical", "utility", "normal", "hard")
REPLY_CHANNELS = ("door", "phone", "online", "meeting", "paper")
LIMIT_UNITS = ("h", "d", "wd")
#: Where a demand is about: the field that refers to it, and its entity. Without any it is about an area.
PLACES = (("household_id", "household"), ("shop_id", "shop"), ("public_spot_id", "public_spot"))
#: The levels beyond the community.
AT_STREET = ("street", "department")
#: What is edited, not caused, and still decides on how a demand may end: its log says so.
LOGGED = ("wants_reply", "reporter")
#: What a demand's place may be; exactly one is filled in.
PLACE_FIELDS = (*(name for name, _ in PLACES), "unit_id", "area_unit_id")
_EVENTS = ("register", "edit", *(event.name for event in DEMAND_MACHINE.events))


def _limit(merge: Merge) -> tuple[Field, ...]:
    return (
        Field("due_at", Kind.MOMENT, merge),
        Field("limit_from", Kind.MOMENT, merge),
        Field("limit_number", Kind.INT, merge, low=1, high=1000),
        Field("limit_unit", Kind.ENUM, merge, choices=LIMIT_UNITS),
    )


DEMAND = Entity(
    name="demand",
    rank=50,
    merge=Merge.FIELD,
    bucket=BucketRule(
        BucketClass.CASE,
        BucketVia.PARENT,
        field=PLACES[0][0],
        parent=PLACES[0][1],
        others=PLACES[1:],
        routed="routed_to_id",
        unit="unit_id",
        node="area_unit_id",
    ),
    write="demand",
    number="S",
    one_of=PLACE_FIELDS,
    lasting=True,
    anchor=True,
    machine=DEMAND_MACHINE,
    fields=(
        Field("no", Kind.TEXT, Merge.APPEND, required=True, limit=24),
        Field("outside_no", Kind.TEXT, Merge.FIELD, limit=40),
        Field("source", Kind.TEXT, Merge.APPEND, required=True, format="code", limit=40),
        Field("type", Kind.ENUM, Merge.FIELD, required=True, choices=TYPES),
        Field("category", Kind.TEXT, Merge.FIELD, required=True, format="code", limit=40),
        Field("subcategory", Kind.TEXT, Merge.FIELD, format="code", limit=40),
        Field("conflict_pair", Kind.TEXT, Merge.FIELD, format="code", limit=40),
        Field("title", Kind.TEXT, Merge.FIELD, required=True, free_text=True, limit=60),
        Field("content", Kind.TEXT, Merge.FIELD, required=True, free_text=True, limit=4000),
        *(Field(name, Kind.REF, Merge.APPEND, refers=entity) for name, entity in PLACES),
        Field("unit_id", Kind.REF, Merge.APPEND, refers="unit"),
        Field("area_unit_id", Kind.REF, Merge.APPEND, refers="area_unit"),
        Field("reporter", Kind.ENUM, Merge.FIELD, required=True, choices=REPORTERS),
        Field("reporter_resident_id", Kind.REF, Merge.FIELD, personal=True, refers="resident"),
        Field("reporter_name", Kind.TEXT, Merge.FIELD, personal=True, limit=40),
        Field("reporter_phone", Kind.TEXT, Merge.FIELD, personal=True, format="phone", limit=20),
        Field("wants_reply", Kind.BOOL, Merge.FIELD, required=True),
        Field("reported_at", Kind.MOMENT, Merge.APPEND, required=True),
        Field("received_by_id", Kind.REF, Merge.APPEND, refers="member"),
        Field("visit_id", Kind.REF, Merge.APPEND, refers="visit"),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=STATES),
        Field("urgency", Kind.ENUM, Merge.STATE, required=True, choices=URGENCIES),
        Field("owner_member_id", Kind.REF, Merge.STATE, refers="member"),
        Field("assignee_id", Kind.REF, Merge.STATE, refers="member"),
        *_limit(Merge.STATE),
        Field("contacted_at", Kind.MOMENT, Merge.STATE),
        Field("solve_level", Kind.ENUM, Merge.STATE, choices=LEVELS),
        Field("result_kind", Kind.ENUM, Merge.STATE, choices=RESULTS),
        Field("result_text", Kind.TEXT, Merge.STATE, free_text=True, limit=1000),
        Field("handled_by_id", Kind.REF, Merge.STATE, refers="member"),
        Field("replied_at", Kind.MOMENT, Merge.STATE),
        Field("replied_by_id", Kind.REF, Merge.STATE, refers="member"),
        Field("reply_channel", Kind.ENUM, Merge.STATE, choices=REPLY_CHANNELS),
        Field("revisited_at", Kind.MOMENT, Merge.STATE),
        Field("revisited_by_id", Kind.REF, Merge.STATE, refers="member"),
        Field("revisit_declined", Kind.BOOL, Merge.STATE),
        Field("satisfaction", Kind.ENUM, Merge.STATE, choices=SATISFACTIONS),
        Field("satisfaction_reason", Kind.TEXT, Merge.STATE, free_text=True),
        Field("closed_by_id", Kind.REF, Merge.STATE, refers="member"),
        Field("merged_into_id", Kind.REF, Merge.STATE, refers="demand"),
        Field("routed_to_id", Kind.REF, Merge.STATE, refers="area_unit"),
        Field("referral", Kind.ENUM, Merge.STATE, choices=REFERRED),
        Field("referred_to_id", Kind.REF, Merge.STATE, refers="area_unit"),
        Field("refer_kind", Kind.ENUM, Merge.STATE, choices=REFERRAL_KINDS),
        Field("refer_level", Kind.ENUM, Merge.STATE, choices=LEVELS),
        Field("refer_place", Kind.TEXT, Merge.STATE, free_text=True, limit=60),
        Field("refer_reporter", Kind.BOOL, Merge.STATE),
        Field("became", Kind.ENUM, Merge.STATE, choices=("issue", "project")),
        Field("became_no", Kind.TEXT, Merge.STATE, limit=24),
        Field("fed_back_at", Kind.MOMENT, Merge.STATE),
        Field("package_id", Kind.REF, Merge.STATE, refers="demand_package"),
        Field("round", Kind.INT, Merge.STATE, high=1000),
        Field("return_count", Kind.INT, Merge.STATE, high=1000),
        Field("reopen_count", Kind.INT, Merge.STATE, high=1000),
        Field("extend_count", Kind.INT, Merge.STATE, high=1000),
        # Kept by the judge: how many events there were, and where the demand lay when it was registered.
        Field("turn", Kind.INT, Merge.DERIVED),
        Field("unit_at", Kind.REF, Merge.DERIVED, refers="area_unit"),
    ),
    search=("no", "outside_no", "title"),
    indexes=(
        ("bucket_id", "state", "due_at"),
        # All that the board is filtered and counted by, so that no row has to be read for it.
        (
            "state",
            "due_at",
            "bucket_id",
            "category",
            "type",
            "source",
            "urgency",
            "owner_member_id",
            "return_count",
            "referral",
            "refer_kind",
            "refer_level",
        ),
        ("unit_at", "reported_at"),
        ("reported_at", "rid"),
        *((name,) for name in PLACE_FIELDS),
        ("visit_id",),
        ("merged_into_id",),
        ("package_id",),
        ("became_no",),
    ),
)
#: The log: one row for each event, and for an edit of what decides on its end (LOGGED), made by the judge with the
#: event itself, never by a sender. `changed` is JSON, field → [before, after], so that the log replays to the state and
#: the last step can be taken back.
DEMAND_EVENT = Entity(
    name="demand_event",
    rank=51,
    merge=Merge.APPEND,
    bucket=bucket_of("demand_id", "demand"),
    write="demand",
    lasting=True,
    judged=True,
    fields=(
        Field("demand_id", Kind.REF, Merge.APPEND, required=True, refers="demand"),
        Field("event", Kind.ENUM, Merge.APPEND, required=True, choices=_EVENTS),
        Field("turn", Kind.INT, Merge.APPEND, required=True),
        Field("at", Kind.MOMENT, Merge.APPEND, required=True),
        Field("by_member_id", Kind.REF, Merge.APPEND, refers="member"),
        Field("from_state", Kind.ENUM, Merge.APPEND, choices=STATES),
        Field("to_state", Kind.ENUM, Merge.APPEND, required=True, choices=STATES),
        Field("note", Kind.TEXT, Merge.APPEND, free_text=True, limit=1000),
        Field("due_at", Kind.MOMENT, Merge.APPEND),
        Field("unit_at", Kind.REF, Merge.APPEND, refers="area_unit"),
        Field("changed", Kind.TEXT, Merge.APPEND, free_text=True, limit=4000),
        # The entry that was taken back by this one.
        Field("step_id", Kind.REF, Merge.APPEND, refers="demand_event"),
    ),
    indexes=(("demand_id", "turn"), ("unit_at", "at"), ("at",)),
)
#: How another unit sees a demand: without door, reporter and telephone, unless its sender ticked that they are needed.
#: The street lies beyond the community's tree: what goes there has a class of its own at the root.
REFERRAL = Entity(
    name="referral",
    rank=52,
    merge=Merge.FIELD,
    bucket=BucketRule(
        BucketClass.CASE,
        BucketVia.NODE,
        field="to_unit_id",
        apart=("refer_level", AT_STREET, BucketClass.STREET),
    ),
    write="demand",
    lasting=True,
    judged=True,
    machine=REFERRAL_MACHINE,
    fields=(
        Field("demand_id", Kind.REF, Merge.APPEND, required=True, refers="demand"),
        Field("no", Kind.TEXT, Merge.APPEND, required=True, limit=24),
        Field("refer_kind", Kind.ENUM, Merge.APPEND, required=True, choices=REFERRAL_KINDS),
        Field("refer_level", Kind.ENUM, Merge.APPEND, choices=LEVELS),
        Field("round", Kind.INT, Merge.APPEND, required=True),
        Field("from_unit_id", Kind.REF, Merge.APPEND, refers="area_unit"),
        Field("to_unit_id", Kind.REF, Merge.APPEND, required=True, refers="area_unit"),
        Field("title", Kind.TEXT, Merge.APPEND, required=True, free_text=True, limit=60),
        Field("refer_place", Kind.TEXT, Merge.APPEND, free_text=True, limit=60),
        Field("category", Kind.TEXT, Merge.APPEND, required=True, format="code", limit=40),
        Field("urgency", Kind.ENUM, Merge.APPEND, choices=URGENCIES),
        Field("reason", Kind.TEXT, Merge.APPEND, free_text=True, limit=1000),
        Field("reporter_name", Kind.TEXT, Merge.APPEND, personal=True, limit=40),
        Field("reporter_phone", Kind.TEXT, Merge.APPEND, personal=True, format="phone", limit=20),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=REFERRAL_MACHINE.states),
        Field("due_at", Kind.MOMENT, Merge.STATE),
        Field("member_id", Kind.REF, Merge.STATE, refers="member"),
        Field("result_kind", Kind.ENUM, Merge.STATE, choices=RESULTS),
        Field("result_text", Kind.TEXT, Merge.STATE, free_text=True, limit=1000),
        Field("replied_at", Kind.MOMENT, Merge.STATE),
        Field("reply_channel", Kind.ENUM, Merge.STATE, choices=REPLY_CHANNELS),
        Field("returned_why", Kind.TEXT, Merge.STATE, free_text=True, limit=1000),
        Field("package_id", Kind.REF, Merge.STATE, refers="demand_package"),
    ),
    search=("no", "title"),
    indexes=(("demand_id", "round"), ("to_unit_id", "state"), ("package_id",)),
)
#: What stays with whoever registered a demand once it was routed to where they do not look: its number, its state and
#: how it ended, not more.
DEMAND_STUB = Entity(
    name="demand_stub",
    rank=54,
    merge=Merge.FIELD,
    bucket=BucketRule(BucketClass.CASE, BucketVia.NODE, field="area_unit_id"),
    write="demand",
    lasting=True,
    judged=True,
    fields=(
        Field("demand_id", Kind.REF, Merge.APPEND, required=True, refers="demand"),
        Field("area_unit_id", Kind.REF, Merge.APPEND, required=True, refers="area_unit"),
        Field("no", Kind.TEXT, Merge.APPEND, required=True, limit=24),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=STATES),
        Field("result_kind", Kind.ENUM, Merge.STATE, choices=RESULTS),
    ),
    indexes=(("demand_id",),),
)
#: Several demands submitted together: one handling, one feedback to everybody who reported.
DEMAND_PACKAGE = Entity(
    name="demand_package",
    rank=49,
    merge=Merge.FIELD,
    bucket=BucketRule(BucketClass.CASE, BucketVia.NODE, field="area_unit_id"),
    write="demand",
    number="T",
    machine=PACKAGE_MACHINE,
    fields=(
        Field("no", Kind.TEXT, Merge.APPEND, required=True, limit=24),
        Field("area_unit_id", Kind.REF, Merge.APPEND, required=True, refers="area_unit"),
        Field("title", Kind.TEXT, Merge.FIELD, required=True, free_text=True, limit=60),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=PACKAGE_MACHINE.states),
        Field("handling", Kind.TEXT, Merge.STATE, free_text=True, limit=2000),
        Field("feedback", Kind.TEXT, Merge.STATE, free_text=True, limit=2000),
    ),
    search=("no", "title"),
    spelled="title",
    indexes=(("area_unit_id",), ("state",)),
)
#: The paper a resident takes along. Of its code, which is shown once, only a salted hash is kept.
DEMAND_SLIP = Entity(
    name="demand_slip",
    rank=53,
    merge=Merge.APPEND,
    bucket=bucket_of("demand_id", "demand"),
    write="demand",
    fields=(
        Field("demand_id", Kind.REF, Merge.APPEND, required=True, refers="demand"),
        Field("made_on", Kind.DAY, Merge.APPEND, required=True),
        Field("salt", Kind.TEXT, Merge.APPEND, required=True, limit=64),
        Field("code_hash", Kind.TEXT, Merge.APPEND, required=True, limit=128),
        # Kept by the judge: when somebody rated with it. A code rates once.
        Field("rated_at", Kind.MOMENT, Merge.DERIVED),
    ),
    indexes=(("demand_id",),),
)
