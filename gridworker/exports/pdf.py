"""Lays a document's HTML out on pages of its paper and writes them as a PDF file. What is printed, previewed and
written is painted by the same function."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
    QUrl,
)
from PySide6.QtGui import (
    QAbstractTextDocumentLayout,
    QColor,
    QFont,
    QImage,
    QPageLayout,
    QPageRanges,
    QPageSize,
    QPainter,
    QPalette,
    QPdfWriter,
    QTextBlock,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextTable,
)

from gridworker.exports.chart_paper import TEXT, document_drawings
from gridworker.exports.chart_parts import PAPER_INK, Drawing
from gridworker.exports.charts import FAMILIES, paint_drawing, painting_application, paper_font
from gridworker.exports.document import Document
from gridworker.exports.html import INK, render_html
from gridworker.exports.page_setup import USUAL, PageSetup, Paper
from gridworker.exports.target import finished

DPI = 96.0
_MM = DPI / 25.4
#: The page line below the type area: distance, ink, height of its letters on A4.
_FOOT_GAP, _FOOT_INK, _FOOT_PX = 16.0, "#4D535B", 12
_PDF_DPI = 300
#: So often headings are moved to the next page at most; each time the rest is laid out anew.
_ROUNDS = 12
#: A table of at most so many rows is not torn apart by the end of a page.
_SMALL_TABLE = 9
_PAPERS = {
    Paper.A4: QPageSize.PageSizeId.A4,
    Paper.A5: QPageSize.PageSizeId.A5,
    Paper.A6: QPageSize.PageSizeId.A6,
}


def sheet_size(page: PageSetup) -> QSizeF:
    """The paper at 96 dots per inch."""
    width, height = page.paper.size
    return QSizeF(width * _MM, height * _MM)


class LaidOut(QTextDocument):
    """A document broken into pages, with the drawings of its charts and where each stands."""

    def __init__(self) -> None:
        super().__init__()
        self.drawings: tuple[tuple[QRectF, Drawing], ...] = ()
        self.letters = 1.0


def lay_out(html: str, font: QFont, page: PageSetup = USUAL, drawings: Sequence[Drawing] = ()) -> LaidOut:
    """The document broken into pages of its paper. `drawings` are those of the HTML's pictures, in their order: on the
    pages they are lines and text. Runs in a worker; the result belongs to the window's thread afterwards."""
    document = LaidOut()
    document.letters = page.letters
    document.setUndoRedoEnabled(False)
    document.setDocumentMargin(0)
    document.setDefaultFont(font)
    document.setHtml(html)
    document.setPageSize(_content(page))
    pictures = list(_pictures(document)) if drawings else []
    nothing = QImage(1, 1, QImage.Format.Format_ARGB32)
    nothing.fill(Qt.GlobalColor.transparent)
    for _, name in pictures:
        document.addResource(QTextDocument.ResourceType.ImageResource, QUrl(name), nothing)
    _break_into_pages(document)
    _keep_headings(document)
    _keep_rows(document)
    places = [_place(document, position) for position, _ in pictures]
    document.drawings = tuple(zip(places, drawings, strict=True))
    _forget_fonts(document)
    application = QCoreApplication.instance()
    if application is not None and application.thread() is not document.thread():
        document.moveToThread(application.thread())
    return document


def _pictures(document: QTextDocument) -> Iterator[tuple[int, str]]:
    """Position and name of every picture in the text, in order."""
    block = document.begin()
    while block.isValid():
        fragments = block.begin()
        while not fragments.atEnd():
            fragment = fragments.fragment()
            if fragment.charFormat().isImageFormat():
                # Equal pictures behind each other are one fragment.
                name = fragment.charFormat().toImageFormat().name()
                yield from ((fragment.position() + place, name) for place in range(fragment.length()))
            fragments += 1
        block = block.next()


