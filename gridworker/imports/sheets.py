"""Reads .xlsx, .xls, .ods and text tables into plain rows that keep the sheet's own numbers. The kind of file is told
by its content; the only module that knows python-calamine. It decides nothing about what the rows mean."""

from __future__ import annotations

import csv
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from gridworker.errors import ImportRefused
from gridworker.imports import hidden_rows
from gridworker.imports.cells import Cell
from gridworker.imports.delimited import decoded, table_of
from gridworker.models.collector import collector_at_rest

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

Hidden = hidden_rows.Hidden
MAX_BYTES = 64_000_000
MAX_UNPACKED = 800_000_000
MAX_ROWS = 200_000
_WIDEST = 255
_ZIP, _EMPTY_ZIP, _OLE = b"PK\x03\x04", b"PK\x05\x06", bytes.fromhex("d0cf11e0a1b11ae1")
#: The record FILEPASS right behind the beginning of a .xls workbook (and what may stand between).
_LOCKED_XLS = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00.\x00", re.S)
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|meta|table|body|style|\?xml|!--)|MIME-Version:", re.I
)


class SheetRow(msgspec.Struct, frozen=True, gc=False):
    """One row. `number` is what the sheet shows beside it, from 1. `cells` have merged ones filled in, `filled` are the
    columns that only show what a merged cell above or beside them says. The garbage collector passes rows by: there
    are many of them, and none is part of a ring."""

    number: int
    cells: tuple[Cell, ...]
    filled: frozenset[int] = frozenset()
    hidden: bool = False

    @property
    def own(self) -> list[int]:
        """The columns that hold something of this row itself, from left to right."""
        return [place for place, cell in enumerate(self.cells) if cell != "" and place not in self.filled]


@dataclass(frozen=True, slots=True)
class Sheet:
    """`merges_known` is False where the format does not tell (.ods, text)."""

    name: str
    rows: tuple[SheetRow, ...]
    hidden: bool = False
    merges_known: bool = True


@dataclass(frozen=True, slots=True)
class Book:
    """`kind`: `xlsx`, `xls`, `ods` or `csv`, by content."""

    kind: str
    sheets: tuple[Sheet, ...]


def read_book(name: str, content: bytes) -> Book:
    """Everything in the file `name`. Raises ImportRefused: `file_empty`, `file_too_large`, `file_html`,
    `file_encrypted`, `file_damaged`, `file_unknown`."""
    if not content.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise ImportRefused(file=name, reason="file_empty")
    if len(content) > MAX_BYTES:
        raise ImportRefused(file=name, reason="file_too_large")
    if content.startswith((_ZIP, _EMPTY_ZIP)):
        return _workbook(name, content, *_kind_of_zip(name, content))
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content or _LOCKED_XLS.search(content):
            raise ImportRefused(file=name, reason="file_encrypted")
        return _workbook(name, content, "xls", hidden_rows.in_xls(content))
    if _MARKUP.match(content[:400]):
        raise ImportRefused(file=name, reason="file_html")
    return _text_table(name, content)


