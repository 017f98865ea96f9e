"""Where doors stand in the matrix, where arrows lead, and what a door says. No Qt."""

from __future__ import annotations

from typing import Any

import pytest

from gridworker.store.rows import Matrix, MatrixBuilding, MatrixRoom, MatrixUnit, Plan
from gridworker.ui.pages.households.matrix.grid import Grid, Place, build_grid
from gridworker.ui.pages.households.matrix.words import (
    cell_sentence,
    cell_state,
    copied_lines,
    met_share,
    outside_count,
    plan_counts,
)
from gridworker.wording import Wording
from tests.ui.pages.immediate import household_row

A, B, C = b"a" * 16, b"b" * 16, b"c" * 16
UNITS = (MatrixUnit(A, "1单元", True), MatrixUnit(B, "2单元", True), MatrixUnit(C, "3单元", False))


def room(rid: int, unit: bytes, floor: int | None, number: str, **values: Any) -> MatrixRoom:
    row = household_row(rid, door=f"3-{'abc'.index(chr(unit[0])) + 1}-{number}", **values)
    return MatrixRoom(rid, unit, floor, number, None if unit == C else row)


def matrix(*rooms: MatrixRoom) -> Matrix:
    building = MatrixBuilding(b"3" * 16, "学府院", "3栋", partial=True)
    return Matrix(building, UNITS, rooms, "2026-11-20")


def drawn(grid: Grid) -> list[str]:
    """The grid as text: `|` a gap, `.` no door, () outside the scope."""
    lines = []
    for row, floor in enumerate(grid.floors):
        words = [str(floor)]
        for at, column in enumerate(grid.columns):
            found = grid.room((row, at))
            number = "." if found is None else found.room
            outside = found is not None and found.household is None
            words.append("|" if column.gap else f"({number})" if outside else number)
        lines.append(" ".join(words))
    return lines


WALK_UP = matrix(
    room(1, A, 1, "101"),
    room(2, A, 1, "102"),
    room(3, A, 2, "202"),
    room(4, A, 3, "301"),
    room(5, B, 1, "101"),
    room(6, B, 3, "301"),
    room(7, C, 2, "201"),
)


def test_floors_stand_from_the_top_and_units_side_by_side() -> None:
    assert drawn(build_grid(WALK_UP)) == [
        "3 301 . | 301 | .",
        "2 . 202 | . | (201)",
        "1 101 102 | 101 | .",
    ]


def test_numbers_of_other_kinds_each_get_a_place() -> None:
    grid = build_grid(
        matrix(
            room(1, A, 12, "1201"),
            room(2, A, None, "1102"),  # the floor is told by the number
            room(3, A, 1, "商铺"),
            room(4, A, None, "门卫"),
            room(5, A, 12, "1201"),  # a second household behind the same door
        )
    )
    assert drawn(grid) == [
        "12 1201 1201 . . . | . | .",
        "11 . . 1102 . . | . | .",
        "1 . . . 商铺 . | . | .",
        "None . . . . 门卫 | . | .",
    ]


def test_a_tower_keeps_its_doors_in_columns() -> None:
    rooms = [room(f * 10 + d, A, f, f"{f}{d:02d}") for f in range(1, 34) for d in (1, 2)]
    grid = build_grid(matrix(*rooms))
    assert grid.floors == tuple(range(33, 0, -1))
    assert grid.doors_of(0) == [0, 1]
    assert all(len({grid.cells[row, at].room[-2:] for row in range(33)}) == 1 for at in (0, 1) if grid.cells)


@pytest.mark.parametrize(
    ("start", "down", "right", "end"),
    [
        ((0, 0), 0, 1, (0, 3)),  # over the missing door and the gap
        ((0, 3), 0, 1, (0, 3)),  # nothing further
        ((1, 1), 0, 1, (1, 1)),  # a door outside the scope is not entered
        ((0, 0), 1, 0, (2, 0)),  # over the missing door below
        ((2, 1), -1, 0, (1, 1)),
        ((2, 3), 0, -1, (2, 1)),
    ],
)
def test_arrows_lead_from_door_to_door(start: Place, down: int, right: int, end: Place) -> None:
    assert build_grid(WALK_UP).step(start, down, right) == end


def test_the_reading_order_and_the_place_of_a_household() -> None:
    grid = build_grid(WALK_UP)
    assert grid.reading_order() == [(0, 0), (0, 3), (1, 1), (2, 0), (2, 1), (2, 3)]
    assert grid.place_of((6).to_bytes(16)) == (0, 3)
    assert grid.place_of((7).to_bytes(16)) is None  # outside: not ours to know
    assert grid.place_of(None) is None
    assert grid.jump((2, 0), -1, 0) == (0, 0)
    assert Grid().reading_order() == []


def test_a_cell_says_it_short_and_its_sentence_whole(zh: Wording) -> None:
    late = room(1, A, 5, "501", plan=Plan.LATE, plan_days=6, next_due_on="2026-11-14")
    seen = room(2, A, 5, "502", plan=Plan.VISITED, last_met_on="2026-10-07", next_due_on="2027-04-05")
    never = room(3, A, 5, "503", plan=Plan.VISITED, last_met_on=None)
    other = room(4, C, 5, "504")
    words = [cell_state(one.household, zh)[1] for one in (late, seen, never) if one.household]
    assert words == ["超 6 天", "10-07", "已访"]
    whole = matrix(late, seen, other)
    assert cell_sentence(whole, late, zh) == (
        "学府院 3-1-501 · 超 6 天 · 上次见到 2026-05-25 · 下次应访 2026-11-14"
    )
    assert cell_sentence(whole, other, zh) == "3栋 3单元 504 · 不在所选范围里，只显示门牌"
    copied = copied_lines((late, seen, other), zh, "2026-11-20")
    assert copied.splitlines() == [
        "3-1-501\t超 6 天\t2026-05-25\t2026-11-14\t",
        "3-1-502\t已访 10-07\t2026-10-07\t2027-04-05\t",
    ]


def test_the_share_counts_who_can_be_visited() -> None:
    shown = matrix(
        room(1, A, 1, "101", plan=Plan.VISITED, last_met_on="2026-05-22"),  # 182 days ago
        room(2, A, 1, "102", plan=Plan.LATE, last_met_on="2026-05-21"),
        room(3, A, 2, "201", plan=Plan.DUE, last_met_on=None),
        room(4, A, 2, "202", plan=Plan.VACANT, last_met_on=None),
        room(5, B, 1, "101", plan=Plan.OPTED_OUT),
        room(6, C, 1, "101"),
    )
    assert met_share(shown) == 33
    assert met_share(matrix(room(1, A, 1, "101", plan=Plan.VACANT))) is None
    assert dict(plan_counts(shown)) == dict.fromkeys(
        (Plan.VISITED, Plan.LATE, Plan.DUE, Plan.VACANT, Plan.OPTED_OUT), 1
    )
    assert outside_count(shown) == 1
