"""Charts as they stand on paper: one width, one size of text, the caption below, in pieces that fit on a page. Where
each thing is does not depend on the computer's fonts, so equal documents are equal pages."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gridworker.exports.chart_layout import laid_out
from gridworker.exports.chart_parts import Box, Drawing, EstimatedRuler, Label, Line, Ruler
from gridworker.exports.chart_scale import broken
from gridworker.exports.document import Align, Chart, Document, printed
from gridworker.exports.page_setup import PageSetup

#: In 1/96 inch: as wide as the type area of official papers, and text of 9 points on A4.
WIDTH, TEXT = 580.0, 12.0
_MM = 96 / 25.4
#: How much of the height of a page one piece may take.
_HIGHEST = 0.72


def paper_ruler(page: PageSetup, text: float = TEXT) -> EstimatedRuler:
    """Measures the text of charts on this paper; larger `text` stands in lines of the same height."""
    return EstimatedRuler(text * page.letters, EstimatedRuler.pitch * TEXT / text)


def paper_drawings(chart: Chart, page: PageSetup, text: float = TEXT) -> tuple[Drawing, ...]:
    """The drawing of `chart` for this paper, without its caption; several if it would not fit on one page. `text`: the
    size of its letters, where the drawing is made smaller afterwards."""
    width, height = page.content
    return cut(laid_out(chart, min(WIDTH, width * _MM), paper_ruler(page, text)), height * _MM * _HIGHEST)


def document_drawings(document: Document) -> tuple[Drawing, ...]:
    """All drawings of a document in order, with their captions."""
    return tuple(
        drawing for chart in document.charts for drawing in captioned(chart, document.page, document.marks)
    )


def captioned(chart: Chart, page: PageSetup, marks: Sequence[str] = ()) -> tuple[Drawing, ...]:
    """`paper_drawings` with the caption and the marks of the document below the last."""
    *before, last = paper_drawings(chart, page)
    return (*before, with_caption(last, " · ".join((chart.caption, *marks)), paper_ruler(page)))


def with_caption(drawing: Drawing, caption: str, ruler: Ruler) -> Drawing:
    """`drawing` with its caption below it, broken into lines where it must."""
    lines = broken(caption, drawing.width, ruler, bold=True)
    top = drawing.height + ruler.line * 0.4
    labels = tuple(
        Label(line, Box(0, top + place * ruler.line, drawing.width, ruler.line), Align.CENTRE, bold=True)
        for place, line in enumerate(lines)
    )
    height = top + (len(lines) + 0.3) * ruler.line
    return replace(drawing, height=height, labels=drawing.labels + labels)


def spoken(chart: Chart) -> str:
    """The figures of `chart` in one sentence, for whoever does not see it."""
    if chart.is_empty:
        return f"{chart.caption}: {chart.empty}"
    rows = (spoken_value(chart, place) for place in range(len(chart.labels)))
    return f"{chart.caption}: {'; '.join(rows)}"


def spoken_value(chart: Chart, label: int, series: int = -1) -> str:
    """One value with its names; with a series of -1 all values of the label."""
    row = chart.table.rows[label]
    told = chart.series if series < 0 else chart.series[series : series + 1]
    values = (
        printed(row[one.column]) if len(chart.series) == 1 else f"{one.name} {printed(row[one.column])}"
        for one in told
        if series >= 0 or row[one.column] is not None
    )
    return f"{chart.labels[label]} {', '.join(values)}".strip()


def cut(drawing: Drawing, highest: float) -> tuple[Drawing, ...]:
    """`drawing` in pieces of at most `highest` where it can be cut between its rows."""
    if drawing.height <= highest:
        return (drawing,)
    ends = sorted({spot.box.bottom for spot in drawing.spots} | {drawing.height})
    whole = [
        end
        for end in ends
        if not any(label.box.top < end - 1e-6 < label.box.bottom - 2e-6 for label in drawing.labels)
    ]
    pieces, start = [], 0.0
    while start < drawing.height:
        fitting = [end for end in whole if start < end <= start + highest]
        end = max(fitting, default=min((end for end in whole if end > start), default=drawing.height))
        pieces.append(_piece(drawing, start, end))
        start = end
    return tuple(pieces)


def _piece(drawing: Drawing, start: float, end: float) -> Drawing:
    def moved(box: Box) -> Box:
        return replace(box, top=box.top - start)

    def within(middle: float) -> bool:
        return start <= middle < end

    return Drawing(
        drawing.width,
        end - start,
        tuple(replace(one, box=moved(one.box)) for one in drawing.labels if within(one.box.middle)),
        tuple(_clipped(line, start, end) for line in drawing.lines),
        tuple(replace(one, box=moved(one.box)) for one in drawing.bars if within(one.box.middle)),
        fields=tuple(replace(one, box=moved(one.box)) for one in drawing.fields if within(one.box.middle)),
        spots=tuple(replace(one, box=moved(one.box)) for one in drawing.spots if within(one.box.middle)),
    )


def _clipped(line: Line, start: float, end: float) -> Line:
    return replace(line, points=tuple((x, min(max(y, start), end) - start) for x, y in line.points))
