"""Deliberation 提–审–议–落: issues, the meetings that treat them, who was there by capacity, votes, and resolutions
that are followed up. Residents are counted here and never named."""

from __future__ import annotations

from types import MappingProxyType

from gridworker.models.entity import BucketClass, BucketRule, BucketVia, Entity, Field, Kind, Merge, bucket_of
from gridworker.models.ids import named_id
from gridworker.models.machine import BEFORE, Event, Machine, take_back

RAISED_FROM = ("demand", "residents", "party_member", "property", "merchant", "patrol")
LEVELS = ("yard", "estate", "community", "alliance")
STAKEHOLDERS = (
    "residents",
    "owners_committee",
    "property",
    "merchants",
    "partner_unit",
    "social_org",
    "street_department",
)
MEETING_KINDS = (
    "red_council",
    "yard",
    "courtyard",
    "neighbour_hall",
    "grid",
    "round_table",
    "joint",
    "other",
)
CAPACITIES = (
    "resident",
    "party_member",
    "community_staff",
    "owners_committee",
    "property",
    "merchant",
    "partner_unit",
    "social_org",
    "street_department",
    "expert",
    "observer",
)
#: They speak and do not vote.
WITHOUT_VOTE = ("expert", "observer")
VOTE_METHODS = ("hands", "ballot", "consensus")
SATISFACTION = ("satisfied", "basic", "unsatisfied", "unrated")

