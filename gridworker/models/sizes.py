"""How large a laptop's database becomes, reckoned from how many records it will hold. The figures were measured, not
guessed: `python -m benchmarks.sizes` measures them again."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

#: Of a file without a record: its tables and indexes are there, each with a page.
EMPTY = 1_600_000
#: Bytes of a record with its share of indexes, search and kept figures, where it was not OTHER. 2026-11-22, laptops of
#: the practice community (35,536 records) and of one with 98,478 visits (301,355 records) after their first copy; the
#: larger of both, rounded up.
BYTES: Mapping[str, int] = MappingProxyType(
    {
        "visit": 540,
        "resident": 400,
        "visit_visitor": 140,
        "household": 520,
        "basis": 180,
        "plan_item": 330,
        "demand": 2510,
        "demand_event": 470,
        "household_link": 200,
        "duty": 220,
        "shop": 480,
        "area_unit": 360,
        "org_unit": 370,
    }
)
#: All others: 153 to 250 bytes.
OTHER = 250


def file_bytes(records: Mapping[str, int]) -> int:
    """About how many bytes a laptop's database takes with so many `records` by entity. An entity this version does not
    know counts like any other."""
    return EMPTY + rows_bytes(records)


def rows_bytes(records: Mapping[str, int]) -> int:
    """The same of the records alone, in a file that is there already."""
    return sum(n * BYTES.get(entity, OTHER) for entity, n in records.items())
