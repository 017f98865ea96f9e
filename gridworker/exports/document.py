"""Neutral content of a report: what xlsx, docx, pdf and the print preview all render. Values stay typed until a
renderer prints them; nothing here knows a file format or the database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from itertools import groupby

from gridworker.exports.page_setup import USUAL, PageSetup

NOTHING = "—"
MINUS = "\N{MINUS SIGN}"
#: More notes than these behind each other may become one running text.
NOTES_IN_LINES = 4


@dataclass(frozen=True)
class Ratio:
    """A share of `numerator` in `denominator`, both counts >= 0. With a denominator of 0 there is no share."""

    numerator: int
    denominator: int

    def __post_init__(self) -> None:
        if self.numerator < 0 or self.denominator < 0:
            raise ValueError(f"a share of counts cannot be {self.numerator}/{self.denominator}")

    @property
    def share(self) -> Fraction | None:
        return Fraction(self.numerator, self.denominator) if self.denominator else None


@dataclass(frozen=True)
class Signed:
    """A change of a count, printed with its sign."""

    value: int


class Name(int):
    """A number that is a name, such as a year: printed without separators."""


@dataclass(frozen=True)
class Points:
    """How far a share moved, in percentage points. Nothing if one of the two shares does not exist."""

    now: Ratio
    before: Ratio

    @property
    def points(self) -> Fraction | None:
        if self.now.share is None or self.before.share is None:
            return None
        return (self.now.share - self.before.share) * 100


@dataclass(frozen=True)
class Measure:
    """A number that is printed with one decimal."""

    value: Fraction


@dataclass(frozen=True)
class Day:
    """A day `YYYY-MM-DD`; raises ValueError if it is none."""

    iso: str

    def __post_init__(self) -> None:
        if self.date.isoformat() != self.iso:
            raise ValueError(f"not a day: {self.iso!r}")

    @property
    def date(self) -> dt.date:
        return dt.date.fromisoformat(self.iso)


#: What one field of a table may hold; None prints as a dash.
Cell = str | int | Ratio | Signed | Points | Measure | Day | None


class ColumnKind(StrEnum):
    TEXT = "text"
    CODE = "code"  # text that looks like a number or a date and must stay text
    NUMBER = "number"
    PERCENT = "percent"
    DAY = "day"


class Align(StrEnum):
    LEFT = "left"
    CENTRE = "center"
    RIGHT = "right"


_USUAL = {
    ColumnKind.TEXT: Align.LEFT,
    ColumnKind.CODE: Align.LEFT,
    ColumnKind.NUMBER: Align.RIGHT,
    ColumnKind.PERCENT: Align.RIGHT,
    ColumnKind.DAY: Align.CENTRE,
}


@dataclass(frozen=True)
class Column:
    """A column's title and kind. `widest` is how many half-width characters its text may take before it wraps, `least`
    how many are kept free in it, for what will be written by hand."""

    title: str
    kind: ColumnKind = ColumnKind.TEXT
    align: Align | None = None
    widest: int = 28
    least: int = 0

    @property
    def side(self) -> Align:
        return self.align or _USUAL[self.kind]


@dataclass(frozen=True)
class Heading:
    text: str
    level: int = 1


class Voice(StrEnum):
    BODY = "body"
    NOTE = "note"


@dataclass(frozen=True)
class Paragraph:
    text: str
    voice: Voice = Voice.BODY


@dataclass(frozen=True)
class Table:
    """Rows in the order they are read. `key` names the table for programs and stays the same in every language.
    Raises ValueError if a row has another width than the columns."""

    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    total: tuple[Cell, ...] | None = None
    note: str = ""
    key: str = ""

    def __post_init__(self) -> None:
        for row in (*self.rows, *([self.total] if self.total else [])):
            if len(row) != len(self.columns):
                raise ValueError(f"{self.caption}: {len(row)} values for {len(self.columns)} columns")


@dataclass(frozen=True)
class PageBreak:
    """What follows begins on a new page."""


class ChartKind(StrEnum):
    LINE = "line"  # one point for each label, in the order of time
    BAR = "bar"  # for each label one bar of each series, from 0
    STACKED = "stacked"  # for each label one bar, the series behind each other in it
    HEAT = "heat"  # for each label and series one field with its value


@dataclass(frozen=True)
class Series:
    """One line, bar or column of a chart: its name and the column of the chart's table that holds its values."""

    name: str
    column: int


