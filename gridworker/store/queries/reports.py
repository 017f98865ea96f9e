"""Figures of a week. Visits belong to the micro-grid they were made in, whatever was reorganised since."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

from gridworker.models.days import Week, plus_days
from gridworker.models.roles import AreaTree
from gridworker.store.aliases import NOT_MERGED
from gridworker.store.connection import Connection
from gridworker.store.queries.links import linked_only
from gridworker.store.queries.road import sync_counts
from gridworker.store.queries.visits import week_visits
from gridworker.store.rows import GridWeek, Scope, WeekVisits
from gridworker.store.store import Store

#: Coverage looks back half a year from the end of the period.
COVERAGE_DAYS = 182
_MET = (
    "v.now_on BETWEEN ?1 AND ?2 AND v.now_void = 0 AND v.deleted = 0 AND v.now_outcome = 'met' "
    "AND v.mode IN ('door', 'phone')"
)
_COUNTED = ("attempts", "met", "absent", "declined", "rescheduled", "moved")


def week_by_grid(store: Store, scope: Scope, week: Week, *, ledger: bool = True) -> WeekVisits:
    """The week's visits for a node, by grid (or by micro-grid for a node inside one grid), in grid order; with the
    visits themselves where `ledger`."""
    identity = store.identity
    last = min(week.last, max(store.clock.today(), week.first))
    with store.read() as connection:
        lines = _lines(connection, scope)
        counts = _day_counts(connection, week.first, week.last)
        before = _day_counts(connection, week.shifted(-1).first, week.shifted(-1).last)
        homes = homes_by_micro_grid(connection, scope, last)
        plans, plans_before = _plan_counts(connection, week), _plan_counts(connection, week.shifted(-1))
    grids = tuple(_grid(node, name, micros, counts, homes, plans) for node, name, micros in lines)
    everything = frozenset().union(*(micros for _, _, micros in lines)) if lines else frozenset()
    return WeekVisits(
        community=identity.community_name,
        node_name=scope.name,
        week=str(week),
        first_day=week.first,
        last_day=week.last,
        practice=identity.practice,
        grids=grids,
        total=_grid(scope.node_id, scope.name, everything, counts, homes, plans),
        previous=_grid(scope.node_id, scope.name, everything, before, homes, plans_before),
        visits=week_visits(store, scope, week) if ledger else (),
        complete_through=identity.last_sync_at,
        unsent=sync_counts(store).unsent + sync_counts(store).sending,
    )


def _lines(connection: Connection, scope: Scope) -> list[tuple[bytes, str, frozenset[bytes]]]:
    """The rows of the table: grids with their micro-grids, in grid order; micro-grids where there is one grid only."""
    rows = connection.exec_driver_sql(
        "SELECT id, parent_id, kind, name FROM area_unit WHERE deleted = 0 ORDER BY sort_no, code"
    ).fetchall()
    tree = AreaTree({row[0]: row[1] for row in rows})
    grids: dict[bytes, set[bytes]] = defaultdict(set)
    for micro in scope.micro_grid_ids:
        grid = next((n for n in tree.lineage(micro) for r in rows if r[0] == n and r[2] == "grid"), micro)
        grids[grid].add(micro)
    if len(grids) == 1:
        return [(row[0], row[3], frozenset({row[0]})) for row in rows if row[0] in scope.micro_grid_ids]
    return [(row[0], row[3], frozenset(grids[row[0]])) for row in rows if row[0] in grids]


def _day_counts(connection: Connection, first: str, last: str) -> dict[bytes, tuple[int, ...]]:
    """Micro-grid → counts of the days from `first` to `last`, from the kept figures."""
    sums = ", ".join(f"sum({name})" for name in _COUNTED)
    rows = connection.exec_driver_sql(
        f"SELECT micro_grid_id, {sums} FROM day_stat WHERE day BETWEEN ? AND ? GROUP BY micro_grid_id",
        (first, last),
    )
    return {row[0]: tuple(row[1:]) for row in rows}


def _plan_counts(connection: Connection, week: Week) -> dict[bytes, tuple[int, int]]:
    """Micro-grid → households in the plan of `week`, and those of them that were reached."""
    rows = connection.exec_driver_sql(
        "SELECT unit_at, count(*), sum(state = 'done') FROM plan_item WHERE week = ? AND deleted = 0 "
        "AND household_id IS NOT NULL "
        "AND state IN ('planned', 'absent_retry', 'done') GROUP BY unit_at",
        (str(week),),
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def homes_by_micro_grid(connection: Connection, scope: Scope, last: str) -> dict[bytes, tuple[int, int, int]]:
    """Micro-grid → households, reachable ones, reachable ones met at the door or by phone in the half year."""
    micros = sorted(scope.micro_grid_ids)
    if not micros:
        return {}
    marks = ", ".join(f"?{place}" for place in range(3, len(micros) + 3))
    rows = connection.exec_driver_sql(
        "SELECT c.micro_grid_id, count(*), sum(reachable), sum(reachable AND met) FROM (SELECT h.unit_id, "
        "h.occupancy <> 'vacant' AND coalesce(h.visit_opt_out, 0) = 0 AS reachable, "
        f"EXISTS (SELECT 1 FROM visit v WHERE v.household_id = h.id AND {_MET}) OR EXISTS (SELECT 1 "
        "FROM record_alias a JOIN visit v ON v.household_id = a.loser_id "
        f"WHERE a.winner_id = h.id AND a.deleted = 0 AND {_MET}) AS met "
        f"FROM household h WHERE h.deleted = 0 AND {NOT_MERGED} {linked_only(scope, 'h.id', '?2')}) x "
        "JOIN coverage c ON c.unit_id = x.unit_id AND c.deleted = 0 "
        "AND c.valid_from <= ?2 AND (c.valid_to IS NULL OR c.valid_to >= ?2) "
        f"WHERE c.micro_grid_id IN ({marks}) GROUP BY c.micro_grid_id",
        (plus_days(last, 1 - COVERAGE_DAYS), last, *micros),
    )
    return {row[0]: (row[1], row[2] or 0, row[3] or 0) for row in rows}


def _grid(
    node_id: bytes,
    name: str,
    micros: frozenset[bytes],
    counts: Mapping[bytes, tuple[int, ...]],
    homes: Mapping[bytes, tuple[int, int, int]],
    plans: Mapping[bytes, tuple[int, int]],
) -> GridWeek:
    sums = [
        sum(counts[micro][place] for micro in micros if micro in counts) for place in range(len(_COUNTED))
    ]
    households, reachable, met = (sum(homes[m][place] for m in micros if m in homes) for place in range(3))
    attempts, seen, absent, declined, rescheduled, moved = sums
    planned, plan_done = (sum(plans[m][place] for m in micros if m in plans) for place in range(2))
    return GridWeek(
        node_id,
        name,
        households,
        reachable,
        attempts,
        seen,
        absent,
        declined,
        rescheduled,
        moved,
        met_half_year=met,
        planned=planned,
        plan_done=plan_done,
    )
