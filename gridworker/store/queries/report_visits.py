"""Visits, plans and households of a report. Visits belong to the micro-grid they were made in; whole nodes are counted
from the kept figures of each day, some households of a node from the visits themselves."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from gridworker.models.days import plus_days
from gridworker.store.aliases import NOT_MERGED
from gridworker.store.connection import Connection
from gridworker.store.queries.links import linked_condition
from gridworker.store.queries.report_ground import Ground
from gridworker.store.report_rows import HomeFigures, VisitFigures
from gridworker.store.statements import run
from gridworker.store.statistics import SEEN

#: Coverage looks back half a year from the end of the period.
COVERAGE_DAYS = 182
OUTCOMES = ("met", "absent", "declined", "rescheduled", "moved")
#: A visit `v` that counts.
VALID = "v.now_void = 0 AND v.deleted = 0 AND v.unit_at IS NOT NULL"
#: What of a plan counts: what was moved to another week or dropped does not.
COUNTED_PLAN = (
    "i.deleted = 0 AND i.household_id IS NOT NULL AND i.state IN ('planned', 'absent_retry', 'done')"
)
_MET = f"v.now_on BETWEEN ?1 AND ?2 AND v.now_void = 0 AND v.deleted = 0 AND v.now_outcome = 'met' AND {SEEN}"
#: A household `h` that is neither vacant nor opted out.
REACHABLE = "(h.occupancy <> 'vacant' AND coalesce(h.visit_opt_out, 0) = 0)"
#: A household `h` that was met at the door or by telephone from ?1 to ?2, also as one that was merged into it.
MET_HALF_YEAR = (
    f"(EXISTS (SELECT 1 FROM visit v WHERE v.household_id = h.id AND {_MET}) OR EXISTS (SELECT 1 "
    "FROM record_alias a JOIN visit v ON v.household_id = a.loser_id "
    f"WHERE a.winner_id = h.id AND a.deleted = 0 AND {_MET}))"
)
_KINDS = ("shop", "public_spot")
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
    """Micro-grid → figures of the days from `first` to `last`; plans of the weeks from `weeks[0]` to `weeks[1]`."""
    counts = {
        row[0]: row[1:]
        for row in (
            day_counts(connection, first, last)
            if ground.whole
            else _visit_counts(connection, ground, first, last)
        )
    }
    places = place_counts(connection, first, last) if ground.whole else {}
    plans = _plan_counts(connection, ground, weeks)
    found: dict[bytes, VisitFigures] = {}
    for micro in (counts.keys() | places.keys() | plans.keys()) & ground.micros:
        attempts, met, absent, declined, rescheduled, moved = counts.get(micro, (0,) * 6)
        planned, done = plans.get(micro, (0, 0))
        shops, spots = places.get(micro, (0, 0))
        found[micro] = VisitFigures(
            planned, done, attempts, met, absent, declined, rescheduled, moved, shops, spots
        )
    return found


def day_counts(connection: Connection, first: str, last: str) -> list[_Counts]:
    """Micro-grid, attempts and outcomes of the days from `first` to `last`, from the kept figures of each day."""
    sums = ", ".join(f"sum({name})" for name in ("attempts", *OUTCOMES))
    found: list[_Counts] = run(
        connection,
        f"SELECT micro_grid_id, {sums} FROM day_stat WHERE day BETWEEN ? AND ? GROUP BY micro_grid_id",
        (first, last),
    ).fetchall()
    return found


def _visit_counts(connection: Connection, ground: Ground, first: str, last: str) -> list[_Counts]:
    sums = ", ".join(f"sum(v.now_outcome = '{name}')" for name in OUTCOMES)
    found: list[_Counts] = run(
        connection,
        f"SELECT v.unit_at, count(*), {sums} FROM visit v WHERE {VALID} AND v.household_id IS NOT NULL "
        f"AND v.now_on BETWEEN ? AND ?{narrowed(ground, 'v.household_id')} GROUP BY v.unit_at",
        (first, last),
    ).fetchall()
    return found


def attempts_and_met(connection: Connection, ground: Ground, first: str, last: str) -> tuple[int, int]:
    """Visits to households of the ground from `first` to `last`, and those of them that met somebody."""
    counts = day_counts if ground.whole else partial(_visit_counts, ground=ground)
    rows = [row for row in counts(connection, first=first, last=last) if row[0] in ground.micros]
    return sum(row[1] for row in rows), sum(row[2] for row in rows)


def place_counts(connection: Connection, first: str, last: str) -> dict[bytes, tuple[int, int]]:
    """Micro-grid → visits to shops, and to public spots."""
    found: dict[bytes, list[int]] = {}
    for place, kind in enumerate(_KINDS):
        rows = run(
            connection,
            # By the few that are about a place, never by all the visits of the days: `+` keeps the planner from those.
            f"SELECT v.unit_at, count(*) FROM visit v WHERE v.{kind}_id > x'' AND v.now_void = 0 AND v.deleted = 0 "
            "AND +v.unit_at IS NOT NULL AND +v.now_on BETWEEN ? AND ? GROUP BY +v.unit_at",
            (first, last),
        )
        for micro, number in rows:
            found.setdefault(micro, [0, 0])[place] = number
    return {micro: (shops, spots) for micro, (shops, spots) in found.items()}


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
    since, on = half_year(ground.on)
    sums: dict[bytes, HomeFigures] = {}
    for sql, values in ((_SERVED, (since, on)), (_MET_LATER, (since, on)), (_NOT_SERVED, ())):
        for unit, homes, reachable, met in run(connection, sql, values):
            sums[unit] = sums.get(unit, HomeFigures()) + HomeFigures(homes, reachable, met)
    covers = run(
        connection,
        "SELECT unit_id, micro_grid_id FROM coverage WHERE deleted = 0 AND valid_from <= ?1 "
        "AND (valid_to IS NULL OR valid_to >= ?1)",
        (on,),
    )
    found: dict[bytes, HomeFigures] = {}
    for unit, micro in covers:
        if unit in sums and micro in ground.micros:
            found[micro] = found.get(micro, HomeFigures()) + sums[unit]
    return found


#: By stairwell, from the kept figures: the households that count, and those of them last met in the half year …
_SERVED = (
    "SELECT unit_id, count(*), count(*), sum(coalesce(seen_on BETWEEN ?1 AND ?2, 0)) FROM household_stat "
    "WHERE served = 1 GROUP BY unit_id"
)
#: … those met in it and again since …
_MET_LATER = (
    "SELECT s.unit_id, 0, 0, count(*) FROM household_stat s JOIN household h ON h.id = s.household_id "
    f"WHERE s.served = 1 AND s.seen_on > ?2 AND {MET_HALF_YEAR} GROUP BY s.unit_id"
)
#: … and the vacant ones and those that opted out.
_NOT_SERVED = (
    "SELECT h.unit_id, count(*), 0, 0 FROM household_stat s CROSS JOIN household h ON h.id = s.household_id "
    f"WHERE s.served = 0 AND h.deleted = 0 AND {NOT_MERGED} GROUP BY h.unit_id"
)


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
