"""The paper of a document: every renderer and the print take its size, and two-sided pages have mirrored margins."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import docx
import pytest
from docx.shared import Mm
from openpyxl import load_workbook
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QImage, QPainter

from gridworker.exports.document import Column, Document, Paragraph, Table
from gridworker.exports.docx_sheet import docx_sheet
from gridworker.exports.formats import write_document
from gridworker.exports.html import render_html
from gridworker.exports.page_setup import PageSetup, Paper
from gridworker.exports.pdf import lay_out, paint_page, sheet_size

TABLE = Table("表", (Column("项目"), Column("内容")), (("编号", "S26-01-0001"),))
LONG = Document("单", "", "单", (TABLE, *(Paragraph("走访记录" * 8),) * 60), "zh_CN", "2026-11-20 09:00")


def on(paper: Paper, *, two_sided: bool = False) -> Document:
    return replace(LONG, page=PageSetup(paper, two_sided))


@pytest.mark.parametrize("paper", list(Paper))
def test_each_file_says_its_paper(paper: Paper, tmp_path: Path, qapp: object) -> None:
    width, height = paper.size
    for kind in ("pdf", "docx", "xlsx"):
        write_document(on(paper), tmp_path / f"x.{kind}")
    boxes = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)", (tmp_path / "x.pdf").read_bytes())
    assert boxes and all(
        abs(float(wide) / 72 * 25.4 - width) < 1 and abs(float(high) / 72 * 25.4 - height) < 1
        for wide, high in boxes
    )
    section = docx.Document(str(tmp_path / "x.docx")).sections[0]
    assert section.page_width and section.page_height and section.footer_distance and section.bottom_margin
    assert abs(section.page_width - Mm(width)) < Mm(1) and abs(section.page_height - Mm(height)) < Mm(1)
    assert section.footer_distance < section.bottom_margin
    book = load_workbook(tmp_path / "x.xlsx")
    assert {str(sheet.page_setup.paperSize) for sheet in book} == {{"A4": "9", "A5": "11", "A6": "70"}[paper]}
    assert f"size: {paper};" in render_html(on(paper))


def test_letters_stay_readable_on_small_paper() -> None:
    for paper in Paper:
        sheet = docx_sheet(PageSetup(paper))
        assert sheet.half_points(18) >= 16
    sizes = [float(size) for size in re.findall(r"font-size: ([0-9.]+)pt", render_html(on(Paper.A6)))]
    assert min(sizes) >= 6.5 and max(sizes) < 18


def ink(document: Document, page: int) -> tuple[int, int]:
    """The first and last column of dark pixels in the middle of a page."""
    laid_out = lay_out(render_html(document), QFont("WenQuanYi Micro Hei", 10), document.page)
    assert laid_out.pageCount() > 1
    size = sheet_size(document.page)
    image = QImage(round(size.width()), round(size.height()), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)
    painter = QPainter(image)
    paint_page(painter, laid_out, page, "1", QRectF(QPointF(0, 0), size), document.page)
    painter.end()
    high = range(image.height() // 4, image.height() // 2)
    dark = [x for x in range(image.width()) if any(image.pixelColor(x, y).lightness() < 120 for y in high)]
    return dark[0], image.width() - dark[-1]


def test_two_sided_pages_have_mirrored_margins(qapp: object) -> None:
    once = PageSetup(Paper.A5)
    both = PageSetup(Paper.A5, two_sided=True)
    assert both.left(0) == both.left(2) > once.left(0) == once.left(1) > both.left(1)
    assert both.content == once.content
    right_hand, left_hand = ink(on(Paper.A5, two_sided=True), 0), ink(on(Paper.A5, two_sided=True), 1)
    moved = both.binding * 2 / 25.4 * 96
    assert abs(right_hand[0] - left_hand[0] - moved) < 3
    assert abs(ink(on(Paper.A5), 0)[0] - ink(on(Paper.A5), 1)[0]) < 3


def test_word_mirrors_them_too(tmp_path: Path) -> None:
    for two_sided in (False, True):
        write_document(on(Paper.A5, two_sided=two_sided), tmp_path / "x.docx")
        paper = docx.Document(str(tmp_path / "x.docx"))
        assert (paper.settings.element.find("{*}mirrorMargins") is not None) is two_sided
        left, right = paper.sections[0].left_margin, paper.sections[0].right_margin
        assert left and right
        assert (left > right) is two_sided
    assert "@page :left" in render_html(on(Paper.A5, two_sided=True))
