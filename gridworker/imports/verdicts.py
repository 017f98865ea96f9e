"""What becomes of a row, and which rows are no records at all. A verdict names sheet, row and reason and never repeats
what a cell says beyond the door it is about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from gridworker.imports import aliases
from gridworker.imports.layout import Layout
from gridworker.imports.sheets import SheetRow
from gridworker.imports.values import plain, written

_FIRST_CELLS = 4


class Verdict(StrEnum):
    NEW = "new"
    UPDATE = "update"
    UNCHANGED = "unchanged"
    DUPLICATE = "duplicate?"
    REFUSED = "refused"
    SKIPPED = "skipped"


@dataclass(frozen=True, slots=True)
class RowVerdict:
    """`row` is the sheet's own number; `column` the letter the reason is about, "" for none; `record` the door;
    `notes` are what was left out or masked although the row goes in."""

    sheet: str
    row: int
    verdict: Verdict
    reason: str = ""
    column: str = ""
    record: str = ""
    notes: tuple[str, ...] = ()


def reason_to_skip(row: SheetRow, layout: Layout, headers: Mapping[int, str]) -> str:
    """Why `row` below the header is no record: `header`, `subtotal`, `sample`, `note`, `blank`; "" for a record.
    `headers` are the words of the last header row by column."""
    texts = {place: written(row.cells[place]).strip() for place in sorted(row.own)}
    texts = {place: text for place, text in texts.items() if text}
    if not texts:
        return "blank"
    same = sum(1 for place, text in texts.items() if place in headers and _flat(text) == headers[place])
    if same >= 2 or (same and same == len(texts)):
        return "header"
    first = list(texts.values())[:_FIRST_CELLS]
    if any(aliases.SUBTOTAL.match(_flat(text)) for text in first):
        return "subtotal"
    if any(aliases.SAMPLE.match(_flat(text)) for text in first):
        return "sample"
    if len(texts) <= 3 and aliases.NOTE.match(_flat(first[0])):
        return "note"
    if not any(place in texts and plain(row.cells[place]) for place in layout.fields.values()):
        return "blank" if all(_is_short(text) for text in texts.values()) else "note"
    if len(texts) == 1 and len(first[0]) > 20 and layout.fields.get("address") not in texts:
        return "note"
    return ""


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
