"""A cell that somebody pointed at is found again by as few labels as tell it apart."""

from __future__ import annotations

import pytest

from gridworker.errors import PlaceNotFound
from gridworker.exports.filling.anchoring import anchored, room_below
from gridworker.exports.filling.grid import Grid, locate
from gridworker.exports.filling.mapping import Place

#: 项目 | 本周 | 上周 over two groups with the same lines, and a merged title to the end of the sheet.
TEXTS = {
    (1, 1): "周报", (2, 1): "项目", (2, 2): "本周", (2, 3): "上周", (3, 1): "走访", (4, 1): "见面", (5, 1): "诉求",
    (6, 1): "走访", (7, 3): "=", (8, 1): "12",
}  # fmt: skip
GRID = Grid("汇总", TEXTS, {(1, 1): (1, 16_384)}, 9, 4)
LIKE = Place(figure="x", format="0")


def test_one_label_on_each_side_is_enough_where_it_is() -> None:
    place = anchored([GRID], 0, (4, 3), LIKE)
    assert (place.left, place.above, place.cell, place.format) == (("见面",), ("上周",), "C4", "0")


def test_the_name_of_the_cell_decides_between_two_alike() -> None:
    for spot in ((3, 2), (6, 2)):
        place = anchored([GRID], 0, spot, LIKE)
        assert locate(place, [GRID]) == (0, spot)


def test_every_blank_cell_is_found_again_also_in_another_sheet() -> None:
    other = Grid("别的", {(1, 1): "无关"}, {}, 3, 3)
    for row in range(2, 10):
        for column in range(1, 5):
            if not TEXTS.get((row, column)):
                place = anchored([other, GRID], 1, (row, column), LIKE)
                assert locate(place, [other, GRID]) == (1, (row, column))


def test_text_and_formulas_are_refused_and_numbers_are_no_labels() -> None:
    for spot in ((2, 1), (7, 3), (1, 4)):
        with pytest.raises(PlaceNotFound) as refused:
            anchored([GRID], 0, spot, LIKE)
        assert refused.value.values["reason"] == "place_filled"
    assert "12" not in anchored([GRID], 0, (8, 2), LIKE).left


def test_the_room_of_a_list_ends_where_text_stands() -> None:
    assert room_below(GRID, (3, 2), 1) == 7
    assert room_below(GRID, (3, 2), 2) == 4
    assert room_below(GRID, (9, 1), 4) == 1
