"""One building as floor × stairwell: which buildings a scope has, and every door of one of them in one pass."""

from __future__ import annotations

from collections import Counter

from gridworker.errors import NotFound
from gridworker.models.demand_machine import OPEN
from gridworker.store.aliases import standing
from gridworker.store.connection import Connection
from gridworker.store.queries.households import building_rows
from gridworker.store.queries.links import linked_condition
from gridworker.store.rows import Matrix, MatrixBuilding, MatrixRoom, MatrixUnit, Scope
from gridworker.store.store import Store

_ORDER = "e.sort_no, b.sort_no, b.code, b.id, u.sort_no, u.code, u.id"


def buildings_of(store: Store, scope: Scope) -> tuple[MatrixBuilding, ...]:
    """The buildings in which `scope` has stairwells, in the order of the estates' plans."""
    if not scope.unit_ids:
        return ()
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT b.id, e.name, b.name, u.id FROM unit u JOIN building b ON b.id = u.building_id "
            f"JOIN estate e ON e.id = b.estate_id WHERE u.deleted = 0 ORDER BY {_ORDER}"
        ).fetchall()
    names: dict[bytes, tuple[str, str]] = {}
    covered: dict[bytes, list[bool]] = {}
    for building, estate, name, unit in rows:
        names[building] = (str(estate), str(name))
        covered.setdefault(building, []).append(unit in scope.unit_ids)
    return tuple(
        MatrixBuilding(building, *names[building], partial=not all(inside))
        for building, inside in covered.items()
        if any(inside)
    )


def matrix(store: Store, scope: Scope, building_id: bytes) -> Matrix:
    """Every stairwell and door of a building; of those outside `scope`, and of those not linked where it is
    one of linked households, only the door number. Raises NotFound."""
    with store.read() as connection:
        units = _units(connection, scope, building_id)
        found = building_rows(store, connection, building_id)
        demands = _open_demands(connection, building_id)
        others = _not_linked(connection, scope, building_id, store.clock.today())
        named = connection.exec_driver_sql(
            "SELECT e.name, b.name FROM building b JOIN estate e ON e.id = b.estate_id WHERE b.id = ?",
            (building_id,),
        ).fetchone()
    if named is None or not units:
        raise NotFound(what="building")
    building = MatrixBuilding(
        building_id, str(named[0]), str(named[1]), partial=not all(unit.in_scope for unit in units)
    )
    rooms = tuple(
        MatrixRoom(rid, unit, floor, room, row, demands[row.id])
        if unit in scope.unit_ids and row.id not in others
        else MatrixRoom(rid, unit, floor, room, None)
        for unit, floor, room, rid, row in found
    )
    return Matrix(building, units, rooms, store.clock.today())


def _not_linked(connection: Connection, scope: Scope, building_id: bytes, today: str) -> frozenset[bytes]:
    """The households of a building that a scope of linked ones leaves out."""
    if scope.linked_to is None:
        return frozenset()
    rows = connection.exec_driver_sql(
        "SELECT h.id FROM unit u JOIN household h ON h.unit_id = u.id WHERE u.building_id = ? "
        f"AND NOT ({linked_condition(scope.linked_to, 'h.id', repr(today))})",
        (building_id,),
    )
    return frozenset(row[0] for row in rows)


def _open_demands(connection: Connection, building_id: bytes) -> Counter[bytes]:
    """How many demands of each household of a building are open, those of households merged into it included."""
    states = ", ".join(f"'{state}'" for state in OPEN)
    rows = connection.exec_driver_sql(
        "SELECT h.id FROM unit u JOIN household h ON h.unit_id = u.id JOIN demand d ON d.household_id = h.id "
        f"WHERE u.building_id = ? AND d.state IN ({states}) "
        "UNION ALL SELECT a.winner_id FROM record_alias a JOIN demand d ON d.household_id = a.loser_id "
        f"WHERE a.entity = 'household' AND a.deleted = 0 AND d.state IN ({states})",
        (building_id,),
    )
    return Counter(row[0] for row in rows)


def _units(connection: Connection, scope: Scope, building_id: bytes) -> tuple[MatrixUnit, ...]:
    rows = connection.exec_driver_sql(
        "SELECT id, name FROM unit WHERE building_id = ? AND deleted = 0 ORDER BY sort_no, code, id",
        (building_id,),
    )
    return tuple(MatrixUnit(row[0], str(row[1]), row[0] in scope.unit_ids) for row in rows)


def building_of(store: Store, household_id: bytes) -> bytes | None:
    """The building a household lives in; None if it is not there any more."""
    with store.read() as connection:
        household_id = standing(connection, "household", household_id)
        found = connection.exec_driver_sql(
            "SELECT u.building_id FROM household h JOIN unit u ON u.id = h.unit_id WHERE h.id = ? AND h.deleted = 0",
            (household_id,),
        ).scalar()
    return found if isinstance(found, bytes) else None
