"""Renders a neutral document as an .xlsx workbook: a summary sheet and one sheet per table, ready to print.
Text is always written as text, so that nothing a resident said can become a formula or a link."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gridworker.exports.document import (
    NOTHING,
    Align,
    Cell,
    Chart,
    ChartKind,
    ColumnKind,
    Day,
    Document,
    Heading,
    Measure,
    Paragraph,
    Points,
    Ratio,
    Signed,
    Table,
    Voice,
    printed,
    rounded,
)
from gridworker.exports.page_setup import USUAL, Paper
from gridworker.exports.sheet import PAGE_CHARACTERS, column_widths, lines_needed, row_points, text_width
from gridworker.exports.target import finished
from gridworker.exports.xlsx_charts import add_charts

COUNT, SHARE, DATE, TEXT, MEASURE = "#,##0", "0.0%", "yyyy-mm-dd", "@", "#,##0.0"
CHANGE, POINTS = '+#,##0;"−"#,##0;0', '+0.0;"−"0.0;0.0'
#: The numbers spreadsheets have for papers.
_PAPERS = {Paper.A4: 9, Paper.A5: 11, Paper.A6: 70}
#: A slip is as narrow as its paper; every other sheet lies.
_UPRIGHT = Paper.A6
#: So many rows fit on a lying sheet; a longer table that is no wider than this share of one stands upright.
_LYING_ROWS, _UPRIGHT_SHARE = 25, 0.7
MAX_TEXT = 32_767  # what one cell of the format holds
SMALLER = 10.5 / 9  # how many more characters of a note fit
EDGE = "#8A8A84"
FONTS = {"zh_CN": "宋体", "en": "Arial"}
_NOT_IN_SHEET_NAMES = re.compile(r"[\[\]:*?/\\\x00-\x1f]")


def write_xlsx(document: Document, target: Path) -> None:
    """Write `document` to `target`, whole or not at all. Equal documents give equal bytes.

    Raises DiskFull, FolderReadOnly, TargetNotWritable."""
    content = xlsx_bytes(document)
    with finished(target, readable) as part:
        part.write_bytes(content)


def xlsx_bytes(document: Document) -> bytes:
    """The workbook's bytes. Nothing is written to disk, also not to a temporary folder."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
        },
    )
    # No person's name goes into the properties; the fixed time keeps equal input equal.
    book.set_properties({"title": document.title, "created": document.moment})
    styles = Styles(book, FONTS.get(document.language, "Arial"))
    names: set[str] = set()
    _write_summary(book.add_worksheet(sheet_name(document.summary_name, names)), document, styles)
    for table in document.tables:
        sheet = book.add_worksheet(sheet_name(table.caption, names))
        charts = [chart for chart in document.charts if chart.table == table]
        first, last = _write_table(sheet, table, document, styles, charts)
        area = add_charts(book, sheet, charts, first, last, column_widths(table), styles.font)
        sheet.print_area(0, 0, *area)
    book.close()
    return buffer.getvalue()


def readable(path: Path) -> bool:
    """True if `path` opens as a workbook whose every part passes its checksum."""
    try:
        with zipfile.ZipFile(path) as book:
            return book.testzip() is None and "xl/workbook.xml" in book.namelist()
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError):
        return False


def sheet_name(wanted: str, taken: set[str]) -> str:
    """A name spreadsheets accept (31 characters, no `[]:*?/\\`), unlike all `taken` ones; adds itself to them."""
    clean = _NOT_IN_SHEET_NAMES.sub(" ", wanted.replace("\u3000", " ")).strip().strip("'")[:31].strip() or "1"
    name, number = clean, 1
    while name.lower() in taken:
        number += 1
        ending = f" {number}"
        name = clean[: 31 - len(ending)] + ending
    taken.add(name.lower())
    return name


@dataclass
class Styles:
    """Cell formats of one workbook, each made once."""

    book: Any
    font: str

    def __post_init__(self) -> None:
        self._made: dict[tuple[tuple[str, object], ...], Any] = {}

    def get(self, **wanted: object) -> Any:
        key = tuple(sorted(wanted.items()))
        if key not in self._made:
            base = {"font_name": self.font, "font_size": 10.5, "valign": "vcenter"}
            self._made[key] = self.book.add_format({**base, **wanted})
        return self._made[key]

    def mark(self) -> Any:
        return self.get(
            bold=True, align="center", font_color="#8A1F11", bg_color="#FBEFD5", border=1, num_format=TEXT
        )

    def header(self) -> Any:
        return self.get(
            bold=True,
            align="center",
            text_wrap=True,
            bg_color="#ECECE7",
            border=1,
            border_color=EDGE,
            num_format=TEXT,
        )

    def prose(self, voice: Voice) -> Any:
        size = 9 if voice is Voice.NOTE else 10.5
        return self.get(font_size=size, text_wrap=True, valign="top", num_format=TEXT)

    def cell(self, align: Align, number_format: str, total: bool, quote: bool = False) -> Any:
        wanted: dict[str, object] = {"border": 1, "border_color": EDGE, "align": align.value}
        wanted["num_format"] = number_format
        if number_format == TEXT:
            wanted["text_wrap"] = True
        if quote:
            wanted["quote_prefix"] = True
        if total:
            wanted |= {"bold": True, "top": 6}
        return self.get(**wanted)


