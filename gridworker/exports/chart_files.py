"""One chart as a file of its own: a picture with caption and marks, or the table behind it."""

from __future__ import annotations

from gridworker.exports.chart_paper import captioned, paper_ruler, with_caption
from gridworker.exports.chart_parts import PAPER_INK
from gridworker.exports.document import Document

#: What a chart may leave as; the first is usual.
FORMS = ("png", "xlsx", "csv")
_MARGIN = 16.0


def chart_bytes(document: Document, form: str) -> bytes:
    """The one chart of `document` as `png`, or its table as `xlsx` or `csv`. ValueError for another form."""
    match form:
        case "png":
            return _picture(document)
        case "xlsx":
            from gridworker.exports.xlsx import xlsx_bytes

            return xlsx_bytes(document)
        case "csv":
            return _csv(document)
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


def _csv(document: Document) -> bytes:
    """The practice mark stands in it too: a table travels alone as a picture does."""
    from gridworker.exports.ledger_book import CsvLedger, LedgerHead, LedgerSheet

    table = document.tables[0]
    head = LedgerHead(
        document.title, document.subtitle, document.language, document.generated_at, document.marks
    )
    file = CsvLedger(head, [LedgerSheet(table.caption, table.columns, "")])
    file.add(0, (*table.rows, *([table.total] if table.total else [])))
    return file.content()
