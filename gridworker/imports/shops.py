"""Shops in a ledger: what a row says of one, which known shop it means, and the op that follows. A shop stands at a
stairwell; a row that names none is said so and never guessed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING

from gridworker.imports import aliases, values
from gridworker.imports.addresses import place_key, read_stairwell
from gridworker.imports.cells import Cell
from gridworker.imports.reading import Reading, RowRefused
from gridworker.imports.record import Record
from gridworker.imports.values import Unreadable
from gridworker.imports.verdicts import Verdict
from gridworker.models.guard import mask_identity_numbers
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, Value
from gridworker.models.place import SHOP

if TYPE_CHECKING:
    from gridworker.imports.plan import Ground
    from gridworker.imports.register import Register
    from gridworker.models.ledger import KnownUnit

NAME = "shop_name"
#: field of the shop → columns of the sheet, the first that is filled in counts.
_TEXTS: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "kind": ("shop_kind",),
        "contact_person": ("shop_contact", "contact_name", "name", "owner_name"),
        "open_hours": ("open_hours",),
        "front": ("front",),
    }
)

#: field of the shop → column of the sheet, where they differ.
SHOP_COLUMNS: Mapping[str, str] = MappingProxyType(
    {"name": NAME, "kind": "shop_kind", "contact_person": "shop_contact", "status": "shop_status"}
)


def read_shop(cells: Mapping[str, Cell], reading: Reading, letter: Callable[[str], str]) -> None:
    """Put what `cells` say of a shop into `reading`. Raises RowRefused with the letter of the column to blame."""
    shop: dict[str, Value] = {"name": values.plain(cells[NAME])}
    for field_name, columns in _TEXTS.items():
        found = (values.plain(cells[column]) for column in columns if column in cells)
        if text := next(filter(None, found), ""):
            shop[field_name] = text
    if number := values.phone(cells.get("phone", ""))[0]:
        shop["phone"] = number
    try:
        status = values.code_of(cells.get("shop_status", ""), aliases.SHOP_STATUS_WORDS)
    except Unreadable as error:
        raise RowRefused(str(error), letter("shop_status")) from error
    if status:
        shop["status"] = status
    note = values.free_text(cells.get("note", ""))
    if note and not values.is_identity_cell(cells["note"]):
        shop["note"] = mask_identity_numbers(note)
        reading.notes += ["identity_masked"] if shop["note"] != note else []
    reading.code = values.plain(cells.get("code", ""))
    reading.shop = shop


def place_shop(parts: Mapping[str, str], reading: Reading, find: Callable[[str, str, str], KnownUnit]) -> str:
    """Find the stairwell a shop stands at; returns why there is none, "" where it was found. An address beyond the
    stairwell is kept as its front."""
    building, unit, estate = parts["building"], parts["unit"], parts["estate"]
    if not building:
        found = read_stairwell(parts["address"] or parts["room"])
        if found is None:
            return "shop_needs_stairwell"
        estate, building, unit = estate or found[0], found[1], unit or found[2]
    try:
        reading.unit = find(estate, building, unit)
    except Unreadable as error:
        return "shop_needs_stairwell" if str(error) == "address_ambiguous" and not unit else str(error)
    front = parts["address"] or parts["room"]
    if front and "front" not in reading.shop:
        reading.shop["front"] = front
    return ""


class Shops:
    """The shops that are known and those of the file, by code and by stairwell and name."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._by_code: dict[str, Record] = {}
        self._by_name: dict[tuple[Value, str], Record] = {}
        self._named: dict[str, list[Record]] = {}
        self.touched: dict[bytes, Record] = {}
        for known in register.ledger.shops:
            self._add(Record(known.id, known.values))

    def _add(self, record: Record) -> None:
        name = str(record.value("name"))
        self._by_name.setdefault((record.value("unit_id"), name), record)
        self._named.setdefault(name, []).append(record)
        if code := record.value("code"):
            self._by_code.setdefault(str(code), record)

    def _known(self, reading: Reading) -> Record | None:
        """The shop a row means, None for a new one. Raises RowRefused."""
        name = str(reading.shop["name"])
        coded = self._by_code.get(reading.code) if reading.code else None
        if reading.unit is None:
            named = self._named.get(name, [])
            if coded or len(named) == 1:
                return coded or named[0]
            raise RowRefused(reading.unplaced, "address")
        here = self._by_name.get((reading.unit.id, name))
        if coded is not None and coded.value("unit_id") != reading.unit.id:
            raise RowRefused("code_moved" if coded.known else "code_twice", "code")
        return coded or here

    def take(self, reading: Reading, ground: Ground | None) -> tuple[Verdict, str, str]:
        """The verdict of a row, its reason and the stairwell it is about; the row's values are kept."""
        record = self._known(reading)
        fresh = record is None
        record = record or Record(new_id(), None, {"unit_id": reading.unit.id if reading.unit else None})
        unit = self._register.units.get(record.value("unit_id"))  # type: ignore[arg-type]
        if unit is None:
            raise RowRefused("address_unknown", "address")
        if not unit.allowed:
            raise RowRefused("not_allowed")
        at = f"{place_key(unit.building)}-{place_key(unit.unit)}"
        if record.listed:
            return Verdict.DUPLICATE, "twice_in_file", at
        wanted = dict(reading.shop)
        if reading.code and not record.value("code"):
            wanted["code"] = reading.code
        if fresh:
            wanted.setdefault("status", "open")
        self._ground(record, wanted, ground, reading)
        changed, _ = record.differences(wanted)
        self._register.check(SHOP, changed)
        record.given.update(changed)
        record.listed = True
        self.touched.setdefault(record.id, record)
        if fresh:
            self._add(record)
        return Verdict.NEW if fresh else Verdict.UPDATE if changed else Verdict.UNCHANGED, "", at

    def _ground(
        self, record: Record, wanted: dict[str, Value], ground: Ground | None, reading: Reading
    ) -> None:
        """A shop's phone is kept on a ground, as a resident's is; without one it is left out."""
        if wanted.get("phone") in (None, record.value("phone")):
            return
        if ground is not None:
            wanted["basis_kind"], wanted["basis_on"] = ground.kind, self._register.rules.today
        elif not record.value("basis_kind"):
            del wanted["phone"]
            reading.notes.append("basis_missing")

    def drafts(self) -> list[Draft]:
        """One op for each shop that is new or changed, in the order of the file."""
        made = (record.draft(SHOP.name) for record in self.touched.values())
        return [draft for draft in made if draft is not None]