@dataclass(frozen=True)
class Chart:
    """A drawing of some columns of `table`, which stands behind it wherever it is printed. Labels are the first column;
    totals are not drawn. `empty` is what stands there instead when no series has a value. Raises ValueError if a series
    names no column or a column that cannot be drawn."""

    key: str
    caption: str
    kind: ChartKind
    series: tuple[Series, ...]
    table: Table
    empty: str

    def __post_init__(self) -> None:
        for series in self.series:
            if not 0 < series.column < len(self.table.columns):
                raise ValueError(f"{self.key}: no column {series.column} for {series.name}")
            if any(isinstance(row[series.column], str | Day) for row in self.table.rows):
                raise ValueError(f"{self.key}: {series.name} is not made of numbers")
            if self.kind is not ChartKind.LINE and any(value < 0 for value in self.values(series) if value):
                raise ValueError(f"{self.key}: {series.name} goes below 0, which only a line can show")
        if len({self.table.columns[series.column].kind is ColumnKind.PERCENT for series in self.series}) > 1:
            raise ValueError(f"{self.key}: shares and counts have no common axis")

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(printed(row[0]) for row in self.table.rows)

    def values(self, series: Series) -> tuple[Fraction | None, ...]:
        """The value of `series` for each label; nothing where there is none (a share of nothing)."""
        return tuple(_number(row[series.column]) for row in self.table.rows)

    @property
    def is_share(self) -> bool:
        """True if every series is a share, drawn between 0 and 100 %."""
        kinds = {self.table.columns[series.column].kind for series in self.series}
        return kinds == {ColumnKind.PERCENT}

    @property
    def is_empty(self) -> bool:
        """True if there is nothing to draw: no share anywhere, or no count but 0."""
        found = [value for series in self.series for value in self.values(series)]
        return not any(value is not None if self.is_share else value for value in found)


Block = Heading | Paragraph | Table | Chart | PageBreak


@dataclass(frozen=True)
class Footer:
    """Lines under the last block, and the page line with the places `{page}` and `{pages}`."""

    lines: tuple[str, ...] = ()
    page: str = "{page} / {pages}"


@dataclass(frozen=True)
class Document:
    """One report. `marks` must be seen on every sheet and page (the practice watermark). `generated_at` is
    `YYYY-MM-DD HH:MM[:SS]` in China time; it is the only time a file may carry, so equal input gives equal files."""

    title: str
    subtitle: str
    summary_name: str
    blocks: tuple[Block, ...]
    language: str
    generated_at: str
    marks: tuple[str, ...] = ()
    footer: Footer = field(default_factory=Footer)
    page: PageSetup = USUAL

    def __post_init__(self) -> None:
        dt.datetime.fromisoformat(self.generated_at)

    @property
    def moment(self) -> dt.datetime:
        """When it was made, without a zone (China time)."""
        return dt.datetime.fromisoformat(self.generated_at).replace(tzinfo=None, microsecond=0)

    @property
    def page_line(self) -> str:
        """The line at the foot of every page, with the marks: of a long document each page may be alone."""
        return " · ".join(part for part in (self.footer.page, *self.marks) if part)

    @property
    def printed_blocks(self) -> tuple[Block, ...]:
        """The blocks as they are printed: the last chart of a table followed by that, unless the document holds it
        anyway."""
        found: list[Block] = []
        for place, block in enumerate(self.blocks):
            found.append(block)
            if isinstance(block, Chart) and block.table not in self.blocks:
                later = (other.table for other in self.blocks[place + 1 :] if isinstance(other, Chart))
                if block.table not in later:
                    found.append(block.table)
        return tuple(found)

    @property
    def tables(self) -> tuple[Table, ...]:
        return tuple(block for block in self.printed_blocks if isinstance(block, Table))

    @property
    def charts(self) -> tuple[Chart, ...]:
        return tuple(block for block in self.blocks if isinstance(block, Chart))


def running_notes(document: Document) -> list[Block]:
    """The printed blocks with long runs of notes, such as definitions, as one running text: small print on official
    paper is not set in lines."""
    between = "" if document.language.startswith("zh") else " "
    found: list[Block] = []
    for is_note, group in groupby(document.printed_blocks, _is_note):
        blocks = list(group)
        texts = [block.text for block in blocks if isinstance(block, Paragraph)]
        running = is_note and len(texts) > NOTES_IN_LINES
        found += [Paragraph(between.join(texts), Voice.NOTE)] if running else blocks
    return found


def _is_note(block: Block) -> bool:
    return isinstance(block, Paragraph) and block.voice is Voice.NOTE


def rounded(value: Fraction, places: int = 1) -> Fraction:
    """`value` rounded half away from zero, as people do on paper (never half to even)."""
    scale = 10**places
    whole = (abs(value) * scale + Fraction(1, 2)).__floor__()
    return Fraction(whole if value >= 0 else -whole, scale)


def _number(cell: Cell) -> Fraction | None:
    match cell:
        case int():
            return Fraction(cell)
        case Signed():
            return Fraction(cell.value)
        case Ratio():
            return cell.share
        case Points():
            return cell.points
        case Measure():
            return cell.value
        case _:
            return None


def _signed(text: str, value: Fraction | int) -> str:
    if value > 0:
        return f"+{text}"
    return f"{MINUS}{text}" if value < 0 else text


def printed(cell: Cell) -> str:
    """The text of a value for renderers that write text. A share without a denominator is a dash, never 0 %."""
    match cell:
        case None:
            return NOTHING
        case str():
            return cell
        case Name():
            return str(int(cell))
        case int():
            return f"{cell:,}".replace("-", MINUS)
        case Ratio():
            return NOTHING if cell.share is None else f"{float(rounded(cell.share * 100)):.1f}%"
        case Signed():
            return _signed(f"{abs(cell.value):,}", cell.value)
        case Points():
            if cell.points is None:
                return NOTHING
            value = rounded(cell.points)
            return _signed(f"{float(abs(value)):.1f}", value)
        case Measure():
            value = rounded(cell.value)
            return f"{MINUS if value < 0 else ''}{float(abs(value)):,.1f}"
        case Day():
            return cell.iso
