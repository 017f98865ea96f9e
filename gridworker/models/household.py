"""Households and residents, kept to the least that serving them needs, and the ground on which each optional
personal field is kept."""

from __future__ import annotations

from gridworker.models.entity import UNIT_CASE, BucketClass, Entity, Field, Kind, Merge, bucket_of
from gridworker.models.ids import named_id

OCCUPANCY = ("owner", "rented", "lodging", "vacant", "business", "unknown")
PREFERRED_TIME = ("weekday", "evening", "weekend")
PREFERRED_CHANNEL = ("door", "phone", "none")
RESIDENCE = ("permanent", "temporary", "away")
CONSENT_METHODS = ("paper", "on_device", "oral_witnessed")
CONSENT_PURPOSES = ("visit", "contact", "service_need", "notice", "other")
NEEDS = ("door_help", "meal", "company_call", "equipment", "child_pickup", "repair", "other")
#: A service need ends by itself after this many days at the latest.
NEED_DAYS = 366
#: The notice (告知书) that people are shown today; a new text gets a new version.
NOTICE_VERSION = "2026-01"
_LINKS = bytes.fromhex("5d0e2f7b91c45a3d8e6f4a2b9d0c7b55")
BASIS_KINDS = ("statutory", "consent", "contract")
DEFAULT_VISIT_INTERVAL_DAYS = 180

