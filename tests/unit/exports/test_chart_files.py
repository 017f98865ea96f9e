"""Charts in every file format, as another program reads them: drawn once, with their table, the same each time."""

from __future__ import annotations

import base64
import io
import re
import zipfile
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import docx
import openpyxl
import pytest
from docx.text.paragraph import Paragraph as WordParagraph
from openpyxl.chart import BarChart, LineChart
from PySide6.QtGui import QFont, QImage

from gridworker.exports.chart_paper import document_drawings, paper_drawings
from gridworker.exports.chart_parts import PAPER_INK
from gridworker.exports.charts import FontRuler, paper_font, png_of
from gridworker.exports.document import Chart, ChartKind, Document, Paragraph
from gridworker.exports.docx import FIGURE, docx_bytes
from gridworker.exports.html import render_html
from gridworker.exports.page_setup import USUAL, PageSetup, Paper
from gridworker.exports.pdf import lay_out, write_pdf
from gridworker.exports.xlsx import xlsx_bytes
from tests.unit.exports.charts import ALL, CATEGORIES, EMPTY, HEAT, LEVELS, WEEKS, counted, paper

NONE = counted(ChartKind.BAR, ("停车",), ("新增", (None,)), caption="图5　没有")


pytestmark = pytest.mark.usefixtures("qapp")


def book(*charts: Chart) -> Any:
    return openpyxl.load_workbook(io.BytesIO(xlsx_bytes(paper(*charts))))


def title_of(chart: Any) -> str:
    return "".join(run.t for paragraph in chart.title.tx.rich.p for run in paragraph.r or [])


def test_the_workbooks_charts_read_the_cells_of_their_table() -> None:
    sheets = book(WEEKS, LEVELS).worksheets[1:]
    for sheet, chart, kind in zip(sheets, (WEEKS, LEVELS), (LineChart, BarChart), strict=True):
        (drawn,) = sheet._charts
        assert isinstance(drawn, kind)
        assert title_of(drawn) == chart.caption
        assert len(drawn.series) == len(chart.series)
        for seen, meant in zip(drawn.series, chart.series, strict=True):
            name, cells = seen.val.numRef.f.rsplit("!", 1)
            assert name.strip("'") == sheet.title
            values = [row[0].value for row in sheet[cells]]
            assert values == [None if value is None else int(value) for value in chart.values(meant)]
            labels = [row[0].value for row in sheet[(seen.cat.strRef or seen.cat.numRef).f.rsplit("!", 1)[1]]]
            assert labels == list(chart.labels)
            assert sheet[seen.tx.strRef.f.rsplit("!", 1)[1]].value == meant.name


def test_series_of_a_workbook_differ_without_colour() -> None:
    weeks, levels = (sheet._charts[0] for sheet in book(WEEKS, LEVELS).worksheets[1:])
    lines = {(series.spPr.ln.prstDash, series.marker.symbol) for series in weeks.series}
    fills = {
        series.spPr.pattFill.prst if series.spPr.pattFill else series.spPr.solidFill.srgbClr
        for series in levels.series
    }
    assert len(lines) == 2
    assert len(fills) == 4


def test_bars_lie_in_the_order_of_the_table_and_begin_at_nought() -> None:
    (drawn,) = book(LEVELS).worksheets[1]._charts
    assert drawn.x_axis.scaling.orientation == "maxMin"
    assert (drawn.y_axis.scaling.min, drawn.y_axis.scaling.max) == (0, 10)


def test_what_is_much_smaller_has_an_axis_of_its_own() -> None:
    both = counted(ChartKind.LINE, ("46", "47"), ("走访", (176, 118)), ("诉求", (12, 9)))
    (drawn,) = book(both).worksheets[1]._charts
    axes = [
        (axis.crosses, axis.scaling.max)
        for axis in (drawn.y_axis, *(one.y_axis for one in drawn._charts[1:]))
    ]
    assert axes == [("autoZero", 180), ("max", 15)]


def test_a_table_in_the_document_is_where_its_charts_stand() -> None:
    sheets = book(WEEKS, WEEKS).worksheets
    assert len(sheets) == 2
    assert len(sheets[1]._charts) == 2
    last = max(
        chart.anchor.to.row if hasattr(chart.anchor, "to") else chart.anchor._from.row
        for chart in sheets[1]._charts
    )
    assert int(re.findall(r"\d+", sheets[1].print_area)[-1]) > last


def test_a_heat_map_is_bars_in_cells_and_keeps_its_dash() -> None:
    sheet = book(HEAT).worksheets[1]
    rules = [rule for rules in sheet.conditional_formatting for rule in rules.rules]
    assert [rule.type for rule in rules] == ["dataBar"] * 3
    assert not sheet._charts
    assert [cell.value for row in sheet.iter_rows() for cell in row].count("—") == 2


def test_without_values_every_format_says_so() -> None:
    sheet = book(NONE).worksheets[1]
    assert f"图5　没有: {EMPTY}" in [cell.value for row in sheet.iter_rows() for cell in row]
    assert not sheet._charts
    assert EMPTY in svgs(render_html(paper(NONE)))[0]


def svgs(page: str) -> list[str]:
    found = re.findall(r'src="data:image/svg\+xml;base64,([^"]+)"', page)
    return [base64.b64decode(picture).decode() for picture in found]


