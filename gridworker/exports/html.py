"""Renders a neutral document as self-contained HTML for print preview and printing. Keeps to what Qt's rich text
lays out: plain tables with `<thead>`, attributes for widths and sides, no script, no outside file."""

from __future__ import annotations

from base64 import b64encode
from html import escape

from gridworker.exports.chart_paper import TEXT, captioned, spoken
from gridworker.exports.chart_parts import PAPER_INK
from gridworker.exports.chart_svg import svg_of
from gridworker.exports.document import (
    Block,
    Cell,
    Chart,
    ColumnKind,
    Document,
    Heading,
    PageBreak,
    Paragraph,
    Table,
    Voice,
    printed,
    running_notes,
)
from gridworker.exports.page_setup import USUAL, PageSetup
from gridworker.exports.sheet import fitted_widths

INK, EDGE, HEAD = "#111111", "#55554f", "#ededea"
#: Tables with more columns are set smaller.
FEW_COLUMNS = 6
#: Half-width characters across A4 portrait, our margins, padding taken off, at 9 and at 8 points.
CHARACTERS, SMALL_CHARACTERS = 84.0, 94.0
#: Each class of paragraph: points on A4, and the rest of its style.
_PARAGRAPHS = (
    ("p", 10.5, "margin-top: 0; margin-bottom: 4pt; line-height: 130%;"),
    ("p.title", 18, "font-weight: bold; margin-bottom: 6pt; line-height: 120%;"),
    ("p.sub", 10, ""),
    ("p.mark", 11, "font-weight: bold; background-color: #f4e8d0;"),
    ("p.note", 9, ""),
    ("p.head", 12, "font-weight: bold; margin-top: 10pt;"),
    ("p.caption", 10.5, "font-weight: bold; margin-top: 10pt; margin-bottom: 3pt;"),
    ("p.chart", 9, "margin-top: 10pt; margin-bottom: 4pt; line-height: 100%;"),
    ("th, td", 9, f"border-color: {EDGE}; border-style: solid; border-width: 1px;"),
    ("th.small, td.small", 8, ""),
)


def _style(page: PageSetup) -> str:
    """`@page` is for other programs: Qt lays out on the paper it is given."""
    paragraphs = "\n".join(
        f"{name} {{ font-size: {points * page.letters:.3g}pt; {rest} }}" for name, points, rest in _PARAGRAPHS
    )
    margins = f"margin: {page.side:g}mm {page.side:g}mm {page.foot:g}mm;"
    sides = "".join(
        f"@page :{side} {{ margin-left: {page.left(number):g}mm; "
        f"margin-right: {2 * page.side - page.left(number):g}mm; }}\n"
        for number, side in enumerate(("right", "left"))
        if page.two_sided
    )
    return f"""
@page {{ size: {page.paper}; {margins} }}
{sides}body {{ color: {INK}; background-color: #ffffff; }}
{paragraphs}
table {{ border-collapse: collapse; border-color: {EDGE}; border-style: solid; border-width: 1px; }}
th {{ font-weight: bold; background-color: {HEAD}; }}
"""


def render_html(document: Document) -> str:
    """The whole document as one HTML page: white paper, dark ink, everything escaped."""
    language = document.language.replace("_", "-")
    parts = [
        f'<!DOCTYPE html>\n<html lang="{escape(language)}">\n<head>\n<meta charset="utf-8">',
        f"<title>{escape(document.title)}</title>\n<style>{_style(document.page)}</style>\n</head>\n<body>",
        f'<p class="title" align="center">{escape(document.title)}</p>',
        f'<p class="sub" align="center">{escape(document.subtitle)}</p>',
    ]
    parts += [f'<p class="mark" align="center">{escape(mark)}</p>' for mark in document.marks]
    new_page = False
    for block in running_notes(document):
        parts.append(_block(block, document, new_page))
        new_page = isinstance(block, PageBreak)
    parts += [f'<p class="note">{escape(line)}</p>' for line in document.footer.lines]
    return "\n".join([*(part for part in parts if part), "</body>\n</html>\n"])


def _block(block: Block, document: Document, new_page: bool) -> str:
    style = ' style="page-break-before: always"' if new_page else ""
    match block:
        case Heading():
            # Qt enlarges <h1> to <h6> on top of the given size, so headings are paragraphs with a class.
            return f'<p class="head"{style}>{_text(block.text)}</p>'
        case Paragraph():
            kind = ' class="note"' if block.voice is Voice.NOTE else ""
            return f"<p{kind}{style}>{_text(block.text)}</p>"
        case Table():
            marks = "".join(f" · {mark}" for mark in document.marks)
            caption = f'<p class="caption"{style}>{_text(block.caption + marks)}</p>'
            return "\n".join([caption, *_table(block, document.page)])
        case Chart():
            return f'<p class="chart" align="center"{style}>{_pictures(block, document)}</p>'
        case PageBreak():
            return ""


def _pictures(chart: Chart, document: Document) -> str:
    """The drawing as pictures within the page, so that no program has to look for a file."""
    words = escape(spoken(chart))
    pictures = []
    for drawing in captioned(chart, document.page, document.marks):
        picture = b64encode(svg_of(drawing, PAPER_INK, TEXT * document.page.letters).encode()).decode()
        size = f'width="{round(drawing.width)}" height="{round(drawing.height)}"'
        pictures.append(f'<img src="data:image/svg+xml;base64,{picture}" {size} alt="{words}">')
    return "<br>".join(pictures)


def _table(table: Table, page: PageSetup) -> list[str]:
    small = len(table.columns) > FEW_COLUMNS
    size = ' class="small"' if small else ""
    room = page.content[0] / USUAL.content[0] / page.letters
    widths = fitted_widths(table, room * (SMALL_CHARACTERS if small else CHARACTERS))
    # Qt adds the padding of every cell on top of the shares, so they stay below 100 together; one text column gets
    # no share and takes what is left.
    scale = (100 - len(widths)) / sum(widths)
    rest = max(
        range(len(widths)), key=lambda place: (table.columns[place].kind is ColumnKind.TEXT, widths[place])
    )
    lines = ['<table border="1" cellspacing="0" cellpadding="2" width="100%">', "<thead>", "<tr>"]
    for place, (column, width) in enumerate(zip(table.columns, widths, strict=True)):
        share = "" if place == rest else f' width="{round(width * scale)}%"'
        lines.append(f'<th{size} align="center" valign="middle"{share}>{_text(column.title)}</th>')
    lines += ["</tr>", "</thead>", "<tbody>"]
    lines += [_row(cells, table, size, bold=False) for cells in table.rows]
    if table.total:
        lines.append(_row(table.total, table, size, bold=True))
    lines += ["</tbody>", "</table>"]
    if table.note:
        lines.append(f'<p class="note">{_text(table.note)}</p>')
    return lines


def _row(cells: tuple[Cell, ...], table: Table, size: str, bold: bool) -> str:
    fields = []
    for cell, column in zip(cells, table.columns, strict=True):
        text = _text(printed(cell))
        fields.append(f'<td{size} align="{column.side}">{f"<b>{text}</b>" if bold else text}</td>')
    return f"<tr>{''.join(fields)}</tr>"


def _text(text: str) -> str:
    return escape(text).replace("\n", "<br>")
