"""The report on paper: laid out once away from the window, then painted page by page, on screen as in print."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRect, QRectF, QSize, QSizeF
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QWidget

from gridworker.exports.page_setup import USUAL, PageSetup
from gridworker.exports.pdf import DPI, LaidOut, foot_words, page_layout, paint_page, sheet_size
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import PAPER, SIZES


class PaperSheets(QWidget):
    """All pages under each other, white on the desk, as wide as fits. Repaints only what is looked at."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._document: LaidOut | None = None
        self._foot = ""
        self.page = USUAL
        self.scale = 1.0
        self.setAccessibleName(name)
        theme.changed.connect(self.update)

    @property
    def document(self) -> LaidOut | None:
        return self._document

    @property
    def paper_size(self) -> QSizeF:
        """The sheet at its own size, px."""
        return sheet_size(self.page)

    @property
    def pages(self) -> int:
        return self._document.pageCount() if self._document is not None else 0

    def show_document(self, document: LaidOut, foot: str, page: PageSetup = USUAL) -> None:
        """`foot` has the places `{page}` and `{pages}`; `page` is the paper it was laid out for."""
        self._document, self._foot, self.page = document, foot, page
        self.setAccessibleDescription(document.toPlainText()[:4000])
        self._resize()

    def fit_width(self, width: int) -> None:
        """Make the paper as wide as the room, at most its own size times the text size."""
        room = max(width - 2 * SIZES.gap_4, 200)
        wanted = min(room / self.paper_size.width(), self._theme.tokens.scale)
        if abs(wanted - self.scale) > 0.001 or self.minimumWidth() != width:
            self.scale = wanted
            self._resize()

    def _resize(self) -> None:
        self.setFixedHeight(
            round(self.pages * (self.paper_size.height() * self.scale + SIZES.gap_4) + SIZES.gap_4)
        )
        self.update()

    def foot_words(self, page: int) -> str:
        return foot_words(self._foot, page, self.pages)

    def page_rect(self, page: int) -> QRect:
        """Where a page lies in the widget, px."""
        size = QSize(
            round(self.paper_size.width() * self.scale), round(self.paper_size.height() * self.scale)
        )
        left = max((self.width() - size.width()) // 2, 0)
        top = round(SIZES.gap_4 + page * (self.paper_size.height() * self.scale + SIZES.gap_4))
        return QRect(left, top, size.width(), size.height())

    def page_at(self, y: int) -> int:
        """The page shown at height `y`, from 0."""
        step = self.paper_size.height() * self.scale + SIZES.gap_4
        return min(max(int((y - SIZES.gap_4) / step), 0), max(self.pages - 1, 0))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(event.rect(), self._theme.colour("alt"))
        if self._document is None:
            return
        for page in range(self.pages):
            place = self.page_rect(page)
            if place.intersects(event.rect()):
                self._paint_sheet(painter, page, place, event.rect())

    def _paint_sheet(self, painter: QPainter, page: int, place: QRect, shown: QRect) -> None:
        assert self._document is not None
        painter.fillRect(place, QColor(PAPER.surface))
        painter.setPen(self._theme.colour("line"))
        painter.drawRect(place.adjusted(0, 0, -1, -1))
        painter.save()
        painter.translate(place.topLeft())
        painter.scale(self.scale, self.scale)
        seen = shown.intersected(place).translated(-place.topLeft())
        clip = QRectF(
            seen.left() / self.scale,
            seen.top() / self.scale,
            seen.width() / self.scale,
            seen.height() / self.scale,
        )
        paint_page(painter, self._document, page, self.foot_words(page), clip, self.page)
        painter.restore()


def print_document(printer: QPrinter, sheets: PaperSheets) -> None:
    """Send every page to the printer, exactly as it is shown."""
    document = sheets.document
    if document is None:
        return
    printer.setPageLayout(page_layout(sheets.page))
    printer.setFullPage(True)
    if sheets.page.two_sided:
        printer.setDuplex(QPrinter.DuplexMode.DuplexLongSide)
    painter = QPainter(printer)
    scale, whole = printer.resolution() / DPI, QRectF(QPointF(0, 0), sheets.paper_size)
    painter.scale(scale, scale)
    for number in range(sheets.pages):
        if number:
            printer.newPage()
        paint_page(painter, document, number, sheets.foot_words(number), whole, sheets.page)
    painter.end()
