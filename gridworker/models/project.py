"""A project from the collected idea to its evaluation, with what belongs to it: needs, milestones, sessions, money,
screening, and the years whose projects are closed. Money is whole fen; who was served is only ever a count."""

from __future__ import annotations

from gridworker.models.entity import (
    COMMUNITY_COMMON,
    BucketClass,
    Entity,
    Field,
    Kind,
    Merge,
    bucket_of,
)
from gridworker.models.ids import named_id
from gridworker.models.machine import BEFORE, Event, Machine, take_back

FUND_SOURCES = (
    "dedicated",
    "social_innovation",
    "station",
    "micro_project",
    "partner",
    "public_funds",
    "other",
)
LEAD_TYPES = (
    "community",
    "social_org",
    "shop",
    "owners_committee",
    "property",
    "party_member_lead",
    "part_time_member",
)
#: Whom a project serves. A mark of projects, never of a person.
TARGET_GROUPS = ("everybody", "elderly", "children", "new_employment", "families", "shops", "volunteers")
#: What a screening looks at (our proposal, after the critique "an activity is taken for a project").
CHECKLIST = (
    "need_evidence",
    "lasting",
    "measurable",
    "time_plan",
    "resources_matched",
    "long_term_plan",
    "no_duplicate",
)
DECISIONS = ("approved", "revise", "rejected")
ENTRY_KINDS = ("session", "progress")
BUDGET_KINDS = ("people", "goods", "venue", "publicity", "service", "other")
#: 一亿元 in fen: more than any project of a community.
MOST_FEN = 10_000_000_000
#: What a project must say before it can be handed in.
SUBMITTED = (
    "fund_source",
    "applicant_org_id",
    "lead_type",
    "lead_name",
    "goal",
    "target_groups",
    "content",
    "method",
    "effect_indicator",
    "effect_base",
    "effect_target",
    "long_term_plan",
    "start_on",
    "end_on",
)
_STATES = (
    "collected",
    "drafted",
    "submitted",
    "screening",
    "approved",
    "revise",
    "rejected",
    "running",
    "mid_check",
    "finished",
    "evaluated",
    "continued",
    "closed",
)
_SAID = (
    "round",
    "mid_note",
    "finished_on",
    "effect_actual",
    "evaluation",
    "continued_how",
    "continues_as_id",
    "closing_note",
    "reopen_reason",
)
PROJECT_MACHINE = Machine(
    first="collected",
    states=_STATES,
    ends=("rejected", "continued", "closed"),
    events=(
        Event("draft", ("collected", "revise", "rejected"), "drafted"),
        Event(
            "submit",
            ("drafted",),
            "submitted",
            filled=SUBMITTED,
            guards=("year_open", "need_linked", "days_in_order"),
        ),
        Event(
            "screen", ("submitted",), "screening", needs=("round",), guards=("year_open",), right="screening"
        ),
        Event("approve", ("screening",), "approved", guards=("year_open", "screened"), right="screening"),
        Event(
            "return_for_revision",
            ("screening",),
            "revise",
            guards=("year_open", "screened"),
            right="screening",
        ),
        Event("reject", ("screening",), "rejected", guards=("year_open", "screened"), right="screening"),
        Event("start", ("approved",), "running", guards=("year_open",)),
        Event("check", ("running",), "mid_check", needs=("mid_note",), guards=("year_open",)),
        Event("finish", ("running", "mid_check"), "finished", needs=("finished_on",), guards=("year_open",)),
        Event(
            "evaluate",
            ("finished",),
            "evaluated",
            needs=("effect_actual", "evaluation"),
            guards=("year_open",),
        ),
        Event(
            "continue",
            ("evaluated",),
            "continued",
            needs=("continued_how",),
            sets=("continues_as_id",),
            guards=("year_open",),
        ),
        Event(
            "close",
            ("approved", "running", "mid_check", "finished", "evaluated"),
            "closed",
            needs=("closing_note",),
            guards=("year_open",),
        ),
        Event(
            "reopen", ("continued", "closed"), "evaluated", needs=("reopen_reason",), guards=("year_open",)
        ),
        take_back(_STATES[1:], _SAID, right="screening", guards=("year_open",)),
    ),
)
PROJECT = Entity(
    name="project",
    rank=62,
    merge=Merge.FIELD,
    bucket=COMMUNITY_COMMON,
    write="projects",
    number="X",
    machine=PROJECT_MACHINE,
    fields=(
        Field("no", Kind.TEXT, Merge.APPEND, required=True, limit=24),
        Field("title", Kind.TEXT, Merge.FIELD, required=True, free_text=True, limit=60),
        Field("year", Kind.INT, Merge.APPEND, required=True, low=2000, high=2100),
        Field("category", Kind.TEXT, Merge.FIELD, format="code", limit=40),
        Field("fund_source", Kind.ENUM, Merge.FIELD, choices=FUND_SOURCES),
        Field("applicant_org_id", Kind.REF, Merge.FIELD, refers="org_unit"),
        Field("lead_type", Kind.ENUM, Merge.FIELD, choices=LEAD_TYPES),
        Field("lead_name", Kind.TEXT, Merge.FIELD, limit=60),
        Field("lead_since", Kind.DAY, Merge.FIELD),
        Field("goal", Kind.TEXT, Merge.FIELD, free_text=True, limit=500),
        Field("target_groups", Kind.CODES, Merge.FIELD, choices=TARGET_GROUPS),
        Field("content", Kind.TEXT, Merge.FIELD, free_text=True, limit=2000),
        Field("method", Kind.TEXT, Merge.FIELD, free_text=True, limit=1000),
        Field("effect_indicator", Kind.TEXT, Merge.FIELD, free_text=True, limit=120),
        Field("effect_base", Kind.TEXT, Merge.FIELD, limit=40),
        Field("effect_target", Kind.TEXT, Merge.FIELD, limit=40),
        Field("long_term_plan", Kind.TEXT, Merge.FIELD, free_text=True, limit=1000),
        Field("start_on", Kind.DAY, Merge.FIELD),
        Field("end_on", Kind.DAY, Merge.FIELD),
        Field("sessions_planned", Kind.INT, Merge.FIELD, low=0, high=1000),
        Field("continues_id", Kind.REF, Merge.APPEND, refers="project"),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=_STATES),
        Field(BEFORE, Kind.ENUM, Merge.STATE, choices=_STATES),
        Field("round", Kind.INT, Merge.STATE, low=1, high=20),
        Field("mid_note", Kind.TEXT, Merge.STATE, free_text=True, limit=1000),
        Field("finished_on", Kind.DAY, Merge.STATE),
        Field("effect_actual", Kind.TEXT, Merge.STATE, limit=40),
        Field("evaluation", Kind.TEXT, Merge.STATE, free_text=True, limit=2000),
        Field("continued_how", Kind.TEXT, Merge.STATE, free_text=True, limit=500),
        Field("continues_as_id", Kind.REF, Merge.STATE, refers="project"),
        Field("closing_note", Kind.TEXT, Merge.STATE, free_text=True, limit=1000),
        Field("reopen_reason", Kind.TEXT, Merge.STATE, free_text=True),
    ),
    search=("no", "title", "goal"),
    spelled="title",
    indexes=(("year", "state"),),
)
_OF_PROJECT = bucket_of("project_id", "project", bucket_class=BucketClass.COMMON)
#: The money and the judging of a project lie with secretary and committee.
_OFFICE_OF_PROJECT = bucket_of("project_id", "project", bucket_class=BucketClass.OFFICE)
_PROJECT_ID = Field("project_id", Kind.REF, Merge.APPEND, required=True, refers="project")

