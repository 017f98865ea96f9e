"""One row of a ledger as the values of a household and a resident, or the reason why it cannot be read. Knows what is
written, not what is known already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from gridworker.imports import aliases, values
from gridworker.imports.addresses import Door, Places, door_of_columns, read_door
from gridworker.imports.layout import Layout, letter_of
from gridworker.imports.sheets import Cell, SheetRow
from gridworker.imports.values import Unreadable
from gridworker.models.guard import holds_identity_number, mask_identity_numbers
from gridworker.models.op import Value
from gridworker.store.rows import KnownUnit

_ADDRESS = ("estate", "building", "unit", "room", "address")
_ELSEWHERE = frozenset({"rented", "lodging", "vacant", "business"})
_LONG = 15
#: field of the record → column of the sheet, where they differ.
SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "birth_year": "birth",
        "relation_code": "relation",
        "unit_id": "address",
        "visit_opt_out_on": "visit_opt_out",
    }
)


class RowRefused(Exception):
    """A row that cannot go in: the stable `reason` and the column's letter, "" for none."""

    def __init__(self, reason: str, column: str = "") -> None:
        super().__init__(reason)
        self.reason, self.column = reason, column


@dataclass
class Carried:
    """What the rows above said of the household, for rows that leave it out."""

    door: tuple[str, str, str, str] = ("", "", "", "")  # estate, building, unit, room
    address: str = ""
    code: str = ""

    def forget(self) -> None:
        self.door, self.address, self.code = ("", "", "", ""), "", ""


@dataclass
class Reading:
    """What one row says. `unit` and `room` are None where only a code was given; `person` is empty for a row without
    one; `leads` says that the row names the household's contact."""

    unit: KnownUnit | None = None
    room: str = ""
    floor: int | None = None
    code: str = ""
    household: dict[str, Value] = field(default_factory=dict)
    person: dict[str, Value] = field(default_factory=dict)
    leads: bool = False
    notes: list[str] = field(default_factory=list)


