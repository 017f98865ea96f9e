"""A chart as an SVG picture that needs nothing from outside. Equal drawings give equal text."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

from gridworker.exports.chart_parts import (
    FILLS,
    Bar,
    Dot,
    Drawing,
    Field,
    Ink,
    Label,
    Line,
    Stroke,
    corners,
    dash,
    hatching,
    shape,
)
from gridworker.exports.document import Align

FAMILIES = "Microsoft YaHei, PingFang SC, WenQuanYi Micro Hei, Noto Sans CJK SC, sans-serif"
_ANCHORS = {Align.LEFT: "start", Align.CENTRE: "middle", Align.RIGHT: "end"}
WIDTHS = {Stroke.GRID: 0.75, Stroke.AXIS: 1.0, Stroke.SERIES: 1.75}


def svg_of(drawing: Drawing, ink: Ink, size: float) -> str:
    """The picture of `drawing` with text `size` high (1/96 inch)."""
    wide, high = _n(drawing.width), _n(drawing.height)
    size_of_all = f'width="{wide}" height="{high}"'
    letters = f'font-family="{FAMILIES}" font-size="{_n(size)}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size_of_all} viewBox="0 0 {wide} {high}" {letters}>',
        f'<rect {size_of_all} fill="{ink.surface}"/>',
    ]
    for field in drawing.fields:
        parts += _field(field, ink)
    parts += [_line(line, ink) for line in drawing.lines]
    for bar in drawing.bars:
        parts += _bar(bar, ink)
    parts += [_dot(dot, ink) for dot in drawing.dots]
    parts += [_label(label, ink, size) for label in drawing.labels]
    return "".join([*parts, "</svg>"])


def _n(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")


def _rect(left: float, top: float, width: float, height: float, look: str) -> str:
    return f'<rect x="{_n(left)}" y="{_n(top)}" width="{_n(width)}" height="{_n(height)}" {look}/>'


def _field(field: Field, ink: Ink) -> Iterator[str]:
    box, gauge = field.box, field.gauge
    dashed = ' stroke-dasharray="3 3"' if field.share is None else ""
    look = f'fill="{ink.tone(field.share)}" stroke="{ink.grid}"{dashed}'
    yield _rect(box.left, box.top, box.width, box.height, look)
    if gauge.width > 0:
        yield _rect(gauge.left, gauge.top, gauge.width, gauge.height, f'fill="{ink.of(0)}"')


def _line(line: Line, ink: Ink) -> str:
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in line.points)
    colour = (
        ink.grid
        if line.stroke is Stroke.GRID
        else ink.quiet
        if line.stroke is Stroke.AXIS
        else ink.of(line.style)
    )
    wide = WIDTHS[line.stroke]
    dashes = " ".join(_n(part * wide) for part in dash(line.style)) if line.stroke is Stroke.SERIES else ""
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{_n(wide)}"{dashed}/>'


def _bar(bar: Bar, ink: Ink) -> Iterator[str]:
    colour, box = ink.of(bar.style), bar.box
    ground = colour if FILLS[bar.style % len(FILLS)] == "solid" else ink.surface
    yield _rect(box.left, box.top, box.width, box.height, f'fill="{ground}" stroke="{colour}"')
    for x1, y1, x2, y2 in hatching(bar):
        yield f'<path d="M{_n(x1)} {_n(y1)}L{_n(x2)} {_n(y2)}" stroke="{colour}" stroke-width="0.75"/>'


def _dot(dot: Dot, ink: Ink) -> str:
    colour = ink.of(dot.style)
    if shape(dot.style) == "round":
        return f'<circle cx="{_n(dot.x)}" cy="{_n(dot.y)}" r="{_n(dot.radius)}" fill="{colour}"/>'
    points = " ".join(f"{_n(x)},{_n(y)}" for x, y in corners(dot))
    return f'<polygon points="{points}" fill="{ink.surface}" stroke="{colour}" stroke-width="1.25"/>'


def _label(label: Label, ink: Ink, size: float) -> str:
    box = label.box
    x = {Align.LEFT: box.left, Align.CENTRE: box.left + box.width / 2, Align.RIGHT: box.right}[label.side]
    bold = ' font-weight="bold"' if label.bold else ""
    colour = ink.quiet if label.quiet else ink.text
    return (
        f'<text x="{_n(x)}" y="{_n(box.middle + size * 0.36)}" text-anchor="{_ANCHORS[label.side]}" '
        f'fill="{colour}"{bold}>{escape(label.text)}</text>'
    )
