"""Ledgers of any length as .xlsx and .csv: rows go in part by part and are packed at once, so that neither all cells
nor a temporary file are ever there. XlsxWriter makes the frame of the workbook; the rows are put into its sheets."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import zipfile
from codecs import BOM_UTF8
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from xml.sax.saxutils import escape

from gridworker.errors import ExportTooLong
from gridworker.exports.document import Align, Cell, Column, ColumnKind, Day, printed
from gridworker.exports.markup import xml_text
from gridworker.exports.sheet import LINE_POINTS, PADDING, text_width
from gridworker.exports.xlsx import DATE, FONTS, TEXT, Styles, number_of, put_text, sheet_name

#: What a spreadsheet's sheet holds, frame and all.
MAX_ROWS = 1_048_576
#: Text that a program could take for a formula when the file is opened, also in full width.
_FORMULA = tuple("=+-@\t\r＝＋－＠")
_EPOCH = dt.date(1899, 12, 30)
_MADE = (1980, 1, 1, 0, 0, 0)
_ROW = re.compile(rb'<row r="(\d+)"[^>]*>(.*?)</row>', re.DOTALL)
_CELL = re.compile(rb'<c r="([A-Z]+)\d+"(?: s="(\d+)")?')
#: Papers as spreadsheets number them; a sheet of more columns could not be read on A4.
A4, A3, _FEW = 9, 8, 16
_MAX_LINES = 27  # a row is at most 409 points high


@dataclass(frozen=True)
class LedgerSheet:
    """One list: its caption, its columns, and a line under the caption that says how it is masked."""

    caption: str
    columns: tuple[Column, ...]
    note: str


@dataclass(frozen=True)
class LedgerHead:
    """What all sheets say: days and node, and the marks of the practice community. `generated_at` as in Document."""

    title: str
    subtitle: str
    language: str
    generated_at: str
    marks: tuple[str, ...] = ()


class LedgerFile(Protocol):
    """A ledger being written. Rows are as wide as their sheet."""

    def add(self, sheet: int, rows: Iterable[Sequence[Cell]]) -> None: ...

    def content(self) -> bytes: ...


class CsvLedger:
    """UTF-8 with a mark that Excel knows it by. Several lists stand under each other, each below its caption."""

    def __init__(self, head: LedgerHead, sheets: Sequence[LedgerSheet]) -> None:
        self._head, self._sheets = head, tuple(sheets)
        # Bytes, not text: Chinese text in memory takes twice as much.
        self._parts = [io.TextIOWrapper(io.BytesIO(), "utf-8", newline="") for _ in sheets]
        self._writers = [csv.writer(part, lineterminator="\r\n") for part in self._parts]
        for number, sheet in enumerate(self._sheets):
            self._open(number, sheet)

    def _open(self, number: int, sheet: LedgerSheet) -> None:
        writer = self._writers[number]
        for mark in self._head.marks:
            writer.writerow([harmless(mark)])
        if len(self._sheets) > 1:
            writer.writerow([harmless(sheet.caption)])
        writer.writerow([harmless(column.title) for column in sheet.columns])

    def add(self, sheet: int, rows: Iterable[Sequence[Cell]]) -> None:
        self._writers[sheet].writerows([_plain(cell) for cell in row] for row in rows)

    def content(self) -> bytes:
        for part in self._parts:
            part.flush()
        return BOM_UTF8 + b"\r\n".join(_bytes_of(part) for part in self._parts)


def _bytes_of(part: io.TextIOWrapper) -> bytes:
    buffer = part.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue()


def harmless(text: str) -> str:
    """`text` with a mark in front where a spreadsheet would take it for a formula."""
    return f"'{text}" if text.lstrip().startswith(_FORMULA) or text.startswith(_FORMULA) else text


def _plain(cell: Cell) -> str | int:
    if cell is None:
        return ""
    if isinstance(cell, int):
        return cell
    return harmless(cell) if isinstance(cell, str) else printed(cell)


class XlsxLedger:
    """One sheet per list, ready to print: title, frozen header that is repeated, text as text."""

    def __init__(self, head: LedgerHead, sheets: Sequence[LedgerSheet]) -> None:
        self._frame = zipfile.ZipFile(io.BytesIO(_frame(head, sheets)))
        self._buffer = io.BytesIO()
        self._book = zipfile.ZipFile(self._buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=3)
        self._sheets = [
            _Sheet(self._frame.read(f"xl/worksheets/sheet{number}.xml"), sheet)
            for number, sheet in enumerate(sheets, 1)
        ]
        self._at = -1
        self._open: Any = None

    def add(self, sheet: int, rows: Iterable[Sequence[Cell]]) -> None:
        """Raises ExportTooLong. Sheets are written in their order: one that was left is closed."""
        self._turn_to(sheet)
        self._open.write(self._sheets[sheet].rows(rows))

    def _turn_to(self, sheet: int) -> None:
        while self._at < sheet:
            self._close()
            self._at += 1
            self._open = self._book.open(_entry(f"xl/worksheets/sheet{self._at + 1}.xml"), "w")
            self._open.write(self._sheets[self._at].before)

    def _close(self) -> None:
        if self._open is not None:
            self._open.write(self._sheets[self._at].after)
            self._open.close()

    def content(self) -> bytes:
        self._turn_to(len(self._sheets) - 1)
        self._close()
        for name in self._frame.namelist():
            if not name.startswith("xl/worksheets/sheet"):
                self._book.writestr(_entry(name), self._frame.read(name))
        self._book.close()
        return self._buffer.getvalue()


def _entry(name: str) -> zipfile.ZipInfo:
    entry = zipfile.ZipInfo(name, _MADE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


class _Sheet:
    """A sheet's XML around its rows. The frame ends with two rows that show the styles: usual ones, and those of text
    that looks like a formula."""

    def __init__(self, frame: bytes, sheet: LedgerSheet) -> None:
        *_, usual, quoted = _ROW.finditer(frame)
        self._row = int(usual[1])
        self.before = re.sub(rb'<dimension ref="[^"]*"/>', b"", frame[: usual.start()])
        self.after = frame[quoted.end() :]
        letters = [found[1].decode() for found in _CELL.finditer(usual[2])]
        styles = [_styles_of(row[2]) for row in (usual, quoted)]
        self._cells = [
            (letter, plain, safe, max(text_width(column.title), column.widest) + PADDING)
            for letter, plain, safe, column in zip(letters, *styles, sheet.columns, strict=True)
        ]
        self._caption = sheet.caption

    def rows(self, rows: Iterable[Sequence[Cell]]) -> bytes:
        made = []
        for values in rows:
            if self._row > MAX_ROWS:
                raise ExportTooLong(caption=self._caption, most=MAX_ROWS)
            made.append(self._written(values))
            self._row += 1
        return "".join(made).encode()

    def _written(self, values: Sequence[Cell]) -> str:
        number, lines, cells = self._row, 1, []
        for value, (letter, style, safe, width) in zip(values, self._cells, strict=True):
            if value is None or value == "":
                cells.append(f'<c r="{letter}{number}" s="{style}"/>')
            elif isinstance(value, str):
                text = xml_text(value)
                # Two bytes for a Chinese character, one for a Latin one: as wide as it is printed.
                lines = max(lines, -(-len(text.encode("gb18030")) // int(width - 1)))
                shown = safe if text.lstrip().startswith(_FORMULA) else style
                cells.append(
                    f'<c r="{letter}{number}" s="{shown}" t="inlineStr"><is><t xml:space="preserve">'
                    f"{escape(text)}</t></is></c>"
                )
            else:
                cells.append(f'<c r="{letter}{number}" s="{style}"><v>{_value(value)}</v></c>')
        height = min(lines, _MAX_LINES) * LINE_POINTS + 3
        return f'<row r="{number}" ht="{height:g}" customHeight="1">{"".join(cells)}</row>'


def _styles_of(row: bytes) -> list[str]:
    return [(found[2] or b"0").decode() for found in _CELL.finditer(row)]


def _value(cell: Cell) -> float:
    if isinstance(cell, Day):
        return (cell.date - _EPOCH).days
    found = number_of(cell)
    return found[0] if found else 0


_FORMATS = {ColumnKind.NUMBER: "#,##0", ColumnKind.PERCENT: "0.0%", ColumnKind.DAY: DATE}


def _frame(head: LedgerHead, sheets: Sequence[LedgerSheet]) -> bytes:
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    made = dt.datetime.fromisoformat(head.generated_at).replace(tzinfo=None)
    book.set_properties({"title": head.title, "created": made})
    styles, names = Styles(book, FONTS.get(head.language, "Arial")), set[str]()
    for sheet in sheets:
        _frame_sheet(book.add_worksheet(sheet_name(sheet.caption, names)), head, sheet, styles)
    book.close()
    return buffer.getvalue()


def _frame_sheet(page: Any, head: LedgerHead, sheet: LedgerSheet, styles: Styles) -> None:
    last = len(sheet.columns) - 1
    above = (
        (sheet.caption, styles.get(bold=True, font_size=14, align="center", num_format=TEXT), 24),
        (head.subtitle, styles.get(align="center", num_format=TEXT), 18),
        *((mark, styles.mark(), 20) for mark in head.marks),
        (sheet.note, styles.get(font_size=9, num_format=TEXT), 16),
    )
    for row, (text, style, points) in enumerate(above):
        page.merge_range(row, 0, row, last, "", style)
        put_text(page, row, 0, text, style)
        page.set_row(row, points)
    header = len(above)
    for place, column in enumerate(sheet.columns):
        page.set_column(place, place, max(text_width(column.title), column.widest) + PADDING)
        put_text(page, header, place, column.title, styles.header())
        kind = _FORMATS.get(column.kind, TEXT)
        page.write_blank(header + 1, place, None, styles.cell(column.side, kind, total=False))
        page.write_blank(header + 2, place, None, styles.cell(Align.LEFT, TEXT, total=False, quote=True))
    page.set_row(header, 22)
    page.freeze_panes(header + 1, 2)
    page.repeat_rows(header)
    page.set_landscape()
    page.set_paper(A3 if len(sheet.columns) > _FEW else A4)
    page.set_margins(left=0.4, right=0.4, top=0.6, bottom=0.7)
    page.fit_to_pages(1, 0)
    page.hide_gridlines(2)
    marks = " ".join(head.marks).replace("&", "&&")[:60]
    page.set_footer(f"&L{marks}&C&P / &N")
