"""The visit log and what may be added to it later. A submitted visit never changes: an amendment, a void or a
comment is a row of its own, and readers see the visit as amended."""

from __future__ import annotations

from types import MappingProxyType

from gridworker.models.entity import Entity, Field, Kind, Merge, bucket_of

MODES = ("door", "phone", "yard", "shop", "meeting")
#: What is visited: the field that refers to it, and its entity. A visit has exactly one.
TARGETS = (("household_id", "household"), ("shop_id", "shop"), ("public_spot_id", "public_spot"))
#: How what is not a household is visited unless somebody says otherwise.
USUAL_MODES = MappingProxyType({"shop": "shop", "public_spot": "yard"})
OUTCOMES = ("met", "absent", "declined", "rescheduled", "moved")
PURPOSES = ("routine", "need_survey", "revisit", "policy_notice", "festival", "emergency")
RESPONDENTS = ("resident", "family", "none")
#: What an amendment may correct; who was visited and where never changes, that is a void and a new visit.
AMENDABLE = (
    "visited_on",
    "start_at",
    "end_at",
    "mode",
    "outcome",
    "purpose",
    "said",
    "site_condition",
    "answered_text",
    "next_step",
    "next_on",
    "reflection",
)

VISIT = Entity(
    name="visit",
    rank=30,
    merge=Merge.APPEND,
    bucket=bucket_of(TARGETS[0][0], TARGETS[0][1], *TARGETS[1:]),
    write="visit",
    group=True,
    number="Z",
    one_of=tuple(field for field, _ in TARGETS),
    lasting=True,
    anchor=True,
    fields=(
        Field("no", Kind.TEXT, Merge.APPEND, required=True, limit=24),
        *(Field(field, Kind.REF, Merge.APPEND, refers=entity) for field, entity in TARGETS),
        Field("visited_on", Kind.DAY, Merge.APPEND, required=True),
        Field("start_at", Kind.TIME, Merge.APPEND),
        Field("end_at", Kind.TIME, Merge.APPEND),
        Field("mode", Kind.ENUM, Merge.APPEND, required=True, choices=MODES),
        Field("outcome", Kind.ENUM, Merge.APPEND, required=True, choices=OUTCOMES),
        Field("purpose", Kind.CODES, Merge.APPEND, required=True, choices=PURPOSES),
        Field("respondent", Kind.ENUM, Merge.APPEND, choices=RESPONDENTS),
        Field("respondent_resident_id", Kind.REF, Merge.APPEND, refers="resident"),
        Field("companions", Kind.TEXT, Merge.APPEND, limit=120),
        Field("said", Kind.TEXT, Merge.APPEND, free_text=True, limit=4000),
        Field("site_condition", Kind.TEXT, Merge.APPEND, free_text=True, limit=1000),
        Field("answered_on_spot", Kind.BOOL, Merge.APPEND),
        Field("answered_text", Kind.TEXT, Merge.APPEND, free_text=True, limit=1000),
        Field("notices_given", Kind.TEXT, Merge.APPEND, limit=200),
        Field("next_step", Kind.TEXT, Merge.APPEND, free_text=True, limit=200),
        Field("next_on", Kind.DAY, Merge.APPEND),
        Field("reflection", Kind.TEXT, Merge.APPEND, free_text=True, limit=2000),
        Field("unit_at", Kind.REF, Merge.DERIVED, refers="area_unit"),
        Field("now_on", Kind.DAY, Merge.LOCAL),
        Field("now_outcome", Kind.TEXT, Merge.LOCAL),
        Field("now_next_on", Kind.DAY, Merge.LOCAL),
        Field("now_void", Kind.BOOL, Merge.LOCAL),
    ),
    search=("no", "said", "site_condition", "answered_text", "next_step"),
    indexes=(
        ("household_id", "now_on"),
        ("unit_at", "now_on"),
        ("now_on", "rid"),
        ("shop_id",),
        ("public_spot_id",),
    ),
)
VISIT_VISITOR = Entity(
    name="visit_visitor",
    rank=31,
    named=True,
    merge=Merge.APPEND,
    bucket=bucket_of("visit_id", "visit"),
    write="visit",
    group=True,
    fields=(
        Field("visit_id", Kind.REF, Merge.APPEND, required=True, refers="visit"),
        Field("member_id", Kind.REF, Merge.APPEND, required=True, refers="member"),
    ),
    indexes=(("visit_id",),),
)
VISIT_AMENDMENT = Entity(
    name="visit_amendment",
    rank=32,
    merge=Merge.APPEND,
    bucket=bucket_of("visit_id", "visit"),
    write="visit",
    group=True,
    fields=(
        Field("visit_id", Kind.REF, Merge.APPEND, required=True, refers="visit"),
        Field("field", Kind.ENUM, Merge.APPEND, required=True, choices=AMENDABLE),
        Field("value", Kind.TEXT, Merge.APPEND, free_text=True, limit=4000),
        Field("reason", Kind.TEXT, Merge.APPEND, required=True, free_text=True),
        # Of two corrections of one value the later turn shows: counted by the judge, whatever anybody's clock says.
        Field("turn", Kind.INT, Merge.DERIVED),
    ),
    indexes=(("visit_id",),),
)
VISIT_VOID = Entity(
    name="visit_void",
    rank=33,
    merge=Merge.APPEND,
    bucket=bucket_of("visit_id", "visit"),
    write="visit",
    group=True,
    fields=(
        Field("visit_id", Kind.REF, Merge.APPEND, required=True, refers="visit"),
        Field("reason", Kind.TEXT, Merge.APPEND, required=True, free_text=True),
    ),
    indexes=(("visit_id",),),
)
VISIT_COMMENT = Entity(
    name="visit_comment",
    rank=34,
    merge=Merge.APPEND,
    bucket=bucket_of("visit_id", "visit"),
    write="visit",
    group=True,
    fields=(
        Field("visit_id", Kind.REF, Merge.APPEND, required=True, refers="visit"),
        Field("member_id", Kind.REF, Merge.APPEND, required=True, refers="member"),
        Field("text", Kind.TEXT, Merge.APPEND, required=True, free_text=True, limit=1000),
    ),
    indexes=(("visit_id",),),
)