HOUSEHOLD = Entity(
    name="household",
    rank=20,
    merge=Merge.FIELD,
    bucket=UNIT_CASE,
    write="edit",
    group=True,
    fields=(
        Field("code", Kind.TEXT, Merge.FIELD, required=True, limit=40),
        Field("unit_id", Kind.REF, Merge.FIELD, required=True, refers="unit"),
        Field("floor", Kind.INT, Merge.FIELD, high=200),
        Field("room", Kind.TEXT, Merge.FIELD, required=True, limit=20),
        Field("occupancy", Kind.ENUM, Merge.FIELD, required=True, choices=OCCUPANCY),
        Field("member_count", Kind.INT, Merge.FIELD, high=100),
        Field("contact_resident_id", Kind.REF, Merge.FIELD, refers="resident", personal=True),
        Field("preferred_time", Kind.ENUM, Merge.FIELD, choices=PREFERRED_TIME),
        Field("preferred_channel", Kind.ENUM, Merge.FIELD, choices=PREFERRED_CHANNEL),
        Field("visit_opt_out", Kind.BOOL, Merge.RESTRICTIVE),
        Field("visit_opt_out_on", Kind.DAY, Merge.FIELD),
        Field("opt_out_reason", Kind.TEXT, Merge.FIELD, free_text=True),
        Field("visit_interval_days", Kind.INT, Merge.FIELD, low=1, high=3650),
        Field("note", Kind.TEXT, Merge.FIELD, free_text=True),
    ),
    lift_reason="opt_out_reason",
    search=("code", "room"),
    indexes=(("unit_id", "deleted", "floor", "room"), ("code",)),
)
RESIDENT = Entity(
    name="resident",
    rank=21,
    merge=Merge.FIELD,
    bucket=bucket_of("household_id", "household"),
    write="edit",
    group=True,
    fields=(
        Field("household_id", Kind.REF, Merge.FIELD, required=True, refers="household"),
        Field("name", Kind.TEXT, Merge.FIELD, required=True, personal=True, limit=40),
        Field("salutation", Kind.TEXT, Merge.FIELD, limit=20),
        Field("phone", Kind.TEXT, Merge.FIELD, personal=True, basis=True, format="phone", limit=30),
        Field("birth_year", Kind.INT, Merge.FIELD, basis=True, low=1900, high=2100),
        Field("gender", Kind.ENUM, Merge.FIELD, choices=("0", "1", "2", "9")),
        Field("relation_code", Kind.ENUM, Merge.FIELD, choices=("0", "1", "2", "3", "4", "5", "6", "7", "8")),
        Field("residence", Kind.ENUM, Merge.FIELD, choices=RESIDENCE),
        Field("is_contact", Kind.BOOL, Merge.FIELD),
        Field("guardian_resident_id", Kind.REF, Merge.FIELD, refers="resident"),
        Field("moved_out_on", Kind.DAY, Merge.FIELD),
    ),
    search=("name", "phone"),
    anchor=True,
    spelled="name",
    indexes=(("household_id",),),
)
BASIS = Entity(
    name="basis",
    rank=22,
    merge=Merge.APPEND,
    bucket=bucket_of("household_id", "household"),
    write="edit",
    group=True,
    fields=(
        Field("household_id", Kind.REF, Merge.APPEND, required=True, refers="household"),
        Field("resident_id", Kind.REF, Merge.APPEND, refers="resident"),
        Field("fields", Kind.CODES, Merge.APPEND, required=True),
        Field("kind", Kind.ENUM, Merge.APPEND, required=True, choices=BASIS_KINDS),
        Field("notice_version", Kind.TEXT, Merge.APPEND, required=True, limit=30),
        Field("recorded_on", Kind.DAY, Merge.APPEND, required=True),
        Field("channel", Kind.TEXT, Merge.APPEND, required=True, limit=30),
        Field("import_batch", Kind.TEXT, Merge.APPEND, limit=40),
    ),
    indexes=(("household_id",),),
)
#: What a resident agreed to. Withdrawing wins over everything and is never lifted: a new consent is a new record.
CONSENT = Entity(
    name="consent",
    rank=26,
    merge=Merge.FIELD,
    bucket=bucket_of("resident_id", "resident"),
    write="edit",
    group=True,
    fields=(
        Field("resident_id", Kind.REF, Merge.APPEND, required=True, refers="resident"),
        Field("purposes", Kind.CODES, Merge.APPEND, required=True, choices=CONSENT_PURPOSES),
        Field("fields", Kind.CODES, Merge.APPEND),
        Field("notice_version", Kind.TEXT, Merge.APPEND, required=True, limit=30),
        Field("method", Kind.ENUM, Merge.APPEND, required=True, choices=CONSENT_METHODS),
        Field("given_on", Kind.DAY, Merge.APPEND, required=True),
        Field("separate", Kind.BOOL, Merge.APPEND),
        Field("guardian_resident_id", Kind.REF, Merge.APPEND, refers="resident"),
        Field("withdrawn_on", Kind.DAY, Merge.RESTRICTIVE),
    ),
    indexes=(("resident_id",),),
)
#: A service somebody asked for, never a label: on separate consent, for a limited time, gone when it ends.
SERVICE_NEED = Entity(
    name="service_need",
    rank=27,
    merge=Merge.APPEND,
    bucket=bucket_of("resident_id", "resident", bucket_class=BucketClass.CARE),
    write="edit",
    group=True,
    fields=(
        Field("resident_id", Kind.REF, Merge.APPEND, required=True, refers="resident"),
        Field("need", Kind.ENUM, Merge.APPEND, required=True, choices=NEEDS),
        Field("requested_by_self", Kind.BOOL, Merge.APPEND, required=True),
        Field("consent_id", Kind.REF, Merge.APPEND, required=True, refers="consent"),
        Field("valid_until", Kind.DAY, Merge.APPEND, required=True),
        Field("note", Kind.TEXT, Merge.APPEND, free_text=True),
    ),
    indexes=(("resident_id",), ("valid_until",)),
)
#: 联户: the member who keeps in touch with a household.
HOUSEHOLD_LINK = Entity(
    name="household_link",
    rank=28,
    merge=Merge.FIELD,
    bucket=bucket_of("household_id", "household"),
    write="edit",
    group=True,
    named=True,
    fields=(
        Field("household_id", Kind.REF, Merge.APPEND, required=True, refers="household"),
        Field("member_id", Kind.REF, Merge.APPEND, required=True, refers="member"),
        Field("valid_from", Kind.DAY, Merge.FIELD, required=True),
        Field("valid_to", Kind.DAY, Merge.FIELD),
    ),
    indexes=(("household_id",), ("member_id",)),
)


def link_id(household_id: bytes, member_id: bytes) -> bytes:
    """The id of a household's link to a member: linking twice is linking once, wherever it is done."""
    return named_id(_LINKS, household_id, member_id)
