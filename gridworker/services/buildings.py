"""New buildings: the acts of a plan that put an estate, its buildings and their stairwells on the map and give the
stairwells to a micro-grid. Numbers are written as people say them: `1-6`, `3、5`, `A座`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from gridworker.errors import FieldInvalid
from gridworker.models.ids import new_id
from gridworker.models.tree_plan import BUILDING, ESTATE, UNIT, Change, Cover, Create, Plain
from gridworker.store.connection import Connection
from gridworker.store.spelling import spelled
from gridworker.store.statements import run
from gridworker.store.store import Store

#: More at once is a slip of the finger.
MOST_BUILDINGS, MOST_STAIRS, MOST_FLOORS = 60, 30, 200
_RANGE = re.compile(r"(\d{1,3})\s*[-~—－～至到]\s*(\d{1,3})\s*(\D*)")
_NUMBER = re.compile(r"(\d{1,3})(\D*)")
_BETWEEN = re.compile(r"[、，,；;\s]+")
_CODE = 8


@dataclass(frozen=True)
class Site:
    """What is built: the estate by its name (made if there is none of it), its buildings and their stairwells as people
    write them, and the floors of the buildings, "" if nobody counted."""

    estate: str
    buildings: str
    stairs: str
    floors: str = ""


@dataclass(frozen=True)
class _Known:
    """What stands already below one place: ids by name, every code in use, the last place in the order."""

    by_name: dict[str, bytes]
    codes: frozenset[str]
    last: int


def build(store: Store, micro_grid_id: bytes, site: Site) -> tuple[Change, ...]:
    """The changes that make what is missing of `site`, its new stairwells given to the micro-grid.

    Raises FieldInvalid: what cannot be read, a stairwell that is there already."""
    name = site.estate.strip()
    if not name:
        raise _fault("estate", "required")
    buildings = numbered(site.buildings, "栋", MOST_BUILDINGS, "buildings")
    stairs = numbered(site.stairs, "单元", MOST_STAIRS, "stairs")
    floors = _floors(site.floors)
    with store.read() as connection:
        made = list(_estate(connection, name))
        estate, code = (made[0].node, str(made[0].values["code"])) if made else _found(connection, name)
        known = _known(connection, BUILDING, "estate_id", estate)
        for building, order in zip(buildings, _orders(buildings, known.last), strict=True):
            made += _building(connection, known, (estate, code), building, order, stairs, floors)
    units = tuple(change.node for change in made if change.tree == UNIT)
    return (*made, Cover(units, None, micro_grid_id))


def numbered(text: str, word: str, most: int, field: str) -> tuple[tuple[str, str], ...]:
    """Short code and name of everything in `text`, in its order: `1-3` are 1栋, 2栋, 3栋; `A座` stays as it is.

    Raises FieldInvalid for nothing, too many, or a range that runs backwards."""
    found: dict[str, str] = {}
    parts = _BETWEEN.split(re.sub(r"\s*([-~—－～至到])\s*", r"\1", text.strip()))
    for part in filter(None, parts):
        ranged, single = _RANGE.fullmatch(part), _NUMBER.fullmatch(part)
        if ranged:
            first, last = int(ranged[1]), int(ranged[2])
            if not first <= last < first + most:
                raise _fault(field, "out_of_range")
            found |= {str(number): f"{number}{ranged[3] or word}" for number in range(first, last + 1)}
        elif single:
            found[str(int(single[1]))] = f"{int(single[1])}{single[2] or word}"
        else:
            found[re.sub(r"[^A-Za-z0-9]", "", part) or part] = part
    if not found:
        raise _fault(field, "required")
    if len(found) > most:
        raise _fault(field, "out_of_range")
    return tuple(found.items())


def _floors(text: str) -> int | None:
    if not text.strip():
        return None
    if not text.strip().isdecimal() or not 1 <= int(text) <= MOST_FLOORS:
        raise _fault("floors", "out_of_range")
    return int(text)


def _fault(field: str, reason: str, record: str = "") -> FieldInvalid:
    return FieldInvalid(entity=BUILDING, record=record, field=field, reason=reason)


def _estate(connection: Connection, name: str) -> Iterator[Create]:
    """The estate, if it is a new one: its code is the initials of its name."""
    known = _known(connection, ESTATE, "", b"")
    if name in known.by_name:
        return
    initials = (spelled(name, person=False).initials or ("",))[0].upper()
    short = re.sub(r"[^A-Z0-9]", "", initials)[:_CODE] or "X"
    codes = (short, *(f"{short}{number}" for number in range(2, len(known.codes) + 3)))
    code = next(each for each in codes if each not in known.codes)
    values: Plain = {"code": code, "name": name, "sort_no": known.last + 1}
    yield Create(ESTATE, new_id(), None, values)


def _found(connection: Connection, name: str) -> tuple[bytes, str]:
    row = run(connection, "SELECT id, code FROM estate WHERE deleted = 0 AND name = ?", (name,)).fetchone()
    return row[0], row[1]


def _building(
    connection: Connection,
    known: _Known,
    estate: tuple[bytes, str],
    building: tuple[str, str],
    order: int,
    stairs: tuple[tuple[str, str], ...],
    floors: int | None,
) -> Iterator[Create]:
    """The building, if it is a new one, and its stairwells, which must be new."""
    (above, prefix), (short, name) = estate, building
    record, code = known.by_name.get(name), f"{prefix}-{short}"
    if record is None:
        if code in known.codes:
            raise _fault("buildings", "address_taken", name)
        record = new_id()
        values: Plain = {"code": code, "name": name, "sort_no": order}
        yield Create(BUILDING, record, above, values | ({"floors": floors} if floors else {}))
    there = _known(connection, UNIT, "building_id", record)
    for (stair, words), place in zip(stairs, _orders(stairs, there.last), strict=True):
        if words in there.by_name or f"{code}-{stair}" in there.codes:
            raise _fault("stairs", "address_taken", f"{name} {words}")
        unit: Plain = {"code": f"{code}-{stair}", "name": words, "sort_no": place}
        yield Create(UNIT, new_id(), record, unit)


def _orders(named: tuple[tuple[str, str], ...], last: int) -> Iterator[int]:
    """Places in the order: a number's own, behind all numbers for what has none."""
    behind = max([last, *(int(short) for short, _ in named if short.isdecimal())])
    for place, (short, _) in enumerate(named, 1):
        yield int(short) if short.isdecimal() else behind + place


def _known(connection: Connection, entity: str, field: str, parent: bytes) -> _Known:
    where, given = (f" AND {field} = ?", (parent,)) if field else ("", ())
    rows = run(
        connection,
        f"SELECT id, name, code, coalesce(sort_no, 0) FROM {entity} WHERE deleted = 0{where}",
        given,
    ).fetchall()
    return _Known(
        {row[1]: row[0] for row in rows},
        frozenset(row[2] for row in rows),
        max((row[3] for row in rows), default=0),
    )
