"""How a figure stands in a form: as a number where the form may go on computing, or as a text in a given format."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from gridworker.exports.document import Cell, Day, Points, Ratio, Signed, printed
from gridworker.exports.filling.mapping import Format


def number_of(value: Cell) -> Fraction | None:
    """The number behind a value; None for a text, a day, and a share of nothing."""
    match value:
        case bool() | None:
            return None
        case int():
            return Fraction(value)
        case Ratio():
            return value.share
        case Signed():
            return Fraction(value.value)
        case Points():
            return value.points
        case _:
            return None


def in_cell(value: Cell, form: Format) -> int | float | str:
    """What a spreadsheet's cell gets: a number as a number, unless a `form` asks for text."""
    number = number_of(value)
    if form or number is None or isinstance(value, Day):
        return as_text(value, form)
    return int(number) if number.denominator == 1 else float(number)


def as_text(value: Cell, form: Format) -> str:
    """The text of `value`; without a `form` as our own reports print it."""
    number = number_of(value)
    if number is None or form in {"", "text"}:
        return printed(value)
    percent, places = form.endswith("%"), 1 if ".0" in form else 0
    shown = number * 100 if percent else number
    step = Decimal(1).scaleb(-places)
    rounded = (Decimal(shown.numerator) / Decimal(shown.denominator)).quantize(step, ROUND_HALF_UP)
    text = f"{rounded:,.{places}f}" if form == "#,##0" else f"{rounded:.{places}f}"
    return f"{text}%" if percent else text
