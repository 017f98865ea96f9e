"""An alias: two records turned out to be one. Everything about the loser is read through the winner; taking the alias
away undoes the merge."""

from __future__ import annotations

from gridworker.models.entity import Entity, Field, Kind, Merge, bucket_of
from gridworker.models.ids import named_id

#: What can be merged.
MERGEABLE = ("household", "resident")
_ALIASES = bytes.fromhex("7e1b0f6a9f0c5c3f8f0e2a6b4d9c1e55")


def alias_id(entity: str, loser_id: bytes) -> bytes:
    """The id of the alias that says for whom the record `loser_id` stands now."""
    return named_id(_ALIASES, entity.encode(), loser_id)


RECORD_ALIAS = Entity(
    name="record_alias",
    rank=25,
    merge=Merge.APPEND,
    bucket=bucket_of("household_id", "household"),
    write="edit",
    group=True,
    named=True,
    fields=(
        Field("entity", Kind.ENUM, Merge.APPEND, required=True, choices=MERGEABLE),
        Field("loser_id", Kind.REF, Merge.APPEND, required=True),
        Field("winner_id", Kind.REF, Merge.APPEND, required=True),
        Field("household_id", Kind.REF, Merge.APPEND, required=True, refers="household"),
        Field("reason", Kind.TEXT, Merge.APPEND, free_text=True),
    ),
    indexes=(("winner_id",), ("loser_id",), ("household_id",)),
)
