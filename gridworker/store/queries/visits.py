"""Visits of a week, drafts, and the households that wait for a visit."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from gridworker.errors import NotFound
from gridworker.models.days import Week
from gridworker.store import statistics
from gridworker.store.aliases import standing_sql
from gridworker.store.connection import Connection
from gridworker.store.queries.doors import door_of
from gridworker.store.queries.households import HouseholdFilter, household_ids, household_rows
from gridworker.store.queries.links import linked_condition
from gridworker.store.queries.road import roads
from gridworker.store.queries.timeline import visitor_names
from gridworker.store.rows import DraftRow, HouseholdRow, Plan, Scope, VisitRow
from gridworker.store.store import Store

_SELECT = (
    "SELECT v.id, v.no, coalesce(h.id, s.id, p.id), b.name, u.name, h.room, "
    "coalesce(r.name, s.contact_person, ''), v.now_on, v.start_at, v.now_outcome, v.mode, coalesce(v.said, ''), "
    "v.now_void, e.name, coalesce(r.salutation, ''), coalesce(s.name, p.name), v.shop_id IS NOT NULL "
    f"FROM visit v LEFT JOIN household h ON h.id = {standing_sql('v.household_id')} "
    "LEFT JOIN shop s ON s.id = v.shop_id LEFT JOIN public_spot p ON p.id = v.public_spot_id "
    "JOIN unit u ON u.id = coalesce(h.unit_id, s.unit_id, p.unit_id) "
    "JOIN building b ON b.id = u.building_id JOIN estate e ON e.id = b.estate_id "
    "LEFT JOIN resident r ON r.id = h.contact_resident_id AND r.deleted = 0 "
)


def week_visits(store: Store, scope: Scope, week: Week) -> tuple[VisitRow, ...]:
    """The visits of one ISO week in `scope`, newest first. They belong to the micro-grid they were made in."""
    today = f"'{store.clock.today()}'"
    linked = (
        ""
        if scope.linked_to is None
        else f" AND {linked_condition(scope.linked_to, 'v.household_id', today)}"
    )
    with store.read() as connection:
        return visits_between(store, connection, (week.first, week.last), scope.micro_grid_ids, linked)


def visits_between(
    store: Store, connection: Connection, days: tuple[str, str], micros: Collection[bytes], narrowed: str = ""
) -> tuple[VisitRow, ...]:
    """The visits made in these micro-grids from the first to the last of `days`, newest first. `narrowed`: SQL that
    limits the visits `v` further."""
    if not micros:
        return ()
    marks = ", ".join("?" * len(micros))
    return _visits(
        store,
        connection,
        f"{_SELECT} WHERE v.deleted = 0 AND v.now_on BETWEEN ? AND ? AND v.unit_at IN ({marks}){narrowed} "
        "ORDER BY v.now_on DESC, v.start_at DESC, length(v.no) DESC, substr(v.no, 5) DESC",
        (*days, *sorted(micros)),
    )


def visit(store: Store, visit_id: bytes) -> VisitRow:
    """One visit as it stands today. Raises NotFound."""
    with store.read() as connection:
        found = _visits(store, connection, f"{_SELECT} WHERE v.deleted = 0 AND v.id = ?", (visit_id,))
    if not found:
        raise NotFound(what="visit")
    return found[0]


def _visits(
    store: Store, connection: Connection, sql: str, values: tuple[object, ...]
) -> tuple[VisitRow, ...]:
    rows = connection.exec_driver_sql(sql, values).fetchall()
    visits = [row[0] for row in rows]
    names = visitor_names(connection, visits)
    road = roads(connection, store.known.authority == "self", visits)
    changed = {
        row[0]: statistics.amended(connection, row[0])
        for row in connection.exec_driver_sql(
            "SELECT DISTINCT visit_id FROM visit_amendment WHERE deleted = 0"
        )
        if row[0] in road
    }
    return tuple(
        VisitRow(
            id=row[0],
            no=row[1],
            household_id=row[2],
            door=row[15] or door_of(row[3], row[4], row[5]),
            contact=row[6],
            on=row[7],
            estate=row[13],
            salutation=row[14],
            start_at=changed.get(row[0], {}).get("start_at", row[8]) or None,
            outcome=row[9],
            mode=changed.get(row[0], {}).get("mode", row[10]) or "",
            said=changed.get(row[0], {}).get("said", row[11]) or "",
            visitors=names[row[0]],
            void=bool(row[12]),
            road=road[row[0]],
            target="household" if row[15] is None else "shop" if row[16] else "public_spot",
        )
        for row in rows
    )


def draft_rows(store: Store) -> tuple[DraftRow, ...]:
    """Visits begun and not saved, newest first."""
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT d.id, d.target_id, b.name, u.name, h.room, coalesce(r.name, s.contact_person, ''), d.at, "
            "coalesce(s.name, p.name) FROM draft d LEFT JOIN household h ON h.id = d.target_id "
            "LEFT JOIN shop s ON s.id = d.target_id LEFT JOIN public_spot p ON p.id = d.target_id "
            "JOIN unit u ON u.id = coalesce(h.unit_id, s.unit_id, p.unit_id) JOIN building b ON b.id = u.building_id "
            "LEFT JOIN resident r ON r.id = h.contact_resident_id AND r.deleted = 0 "
            "WHERE d.kind = 'visit' ORDER BY d.at DESC"
        ).fetchall()
    return tuple(DraftRow(r[0], r[1], r[7] or door_of(r[2], r[3], r[4]), r[5], r[6]) for r in rows)


@dataclass(frozen=True)
class Waiting:
    """The first households that wait for a visit, and how many there are."""

    first: tuple[HouseholdRow, ...]
    count: int


def due_households(store: Store, scope: Scope, limit: int = 200) -> Waiting:
    """Households that wait for a visit: promised callbacks and overdue ones first, then in stair order."""
    first = household_ids(store, scope, HouseholdFilter(plans=frozenset({Plan.CALLBACK, Plan.LATE})), "due")
    rest = household_ids(store, scope, HouseholdFilter(plans=frozenset({Plan.DUE, Plan.ABSENT})), "door")
    return Waiting(household_rows(store, (first + rest)[:limit]), len(first) + len(rest))
