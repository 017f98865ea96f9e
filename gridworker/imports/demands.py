"""Demands in a ledger and the orders of a hotline: what a row says of one, whether it is here already, and the ops that
register it. What has come to its end stays in the ledger it comes from."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

from gridworker.imports import aliases, values
from gridworker.imports.addresses import Door, place_key, read_stairwell
from gridworker.imports.cells import Cell
from gridworker.imports.layout import DEMAND_TEXT
from gridworker.imports.reading import Reading, RowRefused
from gridworker.imports.values import Unreadable
from gridworker.imports.verdicts import Verdict
from gridworker.models.demand import DEMAND
from gridworker.models.entity import Merge
from gridworker.models.guard import mask_identity_numbers
from gridworker.models.ids import new_id
from gridworker.models.limits import due_at
from gridworker.models.machine import EVENT, NOTE
from gridworker.models.op import Draft, OpKind, Value

if TYPE_CHECKING:
    from gridworker.imports.register import Register
    from gridworker.models.ledger import KnownUnit

#: Columns of free text: an identity number in them is masked, in any other the row is refused.
DEMAND_TEXTS = frozenset(("note", DEMAND_TEXT, "demand_title", "handling"))
#: field of the demand → column of the sheet, where they differ.
DEMAND_COLUMNS = {
    "title": "demand_title",
    "content": DEMAND_TEXT,
    "reported_at": "reported_on",
    "due_at": "due",
    "reporter_name": "reporter",
    "reporter_phone": "phone",
    "category": "demand_category",
    "type": "demand_type",
}
_TITLE, _CONTENT, _NOTE, _NUMBER = 30, 2000, 1000, 40
_NOBODY = re.compile(r"匿名|不详|未留名|保密|anonymous", re.I)
_HOTLINE = re.compile(r"12345|热线|工单")
_END_OF_DAY, _MORNING = "17:30", "09:00"
_MOMENT = re.compile(
    r"(\d{4})[-./年](\d{1,2})[-./月](\d{1,2})日?(?:[ T]*(\d{1,2})[:：时点](\d{1,2})?分?(?::\d{1,2})?)?"
)


def moment(cell: Cell, otherwise: str) -> str:
    """A day with or without its time as `YYYY-MM-DD HH:MM`; without one it is `otherwise`. Raises Unreadable."""
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d %H:%M") if cell.time() != dt.time() else f"{cell.date()} {otherwise}"
    if isinstance(cell, dt.date):
        return f"{cell.isoformat()} {otherwise}"
    found = _MOMENT.fullmatch(values.plain(cell))
    try:
        if not found:
            raise ValueError
        on = dt.date(int(found[1]), int(found[2]), int(found[3]))
        at = dt.time(int(found[4]), int(found[5] or 0)).strftime("%H:%M") if found[4] else otherwise
    except ValueError as error:
        raise Unreadable("not_a_day") from error
    return f"{on} {at}"


def read_demand(
    cells: Mapping[str, Cell], reading: Reading, letter: Callable[[str], str], context: str
) -> None:
    """Put what `cells` say of a demand into `reading`. Raises RowRefused with the letter of the column to blame."""

    def read(column: str, how: Callable[[Cell], str | None], default: str) -> str:
        try:
            return (how(cells[column]) if values.plain(cells.get(column, "")) else None) or default
        except Unreadable as error:
            raise RowRefused(str(error), letter(column)) from error

    text = _text(cells, DEMAND_TEXT, reading, _CONTENT)
    if not text:
        raise RowRefused("required", letter(DEMAND_TEXT))
    if values.plain(cells.get("demand_type", "")) in aliases.REPORT_WORDS:
        raise RowRefused("report_elsewhere", letter("demand_type"))
    if values.plain(cells.get("reported_on", "")) == "":
        raise RowRefused("required", letter("reported_on"))
    number = values.plain(cells.get("outside_no", "")) or values.plain(cells.get("code", ""))
    ended = values.plain(cells.get("demand_state", "")).lower() in aliases.ENDED_WORDS
    if ended or values.plain(cells.get("closed_on", "")):
        raise RowRefused("closed_already")
    named = f"{context} {values.plain(cells.get('demand_source', ''))}"
    usual = "hotline_12345" if "outside_no" in cells and _HOTLINE.search(named) else "duty"
    reading.number = number[:_NUMBER]
    reading.area = values.plain(cells.get("area_name", ""))
    reading.handling = _text(cells, "handling", reading, _NOTE)
    reading.demand = {
        "title": _text(cells, "demand_title", reading, _TITLE) or _first_words(text),
        "content": text,
        "type": read(
            "demand_type", lambda cell: values.code_of(cell, aliases.DEMAND_TYPE_WORDS, "help"), "help"
        ),
        "source": read(
            "demand_source", lambda cell: values.code_of(cell, aliases.SOURCE_WORDS, usual), usual
        ),
        "category": values.plain(cells.get("demand_category", "")),
        "reported_at": read("reported_on", lambda cell: moment(cell, _MORNING), ""),
    }
    due = read("due", lambda cell: moment(cell, _END_OF_DAY), "")
    if due:
        reading.demand["due_at"] = due
    _reporter(cells, reading)


def _text(cells: Mapping[str, Cell], column: str, reading: Reading, most: int) -> str:
    """A free text, identity numbers masked; one that is nothing but such a number is left out."""
    cell = cells.get(column, "")
    if values.is_identity_cell(cell):
        reading.notes.append("identity_masked")
        return ""
    text = values.free_text(cell)
    masked = mask_identity_numbers(text)
    if masked != text:
        reading.notes.append("identity_masked")
    if len(masked) > most:
        reading.notes.append("text_cut")
    return masked[:most]


def _first_words(text: str) -> str:
    return re.split(r"[。；;！!？?\n]", text, maxsplit=1)[0].strip()[:_TITLE] or text[:_TITLE]


def _reporter(cells: Mapping[str, Cell], reading: Reading) -> None:
    columns = ("reporter", "name", "contact_name")
    name = next(filter(None, (values.person_name(cells.get(column, "")) for column in columns)), "")
    if not name or _NOBODY.search(name):
        reading.demand["reporter"] = "anonymous"
        return
    reading.demand.update(reporter="outside", reporter_name=name)
    number, more = values.phone(cells.get("phone", ""))
    if "*" in number or "＊" in number:
        reading.notes.append("phone_masked")
    elif number:
        reading.demand["reporter_phone"] = number
    if more:
        reading.notes.append("further_phones_left_out")


def place_demand(
    parts: Mapping[str, str],
    door: Door | None,
    reading: Reading,
    find: Callable[[str, str, str], KnownUnit],
) -> None:
    """Find the door or stairwell a row names. What leads to neither stays in the words of the demand."""
    named = (door.estate, door.building, door.unit) if door else None
    if named is None and parts["building"]:
        named = (parts["estate"], parts["building"], parts["unit"])
    named = named or read_stairwell(parts["address"])
    if named is not None:
        try:
            reading.unit = find(parts["estate"] or named[0], named[1], named[2])
            reading.room = door.room if door else ""
        except Unreadable:
            reading.unit = None
    where = parts["address"] or "".join(
        filter(None, (parts[n] for n in ("estate", "building", "unit", "room")))
    )
    if reading.unit is None and where:
        reading.demand["content"] = f"{reading.demand['content']!s}（地点：{where}）"[:_CONTENT]
        reading.notes.append("place_in_words")


class Demands:
    """The demands that are known and those of the file, by number and by what was asked for when."""

    def __init__(self, register: Register) -> None:
        self._register = register
        known = register.ledger.demands
        self._numbers = {number for one in known for number in (one.no, one.outside_no) if number}
        self._said = {(one.reported_at, one.title) for one in known}
        self._listed: set[str] = set()
        self._made: list[tuple[Draft, ...]] = []

    def take(self, reading: Reading) -> tuple[Verdict, str, str]:
        """The verdict of a row, its reason and where it is about; a new demand is kept. Raises RowRefused."""
        wanted = dict(reading.demand)
        place, at = self._place(reading)
        said = (str(wanted["reported_at"]), str(wanted["title"]))
        known = reading.number in self._numbers if reading.number else said in self._said
        if known or reading.number in self._listed:
            return (
                Verdict.DUPLICATE,
                "twice_in_file" if reading.number in self._listed else "known_demand",
                at,
            )
        today = self._register.rules.today
        if said[0][:10] > today:
            raise RowRefused("in_future", "reported_on")
        if str(wanted.get("due_at") or "9999") < said[0]:
            raise RowRefused("due_before", "due")
        self._of_whom(wanted, place)
        wanted["category"] = self._category(str(wanted["category"]), reading)
        wanted |= {**place, **self._limit(wanted), "wants_reply": 1, "urgency": "normal"}
        if reading.number:
            wanted["outside_no"] = reading.number
            self._listed.add(reading.number)
        else:
            self._said.add(said)
        typed = {name: value for name, value in wanted.items() if DEMAND.field(name).merge is not Merge.STATE}
        self._register.check(DEMAND, typed)
        self._keep(wanted, reading.handling)
        return Verdict.NEW, "", at

    def _place(self, reading: Reading) -> tuple[dict[str, Value], str]:
        """The field that says where it is, and how that is written. Raises RowRefused outside the own areas."""
        register, unit = self._register, reading.unit
        if unit is not None:
            if not unit.allowed:
                raise RowRefused("not_allowed", "address")
            at = f"{place_key(unit.building)}-{place_key(unit.unit)}"
            home = register.household_at(unit.id, reading.room) if reading.room else None
            if home is not None:
                return {"household_id": home.id}, f"{at}-{reading.room}"
            return {"unit_id": unit.id}, at
        areas = register.ledger.areas
        named = [area for area in areas if reading.area and reading.area in (area.name, area.code)]
        if not named:
            reading.notes += ["area_unknown"] if reading.area else []
            named = [area for area in areas if area.allowed][:1]
        if not named or not named[0].allowed:
            raise RowRefused("not_allowed", "area_name")
        return {"area_unit_id": named[0].id}, named[0].name

    def _of_whom(self, wanted: dict[str, Value], place: Mapping[str, Value]) -> None:
        """Who is registered at that door is named by the record, not written down a second time."""
        home = place.get("household_id")
        if not isinstance(home, bytes) or not wanted.get("reporter_name"):
            return
        same = [p for p in self._register.people(home) if p.value("name") == wanted["reporter_name"]]
        if len(same) == 1 and same[0].known is not None:
            del wanted["reporter_name"]
            wanted.pop("reporter_phone", None)
            wanted.update(reporter="resident", reporter_resident_id=same[0].id)

    def _category(self, word: str, reading: Reading) -> str:
        ledger = self._register.ledger
        found = ledger.categories.get(word) or aliases.CATEGORY_WORDS.get(word.lower())
        if found is None and word:
            reading.notes.append("category_other")
        return found or "other"

    def _limit(self, wanted: Mapping[str, Value]) -> dict[str, Value]:
        begins = str(wanted["reported_at"])
        if wanted.get("due_at"):
            return {"limit_from": begins}
        limit = self._register.ledger.limits["normal"]
        due = due_at(begins, limit, self._register.ledger.calendar)
        return {"due_at": due, "limit_from": begins, "limit_number": limit.number, "limit_unit": limit.unit}

    def _keep(self, wanted: Mapping[str, Value], handling: str) -> None:
        record = new_id()
        made = [Draft(DEMAND.name, record, OpKind.CREATE, dict(wanted))]
        if handling:
            said: dict[str, Value] = {EVENT: "note", NOTE: handling}
            made.append(Draft(DEMAND.name, record, OpKind.EVENT, said, {"state": "registered"}))
        self._made.append(tuple(made))

    def groups(self) -> Sequence[tuple[Draft, ...]]:
        """The ops of each new demand, in the order of the file."""
        return self._made
