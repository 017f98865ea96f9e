"""The round of one day: what is planned for it, then what earlier days left and what the week still holds, as many
lines as are asked for; and the figures of day and week apart."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gridworker.models.days import Week
from gridworker.store.connection import Connection
from gridworker.store.queries.road import roads
from gridworker.store.queries.round_places import planned_place_sql
from gridworker.store.queries.shops import SHOP, SPOT
from gridworker.store.queries.week_plan import COUNTED, PlanRow, items, micro_grids, numbered
from gridworker.store.rows import Scope
from gridworker.store.store import Store

_OPEN = ("planned", "absent_retry")
#: What counts in the plan of the week ?1. Households by their figures, which are a third as large as their rows.
_HERE = f"i.deleted = 0 AND i.week = ?1 AND i.state IN {COUNTED}"
_STATE = "i.planned_on AS planned_on, i.state AS state"
_HOMES = (
    f"SELECT s.unit_id AS unit_id, 1 - s.served AS closed, {_STATE} FROM plan_item i "
    f"CROSS JOIN household_stat s ON s.household_id = i.household_id WHERE s.standing = 1 AND {_HERE}"
)
_PLACES = (
    f"SELECT unit_id, closed, planned_on, state FROM ({planned_place_sql(name, _STATE, _HERE)})"
    for name in (SHOP, SPOT)
)
_COUNTED = " UNION ALL ".join((_HOMES, *_PLACES))


@dataclass(frozen=True)
class DayRound:
    """The lines of `day`, done or not; what earlier days of the week, or none, left open; and what its later days hold.
    `more` lines were not read, the last ones in this order."""

    day: str
    today: tuple[PlanRow, ...] = ()
    left_over: tuple[PlanRow, ...] = ()
    later: tuple[PlanRow, ...] = ()
    more: int = 0


@dataclass(frozen=True)
class DayFigures:
    """Visits planned and done, of the day and of its week."""

    planned: int = 0
    done: int = 0
    week_planned: int = 0
    week_done: int = 0


def day_round(store: Store, scope: Scope, day: str, limit: int, *, downwards: bool = True) -> DayRound:
    """The round of `day` (YYYY-MM-DD) in `scope`: whole micro-grids of a day, one after the other, until `limit` lines
    are reached."""
    week = Week.of_day(day)
    with store.read() as connection:
        names = micro_grids(connection, scope)
        groups = _groups(connection, week, day, [micro for micro, _ in names])
        taken = _taken(groups, limit)
        pairs = [(micro, on) for micro, on, _ in groups[:taken]]
        found = items(connection, scope, week, downwards=downwards, groups=pairs)
        road = roads(connection, store.known.authority == "self", [row[0] for row in found])
    rows = numbered(store, found, dict(names), road)
    waiting = [row for row in rows if row.open and row.planned_on != day]
    return DayRound(
        day,
        today=tuple(row for row in rows if row.planned_on == day and row.state in COUNTED),
        left_over=tuple(row for row in waiting if (row.planned_on or "") < day),
        later=tuple(row for row in waiting if (row.planned_on or "") > day),
        more=sum(count for _, _, count in groups[taken:]),
    )


def _groups(
    connection: Connection, week: Week, day: str, micros: list[bytes]
) -> list[tuple[bytes, str, int]]:
    """(micro-grid, day, lines) of the week, from the plan alone: the day itself first, then the days before it, then
    those after it, the micro-grids in their order."""
    places = {micro: place for place, micro in enumerate(micros)}
    rows = connection.exec_driver_sql(
        "SELECT unit_at, coalesce(planned_on, ''), count(*) FROM plan_item WHERE week = ? AND deleted = 0 "
        f"AND unit_at IN ({', '.join('?' * len(micros))}) "
        f"AND (state IN {_OPEN} OR (state = 'done' AND planned_on = ?)) GROUP BY 1, 2",
        (str(week), *micros, day),
    )
    return sorted(
        ((row[0], row[1], row[2]) for row in rows),
        key=lambda group: (group[1] != day, group[1] > day, group[1], places[group[0]]),
    )


def _taken(groups: Iterable[tuple[bytes, str, int]], limit: int) -> int:
    """How many groups are read: the first ones, until there are `limit` lines."""
    lines = taken = 0
    for _, _, count in groups:
        if lines >= limit:
            break
        lines, taken = lines + count, taken + 1
    return taken


def day_figures(store: Store, scope: Scope, day: str) -> DayFigures:
    """How far the day and its week have come; who does not want a visit any more is not counted in the week unless it
    was made."""
    units = sorted(scope.unit_ids)
    if not units:
        return DayFigures()
    marks = ", ".join(f"?{n}" for n in range(2, len(units) + 2))
    today = f"p.planned_on IS ?{len(units) + 2}"
    with store.read() as connection:
        found = connection.exec_driver_sql(
            f"SELECT coalesce(sum({today}), 0), coalesce(sum({today} AND p.state = 'done'), 0), "
            "coalesce(sum(p.state = 'done' OR NOT p.closed), 0), coalesce(sum(p.state = 'done'), 0) "
            f"FROM ({_COUNTED}) p WHERE p.unit_id IN ({marks})",
            (str(Week.of_day(day)), *units, day),
        ).one()
    return DayFigures(*found)
