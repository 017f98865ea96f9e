"""One row of a ledger as the values of a household and a resident, or the reason why it cannot be read. Knows what is
written, not what is known already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from types import MappingProxyType

from gridworker.imports import aliases, values
from gridworker.imports.addresses import Door, Places, door_of_columns, read_door
from gridworker.imports.cells import Cell
from gridworker.imports.demands import DEMAND_TEXTS, place_demand, read_demand
from gridworker.imports.layout import DEMAND_TEXT, Layout, letter_of
from gridworker.imports.memo import Memo
from gridworker.imports.reading import Carried, Reading, RowRefused
from gridworker.imports.sheets import SheetRow
from gridworker.imports.shops import NAME, place_shop, read_shop
from gridworker.imports.values import Unreadable
from gridworker.models.guard import holds_identity_number, mask_identity_numbers
from gridworker.models.ledger import KnownUnit
from gridworker.models.op import Value

_ADDRESS = ("estate", "building", "unit", "room", "address")
_WHERE = (*_ADDRESS, "code")
_SINGLE = (*_WHERE, "name", "contact_name", "owner_name", "phone", "note", NAME)
#: The place of a column that the sheet does not have: behind the cells of a row stands a blank one.
_BLANK = -1
_CARRIED = "carried_down"
_ELSEWHERE = frozenset({"rented", "lodging", "vacant", "business"})
#: How many doors are kept in mind while a sheet is read.
_MOST_DOORS = 5000
#: field of the record → column of the sheet, where they differ.
SOURCES: Mapping[str, str] = MappingProxyType(
    {
        "birth_year": "birth",
        "relation_code": "relation",
        "unit_id": "address",
        "visit_opt_out_on": "visit_opt_out",
    }
)


#: The cells of a row, and a blank one behind them.
Cells = tuple[Cell, ...]
#: Field, column, its place, and what reads it.
_FieldReader = tuple[str, str, int, Memo[Value]]


class RowReader:
    """Reads the rows of one sheet in order."""

    def __init__(self, layout: Layout, places: Places, *, merges_known: bool) -> None:
        self._layout, self._places = layout, places
        self._merges_known = merges_known
        self._columns = dict(layout.fields)
        self._at = dict.fromkeys(_SINGLE, _BLANK) | self._columns
        self._watched = tuple(about for about in self._columns.items() if about[1] in layout.watched)
        self._where = itemgetter(*(self._at[name] for name in _WHERE))
        self._listed_alone = self._columns.keys().isdisjoint(("relation", "contact_name"))
        self._plain, self._name = Memo(values.plain), Memo(values.person_name)
        self._household = _readers(_HOUSEHOLD, self._columns)
        self._person_facts = _readers(_PERSON, self._columns)
        self._doors: dict[tuple[str, ...], tuple[Door | None, KnownUnit | None, str]] = {}
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
        cells = (*row.cells, "")
        if DEMAND_TEXT in self._columns:
            return self._demand(cells, row, reading)
        if self._plain.of(cells[self._at[NAME]]):
            return self._shop(cells, row, reading)
        try:
            self._guard(cells)
            self._person(cells, row, reading)
            self._place(cells, reading)
        except RowRefused:
            self._carried.forget()
            raise
        self._take(cells, self._household, reading.household)
        if cells[self._at["note"]] != "":
            self._note(cells, reading)
        if cells[self._at["owner_name"]] != "":
            self._owner(cells, reading)
        if row.hidden:
            reading.notes.append("hidden_row")
        return reading

    def _named(self, cells: Cells) -> dict[str, Cell]:
        """The cells that hold something, by field."""
        return {name: cells[place] for name, place in self._columns.items() if cells[place] != ""}

    def _parts(self, cells: Cells) -> dict[str, str]:
        """The parts of the address as they are written, and the code of the household."""
        return dict(zip(_WHERE, self._plain.each(self._where(cells)), strict=True))

    def _shop(self, cells: Cells, row: SheetRow, reading: Reading) -> Reading:
        """A row about a shop; the household above does not go on below it."""
        self._carried.forget()
        self._guard(cells)
        read_shop(self._named(cells), reading, self.letter)
        reading.unplaced = place_shop(
            self._parts(cells),
            reading,
            lambda estate, building, unit: self._places.unit_of(estate, building, unit, self._context),
        )
        if row.hidden:
            reading.notes.append("hidden_row")
        return reading

    def _demand(self, cells: Cells, row: SheetRow, reading: Reading) -> Reading:
        """A row of a ledger of demands: what was asked for, when, where and by whom."""
        self._guard(cells)
        context = f"{self._layout.context} {self._layout.sheet}"
        read_demand(self._named(cells), reading, self.letter, context)
        parts = self._parts(cells)
        place_demand(
            parts,
            _door(parts),
            reading,
            lambda estate, building, unit: self._places.unit_of(estate, building, unit, self._context),
        )
        if row.hidden:
            reading.notes.append("hidden_row")
        return reading

    def _guard(self, cells: Cells) -> None:
        for name, place in self._watched:
            cell = cells[place]
            if isinstance(cell, str):
                if "#" in cell and values.is_error(cell):
                    raise RowRefused("formula_error", self.letter(name))
                if len(cell) < values.SHORTEST_IDENTITY or name in DEMAND_TEXTS:
                    continue
                if values.is_identity_cell(cell) or holds_identity_number(cell):
                    raise RowRefused("identity_number", self.letter(name))
            elif name not in DEMAND_TEXTS and values.is_identity_cell(cell):
                raise RowRefused("identity_number", self.letter(name))

    def _take(self, cells: Cells, readers: Sequence[_FieldReader], into: dict[str, Value]) -> None:
        """Put what the columns of `readers` say of the record `into` its values."""
        for field_name, column, place, memo in readers:
            cell = cells[place]
            try:
                value = memo[cell] if cell.__class__ is str else memo.of(cell)
            except Unreadable as error:
                raise RowRefused(str(error), self.letter(column)) from error
            if value is not None:
                into[field_name] = value

    # -- people --------------------------------------------------------------------------------------------------

    def _person(self, cells: Cells, row: SheetRow, reading: Reading) -> None:
        at = self._at
        name, contact = self._name.each((cells[at["name"]], cells[at["contact_name"]]))
        if not name and contact and self._columns["contact_name"] not in row.filled:
            name = contact
        if not name:
            if self._plain.of(cells[at["phone"]]) and "owner_name" not in self._columns:
                reading.notes.append("phone_without_person")
            return
        reading.person = {"name": name}
        self._facts(cells, reading)
        head = reading.person.get("relation_code") == "0"
        reading.leads = head or name == contact or self._listed_alone

    def _facts(self, cells: Cells, reading: Reading) -> None:
        self._take(cells, self._person_facts, reading.person)
        written = cells[self._at["phone"]]
        if written != "":
            number, more = values.phone(written)
            if number:
                reading.person["phone"] = number
            if more:
                reading.notes.append("further_phones_left_out")

    def _owner(self, cells: Cells, reading: Reading) -> None:
        """An owner lives here unless the sheet says that others do, or names who does."""
        owner = values.person_name(cells[self._at["owner_name"]])
        if not owner or reading.person:
            return
        if reading.household.get("occupancy") in _ELSEWHERE:
            reading.notes.append("owner_elsewhere")
            return
        reading.person = {"name": owner}
        reading.leads = True
        self._facts(cells, reading)

    # -- the door ------------------------------------------------------------------------------------------------

    def _place(self, cells: Cells, reading: Reading) -> None:
        """The door of the row: read once for the people of one household, who stand below each other."""
        above, said = self._carried, self._where(cells)
        if above.stands is not None and said == above.said and bool not in map(type, said):  # True is 1
            reading.code, reading.unit, reading.room, reading.floor = above.stands
            return
        above.said, above.stands = said, None
        parts = self._parts(cells)
        reading.code = parts.pop("code")
        self._place_parts(parts, reading)
        if reading.unit is not None and _CARRIED not in reading.notes:
            above.stands = reading.code, reading.unit, reading.room, reading.floor

    def _place_parts(self, parts: dict[str, str], reading: Reading) -> None:
        if not (parts["room"] or parts["address"] or reading.code):
            self._carry(parts, reading)
        elif (
            parts["room"] and not parts["building"] and not read_door(parts["room"]) and not parts["address"]
        ):
            estate, building, unit, _ = self._carried.door
            if building:
                parts.update(estate=parts["estate"] or estate, building=building, unit=parts["unit"] or unit)
                reading.notes.append(_CARRIED)
        self._carried.door = (parts["estate"], parts["building"], parts["unit"], parts["room"])
        self._carried.address, self._carried.code = parts["address"], reading.code
        if not (parts["room"] or parts["address"]):
            if reading.code:
                return
            raise RowRefused("address_missing", self.letter("address"))
        written = tuple(parts.values())
        door, found, reason = self._doors.get(written) or self._find(written, parts)
        if reason or door is None:
            raise RowRefused(reason, self.letter("address"))
        reading.unit, reading.room, reading.floor = found, door.room, door.floor

    def _find(
        self, written: tuple[str, ...], parts: Mapping[str, str]
    ) -> tuple[Door | None, KnownUnit | None, str]:
        """The door that `parts` name and its stairwell, or why there is none; kept for the rows that follow."""
        door = _door(parts)
        unit: KnownUnit | None = None
        reason = "address_unreadable"
        if door is not None:
            estate = parts["estate"] or door.estate
            try:
                unit = self._places.unit_of(estate, door.building, door.unit, self._context)
                reason = ""
            except Unreadable as error:
                reason = str(error)
        if len(self._doors) >= _MOST_DOORS:
            self._doors.clear()
        found = self._doors[written] = door, unit, reason
        return found

    def _carry(self, parts: dict[str, str], reading: Reading) -> None:
        """A further person below a household that is named once: carried where the sheet cannot tell merged cells, or
        where the row says whose relative it is."""
        relative = reading.person.get("relation_code") not in (None, "0")
        if not reading.person or not (relative or not self._merges_known):
            return
        parts["estate"], parts["building"], parts["unit"], parts["room"] = self._carried.door
        parts["address"], reading.code = self._carried.address, self._carried.code
        if parts["room"] or parts["address"] or reading.code:
            reading.notes.append(_CARRIED)

    def _note(self, cells: Cells, reading: Reading) -> None:
        cell = cells[self._at["note"]]
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


def _readers(
    fields: Mapping[str, Callable[[Cell], Value]], columns: Mapping[str, int]
) -> tuple[_FieldReader, ...]:
    """A reader for every one of `fields` that the sheet has a column for."""
    sources = ((name, SOURCES.get(name, name), read) for name, read in fields.items())
    return tuple((name, at, columns[at], Memo(read)) for name, at, read in sources if at in columns)


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
        "visit_opt_out": _yes,
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