def _kind_of_zip(name: str, content: bytes) -> tuple[str, Hidden]:
    """The kind of a packed workbook and the rows it hides. Every part is read once: a damaged one is noticed."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
            size = sum(part.file_size for part in parts.infolist())
            manifest = parts.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
            mimetype = parts.read("mimetype") if "mimetype" in names else b""
            hidden = hidden_rows.in_zip(parts) if size <= MAX_UNPACKED else ()
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise ImportRefused(file=name, reason="file_damaged") from error
    if size > MAX_UNPACKED:
        raise ImportRefused(file=name, reason="file_too_large")
    if b"encryption-data" in manifest:
        raise ImportRefused(file=name, reason="file_encrypted")
    if b"opendocument.spreadsheet" in mimetype + manifest:
        return "ods", hidden
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "xlsx", hidden
    raise ImportRefused(file=name, reason="file_unknown")


def _workbook(name: str, content: bytes, kind: str, hidden_by_sheet: Hidden) -> Book:
    from python_calamine import (
        CalamineError,
        CalamineWorkbook,
        PasswordError,
        SheetTypeEnum,
        SheetVisibleEnum,
    )

    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            sheets = []
            for place, about in enumerate(book.sheets_metadata):
                if about.typ is not SheetTypeEnum.WorkSheet:
                    continue
                sheet = book.get_sheet_by_name(about.name)
                if sheet.total_height > MAX_ROWS:
                    raise ImportRefused(file=name, reason="file_too_large")
                merged = sheet.merged_cell_ranges if kind != "ods" else None
                lost = hidden_by_sheet[place] if place < len(hidden_by_sheet) else frozenset()
                rows = _rows(_table(sheet), merged or (), lost)
                hidden = about.visible is not SheetVisibleEnum.Visible
                sheets.append(Sheet(about.name, rows, hidden, merged is not None))
    except PasswordError as error:
        raise ImportRefused(file=name, reason="file_encrypted") from error
    except (CalamineError, OSError, ValueError) as error:
        raise ImportRefused(file=name, reason="file_damaged") from error
    return _with_content(name, Book(kind, tuple(sheets)))


def _text_table(name: str, content: bytes) -> Book:
    text = decoded(content)
    if text is None or content.startswith((b"%PDF", b"{\\rtf")):
        raise ImportRefused(file=name, reason="file_unknown")
    try:
        table = table_of(text)
    except csv.Error as error:
        raise ImportRefused(file=name, reason="file_damaged") from error
    if len(table) > MAX_ROWS:
        raise ImportRefused(file=name, reason="file_too_large")
    sheet = Sheet(re.sub(r"\.\w{1,4}$", "", name)[:60], _rows(table, ()), merges_known=False)
    return _with_content(name, Book("csv", (sheet,)))


def _with_content(name: str, book: Book) -> Book:
    if not any(sheet.rows for sheet in book.sheets):
        raise ImportRefused(file=name, reason="file_empty")
    return book


def _table(sheet: CalamineSheet) -> list[list[Cell]]:
    """Every row of the sheet from its first: one by one, so that the window's thread gets its turn between them."""
    if not sheet.start:
        return []
    before: list[Cell] = [""] * sheet.start[1]
    with collector_at_rest():
        return [before + row for row in sheet.iter_rows()]


def _rows(
    table: Sequence[list[Cell]],
    merged: Sequence[tuple[tuple[int, int], tuple[int, int]]],
    hidden: frozenset[int] = frozenset(),
) -> tuple[SheetRow, ...]:
    """The rows that hold something of their own, each with its own number and all of one width."""
    shown = [number for number, row in enumerate(table, 1) if any(cell != "" for cell in row)]
    filled = _fill_merged(table, merged)
    width = max((len(table[number - 1]) for number in shown), default=0)
    none: frozenset[int] = frozenset()
    found = []
    for number in shown:
        row = table[number - 1]
        if len(row) < width:
            row = [*row, *[""] * (width - len(row))]
        found.append(SheetRow(number, tuple(row), filled.get(number, none), number in hidden))
    return tuple(found)


def _fill_merged(
    table: Sequence[list[Cell]], merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]
) -> dict[int, frozenset[int]]:
    """Write what a merged cell says into every cell it covers; the columns filled so by row number."""
    filled: dict[int, set[int]] = {}
    for (top, left), (bottom, right) in merged:
        if top >= len(table) or left >= len(table[top]) or table[top][left] == "":
            continue
        value = table[top][left]
        for number, row in enumerate(table[top : bottom + 1], top + 1):
            row.extend([""] * (min(right, _WIDEST) + 1 - len(row)))
            for column in range(left, min(right, _WIDEST) + 1):
                if row[column] == "":
                    row[column] = value
                    filled.setdefault(number, set()).add(column)
    return {number: frozenset(columns) for number, columns in filled.items()}
