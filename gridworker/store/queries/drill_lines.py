"""The records behind one value of one line of a list of a report: a line about a record leads to that, a count to what
it counts."""

from __future__ import annotations

from dataclasses import fields

from gridworker.models.period import Period
from gridworker.store.queries.drill import records_behind
from gridworker.store.report_rows import Behind, DemandFigures, HomeFigures, Summary, VisitFigures
from gridworker.store.rows import Scope
from gridworker.store.store import Store

_VISITS, _HOMES, _DEMANDS = (
    frozenset(f.name for f in fields(of)) for of in (VisitFigures, HomeFigures, DemandFigures)
)
#: A share in a line leads to what it divides by.
_SHARES = {"met_rate": "attempts", "coverage": "reachable"}


def line_behind(
    store: Store, scope: Scope, found: Summary, name: str, line: int, column: str
) -> tuple[Behind, ...]:
    """What the value in `column` of the line (from 0) of the list `name` of docs/filling.md stands for in the report
    `found` of `scope`; its first count where the column is a name. Nothing for a line that is not there, or that sums
    up several records."""
    record = _record(found, name, line)
    if record is not None:
        return (record,)
    asked = _count(found, name, line, column)
    return records_behind(store, scope, asked[0], asked[1]) if asked else ()


def _record(found: Summary, name: str, line: int) -> Behind | None:
    """The record that a line is about."""
    lines = {"visits": found.visits, "key_demands": found.key_demands, "issues": found.issues}.get(name, ())
    if line >= len(lines):
        return None
    if name == "visits":
        visit = found.visits[line]
        return Behind("visit", visit.id, visit.no, visit.on, visit.outcome)
    if name == "issues":
        issue = found.issues[line]
        return Behind("issue", issue.id, "", issue.next_on, issue.title)
    demand = found.key_demands[line]
    return Behind("demand", demand.id, demand.no, demand.due_at[:10], demand.state)


def _count(found: Summary, name: str, line: int, column: str) -> tuple[Period, str] | None:
    """Period and key of the figure that a value of a line is."""
    period = found.period
    if name == "grids" and line < len(found.lines):
        return period, f"{_of_grid(column)}@{found.lines[line].node_id.hex()}"
    if name == "trend" and line < len(found.trend):
        figure = f"demands.{column}" if column in ("registered", "closed") else "visits.attempts"
        return found.trend[line].period, "visits.met" if column == "met" else figure
    if name == "causes" and line < len(found.causes):
        when = ".before" if column == "before" else ""
        return period, f"demands.registered{when}/category={found.causes[line].code}"
    if name == "levels" and line < len(found.levels):
        return period, f"demands.closed/level={found.levels[line].level}"
    if name == "spots" and line < len(found.spots):
        return period, f"demands.registered/spot={found.spots[line].id.hex()}"
    coded = {"categories": found.categories, "sources": found.sources}.get(name, ())
    if line >= len(coded):
        return None
    figure = column if column in _DEMANDS else "registered"
    by = "category" if name == "categories" else "source"
    return period, f"demands.{figure}/{by}={coded[line].code}"


def _of_grid(column: str) -> str:
    name = _SHARES.get(column, column)
    if name in _HOMES or name.startswith("demands."):
        return name
    return f"visits.{name}" if name in _VISITS else "visits.attempts"
