"""Geometry of a line chart: points in the order of time, names at the ends of the lines instead of a legend."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from gridworker.exports.chart_parts import Box, Dot, Drawing, Label, Line, Ruler, Spot, Stroke
from gridworker.exports.chart_scale import broken, marked, nice_ticks, spread
from gridworker.exports.document import Align, Chart, printed

GAP, TICKS = 6.0, 5
#: How high the plot is in lines of text, and how much of the width the names at the ends may take.
HIGH, ENDS = 6.5, 0.32
DOT = 2.5
FEW = 20


@dataclass(frozen=True)
class _Panel:
    """Series that share a plot: marks of its axis, and for each series its number, last value and name with it."""

    ticks: tuple[Fraction, ...]
    texts: tuple[str, ...]
    ends: tuple[tuple[int, Fraction, tuple[str, ...]], ...]
    styles: tuple[int, ...]

    def high(self, ruler: Ruler) -> float:
        return max(HIGH, sum(len(lines) for _, _, lines in self.ends)) * ruler.line


def line_chart(chart: Chart, width: float, ruler: Ruler) -> Drawing:
    """The drawing of a chart with at least one value; what is much smaller has a plot of its own below."""
    parts = [_panel(chart, styles, width, ruler) for styles in panels(chart)]
    names = [broken(name, width * ENDS, ruler) for name in chart.labels]
    half = max(ruler.width(line) for lines in names for line in lines) / 2
    left = max([ruler.width(text) + GAP for part in parts for text in part.texts] + [half]) + GAP
    words = [line for part in parts for _, _, lines in part.ends for line in lines]
    right = max([ruler.width(line, bold=True) + GAP + DOT for line in words] + [half])
    labels: list[Label] = []
    lines: list[Line] = []
    dots: list[Dot] = []
    top = ruler.line / 2
    plot = Box(left, top, 0, 0)
    for part in parts:
        plot = Box(left, top, width - right - GAP - left, part.high(ruler))
        more = _plotted(chart, part, plot, width, ruler)
        labels += more.labels
        lines += more.lines
        dots += more.dots
        top = plot.bottom + 1.5 * ruler.line
    xs = _across(len(names), plot)
    below, deepest = _below(names, xs, plot, ruler)
    spots = tuple(_spots(xs, plot, deepest))
    return Drawing(width, deepest, (*labels, *below), tuple(lines), dots=tuple(dots), spots=spots)


def panels(chart: Chart) -> tuple[tuple[int, ...], ...]:
    """Which series, by their numbers, share a plot: counts that stay below a fifth of the greatest have one of their
    own, they would lie flat on its foot. Series without a value are in none."""
    greatest = {
        style: max(abs(value) for value in values)
        for style, series in enumerate(chart.series)
        if (values := [value for value in chart.values(series) if value is not None])
    }
    most = max(greatest.values())
    small = tuple(style for style, value in greatest.items() if value * 5 < most and not chart.is_share)
    large = tuple(style for style in greatest if style not in small)
    return (large, small) if small else (large,)


def _panel(chart: Chart, styles: tuple[int, ...], width: float, ruler: Ruler) -> _Panel:
    ticks = line_ticks(chart, styles)
    texts = tuple(marked(tick, chart.is_share) for tick in ticks)
    return _Panel(ticks, texts, tuple(_ends(chart, styles, width * ENDS, ruler)), styles)


def _plotted(chart: Chart, part: _Panel, plot: Box, width: float, ruler: Ruler) -> Drawing:
    """Axis, lines and names of one plot."""
    low, span = part.ticks[0], part.ticks[-1] - part.ticks[0]

    def height_of(value: Fraction) -> float:
        return plot.bottom - float((value - low) / span) * plot.height

    room = plot.left - 2 * GAP
    labels = [
        Label(text, Box(0, height_of(tick) - ruler.line / 2, room, ruler.line), Align.RIGHT, quiet=True)
        for tick, text in zip(part.ticks, part.texts, strict=True)
    ]
    wanted = [height_of(value) for _, value, _ in part.ends]
    labels += _names_at_the_ends(part.ends, wanted, plot, width, ruler)
    lines = [
        Line(((plot.left - GAP, height_of(tick)), (plot.right, height_of(tick))), Stroke.GRID)
        for tick in part.ticks
    ]
    xs = _across(len(chart.labels), plot)
    dots: list[Dot] = []
    for style in part.styles:
        for run in _runs(chart.values(chart.series[style])):
            points = tuple((xs[place], height_of(value)) for place, value in run)
            if len(points) > 1:
                lines.append(Line(points, Stroke.SERIES, style))
            dots += [Dot(x, y, DOT, style) for x, y in points]
    return Drawing(width, plot.bottom, tuple(labels), tuple(lines), dots=tuple(dots))


def line_ticks(chart: Chart, styles: Sequence[int]) -> tuple[Fraction, ...]:
    """Marks at the axis of these series: from nought, unless all of their values lie well above it. What is a handful,
    or hardly changes, is seen from nought: one more or less is no steep road."""
    values = (value for style in styles for value in chart.values(chart.series[style]))
    found = [value for value in values if value is not None]
    low, high = min(found), max(found)
    calm = (high - low) * 20 < high or (high <= FEW and not chart.is_share)
    if 0 < low < high * Fraction(3, 5) or calm:
        low = min(low, Fraction(0))
    return nice_ticks(low, max(high, low), TICKS, whole=not chart.is_share)


def _ends(
    chart: Chart, styles: Sequence[int], room: float, ruler: Ruler
) -> Iterator[tuple[int, Fraction, tuple[str, ...]]]:
    """For each series: its number, its last value and its name with that value."""
    for style in styles:
        series = chart.series[style]
        found = [(place, value) for place, value in enumerate(chart.values(series)) if value is not None]
        place, value = found[-1]
        words = f"{series.name} {printed(chart.table.rows[place][series.column])}"
        yield style, value, broken(words, room, ruler, bold=True)


def _names_at_the_ends(
    ends: Sequence[tuple[int, Fraction, tuple[str, ...]]],
    wanted: Sequence[float],
    plot: Box,
    width: float,
    ruler: Ruler,
) -> Iterator[Label]:
    """Each name as near as can be to the height its line ends at."""
    left = plot.right + GAP + DOT
    heights = [len(words) * ruler.line for _, _, words in ends]
    tops = spread(wanted, heights, plot.top - ruler.line / 2, plot.bottom + ruler.line / 2)
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
