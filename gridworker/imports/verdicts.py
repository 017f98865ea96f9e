"""What becomes of a row, and which rows are no records at all. A verdict names sheet, row and reason and never repeats
what a cell says beyond the door it is about."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from gridworker.imports import aliases
from gridworker.imports.cells import Cell
from gridworker.imports.layout import Layout
from gridworker.imports.memo import Memo
from gridworker.imports.sheets import SheetRow
from gridworker.imports.values import plain, written
from gridworker.models.op import Value

_FIRST_CELLS, _FEW, _LONG = 4, 3, 20
_SUBTOTAL, _SAMPLE, _NOTE = "subtotal", "sample", "note"


class Verdict(StrEnum):
    NEW = "new"
    UPDATE = "update"
    DIFFERS = "differs"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate?"
    REFUSED = "refused"
    SKIPPED = "skipped"


class FieldSaid(msgspec.Struct, frozen=True, gc=False):
    """A field of a known record for which another profile says something else than is kept here; `taken` says that it
    replaces that."""

    field: str
    here: Value
    there: Value
    taken: bool


class RowVerdict(msgspec.Struct, frozen=True, gc=False):
    """`row` is the sheet's own number; `column` the letter the reason is about, "" for none; `record` the door;
    `notes` are what was left out or masked although the row goes in. A row of another profile has the entity for its
    `sheet`; `who` it is about and what its `fields` say are for the window alone."""

    sheet: str
    row: int
    verdict: Verdict
    reason: str = ""
    column: str = ""
    record: str = ""
    notes: tuple[str, ...] = ()
    who: str = ""
    fields: tuple[FieldSaid, ...] = ()


class RowSorter:
    """Tells records from the other rows below one sheet's header."""

    def __init__(self, layout: Layout, last_header: SheetRow | None) -> None:
        self._fields = tuple(layout.fields.values())
        self._address = layout.fields.get("address")
        cells = last_header.cells if last_header else ()
        self._headers = {place: _flat(written(cell)) for place, cell in enumerate(cells) if cell != ""}
        self._words = frozenset(cell for cell in cells if cell != "")
        self._about: Memo[tuple[str, str]] = Memo(_about)
        self._plain = Memo(plain)

    def reason_to_skip(self, row: SheetRow) -> str:
        """Why `row` is no record: `header`, `subtotal`, `sample`, `note`, `blank`; "" for a record."""
        if not row.filled and self._words.isdisjoint(row.cells) and self._is_plain_record(row.cells):
            return ""
        places: list[int] = []
        same, marks = 0, set()
        about = self._about
        for place, cell in enumerate(row.cells):
            if cell == "" or place in row.filled:
                continue
            if cell.__class__ is str:
                flat, mark = about[cell]
                if not flat:
                    continue
                if mark and len(places) < _FIRST_CELLS and (mark != _NOTE or not places):
                    marks.add(mark)
                if self._headers.get(place) == flat:
                    same += 1
            places.append(place)
        if not places:
            return "blank"
        if same >= 2 or (same and same == len(places)):
            return "header"
        for mark in (_SUBTOTAL, _SAMPLE):
            if mark in marks:
                return mark
        return self._without_record(row, places, noted=_NOTE in marks)

    def _is_plain_record(self, cells: tuple[Cell, ...]) -> bool:
        """True, told quickly, for most records: four cells that mark nothing, one of them a field's."""
        seen = 0
        for cell in cells:
            if cell == "":
                continue
            if cell.__class__ is str:
                flat, mark = self._about[cell]
                if mark or not flat:
                    return False
            seen += 1
            if seen == _FIRST_CELLS:
                break
        return seen == _FIRST_CELLS and any(cells[p] != "" and self._plain.of(cells[p]) for p in self._fields)

    def _without_record(self, row: SheetRow, places: list[int], *, noted: bool) -> str:
        if noted and len(places) <= _FEW:
            return _NOTE
        own = (p for p in self._fields if p < len(row.cells) and row.cells[p] != "" and p not in row.filled)
        if not any(self._plain.of(row.cells[place]) for place in own):
            return "blank" if all(_is_short(written(row.cells[place]).strip()) for place in places) else _NOTE
        first = written(row.cells[places[0]]).strip()
        if len(places) == 1 and len(first) > _LONG and self._address != places[0]:
            return _NOTE
        return ""


def _about(cell: Cell) -> tuple[str, str]:
    """A text without its blanks, and what it marks its row as."""
    text = _flat(written(cell))
    for mark, pattern in ((_SUBTOTAL, aliases.SUBTOTAL), (_SAMPLE, aliases.SAMPLE), (_NOTE, aliases.NOTE)):
        if pattern.match(text):
            return text, mark
    return text, ""


def _is_short(text: str) -> bool:
    return len(text) <= 40


def _flat(text: str) -> str:
    return "".join(text.split())


def reason_above(row: SheetRow, header_begins: int) -> str:
    """What a row above the header is: `title` for one text, `note` for a remark or several."""
    cells = list(dict.fromkeys(cell for cell in row.cells if cell != ""))
    first = _flat(written(cells[0])) if cells else ""
    if len(cells) == 1 and len(first) <= 40 and not aliases.NOTE.match(first) and row.number < header_begins:
        return "title"
    return "note"
