"""Households that nobody has been to for a while: the first of them and how many there are, from the kept figures."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.models.days import plus_days
from gridworker.store.connection import Connection
from gridworker.store.queries.households import household_rows
from gridworker.store.rows import HouseholdRow, Scope
from gridworker.store.statements import run, scalar
from gridworker.store.store import Store

#: Below this share of all stairwells it is quicker to look at each one's households than along the days.
_SMALL = 4


@dataclass(frozen=True)
class Unvisited:
    """`first` in the order of their last visit, those never visited before all others; `count` of all of them."""

    first: tuple[HouseholdRow, ...]
    count: int


def day_before(store: Store, days: int) -> str:
    """The day that lies `days` before today."""
    return plus_days(store.clock.today(), -days)


def unvisited(store: Store, scope: Scope, days: int, limit: int = 50) -> Unvisited:
    """Households of `scope` that are to be visited and were not for more than `days` days. Whatever came of a visit
    counts: somebody was there."""
    with store.read() as connection:
        where, units = _where(connection, scope)
        before = (day_before(store, days), *units)
        count = int(scalar(connection, f"SELECT count(*) {where} < ?1", before) or 0)
        count += int(scalar(connection, f"SELECT count(*) {where} IS NULL AND ?1 = ?1", before) or 0)
        rids: list[int] = []
        for which in ("IS NULL AND ?1 = ?1", "< ?1"):
            rows = run(
                connection,
                "SELECT (SELECT rid FROM household WHERE id = s.household_id) "
                f"{where} {which} ORDER BY s.last_visit_on, s.rowid LIMIT {limit - len(rids)}",
                before,
            )
            rids += [row[0] for row in rows]
    return Unvisited(household_rows(store, rids), count)


def _where(connection: Connection, scope: Scope) -> tuple[str, tuple[bytes, ...]]:
    """The statement up to the last visit's day, and the stairwells it names, from ?2 on; none for the whole
    community."""
    every = int(scalar(connection, "SELECT count(*) FROM unit WHERE deleted = 0") or 0)
    if len(scope.unit_ids) >= every:
        return "FROM household_stat s WHERE s.served = 1 AND s.last_visit_on", ()
    units = tuple(sorted(scope.unit_ids))
    inside = f"s.unit_id IN ({', '.join(f'?{place}' for place in range(2, len(units) + 2))})"
    day = "+s.last_visit_on" if len(units) * _SMALL < every else "s.last_visit_on"
    return f"FROM household_stat s WHERE s.served = 1 AND {inside} AND {day}", units
