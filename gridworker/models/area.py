"""Where things are (estate, building, unit) and who is responsible for them (area units and their dated coverage)."""

from __future__ import annotations

from gridworker.models.entity import COMMUNITY_COMMON, Entity, Field, Kind, Merge

AREA_KINDS = ("community", "estate", "grid", "micro_grid")
GRID_KINDS = ("basic", "dedicated")
MICRO_KINDS = ("residential", "business", "mixed")

ESTATE = Entity(
    name="estate",
    rank=10,
    merge=Merge.COMMAND,
    bucket=COMMUNITY_COMMON,
    write="tree",
    fields=(
        Field("code", Kind.TEXT, Merge.COMMAND, required=True, limit=30),
        Field("name", Kind.TEXT, Merge.COMMAND, required=True, limit=60),
        Field("sort_no", Kind.INT, Merge.COMMAND),
    ),
)
BUILDING = Entity(
    name="building",
    rank=11,
    merge=Merge.COMMAND,
    bucket=COMMUNITY_COMMON,
    write="tree",
    fields=(
        Field("estate_id", Kind.REF, Merge.COMMAND, required=True, refers="estate"),
        Field("code", Kind.TEXT, Merge.COMMAND, required=True, limit=30),
        Field("name", Kind.TEXT, Merge.COMMAND, required=True, limit=60),
        Field("floors", Kind.INT, Merge.COMMAND, high=200),
        Field("sort_no", Kind.INT, Merge.COMMAND),
    ),
    indexes=(("estate_id",),),
)
UNIT = Entity(
    name="unit",
    rank=12,
    merge=Merge.COMMAND,
    bucket=COMMUNITY_COMMON,
    write="tree",
    fields=(
        Field("building_id", Kind.REF, Merge.COMMAND, required=True, refers="building"),
        Field("code", Kind.TEXT, Merge.COMMAND, required=True, limit=30),
        Field("name", Kind.TEXT, Merge.COMMAND, required=True, limit=60),
        Field("sort_no", Kind.INT, Merge.COMMAND),
    ),
    indexes=(("building_id",),),
)
AREA_UNIT = Entity(
    name="area_unit",
    rank=1,
    merge=Merge.COMMAND,
    bucket=COMMUNITY_COMMON,
    write="tree",
    fields=(
        Field("kind", Kind.ENUM, Merge.COMMAND, required=True, choices=AREA_KINDS),
        Field("code", Kind.TEXT, Merge.COMMAND, required=True, limit=30),
        Field("name", Kind.TEXT, Merge.COMMAND, required=True, limit=60),
        Field("parent_id", Kind.REF, Merge.COMMAND, refers="area_unit"),
        Field("sort_no", Kind.INT, Merge.COMMAND),
        Field("grid_kind", Kind.ENUM, Merge.COMMAND, choices=GRID_KINDS),
        Field("micro_kind", Kind.ENUM, Merge.COMMAND, choices=MICRO_KINDS),
        Field("valid_from", Kind.DAY, Merge.COMMAND, required=True),
        Field("valid_to", Kind.DAY, Merge.COMMAND),
        Field("resident_count_declared", Kind.INT, Merge.COMMAND),
        Field("boundary_note", Kind.TEXT, Merge.COMMAND, free_text=True),
    ),
    spelled="name",
    indexes=(("parent_id",),),
)
COVERAGE = Entity(
    name="coverage",
    rank=13,
    merge=Merge.COMMAND,
    bucket=COMMUNITY_COMMON,
    write="tree",
    fields=(
        Field("micro_grid_id", Kind.REF, Merge.COMMAND, required=True, refers="area_unit"),
        Field("unit_id", Kind.REF, Merge.COMMAND, required=True, refers="unit"),
        Field("valid_from", Kind.DAY, Merge.COMMAND, required=True),
        Field("valid_to", Kind.DAY, Merge.COMMAND),
    ),
    indexes=(("unit_id",), ("micro_grid_id",)),
)
