"""The .docx as another library reads it: official measures, named faces, repeated heads, and text that stays text."""

from __future__ import annotations

import errno
import io
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import docx
import pytest
from docx.oxml.ns import qn

from gridworker.errors import DiskFull
from gridworker.exports.chart_paper import paper_drawings
from gridworker.exports.document import Column, ColumnKind, Document, PageBreak, Paragraph, Table, printed
from gridworker.exports.docx import CLOSER, FIGURE, LETTERS, docx_bytes, write_docx
from gridworker.exports.summary import summary_document
from gridworker.wording import Wording
from tests.unit.exports.weeks import GENERATED, WEEK

ZH, EN = Wording.load("zh_CN"), Wording.load("en")
BOTH = pytest.mark.parametrize("wording", [ZH, EN], ids=["zh_CN", "en"])
MILLIMETRE = 36_000


def report(wording: Wording = ZH, *, practice: bool = False) -> Document:
    return summary_document(replace(WEEK, practice=practice), wording, GENERATED, ledger=True)


def reopened(document: Document) -> Any:
    return docx.Document(io.BytesIO(docx_bytes(document)))


@BOTH
def test_every_table_says_what_the_document_says(wording: Wording) -> None:
    document = report(wording)
    tables = reopened(document).tables
    assert len(tables) == len(document.tables) == 11
    for seen, meant in zip(tables, document.tables, strict=True):
        rows = [[cell.text for cell in row.cells] for row in seen.rows]
        assert rows[0] == [column.title for column in meant.columns]
        wanted = [
            [printed(cell) for cell in row] for row in (*meant.rows, *([meant.total] if meant.total else []))
        ]
        assert rows[1:] == wanted


def test_measures_of_the_paper_are_the_official_ones() -> None:
    section = reopened(report()).sections[0]
    page = [round(size / MILLIMETRE) for size in (section.page_width, section.page_height)]
    edges = (section.top_margin, section.bottom_margin, section.left_margin, section.right_margin)
    assert page == [210, 297]
    assert [round(edge / MILLIMETRE) for edge in edges] == [37, 35, 28, 26]
    grid = section._sectPr.find(qn("w:docGrid"))
    assert (grid.get(qn("w:type")), grid.get(qn("w:linePitch"))) == ("lines", "579")


def test_twenty_two_lines_and_twenty_eight_characters_stand_in_the_type_area() -> None:
    section = reopened(report()).sections[0]
    high = section.page_height - section.top_margin - section.bottom_margin
    wide = section.page_width - section.left_margin - section.right_margin
    assert high // (579 * 635) == 22
    assert wide // ((16 * 20 + CLOSER) * 635) == 28


@pytest.mark.parametrize(
    ("style", "face", "size"),
    [
        ("Normal", "仿宋_GB2312", 16),
        ("Title", "方正小标宋简体", 22),
        ("Heading 1", "黑体", 16),
        ("Heading 2", "楷体_GB2312", 16),
        ("Footer", "宋体", 14),
    ],
)
def test_faces_are_named_for_chinese_text_and_have_something_to_fall_back_on(
    style: str, face: str, size: int
) -> None:
    document = report()
    paper = reopened(document)
    found = paper.styles[style]
    assert found.element.rPr.find(qn("w:rFonts")).get(qn("w:eastAsia")) == face
    assert found.font.size.pt == size
    with zipfile.ZipFile(io.BytesIO(docx_bytes(document))) as package:
        assert f'<w:font w:name="{face}"><w:altName' in package.read("word/fontTable.xml").decode()


def test_heads_of_tables_come_again_on_every_page_and_rows_are_not_torn() -> None:
    for table in reopened(report()).tables:
        first, *others = table.rows
        assert first._tr.trPr.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:tblHeader")) is None for row in others)
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_a_small_table_stays_on_one_page_and_definitions_run_on() -> None:
    document = report()
    paper = reopened(document)
    small = [table for table in paper.tables if len(table.rows) <= 9]
    assert small
    for table in small:
        kept = [bool(row.cells[0].paragraphs[0]._p.findall(".//" + qn("w:keepNext"))) for row in table.rows]
        assert kept[:-1] == [True] * (len(kept) - 1)
        assert len(kept) == 1 or not kept[-1]
    definitions = [block.text for block in document.blocks if isinstance(block, Paragraph)][-16:]
    running = next(line.text for line in paper.paragraphs if line.text.startswith(definitions[0]))
    assert running == "".join(definitions)


