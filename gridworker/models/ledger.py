"""What is known before an import, as plain values that a file is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownUnit:
    """A stairwell with the names people use. `allowed`: this account may import there."""

    id: bytes
    code: str
    estate: str
    building: str
    unit: str
    allowed: bool = True


@dataclass(frozen=True, slots=True)
class KnownRecord:
    """A household, resident or shop as an import compares it: its values by field name. `grounds` are the fields for
    which a basis of the household is on record."""

    id: bytes
    values: Mapping[str, None | int | str | bytes]
    grounds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ledger:
    """What this computer knows before an import: every place, household, resident and shop it may see."""

    units: tuple[KnownUnit, ...]
    households: tuple[KnownRecord, ...]
    residents: tuple[KnownRecord, ...]
    today: str
    practice: bool
    shops: tuple[KnownRecord, ...] = ()
