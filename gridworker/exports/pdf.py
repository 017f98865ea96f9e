"""Lays a document's HTML out on A4 pages and writes them as a PDF file. What is printed, previewed and written is
painted by the same function."""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import (
    QBuffer,
    QCoreApplication,
    QIODevice,
    QMarginsF,
    QPointF,
    QRectF,
    QSizeF,
    Qt,
)
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QGuiApplication,
    QPageLayout,
    QPageRanges,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextDocument,
)

from gridworker.exports.document import Document
from gridworker.exports.html import INK, render_html
from gridworker.exports.target import finished

#: A4 at 96 dots per inch; margins 18 mm, 22 mm at the foot for the page line.
PAGE = QSizeF(793.7, 1122.5)
_MARGIN, _FOOT = 68.0, 83.0
CONTENT = QSizeF(PAGE.width() - 2 * _MARGIN, PAGE.height() - _MARGIN - _FOOT)
DPI = 96.0
_FOOT_INK, _FOOT_PX = "#4D535B", 12
_PDF_DPI = 300
#: Text copied out of a PDF must be the text that is seen: some families fail that.
_FAMILIES = ("Microsoft YaHei", "PingFang SC", "WenQuanYi Micro Hei", "Noto Sans CJK SC")


def lay_out(html: str, font: QFont) -> QTextDocument:
    """The document broken into pages. Runs in a worker; the result belongs to the window's thread afterwards."""
    document = QTextDocument()
    document.setUndoRedoEnabled(False)
    document.setDocumentMargin(0)
    document.setDefaultFont(font)
    document.setHtml(html)
    document.setPageSize(CONTENT)
    _break_into_pages(document)
    application = QCoreApplication.instance()
    if application is not None and application.thread() is not document.thread():
        document.moveToThread(application.thread())
    return document


def _break_into_pages(document: QTextDocument) -> None:
    """Lay everything out now. Printing one page to nowhere is the only call that does it without holding Python's
    lock: asking for the page count would stop the window for as long."""
    nowhere = QBuffer()
    nowhere.open(QIODevice.OpenModeFlag.WriteOnly)
    writer, first = QPdfWriter(nowhere), QPageRanges()
    first.addPage(1)
    writer.setPageRanges(first)
    document.print_(writer)


def paint_page(painter: QPainter, document: QTextDocument, page: int, words: str, clip: QRectF) -> None:
    """One page with its line at the foot; the painter's origin is the paper's corner, its unit 1/96 inch. Only what
    lies in `clip` (paper coordinates) is painted."""
    content = QRectF(QPointF(_MARGIN, _MARGIN), CONTENT)
    painter.save()
    painter.translate(_MARGIN, _MARGIN - page * CONTENT.height())
    area = QRectF(0, page * CONTENT.height(), CONTENT.width(), CONTENT.height())
    shown = clip.translated(-_MARGIN, page * CONTENT.height() - _MARGIN).intersected(area)
    context = QAbstractTextDocumentLayout.PaintContext()
    context.clip = shown
    context.palette.setColor(QPalette.ColorRole.Text, QColor(INK))
    painter.setClipRect(shown)
    document.documentLayout().draw(painter, context)
    painter.restore()
    foot = QRectF(content.left(), content.bottom() + 16, content.width(), _FOOT - 40)
    if foot.intersects(clip):
        font = QFont(document.defaultFont())
        font.setPixelSize(
            _FOOT_PX
        )  # points would be taken at the printer's own resolution, and scaled once more
        painter.setFont(font)
        painter.setPen(QColor(_FOOT_INK))
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop), words)


def foot_words(foot: str, page: int, pages: int) -> str:
    """The line at the foot of a page, counted from 0."""
    return foot.replace("{page}", str(page + 1)).replace("{pages}", str(pages))


def a4() -> QPageLayout:
    """A4 portrait without margins: the pages bring their own."""
    return QPageLayout(
        QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)
    )


def write_pdf(document: Document, target: Path) -> Path:
    """Write the document to `target`, complete or not at all. Works without a display and without a window.

    Raises DiskFull, FolderReadOnly, TargetNotWritable."""
    application = QGuiApplication.instance()
    if application is None:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
        application = QGuiApplication(["gridworker"])
    font = QFont()
    font.setFamilies(list(_FAMILIES))
    font.setPointSizeF(10.5)
    laid_out = lay_out(render_html(document), font)
    with finished(target, _is_pdf) as part:
        writer = QPdfWriter(str(part))
        writer.setResolution(_PDF_DPI)
        writer.setTitle(document.title)
        writer.setCreator("Gridworker")
        writer.setPageLayout(a4())
        painter = QPainter(writer)
        painter.scale(_PDF_DPI / DPI, _PDF_DPI / DPI)
        pages = laid_out.pageCount()
        for page in range(pages):
            if page:
                writer.newPage()
            words = foot_words(document.page_line, page, pages)
            paint_page(painter, laid_out, page, words, QRectF(QPointF(0, 0), PAGE))
        painter.end()
    return target


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        begins = file.read(5) == b"%PDF-"
    return begins and path.stat().st_size > 500
