"""Visits, plans and households of a report. Visits belong to the micro-grid they were made in; whole nodes are counted
from the kept figures of each day, some households of a node from the visits themselves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridworker.models.days import plus_days
from gridworker.models.period import Period
from gridworker.store.aliases import NOT_MERGED
from gridworker.store.connection import Connection
from gridworker.store.day_figures import COUNTED_PLAN, FIGURES, OUTCOMES, counted, total, totals
from gridworker.store.queries.links import linked_condition
from gridworker.store.queries.report_ground import Ground
from gridworker.store.report_rows import HomeFigures, VisitFigures
from gridworker.store.seen_homes import COVERAGE_DAYS, SEEN, seen_by_unit
from gridworker.store.statements import run

#: A visit `v` that counts.
VALID = "v.now_void = 0 AND v.deleted = 0 AND v.unit_at IS NOT NULL"
_MET = f"v.now_on BETWEEN ?1 AND ?2 AND v.now_void = 0 AND v.deleted = 0 AND v.now_outcome = 'met' AND {SEEN}"
#: A household `h` that is neither vacant nor opted out.
REACHABLE = "(h.occupancy <> 'vacant' AND coalesce(h.visit_opt_out, 0) = 0)"
#: A household `h` that was met at the door or by telephone from ?1 to ?2, also as one that was merged into it.
MET_HALF_YEAR = (
    f"(EXISTS (SELECT 1 FROM visit v WHERE v.household_id = h.id AND {_MET}) OR EXISTS (SELECT 1 "
    "FROM record_alias a JOIN visit v ON v.household_id = a.loser_id "
    f"WHERE a.winner_id = h.id AND a.deleted = 0 AND {_MET}))"
)
#: Micro-grid, attempts, and the outcomes in their order.
_Counts = tuple[bytes, int, int, int, int, int, int]


def narrowed(ground: Ground, column: str) -> str:
    """SQL that limits `column`, a household's id, to the households that the ground means; "" where it means all."""
    said = ""
    if ground.linked_to is not None:
        day = f"'{ground.on}'"
        said += f" AND {linked_condition(ground.linked_to, column, day)}"
    if ground.units is not None:
        units = ", ".join(f"x'{unit.hex()}'" for unit in sorted(ground.units)) or "NULL"
        said += f" AND {column} IN (SELECT n.id FROM household n WHERE n.unit_id IN ({units}))"
    return said


def visit_figures(
    connection: Connection, ground: Ground, first: str, last: str, weeks: tuple[str, str]
) -> dict[bytes, VisitFigures]:
    """Micro-grid → figures of the days from `first` to `last`; plans of the weeks from `weeks[0]` to `weeks[1]`, which
    are those that begin on these days."""
    if ground.whole:
        return {
            micro: _named(counts)
            for micro, counts in counted(connection, first, last)
            if micro in ground.micros
        }
    visits = {row[0]: row[1:] for row in _visit_counts(connection, ground, first, last)}
    plans = _plan_counts(connection, ground, weeks)
    return {
        micro: VisitFigures(*plans.get(micro, (0, 0)), *visits.get(micro, (0,) * 6))
        for micro in (visits.keys() | plans.keys()) & ground.micros
    }


def _visit_counts(connection: Connection, ground: Ground, first: str, last: str) -> list[_Counts]:
    sums = ", ".join(f"sum(v.now_outcome = '{name}')" for name in OUTCOMES)
    found: list[_Counts] = run(
        connection,
        f"SELECT v.unit_at, count(*), {sums} FROM visit v WHERE {VALID} AND v.household_id IS NOT NULL "
        f"AND v.now_on BETWEEN ? AND ?{narrowed(ground, 'v.household_id')} GROUP BY v.unit_at",
        (first, last),
    ).fetchall()
    return found


def visit_totals(
    connection: Connection, ground: Ground, first: str, last: str, weeks: tuple[str, str]
) -> VisitFigures:
    """The same for all micro-grids of the ground together."""
    if not ground.whole:
        return sum(visit_figures(connection, ground, first, last, weeks).values(), VisitFigures())
    return _named(total(connection, first, last, ground.at_micros))


def visit_trend(
    connection: Connection, ground: Ground, periods: Sequence[Period]
) -> Mapping[Period, tuple[int, int]]:
    """Attempts and households met in each of `periods`, weeks or months that follow each other."""
    if ground.whole:
        found = {
            period: _named(counts) for period, counts in totals(connection, periods, ground.at_micros).items()
        }
    else:
        found = {one: visit_totals(connection, ground, one.first, one.last, ("", "")) for one in periods}
    none = VisitFigures()
    return {one: (found.get(one, none).attempts, found.get(one, none).met) for one in periods}


def _named(counts: Sequence[int]) -> VisitFigures:
    return VisitFigures(**dict(zip(FIGURES, counts, strict=True)))


def _plan_counts(
    connection: Connection, ground: Ground, weeks: tuple[str, str]
) -> dict[bytes, tuple[int, int]]:
    rows = run(
        connection,
        f"SELECT i.unit_at, count(*), sum(i.state = 'done') FROM plan_item i WHERE i.week BETWEEN ? AND ? "
        f"AND {COUNTED_PLAN}{narrowed(ground, 'i.household_id')} GROUP BY i.unit_at",
        weeks,
    )
    return {row[0]: (row[1], row[2]) for row in rows}


def home_figures(connection: Connection, ground: Ground) -> Mapping[bytes, HomeFigures]:
    """Micro-grid → its households on the day of the ground, by the coverage of that day."""
    if not ground.micros:
        return {}
    if not ground.whole:
        return _counted_homes(connection, ground)
    seen = seen_by_unit(connection, ground.on)
    rows = run(
        connection,
        "SELECT c.micro_grid_id, c.unit_id, h.households, h.reachable FROM coverage c "
        "JOIN home_stat h ON h.unit_id = c.unit_id WHERE c.deleted = 0 AND c.valid_from <= ?1 "
        f"AND (c.valid_to IS NULL OR c.valid_to >= ?1) AND c.micro_grid_id {ground.at_micros}",
        (ground.on,),
    )
    found: dict[bytes, tuple[int, int, int]] = {}
    for micro, unit, homes, reachable in rows:
        before = found.get(micro, (0, 0, 0))
        found[micro] = (before[0] + homes, before[1] + reachable, before[2] + seen.get(unit, 0))
    return {micro: HomeFigures(*counts) for micro, counts in found.items()}


def _counted_homes(connection: Connection, ground: Ground) -> Mapping[bytes, HomeFigures]:
    rows = run(
        connection,
        "SELECT c.micro_grid_id, count(*), sum(reachable), sum(reachable AND met) FROM (SELECT h.unit_id, "
        f"{REACHABLE} AS reachable, {MET_HALF_YEAR} AS met "
        f"FROM household h WHERE h.deleted = 0 AND {NOT_MERGED}{narrowed(ground, 'h.id')}) x "
        "JOIN coverage c ON c.unit_id = x.unit_id AND c.deleted = 0 "
        "AND c.valid_from <= ?2 AND (c.valid_to IS NULL OR c.valid_to >= ?2) GROUP BY c.micro_grid_id",
        half_year(ground.on),
    )
    return {row[0]: HomeFigures(row[1], row[2] or 0, row[3] or 0) for row in rows if row[0] in ground.micros}


def half_year(on: str) -> tuple[str, str]:
    """The first and the last day of the half year that ends with `on`."""
    return plus_days(on, 1 - COVERAGE_DAYS), on
