"""What heads a table stands on its page, and no row is torn apart, wherever the end of a page falls."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QFont

from gridworker.exports import pdf
from gridworker.exports.charts import FAMILIES, painting_application
from gridworker.exports.document import Block, Column, Document, Heading, Paragraph, Table
from gridworker.exports.html import render_html


def made(lines: int, rows: int, words: str = "值") -> str:
    blocks: list[Block] = [Paragraph(f"第 {n} 行") for n in range(lines)]
    table = Table("表", (Column("甲"), Column("乙")), tuple((str(n), words) for n in range(rows)))
    return render_html(
        Document("题", "副题", "名", (*blocks, Heading("一、标题"), table), "zh_CN", "2026-11-20 09:00")
    )


def alone(html: str) -> bool:
    font = QFont()
    font.setFamilies(list(FAMILIES))
    return next(pdf._left_alone(pdf.lay_out(html, font)), None) is not None


@pytest.mark.parametrize("rows", [5, 30])
def test_no_heading_is_left_alone_at_the_end_of_a_page(rows: int, monkeypatch: pytest.MonkeyPatch) -> None:
    application = painting_application()
    pages = [made(lines, rows) for lines in range(28, 50)]
    assert not any(alone(html) for html in pages)
    monkeypatch.setattr(pdf, "_keep_headings", lambda _document: None)
    assert any(alone(html) for html in pages)  # without it some would be
    del application


def torn(html: str) -> bool:
    font = QFont()
    font.setFamilies(list(FAMILIES))
    return next(pdf._torn(pdf.lay_out(html, font)), None) is not None


def test_no_row_is_torn_apart_by_the_end_of_a_page(monkeypatch: pytest.MonkeyPatch) -> None:
    application = painting_application()
    pages = [made(lines, 60, "一\n二\n三") for lines in range(3, 9)]
    assert not any(torn(html) for html in pages)
    monkeypatch.setattr(pdf, "_keep_rows", lambda _document: None)
    assert any(torn(html) for html in pages)  # without it some would be
    del application
