"""Renders a neutral document as a .docx in the layout of official papers (GB/T 9704-2012: type area 156 × 225 mm, 22
lines of 28 characters, named faces). Reports carry no red head and no seal."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

from gridworker.exports.chart_paper import paper_drawings, spoken
from gridworker.exports.chart_parts import PAPER_INK
from gridworker.exports.document import (
    Align,
    Block,
    Cell,
    Chart,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Table,
    Voice,
    printed,
    running_notes,
)
from gridworker.exports.docx_sheet import DocxSheet, docx_sheet
from gridworker.exports.markup import xml_text
from gridworker.exports.sheet import fitted_widths, text_width
from gridworker.exports.target import finished

if TYPE_CHECKING:
    from docx.document import Document as Paper

#: Taken off each character, so that 28 stand in a line. A grid of characters would say the same, but a program that
#: snaps to it gives every character of 16 pt two of its squares of 15.79.
CLOSER = -5
#: Faces of the standard are not free to ship: they are named, and beside each what a computer without it may take.
FANGSONG, TITLE, HEITI, KAITI, SONG = "仿宋_GB2312", "方正小标宋简体", "黑体", "楷体_GB2312", "宋体"
_LIKE = {
    FANGSONG: "仿宋,FangSong,STFangsong",
    TITLE: "小标宋,宋体,SimSun",
    KAITI: "楷体,KaiTi,STKaiti",
    HEITI: "SimHei,STHeiti,Microsoft YaHei",
    SONG: "SimSun,STSong",
}
LATIN = "Times New Roman"
#: Tables with more columns are set smaller. Half points.
FEW_COLUMNS, TABLE_SIZE, SMALL_SIZE = 6, 21, 18
#: A figure is so wide beside the type area: at its full width two of them fill a page of these margins.
FIGURE = 0.75
#: The letters of a figure, in 1/96 inch before that: 7.6 points on A4.
LETTERS = 13.5
#: A title that would not stand in one line is set smaller. Half points.
TITLE_SIZE, LONG_TITLE_SIZE = 44, 36
#: A table of fewer rows is not torn apart by the end of a page.
SMALL_TABLE = 9
#: Latin letters are narrower than half a Chinese character: columns so much wider than the type area fit all the same.
NARROW_LETTERS = 1.08
_SIDES = {Align.LEFT: "left", Align.CENTRE: "center", Align.RIGHT: "right"}
_LEVELS = {1: HEITI, 2: KAITI}
_MADE = (1980, 1, 1, 0, 0, 0)
_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'


def write_docx(document: Document, target: Path) -> Path:
    """Write `document` to `target`, whole or not at all. Equal documents give equal bytes.

    Raises DiskFull, FolderReadOnly, TargetNotWritable."""
    content = docx_bytes(document)
    with finished(target, _readable) as part:
        part.write_bytes(content)
    return target


def docx_bytes(document: Document) -> bytes:
    """The file's bytes; nothing is written to disk."""
    import docx

    paper = docx.Document()
    _describe(paper, document)
    sheet = docx_sheet(document.page)
    _set_styles(paper, document.language, sheet)
    _name_faces(paper)
    sections = _sections(running_notes(document))
    _append(paper, _opening(document, sheet))
    for number, blocks in enumerate(sections):
        if number:
            paper.add_section()
        wide = _is_wide(blocks, sheet)
        _lay_page(paper.sections[-1], sheet, wide)
        _append(paper, (part for block in blocks for part in _block(block, paper, sheet, wide, document)))
    _append(paper, (_paragraph("Caption Note", line) for line in document.footer.lines))
    _number_pages(paper, document)
    return _packed(paper)


def _sections(blocks: Iterable[Block]) -> list[list[Block]]:
    """What stands between page breaks; each part may lie on paper of its own direction."""
    parts: list[list[Block]] = [[]]
    for block in blocks:
        if isinstance(block, PageBreak):
            parts.append([])
        else:
            parts[-1].append(block)
    return parts


def _describe(paper: Paper, document: Document) -> None:
    core = paper.core_properties
    core.title, core.author, core.last_modified_by, core.comments = document.title, "Gridworker", "", ""
    core.language = document.language.replace("_", "-")
    core.created = core.modified = document.moment


