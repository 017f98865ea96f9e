"""The catalogues that a community may edit: sources, categories, conflict pairs and time limits of demands. What is
built in holds wherever no row says otherwise, so that no catalogue has to be filled before work can begin."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from gridworker.models.demand import LIMIT_UNITS, URGENCIES
from gridworker.models.entity import COMMUNITY_COMMON, Entity, Field, Kind, Merge
from gridworker.models.ids import named_id

_SPACE = bytes.fromhex("b7f0f3a2d9c15e6c8f3d2a1b4c5d6e7f")
#: Built-in codes by catalogue, in the order in which they are offered; their names are words of the product.
BUILT_IN: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "demand_source": (
            "visit",
            "duty",
            "phone",
            "hotline_12345",
            "online",
            "meeting",
            "patrol",
            "merchant",
            "alliance",
            "liaison",
        ),
        "demand_category": (
            "parking",
            "property",
            "repair",
            "sanitation",
            "noise_fumes",
            "neighbours",
            "care_service",
            "safety",
            "venue",
            "policy",
            "other",
        ),
        "conflict_pair": (
            "resident_merchant",
            "resident_property",
            "merchant_property",
            "merchant_merchant",
            "resident_resident",
        ),
    }
)
#: Urgency → number and unit: h hours, d calendar days, wd working days.
LIMITS: Mapping[str, tuple[int, str]] = MappingProxyType(
    {"critical": (2, "h"), "utility": (24, "h"), "normal": (7, "d"), "hard": (15, "d")}
)


def catalogue_id(catalogue: str, code: str) -> bytes:
    """The id of a catalogue's entry: two computers that add the same code add one entry."""
    return named_id(_SPACE, catalogue.encode(), code.encode())


def _catalogue(name: str, rank: int, *more: Field) -> Entity:
    return Entity(
        name=name,
        rank=rank,
        merge=Merge.FIELD,
        bucket=COMMUNITY_COMMON,
        write="catalogues",
        fields=(
            Field("code", Kind.TEXT, Merge.APPEND, required=True, format="code", limit=40),
            Field("name", Kind.TEXT, Merge.FIELD, required=True, format="label", limit=20),
            *more,
            Field("sort_no", Kind.INT, Merge.FIELD, high=9999),
            Field("unused", Kind.BOOL, Merge.FIELD),
        ),
        named=True,
        indexes=(("code",),),
    )


DEMAND_SOURCE = _catalogue("demand_source", 44)
DEMAND_CATEGORY = _catalogue(
    "demand_category",
    45,
    Field("parent_code", Kind.TEXT, Merge.FIELD, format="code", limit=40),
    Field("urgency", Kind.ENUM, Merge.FIELD, choices=URGENCIES),
)
CONFLICT_PAIR = _catalogue("conflict_pair", 46)
DEMAND_LIMIT = Entity(
    name="demand_limit",
    rank=47,
    merge=Merge.FIELD,
    bucket=COMMUNITY_COMMON,
    write="catalogues",
    fields=(
        Field("urgency", Kind.ENUM, Merge.APPEND, required=True, choices=URGENCIES),
        Field("limit_number", Kind.INT, Merge.FIELD, required=True, low=1, high=1000),
        Field("limit_unit", Kind.ENUM, Merge.FIELD, required=True, choices=LIMIT_UNITS),
    ),
    named=True,
    indexes=(("urgency",),),
)
#: Holidays and adjusted working days of a year, days parted by commas, in the place of what comes with the program.
HOLIDAY_YEAR = Entity(
    name="holiday_year",
    rank=48,
    merge=Merge.FIELD,
    bucket=COMMUNITY_COMMON,
    write="catalogues",
    fields=(
        Field("year", Kind.INT, Merge.APPEND, required=True, low=2000, high=2100),
        Field("off", Kind.TEXT, Merge.FIELD, limit=990),
        Field("work", Kind.TEXT, Merge.FIELD, limit=990),
    ),
    named=True,
    indexes=(("year",),),
)
#: Rules of meetings and public notices → the number that holds where the community set none. `quorum` and `majority`
#: are one in so many.
MEETING_RULES: Mapping[str, int] = MappingProxyType(
    {"notice_days": 3, "public_notice_days": 7, "quorum": 2, "majority": 2}
)
MEETING_RULE = Entity(
    name="meeting_rule",
    rank=41,
    merge=Merge.FIELD,
    bucket=COMMUNITY_COMMON,
    write="catalogues",
    fields=(
        Field("code", Kind.ENUM, Merge.APPEND, required=True, choices=tuple(MEETING_RULES)),
        Field("number", Kind.INT, Merge.FIELD, required=True, low=1, high=60),
    ),
    named=True,
    indexes=(("code",),),
)
CATALOGUES = (DEMAND_SOURCE, DEMAND_CATEGORY, CONFLICT_PAIR)
