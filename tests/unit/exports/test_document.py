"""Typed values: how they print, and what a document refuses."""

from __future__ import annotations

from fractions import Fraction

import pytest

from gridworker.exports.document import (
    Cell,
    Column,
    Day,
    Document,
    Points,
    Ratio,
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
