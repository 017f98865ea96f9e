"""Typed values: how they print, and what a document refuses."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from gridworker.exports.document import (
    Block,
    Cell,
    Chart,
    ChartKind,
    Column,
    ColumnKind,
    Day,
    Document,
    Heading,
    Measure,
    Points,
    Ratio,
    Series,
    Signed,
    Table,
    printed,
    rounded,
)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, "—"),
        ("甲", "甲"),
        (0, "0"),
        (12375, "12,375"),
        (-1200, "−1,200"),
        (Ratio(127, 172), "73.8%"),
        (Ratio(0, 9), "0.0%"),
        (Ratio(0, 0), "—"),
        (Ratio(1, 16), "6.3%"),  # 6.25 rounds up, as on paper
        (Measure(Fraction(12345, 10)), "1,234.5"),
        (Measure(Fraction(-1, 20)), "−0.1"),
        (Signed(4), "+4"),
        (Signed(-1), "−1"),
        (Signed(0), "0"),
        (Points(Ratio(3, 4), Ratio(1, 2)), "+25.0"),
        (Points(Ratio(1, 2), Ratio(3, 4)), "−25.0"),
        (Points(Ratio(1, 2), Ratio(2, 4)), "0.0"),
        (Points(Ratio(10_000, 30_001), Ratio(1, 3)), "0.0"),  # a vanishing change carries no sign
        (Points(Ratio(1, 2), Ratio(0, 0)), "—"),
        (Day("2026-11-16"), "2026-11-16"),
    ],
)
def test_values_print(cell: Cell, text: str) -> None:
    assert printed(cell) == text


def test_rounding_is_half_away_from_zero() -> None:
    assert rounded(Fraction(25, 100)) == Fraction(3, 10)
    assert rounded(Fraction(-25, 100)) == Fraction(-3, 10)


@pytest.mark.parametrize("iso", ["20261116", "2026-W47-1", "2026-02-30", ""])
def test_only_days_are_days(iso: str) -> None:
    with pytest.raises(ValueError, match=r"day|month|isoformat"):
        Day(iso)


def test_negative_counts_have_no_share() -> None:
    with pytest.raises(ValueError, match="share"):
        Ratio(-1, 3)


def test_rows_are_as_wide_as_their_table() -> None:
    with pytest.raises(ValueError, match="2 values for 1 columns"):
        Table("表", (Column("一"),), (("a", "b"),))
    with pytest.raises(ValueError, match="2 values"):
        Table("表", (Column("一"),), (), total=("a", "b"))


def test_a_document_carries_a_readable_time() -> None:
    with pytest.raises(ValueError, match="isoformat"):
        Document("t", "s", "n", (), "en", "yesterday")
    assert (
        Document("t", "s", "n", (), "en", "2026-11-20T09:00:05").moment.isoformat() == "2026-11-20T09:00:05"
    )


def test_every_page_carries_the_marks() -> None:
    """A page of a long walk list may lie about alone."""
    document = Document("t", "s", "n", (), "zh_CN", "2026-11-20 12:00", marks=("练习数据",))
    assert document.page_line == "{page} / {pages} · 练习数据"
    assert Document("t", "s", "n", (), "zh_CN", "2026-11-20 12:00").page_line == "{page} / {pages}"


WEEKS = Table(
    "近两周",
    (Column("周"), Column("走访", ColumnKind.NUMBER), Column("见面率", ColumnKind.PERCENT)),
    (("46", 3, Ratio(1, 2)), ("47", None, Ratio(0, 0))),
    total=("合计", 3, Ratio(1, 2)),
)


def chart(*series: Series, table: Table = WEEKS) -> Chart:
    return Chart("weeks", "图1", ChartKind.LINE, series, table, "没有数据")


def test_a_chart_draws_columns_of_its_table() -> None:
    drawn, share = chart(Series("走访", 1)), chart(Series("见面率", 2))
    assert drawn.labels == ("46", "47")
    assert list(drawn.values(drawn.series[0])) == [3, None]
    assert share.values(share.series[0]) == (Fraction(1, 2), None)
    assert (drawn.is_share, share.is_share) == (False, True)
    assert not drawn.is_empty
    assert chart(Series("走访", 1), table=replace(WEEKS, rows=(("46", None, None),))).is_empty
    assert chart().is_empty


@pytest.mark.parametrize("column", [0, 3])
def test_a_chart_refuses_a_column_it_does_not_have(column: int) -> None:
    with pytest.raises(ValueError, match=f"weeks: no column {column}"):
        chart(Series("走访", column))


def test_a_chart_refuses_words() -> None:
    with pytest.raises(ValueError, match="走访 is not made of numbers"):
        chart(Series("走访", 1), table=replace(WEEKS, rows=(("46", "三", None),)))


def test_a_chart_refuses_what_has_no_common_axis() -> None:
    with pytest.raises(ValueError, match="no common axis"):
        chart(Series("走访", 1), Series("见面率", 2))
    with pytest.raises(ValueError, match="走访 goes below 0"):
        replace(chart(Series("走访", 1), table=replace(WEEKS, rows=(("46", -1, None),))), kind=ChartKind.BAR)


def test_the_table_of_a_chart_is_printed_once() -> None:
    def printed_blocks(*blocks: Block) -> tuple[Block, ...]:
        return Document("t", "s", "n", blocks, "zh_CN", "2026-11-20 12:00").printed_blocks

    drawn = chart(Series("走访", 1))
    assert printed_blocks(drawn, Heading("h")) == (drawn, WEEKS, Heading("h"))
    assert printed_blocks(WEEKS, drawn) == (WEEKS, drawn)
    other = replace(drawn, key="other")
    assert printed_blocks(drawn, other) == (drawn, other, WEEKS)
    assert Document("t", "s", "n", (drawn,), "zh_CN", "2026-11-20 12:00").tables == (WEEKS,)