def test_html_holds_its_pictures_and_their_figures_in_words() -> None:
    page = render_html(paper(*ALL))
    pictures = svgs(page)
    assert len(pictures) == len(ALL)
    assert 'alt="图1　近八周走访: 40 计划 176, 实际 168;' in page
    for picture, chart in zip(pictures, ALL, strict=True):
        root = ElementTree.fromstring(picture)
        texts = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
        assert f"{chart.caption} · 演示数据".replace("　", "") in "".join(texts).replace("　", "")
        assert "http" not in picture.replace("http://www.w3.org/2000/svg", "")


def test_what_somebody_wrote_cannot_leave_its_picture() -> None:
    bad = counted(ChartKind.BAR, ("</text><script>&\"'",), ("<b>", (1,)), caption='"><script>')
    page = render_html(paper(bad))
    assert "<script" not in page
    assert "<script" not in svgs(page)[0]
    ElementTree.fromstring(svgs(page)[0])


def test_word_holds_a_picture_in_print_resolution_with_its_figures_in_words() -> None:
    content = docx_bytes(paper(WEEKS, CATEGORIES))
    document = docx.Document(io.BytesIO(content))
    shapes = document.inline_shapes
    assert len(shapes) == 2
    pictures = [
        part for part in zipfile.ZipFile(io.BytesIO(content)).namelist() if part.startswith("word/media/")
    ]
    assert len(pictures) == 2
    for shape, name, chart in zip(shapes, pictures, (WEEKS, CATEGORIES), strict=True):
        image = QImage.fromData(zipfile.ZipFile(io.BytesIO(content)).read(name))
        assert image.width() / (shape.width / 914_400) == pytest.approx(300 / FIGURE, rel=0.02)
        assert shape.height / shape.width == pytest.approx(image.height() / image.width(), rel=0.01)
        assert shape._inline.docPr.get("descr").startswith(chart.caption)
        page = document.sections[0]
        assert page.page_width and page.left_margin and page.right_margin
        assert shape.width <= page.page_width - page.left_margin - page.right_margin
    below = [paragraph.text for paragraph in document.paragraphs if _style(paragraph) == "Figure Caption"]
    assert below == ["图1　近八周走访 · 演示数据", "图2　诉求分类 · 演示数据"]
    assert len(document.tables) == 2


@pytest.mark.parametrize(
    "setup", [USUAL, PageSetup(Paper.A5), PageSetup(Paper.A6)], ids=lambda setup: setup.paper
)
def test_drawings_stand_where_their_pictures_were_left_room(setup: PageSetup) -> None:
    words = [Paragraph("说明。" * 300)]
    document = Document(
        "t",
        "s",
        "n",
        (*words, WEEKS, LEVELS, *words, CATEGORIES, HEAT),
        "zh_CN",
        "2026-11-20 09:00",
        page=setup,
    )
    drawings = document_drawings(document)
    font = QFont()
    font.setPointSizeF(10.5)
    pages = lay_out(render_html(document), font, setup, drawings)
    high, wide = pages.pageSize().height(), pages.pageSize().width()
    assert [drawing for _, drawing in pages.drawings] == list(drawings)
    before = 0.0
    for place, drawing in pages.drawings:
        assert place.width() == pytest.approx(drawing.width, abs=1)
        assert place.left() >= 0
        assert place.right() <= wide + 1
        assert place.top() >= before
        assert (place.top() + 1) // high == (place.bottom() - 1) // high, (
            "a drawing lies over the edge of a page"
        )
        before = place.bottom()


def test_the_pdf_holds_lines_and_text_and_no_picture(tmp_path: Path) -> None:
    """But for the pixel that keeps the room free in the text."""
    content = write_pdf(paper(*ALL), tmp_path / "c.pdf").read_bytes()
    assert set(re.findall(rb"/Width (\d+)", content)) <= {b"1"}


def test_equal_charts_are_equal_files() -> None:
    one, other = paper(*ALL), paper(*ALL)
    assert xlsx_bytes(one) == xlsx_bytes(other)
    assert docx_bytes(one) == docx_bytes(other)
    assert render_html(one) == render_html(other)


def test_real_letters_fit_the_room_that_was_reckoned() -> None:
    """Paper is laid out without asking the computer's fonts: what is drawn must not be wider."""
    ruler = FontRuler(paper_font(12))
    for chart in ALL:
        for drawing in paper_drawings(chart, USUAL):
            for label in drawing.labels:
                assert ruler.width(label.text, label.bold) - 1 <= label.box.width + 0.5, label


def test_a_picture_shows_something_of_each_part() -> None:
    (drawing,) = paper_drawings(HEAT, USUAL)
    image = QImage.fromData(png_of([drawing], PAPER_INK, paper_font(12), dpi=96, margin=10))
    seen = {image.pixelColor(x, y).name() for x in range(image.width()) for y in range(image.height())}
    assert {PAPER_INK.surface, PAPER_INK.tones[-1], PAPER_INK.series[0]} <= seen
    assert image.width() == round(drawing.width + 20)


def _style(paragraph: WordParagraph) -> str | None:
    return paragraph.style.name if paragraph.style is not None else None
