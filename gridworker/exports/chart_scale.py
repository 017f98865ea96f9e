"""Arithmetic of a chart: where an axis is marked, how a value is written on it, and how a text is broken into lines.
Exact fractions, so that the same figures are the same drawing everywhere."""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

from gridworker.exports.chart_parts import Ruler

#: What stays on one line where there is room: a run of Latin letters, digits and signs, or one Chinese character.
_PIECE = re.compile(r"[\x21-\x7e]+|\s+|[^\x21-\x7e\s]")


def nice_ticks(low: Fraction, high: Fraction, at_most: int, *, whole: bool) -> tuple[Fraction, ...]:
    """At least two and at most `at_most` (>= 3) round values, evenly apart, that reach from `low` or less to `high` or
    more. `whole` keeps them to whole numbers. Raises ValueError if `low` is above `high`."""
    if low > high:
        raise ValueError(f"an axis cannot run from {low} to {high}")
    if low == high:
        high = low + 1 if low >= 0 else Fraction(0)
    step = _round_step((high - low) / (at_most - 1), whole)
    while True:
        first, last = (low / step).__floor__(), (high / step).__ceil__()
        if last - first + 1 <= at_most:
            return tuple(step * number for number in range(first, last + 1))
        step = _round_step(step + step / 10, whole)


def _round_step(least: Fraction, whole: bool) -> Fraction:
    """The smallest 1, 2 or 5 × 10ⁿ that is `least` or more."""
    power = Fraction(1)
    while power > least:
        power /= 10
    while power * 10 <= least:
        power *= 10
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= least)
    return max(step, Fraction(1)) if whole else step


def marked(tick: Fraction, percent: bool) -> str:
    """A value as it stands at the axis."""
    value = tick * 100 if percent else tick
    text = f"{int(value):,}" if value.denominator == 1 else f"{float(value):,.10g}"
    return text.replace("-", "\N{MINUS SIGN}") + ("%" if percent else "")


def broken(text: str, room: float, ruler: Ruler, bold: bool = False) -> tuple[str, ...]:
    """`text` in lines no wider than `room`; nothing is left out. A word is cut only if it alone is too wide."""
    lines: list[str] = []
    line = ""
    for piece in _PIECE.findall(text):
        for part in _parts(piece, room, ruler, bold):
            if line.strip() and ruler.width((line + part).strip(), bold) > room:
                lines.append(line.strip())
                line = ""
            line += part
    return (*lines, line.strip()) if line.strip() or not lines else tuple(lines)


def _parts(piece: str, room: float, ruler: Ruler, bold: bool) -> Sequence[str]:
    return piece if ruler.width(piece, bold) > room else (piece,)


def spread(wanted: Sequence[float], heights: Sequence[float], top: float, bottom: float) -> tuple[float, ...]:
    """Upper edges for boxes of these heights whose middles are as near as can be to `wanted`, in the same order from
    top to bottom, none over another and all between `top` and `bottom` (which must hold them all)."""
    order = sorted(range(len(wanted)), key=lambda place: (wanted[place], place))
    edges = [0.0] * len(wanted)
    free = top
    for place in order:
        edges[place] = max(wanted[place] - heights[place] / 2, free)
        free = edges[place] + heights[place]
    end = bottom
    for place in reversed(order):
        edges[place] = min(edges[place], end - heights[place])
        end = edges[place]
    return tuple(edges)
