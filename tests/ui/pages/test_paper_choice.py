"""A sheet that is handed out, on other paper and on both sides: preview, print and PDF are the same."""

from __future__ import annotations

import re
from pathlib import Path

from PySide6.QtPrintSupport import QPrinter
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from gridworker.exports.document import Document, Paragraph
from gridworker.exports.html import render_html
from gridworker.exports.page_setup import PageSetup, Paper
from gridworker.ui.pages.organisation.notice_dialog import NoticeDialog
from gridworker.ui.pages.report.paper import print_document
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

DOCUMENT = Document("公示", "", "公示", (Paragraph("走访记录" * 8),) * 160, "zh_CN", "2026-11-20 09:00")


class Watched(QPrinter):
    """What a printer of both sides is asked for; one that writes a PDF has no sides."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[QPrinter.DuplexMode] = []

    def setDuplex(self, mode: QPrinter.DuplexMode) -> None:
        self.asked.append(mode)


def test_the_paper_is_chosen_in_the_preview(qtbot: QtBot, theme: Theme, zh: Wording, tmp_path: Path) -> None:
    page = QWidget()
    page.resize(1200, 700)
    qtbot.addWidget(page)
    target = tmp_path / "公示.pdf"
    dialog = NoticeDialog(theme, zh, DOCUMENT, render_html(DOCUMENT), page, lambda *_: str(target))
    pages = dialog.sheets.pages
    dialog.paper.paper.button("A5").click()
    dialog.paper.sides.button("two").click()
    assert dialog.sheets.page == PageSetup(Paper.A5, two_sided=True)
    assert dialog.sheets.pages > pages
    dialog.pdf_button.click()
    boxes = set(re.findall(rb"/MediaBox \[0 0 ([0-9.]+)", target.read_bytes()))
    assert {round(float(box) / 72 * 25.4) for box in boxes} == {148}
    printer = Watched()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "print.pdf"))
    print_document(printer, dialog.sheets)
    assert printer.asked == [QPrinter.DuplexMode.DuplexLongSide]
    printed = (tmp_path / "print.pdf").read_bytes()
    assert {round(float(box) / 72 * 25.4) for box in re.findall(rb"/MediaBox \[0 0 ([0-9.]+)", printed)} == {
        148
    }
    dialog.for_print_only()
    assert dialog.pdf_button.isHidden()
