"""How doors are written (`3-2-501`), and the households behind a door that somebody typed, whole or begun."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from gridworker.store.connection import Connection
from gridworker.store.statements import run

if TYPE_CHECKING:  # whoever lists doors types none
    from gridworker.store.queries.typed import Door


@lru_cache(4096)  # a few hundred names, asked for with every line of every list
def number_of(name: str) -> str:
    """`3栋` → `3`: the way a door number is written."""
    return "".join(ch for ch in name if ch.isdigit()) or name


def door_of(building: str, unit: str, room: str) -> str:
    return f"{number_of(building)}-{number_of(unit)}-{room}"


def rids_behind(connection: Connection, door: Door, most: int) -> list[int]:
    """At most `most` rows of the table household in stair order: the room itself first, then those whose number begins
    with it."""
    rows = run(
        connection,
        "SELECT u.id, u.name, b.name, e.name FROM unit u JOIN building b ON b.id = u.building_id "
        "JOIN estate e ON e.id = b.estate_id WHERE u.deleted = 0 AND b.name LIKE ? "
        "ORDER BY e.sort_no, b.sort_no, u.sort_no",
        (f"%{door.building}%",),
    )
    exact: list[int] = []
    longer: list[int] = []
    for unit_id, unit, building, estate in rows.fetchall():
        if _is_number(building, door.building) and door.estate in estate.casefold() and _is_meant(unit, door):
            same, other = _rooms(connection, unit_id, _is_whole(unit, door), door)
            exact += same
            longer += other
    return (exact + longer)[:most]


def _is_number(name: str, number: int) -> bool:
    digits = number_of(name)
    return digits.isdigit() and int(digits) == number


def _is_meant(unit: str, door: Door) -> bool:
    return door.unit is None or _is_number(unit, door.unit)


def _is_whole(unit: str, door: Door) -> bool:
    """True if every door of this stairwell is meant: none was typed, or what was typed is its own number."""
    return not door.room or (door.unit is None and door.room.isdigit() and _is_number(unit, int(door.room)))


def _rooms(connection: Connection, unit_id: bytes, whole: bool, door: Door) -> tuple[list[int], list[int]]:
    """Of one stairwell: the rooms meant exactly, and those that a person still typing may mean."""
    begun = "" if whole else "AND room LIKE ? || '%' "
    rows = run(
        connection,
        f"SELECT rid, room FROM household WHERE unit_id = ? AND deleted = 0 {begun}ORDER BY floor, room, rid",
        (unit_id, door.room) if begun else (unit_id,),
    ).fetchall()
    exact = [rid for rid, room in rows if room.lower() == door.room]
    longer = [rid for rid, room in rows if room.lower() != door.room]
    return exact, longer if whole or door.unit is not None else []
