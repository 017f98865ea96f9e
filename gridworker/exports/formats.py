"""The file formats a document can be written in. Each renderer is loaded when it is first asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gridworker.exports.document import Document

REPORT_FORMATS = ("xlsx", "docx", "pdf", "html")
PAPER_FORMATS = ("pdf", "html")


def write_document(document: Document, target: Path) -> None:
    """Write `document` in the format that the name of `target` ends with, whole or not at all.

    Raises TargetNotWritable, DiskFull, FolderReadOnly; ValueError for another ending."""
    match target.suffix.lower():
        case ".xlsx":
            from gridworker.exports.xlsx import write_xlsx

            write_xlsx(document, target)
        case ".docx":
            from gridworker.exports.docx import write_docx

            write_docx(document, target)
        case ".pdf":
            from gridworker.exports.pdf import write_pdf

            write_pdf(document, target)
        case ".html":
            from gridworker.exports.html import render_html
            from gridworker.files import write_atomically

            write_atomically(target, render_html(document).encode())
        case _:
            raise ValueError(f"no report is written as {target.suffix!r}")
