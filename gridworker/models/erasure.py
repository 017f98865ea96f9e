"""An erasure: the record it names is gone for good, everywhere. It stays as the tombstone, without any content, so that
computers that were away and copies that are restored let go of the record too."""

from __future__ import annotations

from gridworker.models.entity import BucketClass, BucketRule, BucketVia, Entity, Field, Kind, Merge
from gridworker.models.ids import named_id

_ERASURES = bytes.fromhex("3a7c9d1e5b2f5f4a8c6d7e8f90a1b2c3")


def erasure_id(record_id: bytes) -> bytes:
    """The id of the tombstone of a record: erasing twice is erasing once."""
    return named_id(_ERASURES, record_id)


#: One for each record that went: the one that was meant, and everything that hung on it.
ERASURE = Entity(
    name="erasure",
    rank=43,
    merge=Merge.APPEND,
    bucket=BucketRule(BucketClass.CASE, BucketVia.NODE, field="area_unit_id"),
    write="rights",
    named=True,
    lasting=True,
    fields=(
        Field("entity", Kind.TEXT, Merge.APPEND, required=True, limit=40),
        Field("record_id", Kind.REF, Merge.APPEND, required=True),
        Field("area_unit_id", Kind.REF, Merge.DERIVED, refers="area_unit"),
        Field("erased_on", Kind.DAY, Merge.DERIVED),
    ),
    indexes=(("record_id",),),
)
