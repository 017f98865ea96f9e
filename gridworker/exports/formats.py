"""The file formats a document can be written in. Each renderer is loaded when it is first asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridworker.exports.document import Document

REPORT_FORMATS = ("xlsx", "docx", "pdf", "html")
#: The ledgers, and what they are written in (exports/ledgers.py).
LEDGERS = ("visits", "demands", "lists", "deliberation")
LEDGER_FORMATS = ("xlsx", "csv")
PAPER_FORMATS = ("pdf", "html")


def document_bytes(document: Document, form: str) -> bytes:
    """`document` in one of REPORT_FORMATS; nothing is written to disk. ValueError for another."""
    match form:
        case "xlsx":
            from gridworker.exports.xlsx import xlsx_bytes

            return xlsx_bytes(document)
        case "docx":
            from gridworker.exports.docx import docx_bytes

            return docx_bytes(document)
        case "pdf":
            from gridworker.exports.pdf import pdf_bytes

            return pdf_bytes(document)
        case "html":
            from gridworker.exports.html import render_html

            return render_html(document).encode()
        case _:
            raise ValueError(f"no report is written as {form!r}")


def write_document(document: Document, target: Path) -> None:
    """Write a working paper in the format that the name of `target` ends with, whole or not at all; what leaves the
    house goes through `leaving.let_out`.

    Raises TargetNotWritable, DiskFull, FolderReadOnly; ValueError for another ending."""
    from gridworker.exports.leaving import opens
    from gridworker.exports.target import finished

    form = target.suffix.lower()[1:]
    content = document_bytes(document, form)
    with finished(target, lambda part: opens(part.read_bytes(), form)) as part:
        part.write_bytes(content)
