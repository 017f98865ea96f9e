"""How a cell that a person points at is found again next week: by the labels around it, as few as tell it apart."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gridworker.errors import PlaceNotFound
from gridworker.exports.filling.grid import Grid, Spot, locate, name_of, number_like
from gridworker.exports.filling.mapping import Place

#: Labels looked at on each side, nearest first.
_NEAR = 3


def anchored(grids: Sequence[Grid], sheet: int, spot: Spot, like: Place) -> Place:
    """`like` placed at a spot of a grid: with the fewest labels that lead there alone, also without the cell's name;
    where no labels do, the name of the cell decides between what they lead to.

    Raises PlaceNotFound (`place_filled`) where text or a formula stands already."""
    grid = grids[sheet]
    first = grid.first_of(spot)
    if grid.texts.get(first, "").strip():
        raise PlaceNotFound(place=f"{grid.name} {name_of(first)}", reason="place_filled")
    left = _labels(grid, first, sideways=True)
    above = _labels(grid, first, sideways=False)
    tries = [*_choices(left, above)]
    for cell in ("", name_of(first)):
        for lefts, aboves in tries:
            place = _with(like, grid.name, cell, lefts, aboves)
            if (lefts or aboves) and _leads(place, grids, sheet, first):
                return place if cell else _with(like, grid.name, name_of(first), lefts, aboves)
    return _with(like, grid.name, name_of(first), (), ())


def _choices(left: Sequence[str], above: Sequence[str]) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """One label on each side first, then more of them, then one side alone."""
    for count in range(1, _NEAR + 1):
        if left[:count] and above[:count]:
            yield tuple(left[:count]), tuple(above[:count])
    for count in range(1, _NEAR + 1):
        if left[:count]:
            yield tuple(left[:count]), ()
        if above[:count]:
            yield (), tuple(above[:count])


def _with(like: Place, sheet: str, cell: str, left: tuple[str, ...], above: tuple[str, ...]) -> Place:
    return Place(
        figure=like.figure,
        list=like.list,
        format=like.format,
        columns=like.columns,
        rows=like.rows,
        sheet=sheet,
        cell=cell,
        left=left,
        above=above,
    )


def _leads(place: Place, grids: Sequence[Grid], sheet: int, spot: Spot) -> bool:
    try:
        return locate(place, grids) == (sheet, spot)
    except PlaceNotFound:
        return False


def _labels(grid: Grid, spot: Spot, *, sideways: bool) -> list[str]:
    """The texts to the left of a spot (`sideways`) or above it, nearest first; numbers and formulas are no labels."""
    found: list[str] = []
    row, column = spot
    steps = range(column - 1, 0, -1) if sideways else range(row - 1, 0, -1)
    for step in steps:
        text = grid.texts.get(grid.first_of((row, step) if sideways else (step, column)), "").strip()
        if text and text != "=" and not number_like(text) and text not in found:
            found.append(text)
        if len(found) == _NEAR:
            break
    return found


def room_below(grid: Grid, spot: Spot, columns: int) -> int:
    """For how many rows, from `spot` down, `columns` cells are blank."""
    rows = 0
    for row in range(spot[0], grid.rows + 1):
        at = [grid.first_of((row, column)) for column in range(spot[1], spot[1] + columns)]
        if any(grid.texts.get(one, "").strip() or one[0] != row for one in at):
            break
        rows += 1
    return rows
