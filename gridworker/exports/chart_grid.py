"""Geometry of a heat map: for each label a row of fields, each with its value in words, its tone and a gauge."""

from __future__ import annotations

from gridworker.exports.chart_parts import Box, Drawing, Field, Label, Ruler, Spot
from gridworker.exports.chart_scale import broken
from gridworker.exports.document import Align, Chart, printed

GAP, PAD, NAMES = 6.0, 6.0, 0.3
WIDEST = 7.0  # of a field, in lines of text


def field_chart(chart: Chart, width: float, ruler: Ruler) -> Drawing:
    """The drawing of a chart with at least one value. A row that is too long goes on below itself; each field then says
    its own name."""
    names = [broken(name, width * NAMES, ruler) for name in chart.labels]
    left = max(ruler.width(line) for lines in names for line in lines) + GAP
    wide, words = _fields(chart, width - left, ruler)
    in_line = max(1, int((width - left) / wide + 1e-9))
    high = max(len(lines) for row in words for lines in row) * ruler.line + 2 * PAD
    labels: list[Label] = []
    fields: list[Field] = []
    spots: list[Spot] = []
    greatest = max(
        (value for series in chart.series for value in chart.values(series) if value), default=None
    )
    full = 1 if chart.is_share else greatest or 1
    top = 0.0
    for place, lines in enumerate(names):
        shown = [number for number in range(len(chart.series)) if words[place][number]]
        deep = max(max(1, (len(shown) + in_line - 1) // in_line) * high, len(lines) * ruler.line)
        start = top + max(0.0, (high - 2 - len(lines) * ruler.line) / 2)
        labels += [
            Label(line, Box(0, start + number * ruler.line, left - GAP, ruler.line), quiet=True)
            for number, line in enumerate(lines)
        ]
        for at, number in enumerate(shown):
            box = Box(left + at % in_line * wide, top + at // in_line * high, wide - 2, high - 2)
            value = chart.values(chart.series[number])[place]
            fields.append(Field(box, None if value is None else min(1.0, max(0.0, float(value / full)))))
            spots.append(Spot(place, number, box))
            start = box.top + (box.height - len(words[place][number]) * ruler.line) / 2
            labels += [
                Label(
                    line, Box(box.left + 1, start + row * ruler.line, box.width - 2, ruler.line), Align.CENTRE
                )
                for row, line in enumerate(words[place][number])
            ]
        top += deep + GAP / 2
    return Drawing(width, top, tuple(labels), fields=tuple(fields), spots=tuple(spots))


def _fields(chart: Chart, room: float, ruler: Ruler) -> tuple[float, list[list[tuple[str, ...]]]]:
    """How wide a field is, and the lines in each: the name of its column and its value. A field that stands for nothing
    (no value, and no such unit) has no lines."""
    most = min(room, WIDEST * ruler.line)
    words = [
        [
            (*broken(series.name, most - 2 * PAD, ruler), *broken(printed(row[series.column]), most - 2 * PAD, ruler))
            if row[series.column] is not None
            else ()
            for series in chart.series
        ]
        for row in chart.table.rows
    ]  # fmt: skip
    widest = max((ruler.width(line) for row in words for lines in row for line in lines), default=0.0)
    return min(most, widest + 2 * PAD + 2), words