_ISSUE_STATES = (
    "raised",
    "reviewing",
    "accepted",
    "merged",
    "passed_up",
    "rejected",
    "deliberating",
    "decided",
    "noticed",
    "implementing",
    "followed_up",
    "closed",
)
#: 提 · 审 · 议 · 落: where an issue stands, for headings and lanes.
STAGES = ("raised", "reviewing", "deliberating", "implementing")
STAGE_OF = MappingProxyType(
    {
        "raised": "raised",
        **dict.fromkeys(("reviewing", "accepted", "merged", "passed_up", "rejected"), "reviewing"),
        **dict.fromkeys(("deliberating", "decided"), "deliberating"),
        **dict.fromkeys(("noticed", "implementing", "followed_up", "closed"), "implementing"),
    }
)
_ISSUE_SAID = (
    "reviewed_on",
    "review_reason",
    "merged_into_id",
    "passed_to",
    "decision_text",
    "decided_on",
    "notice_from",
    "notice_to",
    "notice_place",
    "follow_up_text",
    "fed_back_on",
    "feedback_text",
    "reopen_reason",
)
ISSUE_MACHINE = Machine(
    first="raised",
    states=_ISSUE_STATES,
    ends=("merged", "rejected", "closed"),
    events=(
        Event("review", ("raised", "rejected", "merged"), "reviewing"),
        Event(
            "accept", ("reviewing", "passed_up"), "accepted", needs=("reviewed_on",), sets=("review_reason",)
        ),
        Event(
            "merge",
            ("reviewing",),
            "merged",
            needs=("reviewed_on", "merged_into_id"),
            sets=("review_reason",),
            guards=("merges_elsewhere",),
        ),
        Event("pass_up", ("reviewing",), "passed_up", needs=("reviewed_on", "passed_to", "review_reason")),
        Event("reject", ("reviewing", "passed_up"), "rejected", needs=("reviewed_on", "review_reason")),
        Event("deliberate", ("accepted",), "deliberating", guards=("on_an_agenda",)),
        Event(
            "decide",
            ("deliberating",),
            "decided",
            needs=("decision_text", "decided_on"),
            guards=("was_discussed",),
        ),
        Event("discuss_again", ("decided", "noticed"), "deliberating", needs=("reopen_reason",)),
        Event(
            "give_notice",
            ("decided",),
            "noticed",
            needs=("notice_from", "notice_to", "notice_place"),
            guards=("notice_long_enough",),
        ),
        Event("implement", ("noticed",), "implementing", guards=("notice_over", "has_resolution")),
        Event(
            "follow_up",
            ("implementing",),
            "followed_up",
            needs=("follow_up_text",),
            guards=("resolutions_ended",),
        ),
        Event("close", ("followed_up",), "closed", needs=("fed_back_on", "feedback_text")),
        Event("reopen", ("followed_up", "closed"), "implementing", needs=("reopen_reason",)),
        take_back(_ISSUE_STATES, _ISSUE_SAID),
    ),
)
ISSUE = Entity(
    name="issue",
    rank=72,
    merge=Merge.FIELD,
    bucket=BucketRule(BucketClass.COMMON, BucketVia.NODE, field="area_unit_id"),
    write="issues",
    number="Y",
    machine=ISSUE_MACHINE,
    fields=(
        Field("no", Kind.TEXT, Merge.APPEND, required=True, limit=24),
        Field("title", Kind.TEXT, Merge.FIELD, required=True, free_text=True, limit=60),
        Field("area_unit_id", Kind.REF, Merge.APPEND, required=True, refers="area_unit"),
        Field("raised_from", Kind.ENUM, Merge.FIELD, required=True, choices=RAISED_FROM),
        Field("raised_on", Kind.DAY, Merge.FIELD, required=True),
        Field("residents_count", Kind.INT, Merge.FIELD, low=1, high=100_000),
        Field("level", Kind.ENUM, Merge.FIELD, required=True, choices=LEVELS),
        Field("category", Kind.TEXT, Merge.FIELD, format="code", limit=40),
        Field("background", Kind.TEXT, Merge.FIELD, free_text=True, limit=2000),
        Field("stakeholders", Kind.CODES, Merge.FIELD, choices=STAKEHOLDERS),
        Field("options", Kind.TEXT, Merge.FIELD, free_text=True, limit=2000),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=_ISSUE_STATES),
        Field(BEFORE, Kind.ENUM, Merge.STATE, choices=_ISSUE_STATES),
        Field("reviewed_on", Kind.DAY, Merge.STATE),
        Field("review_reason", Kind.TEXT, Merge.STATE, free_text=True, limit=500),
        Field("merged_into_id", Kind.REF, Merge.STATE, refers="issue"),
        Field("passed_to", Kind.ENUM, Merge.STATE, choices=LEVELS),
        Field("decision_text", Kind.TEXT, Merge.STATE, free_text=True, limit=2000),
        Field("decided_on", Kind.DAY, Merge.STATE),
        Field("notice_from", Kind.DAY, Merge.STATE),
        Field("notice_to", Kind.DAY, Merge.STATE),
        Field("notice_place", Kind.TEXT, Merge.STATE, limit=120),
        Field("follow_up_text", Kind.TEXT, Merge.STATE, free_text=True, limit=1000),
        Field("fed_back_on", Kind.DAY, Merge.STATE),
        Field("feedback_text", Kind.TEXT, Merge.STATE, free_text=True, limit=1000),
        Field("reopen_reason", Kind.TEXT, Merge.STATE, free_text=True),
    ),
    search=("no", "title"),
    spelled="title",
    indexes=(("state", "raised_on"), ("area_unit_id",)),
)
#: The needs, by their numbers alone, out of which an issue was raised.
ISSUE_NEED = Entity(
    name="issue_need",
    rank=73,
    merge=Merge.APPEND,
    bucket=bucket_of("issue_id", "issue", bucket_class=BucketClass.COMMON),
    write="issues",
    named=True,
    fields=(
        Field("issue_id", Kind.REF, Merge.APPEND, required=True, refers="issue"),
        Field("need_id", Kind.REF, Merge.APPEND, required=True, refers="need"),
    ),
    indexes=(("issue_id",), ("need_id",)),
)
_MEETING_STATES = ("planned", "called", "held", "minuted", "cancelled")
MEETING_MACHINE = Machine(
    first="planned",
    states=_MEETING_STATES,
    ends=("minuted", "cancelled"),
    events=(
        Event(
            "call",
            ("planned",),
            "called",
            needs=("notice_on",),
            sets=("short_notice_reason",),
            filled=("held_on", "place_text", "convenor_id", "chair_id", "recorder_id"),
            guards=("has_agenda", "called_in_time"),
        ),
        Event("hold", ("called",), "held", guards=("was_attended", "day_has_come")),
        Event("minute", ("held",), "minuted", needs=("summary",)),
        Event("reopen_minutes", ("minuted",), "held"),
        Event("cancel", ("planned", "called"), "cancelled", needs=("end_reason",)),
        Event("plan_again", ("called", "cancelled"), "planned"),
        take_back(_MEETING_STATES, ("notice_on", "short_notice_reason", "summary", "end_reason")),
    ),
)
MEETING = Entity(
    name="meeting",
    rank=74,
    merge=Merge.FIELD,
    bucket=BucketRule(BucketClass.COMMON, BucketVia.NODE, field="area_unit_id"),
    write="meetings",
    number="H",
    machine=MEETING_MACHINE,
    fields=(
        Field("no", Kind.TEXT, Merge.APPEND, required=True, limit=24),
        Field("kind", Kind.ENUM, Merge.FIELD, required=True, choices=MEETING_KINDS),
        Field("area_unit_id", Kind.REF, Merge.APPEND, required=True, refers="area_unit"),
        Field("held_on", Kind.DAY, Merge.FIELD, required=True),
        Field("start_at", Kind.TIME, Merge.FIELD),
        Field("place_text", Kind.TEXT, Merge.FIELD, limit=120),
        Field("convenor_id", Kind.REF, Merge.FIELD, refers="member"),
        Field("chair_id", Kind.REF, Merge.FIELD, refers="member"),
        Field("recorder_id", Kind.REF, Merge.FIELD, refers="member"),
        Field("members_due", Kind.INT, Merge.FIELD, low=1, high=10_000),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=_MEETING_STATES),
        Field(BEFORE, Kind.ENUM, Merge.STATE, choices=_MEETING_STATES),
        Field("notice_on", Kind.DAY, Merge.STATE),
        Field("short_notice_reason", Kind.TEXT, Merge.STATE, free_text=True),
        Field("summary", Kind.TEXT, Merge.STATE, free_text=True, limit=4000),
        Field("end_reason", Kind.TEXT, Merge.STATE, free_text=True),
    ),
    search=("no", "summary"),
    indexes=(("held_on",), ("area_unit_id",)),
)
_OF_MEETING = bucket_of("meeting_id", "meeting", bucket_class=BucketClass.COMMON)
_MEETING_ID = Field("meeting_id", Kind.REF, Merge.APPEND, required=True, refers="meeting")
_ISSUE_ID = Field("issue_id", Kind.REF, Merge.APPEND, required=True, refers="issue")
#: One issue on the agenda of a meeting.
AGENDA_ITEM = Entity(
    name="agenda_item",
    rank=75,
    merge=Merge.FIELD,
    bucket=_OF_MEETING,
    write="meetings",
    named=True,
    fields=(_MEETING_ID, _ISSUE_ID, Field("sort_no", Kind.INT, Merge.FIELD, low=1, high=100)),
    indexes=(("meeting_id",), ("issue_id",)),
)
#: How many came in which capacity. A member of the organisation may be named, a resident never.
ATTENDANCE = Entity(
    name="meeting_attendance",
    rank=76,
    merge=Merge.FIELD,
    bucket=_OF_MEETING,
    write="meetings",
    fields=(
        _MEETING_ID,
        Field("capacity", Kind.ENUM, Merge.FIELD, required=True, choices=CAPACITIES),
        Field("head_count", Kind.INT, Merge.FIELD, required=True, low=1, high=10_000),
        Field("member_id", Kind.REF, Merge.FIELD, refers="member"),
        Field("advice", Kind.TEXT, Merge.FIELD, free_text=True, limit=1000),
    ),
    indexes=(("meeting_id",),),
)
VOTE = Entity(
    name="meeting_vote",
    rank=77,
    merge=Merge.FIELD,
    bucket=_OF_MEETING,
    write="meetings",
    named=True,
    fields=(
        _MEETING_ID,
        _ISSUE_ID,
        Field("method", Kind.ENUM, Merge.FIELD, required=True, choices=VOTE_METHODS),
        Field("votes_for", Kind.INT, Merge.FIELD, required=True, high=10_000),
        Field("votes_against", Kind.INT, Merge.FIELD, required=True, high=10_000),
        Field("votes_abstain", Kind.INT, Merge.FIELD, required=True, high=10_000),
    ),
    indexes=(("meeting_id",), ("issue_id",)),
)
_RESOLUTION_STATES = ("todo", "doing", "done", "delayed", "stopped")
_RESOLUTION_SAID = (
    "done_on",
    "evidence",
    "delay_reason",
    "extended_to",
    "end_reason",
    "reopen_reason",
    "fed_back_on",
    "satisfaction",
)
RESOLUTION_MACHINE = Machine(
    first="todo",
    states=_RESOLUTION_STATES,
    ends=("done", "stopped"),
    events=(
        Event("start", ("todo", "delayed"), "doing"),
        Event("finish", ("todo", "doing", "delayed"), "done", needs=("done_on", "evidence")),
        Event("delay", ("todo", "doing", "delayed"), "delayed", needs=("delay_reason", "extended_to")),
        Event("stop", ("todo", "doing", "delayed"), "stopped", needs=("end_reason",)),
        Event("feed_back", ("done", "stopped"), "", needs=("fed_back_on",), sets=("satisfaction",)),
        Event("reopen", ("done", "stopped"), "doing", needs=("reopen_reason",)),
        take_back(_RESOLUTION_STATES, _RESOLUTION_SAID),
    ),
)
RESOLUTION = Entity(
    name="resolution",
    rank=78,
    merge=Merge.FIELD,
    bucket=bucket_of("issue_id", "issue", bucket_class=BucketClass.COMMON),
    write="issues",
    machine=RESOLUTION_MACHINE,
    anchor=True,
    fields=(
        _ISSUE_ID,
        _MEETING_ID,
        Field("task_text", Kind.TEXT, Merge.FIELD, required=True, free_text=True, limit=200),
        Field("owner_org_id", Kind.REF, Merge.FIELD, required=True, refers="org_unit"),
        Field("owner_member_id", Kind.REF, Merge.FIELD, refers="member"),
        Field("helper_names", Kind.TEXT, Merge.FIELD, limit=120),
        Field("budget_fen", Kind.INT, Merge.FIELD, high=10_000_000_000),
        Field("due_on", Kind.DAY, Merge.FIELD, required=True),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=_RESOLUTION_STATES),
        Field(BEFORE, Kind.ENUM, Merge.STATE, choices=_RESOLUTION_STATES),
        Field("done_on", Kind.DAY, Merge.STATE),
        Field("evidence", Kind.TEXT, Merge.STATE, free_text=True, limit=500),
        Field("delay_reason", Kind.TEXT, Merge.STATE, free_text=True),
        Field("extended_to", Kind.DAY, Merge.STATE),
        Field("end_reason", Kind.TEXT, Merge.STATE, free_text=True),
        Field("reopen_reason", Kind.TEXT, Merge.STATE, free_text=True),
        Field("fed_back_on", Kind.DAY, Merge.STATE),
        Field("satisfaction", Kind.ENUM, Merge.STATE, choices=SATISFACTION),
    ),
    search=("task_text",),
    indexes=(("issue_id",), ("meeting_id",), ("state", "due_on")),
)
RESOLUTION_NOTE = Entity(
    name="resolution_note",
    rank=79,
    merge=Merge.APPEND,
    bucket=bucket_of("resolution_id", "resolution", bucket_class=BucketClass.COMMON),
    write="issues",
    fields=(
        Field("resolution_id", Kind.REF, Merge.APPEND, required=True, refers="resolution"),
        Field("noted_on", Kind.DAY, Merge.APPEND, required=True),
        Field("text", Kind.TEXT, Merge.APPEND, required=True, free_text=True, limit=500),
    ),
    indexes=(("resolution_id",),),
)
_LINKS = bytes.fromhex("8e2f6d31b07a5c44b1d9730c5aa1e6f2")


def link_id(kind: str, one: bytes, other: bytes) -> bytes:
    """The id of the record of entity `kind` that joins two others: an agenda item, a vote, an issue's need."""
    return named_id(_LINKS, kind.encode(), one, other)