class RowReader:
    """Reads the rows of one sheet in order."""

    def __init__(self, layout: Layout, places: Places, *, merges_known: bool) -> None:
        self._layout, self._places = layout, places
        self._merges_known = merges_known
        self._columns = dict(layout.fields)
        self._context = places.estate_in(layout.context) or places.estate_in(layout.sheet)
        self._carried = Carried()

    def forget(self) -> None:
        """A subtotal or another gap: what follows does not belong to the household above."""
        self._carried.forget()

    def letter(self, name: str) -> str:
        """The letter of the column that gives `name`, "" if none does."""
        for column in (SOURCES.get(name, name), *(_ADDRESS if name in ("unit_id", "address") else ())):
            if column in self._columns:
                return letter_of(self._columns[column])
        if name == "name":
            return self.letter("contact_name") or (
                self.letter("owner_name") if "owner_name" in self._columns else ""
            )
        return ""

    def read(self, row: SheetRow) -> Reading:
        """The values of `row`. Raises RowRefused."""
        reading = Reading()
        cells = {name: row.cells[place] for name, place in self._columns.items() if place < len(row.cells)}
        try:
            self._guard(cells)
            self._person(cells, row, reading)
            self._place(cells, reading)
        except RowRefused:
            self._carried.forget()
            raise
        for name, read in _HOUSEHOLD.items():
            if (value := self._value(cells, name, read)) is not None:
                reading.household[name] = value
        self._note(cells, reading)
        if _is_yes(self._value(cells, "visit_opt_out", _yes)):
            reading.household["visit_opt_out"] = 1
        self._owner(cells, reading)
        return reading

    def _guard(self, cells: Mapping[str, Cell]) -> None:
        for name, cell in cells.items():
            if values.is_error(cell):
                raise RowRefused("formula_error", self.letter(name))
            if name == "note":
                continue
            if values.is_identity_cell(cell) or (
                isinstance(cell, str) and len(cell) >= _LONG and holds_identity_number(cell)
            ):
                raise RowRefused("identity_number", self.letter(name))

    def _value(self, cells: Mapping[str, Cell], name: str, read: Callable[[Cell], Value]) -> Value:
        if name not in cells or cells[name] == "":
            return None
        try:
            return read(cells[name])
        except Unreadable as error:
            raise RowRefused(str(error), self.letter(name)) from error

    # -- people --------------------------------------------------------------------------------------------------

    def _person(self, cells: Mapping[str, Cell], row: SheetRow, reading: Reading) -> None:
        name = values.person_name(cells.get("name", ""))
        contact = values.person_name(cells.get("contact_name", ""))
        carried = "contact_name" in self._columns and row.carried(self._columns["contact_name"])
        if not name and contact and not carried:
            name = contact
        if not name:
            if values.plain(cells.get("phone", "")) and "owner_name" not in self._columns:
                reading.notes.append("phone_without_person")
            return
        reading.person = {"name": name}
        self._facts(cells, reading)
        listed_alone = "relation" not in self._columns and "contact_name" not in self._columns
        reading.leads = reading.person.get("relation_code") == "0" or name == contact or listed_alone

    def _facts(self, cells: Mapping[str, Cell], reading: Reading) -> None:
        for field_name, read in _PERSON.items():
            if (value := self._value(cells, SOURCES.get(field_name, field_name), read)) is not None:
                reading.person[field_name] = value
        if "phone" in cells and cells["phone"] != "":
            number, more = values.phone(cells["phone"])
            if number:
                reading.person["phone"] = number
            if more:
                reading.notes.append("further_phones_left_out")

    def _owner(self, cells: Mapping[str, Cell], reading: Reading) -> None:
        """An owner lives here unless the sheet says that others do, or names who does."""
        owner = values.person_name(cells.get("owner_name", ""))
        if not owner or reading.person:
            return
        if reading.household.get("occupancy") in _ELSEWHERE:
            reading.notes.append("owner_elsewhere")
            return
        reading.person = {"name": owner}
        reading.leads = True
        self._facts(cells, reading)

    # -- the door ------------------------------------------------------------------------------------------------

    def _place(self, cells: Mapping[str, Cell], reading: Reading) -> None:
        reading.code = values.plain(cells.get("code", ""))
        parts = {name: values.plain(cells.get(name, "")) for name in _ADDRESS}
        if not (parts["room"] or parts["address"] or reading.code):
            self._carry(parts, reading)
        elif (
            parts["room"] and not parts["building"] and not read_door(parts["room"]) and not parts["address"]
        ):
            estate, building, unit, _ = self._carried.door
            if building:
                parts.update(estate=parts["estate"] or estate, building=building, unit=parts["unit"] or unit)
                reading.notes.append("carried_down")
        self._carried.door = (parts["estate"], parts["building"], parts["unit"], parts["room"])
        self._carried.address, self._carried.code = parts["address"], reading.code
        if not (parts["room"] or parts["address"]):
            if reading.code:
                return
            raise RowRefused("address_missing", self.letter("address"))
        door = _door(parts)
        if door is None:
            raise RowRefused("address_unreadable", self.letter("address"))
        self._find(door, parts, reading)

    def _find(self, door: Door, parts: Mapping[str, str], reading: Reading) -> None:
        estate = parts["estate"] or door.estate
        try:
            reading.unit = self._places.unit_of(
                Door(estate, door.building, door.unit, door.room, door.floor), self._context
            )
        except Unreadable as error:
            raise RowRefused(str(error), self.letter("address")) from error
        reading.room, reading.floor = door.room, door.floor

    def _carry(self, parts: dict[str, str], reading: Reading) -> None:
        """A further person below a household that is named once: carried where the sheet cannot tell merged cells, or
        where the row says whose relative it is."""
        relative = reading.person.get("relation_code") not in (None, "0")
        if not reading.person or not (relative or not self._merges_known):
            return
        parts["estate"], parts["building"], parts["unit"], parts["room"] = self._carried.door
        parts["address"], reading.code = self._carried.address, self._carried.code
        if parts["room"] or parts["address"] or reading.code:
            reading.notes.append("carried_down")

    def _note(self, cells: Mapping[str, Cell], reading: Reading) -> None:
        cell = cells.get("note", "")
        if values.is_identity_cell(cell):
            reading.notes.append("identity_masked")
            return
        text = values.free_text(cell)
        if not text:
            return
        masked = mask_identity_numbers(text)
        if masked != text:
            reading.notes.append("identity_masked")
        reading.household["note"] = masked


def _door(parts: Mapping[str, str]) -> Door | None:
    """The door in a column of its own, else in several; both may be needed together."""
    if parts["address"]:
        whole = read_door(parts["address"])
        if whole and not parts["room"]:
            return whole
        if parts["room"] and not parts["building"]:
            joined = read_door(f"{parts['address']}-{parts['unit']}-{parts['room']}".replace("--", "-"))
            return whole or joined
        if whole:
            return whole
    return door_of_columns(parts["estate"], parts["building"], parts["unit"], parts["room"])


def _is_yes(value: Value) -> bool:
    return value == 1


def _yes(cell: Cell) -> Value:
    return 1 if values.yes(cell) else None


def _text(cell: Cell) -> Value:
    return values.plain(cell) or None


_HOUSEHOLD: Mapping[str, Callable[[Cell], Value]] = MappingProxyType(
    {
        "floor": values.number,
        "member_count": values.number,
        "occupancy": lambda cell: values.code_of(cell, aliases.OCCUPANCY_WORDS),
        "preferred_time": lambda cell: values.code_of(cell, aliases.TIME_WORDS),
        "preferred_channel": lambda cell: values.code_of(cell, aliases.CHANNEL_WORDS),
    }
)
_PERSON: Mapping[str, Callable[[Cell], Value]] = MappingProxyType(
    {
        "salutation": _text,
        "birth_year": values.birth_year,
        "gender": lambda cell: values.code_of(cell, aliases.GENDER_WORDS),
        "relation_code": lambda cell: values.code_of(cell, aliases.RELATION_WORDS, "8"),
        "residence": lambda cell: values.code_of(cell, aliases.RESIDENCE_WORDS),
    }
)
