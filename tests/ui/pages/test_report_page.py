"""The report page over a real profile: paper, file, print, and what the figures rest on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtPrintSupport import QPrinter
from pytestqt.qtbot import QtBot

from gridworker.exports import pdf
from gridworker.exports.document import Document, Paragraph
from gridworker.store.queries.exports import export_log
from gridworker.store.rows import Scope
from gridworker.store.store import Store
from gridworker.ui.background import Background
from gridworker.ui.pages.exporting.source import ExportSource
from gridworker.ui.pages.organisation.notice_dialog import NoticeDialog
from gridworker.ui.pages.report.editions_source import EditionSource
from gridworker.ui.pages.report.page import ReportPage
from gridworker.ui.pages.report.paper import print_document
from gridworker.ui.pages.report.source import ReportSource
from gridworker.ui.theme import Theme
from gridworker.wording import Wording
from tests.ui.pages.conftest import make_store

Settle = Callable[[], None]


def make_page(
    qtbot: QtBot, theme: Theme, zh: Wording, background: Background, store: Store, file: Path
) -> ReportPage:
    made = ReportPage(
        theme,
        zh,
        background,
        ReportSource(store, zh),
        ExportSource(store),
        EditionSource(store, zh),
        lambda *_: str(file),
    )
    qtbot.addWidget(made)
    made.resize(1100, 600)
    made.show()
    return made


def agree(page: ReportPage, settle: Settle) -> None:
    """Answer the questions before an export."""
    page.export_button.click()
    settle()
    dialog = page.exporting.dialog
    assert dialog is not None
    dialog.purpose.setText("周例会")
    dialog.recipient.setText("街道")
    dialog.go_button.click()
    settle()


@pytest.fixture
def page(
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    store: Store,
    scope: Scope,
    settle: Settle,
    tmp_path: Path,
) -> ReportPage:
    made = make_page(qtbot, theme, zh, background, store, tmp_path / "周报.xlsx")
    made.show_scope(scope)
    settle()
    return made


def test_the_paper_shows_the_week_of_the_node(page: ReportPage, settle: Settle) -> None:
    assert page.card.sheets.document is not None
    text = page.card.sheets.document.toPlainText()
    assert "2026年第47周" in text
    assert "演示数据" in text
    assert page.picker.period.text() == "第 47 周 · 11-16 至 11-22"
    assert not page.picker.ahead.isEnabled()
    page.picker.back.click()
    settle()
    assert "2026年第46周" in page.card.sheets.document.toPlainText()
    assert page.picker.ahead.isEnabled()


def test_a_month_a_quarter_and_a_year_are_chosen_beside_the_week(page: ReportPage, settle: Settle) -> None:
    shown = {}
    for kind in ("month", "quarter", "year", "week"):
        page.picker.kinds.button(kind).click()
        settle()
        assert page.card.sheets.document is not None
        shown[kind] = (page.picker.period.text(), page.card.sheets.document.toPlainText())
    assert shown["month"][0] == "2026 年 11 月" and "月报（2026年11月）" in shown["month"][1]
    assert shown["quarter"][0] == "2026 年第 4 季度" and "季分析" in shown["quarter"][1]
    assert shown["year"][0] == "2026 年" and "亮晒" in shown["year"][1]
    assert "重点诉求" not in shown["year"][1]  # counts only
    assert shown["week"][0] == "第 47 周 · 11-16 至 11-22"


def test_the_paper_is_white_with_dark_ink_in_every_scheme(
    page: ReportPage, theme: Theme, settle: Settle
) -> None:
    for appearance in ("light", "dark", "contrast"):
        theme.choose(appearance=appearance)
        image = QImage(page.card.sheets.size(), QImage.Format.Format_RGB32)
        page.card.sheets.render(image)
        place = page.card.sheets.page_rect(0)
        assert image.pixelColor(place.left() + 10, place.top() + 10) == QColor("#FFFFFF"), appearance
        area = image.copy(place)
        darkest = min(
            area.pixelColor(x, y).lightness() for x in range(0, area.width(), 3) for y in range(0, 300, 3)
        )
        assert darkest < 80, appearance


def test_it_says_what_the_figures_rest_on_and_never_that_they_are_complete(
    page: ReportPage,
    qtbot: QtBot,
    theme: Theme,
    zh: Wording,
    background: Background,
    scope: Scope,
    settle: Settle,
    tmp_path: Path,
) -> None:
    assert "11-20 09:00" in page.week_end.words.text()
    served = make_store(tmp_path / "served", authority="server")
    other = make_page(qtbot, theme, zh, background, served, tmp_path / "x.xlsx")
    other.show_scope(scope)
    settle()
    words = other.week_end.words.text()
    assert "未发送" in words
    assert "完整" not in words
    served.close()


def test_export_writes_the_workbook_and_says_where(page: ReportPage, settle: Settle, tmp_path: Path) -> None:
    from openpyxl import load_workbook

    agree(page, settle)
    target = tmp_path / "周报.xlsx"
    assert "周报.xlsx" in page.undo_bar.words.text()
    assert page.undo_bar.undo_button.isVisible()
    book = load_workbook(target)
    assert "2026年第47周" in str(book.worksheets[0]["A1"].value)


def test_a_file_that_cannot_be_written_is_said(page: ReportPage, settle: Settle, tmp_path: Path) -> None:
    (tmp_path / "周报.xlsx").mkdir()
    agree(page, settle)
    assert page.undo_bar.isVisible()
    assert page.undo_bar.copy_button.isVisible()


def test_print_sends_the_same_pages(page: ReportPage, tmp_path: Path) -> None:
    printer = QPrinter()
    printer.setOutputFormat(QPrinter.OutputFormat.PdfFormat)
    printer.setOutputFileName(str(tmp_path / "out.pdf"))
    print_document(printer, page.card.sheets)
    pdf = (tmp_path / "out.pdf").read_bytes()
    assert pdf.startswith(b"%PDF")
    assert pdf.count(b"/Type /Page\n") + pdf.count(b"/Type /Page ") == page.card.sheets.pages


def test_the_paper_fits_the_room_at_every_text_size(page: ReportPage, theme: Theme, settle: Settle) -> None:
    for text_size in (100, 200):
        theme.choose(text_size=text_size)
        settle()
        place = page.card.sheets.page_rect(0)
        assert place.left() >= 0
        assert place.right() < page.card.area.viewport().width()
        assert abs(place.height() / place.width() - 297 / 210) < 0.01


def test_pages_are_counted_where_they_lie(page: ReportPage) -> None:
    assert page.card.sheets.page_at(0) == 0
    assert page.card.sheets.page_at(page.card.sheets.height()) == page.card.sheets.pages - 1
    assert page.card.sheets.foot_words(0).startswith("第 1 页")


def test_the_week_is_short_only_while_the_page_is_narrow(page: ReportPage, settle: Settle) -> None:
    page.resize(700, 600)
    settle()
    assert page.picker.period.text() == "47 周 · 11-16 至 11-22"
    page.resize(1100, 600)
    settle()
    assert page.picker.period.text() == "第 47 周 · 11-16 至 11-22"


def test_the_mark_is_painted_on_each_page(tmp_path: Path, qapp: object) -> None:
    """The picture of the foot differs with the mark, on the second page too."""
    said: list[str] = []
    real = pdf.paint_page

    def watched(painter: object, laid_out: object, page: int, words: str, *rest: object) -> None:
        said.append(words)
        real(painter, laid_out, page, words, *rest)  # type: ignore[arg-type]

    blocks = tuple(Paragraph("字" * 60) for _ in range(120))
    document = Document("t", "s", "n", blocks, "zh_CN", "2026-11-20 12:00", marks=("练习数据",))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(pdf, "paint_page", watched)
        pdf.write_pdf(document, tmp_path / "x.pdf")
    assert len(said) > 1 and all("练习数据" in words for words in said)


def test_printing_the_report_is_on_record(page: ReportPage, settle: Settle, store: Store) -> None:
    page.print_button.click()
    (dialog,) = page.findChildren(NoticeDialog)
    assert dialog.sheets.pages == page.card.sheets.pages and dialog.pdf_button.isHidden()
    dialog.handed_out.emit("print")
    settle()
    line = export_log(store).lines[0]
    assert (line.what, line.form, line.period, line.purpose) == ("weekly_report", "print", "2026-W47", "")
    dialog.reject()
