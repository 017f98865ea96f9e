"""Where everything of a chart stands: pure geometry. Every text is whole and over no other; bars begin at nought; and
a chart without values says so instead of showing an axis of nothing."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from gridworker.exports.chart_grid import field_chart
from gridworker.exports.chart_lines import TICKS, line_chart, line_ticks, panels
from gridworker.exports.chart_parts import Bar, Box, Drawing, Label, Line, Ruler, Spot, Stroke
from gridworker.exports.chart_scale import broken, nice_ticks
from gridworker.exports.document import NOTHING, Align, Chart, ChartKind, printed

#: Of the width at most this much goes to the names beside the bars.
NAMES = 0.4
BAR, GAP = 0.55, 6.0  # a bar's thickness in lines of text, and the room between things


def laid_out(chart: Chart, width: float, ruler: Ruler) -> Drawing:
    """The drawing of `chart`, without its caption, as high as it needs. `width` is at least that of twenty Chinese
    characters."""
    if chart.is_empty:
        return _words_alone(chart.empty, width, ruler)
    match chart.kind:
        case ChartKind.LINE:
            return line_chart(chart, width, ruler)
        case ChartKind.HEAT:
            return field_chart(chart, width, ruler)
        case ChartKind.BAR | ChartKind.STACKED:
            return _bars(chart, width, ruler)


def axis_ticks(chart: Chart) -> tuple[Fraction, ...]:
    """Marks for the axis of the values of a chart that has some, of the first plot if there are two; with bars from
    nought."""
    if chart.kind is ChartKind.LINE:
        return line_ticks(chart, panels(chart)[0])
    return nice_ticks(Fraction(0), _longest(chart), TICKS, whole=not chart.is_share)


def _words_alone(text: str, width: float, ruler: Ruler) -> Drawing:
    lines = broken(text, width - 2 * GAP, ruler)
    labels = tuple(
        Label(line, Box(GAP, ruler.line * (0.5 + place), width - 2 * GAP, ruler.line), quiet=True)
        for place, line in enumerate(lines)
    )
    return Drawing(width, ruler.line * (len(lines) + 1), labels)


def _bars(chart: Chart, width: float, ruler: Ruler) -> Drawing:
    """Names at the left, bars from a common edge, the value at the end of each."""
    labels, swatches, top = _legend(chart, width, ruler) if len(chart.series) > 1 else ([], [], 0.0)
    bars = list(swatches)
    names = [broken(name, width * NAMES, ruler) for name in chart.labels]
    left = max(ruler.width(line) for lines in names for line in lines) + GAP
    values = _shown_values(chart)
    room = width - left - max(ruler.width(text, bold=True) for row in values for text in row) - GAP - 1
    longest = _longest(chart)
    spots: list[Spot] = []
    begin = top
    for place, lines in enumerate(names):
        thick, count = ruler.line * BAR, len(values[place])
        high = max(len(lines) * ruler.line, count * max(thick + 2, ruler.line)) + GAP / 2
        labels += _name(lines, left - GAP, top, high, ruler)
        step = (high - GAP / 2) / count
        for number in range(count):
            middle = top + GAP / 4 + step * (number + 0.5)
            parts = _parts(chart, place, number)
            end = left
            for style, value in parts:
                long = room * float(value / longest)
                if long > 0:
                    bars.append(Bar(Box(end, middle - thick / 2, long, thick), style))
                    end += long
            text = values[place][number]
            box = Box(end + GAP, middle - ruler.line / 2, ruler.width(text, bold=True), ruler.line)
            labels.append(Label(text, box, bold=True))
            series = number if count > 1 or chart.kind is ChartKind.BAR else -1
            spots.append(Spot(place, series, Box(0, middle - step / 2, width, step)))
        top += high
    axis = Line(((left, begin), (left, top)), Stroke.AXIS)
    return Drawing(width, top, tuple(labels), (axis,), tuple(bars), spots=tuple(spots))


def _parts(chart: Chart, place: int, number: int) -> Sequence[tuple[int, Fraction]]:
    """(style, value) of what stands behind each other in one bar."""
    styles = range(len(chart.series)) if chart.kind is ChartKind.STACKED else (number,)
    found = ((style, chart.values(chart.series[style])[place]) for style in styles)
    return [(style, value) for style, value in found if value is not None]


def _shown_values(chart: Chart) -> list[list[str]]:
    """For each label the text at the end of each of its bars."""
    if chart.kind is ChartKind.STACKED:
        sums = (
            [value for series in chart.series if (value := chart.values(series)[place]) is not None]
            for place in range(len(chart.labels))
        )
        return [[printed(int(sum(found))) if found else NOTHING] for found in sums]
    return [[printed(row[series.column]) for series in chart.series] for row in chart.table.rows]


def _longest(chart: Chart) -> Fraction:
    """What a bar over the whole room stands for: all of it for shares, else the greatest value."""
    if chart.is_share:
        return Fraction(1)
    bars = (
        sum((value for _, value in _parts(chart, place, number)), Fraction(0))
        for place in range(len(chart.labels))
        for number in range(len(chart.series))
    )
    return max(bars, default=Fraction(0)) or Fraction(1)


def _name(lines: Sequence[str], width: float, top: float, high: float, ruler: Ruler) -> list[Label]:
    start = top + (high - len(lines) * ruler.line) / 2
    return [
        Label(line, Box(0, start + place * ruler.line, width, ruler.line), Align.LEFT, quiet=True)
        for place, line in enumerate(lines)
    ]


def _legend(chart: Chart, width: float, ruler: Ruler) -> tuple[list[Label], list[Bar], float]:
    """A swatch and a name for each series, in as many lines as they need, and how high that is."""
    labels: list[Label] = []
    bars: list[Bar] = []
    x, y, swatch = 0.0, 0.0, ruler.line
    for style, series in enumerate(chart.series):
        lines = broken(series.name, width - swatch - GAP, ruler)
        wide = max(ruler.width(line) for line in lines)
        if x and x + swatch + GAP + wide > width:
            x, y = 0.0, y + ruler.line
        bars.append(Bar(Box(x, y + ruler.line * 0.2, swatch, ruler.line * 0.6), style))
        for place, line in enumerate(lines):
            if place:
                y += ruler.line
            labels.append(Label(line, Box(x + swatch + GAP, y, wide, ruler.line), quiet=True))
        x += swatch + GAP + wide + 2 * GAP
    return labels, bars, y + ruler.line + GAP
