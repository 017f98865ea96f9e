"""What the dashboard shows beside the report of a period: plans of eight weeks, how long a first reply took grid by
grid, and how far each building is covered."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from fractions import Fraction
from statistics import median

from gridworker.models.period import Period
from gridworker.store.aliases import NOT_MERGED
from gridworker.store.connection import Connection
from gridworker.store.dashboard_rows import BuildingLine, Dashboard, ReplyLine, StairwellLine, WeekPlan
from gridworker.store.day_figures import COUNTED_PLAN
from gridworker.store.queries.report_demands import Fact, Window, demand_facts, standing_steps, window
from gridworker.store.queries.report_ground import Ground, ground_of
from gridworker.store.queries.report_visits import (
    MET_HALF_YEAR,
    REACHABLE,
    half_year,
    narrowed,
)
from gridworker.store.queries.summary import TREND_WEEKS, span_of
from gridworker.store.report_rows import HomeFigures
from gridworker.store.rows import Scope
from gridworker.store.statements import run
from gridworker.store.store import Store

_HOUR = 60


def dashboard(store: Store, scope: Scope, period: Period) -> Dashboard:
    """For `scope`, as it stood at the end of `period`, in one read. A node without households gives empty parts."""
    span = span_of(store, period)
    last = Period.of_day("week", span.until)
    weeks = tuple(last.shifted(-back) for back in reversed(range(TREND_WEEKS)))
    days = window(weeks[0].first, last.last, span.present)
    with store.read() as connection:
        ground = ground_of(connection, scope, period.first, span.until)
        facts = demand_facts(connection, ground, days.first)
        return Dashboard(
            days.first,
            days.last,
            _plans(connection, ground, weeks),
            tuple(_reply_lines(ground, facts, days)),
            _buildings(connection, ground),
        )


def _plans(connection: Connection, ground: Ground, weeks: tuple[Period, ...]) -> tuple[WeekPlan, ...]:
    rows = run(
        connection,
        f"SELECT i.week, i.unit_at, count(*), sum(i.state = 'done') FROM plan_item i WHERE i.week BETWEEN ? AND ? "
        f"AND {COUNTED_PLAN}{narrowed(ground, 'i.household_id')} GROUP BY i.week, i.unit_at",
        (str(weeks[0]), str(weeks[-1])),
    )
    sums = {str(week): [0, 0] for week in weeks}
    for week, micro, planned, done in rows:
        if micro in ground.micros and week in sums:
            sums[week][0] += planned
            sums[week][1] += done
    return tuple(WeekPlan(week, *sums[str(week)]) for week in weeks)


def _reply_lines(ground: Ground, facts: Iterable[Fact], days: Window) -> Iterable[ReplyLine]:
    """Grids in their order; what lies at the node itself only where somebody had a reply."""
    waited: dict[bytes, list[int]] = {}
    for fact in facts:
        minutes = minutes_to_reply(fact, days)
        if minutes is not None:
            waited.setdefault(fact.unit_at, []).append(minutes)
    for line in ground.lines:
        found = [minutes for node in line.nodes for minutes in waited.get(node, ())]
        if line.shown or found:
            middle = Fraction(median(map(Fraction, found))) / _HOUR if found else None
            yield ReplyLine(line.node_id, line.name, len(found), middle)


def minutes_to_reply(fact: Fact, days: Window) -> int | None:
    """Minutes from the registration of a demand to its first reply, if that lies in the window and still stands."""
    standing = standing_steps(fact.told(days.end))
    first = next((step for step in standing if step.event == "reply"), None)
    if first is None or not days.has(first.at):
        return None
    waited = dt.datetime.fromisoformat(first.at) - dt.datetime.fromisoformat(fact.reported_at)
    return int(waited.total_seconds()) // 60


def _buildings(connection: Connection, ground: Ground) -> tuple[BuildingLine, ...]:
    """By the coverage of the day: a shared building has the stairwells of this scope only."""
    if not ground.micros:
        return ()
    rows = run(
        connection,
        "SELECT u.building_id, e.name, b.name, u.id, u.name, c.micro_grid_id, count(*), sum(x.reachable), "
        f"sum(x.reachable AND x.met) FROM (SELECT h.unit_id, {REACHABLE} AS reachable, {MET_HALF_YEAR} AS met "
        f"FROM household h WHERE h.deleted = 0 AND {NOT_MERGED}{narrowed(ground, 'h.id')}) x "
        "JOIN coverage c ON c.unit_id = x.unit_id AND c.deleted = 0 "
        "AND c.valid_from <= ?2 AND (c.valid_to IS NULL OR c.valid_to >= ?2) "
        "JOIN unit u ON u.id = x.unit_id JOIN building b ON b.id = u.building_id "
        "JOIN estate e ON e.id = b.estate_id GROUP BY u.id, c.micro_grid_id "
        "ORDER BY e.sort_no, e.code, e.id, b.sort_no, b.code, b.id, u.sort_no, u.code, u.id",
        half_year(ground.on),
    )
    found: dict[bytes, tuple[str, str, list[StairwellLine]]] = {}
    for building, estate, name, unit, unit_name, micro, households, reachable, met in rows:
        if micro in ground.micros:
            homes = HomeFigures(households, reachable or 0, met or 0)
            lines = found.setdefault(building, (str(estate), str(name), []))[2]
            lines.append(StairwellLine(unit, str(unit_name), homes))
    return tuple(
        BuildingLine(building, estate, name, tuple(lines))
        for building, (estate, name, lines) in found.items()
    )
