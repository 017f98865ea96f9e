"""Finds what a sheet's columns are: the header of one to three rows among titles and notes, each column's field, and
the columns that may not be read at all. Returns it for a person to correct; remembers nothing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property

from gridworker.imports import aliases
from gridworker.imports.cells import Cell
from gridworker.imports.choices import SheetChoice, header_key
from gridworker.imports.sheets import Sheet, SheetRow
from gridworker.imports.values import LEAST_IDENTITY, SHORTEST_IDENTITY, is_identity_cell, written
from gridworker.models.guard import mask_identity_numbers
from gridworker.models.must_not import forbidden_in_name

_LOOKED_AT = 40
_HEADER_ROWS = 3
#: Rows whose columns are looked through together: few enough to lie at hand.
_AT_ONCE = 500
_LEAST_FIELDS = 2
_MAX_HEADER = 60
SHOP_NAME = "shop_name"
AS_FOUND = SheetChoice()
#: Any of these tells a row from the next; a header without them is of another kind of list.
DEMAND_TEXT = "demand_text"
_TELLING = frozenset({"name", "contact_name", "address", "room", "code", SHOP_NAME, DEMAND_TEXT})
#: Columns that mean something only where a column names the shop.
_OF_SHOPS = frozenset({"shop_kind", "shop_contact", "open_hours", "shop_status", "front"})
#: And these only where a column says what was asked for.
_OF_DEMANDS = frozenset(aliases.DEMAND_HEADERS)
#: Fields of which one column may follow another: parts of an address, remarks.
IDENTITY, MUST_NOT = "identity_number", "must_not"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: exactly one of `field`, `refused` and `ignored` is set. `why` says why it is not read."""

    index: int
    header: str
    field: str = ""
    refused: bool = False
    why: str = ""

    @property
    def letter(self) -> str:
        return letter_of(self.index)


@dataclass(frozen=True)
class Layout:
    """`header` are the row numbers of the header, empty where none was found; `trouble` says why the sheet cannot be
    read: `no_header`, `hidden_sheet`, `left_out`. `context` is what stands above the header,
    `watched` the columns in which a cell may be an identity number or a formula that failed."""

    sheet: str
    header: tuple[int, ...]
    columns: tuple[Column, ...]
    trouble: str = ""
    context: str = ""
    watched: frozenset[int] = frozenset()

    @cached_property
    def fields(self) -> Mapping[str, int]:
        return {column.field: column.index for column in self.columns if column.field}


def letter_of(index: int) -> str:
    """0 → A, 26 → AA."""
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def index_of(letter: str) -> int:
    """A → 0. Raises ValueError for what is no column's letter."""
    if not re.fullmatch(r"[A-Za-z]{1,3}", letter):
        raise ValueError(letter)
    index = 0
    for sign in letter.upper():
        index = index * 26 + ord(sign) - 64
    return index - 1


@cache
def _fields_by_alias() -> Mapping[str, str]:
    every = (*aliases.DEMAND_HEADERS.items(), *aliases.HEADERS.items())
    return {header_key(alias): field for field, names in every for alias in names}


def meaning_of(header: str) -> str:
    """`field:<name>`, `refused:<reason>`, `ignored:<reason>` or "" for a header nobody knows."""
    key = header_key(header)
    short = re.sub(r"\(.*?\)|\[.*?\]|【.*?】", "", key) or key
    if aliases.IDENTITY_HEADER.search(key) and "类型" not in key:
        return f"refused:{IDENTITY}"
    if aliases.CREDIT_CODE.search(key):
        return "ignored:licence_code"
    known = _fields_by_alias()
    for name in (key, short, short.rstrip("0123456789一二")):
        if name in known:
            return f"field:{known[name]}"
    if key in aliases.SEQUENCE or short in aliases.SEQUENCE:
        return "ignored:sequence"
    if forbidden_in_name(unicodedata.normalize("NFKC", header).replace("\n", "")):
        return f"refused:{MUST_NOT}"
    return ""


