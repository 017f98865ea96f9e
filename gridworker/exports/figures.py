"""Every figure and list of a report under a stable key, for forms of other people and for `report --json`. The keys are
documented in docs/filling.md; a key never changes its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gridworker.exports.document import Cell, Day, Points, Ratio, Signed, rounded
from gridworker.exports.ledger import visit_ledger
from gridworker.exports.weekly import half_year_coverage, met_rate
from gridworker.store.rows import GridWeek, WeekVisits
from gridworker.wording import Wording

_COUNTS = ("planned", "plan_done", "attempts", "met", "absent", "declined", "rescheduled", "moved")
_HOMES = ("households", "reachable", "met_half_year")
#: The columns of the ledger in its order.
_LEDGER = ("no", "day", "time", "building", "person", "mode", "outcome", "visitors", "excerpt")


@dataclass(frozen=True)
class Figures:
    """`single` values by key, and `lists`: rows of values by column."""

    single: Mapping[str, Cell]
    lists: Mapping[str, tuple[Mapping[str, Cell], ...]]


def weekly_figures(week: WeekVisits, wording: Wording) -> Figures:
    """The figures of a weekly report, masked as the report is."""
    now, before = week.total, week.previous
    single: dict[str, Cell] = {
        "community": week.community,
        "node": week.node_name,
        "week": week.week,
        "week_no": int(week.week.partition("-W")[2]),
        "year": int(week.week.partition("-W")[0]),
        "first_day": Day(week.first_day),
        "last_day": Day(week.last_day),
        "unsent": week.unsent,
    }
    for name in _COUNTS:
        this, last = getattr(now, name), getattr(before, name)
        single |= {
            f"visits.{name}": this,
            f"visits.{name}.before": last,
            f"visits.{name}.change": Signed(this - last),
        }
    rates = met_rate(now), met_rate(before)
    single |= {
        "visits.met_rate": rates[0],
        "visits.met_rate.before": rates[1],
        "visits.met_rate.change": Points(*rates),
        "visits.coverage": half_year_coverage(now),
        **{name: getattr(now, name) for name in _HOMES},
    }
    ledger = visit_ledger(week.visits, wording)
    return Figures(
        single,
        {
            "grids": tuple(_grid(number, grid) for number, grid in enumerate(week.grids, 1)),
            "visits": tuple(dict(zip(_LEDGER, row, strict=True)) for row in ledger.rows),
        },
    )


def _grid(number: int, grid: GridWeek) -> Mapping[str, Cell]:
    counts: dict[str, Cell] = {name: getattr(grid, name) for name in (*_HOMES, *_COUNTS)}
    return {
        "number": number,
        "name": grid.name,
        **counts,
        "met_rate": met_rate(grid),
        "coverage": half_year_coverage(grid),
    }


def in_json(figures: Figures) -> dict[str, Any]:
    """`figures` and `lists` for programs: counts whole, shares between 0 and 1 (null without a denominator), days
    `YYYY-MM-DD`, changes of shares in percentage points with one place."""
    return {
        "figures": {key: _plain(value) for key, value in figures.single.items()},
        "lists": {
            key: [{name: _plain(value) for name, value in row.items()} for row in rows]
            for key, rows in figures.lists.items()
        },
    }


def _plain(value: Cell) -> str | int | float | None:
    match value:
        case Ratio():
            return None if value.share is None else float(rounded(value.share, 4))
        case Points():
            return None if value.points is None else float(rounded(value.points))
        case Signed():
            return value.value
        case Day():
            return value.iso
        case _:
            return value
