"""What is known before an import, as plain values that a file is compared with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gridworker.models.catalogue import LIMITS
from gridworker.models.limits import Calendar, Limit


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
    """A household, resident, shop or spot as an import compares it: its values by field name. `grounds` are the fields
    for which a basis of the household is on record."""

    id: bytes
    values: Mapping[str, None | int | str | bytes]
    grounds: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class KnownArea:
    """A node of the area tree. `allowed`: this account may import demands there."""

    id: bytes
    code: str
    name: str
    kind: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class KnownDemand:
    """A demand as an import tells it again: its number, that of the hotline ("" for none), when it was reported, and
    its title."""

    no: str
    outside_no: str
    reported_at: str
    title: str


@dataclass(frozen=True, slots=True)
class Ledger:
    """What this computer knows before an import: every place, household, resident, shop, spot and demand it may see,
    the names of categories that the community added, and how long a demand may take."""

    units: tuple[KnownUnit, ...]
    households: tuple[KnownRecord, ...]
    residents: tuple[KnownRecord, ...]
    today: str
    practice: bool
    shops: tuple[KnownRecord, ...] = ()
    spots: tuple[KnownRecord, ...] = ()
    areas: tuple[KnownArea, ...] = ()
    demands: tuple[KnownDemand, ...] = ()
    categories: Mapping[str, str] = field(default_factory=dict)
    limits: Mapping[str, Limit] = field(
        default_factory=lambda: MappingProxyType({code: Limit(*limit) for code, limit in LIMITS.items()})
    )
    calendar: Calendar = field(default_factory=Calendar)
