"""A sheet that is handed out as it will print: preview, paper and sides, printing and a PDF."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QStandardPaths, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtPrintSupport import QPrinter, QPrintPreviewDialog
from PySide6.QtWidgets import QScrollArea, QWidget

from gridworker.exports.chart_paper import document_drawings
from gridworker.exports.document import Document
from gridworker.exports.html import render_html
from gridworker.exports.page_setup import PageSetup
from gridworker.exports.pdf import lay_out, write_pdf
from gridworker.ui.file_choice import choose_target
from gridworker.ui.pages.dialog_frame import DialogFrame
from gridworker.ui.pages.organisation.paper_choice import PaperChoice
from gridworker.ui.pages.report.paper import PaperSheets, print_document
from gridworker.ui.pages.words import error_words
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording

_WIDTH, _HEIGHT = 640, 460
ChooseFile = Callable[[QWidget, str, str, str], str]


class NoticeDialog(DialogFrame):
    """`handed_out(form)` after the sheet was printed or written (`print`, `pdf`), to be put on record."""

    handed_out = Signal(str)

    def __init__(
        self, theme: Theme, wording: Wording, document: Document, html: str, parent: QWidget,
        choose: ChooseFile = choose_target,
    ) -> None:  # fmt: skip
        super().__init__(theme, document.title, parent)
        self._wording, self._document, self._choose = wording, document, choose
        self.sheets = PaperSheets(theme, document.title)
        self._lay_out(html)
        self.paper = PaperChoice(theme, wording, document.page)
        self.area = QScrollArea()
        self.told = TextLabel(theme, "", "caption", "text2", wrap=True)
        self.print_button = Button(
            theme, wording("report_page.print"), icon="printer", key="Ctrl+P", shortcut=True
        )
        self.pdf_button = Button(
            theme, wording("organisation.pdf"), "primary", icon="download", key="Ctrl+E", shortcut=True
        )
        self.close_button = Button(theme, wording("organisation.close"), key="Esc")
        self._build(parent)

    def _build(self, parent: QWidget) -> None:
        room = parent.window().width() - 2 * SIZES.gap_6
        width = min(round(_WIDTH * self._theme.tokens.growth), max(room, _WIDTH))
        self.setFixedWidth(width)
        self.area.setWidget(self.sheets)
        self.area.setWidgetResizable(True)
        self.area.setFixedHeight(_HEIGHT)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setAccessibleName(self._document.title)
        self.sheets.fit_width(width - 3 * SIZES.gap_6)
        self.body.addWidget(self.paper)
        self.body.addWidget(self.area)
        self.body.addWidget(self.told)
        self.told.hide()
        self.add_acts(self.close_button, self.print_button, self.pdf_button)
        self.close_button.clicked.connect(self.reject)
        self.paper.chosen.connect(self._set_page)
        self.print_button.clicked.connect(self._print)
        self.pdf_button.clicked.connect(self._write)
        self.pdf_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self, html: str) -> None:
        font = QFont(self._theme.font("body"))
        font.setPointSizeF(10.5)
        document = self._document
        laid_out = lay_out(html, font, document.page, document_drawings(document))
        self.sheets.show_document(laid_out, document.page_line, document.page)

    def _set_page(self, page: PageSetup) -> None:
        """The same document on other paper: preview, print and PDF."""
        self._document = replace(self._document, page=page)
        self._lay_out(render_html(self._document))
        self.sheets.fit_width(self.width() - 3 * SIZES.gap_6)

    def for_print_only(self) -> None:
        """As a file it leaves by another way, which asks first."""
        self.pdf_button.hide()
        self.print_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def _print(self) -> None:
        printer = QPrinter(QPrinter.PrinterMode.HighResolution)
        dialog = QPrintPreviewDialog(printer, self)
        dialog.setWindowTitle(self._document.title)
        dialog.paintRequested.connect(lambda paper: print_document(paper, self.sheets))
        if dialog.exec():
            self.handed_out.emit("print")

    def _write(self) -> None:
        home = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
        start = str(Path(home) / f"{self._document.title}.pdf")
        wording = self._wording
        chosen = self._choose(self, wording("organisation.pdf"), start, wording("organisation.pdf_kind"))
        if not chosen:
            return
        target = Path(chosen)
        target = target if target.suffix.lower() == ".pdf" else target.with_name(target.name + ".pdf")
        try:
            write_pdf(self._document, target)
        except Exception as error:  # noqa: BLE001  said in the dialog, whatever the folder's reason
            self._tell(error_words(wording, error)[0])
            return
        self._tell(wording("report_page.exported", name=target.name, folder=str(target.parent)))
        self.handed_out.emit("pdf")

    def _tell(self, words: str) -> None:
        self.told.setText(words)
        self.told.show()
        self.fit()
