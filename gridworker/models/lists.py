"""The three lists, needs and resources: what is needed, what there is, what was promised to whom, and the tasks that
partner units take on. None of it holds a resident: a need is a demand's number with words written for the list."""

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
from gridworker.models.machine import BEFORE, Event, Machine, take_back

RESOURCE_KINDS = ("people", "venue", "goods", "money", "professional", "shop_offer", "information")
#: Given once, it is gone; everything else comes back when its time is over.
CONSUMED_KINDS = ("goods", "money")
PRICE_MODES = ("free", "low", "paid")
#: When something is wanted or offered; nothing said means at any time.
TIMES = ("weekday", "evening", "weekend")
AUDIENCES = ("partner_unit", "shop", "social_org", "volunteer_team", "alliance")
#: Why the authority refused what two people asked for.
REFUSALS = ("promised_already", "claimed_already", "not_offered", "not_offered_then", "task_ended")
#: A promise or claim that counts against others.
STANDING = ("confirmed", "given")

NEED_MACHINE = Machine(
    first="open",
    states=("open", "met", "withdrawn"),
    ends=("met", "withdrawn"),
    events=(
        Event("meet", ("open",), "met", needs=("outcome", "met_on")),
        Event("withdraw", ("open",), "withdrawn", needs=("end_reason",)),
        Event("reopen", ("met", "withdrawn"), "open", needs=("reopen_reason",)),
        take_back(("met", "withdrawn", "open"), ("outcome", "met_on", "end_reason", "reopen_reason")),
    ),
)
#: `no` is the number of the demand it stands for, or one of its own.
NEED = Entity(
    name="need",
    rank=60,
    merge=Merge.FIELD,
    bucket=COMMUNITY_COMMON,
    write="projects",
    number="N",
    machine=NEED_MACHINE,
    fields=(
        Field("no", Kind.TEXT, Merge.APPEND, required=True, limit=24),
        Field("title", Kind.TEXT, Merge.FIELD, required=True, free_text=True, limit=60),
        Field("category", Kind.TEXT, Merge.FIELD, required=True, format="code", limit=40),
        Field("area_unit_id", Kind.REF, Merge.FIELD, refers="area_unit"),
        Field("times", Kind.CODES, Merge.FIELD, choices=TIMES),
        Field("raised_on", Kind.DAY, Merge.FIELD, required=True),
        Field("wanted_by", Kind.DAY, Merge.FIELD),
        Field("amount", Kind.INT, Merge.FIELD, low=1),
        Field("note", Kind.TEXT, Merge.FIELD, free_text=True, limit=500),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=NEED_MACHINE.states),
        Field(BEFORE, Kind.ENUM, Merge.STATE, choices=NEED_MACHINE.states),
        Field("outcome", Kind.TEXT, Merge.STATE, free_text=True, limit=500),
        Field("met_on", Kind.DAY, Merge.STATE),
        Field("end_reason", Kind.TEXT, Merge.STATE, free_text=True),
        Field("reopen_reason", Kind.TEXT, Merge.STATE, free_text=True),
    ),
    search=("no", "title"),
    spelled="title",
    indexes=(("no",), ("state", "raised_on")),
)

RESOURCE_MACHINE = Machine(
    first="open",
    states=("open", "used_up", "withdrawn"),
    ends=("withdrawn",),
    events=(
        Event("use_up", ("open",), "used_up"),
        Event("withdraw", ("open", "used_up"), "withdrawn", needs=("end_reason",)),
        Event("offer_again", ("used_up", "withdrawn"), "open"),
        take_back(("open", "used_up", "withdrawn"), ("end_reason",)),
    ),
)
#: That it is promised or that its time is over follows from promises and days; only what a person says is a state.
RESOURCE = Entity(
    name="resource",
    rank=61,
    merge=Merge.FIELD,
    bucket=COMMUNITY_COMMON,
    write="projects",
    machine=RESOURCE_MACHINE,
    fields=(
        Field("name", Kind.TEXT, Merge.FIELD, required=True, limit=60),
        Field("kind", Kind.ENUM, Merge.FIELD, required=True, choices=RESOURCE_KINDS),
        Field("provider_id", Kind.REF, Merge.FIELD, required=True, refers="org_unit"),
        Field("serves", Kind.CODES, Merge.FIELD, required=True),
        Field("quantity", Kind.INT, Merge.FIELD, low=1),
        Field("measure", Kind.TEXT, Merge.FIELD, limit=10),
        Field("times", Kind.CODES, Merge.FIELD, choices=TIMES),
        Field("price_mode", Kind.ENUM, Merge.FIELD, required=True, choices=PRICE_MODES),
        Field("conditions", Kind.TEXT, Merge.FIELD, free_text=True, limit=200),
        Field("area_unit_id", Kind.REF, Merge.FIELD, refers="area_unit"),
        Field("valid_from", Kind.DAY, Merge.FIELD, required=True),
        Field("valid_to", Kind.DAY, Merge.FIELD),
        Field("contact_post", Kind.TEXT, Merge.FIELD, limit=60),
        Field("shared", Kind.BOOL, Merge.FIELD),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=RESOURCE_MACHINE.states),
        Field(BEFORE, Kind.ENUM, Merge.STATE, choices=RESOURCE_MACHINE.states),
        Field("end_reason", Kind.TEXT, Merge.STATE, free_text=True),
    ),
    search=("name",),
    spelled="name",
    indexes=(("state",), ("provider_id",)),
)

