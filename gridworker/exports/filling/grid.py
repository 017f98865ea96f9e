"""A sheet or a table of a form as a grid of texts, and how a target is found in it by the labels around it, so that
moved rows and renamed sheets do no harm."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from gridworker.errors import PlaceNotFound
from gridworker.exports.filling.mapping import Place

#: Row and column, from 1.
Spot = tuple[int, int]
_CELL = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")


def plain(text: str) -> str:
    """A label without what differs from one copy of a form to the next: blanks, line breaks, width, end marks."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text)).rstrip(":").casefold()


def number_like(text: str) -> bool:
    """Whether a text is only digits and what stands between them: no label, it may be another one next week."""
    return not any(sign.isalpha() for sign in text)


def spot_of(cell: str) -> Spot | None:
    """Row and column of a name like `C12`; None if it is none."""
    found = _CELL.fullmatch(cell.upper().replace("$", ""))
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - 64
    return int(found[2]), column


def name_of(spot: Spot) -> str:
    """The name of a spot: `C12`."""
    row, column = spot
    letters = ""
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row}"


@dataclass(frozen=True)
class Grid:
    """`texts` by the first spot of each cell; `spans` tells of cells that reach further: how many rows, columns."""

    name: str
    texts: Mapping[Spot, str]
    spans: Mapping[Spot, Spot] = field(default_factory=dict)
    #: Cells that are there, whether they hold text or not; labels count, blanks are what is filled.
    rows: int = 0
    columns: int = 0

    def label_spots(self, label: str) -> list[Spot]:
        wanted = plain(label)
        return [spot for spot, text in self.texts.items() if plain(text) == wanted]

    def covered(self, spot: Spot) -> tuple[range, range]:
        """The rows and columns a cell reaches over, as far as there are cells; some are merged to the sheet's end."""
        rows, columns = self.spans.get(spot, (1, 1))
        rows = min(rows, max(self.rows - spot[0] + 2, 1))
        columns = min(columns, max(self.columns - spot[1] + 2, 1))
        return range(spot[0], spot[0] + rows), range(spot[1], spot[1] + columns)

    def first_of(self, spot: Spot) -> Spot:
        """The first spot of the cell that covers `spot`."""
        return self._covering.get(spot, spot)

    @cached_property
    def _covering(self) -> dict[Spot, Spot]:
        """Each spot that a larger cell covers."""
        found: dict[Spot, Spot] = {}
        for first in self.spans:
            rows, columns = self.covered(first)
            found |= {(row, column): first for row in rows for column in columns}
        return found


def locate(place: Place, grids: Sequence[Grid]) -> tuple[int, Spot]:
    """Which of the `grids` holds the target, and its spot.

    Raises PlaceNotFound (`place_missing`, `place_unclear`, or `place_filled` where text or a formula stands)."""
    named = [n for n, grid in enumerate(grids) if place.sheet and plain(grid.name) == plain(place.sheet)]
    for numbers in (named, [n for n in range(len(grids)) if n not in named]):
        found = [(number, spot) for number in numbers for spot in _candidates(place, grids[number])]
        chosen = _chosen(place, found)
        if chosen is not None:
            if not place.placeholder and _is_printed(grids[chosen[0]], chosen[1]):
                raise PlaceNotFound(place=place.name, reason="place_filled")
            return chosen
        if found:
            raise PlaceNotFound(place=place.name, reason="place_unclear")
    raise PlaceNotFound(place=place.name, reason="place_missing")


def _is_printed(grid: Grid, spot: Spot) -> bool:
    """Whether the form itself says something there; a number may be last week's."""
    text = grid.texts.get(grid.first_of(spot), "").strip()
    return text == "=" or not number_like(text)


def _chosen(place: Place, found: Sequence[tuple[int, Spot]]) -> tuple[int, Spot] | None:
    hint = spot_of(place.cell)
    same = [each for each in found if each[1] == hint]
    if len(same) == 1:
        return same[0]
    return found[0] if len(found) == 1 else None


def _candidates(place: Place, grid: Grid) -> list[Spot]:
    """The blank spots that all labels of `place` point to, those next to the labels only."""
    if place.placeholder:
        wanted = plain(place.placeholder)
        return [spot for spot, text in grid.texts.items() if wanted in plain(text)]
    if not (place.left or place.above):
        hint = spot_of(place.cell)
        return [hint] if hint and hint[0] <= grid.rows and hint[1] <= grid.columns else []
    lefts = [_reached(grid, label, sideways=True) for label in place.left]
    aboves = [_reached(grid, label, sideways=False) for label in place.above]
    spots = _common([*lefts, *aboves])
    blank = {grid.first_of(spot) for spot in spots if not grid.texts.get(grid.first_of(spot), "").strip()}
    return _nearest(blank, spot_of(place.cell), right=not place.above, down=not place.left)


def _reached(grid: Grid, label: str, *, sideways: bool) -> set[Spot]:
    """Every spot to the right of (`sideways`), or below, a cell that says `label`."""
    spots: set[Spot] = set()
    for first in grid.label_spots(label):
        rows, columns = grid.covered(first)
        if sideways:
            spots.update((row, column) for row in rows for column in range(columns.stop, grid.columns + 2))
        else:
            spots.update((row, column) for column in columns for row in range(rows.stop, grid.rows + 2))
    return spots


def _common(sets: Iterable[set[Spot]]) -> set[Spot]:
    first, *others = sets
    return first.intersection(*others)


def _nearest(spots: set[Spot], hint: Spot | None, *, right: bool, down: bool) -> list[Spot]:
    """With labels on one side only, the first blank spot of each row, or column; a `hint` in the same column, or row,
    comes before it."""
    if right and not down:
        return _first(spots, 0, hint[1] if hint else None)
    if down and not right:
        return [
            (row, column) for column, row in _first({(c, r) for r, c in spots}, 0, hint[0] if hint else None)
        ]
    return sorted(spots)


def _first(spots: set[Spot], axis: int, wanted: int | None) -> list[Spot]:
    kept = []
    for line in sorted({spot[axis] for spot in spots}):
        along = sorted(spot[1 - axis] for spot in spots if spot[axis] == line)
        kept.append((line, wanted if wanted in along else along[0]))
    return kept
