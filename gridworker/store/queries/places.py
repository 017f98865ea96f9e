"""Doors as one types them, and the households that may be meant twice. Knows no form of writing an address."""

from __future__ import annotations

from gridworker.models.ledger import KnownUnit
from gridworker.store.aliases import NOT_MERGED, standing_sql
from gridworker.store.queries.households import household_rows
from gridworker.store.rows import HouseholdRow
from gridworker.store.statements import run
from gridworker.store.store import Store

_TAIL = 4
_FEW = 5


def known_units(store: Store) -> tuple[KnownUnit, ...]:
    """Every stairwell with the names people use, in the order of the estates' plans."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT u.id, u.code, e.name, b.name, u.name FROM unit u JOIN building b ON b.id = u.building_id "
            "JOIN estate e ON e.id = b.estate_id WHERE u.deleted = 0 AND b.deleted = 0 AND e.deleted = 0 "
            "ORDER BY e.sort_no, b.sort_no, u.sort_no",
        )
        return tuple(KnownUnit(row[0], row[1], row[2], row[3], row[4]) for row in rows)


def behind_door(store: Store, unit_id: bytes, room: str) -> tuple[HouseholdRow, ...]:
    """The households that are behind this door already; `0502` and `502` are one door."""
    with store.read() as connection:
        rows = run(
            connection,
            f"SELECT h.rid FROM household h WHERE h.unit_id = ? AND h.deleted = 0 AND {NOT_MERGED} "
            "AND lower(ltrim(h.room, '0')) = lower(ltrim(?, '0')) ORDER BY h.rid LIMIT ?",
            (unit_id, room.strip(), _FEW),
        ).fetchall()
    return household_rows(store, [row[0] for row in rows])


def same_person(store: Store, name: str, phone: str) -> tuple[HouseholdRow, ...]:
    """The households in which somebody of this name has a telephone number with the same end."""
    digits = "".join(ch for ch in phone if ch.isdigit())
    if not name.strip() or len(digits) < _TAIL:
        return ()
    with store.read() as connection:
        rows = run(
            connection,
            f"SELECT DISTINCT h.rid FROM resident r JOIN household h ON h.id = {standing_sql('r.household_id')} "
            "WHERE r.deleted = 0 AND r.moved_out_on IS NULL AND h.deleted = 0 AND r.name = ? "
            "AND substr(replace(r.phone, '-', ''), -4) = ? ORDER BY h.rid LIMIT ?",
            (name.strip(), digits[-_TAIL:], _FEW),
        ).fetchall()
    return household_rows(store, [row[0] for row in rows])