def find_layout(sheet: Sheet, choice: SheetChoice = AS_FOUND) -> Layout:
    """What the columns of `sheet` are, as a person decided or as they were found; a column that may not be read stays
    refused whatever was decided."""
    found = _chosen_header(sheet.rows, choice.header) or _find_header(sheet.rows)
    if found is None:
        trouble = "left_out" if choice.skip else "hidden_sheet" if sheet.hidden else "no_header"
        return Layout(sheet.name, (), (), trouble)
    first, count = found
    header = sheet.rows[first : first + count]
    context = " ".join(written(c) for row in sheet.rows[:first] for c in _distinct(row))
    body = sheet.rows[first + count :]
    watched = _watched(body)
    columns = _columns(header, body, choice.columns, _identity_columns(watched, body))
    fields = {column.field for column in columns if column.field}
    numbers = tuple(row.number for row in header)
    trouble = ""
    if choice.skip:
        trouble = "left_out"
    elif sheet.hidden:
        trouble = "hidden_sheet"
    elif not fields & _TELLING:
        trouble = "no_header"
    return Layout(
        sheet.name, numbers, columns, trouble, mask_identity_numbers(context)[:200], frozenset(watched)
    )


def _chosen_header(rows: Sequence[SheetRow], header: tuple[int, int]) -> tuple[int, int] | None:
    """(place of the first header row, how many) for the row numbers that a person named."""
    first, last = header
    places = [place for place, row in enumerate(rows) if first <= row.number <= last]
    return (places[0], len(places)) if places else None


def _find_header(rows: Sequence[SheetRow]) -> tuple[int, int] | None:
    """(place of the first header row, how many) in `rows`."""
    for place, row in enumerate(rows[:_LOOKED_AT]):
        if _looks_like_header(row) and len(_known(row)) >= _LEAST_FIELDS:
            return _grown(rows, place)
    for place in range(min(len(rows), _LOOKED_AT) - 1):  # parts of the header over two rows, one word in each
        pair = rows[place : place + 2]
        if (
            all(_looks_like_header(row) for row in pair)
            and len(_known(pair[0]) | _known(pair[1])) >= _LEAST_FIELDS
        ):
            return place, 2
    return None


def _grown(rows: Sequence[SheetRow], place: int) -> tuple[int, int]:
    """The header round the row at `place`: rows of groups above it, rows of parts below it."""
    first, end = place, place + 1
    while end < len(rows) and end - first < _HEADER_ROWS and _continues(rows[end], rows[end - 1]):
        end += 1
    while first and end - first < _HEADER_ROWS and _is_group_row(rows[first - 1], rows[first]):
        first -= 1
    return first, end - first


def _distinct(row: SheetRow) -> list[Cell]:
    return list(dict.fromkeys(cell for cell in row.cells if cell != ""))


def _known(row: SheetRow) -> set[str]:
    return {
        meaning for cell in row.cells if isinstance(cell, str) and (meaning := meaning_of(cell[:_MAX_HEADER]))
    }


def _looks_like_header(row: SheetRow) -> bool:
    """Words only, and most of them known: a row of data holds names and numbers."""
    cells = [cell for cell in _distinct(row) if not (isinstance(cell, str) and not cell.strip())]
    words = [cell for cell in cells if isinstance(cell, str) and len(cell) <= _MAX_HEADER]
    known = [word for word in words if meaning_of(word)]
    return bool(known) and len(words) == len(cells) and len(known) * 2 >= len(cells)


def _continues(row: SheetRow, above: SheetRow) -> bool:
    """True for a row whose own cells are all parts of a header; a first person may well be called 户主 in one column,
    never in all."""
    if row.number != above.number + 1:
        return False
    cells = [row.cells[place] for place in row.own]
    return all(isinstance(cell, str) and meaning_of(cell[:_MAX_HEADER]) for cell in cells)


def _is_group_row(row: SheetRow, below: SheetRow) -> bool:
    """True for a row of several short words above the header that each stand over columns of it."""
    cells = _distinct(row)
    return (
        row.number == below.number - 1
        and len(cells) > 1
        and all(
            isinstance(cell, str) and len(cell) <= 12 and not re.search(r"[:：\d]", cell) for cell in cells
        )
    )