def _set_styles(paper: Paper, language: str, sheet: DocxSheet) -> None:
    defaults = paper.styles.element.find(".//{*}rPrDefault/{*}rPr/{*}lang")
    if defaults is not None:
        defaults.set(defaults.nsmap["w"].join("{}") + "eastAsia", "zh-CN")
    fixed = f'<w:spacing w:before="0" w:after="0" w:line="{sheet.pitch}" w:lineRule="exact"/>'
    body = sheet.half_points(32)
    indent = f'<w:ind w:firstLine="{body * 20}" w:firstLineChars="200"/>' if language.startswith("zh") else ""
    flush = '<w:ind w:firstLine="0" w:firstLineChars="0"/>'
    loose = (
        '<w:snapToGrid w:val="0"/><w:spacing w:before="{}" w:after="{}" w:line="240" w:lineRule="auto"/>'
        + flush
    )
    after_title = (
        f'<w:spacing w:before="0" w:after="{sheet.pitch // 2}" w:line="{sheet.pitch}" w:lineRule="exact"/>'
        + flush
    )
    sized = partial(_style, paper, sheet)
    sized("Normal", FANGSONG, 32, fixed + indent, closer=CLOSER)
    for name, size in (("Title", TITLE_SIZE), ("Long Title", LONG_TITLE_SIZE)):
        sized(name, TITLE, size, loose.format(0, 200) + '<w:jc w:val="center"/>')
    sized("Subtitle", KAITI, 32, after_title + '<w:jc w:val="center"/>')
    for level, face in _LEVELS.items():
        sized(f"Heading {level}", face, 32, f"<w:keepNext/>{fixed}{indent}", outline=level)
    sized("Caption", HEITI, 24, f"<w:keepNext/>{loose.format(120, 40)}")
    for name, size in (("Table Text", TABLE_SIZE), ("Small Table Text", SMALL_SIZE)):
        sized(name, FANGSONG, size, loose.format(0, 0))
    sized("Caption Note", FANGSONG, SMALL_SIZE, loose.format(20, 20))
    centred = '<w:jc w:val="center"/>'
    sized("Figure", FANGSONG, 21, f"<w:keepNext/>{loose.format(100, 0)}{centred}")
    sized("Figure Caption", HEITI, 24, loose.format(40, 100) + centred)
    sized("Header", HEITI, 21, loose.format(0, 0) + '<w:jc w:val="center"/>')
    sized("Footer", SONG, 28, loose.format(0, 0))


def _style(
    paper: Paper,
    sheet: DocxSheet,
    name: str,
    face: str,
    official: int,
    layout: str,
    *,
    outline: int = 0,
    closer: int = 0,
) -> None:
    """Give the style `name` exactly this face and layout; whatever it had before is gone. Letters are `official` half
    points high on A4."""
    from docx.enum.style import WD_STYLE_TYPE

    half_points = sheet.half_points(official)
    known = any(style.name == name for style in paper.styles)
    style = paper.styles[name] if known else paper.styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH)
    element = style.element
    for part in element.xpath("./w:pPr | ./w:rPr"):
        element.remove(part)
    # Word wants the outline level behind all other properties of a paragraph.
    level = f'<w:outlineLvl w:val="{outline - 1}"/>' if outline else ""
    element.append(_xml(f"<w:pPr {_W}>{layout}{level}</w:pPr>"))
    element.append(
        _xml(
            f'<w:rPr {_W}><w:rFonts w:ascii="{LATIN}" w:hAnsi="{LATIN}" w:cs="{LATIN}" w:eastAsia="{face}"/>'
            f'<w:b w:val="0"/><w:i w:val="0"/><w:color w:val="000000"/><w:spacing w:val="{closer}"/>'
            f'<w:kern w:val="0"/><w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/></w:rPr>'
        )
    )


def _name_faces(paper: Paper) -> None:
    """Say in the table of fonts what to take where a face is missing."""
    faces = "".join(
        f'<w:font w:name="{face}"><w:altName w:val="{like}"/><w:charset w:val="86"/></w:font>'
        for face, like in _LIKE.items()
    )
    table = next(part for part in paper.part.package.iter_parts() if part.partname.endswith("/fontTable.xml"))
    table._blob = table.blob.replace(
        b"</w:fonts>", faces.encode() + b"</w:fonts>"
    )  # a part read as plain bytes


