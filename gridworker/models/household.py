"""Households and residents, kept to the least that serving them needs, and the ground on which each optional
personal field is kept."""

from __future__ import annotations

from gridworker.models.entity import UNIT_CASE, Entity, Field, Kind, Merge, bucket_of

OCCUPANCY = ("owner", "rented", "lodging", "vacant", "business", "unknown")
PREFERRED_TIME = ("weekday", "evening", "weekend")
PREFERRED_CHANNEL = ("door", "phone", "none")
RESIDENCE = ("permanent", "temporary", "away")
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
        Field("visit_interval_days", Kind.INT, Merge.FIELD, low=1, high=3650),
        Field("note", Kind.TEXT, Merge.FIELD, free_text=True),
    ),
    search=("code", "room"),
    indexes=(("unit_id",), ("code",)),
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