def _columns(
    header: Sequence[SheetRow],
    body: Sequence[SheetRow],
    corrected: Mapping[str, str | None],
    numbers: Collection[int],
) -> tuple[Column, ...]:
    width = max(
        max((len(row.cells) for row in header), default=0), max((len(r.cells) for r in body[:50]), default=0)
    )
    width = max(width, max(numbers, default=-1) + 1)
    taken: set[str] = set()
    columns = []
    for index in range(width):
        words = [
            written(row.cells[index]) for row in header if index < len(row.cells) and row.cells[index] != ""
        ]
        words = list(dict.fromkeys(re.sub(r"\s+", " ", word).strip() for word in words))
        column = _column(index, [word for word in words if word], index in numbers, corrected)
        if column.field in taken:
            column = replace(column, field="", why="column_twice")
        taken |= {column.field} - {""}
        if column.header or column.field or column.refused or _is_used(index, body):
            columns.append(column)
    out = frozenset[str]() if SHOP_NAME in taken else _OF_SHOPS
    out |= frozenset[str]() if DEMAND_TEXT in taken else _OF_DEMANDS
    return tuple(replace(c, field="", why="unknown") if c.field in out else c for c in columns)


def _is_used(index: int, body: Sequence[SheetRow]) -> bool:
    """True for a column in which some row of the body holds something of its own."""
    return any(index < len(row.cells) and row.cells[index] != "" and index not in row.filled for row in body)


def _column(
    index: int, words: Sequence[str], holds_numbers: bool, corrected: Mapping[str, str | None]
) -> Column:
    shown = mask_identity_numbers(" / ".join(words))[:_MAX_HEADER]
    meanings = [
        m
        for m in map(meaning_of, [*reversed(words), "".join(words), "".join(word.strip() for word in words)])
        if m
    ]
    refused = next((m for m in meanings if m.startswith("refused:")), "")
    credit = "ignored:licence_code" in meanings
    if holds_numbers and not credit:
        refused = f"refused:{IDENTITY}"
    if refused:
        return Column(index, shown, refused=True, why=refused.removeprefix("refused:"))
    letter = letter_of(index)
    if letter in corrected:
        chosen = corrected[letter]
        return Column(index, shown, field=chosen) if chosen else Column(index, shown, why="left_out")
    meaning = meanings[0] if meanings else ""
    kind, _, name = meaning.partition(":")
    if kind == "field":
        return Column(index, shown, field=name)
    return Column(index, shown, why=name or "unknown")


def _watched(body: Sequence[SheetRow]) -> dict[int, int]:
    """The columns in which some cell may be an identity number or a formula that failed, and how many cells of each
    are such a number."""
    found: dict[int, int] = {}
    for begin in range(0, len(body), _AT_ONCE):
        part = body[begin : begin + _AT_ONCE]
        for index, column in enumerate(zip(*(row.cells for row in part), strict=True)):
            if not _is_harmless(column):
                _watch(index, part, found)
    return found


def _watch(index: int, rows: Sequence[SheetRow], found: dict[int, int]) -> None:
    """Count in `found` what the column at `index` holds in `rows`."""
    for row in rows:
        cell = row.cells[index]
        if cell.__class__ is str:
            if len(cell) < SHORTEST_IDENTITY and "#" not in cell:
                continue
        elif cell.__class__ is float and cell < LEAST_IDENTITY:
            continue
        is_number = is_identity_cell(cell) and index not in row.filled
        found[index] = found.get(index, 0) + int(is_number)


def _is_harmless(column: Sequence[Cell]) -> bool:
    """True, told quickly, for most columns: short texts, or small numbers."""
    kinds = set(map(type, column))
    if kinds == {str}:
        texts: Sequence[str] = column  # type: ignore[assignment]
        return max(map(len, texts)) < SHORTEST_IDENTITY and "#" not in "".join(texts)
    return kinds == {float} and max(column) < LEAST_IDENTITY  # type: ignore[operator]


def _identity_columns(watched: Mapping[int, int], body: Sequence[SheetRow]) -> set[int]:
    """Columns in which most of what is written is an identity number, whatever their header says."""
    return {
        index
        for index, count in watched.items()
        if count and count * 2 > sum(1 for row in body if row.cells[index] != "" and index not in row.filled)
    }
