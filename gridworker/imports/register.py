"""What is known and what the file adds, side by side: which household and person a row means, and the ops that bring
the one to the other. Blanks never erase; what two rows of a file say differently stays as the first said it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from gridworker.imports.addresses import Places, place_key, room_key
from gridworker.imports.reading import Reading, RowRefused
from gridworker.imports.record import Record
from gridworker.models.entity import Entity, Kind
from gridworker.models.household import BASIS, HOUSEHOLD, RESIDENT
from gridworker.models.ids import many_ids
from gridworker.models.ledger import KnownRecord, KnownUnit, Ledger
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.validation import Rules, faults, quick_looks

_MOST_SOUND = 50_000
GROUNDED = frozenset(f.name for f in RESIDENT.fields if f.basis)


class _Faults(dict[Value, str]):
    """Why a value may not be kept in one field, "" for a sound one; looked into once for each value."""

    def __init__(self, entity: Entity, name: str, rules: Rules) -> None:
        super().__init__()
        self._entity, self._name, self._rules = entity, name, rules
        self._is_sound = quick_looks(entity).get(name)

    def __missing__(self, value: Value) -> str:
        if self._is_sound is not None and self._is_sound(value):
            return ""
        found = faults(self._entity, {self._name: value}, self._rules, creating=False)
        reason = found[0].reason if found else ""
        if len(self) < _MOST_SOUND:
            self[value] = reason
        return reason


class Register:
    """Households and residents by what a ledger calls them."""

    def __init__(self, ledger: Ledger) -> None:
        self.ledger = ledger
        self.places = Places(ledger.units)
        self.rules = Rules(ledger.today, ledger.practice)
        self.units = {unit.id: unit for unit in ledger.units}
        self.households: dict[bytes, Record] = {}
        self._by_door: dict[tuple[bytes, str], Record] = {}
        self._by_code: dict[str, Record] = {}
        self._people: dict[bytes, dict[str, list[Record]]] = {}
        self._phoned: set[tuple[str, str]] = set()
        self._faults: dict[str, dict[str, _Faults]] = {}
        self.ids = many_ids()
        self._prefixes: dict[bytes, str] = {}
        for known in ledger.households:
            self._add_household(Record(known.id, known.values, grounds=known.grounds))
        for known in ledger.residents:
            self._add_known_person(known)

    def _add_household(self, record: Record) -> None:
        self.households[record.id] = record
        unit, room = record.value("unit_id"), record.value("room")
        if isinstance(unit, bytes):
            self._by_door.setdefault((unit, room_key(str(room))), record)
        self._by_code.setdefault(str(record.value("code")), record)

    def _add_known_person(self, known: KnownRecord) -> None:
        home = known.values.get("household_id")
        if isinstance(home, bytes):
            self._add_person(home, Record(known.id, known.values))

    def _add_person(self, home: bytes, record: Record) -> None:
        name = str(record.value("name"))
        self._people.setdefault(home, {}).setdefault(name, []).append(record)
        if phone := record.value("phone"):
            self._phoned.add((name, str(phone)))

    def people(self, home: bytes) -> list[Record]:
        return [record for named in self._people.get(home, {}).values() for record in named]

    def let_go(self) -> None:
        """Free what was compared, piece by piece: freeing it all at once would hold up the window."""
        for kept in (self._people, self._by_door, self._by_code, self.households):
            while kept:
                kept.popitem()
        while self._phoned:
            self._phoned.pop()

    # -- which one a row means -----------------------------------------------------------------------------------

    def household_of(self, reading: Reading) -> Record | None:
        """The household the row means, None for a new one. Raises RowRefused for a code that stands at another door,
        twice in the file or nowhere."""
        coded = self._by_code.get(reading.code) if reading.code else None
        if reading.unit is None:
            if coded is None:
                raise RowRefused("code_unknown", "code")
            return coded
        at_door = self._by_door.get((reading.unit.id, room_key(reading.room)))
        if coded is not None and coded is not at_door:
            raise RowRefused("code_twice" if coded.known is None else "code_moved", "code")
        if at_door is not None and reading.code and at_door.value("code") != reading.code:
            if at_door.known is None:
                raise RowRefused("code_twice", "code")
            reading.notes.append("code_kept")
        return at_door

    def household_at(self, unit: bytes, room: str) -> Record | None:
        """The household behind a door, or None."""
        return self._by_door.get((unit, room_key(room)))

    def unit_of(self, home: Record | None) -> KnownUnit | None:
        """The stairwell in which a household is kept."""
        unit = home.value("unit_id") if home else None
        return self.units.get(unit) if isinstance(unit, bytes) else None

    def person_of(self, home: Record | None, reading: Reading) -> tuple[Record | None, str]:
        """The person the row means (None: a new one), or the reason why it may be a double."""
        name = str(reading.person["name"])
        phone = reading.person.get("phone")
        here = self._people.get(home.id, {}).get(name, []) if home else []
        if len(here) > 1:
            here = [record for record in here if phone and record.value("phone") == phone]
            if len(here) != 1:
                return None, "several_with_this_name"
        if here:
            return here[0], "twice_in_file" if here[0].listed else ""
        elsewhere = phone and (name, str(phone)) in self._phoned  # nobody of this name is here
        return None, "same_person_elsewhere" if elsewhere else ""

    # -- taking a row in -----------------------------------------------------------------------------------------

    def new_household(self, unit: KnownUnit, reading: Reading) -> Record:
        """A household not kept yet. Its code is the sheet's, else the stairwell's and the room's."""
        code = reading.code or f"{unit.code}-{reading.room}"
        if code in self._by_code:
            raise RowRefused("code_moved", "code")
        values: dict[str, Value] = {
            "code": code,
            "unit_id": unit.id,
            "room": reading.room,
            "occupancy": "unknown",
        }
        if reading.floor is not None:
            values["floor"] = reading.floor
        values.update({name: value for name, value in reading.household.items() if value is not None})
        return Record(next(self.ids), None, values)

    def keep_household(self, record: Record) -> None:
        self._add_household(record)

    def keep_person(self, home: Record, record: Record) -> None:
        self._add_person(home.id, record)

    def check(self, entity: Entity, values: Mapping[str, Value]) -> None:
        """Raises RowRefused, its column the field's name, for values that may not be kept. What was found sound once
        is not looked at again."""
        reasons = self._faults.get(entity.name)
        if reasons is None:
            reasons = {name: _Faults(entity, name, self.rules) for name in _checked(entity)}
            self._faults[entity.name] = reasons
        for name, value in values.items():
            if name in reasons and (reason := reasons[name][value]):
                raise RowRefused(reason, name)

    def door_name(self, home: Record) -> str:
        """How the household's door is written: `3-2-502`."""
        if not home.door:
            home.door = self._door_name(home)
        return home.door

    def _door_name(self, home: Record) -> str:
        unit = home.value("unit_id")
        prefix = self._prefixes.get(unit) if isinstance(unit, bytes) else ""
        if prefix is None:
            assert isinstance(unit, bytes)
            known = self.units.get(unit)
            prefix = f"{place_key(known.building)}-{place_key(known.unit)}-" if known else ""
            self._prefixes[unit] = prefix
        return f"{prefix}{home.value('room')!s}" if prefix else str(home.value("code"))


@cache
def _checked(entity: Entity) -> frozenset[str]:
    """The fields whose values come from a cell as it was typed; codes, marks and references are made here."""
    made = (Kind.ENUM, Kind.BOOL, Kind.REF)
    return frozenset(f.name for f in entity.wire_fields if f.kind not in made)


def basis_draft(register: Register, home: Record, ground: Mapping[str, Value]) -> Draft | None:
    """The ground on which this file's phones and birth years of a household are kept; None if it brings none. `ground`
    is what all grounds of the file have in common."""
    if not home.wants_ground:
        return None
    fields = ",".join(sorted(home.wants_ground))
    values: dict[str, Value] = {"household_id": home.id, "fields": fields, **ground}
    return Draft(BASIS.name, next(register.ids), OpKind.CREATE, values)


def drafts_of(register: Register, home: Record) -> list[Draft]:
    """The ops of one household and its people, without its basis."""
    made = [home.draft(HOUSEHOLD.name)]
    made += [person.draft(RESIDENT.name) for person in register.people(home.id)]
    return [draft for draft in made if draft is not None]
