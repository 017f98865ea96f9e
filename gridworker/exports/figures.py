"""Every figure and list of a report under a stable key, for forms of other people and for `report --json`. The keys are
documented in docs/filling.md; a key never changes its meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from gridworker.exports.document import Cell, Day, Measure, Name, Points, Ratio, Signed, Table, rounded
from gridworker.exports.ledger import visit_ledger
from gridworker.exports.summary_more import level_name, short_period
from gridworker.exports.summary_tables import (
    LIST_COLUMNS,
    LISTS,
    RATES,
    arranged,
    code_name,
    half_year_coverage,
    issues,
    key_demands,
    met_rate,
)
from gridworker.store.report_rows import CodeLine, DemandFigures, NodeLine, Summary, VisitFigures
from gridworker.wording import Wording

_VISITS = tuple(f.name for f in fields(VisitFigures))
_HOMES = ("households", "reachable", "met_half_year")
_DEMANDS = tuple(f.name for f in fields(DemandFigures))
#: Looked at on a day: they cannot be added up over the year.
_ON_A_DAY = ("carried", "open", "overdue")
_NUMBERED = {"week": "week_no", "month": "month", "quarter": "quarter"}
#: The columns of the lists that are tables of the report, in their order.
_LEDGER = ("no", "day", "time", "building", "person", "mode", "outcome", "visitors", "excerpt")
_KEY = ("no", "place", "summary", "level", "post", "due", "progress")
_ISSUES = ("title", "stage", "resolutions", "done", "next_step")
_NEXT = ("day", "post", "node", "what")


@dataclass(frozen=True)
class Figures:
    """`single` values by key, and `lists`: rows of values by column."""

    single: Mapping[str, Cell]
    lists: Mapping[str, tuple[Mapping[str, Cell], ...]]


def summary_figures(summary: Summary, wording: Wording) -> Figures:
    """The figures of a report, masked as the report is."""
    period = summary.period
    single: dict[str, Cell] = {
        "community": summary.community,
        "node": summary.node_name,
        "period": str(period),
        "kind": period.kind,
        "year": Name(period.year),
        "first_day": Day(period.first),
        "last_day": Day(period.last),
        "until": Day(summary.until),
        "unsent": summary.unsent,
    }
    if period.kind in _NUMBERED:
        single[_NUMBERED[period.kind]] = period.number
    if period.kind == "week":
        single["week"] = str(period)
    single |= _counts(summary) | _rates(summary) | _matters(summary)
    single |= {name: getattr(summary.now.homes, name) for name in _HOMES}
    single["visits.coverage"] = half_year_coverage(summary.now.homes)
    return Figures(single, _lists(summary, wording))


def _counts(summary: Summary) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    groups = (("visits", _VISITS), ("demands", _DEMANDS), ("meetings", ("held", "people")))
    for group, names in groups:
        for name in names:
            now, before, year = (
                getattr(getattr(one, group), name) for one in (summary.now, summary.before, summary.year)
            )
            key = f"{group}.{name}"
            found |= {key: now, f"{key}.before": before, f"{key}.change": Signed(now - before)}
            if not (group == "demands" and name in _ON_A_DAY):
                found[f"{key}.year"] = year
    return found


def _rates(summary: Summary) -> dict[str, Cell]:
    found: dict[str, Cell] = {}
    each = (summary.now, summary.before, summary.year)
    rates = {"visits.met_rate": tuple(met_rate(one.visits) for one in each)}
    rates |= {f"demands.{name}": tuple(of(one.demands) for one in each) for name, of in RATES.items()}
    for key, (now, before, year) in rates.items():
        found |= {
            key: now,
            f"{key}.before": before,
            f"{key}.change": Points(now, before),
            f"{key}.year": year,
        }
    return found


def _matters(summary: Summary) -> dict[str, Cell]:
    found: dict[str, Cell] = {"key_demands.left": summary.key_demands_left}
    if summary.lists is not None:
        for name in LISTS:
            of = getattr(summary.lists, name)
            found |= {f"{name}.{column}": getattr(of, column) for column in LIST_COLUMNS}
        found |= {"projects.sessions": summary.lists.sessions, "projects.people": summary.lists.people}
    if summary.proposals is not None:
        found |= {
            f"proposals.{f.name}": getattr(summary.proposals, f.name) for f in fields(summary.proposals)
        }
    return found


def _lists(summary: Summary, wording: Wording) -> dict[str, tuple[Mapping[str, Cell], ...]]:
    return {
        "grids": tuple(_grid(number, line) for number, line in enumerate(summary.lines, 1)),
        "categories": tuple(_coded(line, "demand_category", wording) for line in summary.categories),
        "sources": tuple(_coded(line, "demand_source", wording) for line in summary.sources),
        "levels": tuple(
            {"code": one.level, "name": level_name(one.level, wording), "closed": one.closed}
            for one in summary.levels
        ),
        "trend": tuple(
            {
                "period": str(one.period),
                "name": short_period(one.period, wording),
                "attempts": one.attempts,
                "met": one.met,
                "registered": one.registered,
                "closed": one.closed,
            }
            for one in summary.trend
        ),
        "spots": tuple({"name": one.name, "registered": one.registered} for one in summary.spots),
        "causes": tuple(
            {
                "code": one.code,
                "name": code_name(CodeLine(one.code, one.name, DemandFigures()), "demand_category", wording),
                "registered": sum(one.by_part),
                "before": one.before,
            }
            for one in summary.causes
        ),
        "key_demands": _rows(key_demands(summary, wording), _KEY),
        "issues": _rows(issues(summary, wording), _ISSUES),
        "next": _rows(arranged(summary, wording), _NEXT) if summary.period.kind != "year" else (),
        "visits": _rows(visit_ledger(summary.visits, wording), _LEDGER),
    }


def _rows(table: Table, names: tuple[str, ...]) -> tuple[Mapping[str, Cell], ...]:
    return tuple(dict(zip(names, row, strict=True)) for row in table.rows)


def _grid(number: int, line: NodeLine) -> Mapping[str, Cell]:
    counts: dict[str, Cell] = {name: getattr(line.homes, name) for name in _HOMES}
    counts |= {name: getattr(line.visits, name) for name in _VISITS}
    counts |= {f"demands.{name}": getattr(line.demands, name) for name in _DEMANDS}
    return {
        "number": number,
        "name": line.name,
        **counts,
        "met_rate": met_rate(line.visits),
        "coverage": half_year_coverage(line.homes),
    }


def _coded(line: CodeLine, catalogue: str, wording: Wording) -> Mapping[str, Cell]:
    counts = {name: getattr(line.demands, name) for name in _DEMANDS}
    return {"code": line.code, "name": code_name(line, catalogue, wording), **counts}


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
        case Measure():
            return float(rounded(value.value))
        case Day():
            return value.iso
        case Name():
            return int(value)
        case _:
            return value
