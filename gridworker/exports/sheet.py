"""Measures of a printed sheet: widths of columns and heights of rows for Chinese and Latin text. Knows no library."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable

from gridworker.exports.document import ColumnKind, Table, printed

NARROWEST = 6
PADDING = 2.2
#: Half-width characters that fit across A4 landscape at 10.5 pt inside our margins.
PAGE_CHARACTERS = 128
LINE_POINTS = 15.0
#: A text column narrower than this cuts Chinese phrases into ribbons.
NARROWEST_TEXT = 10
#: How much wider than half a Chinese character a bold Latin letter is.
BOLD = 1.06
#: Pieces of text no line may be broken in: runs of Latin letters, digits and signs.
_PIECE = re.compile(r"[\x21-\x7e]+")


def text_width(text: str) -> int:
    """Half-width characters of the longest line: a Chinese character takes two."""
    lines = text.split("\n")
    return max(sum(2 if unicodedata.east_asian_width(c) in "WFA" else 1 for c in line) for line in lines)


def column_widths(table: Table) -> tuple[float, ...]:
    """The width of each column in half-width characters: its longest text, at most the column's `widest`."""
    widths = []
    for place, column in enumerate(table.columns):
        wanted = max(min(_longest(table, place), column.widest), _title_width(column.title), column.least)
        widths.append(max(NARROWEST, wanted) + PADDING)
    return tuple(widths)


def fitted_widths(table: Table, room: float) -> tuple[float, ...]:
    """`column_widths` shrunk to `room` where it can be done without cutting a number, a day, a code or a word: text
    gives way first, and the result may be wider than `room` if nothing more can give."""
    widths = column_widths(table)
    excess = sum(widths) - room
    if excess <= 0:
        return widths
    spare = [width - least for width, least in zip(widths, _least_widths(table), strict=True)]
    part = min(1.0, excess / sum(spare)) if sum(spare) > 0 else 0.0
    return tuple(width - part * give for width, give in zip(widths, spare, strict=True))


def _least_widths(table: Table) -> tuple[float, ...]:
    least = []
    for place, (column, full) in enumerate(zip(table.columns, column_widths(table), strict=True)):
        content = _longest(table, place)
        if column.kind is ColumnKind.TEXT:
            content = min(content, NARROWEST_TEXT)
        words = [len(piece) * BOLD for piece in _PIECE.findall(column.title)] or [text_width(column.title)]
        least.append(min(full, max(content, *words, NARROWEST - 2) + PADDING))
    return tuple(least)


def _title_width(title: str) -> float:
    """The width of a column's bold title."""
    letters = sum(len(piece) for piece in _PIECE.findall(title))
    return text_width(title) + letters * (BOLD - 1)


def _longest(table: Table, place: int) -> int:
    rows = (*table.rows, *([table.total] if table.total else []))
    return max((text_width(printed(row[place])) for row in rows), default=0)


def lines_needed(text: str, width: float) -> int:
    """Lines `text` takes when wrapped at `width` half-width characters."""
    room = max(width - PADDING, 1) + 0.01  # a text as wide as its column is one line, whatever the float says
    return sum(max(1, math.ceil(text_width(line) / room)) for line in text.split("\n"))


def row_points(cells: Iterable[tuple[str, float]]) -> float:
    """The height of a row in points for pairs of text and column width."""
    return max((lines_needed(text, width) for text, width in cells), default=1) * LINE_POINTS + 3
