"""What a chart is drawn of: text in boxes, lines, bars, dots and fields, in units of 1/96 inch from the upper left
corner. Painter and SVG draw the same parts; nothing here knows either."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from gridworker.exports.document import Align
from gridworker.exports.sheet import text_width


class Ruler(Protocol):
    """Measures text as it will be drawn."""

    @property
    def line(self) -> float:
        """The height of one line."""

    def width(self, text: str, bold: bool = False) -> float: ...


@dataclass(frozen=True)
class EstimatedRuler:
    """Measures for a font that is not known: `size` is its height in 1/96 inch, `pitch` how many of them a line takes.
    Takes every letter as rather wide, so that text fits whatever face draws it."""

    size: float = 12.0
    pitch: float = 1.45

    @property
    def line(self) -> float:
        return self.size * self.pitch

    def width(self, text: str, bold: bool = False) -> float:
        return self.size * sum(_share_of_height(letter) for letter in text) * (1.08 if bold else 1.0)


def _share_of_height(letter: str) -> float:
    if text_width(letter) > 1 or letter in "MW@%—":
        return 1.0
    return 0.75 if letter.isupper() or letter in "mw" else 0.62


@dataclass(frozen=True)
class Box:
    left: float
    top: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def bottom(self) -> float:
        return self.top + self.height

    @property
    def middle(self) -> float:
        return self.top + self.height / 2

    def meets(self, other: Box) -> bool:
        """True if the two share more than an edge."""
        grain = 1e-6
        return (
            self.left < other.right - grain
            and other.left < self.right - grain
            and self.top < other.bottom - grain
            and other.top < self.bottom - grain
        )


@dataclass(frozen=True)
class Label:
    """Text on one line, within its box."""

    text: str
    box: Box
    side: Align = Align.LEFT
    bold: bool = False
    quiet: bool = False


class Stroke(StrEnum):
    GRID = "grid"
    AXIS = "axis"
    SERIES = "series"


@dataclass(frozen=True)
class Line:
    """Points joined by straight lines. `style` counts the series, and with it colour and dashes."""

    points: tuple[tuple[float, float], ...]
    stroke: Stroke
    style: int = 0


@dataclass(frozen=True)
class Bar:
    box: Box
    style: int


@dataclass(frozen=True)
class Dot:
    """A mark on a line; `style` decides its colour and its shape."""

    x: float
    y: float
    radius: float
    style: int


@dataclass(frozen=True)
class Field:
    """One field of a heat map: how far `share` (0 to 1) goes is told by its tone and by the gauge at its foot. Without
    a share its edge is dashed."""

    box: Box
    share: float | None

    @property
    def gauge(self) -> Box:
        high = min(3.0, self.box.height / 5)
        wide = (self.box.width - 4) * (self.share or 0.0)
        return Box(self.box.left + 2, self.box.bottom - high - 1, wide, high)


@dataclass(frozen=True)
class Spot:
    """Where label and series of these numbers can be pointed at; a series of -1 stands for all of them."""

    label: int
    series: int
    box: Box


@dataclass(frozen=True)
class Drawing:
    width: float
    height: float
    labels: tuple[Label, ...] = ()
    lines: tuple[Line, ...] = ()
    bars: tuple[Bar, ...] = ()
    dots: tuple[Dot, ...] = ()
    fields: tuple[Field, ...] = ()
    spots: tuple[Spot, ...] = ()


#: What fills a bar, by the number of its series: all of the ink, or lines this way or that on the paper.
FILLS = ("solid", "rising", "empty", "falling", "crossed", "level")
#: Shapes of dots, and on-off lengths of dashes in units of the line's width, by the number of the series.
SHAPES = ("round", "square", "upright", "turned")
DASHES: tuple[tuple[float, ...], ...] = ((), (4, 3), (1, 2), (8, 3, 1, 3))
_HATCH = 4.0


def hatching(bar: Bar) -> tuple[tuple[float, float, float, float], ...]:
    """The lines (x1, y1, x2, y2) that fill `bar` on paper and screen alike; none if it is solid or empty."""
    fill, box = FILLS[bar.style % len(FILLS)], bar.box
    found: list[tuple[float, float, float, float]] = []
    if fill in ("rising", "crossed"):
        found += _slanted(box, rising=True)
    if fill in ("falling", "crossed"):
        found += _slanted(box, rising=False)
    if fill == "level":
        steps = int(box.height / 3)
        found += [
            (box.left, box.top + 3 * step, box.right, box.top + 3 * step) for step in range(1, steps + 1)
        ]
    return tuple(found)


def _slanted(box: Box, *, rising: bool) -> Iterator[tuple[float, float, float, float]]:
    """Lines at 45 degrees, cut off at the edges of the box."""
    start = -box.height + _HATCH
    while start < box.width:
        left, right = max(start, 0.0), min(start + box.height, box.width)
        first, last = left - start, right - start  # how far down the line is at both ends
        if rising:
            first, last = box.height - first, box.height - last
        yield box.left + left, box.top + first, box.left + right, box.top + last
        start += _HATCH


def dash(style: int) -> tuple[float, ...]:
    return DASHES[style % len(DASHES)]


def shape(style: int) -> str:
    return SHAPES[style % len(SHAPES)]


def corners(dot: Dot) -> Sequence[tuple[float, float]]:
    """The corners of a dot that is not round."""
    x, y, r = dot.x, dot.y, dot.radius
    match shape(dot.style):
        case "square":
            return ((x - r, y - r), (x + r, y - r), (x + r, y + r), (x - r, y + r))
        case "upright":
            return ((x, y - r * 1.2), (x + r * 1.1, y + r), (x - r * 1.1, y + r))
        case _:
            return ((x, y - r * 1.3), (x + r * 1.3, y), (x, y + r * 1.3), (x - r * 1.3, y))


@dataclass(frozen=True)
class Ink:
    """The colours (`#RRGGBB`) of one surface. `series` are taken in turn; `tones` fill the fields of a heat map from
    least to most, none where a field shall not be toned."""

    surface: str
    text: str
    quiet: str
    grid: str
    series: tuple[str, ...]
    tones: tuple[str, ...] = ()

    def of(self, style: int) -> str:
        return self.series[style % len(self.series)]

    def tone(self, share: float | None) -> str:
        """The fill of a field with this share; the surface's own colour if it has none."""
        if share is None or not self.tones:
            return self.surface
        return self.tones[min(int(share * len(self.tones)), len(self.tones) - 1)]


#: White paper: dark enough to be told apart without colour.
PAPER_INK = Ink(
    "#ffffff",
    "#111111",
    "#44443f",
    "#c9c9c3",
    ("#24589c", "#55554f"),
    ("#ffffff", "#eef2f7", "#dde6f0", "#cbd8e8", "#b9cae0"),
)