def _small(voice: Voice) -> float:
    return SMALLER if voice is Voice.NOTE else 1.0


def put_text(sheet: Any, row: int, column: int, text: str, style: Any) -> None:
    sheet.write_string(row, column, text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…", style)


def _put_across(sheet: Any, row: int, last: int, text: str, style: Any) -> None:
    if last > 0:
        # The merging call guesses types, so it gets nothing to guess; the text is written over it.
        sheet.merge_range(row, 0, row, last, "", style)
    put_text(sheet, row, 0, text, style)


def _write_summary(sheet: Any, document: Document, styles: Styles) -> None:
    width = (PAGE_CHARACTERS - 34) * _paper_width(document) / _paper_width()
    sheet.set_column(0, 0, width)
    row = 0

    def line(text: str, style: Any, points: float = 0, room: float = width) -> None:
        nonlocal row
        put_text(sheet, row, 0, text, style)
        sheet.set_row(row, points or row_points([(text, room)]))
        row += 1

    line(document.title, styles.get(bold=True, font_size=18, align="center", num_format=TEXT), 32)
    line(document.subtitle, styles.get(align="center", num_format=TEXT))
    for mark in document.marks:
        line(mark, styles.mark(), 20)
    for block in document.blocks:
        match block:
            case Heading():
                line(block.text, styles.get(bold=True, font_size=12, valign="bottom", num_format=TEXT), 26)
            case Paragraph():
                line(block.text, styles.prose(block.voice), room=width * _small(block.voice))
            case _:
                continue  # tables have sheets of their own
    row += 1
    for text in document.footer.lines:
        line(text, styles.prose(Voice.NOTE), room=width * SMALLER)
    _print_setup(sheet, document)


def _write_table(
    sheet: Any, table: Table, document: Document, styles: Styles, charts: Sequence[Chart]
) -> tuple[int, int]:
    """Returns the first row of values and the last row of all."""
    # Programs draw a dash as nought, so where a chart reads it, nothing is nothing.
    blank = {series.column for chart in charts if chart.kind is not ChartKind.HEAT for series in chart.series}
    widths = _titled(column_widths(table), table, document)
    last = len(widths) - 1
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
    whole = sum(widths)
    _write_title(sheet, table, document, styles, whole, last)
    row = 1
    for mark in document.marks:
        _put_across(sheet, row, last, mark, styles.mark())
        sheet.set_row(row, 20)
        row += 1
    for place, column in enumerate(table.columns):
        put_text(sheet, row, place, column.title, styles.header())
    sheet.set_row(row, 22)
    header = row
    for cells in table.rows:
        row += 1
        _write_row(sheet, row, cells, table, widths, styles, total=False, blank=blank)
    if table.total:
        row += 1
        _write_row(sheet, row, table.total, table, widths, styles, total=True)
    if table.note:
        row += 1
        _put_across(sheet, row, last, table.note, styles.prose(Voice.NOTE))
        sheet.set_row(row, row_points([(table.note, whole * SMALLER)]))
    sheet.freeze_panes(header + 1, 1)
    sheet.repeat_rows(0, header)
    tall = row > _LYING_ROWS and whole <= PAGE_CHARACTERS * _UPRIGHT_SHARE and not charts
    _print_setup(sheet, document, upright=tall)
    return header + 1, row


def _titled(widths: tuple[float, ...], table: Table, document: Document) -> tuple[float, ...]:
    """The columns of a narrow table, wide enough for its titles in one line, at most twice as wide."""
    wanted = (
        max(1.4 * text_width(table.caption), text_width(document.title), text_width(document.subtitle)) + 2
    )
    more = min(max(wanted / sum(widths), 1.0), 2.0)
    return tuple(width * more for width in widths)


def _write_title(
    sheet: Any, table: Table, document: Document, styles: Styles, whole: float, last: int
) -> None:
    """The caption large, below it smaller what document and days it belongs to, merged over the table's width."""
    below = f"{document.title}\n{document.subtitle}"
    style = styles.get(align="center", text_wrap=True, num_format=TEXT)
    large = styles.get(bold=True, font_size=14)
    if last > 0:
        sheet.merge_range(0, 0, 0, last, "", style)
    sheet.write_rich_string(0, 0, large, table.caption, styles.get(font_size=10), f"\n{below}", style)
    sheet.set_row(0, 22 * lines_needed(table.caption, whole / 1.4) + row_points([(below, whole)]))


def _write_row(
    sheet: Any,
    row: int,
    cells: tuple[Cell, ...],
    table: Table,
    widths: tuple[float, ...],
    styles: Styles,
    total: bool,
    blank: Collection[int] = (),
) -> None:
    sheet.set_row(row, row_points((printed(cell), width) for cell, width in zip(cells, widths, strict=True)))
    for place, (cell, column) in enumerate(zip(cells, table.columns, strict=True)):
        if place in blank and number_of(cell) is None:
            sheet.write_blank(row, place, None, styles.cell(column.side, TEXT, total))
        else:
            _put_cell(sheet, row, place, cell, column.side, column.kind, styles, total)


def _put_cell(
    sheet: Any, row: int, place: int, cell: Cell, side: Align, kind: ColumnKind, styles: Styles, total: bool
) -> None:
    found = number_of(cell)
    if found is not None:
        value, number_format = found
        sheet.write_number(row, place, value, styles.cell(side, number_format, total))
    elif isinstance(cell, Day):
        sheet.write_datetime(row, place, cell.date, styles.cell(side, DATE, total))
    elif isinstance(cell, str):
        # Leading signs would start a formula once the file is saved as CSV and opened again.
        quote = kind is ColumnKind.CODE or cell.lstrip()[:1] in set("=+-@")
        put_text(sheet, row, place, cell, styles.cell(side, TEXT, total, quote=quote and bool(cell)))
    else:
        put_text(sheet, row, place, NOTHING, styles.cell(side, TEXT, total))


def number_of(cell: Cell) -> tuple[float, str] | None:
    """The number to store and its format, or None if the value is no number."""
    match cell:
        case int():
            return cell, COUNT
        case Signed():
            return cell.value, CHANGE
        case Ratio():
            return None if cell.share is None else (float(cell.share), SHARE)
        case Points():
            return None if cell.points is None else (float(rounded(cell.points)), POINTS)
        case Measure():
            return float(rounded(cell.value)), MEASURE
        case _:
            return None


def _print_setup(sheet: Any, document: Document, *, upright: bool = False) -> None:
    paper = document.page.paper
    if paper is not _UPRIGHT and not upright:
        sheet.set_landscape()
    sheet.set_paper(_PAPERS[paper])
    small = document.page.side / USUAL.side
    sheet.set_margins(left=0.6 * small, right=0.6 * small, top=0.9 * small, bottom=0.8 * small)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.hide_gridlines(2)
    title = _plain(_shortened(document.title, 80))
    marks = _plain(_shortened(" ".join(document.marks), 30))
    edge = {"margin": 0.3 * small}
    sheet.set_header(f"&L{title}" + (f"&R&B{marks}" if marks else ""), edge)
    page = _plain(document.footer.page).replace("{page}", "&P").replace("{pages}", "&N")
    sheet.set_footer(f"&C{page}", edge)


def _paper_width(document: Document | None = None) -> float:
    """How wide the sheet of paper is as it lies, in millimetres; without a document the usual one."""
    paper = document.page.paper if document else USUAL.paper
    return paper.size[0 if paper is _UPRIGHT else 1]


def _plain(text: str) -> str:
    """`text` for a page header, where `&` starts a command."""
    return text.replace("&", "&&").replace("\n", " ")


def _shortened(text: str, width: int) -> str:
    """At most `width` half-width characters: a header may hold 255 with its commands and doubled signs."""
    while text_width(text) > width:
        text = text[:-1]
    return text


def template_bytes(
    sheets: Mapping[str, Sequence[str]], remarks_sheet: str, remarks: Sequence[tuple[str, str]], language: str
) -> bytes:
    """A workbook to fill in: `sheets` of text columns below their headers, and a sheet that explains each column."""
    import xlsxwriter

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(
        buffer, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    )
    book.set_properties({"title": next(iter(sheets))})
    font = {"font_name": FONTS.get(language, "Arial")}
    head, text = (
        book.add_format({**font, "bold": True, "bottom": 1}),
        book.add_format({**font, "num_format": TEXT}),
    )
    for sheet, headers in sheets.items():
        page = book.add_worksheet(sheet)
        page.freeze_panes(1, 0)
        for place, header in enumerate(headers):
            page.set_column(place, place, max(10, text_width(header) + 2), text)
            page.write_string(0, place, header, head)
    notes = book.add_worksheet(remarks_sheet)
    notes.set_column(0, 0, 16)
    notes.set_column(1, 1, 70)
    for place, (header, takes) in enumerate(remarks):
        notes.write_string(place, 0, header, head)
        notes.write_string(place, 1, takes, book.add_format(font))
    book.close()
    return buffer.getvalue()
