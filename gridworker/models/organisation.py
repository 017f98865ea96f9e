"""The organisation: units of the Party tree, the areas they cover, the people who hold posts, and their logins.

Members are recorded because they do the work; nothing here is ever joined with residents."""

from __future__ import annotations

from gridworker.models.entity import COMMUNITY_COMMON, COMMUNITY_OFFICE, Entity, Field, Kind, Merge

ORG_KINDS = (
    "community_party_org",
    "grid_branch",
    "micro_grid_group",
    "residents_committee",
    "station",
    "property_company",
    "owners_committee",
    "alliance",
    "social_org",
    "partner_unit",
    "volunteer_team",
)
ACCOUNT_STATES = ("active", "closed")

ORG_UNIT = Entity(
    name="org_unit",
    rank=2,
    merge=Merge.COMMAND,
    bucket=COMMUNITY_COMMON,
    write="tree",
    fields=(
        Field("kind", Kind.ENUM, Merge.COMMAND, required=True, choices=ORG_KINDS),
        Field("name", Kind.TEXT, Merge.COMMAND, required=True, limit=60),
        Field("parent_id", Kind.REF, Merge.COMMAND, refers="org_unit"),
        Field("sort_no", Kind.INT, Merge.COMMAND),
        Field("member_count", Kind.INT, Merge.COMMAND),
        Field("contact_post", Kind.TEXT, Merge.COMMAND, limit=60),
        Field("phone", Kind.TEXT, Merge.COMMAND, format="phone", limit=30),
    ),
    spelled="name",
    indexes=(("parent_id",),),
)
ORG_COVER = Entity(
    name="org_cover",
    rank=3,
    merge=Merge.COMMAND,
    bucket=COMMUNITY_COMMON,
    write="tree",
    fields=(
        Field("org_unit_id", Kind.REF, Merge.COMMAND, required=True, refers="org_unit"),
        Field("area_unit_id", Kind.REF, Merge.COMMAND, required=True, refers="area_unit"),
        Field("valid_from", Kind.DAY, Merge.COMMAND, required=True),
        Field("valid_to", Kind.DAY, Merge.COMMAND),
    ),
    indexes=(("org_unit_id",),),
)
MEMBER = Entity(
    name="member",
    rank=4,
    merge=Merge.FIELD,
    bucket=COMMUNITY_COMMON,
    write="posts",
    fields=(
        Field("name", Kind.TEXT, Merge.FIELD, required=True, limit=40),
        Field("org_unit_id", Kind.REF, Merge.FIELD, required=True, refers="org_unit"),
        Field("work_phone", Kind.TEXT, Merge.FIELD, format="phone", limit=30),
        Field("joined_on", Kind.DAY, Merge.FIELD),
        Field("left_on", Kind.DAY, Merge.FIELD),
    ),
    indexes=(("org_unit_id",),),
)
APPOINTMENT = Entity(
    name="appointment",
    rank=5,
    merge=Merge.COMMAND,
    bucket=COMMUNITY_COMMON,
    write="posts",
    fields=(
        Field("member_id", Kind.REF, Merge.COMMAND, required=True, refers="member"),
        Field("role_code", Kind.TEXT, Merge.COMMAND, required=True, limit=40),
        Field("area_unit_id", Kind.REF, Merge.COMMAND, required=True, refers="area_unit"),
        Field("valid_from", Kind.DAY, Merge.COMMAND, required=True),
        Field("valid_to", Kind.DAY, Merge.COMMAND),
        Field("public_notice_on", Kind.DAY, Merge.COMMAND),
        Field("notice_phone", Kind.TEXT, Merge.COMMAND, format="phone", limit=30),
        Field("duties_text", Kind.TEXT, Merge.COMMAND, free_text=True),
    ),
    indexes=(("member_id",), ("area_unit_id",)),
)
ACCOUNT = Entity(
    name="account",
    rank=6,
    merge=Merge.COMMAND,
    bucket=COMMUNITY_OFFICE,
    write="posts",
    fields=(
        Field("member_id", Kind.REF, Merge.COMMAND, required=True, refers="member"),
        Field("login", Kind.TEXT, Merge.COMMAND, required=True, limit=40),
        Field("state", Kind.ENUM, Merge.COMMAND, required=True, choices=ACCOUNT_STATES),
    ),
    indexes=(("login",),),
)
