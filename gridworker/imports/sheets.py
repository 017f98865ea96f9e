"""Reads .xlsx, .xls, .ods and text tables into plain rows that keep the sheet's own numbers. The kind of file is told
by its content; the only module that knows python-calamine. It decides nothing about what the rows mean."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass

from gridworker.errors import ImportRefused
from gridworker.imports.delimited import decoded, table_of

Cell = str | int | float | bool | dt.date | dt.datetime | dt.time | dt.timedelta
MAX_BYTES = 64_000_000
MAX_UNPACKED = 800_000_000
MAX_ROWS = 200_000
_ZIP, _EMPTY_ZIP, _OLE = b"PK\x03\x04", b"PK\x05\x06", bytes.fromhex("d0cf11e0a1b11ae1")
#: The record FILEPASS right behind the beginning of a .xls workbook (and what may stand between).
_LOCKED_XLS = re.compile(rb"\x09\x08\x10\x00\x00\x06\x05\x00.{12}(?:\x86\x00\x00\x00)?\x2f\x00.\x00", re.S)
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|head|meta|table|body|style|\?xml|!--)|MIME-Version:", re.I
)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row. `number` is what the sheet shows beside it, from 1. `cells` have merged ones filled in, `own` says
    which columns hold something of this row itself."""

    number: int
    cells: tuple[Cell, ...]
    own: frozenset[int]

    @property
    def empty(self) -> bool:
        return not self.own

    def carried(self, column: int) -> bool:
        """True for a cell that only shows what a merged cell above or beside it says."""
        return column not in self.own and column < len(self.cells) and self.cells[column] != ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """`merges_known` is False where the format does not tell (.ods, text). Hidden rows are told by no format here,
    and are read like every other row; hidden sheets are known."""

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
        return _workbook(name, content, _kind_of_zip(name, content))
    if content.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in content or _LOCKED_XLS.search(content):
            raise ImportRefused(file=name, reason="file_encrypted")
        return _workbook(name, content, "xls")
    if _MARKUP.match(content[:400]):
        raise ImportRefused(file=name, reason="file_html")
    return _text_table(name, content)


def _kind_of_zip(name: str, content: bytes) -> str:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as parts:
            names = set(parts.namelist())
            size = sum(part.file_size for part in parts.infolist())
            manifest = parts.read("META-INF/manifest.xml") if "META-INF/manifest.xml" in names else b""
            mimetype = parts.read("mimetype") if "mimetype" in names else b""
            damaged = parts.testzip() if size <= MAX_UNPACKED else None
    except (zipfile.BadZipFile, zlib.error, OSError, EOFError, RuntimeError, ValueError) as error:
        raise ImportRefused(file=name, reason="file_damaged") from error
    if size > MAX_UNPACKED:
        raise ImportRefused(file=name, reason="file_too_large")
    if damaged:
        raise ImportRefused(file=name, reason="file_damaged")
    if b"encryption-data" in manifest:
        raise ImportRefused(file=name, reason="file_encrypted")
    if b"opendocument.spreadsheet" in mimetype + manifest:
        return "ods"
    if "xl/workbook.xml" in names or "xl/workbook.bin" in names:
        return "xlsx"
    raise ImportRefused(file=name, reason="file_unknown")


def _workbook(name: str, content: bytes, kind: str) -> Book:
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
            for about in book.sheets_metadata:
                if about.typ is not SheetTypeEnum.WorkSheet:
                    continue
                sheet = book.get_sheet_by_name(about.name)
                if sheet.total_height > MAX_ROWS:
                    raise ImportRefused(file=name, reason="file_too_large")
                merged = sheet.merged_cell_ranges if kind != "ods" else None
                table: Sequence[Sequence[Cell]] = sheet.to_python(skip_empty_area=False)
                hidden = about.visible is not SheetVisibleEnum.Visible
                sheets.append(Sheet(about.name, _rows(table, merged or ()), hidden, merged is not None))
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


def _rows(
    table: Sequence[Sequence[Cell]], merged: Sequence[tuple[tuple[int, int], tuple[int, int]]]
) -> tuple[SheetRow, ...]:
    """The rows that hold something of their own or show a merged cell, each with its own number."""
    cells = [list(row) for row in table]
    own = [frozenset(place for place, cell in enumerate(row) if cell != "") for row in cells]
    for (top, left), (bottom, right) in merged:
        if top >= len(cells) or left >= len(cells[top]) or cells[top][left] == "":
            continue
        value = cells[top][left]
        for row in cells[top : bottom + 1]:
            row.extend([""] * (min(right, 255) + 1 - len(row)))
            for column in range(left, min(right, 255) + 1):
                if row[column] == "":
                    row[column] = value
    return tuple(
        SheetRow(place + 1, tuple(row), mine)
        for place, (row, mine) in enumerate(zip(cells, own, strict=True))
        if mine
    )
