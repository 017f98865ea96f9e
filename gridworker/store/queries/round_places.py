"""Shops and public spots in the week's plan: what the planner may choose from, and the lines of those that are planned.
Only open shops are proposed; a spot is always open."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import Any

from gridworker.models.days import Week, plus_days
from gridworker.models.household import DEFAULT_VISIT_INTERVAL_DAYS
from gridworker.models.planning import Candidate
from gridworker.store.connection import Connection
from gridworker.store.queries.households import rows_of
from gridworker.store.queries.shops import SHOP, SPOT, place_as_row, place_rows, target_rows
from gridworker.store.rows import HouseholdRow, Scope
from gridworker.store.statements import run
from gridworker.store.store import Store

_PLACE = "JOIN unit u ON u.id = p.unit_id JOIN building b ON b.id = u.building_id JOIN estate e ON e.id = b.estate_id"
_OPEN = MappingProxyType({SHOP: "p.status = 'open'", SPOT: "1"})
_VALID = "v.now_void = 0 AND v.deleted = 0"
_LATEST = "v.now_on DESC, coalesce(v.start_at, '') DESC, v.id DESC LIMIT 1"


def place_candidates(connection: Connection, scope: Scope, week: Week, today: str) -> tuple[Candidate, ...]:
    """Every open shop and every spot of `scope` as the planner sees it, without those that stand in the plan of `week`
    or are still to be visited by the plan of another week that is not over."""
    found: list[Candidate] = []
    if scope.linked_to is not None:  # linked households are households
        return ()
    for target in (SHOP, SPOT):
        rows = run(connection, _candidates_sql(target), (today, str(week), str(Week.of_day(today))))
        found += [_candidate(target, row) for row in rows if row[2] in scope.unit_ids]
    return tuple(found)


def _candidates_sql(target: str) -> str:
    mine = f"FROM visit v WHERE v.{target}_id = p.id AND {_VALID}"
    met = f"(SELECT max(v.now_on) {mine} AND v.now_outcome = 'met')"
    return (
        "SELECT p.id, c.micro_grid_id, p.unit_id, e.sort_no, b.sort_no, u.sort_no, p.name, p.visit_interval_days, "
        f"{met} AS met, (SELECT v.now_on {mine} ORDER BY {_LATEST}), (SELECT v.now_outcome {mine} ORDER BY {_LATEST}), "
        f"(SELECT v.now_next_on {mine} ORDER BY {_LATEST}), "
        f"(SELECT count(*) {mine} AND v.now_outcome <> 'met' AND v.now_on > coalesce({met}, '')) "
        f"FROM {target} p {_PLACE} JOIN coverage c ON c.unit_id = p.unit_id AND c.deleted = 0 AND c.valid_from <= ?1 "
        f"AND (c.valid_to IS NULL OR c.valid_to >= ?1) WHERE p.deleted = 0 AND {_OPEN[target]} "
        f"AND NOT EXISTS (SELECT 1 FROM plan_item i WHERE i.{target}_id = p.id AND i.deleted = 0 "
        "AND (i.week = ?2 OR (i.week >= ?3 AND i.state IN ('planned', 'absent_retry')))) ORDER BY p.rid"
    )


def _candidate(target: str, row: Any) -> Candidate:
    record, micro, _, estate, building, unit, name, interval, met, last, outcome, promised, tries = row
    due = plus_days(met, interval or DEFAULT_VISIT_INTERVAL_DAYS) if met else None
    return Candidate(
        id=record,
        micro_grid=micro,
        stair=(estate or 0, building or 0, unit or 0),
        floor=0,  # beside the stairs, not on them
        room=name,
        next_due_on=promised or due,
        promised_on=promised,
        last_visit_on=last,
        last_outcome=outcome,
        tries=tries,
        target=target,
    )


def planned_place_sql(target: str, columns: str, where: str) -> str:
    """The part of the week's plan that is about shops or spots, with the same columns as that of households: `columns`
    are those of the plan item `i` and the visit `v`; `t` is the place with `unit_id`, `floor`, `room` and `closed`."""
    closed = "1 - (" + _OPEN[target].replace("p.", "t.") + ")"
    return (
        f"SELECT '{target}' AS target, t.id AS target_id, t.rid AS rid, t.unit_id AS unit_id, 0 AS floor, "
        f"t.name AS room, {closed} AS closed, {columns} FROM plan_item i JOIN {target} t ON t.id = i.{target}_id "
        f"LEFT JOIN visit v ON v.id = i.visit_id AND v.deleted = 0 "
        # The index of the plan knows households: without this every item of the week would be read for what it is not.
        f"WHERE t.deleted = 0 AND i.household_id IS NULL AND {where}"
    )


def rows_of_targets(store: Store, wanted: Iterable[tuple[str, bytes]]) -> dict[bytes, HouseholdRow]:
    """What is to be visited, by id: (target, id) → its line. What is gone is left out."""
    ids: dict[str, list[bytes]] = {}
    for target, record in wanted:
        ids.setdefault(target, []).append(record)
    found = {row.id: row for row in rows_of(store, ids.pop("household", ()))}
    for target, records in ids.items():
        found |= {row.id: place_as_row(row) for row in target_rows(store, target, records)}
    return found


def places_named(store: Store, scope: Scope, text: str) -> tuple[HouseholdRow, ...]:
    """The open shops and spots of `scope` with exactly this name or code."""
    wanted = text.strip().casefold()
    return tuple(
        place_as_row(row)
        for target in (SHOP, SPOT)
        for row in (place_rows(store, scope, target, wanted) if wanted else ())
        if row.status == "open" and wanted in (row.name.casefold(), row.code.casefold())
    )
