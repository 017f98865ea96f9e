"""The public edition holds counts only, and whoever knows all it shows cannot work out a small count: every hidden
number keeps several possible values."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridworker.exports.document import Chart, Ratio, Signed, Table, printed
from gridworker.exports.public_edition import HIDDEN
from gridworker.exports.summary import summary_document
from gridworker.exports.suppression import LEAST, hidden, is_small
from gridworker.models.period import Period
from gridworker.store.report_rows import (
    CodeLine,
    DemandFigures,
    LevelCount,
    NodeLine,
    Summary,
    Totals,
    VisitFigures,
)
from gridworker.wording import Wording
from tests.unit.exports.weeks import GENERATED, WEEK

ZH = Wording.load("zh_CN")
COUNTS = st.one_of(st.integers(0, 6), st.integers(0, 60))


def tables(summary: Summary) -> dict[str, Table]:
    document = summary_document(summary, ZH, GENERATED, public=True)
    return {table.key: table for table in document.tables}


def year(
    attempts: list[int], registered: list[int], categories: list[int], closed: list[int], before: list[int]
) -> Summary:
    """A year whose parts add up: visits and demands by grid, demands by category, closed ones by level."""
    lines = tuple(
        NodeLine(
            bytes([n]),
            f"第{n}网格",
            VisitFigures(attempts=a, met=a // 2),
            demands=DemandFigures(registered=r),
        )
        for n, (a, r) in enumerate(zip(attempts, registered, strict=True))
    )
    total = Totals(
        VisitFigures(
            attempts=sum(attempts), met=sum(a // 2 for a in attempts), shops=before[0], spots=before[1]
        ),
        demands=DemandFigures(
            registered=sum(registered), closed=sum(closed), satisfied=before[2], unsatisfied=before[3]
        ),
    )
    codes = tuple(CodeLine(f"c{n}", f"类{n}", DemandFigures(registered=c)) for n, c in enumerate(categories))
    earlier = Totals(
        VisitFigures(attempts=before[0], met=before[1]),
        demands=DemandFigures(registered=before[2], closed=before[3]),
    )
    levels = tuple(
        LevelCount(level, c) for level, c in zip(("grid", "station", "street", ""), closed, strict=True) if c
    )
    return replace(
        WEEK,
        period=Period.parse("2026"),
        now=total,
        before=earlier,
        lines=lines,
        categories=codes,
        levels=levels,
    )


@st.composite
def years(draw: st.DrawFn) -> Summary:
    grids = draw(st.integers(1, 5))
    attempts, registered = (draw(st.lists(COUNTS, min_size=grids, max_size=grids)) for _ in range(2))
    total = sum(registered)
    cuts = sorted(draw(st.lists(st.integers(0, total), min_size=3, max_size=3)))
    categories = [b - a for a, b in zip([0, *cuts], [*cuts, total], strict=True)]
    closed = draw(st.lists(COUNTS, min_size=4, max_size=4))
    return year(
        attempts,
        registered,
        [c for c in categories if c],
        closed,
        draw(st.lists(COUNTS, min_size=4, max_size=4)),
    )


def possible(shown: list[int | None], total: int | None, place: int) -> set[int]:
    """The values that a hidden count may have for somebody who sees the others and the total; a count is no less than
    0, and so many values are looked at that more make no difference."""
    unknown = [n for n, count in enumerate(shown) if count is None]
    if total is None:
        return set(range(LEAST + 1))
    rest = total - sum(count for count in shown if count is not None)
    if len(unknown) == 1:
        return {rest}
    return set(range(rest + 1))


def column(table: Table, place: int) -> tuple[list[int | None], int | None]:
    def count(cell: object) -> int | None:
        assert cell == HIDDEN or isinstance(cell, int)
        return None if cell == HIDDEN else cell  # type: ignore[return-value]

    assert table.total is not None
    return [count(row[place]) for row in table.rows], count(table.total[place])


@settings(max_examples=200, deadline=None)
@given(years())
def test_no_small_count_is_shown_or_can_be_computed(summary: Summary) -> None:
    found = tables(summary)
    overview = {row[0]: row[1:] for row in found["public_overview"].rows}
    for key, place, measure in (
        ("public_by_grid", 1, "attempts"), ("public_by_grid", 2, "registered"), ("public_category", 1, "registered"),
        ("public_levels", 1, "closed"),
    ):  # fmt: skip
        shown, total = column(found[key], place)
        assert all(count is None or count >= LEAST for count in [*shown, total])
        # The total is known from the overview too, and hidden in both or in none.
        now = overview[ZH(f"summary.measure.{measure}")][0]
        assert (None if now == HIDDEN else now) == total
        for number, count in enumerate(shown):
            if count is None:
                assert len(possible(shown, total, number)) > LEAST, (key, shown, total)
        if total is not None and None not in shown:
            assert sum(count for count in shown if count is not None) == total


@settings(max_examples=200, deadline=None)
@given(years())
def test_changes_and_shares_tell_no_small_count(summary: Summary) -> None:
    for name, now, before, change in (row[:4] for row in tables(summary)["public_overview"].rows):
        if isinstance(change, Signed):
            assert isinstance(now, int) and isinstance(before, int), name
            assert not is_small(now) and not is_small(before)
        for share in (now, before):
            if isinstance(share, Ratio):
                assert not is_small(share.numerator)
                assert not is_small(share.denominator - share.numerator)


def test_the_rule_against_every_small_column() -> None:
    """All columns of three counts up to 8: what is hidden with a shown total keeps more than LEAST values."""
    for counts in product(range(9), repeat=3):
        gone = hidden(counts)
        assert {n for n, count in enumerate(counts) if count < LEAST} <= gone
        if gone and sum(counts) >= LEAST:
            assert len(gone) > 1
            assert sum(counts[n] for n in gone) >= LEAST


def test_nothing_of_a_person_or_a_building_is_in_it() -> None:
    document = summary_document(
        replace(WEEK, period=Period.parse("2026")), ZH, GENERATED, public=True, ledger=True
    )
    assert not [block for block in document.blocks if isinstance(block, Chart)]
    assert [table.key for table in document.tables] == [
        "public_overview", "public_by_grid", "public_category", "public_levels", "public_common",
    ]  # fmt: skip
    text = "\n".join(printed(cell) for table in document.tables for row in table.rows for cell in row)
    assert not re.search(r"栋|S26-|V26|女士|先生|两委|张", text)
    assert document.title == "锦澜社区网格工作亮晒（2026年）"


def test_small_kinds_are_put_together_and_their_sum_is_shown() -> None:
    found = tables(year([30], [21], [12, 6, 2, 1], [9, 2, 0, 0], [9, 9, 9, 9]))
    assert found["public_category"].rows == (("类0", 12), ("其他（3 类合并）", 9))
    assert found["public_levels"].rows == (("其他（2 类合并）", 11),)
    assert found["public_levels"].total == ("合计", 11)


@pytest.mark.parametrize("counts", [[], [0], [9], [5, 5], [0, 0]])
def test_edges(counts: list[int]) -> None:
    assert hidden(counts) == ({0} if counts == [0] else {0, 1} if counts == [0, 0] else frozenset())
