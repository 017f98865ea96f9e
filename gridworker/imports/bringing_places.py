"""The places of another profile beside those here: which stairwell is which, and the shops and spots that stand at
them. A place that is called alike twice is no match, and places themselves are not made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridworker.imports.addresses import Places, place_key
from gridworker.imports.comparing import Said, compared, says, taken, verdict_of
from gridworker.imports.reading import RowRefused
from gridworker.imports.record import Record
from gridworker.imports.register import Register
from gridworker.imports.values import Unreadable
from gridworker.imports.verdicts import Verdict
from gridworker.models.entity import Entity
from gridworker.models.ids import new_id
from gridworker.models.ledger import KnownRecord, KnownUnit
from gridworker.models.op import Draft, Value

#: Their stairwell's id → ours, or the reason why there is none.
Matched = Mapping[bytes, KnownUnit | str]
_GROUND = ("basis_kind", "basis_on")


def matched_units(theirs: Sequence[KnownUnit], ours: Places) -> Matched:
    """Every stairwell by estate, building and number as people call them; where the estate is called otherwise here,
    by its code and building."""
    coded: dict[str, list[KnownUnit]] = {}
    for unit in ours.units:
        coded.setdefault(unit.code, []).append(unit)
    return {unit.id: _matched(unit, ours, coded.get(unit.code, [])) for unit in theirs}


def _matched(unit: KnownUnit, ours: Places, coded: Sequence[KnownUnit]) -> KnownUnit | str:
    if unit.estate in ours.estates:
        try:
            return ours.unit_of(unit.estate, unit.building, unit.unit)
        except Unreadable as error:
            return str(error)
    alike = [each for each in coded if _named(each) == _named(unit)]
    return alike[0] if len(alike) == 1 else "address_unknown"


def _named(unit: KnownUnit) -> tuple[str, str]:
    return place_key(unit.building), place_key(unit.unit)


def unit_for(matched: Matched, theirs: Value) -> KnownUnit:
    """Our stairwell for theirs. Raises RowRefused where there is none or this account may import nothing there."""
    found = matched.get(theirs, "address_unknown") if isinstance(theirs, bytes) else "address_unknown"
    if isinstance(found, str):
        raise RowRefused(found)
    if not found.allowed:
        raise RowRefused("not_allowed")
    return found


class Stands:
    """Shops or public spots: known by code, else by stairwell and name."""

    def __init__(self, entity: Entity, register: Register, units: Matched, *, prefer: bool) -> None:
        self.entity, self._register, self._units, self._prefer = entity, register, units, prefer
        known = register.ledger.shops if entity.name == "shop" else register.ledger.spots
        self._by_name: dict[tuple[Value, str], Record] = {}
        self._by_code: dict[str, Record] = {}
        self._touched: list[Record] = []
        for one in known:
            self._add(Record(one.id, one.values))

    def _add(self, record: Record) -> None:
        self._by_name.setdefault((record.value("unit_id"), str(record.value("name"))), record)
        if code := record.value("code"):
            self._by_code.setdefault(str(code), record)

    def take(self, known: KnownRecord) -> Said:
        """The verdict of one of theirs; what it brings is kept. Raises RowRefused."""
        unit = unit_for(self._units, known.values["unit_id"])
        name, code = str(known.values["name"]), str(known.values["code"] or "")
        here = self._by_name.get((unit.id, name))
        coded = self._by_code.get(code)
        if coded is not None and coded is not here:
            raise RowRefused("code_moved")
        offered = {n: v for n, v in known.values.items() if n != "unit_id" and says(self.entity, n, v)}
        if here is None:
            return self._new({**offered, "unit_id": unit.id})
        if here.listed:
            return Said(Verdict.DUPLICATE, "twice_in_file")
        return self._known(here, offered)

    def _new(self, values: dict[str, Value]) -> Said:
        self._register.check(self.entity, values)
        record = Record(new_id(), None, values, listed=True)
        self._add(record)
        self._touched.append(record)
        return Said(Verdict.NEW)

    def _known(self, here: Record, offered: dict[str, Value]) -> Said:
        ground = {name: offered.pop(name) for name in _GROUND if name in offered}
        said = compared(self.entity, here, offered, prefer=self._prefer)
        values = taken(said)
        if "phone" in values:  # it comes with what it stands on
            values |= ground
        self._register.check(self.entity, values)
        here.given.update(values)
        here.listed = True
        self._touched.append(here)
        return Said(verdict_of(said), fields=said)

    def drafts(self) -> list[Draft]:
        """One op for each that is new or changed."""
        made = (record.draft(self.entity.name) for record in self._touched)
        return [draft for draft in made if draft is not None]