def _place(document: QTextDocument, position: int) -> QRectF:
    """Where the picture at `position` stands in the pages below each other."""
    block = document.findBlock(position)
    cursor = QTextCursor(document)
    cursor.setPosition(position + 1)
    picture = cursor.charFormat().toImageFormat()
    line = block.layout().lineForTextPosition(position - block.position())
    corner = document.documentLayout().blockBoundingRect(block).topLeft()
    left = line.naturalTextRect().left()
    top = line.y() + line.ascent() - picture.height()
    return QRectF(corner.x() + left, corner.y() + top, picture.width(), picture.height())


def _break_into_pages(document: QTextDocument) -> None:
    """Lay everything out now. Printing one page to nowhere is the only call that does it without holding Python's
    lock: asking for the page count would stop the window for as long."""
    nowhere = QBuffer()
    nowhere.open(QIODevice.OpenModeFlag.WriteOnly)
    writer, first = QPdfWriter(nowhere), QPageRanges()
    first.addPage(1)
    writer.setPageRanges(first)
    document.print_(writer)


def _keep_headings(document: QTextDocument) -> None:
    """What heads a table or a drawing stands on its page, and small tables in one piece: Qt breaks pages between any
    two lines."""
    for _ in range(_ROUNDS):
        left = next(_left_alone(document), None)
        if left is None:
            return
        cursor, layout = QTextCursor(left), left.blockFormat()
        layout.setPageBreakPolicy(QTextFormat.PageBreakFlag.PageBreak_AlwaysBefore)
        cursor.setBlockFormat(layout)
        _break_into_pages(document)


def _left_alone(document: QTextDocument) -> Iterator[QTextBlock]:
    """The first of each run of headings that ends a page while what it heads begins, or as a small table ends, on the
    next one."""
    pages = document.documentLayout()
    height = document.pageSize().height()
    heads: list[QTextBlock] = []
    parts = document.rootFrame().begin()
    while not parts.atEnd():
        table, block = parts.currentFrame(), parts.currentBlock()
        if isinstance(table, QTextTable):
            rows = table.rows() - 1
            row = rows if rows <= _SMALL_TABLE else min(1, rows)
            block = table.cellAt(row, 0).firstCursorPosition().block()
        elif _is_heading(block):
            heads.append(block)
            parts += 1
            continue
        if heads:
            begins = pages.blockBoundingRect(heads[0]).top() + 1
            follows = pages.blockBoundingRect(block).bottom() - 1
            if begins // height != follows // height and begins % height > height / 2:
                yield heads[0]
        heads = []
        parts += 1


def _keep_rows(document: QTextDocument) -> None:
    """No row of a table is torn apart by the end of a page, in papers of few pages: the row before it takes what is
    left of the page."""
    for _ in range(_ROUNDS if document.pageCount() <= _ROUNDS else 0):
        found = next(_torn(document), None)
        if found is None:
            return
        table, row, left = found
        for column in range(table.columns()):
            cell = table.cellAt(row - 1, column)
            layout = cell.format().toTableCellFormat()
            layout.setBottomPadding(table.format().toTableFormat().cellPadding() + left)
            cell.setFormat(layout)
        _break_into_pages(document)


def _torn(document: QTextDocument) -> Iterator[tuple[QTextTable, int, float]]:
    """Rows that begin on one page and end on the next, with what the first page has left where they begin. The first
    row stays with its head, and a row of more than half a page is torn."""
    pages, height = document.documentLayout(), document.pageSize().height()
    for table in document.rootFrame().childFrames():
        if not isinstance(table, QTextTable):
            continue
        for row in range(2, table.rows()):
            cells = [table.cellAt(row, column) for column in range(table.columns())]
            tops = [pages.blockBoundingRect(cell.firstCursorPosition().block()).top() for cell in cells]
            ends = [pages.blockBoundingRect(cell.lastCursorPosition().block()).bottom() for cell in cells]
            top, end = min(tops), max(ends)
            if (top + 1) // height != (end - 1) // height and top % height > height / 2:
                yield table, row, height - top % height


def _is_heading(block: QTextBlock) -> bool:
    fragments = block.begin()
    return not fragments.atEnd() and fragments.fragment().charFormat().fontWeight() >= QFont.Weight.Bold