def _lay_page(section: Any, sheet: DocxSheet, wide: bool) -> None:
    from docx.enum.section import WD_ORIENT

    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    sides = (sheet.long, sheet.short) if wide else (sheet.short, sheet.long)
    section.page_width, section.page_height = map(_emu, sides)
    upright = (sheet.top, sheet.bottom, sheet.left, sheet.right)
    margins = (sheet.left, sheet.right, sheet.bottom, sheet.top) if wide else upright
    section.top_margin, section.bottom_margin, section.left_margin, section.right_margin = map(_emu, margins)
    section.header_distance = _emu(min(1000, sheet.top // 2))
    section.footer_distance = _emu(min(sheet.foot, margins[1] - 400) if wide else sheet.foot)
    for grid in section._sectPr.xpath("./w:docGrid"):
        section._sectPr.remove(grid)
    section._sectPr.append(_xml(f'<w:docGrid {_W} w:type="lines" w:linePitch="{sheet.pitch}"/>'))


def _emu(twips: int) -> int:
    return twips * 635


def _is_wide(blocks: Sequence[Block], sheet: DocxSheet) -> bool:
    """True if a table among `blocks` does not fit across upright paper without cutting words."""
    tables = (block for block in blocks if isinstance(block, Table))
    return any(
        sum(fitted_widths(table, _characters(table, sheet, wide=False)))
        > _characters(table, sheet, wide=False) * NARROW_LETTERS
        for table in tables
    )


def _characters(table: Table, sheet: DocxSheet, wide: bool) -> float:
    """Half-width characters across the type area at the table's size; a character is half as wide as it is high."""
    return sheet.room(wide) / (sheet.half_points(_size(table)) * 10 / 2)


def _size(table: Table) -> int:
    return SMALL_SIZE if len(table.columns) > FEW_COLUMNS else TABLE_SIZE


def _opening(document: Document, sheet: DocxSheet) -> list[Any]:
    room = sheet.room(wide=False) / (sheet.half_points(TITLE_SIZE) * 10 / 2) * NARROW_LETTERS
    return [
        _paragraph("Title" if text_width(document.title) <= room else "Long Title", document.title),
        *([_paragraph("Subtitle", document.subtitle)] if document.subtitle else []),
    ]


def _block(block: Block, paper: Paper, sheet: DocxSheet, wide: bool, document: Document) -> list[Any]:
    match block:
        case Heading():
            return [_paragraph(f"Heading {min(block.level, max(_LEVELS))}", block.text)]
        case Paragraph():
            return [_paragraph("Caption Note" if block.voice is Voice.NOTE else "Normal", block.text)]
        case Table():
            marks = "".join(f" · {mark}" for mark in document.marks)
            note = [_paragraph("Caption Note", block.note)] if block.note else []
            return [_paragraph("Caption", block.caption + marks), _table(block, sheet, wide), *note]
        case Chart():
            return _figure(block, paper, sheet, wide, document)
        case PageBreak():
            return []


def _figure(chart: Chart, paper: Paper, sheet: DocxSheet, wide: bool, document: Document) -> list[Any]:
    """The drawing as pictures in print resolution, the caption below them on the same page."""
    from gridworker.exports.charts import painting_application, paper_font, png_of

    application = painting_application()
    drawings = paper_drawings(chart, document.page, LETTERS)
    font = paper_font(LETTERS * document.page.letters)
    parts = []
    for drawing in drawings:
        wanted = min(drawing.width * 15, sheet.room(wide)) * FIGURE
        picture = io.BytesIO(png_of([drawing], PAPER_INK, font))
        inline = paper.part.new_pic_inline(picture, width=_emu(round(wanted)), height=None)
        inline.docPr.set("descr", spoken(chart))
        paragraph = _xml(f'<w:p {_W}><w:pPr><w:pStyle w:val="Figure"/></w:pPr><w:r><w:drawing/></w:r></w:p>')
        next(paragraph.iter("{*}drawing")).append(inline)
        parts.append(paragraph)
    del application
    return [*parts, _paragraph("Figure Caption", " · ".join((chart.caption, *document.marks)))]


def _table(table: Table, sheet: DocxSheet, wide: bool) -> Any:
    widths = fitted_widths(table, _characters(table, sheet, wide))
    twips = [round(width * sheet.room(wide) / sum(widths)) for width in widths]
    style = "SmallTableText" if _size(table) == SMALL_SIZE else "TableText"
    sides = [column.side for column in table.columns]
    head = [column.title for column in table.columns]
    last = len(table.rows) - (0 if table.total else 1)
    whole = last < SMALL_TABLE
    rows = [_row(head, twips, [Align.CENTRE] * len(twips), style, bold=True, head=True)]
    rows += [
        _row(cells, twips, sides, style, held=whole and place < last)
        for place, cells in enumerate(table.rows)
    ]
    if table.total:
        rows.append(_row(table.total, twips, sides, style, bold=True))
    edges = "".join(
        f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
        for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
    )
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in twips)
    return _xml(
        f'<w:tbl {_W}><w:tblPr><w:tblW w:w="{sum(twips)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{edges}</w:tblBorders><w:tblLayout w:type="fixed"/><w:tblCellMar>'
        '<w:left w:w="60" w:type="dxa"/><w:right w:w="60" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{grid}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def _row(
    cells: Sequence[Cell],
    widths: Sequence[int],
    sides: Sequence[Align],
    style: str,
    *,
    bold: bool = False,
    head: bool = False,
    held: bool = False,
) -> str:
    """`held`: on the page of the row that follows."""
    keep = "<w:keepNext/>" if head or held else ""
    fields = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:vAlign w:val="center"/></w:tcPr>'
        f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{keep}<w:jc w:val="{_SIDES[side]}"/></w:pPr>'
        f"{_run(printed(cell), bold)}</w:p></w:tc>"
        for cell, width, side in zip(cells, widths, sides, strict=True)
    )
    return f"<w:tr><w:trPr><w:cantSplit/>{'<w:tblHeader/>' if head else ''}</w:trPr>{fields}</w:tr>"