@pytest.mark.parametrize("wording", [ZH, EN], ids=["zh_CN", "en"])
def test_the_report_lies_on_upright_paper_in_both_languages(wording: Wording) -> None:
    """Its widest table has eleven columns, of which an English title may be longer than all numbers below it."""
    busy = replace(WEEK, categories=tuple(replace(one, name="Property service") for one in WEEK.categories))
    paper = reopened(summary_document(busy, wording, GENERATED))
    assert all(section.page_width < section.page_height for section in paper.sections)


def test_a_title_too_long_for_its_line_is_set_smaller() -> None:
    assert reopened(report()).paragraphs[0].style.name == "Title"
    long = replace(report(EN), title="演示社区 weekly grid work report (2026, week 47)")
    title = reopened(long).paragraphs[0]
    assert title.style.name == "Long Title"
    assert title.style.font.size.pt == 18


def test_letters_of_figures_are_legible_and_make_them_no_higher() -> None:
    assert LETTERS * FIGURE * 72 / 96 >= 7.5
    chart = report().charts[0]
    (usual,) = paper_drawings(chart, report().page)
    (larger,) = paper_drawings(chart, report().page, LETTERS)
    assert larger.height <= usual.height * 1.02


def test_page_numbers_stand_outside_on_odd_and_even_pages() -> None:
    paper = reopened(report())
    assert paper.settings.odd_and_even_pages_header_footer
    section = paper.sections[0]
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        line = footer.paragraphs[0]._p
        assert line.pPr.find(qn("w:jc")).get(qn("w:val")) == side
        assert line.find(qn("w:fldSimple")).get(qn("w:instr")).strip() == "PAGE"


def test_the_practice_mark_is_on_every_page_and_at_every_table() -> None:
    document = report(practice=True)
    paper = reopened(document)
    mark = document.marks[0]
    section = paper.sections[0]
    assert section.header.paragraphs[0].text == section.even_page_header.paragraphs[0].text == mark
    captions = [paragraph.text for paragraph in paper.paragraphs if paragraph.style.name == "Caption"]
    assert len(captions) == 11
    assert all(mark in caption for caption in captions)
    assert not reopened(report()).sections[0].header.paragraphs[0].text


def test_a_table_too_wide_for_upright_paper_lies_on_its_own_page() -> None:
    wide = Table(
        "甲", tuple(Column(f"一二三四五六{n}", ColumnKind.NUMBER) for n in range(12)), ((10**9,) * 12,)
    )
    document = replace(report(), blocks=(Paragraph("甲"), PageBreak(), wide))
    upright, lying = reopened(document).sections
    assert upright.page_width < upright.page_height
    assert lying.page_width > lying.page_height


def test_what_the_format_cannot_hold_is_left_out_and_the_rest_stays_text() -> None:
    text = "a\x00\x0b<w:b/>&\ud800乙\n=1+1"
    table = Table("甲", (Column("一"),), ((text,),))
    cell = reopened(replace(report(), blocks=(table,))).tables[0].rows[1].cells[0]
    assert cell.text == "a<w:b/>&乙\n=1+1"


def test_equal_documents_are_equal_files() -> None:
    assert docx_bytes(report()) == docx_bytes(report())
    assert docx_bytes(report()) != docx_bytes(report(EN))


def test_a_full_disk_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "week.docx"
    target.write_bytes(b"old")

    def full(self: Path, _content: bytes) -> int:
        raise OSError(errno.ENOSPC, "no space")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(DiskFull):
        write_docx(report(), target)
    assert target.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [target]
