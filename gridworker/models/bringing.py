"""What a profile that stands alone offers to another community, and what both have on paper about their people, as
plain values to compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from gridworker.models.ledger import KnownRecord, Ledger

#: What can be brought over, in the order in which it is told.
OFFERED = ("unit", "household", "resident", "basis", "consent", "shop", "public_spot")


@dataclass(frozen=True, slots=True)
class Papers:
    """Consents, grounds (`basis`) and service needs as far as they may be seen here, and who moved out: (household,
    name)."""

    consents: tuple[KnownRecord, ...] = ()
    grounds: tuple[KnownRecord, ...] = ()
    needs: tuple[KnownRecord, ...] = ()
    gone: frozenset[tuple[bytes, str]] = frozenset()


@dataclass(frozen=True)
class Brought:
    """The community `name` as one profile holds it. `stays` counts what is there and is not offered, by entity."""

    name: str
    ledger: Ledger
    papers: Papers
    stays: Mapping[str, int] = field(default_factory=dict)
