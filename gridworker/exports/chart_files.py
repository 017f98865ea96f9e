"""One chart as a file of its own: a picture with caption and marks, or the table behind it."""

from __future__ import annotations

import csv
import io

from gridworker.exports.chart_paper import captioned, paper_ruler, with_caption
from gridworker.exports.chart_parts import PAPER_INK
from gridworker.exports.document import Cell, Document, Table, printed

#: What a chart may leave as; the first is usual.
FORMS = ("png", "xlsx", "csv")
_MARGIN = 16.0
#: A text that begins so becomes a formula where a spreadsheet opens the file.
_FORMULA = ("=", "+", "-", "@", "\t")


def chart_bytes(document: Document, form: str) -> bytes:
    """The one chart of `document` as `png`, or its table as `xlsx` or `csv`. ValueError for another form."""
    match form:
        case "png":
            return _picture(document)
        case "xlsx":
            from gridworker.exports.xlsx import xlsx_bytes

            return xlsx_bytes(document)
        case "csv":
            return csv_bytes(document.tables[0])
        case _:
            raise ValueError(f"no chart is written as {form!r}")


def _picture(document: Document) -> bytes:
    """What it is of and the marks stand in the picture: it will be passed on alone."""
    from gridworker.exports.charts import painting_application, paper_font, png_of

    application = painting_application()
    ruler = paper_ruler(document.page)
    *before, last = captioned(document.charts[0], document.page, document.marks)
    last = with_caption(last, f"{document.title} · {document.subtitle}", ruler)
    content = png_of([*before, last], PAPER_INK, paper_font(ruler.size), margin=_MARGIN)
    del application
    return content


def csv_bytes(table: Table) -> bytes:
    """The table as text that spreadsheets open by a double click, the marks of its language kept (UTF-8 with its sign);
    nothing in it becomes a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow([_plain(column.title) for column in table.columns])
    for row in (*table.rows, *([table.total] if table.total else [])):
        writer.writerow([_written(cell) for cell in row])
    return text.getvalue().encode("utf-8-sig")


def _written(cell: Cell) -> str:
    if isinstance(cell, str):
        return _plain(cell)
    return str(cell) if isinstance(cell, int) else printed(cell)


def _plain(text: str) -> str:
    return f"'{text}" if text.startswith(_FORMULA) else text