_DECIDING = (
    Event("confirm", ("requested",), "confirmed", authority=True),
    Event("refuse", ("requested",), "refused", authority=True),
)
_RELEASE = Event(
    "release", ("requested", "confirmed"), "released", needs=("end_reason",), settled=("refused",)
)

PROMISE_MACHINE = Machine(
    first="requested",
    states=("requested", "confirmed", "refused", "given", "released"),
    ends=("refused", "given", "released"),
    events=(
        *_DECIDING,
        Event("give", ("confirmed",), "given", needs=("given_on",)),
        _RELEASE,
        Event("take_again", ("given",), "confirmed", copies=(("given_on", ""),)),
    ),
)
#: `amount` of a resource for one need, project or task, from day to day or, without days, as long as it is offered.
RESOURCE_PROMISE = Entity(
    name="resource_promise",
    rank=64,
    merge=Merge.ARBITRATED,
    bucket=bucket_of("resource_id", "resource", bucket_class=BucketClass.COMMON),
    write="claims",
    machine=PROMISE_MACHINE,
    anchor=True,
    one_of=("need_id", "project_id", "task_id"),
    fields=(
        Field("resource_id", Kind.REF, Merge.APPEND, required=True, refers="resource"),
        Field("need_id", Kind.REF, Merge.APPEND, refers="need"),
        Field("project_id", Kind.REF, Merge.APPEND, refers="project"),
        Field("task_id", Kind.REF, Merge.APPEND, refers="task"),
        Field("amount", Kind.INT, Merge.APPEND, required=True, low=1),
        Field("from_on", Kind.DAY, Merge.APPEND),
        Field("to_on", Kind.DAY, Merge.APPEND),
        Field("by_member_id", Kind.REF, Merge.APPEND, required=True, refers="member"),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=PROMISE_MACHINE.states),
        Field("refusal", Kind.ENUM, Merge.DERIVED, choices=REFUSALS),
        Field("given_on", Kind.DAY, Merge.STATE),
        Field("end_reason", Kind.TEXT, Merge.STATE, free_text=True),
    ),
    indexes=(("resource_id",), ("need_id",), ("project_id",), ("task_id",)),
)

TASK_MACHINE = Machine(
    first="published",
    states=("published", "done", "withdrawn"),
    ends=("done", "withdrawn"),
    events=(
        Event("finish", ("published",), "done", needs=("result", "done_on"), guards=("claimed",)),
        Event("withdraw", ("published",), "withdrawn", needs=("end_reason",)),
        Event("publish_again", ("done", "withdrawn"), "published"),
        take_back(("published", "done", "withdrawn"), ("result", "done_on", "end_reason")),
    ),
)
#: What the community asks of its partners; who has taken it on is said by the claims.
TASK = Entity(
    name="task",
    rank=63,
    merge=Merge.FIELD,
    bucket=COMMUNITY_COMMON,
    write="projects",
    machine=TASK_MACHINE,
    fields=(
        Field("title", Kind.TEXT, Merge.FIELD, required=True, free_text=True, limit=60),
        Field("details", Kind.TEXT, Merge.FIELD, free_text=True, limit=1000),
        Field("audience", Kind.CODES, Merge.FIELD, required=True, choices=AUDIENCES),
        Field("need_id", Kind.REF, Merge.FIELD, refers="need"),
        Field("resource_id", Kind.REF, Merge.FIELD, refers="resource"),
        Field("project_id", Kind.REF, Merge.FIELD, refers="project"),
        Field("published_on", Kind.DAY, Merge.FIELD, required=True),
        Field("due_on", Kind.DAY, Merge.FIELD),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=TASK_MACHINE.states),
        Field(BEFORE, Kind.ENUM, Merge.STATE, choices=TASK_MACHINE.states),
        Field("result", Kind.TEXT, Merge.STATE, free_text=True, limit=500),
        Field("done_on", Kind.DAY, Merge.STATE),
        Field("end_reason", Kind.TEXT, Merge.STATE, free_text=True),
    ),
    search=("title",),
    spelled="title",
    indexes=(("state", "due_on"), ("need_id",), ("project_id",)),
)
CLAIM_MACHINE = Machine(
    first="requested",
    states=("requested", "confirmed", "refused", "released"),
    ends=("refused", "released"),
    events=(*_DECIDING, _RELEASE),
)
TASK_CLAIM = Entity(
    name="task_claim",
    rank=65,
    merge=Merge.ARBITRATED,
    bucket=bucket_of("task_id", "task", bucket_class=BucketClass.COMMON),
    write="claims",
    machine=CLAIM_MACHINE,
    anchor=True,
    fields=(
        Field("task_id", Kind.REF, Merge.APPEND, required=True, refers="task"),
        Field("org_unit_id", Kind.REF, Merge.APPEND, required=True, refers="org_unit"),
        Field("by_member_id", Kind.REF, Merge.APPEND, required=True, refers="member"),
        Field("note", Kind.TEXT, Merge.APPEND, free_text=True),
        Field("state", Kind.ENUM, Merge.STATE, required=True, choices=CLAIM_MACHINE.states),
        Field("refusal", Kind.ENUM, Merge.DERIVED, choices=REFUSALS),
        Field("end_reason", Kind.TEXT, Merge.STATE, free_text=True),
    ),
    indexes=(("task_id",), ("org_unit_id",)),
)