def _forget_fonts(document: QTextDocument) -> None:
    """Every layout keeps the font it used last, and fonts end with the thread that opened them: painted later, the
    page would read what is not there any more. Setting a layout's own font, which no text of a document uses, lets go
    of it."""
    block = document.begin()
    while block.isValid():
        block.layout().setFont(document.defaultFont())
        block = block.next()


def _content(page: PageSetup) -> QSizeF:
    width, height = page.content
    return QSizeF(width * _MM, height * _MM)


def paint_page(
    painter: QPainter, document: LaidOut, number: int, words: str, clip: QRectF, page: PageSetup
) -> None:
    """One page (from 0) with its line at the foot; the painter's origin is the paper's corner, its unit 1/96 inch. Only
    what lies in `clip` (paper coordinates) is painted."""
    size, left, top = _content(page), page.left(number) * _MM, page.side * _MM
    content = QRectF(QPointF(left, top), size)
    painter.save()
    painter.translate(left, top - number * size.height())
    area = QRectF(0, number * size.height(), size.width(), size.height())
    shown = clip.translated(-left, number * size.height() - top).intersected(area)
    context = QAbstractTextDocumentLayout.PaintContext()
    context.clip = shown
    context.palette.setColor(QPalette.ColorRole.Text, QColor(INK))
    painter.setClipRect(shown)
    document.documentLayout().draw(painter, context)
    for place, drawing in document.drawings:
        if place.intersects(shown):
            painter.save()
            painter.translate(place.topLeft())
            paint_drawing(painter, drawing, PAPER_INK, paper_font(TEXT * document.letters))
            painter.restore()
    painter.restore()
    gap = _FOOT_GAP * page.letters
    foot = QRectF(content.left(), content.bottom() + gap, content.width(), page.foot * _MM - gap)
    if foot.intersects(clip):
        font = QFont(document.defaultFont())
        # Points would be taken at the printer's own resolution, and scaled once more.
        font.setPixelSize(round(_FOOT_PX * page.letters))
        painter.setFont(font)
        painter.setPen(QColor(_FOOT_INK))
        painter.drawText(foot, int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop), words)


def foot_words(foot: str, page: int, pages: int) -> str:
    """The line at the foot of a page, counted from 0."""
    return foot.replace("{page}", str(page + 1)).replace("{pages}", str(pages))


def page_layout(page: PageSetup) -> QPageLayout:
    """The paper upright, without margins: the pages bring their own."""
    return QPageLayout(
        QPageSize(_PAPERS[page.paper]), QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)
    )


def write_pdf(document: Document, target: Path) -> Path:
    """Write the document to `target`, complete or not at all. Works without a display and without a window.

    Raises DiskFull, FolderReadOnly, TargetNotWritable."""
    content = pdf_bytes(document)
    with finished(target, _is_pdf) as part:
        part.write_bytes(content)
    return target


def pdf_bytes(document: Document) -> bytes:
    """The file's bytes; nothing is written to disk."""
    application = painting_application()
    font = QFont()
    font.setFamilies(list(FAMILIES))
    font.setPointSizeF(10.5)
    laid_out = lay_out(render_html(document), font, document.page, document_drawings(document))
    content = QBuffer()
    content.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QPdfWriter(content)
    writer.setResolution(_PDF_DPI)
    writer.setTitle(document.title)
    writer.setCreator("Gridworker")
    writer.setPageLayout(page_layout(document.page))
    painter = QPainter(writer)
    painter.scale(_PDF_DPI / DPI, _PDF_DPI / DPI)
    pages, whole = laid_out.pageCount(), QRectF(QPointF(0, 0), sheet_size(document.page))
    for number in range(pages):
        if number:
            writer.newPage()
        words = foot_words(document.page_line, number, pages)
        paint_page(painter, laid_out, number, words, whole, document.page)
    painter.end()
    del application
    return bytes(content.data().data())


def _is_pdf(path: Path) -> bool:
    with path.open("rb") as file:
        begins = file.read(5) == b"%PDF-"
    return begins and path.stat().st_size > 500