def _run(text: str, bold: bool = False) -> str:
    lines = "<w:br/>".join(
        f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in xml_text(text).split("\n")
    )
    return f"<w:r>{'<w:rPr><w:b/></w:rPr>' if bold else ''}{lines}</w:r>"


def _paragraph(style: str, text: str) -> Any:
    identifier = quoteattr(style.replace(" ", ""))
    return _xml(f"<w:p {_W}><w:pPr><w:pStyle w:val={identifier}/></w:pPr>{_run(text)}</w:p>")


def _append(paper: Paper, parts: Iterable[Any]) -> None:
    body = paper.element.body
    for part in parts:
        body.insert_element_before(part, "w:sectPr")


def _number_pages(paper: Paper, document: Document) -> None:
    """The number between dashes: outside right on odd pages and left on even ones, one character in. The marks of the
    document stand at the head of every page, because each page may be alone."""
    paper.settings.odd_and_even_pages_header_footer = True
    if document.page.two_sided:
        # Word wants it right behind how the page is looked at.
        paper.settings.element.find("{*}zoom").addnext(_xml(f"<w:mirrorMargins {_W}/>"))
    first = paper.sections[0]
    for footer, side in ((first.footer, "right"), (first.even_page_footer, "left")):
        line = footer.paragraphs[0]._p
        field = f'<w:fldSimple {_W} w:instr=" PAGE "><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        line.get_or_add_pPr().append(_xml(f'<w:ind {_W} w:{side}="280" w:{side}Chars="100"/>'))
        line.get_or_add_pPr().append(_xml(f'<w:jc {_W} w:val="{side}"/>'))
        for part in (_dash("— "), _xml(field), _dash(" —")):
            line.append(part)
    if document.marks:
        for header in (first.header, first.even_page_header):
            header.paragraphs[0].text = " · ".join(document.marks)


def _dash(text: str) -> Any:
    return _xml(f'<w:r {_W}><w:t xml:space="preserve">{text}</w:t></w:r>')


def _xml(text: str) -> Any:
    from docx.oxml.parser import parse_xml

    return parse_xml(text)


def _packed(paper: Paper) -> bytes:
    """The package with every part under one date, so that equal documents give equal files."""
    loose, packed = io.BytesIO(), io.BytesIO()
    paper.save(loose)
    with zipfile.ZipFile(loose) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, _MADE)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, source.read(name))
    return packed.getvalue()


def _readable(path: Path) -> bool:
    with zipfile.ZipFile(path) as package:
        return package.testzip() is None and "word/document.xml" in package.namelist()
