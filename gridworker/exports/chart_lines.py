"""Geometry of a line chart: points in the order of time, names at the ends of the lines instead of a legend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from gridworker.exports.chart_parts import Box, Dot, Drawing, Label, Line, Ruler, Spot, Stroke
from gridworker.exports.chart_scale import broken, marked, nice_ticks, spread
from gridworker.exports.document import Align, Chart, printed

GAP, TICKS = 6.0, 5
#: How high the plot is in lines of text, and how much of the width the names at the ends may take.
HIGH, ENDS = 6.5, 0.32
DOT = 2.5


def line_chart(chart: Chart, width: float, ruler: Ruler) -> Drawing:
    """The drawing of a chart with at least one value."""
    ticks = line_ticks(chart)
    texts = [marked(tick, chart.is_share) for tick in ticks]
    ends = _ends(chart, width * ENDS, ruler)
    high = max(HIGH * ruler.line, sum(len(lines) for _, _, lines in ends) * ruler.line)
    left = max(ruler.width(text) for text in texts) + GAP
    names = [broken(name, width * ENDS, ruler) for name in chart.labels]
    half = max(ruler.width(line) for lines in names for line in lines) / 2
    right = max([ruler.width(line, bold=True) + GAP + DOT for _, _, lines in ends for line in lines] + [half])
    plot = Box(max(left, half) + GAP, ruler.line / 2, 0, high)
    plot = Box(plot.left, plot.top, width - right - GAP - plot.left, high)
    xs = _across(len(names), plot)
    low, span = ticks[0], ticks[-1] - ticks[0]

    def height_of(value: Fraction) -> float:
        return plot.bottom - float((value - low) / span) * plot.height

    labels = [
        Label(text, Box(0, height_of(tick) - ruler.line / 2, left - GAP, ruler.line), Align.RIGHT, quiet=True)
        for tick, text in zip(ticks, texts, strict=True)
    ]
    below, deepest = _below(names, xs, plot, ruler)
    labels += below
    labels += _names_at_the_ends(ends, [height_of(value) for _, value, _ in ends], plot, width, ruler)
    lines = [
        Line(((plot.left - GAP, height_of(tick)), (plot.right, height_of(tick))), Stroke.GRID)
        for tick in ticks
    ]
    dots: list[Dot] = []
    for style, series in enumerate(chart.series):
        for run in _runs(chart.values(series)):
            points = tuple((xs[place], height_of(value)) for place, value in run)
            if len(points) > 1:
                lines.append(Line(points, Stroke.SERIES, style))
            dots += [Dot(x, y, DOT, style) for x, y in points]
    return Drawing(
        width, deepest, tuple(labels), tuple(lines), dots=tuple(dots), spots=tuple(_spots(xs, plot, deepest))
    )


def line_ticks(chart: Chart) -> tuple[Fraction, ...]:
    """Marks at the axis of a line chart with values: from nought, unless all of them lie well above it."""
    found = [value for series in chart.series for value in chart.values(series) if value is not None]
    low, high = min(found), max(found)
    if 0 < low < high * Fraction(3, 5) or low == high:
        low = min(low, Fraction(0))
    return nice_ticks(low, max(high, low), TICKS, whole=not chart.is_share)


def _ends(chart: Chart, room: float, ruler: Ruler) -> list[tuple[int, Fraction, tuple[str, ...]]]:
    """For each series with a value: its number, its last value and its name with that value."""
    found = []
    for style, series in enumerate(chart.series):
        last = [(place, value) for place, value in enumerate(chart.values(series)) if value is not None]
        if last:
            place, value = last[-1]
            words = f"{series.name} {printed(chart.table.rows[place][series.column])}"
            found.append((style, value, broken(words, room, ruler, bold=True)))
    return found


def _names_at_the_ends(
    ends: list[tuple[int, Fraction, tuple[str, ...]]],
    wanted: Sequence[float],
    plot: Box,
    width: float,
    ruler: Ruler,
) -> Iterator[Label]:
    """Each name as near as can be to the height its line ends at."""
    left = plot.right + GAP + DOT
    heights = [len(words) * ruler.line for _, _, words in ends]
    tops = spread(wanted, heights, 0, plot.bottom + ruler.line / 2)
    for (style, _, words), top in zip(ends, tops, strict=True):
        for place, line in enumerate(words):
            box = Box(left, top + place * ruler.line, width - GAP - left, ruler.line)
            yield Label(line, box, bold=not style, quiet=bool(style))


def _across(count: int, plot: Box) -> list[float]:
    if count == 1:
        return [plot.left + plot.width / 2]
    return [plot.left + plot.width * place / (count - 1) for place in range(count)]


def _below(
    names: Sequence[Sequence[str]], xs: Sequence[float], plot: Box, ruler: Ruler
) -> tuple[list[Label], float]:
    """As many of the names below the axis as stand there without touching, counted back from the last, and where
    the deepest of them ends."""
    widths = [max(ruler.width(line) for line in lines) for lines in names]
    step = next(
        step for step in range(1, len(names) + 1) if _fits(range(len(names) - 1, -1, -step), xs, widths)
    )
    top = plot.bottom + ruler.line / 2 + GAP / 2
    labels = [
        Label(
            line,
            Box(xs[place] - widths[place] / 2, top + number * ruler.line, widths[place], ruler.line),
            Align.CENTRE,
            quiet=True,
        )
        for place in range(len(names) - 1, -1, -step)
        for number, line in enumerate(names[place])
    ]
    return labels, top + max(len(lines) for lines in names) * ruler.line


def _fits(places: range, xs: Sequence[float], widths: Sequence[float]) -> bool:
    return all(
        xs[before] + widths[before] / 2 + GAP <= xs[place] - widths[place] / 2
        for place, before in pairwise(places)
    )


def _runs(values: Sequence[Fraction | None]) -> Iterator[list[tuple[int, Fraction]]]:
    """Stretches of neighbouring values: where one is missing, the line breaks off."""
    run: list[tuple[int, Fraction]] = []
    for place, value in enumerate(values):
        if value is not None:
            run.append((place, value))
        elif run:
            yield run
            run = []
    if run:
        yield run


def _spots(xs: Sequence[float], plot: Box, deepest: float) -> Iterator[Spot]:
    """A strip around each point of time, from top to bottom."""
    for place, x in enumerate(xs):
        left = (xs[place - 1] + x) / 2 if place else plot.left
        right = (x + xs[place + 1]) / 2 if place + 1 < len(xs) else plot.right
        yield Spot(place, -1, Box(left, 0, right - left, deepest))
