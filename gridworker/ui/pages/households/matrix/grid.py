"""Where each door of a building stands in the matrix, and where the arrow keys lead. No Qt."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from gridworker.store.rows import Matrix, MatrixRoom

Place = tuple[int, int]
#: (is a word, number, text, how many before it on the same floor): the column of a door inside its stairwell.
_Slot = tuple[bool, int, str, int]


@dataclass(frozen=True)
class GridColumn:
    """A column of doors of the stairwell number `unit`, or the narrow gap before it."""

    unit: int
    gap: bool = False


@dataclass(frozen=True)
class Grid:
    """`floors` from the top down (None: no floor known, at the foot); `cells` by (row, column)."""

    floors: tuple[int | None, ...] = ()
    columns: tuple[GridColumn, ...] = ()
    cells: Mapping[Place, MatrixRoom] | None = None

    def room(self, place: Place) -> MatrixRoom | None:
        return self.cells.get(place) if self.cells else None

    def choosable(self, place: Place) -> bool:
        """Whether there is a door of this scope."""
        room = self.room(place)
        return room is not None and room.household is not None

    def step(self, place: Place, down: int, right: int) -> Place:
        """The next door in a direction, over gaps and missing doors; the same place where there is none."""
        row, column = place[0] + down, place[1] + right
        while 0 <= row < len(self.floors) and 0 <= column < len(self.columns):
            if self.choosable((row, column)):
                return row, column
            row, column = row + down, column + right
        return place

    def jump(self, place: Place, down: int, right: int, most: int = 1_000) -> Place:
        """The last door in a direction, at most `most` doors away."""
        for _ in range(most):
            after = self.step(place, down, right)
            if after == place:
                break
            place = after
        return place

    def reading_order(self) -> list[Place]:
        """Every door of this scope, from the top left to the bottom right."""
        return sorted(place for place in (self.cells or {}) if self.choosable(place))

    def place_of(self, household_id: bytes | None) -> Place | None:
        """Where a household stands; None if it is not in this building or outside the scope."""
        for place, room in (self.cells or {}).items():
            if room.household is not None and room.household.id == household_id:
                return place
        return None

    def doors_of(self, unit: int) -> list[int]:
        """The columns of a stairwell."""
        return [at for at, column in enumerate(self.columns) if column.unit == unit and not column.gap]


def build_grid(matrix: Matrix) -> Grid:
    """Floors from the top, stairwells side by side with a gap between. A stairwell without doors keeps one column."""
    floors = {_floor(room) for room in matrix.rooms}
    order = sorted(floors, key=lambda floor: (floor is None, -(floor or 0)))
    rows = {floor: at for at, floor in enumerate(order)}
    slots = _slots(matrix)
    columns: list[GridColumn] = []
    cells: dict[Place, MatrixRoom] = {}
    for number, unit in enumerate(matrix.units):
        if number:
            columns.append(GridColumn(number, gap=True))
        doors = slots[unit.id]
        places = {slot: len(columns) + at for at, slot in enumerate(sorted(set(doors.values())))}
        columns += [GridColumn(number)] * max(len(places), 1)
        for room, slot in doors.items():
            cells[rows[_floor(room)], places[slot]] = room
    return Grid(tuple(order), tuple(columns), cells)


def _floor(room: MatrixRoom) -> int | None:
    """The floor on record, else the one its number tells (`1203` → 12)."""
    if room.floor is not None:
        return room.floor
    return int(room.room[:-2]) if room.room.isdecimal() and 3 <= len(room.room) <= 5 else None


def _slots(matrix: Matrix) -> dict[bytes, dict[MatrixRoom, _Slot]]:
    found: dict[bytes, dict[MatrixRoom, _Slot]] = defaultdict(dict)
    taken: Counter[tuple[bytes, int | None, str]] = Counter()
    for room in matrix.rooms:
        door = _door(room)
        key = (room.unit_id, _floor(room), door)
        plain = door.isdecimal()
        found[room.unit_id][room] = (not plain, int(door) if plain else 0, door, taken[key])
        taken[key] += 1
    return found


def _door(room: MatrixRoom) -> str:
    """`01` of 1201: the door on its floor; rooms numbered in another way keep their whole number."""
    floor, number = str(_floor(room)), room.room
    if number.startswith(floor) and len(number) > len(floor):
        return number[len(floor) :]
    return number[-2:] if number.isdecimal() and len(number) > 2 else number