PROJECT_NEED = Entity(
    name="project_need",
    rank=66,
    merge=Merge.APPEND,
    bucket=_OF_PROJECT,
    write="projects",
    named=True,
    fields=(_PROJECT_ID, Field("need_id", Kind.REF, Merge.APPEND, required=True, refers="need")),
    indexes=(("project_id",), ("need_id",)),
)
PROJECT_MILESTONE = Entity(
    name="project_milestone",
    rank=67,
    merge=Merge.FIELD,
    bucket=_OF_PROJECT,
    write="projects",
    fields=(
        _PROJECT_ID,
        Field("title", Kind.TEXT, Merge.FIELD, required=True, free_text=True, limit=60),
        Field("due_on", Kind.DAY, Merge.FIELD, required=True),
        Field("done_on", Kind.DAY, Merge.FIELD),
        Field("note", Kind.TEXT, Merge.FIELD, free_text=True),
    ),
    indexes=(("project_id",), ("due_on",)),
)
#: What went on: a session with a head count, or words on how far it is.
PROJECT_ENTRY = Entity(
    name="project_entry",
    rank=68,
    merge=Merge.FIELD,
    bucket=_OF_PROJECT,
    write="projects",
    fields=(
        _PROJECT_ID,
        Field("kind", Kind.ENUM, Merge.APPEND, required=True, choices=ENTRY_KINDS),
        Field("held_on", Kind.DAY, Merge.FIELD, required=True),
        Field("head_count", Kind.INT, Merge.FIELD, low=0, high=100_000),
        Field("text", Kind.TEXT, Merge.FIELD, free_text=True, limit=1000),
    ),
    indexes=(("project_id",),),
)
PROJECT_BUDGET = Entity(
    name="project_budget",
    rank=69,
    merge=Merge.FIELD,
    bucket=_OFFICE_OF_PROJECT,
    write="projects",
    fields=(
        _PROJECT_ID,
        Field("kind", Kind.ENUM, Merge.FIELD, required=True, choices=BUDGET_KINDS),
        Field("title", Kind.TEXT, Merge.FIELD, required=True, free_text=True, limit=60),
        Field("planned_fen", Kind.INT, Merge.FIELD, required=True, high=MOST_FEN),
        Field("actual_fen", Kind.INT, Merge.FIELD, high=MOST_FEN),
        Field("spent_on", Kind.DAY, Merge.FIELD),
    ),
    indexes=(("project_id",),),
)
PROJECT_SCREENING = Entity(
    name="project_screening",
    rank=70,
    merge=Merge.APPEND,
    bucket=_OFFICE_OF_PROJECT,
    write="screening",
    fields=(
        _PROJECT_ID,
        Field("round", Kind.INT, Merge.APPEND, required=True, low=1, high=20),
        Field("reviewer_member_id", Kind.REF, Merge.APPEND, required=True, refers="member"),
        Field("passed", Kind.CODES, Merge.APPEND, choices=CHECKLIST),
        Field("decision", Kind.ENUM, Merge.APPEND, required=True, choices=DECISIONS),
        Field("reason", Kind.TEXT, Merge.APPEND, free_text=True, limit=500),
        Field("screened_on", Kind.DAY, Merge.APPEND, required=True),
    ),
    indexes=(("project_id",),),
)
#: A year whose projects stay as they are. Deleting it opens the year again.
CLOSED_YEAR = Entity(
    name="closed_year",
    rank=71,
    merge=Merge.APPEND,
    bucket=COMMUNITY_COMMON,
    write="freeze",
    named=True,
    fields=(
        Field("year", Kind.INT, Merge.APPEND, required=True, low=2000, high=2100),
        Field("closed_on", Kind.DAY, Merge.APPEND, required=True),
    ),
)
_YEARS = bytes.fromhex("5d0b7a9a1c6e5f2f8b0d44a7e1c95a63")
_NEEDS = bytes.fromhex("c1a4a0f25b3e5d7c9a2be07d6f3148b5")


def closed_year_id(year: int) -> bytes:
    """The id of the record that closes `year`: the same on every computer."""
    return named_id(_YEARS, str(year).encode())


def project_need_id(project_id: bytes, need_id: bytes) -> bytes:
    """The id of the link between a project and a need."""
    return named_id(_NEEDS, project_id, need_id)
