"""What one row of a ledger says, or the reason why it cannot be read. Values only."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from gridworker.imports.cells import Cell
from gridworker.models.ledger import KnownUnit
from gridworker.models.op import Value


class RowRefused(Exception):
    """A row that cannot go in: the stable `reason` and the column's letter, "" for none."""

    def __init__(self, reason: str, column: str = "") -> None:
        super().__init__(reason)
        self.reason, self.column = reason, column


@dataclass(slots=True)
class Carried:
    """What the rows above said of the household, for rows that leave it out. `said` is how the row just above names its
    door, and `stands` what that means (code, stairwell, room, floor), None where the row does not say all of it."""

    door: tuple[str, str, str, str] = ("", "", "", "")  # estate, building, unit, room
    address: str = ""
    code: str = ""
    said: Sequence[Cell] = ()
    stands: tuple[str, KnownUnit | None, str, int | None] | None = None

    def forget(self) -> None:
        self.door, self.address, self.code = ("", "", "", ""), "", ""
        self.said, self.stands = (), None


class Reading(msgspec.Struct, eq=False, gc=False):
    """What one row says. `unit` is None where only a code was given; `person` is empty for a row without one; `leads`
    says that the row names the household's contact. A row about a `shop` says nothing of a household; `unplaced` is
    why its stairwell was not found. A row about a `demand` has its `number` in the sheet, the `area` it names, and what
    was done so far."""

    unit: KnownUnit | None = None
    room: str = ""
    floor: int | None = None
    code: str = ""
    household: dict[str, Value] = msgspec.field(default_factory=dict)
    person: dict[str, Value] = msgspec.field(default_factory=dict)
    leads: bool = False
    shop: dict[str, Value] = msgspec.field(default_factory=dict)
    demand: dict[str, Value] = msgspec.field(default_factory=dict)
    number: str = ""
    area: str = ""
    handling: str = ""
    unplaced: str = ""
    notes: list[str] = msgspec.field(default_factory=list)
