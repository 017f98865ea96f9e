"""What is handed in on Friday: the closing of a micro-grid's week, and reports frozen with a number and a hash. None of
it holds a resident: figures are counts, an item names a record, and what a file quotes goes when that is erased."""

from __future__ import annotations

from gridworker.models.entity import (
    COMMUNITY_OFFICE,
    BucketClass,
    BucketRule,
    BucketVia,
    Entity,
    Field,
    Kind,
    Merge,
    bucket_of,
)
from gridworker.models.ids import named_id

_CLOSES = bytes.fromhex("7be51b5f0c5a5d8c9f5f5b6f2f6a8d31")
_ITEMS = bytes.fromhex("a40d3a6b9a4c5c7e8a6c1b0de2f3c9a5")
_FILES = bytes.fromhex("e5c2de8e5c0f5a5b9a0d6c4a7d1e2f43")
#: Characters of the canonical figures, and of one part of a file.
FIGURES_LIMIT, PART_LIMIT = 1_000_000, 200_000
#: The neutral document, from which the others are made, and the forms it can be opened in.
DOCUMENT = "document"
FILE_FORMATS = (DOCUMENT, "xlsx", "docx", "pdf", "html")


def week_close_id(micro_grid_id: bytes, week: str) -> bytes:
    """A micro-grid's week is closed once, on whatever computer."""
    return named_id(_CLOSES, micro_grid_id, week.encode())


def frozen_item_id(report_id: bytes, entity: str, record_id: bytes) -> bytes:
    return named_id(_ITEMS, report_id, entity.encode(), record_id)


def frozen_file_id(report_id: bytes, file_format: str, edition: int, part: int) -> bytes:
    """Making a file of an edition twice is making it once: the first one stays."""
    return named_id(_FILES, report_id, f"{file_format}/{edition}/{part}".encode())


#: The right to confirm that there was nothing at all.
ZERO_REPORT = "zero_report"
#: Nothing more is expected of a micro-grid for this week; what comes all the same is taken and told.
WEEK_CLOSE = Entity(
    name="week_close",
    rank=80,
    merge=Merge.APPEND,
    bucket=BucketRule(BucketClass.COMMON, BucketVia.NODE, field="micro_grid_id"),
    write="close_week",
    named=True,
    fields=(
        Field("micro_grid_id", Kind.REF, Merge.APPEND, required=True, refers="area_unit"),
        Field("week", Kind.TEXT, Merge.APPEND, required=True, format="week", limit=8),
        Field("zero_report", Kind.BOOL, Merge.APPEND, required=True),
        Field("closed_at", Kind.MOMENT, Merge.APPEND, required=True),
    ),
    indexes=(("week", "micro_grid_id"),),
)
#: `edition` is given by the authority, in the order in which reports of one node and period reach it; until then a
#: report is provisional. `figures` are canonical JSON, `digest` the SHA-256 of their UTF-8 (64 hex digits). `cursor` is
#: how far this computer had read the community's order, None where there is none.
FROZEN_REPORT = Entity(
    name="frozen_report",
    rank=81,
    merge=Merge.ARBITRATED,
    bucket=COMMUNITY_OFFICE,
    write="freeze",
    lasting=True,
    one_of=("area_unit_id", "org_unit_id"),
    fields=(
        Field("by_member_id", Kind.REF, Merge.APPEND, required=True, refers="member"),
        Field("area_unit_id", Kind.REF, Merge.APPEND, refers="area_unit"),
        Field("org_unit_id", Kind.REF, Merge.APPEND, refers="org_unit"),
        Field("node_name", Kind.TEXT, Merge.APPEND, required=True),
        Field("period", Kind.TEXT, Merge.APPEND, required=True, limit=10),
        Field("supplements_id", Kind.REF, Merge.APPEND, refers="frozen_report"),
        Field("edition", Kind.INT, Merge.DERIVED, low=1),
        Field("frozen_at", Kind.MOMENT, Merge.APPEND, required=True),
        Field("cursor", Kind.INT, Merge.APPEND, high=2**53),
        Field("unsent_here", Kind.INT, Merge.APPEND, required=True),
        Field("figures", Kind.TEXT, Merge.APPEND, required=True, limit=FIGURES_LIMIT),
        Field("digest", Kind.TEXT, Merge.APPEND, required=True, limit=64),
    ),
    indexes=(("period", "edition"), ("area_unit_id",), ("org_unit_id",)),
)
#: One record in its `version` and what it added to the figures: `contribution` is canonical JSON, figure key to count.
#: `quoted`: words of it stand in the files, so that they go with it when it is erased.
FROZEN_ITEM = Entity(
    name="frozen_item",
    rank=82,
    merge=Merge.APPEND,
    bucket=bucket_of("report_id", "frozen_report", bucket_class=BucketClass.OFFICE),
    write="freeze",
    named=True,
    lasting=True,
    fields=(
        Field("report_id", Kind.REF, Merge.APPEND, required=True, refers="frozen_report"),
        Field("entity", Kind.TEXT, Merge.APPEND, required=True, format="code", limit=40),
        Field("record_id", Kind.REF, Merge.APPEND, required=True),
        Field("version", Kind.INT, Merge.APPEND, required=True, high=2**53),
        Field("contribution", Kind.TEXT, Merge.APPEND, required=True, limit=900),
        Field("quoted", Kind.BOOL, Merge.APPEND),
    ),
    indexes=(("report_id",), ("record_id",)),
)
#: One part of one file, deflated and in base64; `digest` (SHA-256) and `size` (bytes) are of the whole. `edition` is
#: what the file says of itself, 0 for a provisional one.
FROZEN_FILE = Entity(
    name="frozen_file",
    rank=83,
    merge=Merge.APPEND,
    bucket=bucket_of("report_id", "frozen_report", bucket_class=BucketClass.OFFICE),
    write="freeze",
    named=True,
    lasting=True,
    fields=(
        Field("report_id", Kind.REF, Merge.APPEND, required=True, refers="frozen_report"),
        Field("format", Kind.ENUM, Merge.APPEND, required=True, choices=FILE_FORMATS),
        Field("edition", Kind.INT, Merge.APPEND, required=True),
        Field("part", Kind.INT, Merge.APPEND, required=True),
        Field("parts", Kind.INT, Merge.APPEND, required=True, low=1),
        Field("size", Kind.INT, Merge.APPEND, required=True, high=2**31),
        Field("digest", Kind.TEXT, Merge.APPEND, required=True, limit=64),
        Field("packed", Kind.TEXT, Merge.APPEND, required=True, limit=PART_LIMIT),
    ),
    indexes=(("report_id", "format", "edition", "part"),),
)
