"""Projects as they are read: a list by year and state, one with everything that belongs to it, and the funnel."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gridworker.errors import NotFound
from gridworker.models.funnel import Funnel, funnel
from gridworker.models.project import closed_year_id
from gridworker.models.registry import BY_NAME
from gridworker.store.connection import Connection
from gridworker.store.queries.road import roads
from gridworker.store.rows import Road
from gridworker.store.statements import run
from gridworker.store.store import Store

PAGE = 100


@dataclass(frozen=True)
class ProjectRow:
    """One line of the list of projects. `sessions` held of `sessions_planned`; `person_times` served, a count;
    `needs` linked; `late` milestones past their day."""

    id: bytes
    no: str
    title: str
    year: int
    state: str
    round: int
    fund_source: str
    lead_type: str
    lead_name: str
    start_on: str
    end_on: str
    sessions_planned: int
    sessions: int
    person_times: int
    needs: int
    late: int
    road: Road
    key: int


@dataclass(frozen=True)
class LinkedNeed:
    """A need a project answers: its number and state, never whoever raised it."""

    id: bytes
    no: str
    title: str
    state: str


@dataclass(frozen=True)
class Milestone:
    id: bytes
    title: str
    due_on: str
    done_on: str
    note: str


@dataclass(frozen=True)
class Entry:
    """A session (with a head count) or a word on the progress."""

    id: bytes
    kind: str
    held_on: str
    head_count: int
    text: str


@dataclass(frozen=True)
class BudgetItem:
    """Money in whole fen; `actual_fen` None while nothing was spent."""

    id: bytes
    kind: str
    title: str
    planned_fen: int
    actual_fen: int | None
    spent_on: str


@dataclass(frozen=True)
class Screening:
    id: bytes
    round: int
    reviewer: str
    passed: tuple[str, ...]
    decision: str
    reason: str
    screened_on: str


@dataclass(frozen=True)
class ProjectDetail:
    """A project with all that this account may see of it. `budget` and `screenings` are empty outside the office
    (`sees_office` False). `values` are its fields by name. `year_closed`: nothing of it can be changed any more."""

    row: ProjectRow
    values: dict[str, None | int | str | bytes]
    applicant: str
    continues_no: str
    continues_as_no: str
    needs: tuple[LinkedNeed, ...]
    milestones: tuple[Milestone, ...]
    entries: tuple[Entry, ...]
    budget: tuple[BudgetItem, ...]
    screenings: tuple[Screening, ...]
    sees_office: bool
    year_closed: bool

    @property
    def planned_fen(self) -> int:
        return sum(item.planned_fen for item in self.budget)

    @property
    def actual_fen(self) -> int:
        return sum(item.actual_fen or 0 for item in self.budget)


_SELECT = (
    "SELECT p.id, p.no, p.title, p.year, p.state, coalesce(p.round, 0), coalesce(p.fund_source, ''), "
    "coalesce(p.lead_type, ''), coalesce(p.lead_name, ''), coalesce(p.start_on, ''), coalesce(p.end_on, ''), "
    "coalesce(p.sessions_planned, 0), "
    "(SELECT count(*) FROM project_entry e WHERE e.project_id = p.id AND e.deleted = 0 AND e.kind = 'session'), "
    "(SELECT coalesce(sum(e.head_count), 0) FROM project_entry e WHERE e.project_id = p.id AND e.deleted = 0), "
    "(SELECT count(*) FROM project_need l WHERE l.project_id = p.id AND l.deleted = 0), "
    "(SELECT count(*) FROM project_milestone m WHERE m.project_id = p.id AND m.deleted = 0 AND m.done_on IS NULL "
    "AND m.due_on < ?), p.rid FROM project p WHERE p.deleted = 0"
)


def projects(
    store: Store,
    year: int | None = None,
    states: Sequence[str] = (),
    after: int | None = None,
    limit: int = PAGE,
) -> tuple[ProjectRow, ...]:
    """A page of projects, the newest first; `after` is the key of the last line of the page before."""
    more, values = "", list[object]()
    if year is not None:
        more, values = " AND p.year = ?", [year]
    if states:
        more += f" AND p.state IN ({', '.join('?' * len(states))})"
        values += states
    if after is not None:
        more += " AND p.rid < ?"
        values.append(after)
    with store.read() as connection:
        return _rows(store, connection, f"{more} ORDER BY p.rid DESC LIMIT ?", (*values, limit))


def _rows(
    store: Store, connection: Connection, more: str, values: Sequence[object]
) -> tuple[ProjectRow, ...]:
    rows = run(connection, f"{_SELECT}{more}", (store.clock.today(), *values)).fetchall()
    road = roads(connection, store.known.authority == "self", [row[0] for row in rows])
    return tuple(ProjectRow(*(*row[:-1], road[row[0]], row[-1])) for row in rows)


def project(store: Store, project_id: bytes) -> ProjectDetail:
    """One project. Raises NotFound."""
    names = tuple(field.name for field in BY_NAME["project"].wire_fields)
    with store.read() as connection:
        rows = _rows(store, connection, " AND p.id = ?", (project_id,))
        if not rows:
            raise NotFound(what="project")
        found = run(
            connection, f"SELECT {', '.join(names)} FROM project WHERE id = ?", (project_id,)
        ).fetchone()
        values = dict(zip(names, found, strict=True))
        closed = run(
            connection,
            "SELECT 1 FROM closed_year WHERE id = ? AND deleted = 0",
            (closed_year_id(rows[0].year),),
        ).fetchone()
        return ProjectDetail(
            rows[0],
            values,
            _name(connection, "SELECT name FROM org_unit WHERE id = ?", values["applicant_org_id"]),
            _name(connection, "SELECT no FROM project WHERE id = ?", values["continues_id"]),
            _name(connection, "SELECT no FROM project WHERE id = ?", values["continues_as_id"]),
            _needs(connection, project_id),
            tuple(Milestone(*row) for row in _parts(connection, _MILESTONES, project_id)),
            tuple(Entry(*row) for row in _parts(connection, _ENTRIES, project_id)),
            tuple(BudgetItem(*row) for row in _parts(connection, _BUDGET, project_id)),
            _screenings(connection, project_id),
            sees_office=any("projects" in grant.role.may for grant in store.grants()),
            year_closed=closed is not None,
        )


def _name(connection: Connection, sql: str, record: object) -> str:
    found = run(connection, sql, (record,)).fetchone()
    return str(found[0]) if found else ""


_MILESTONES = (
    "SELECT id, title, due_on, coalesce(done_on, ''), coalesce(note, '') FROM project_milestone "
    "WHERE project_id = ? AND deleted = 0 ORDER BY due_on, rid"
)
_ENTRIES = (
    "SELECT id, kind, held_on, coalesce(head_count, 0), coalesce(text, '') FROM project_entry "
    "WHERE project_id = ? AND deleted = 0 ORDER BY held_on, rid"
)
_BUDGET = (
    "SELECT id, kind, title, planned_fen, actual_fen, coalesce(spent_on, '') FROM project_budget "
    "WHERE project_id = ? AND deleted = 0 ORDER BY rid"
)


def _parts(connection: Connection, sql: str, project_id: bytes) -> Sequence[Any]:
    return list(run(connection, sql, (project_id,)).fetchall())


def _needs(connection: Connection, project_id: bytes) -> tuple[LinkedNeed, ...]:
    rows = run(
        connection,
        "SELECT n.id, n.no, n.title, n.state FROM project_need l JOIN need n ON n.id = l.need_id "
        "WHERE l.project_id = ? AND l.deleted = 0 AND n.deleted = 0 ORDER BY n.no",
        (project_id,),
    )
    return tuple(LinkedNeed(*row) for row in rows)


def _screenings(connection: Connection, project_id: bytes) -> tuple[Screening, ...]:
    rows = run(
        connection,
        "SELECT s.id, s.round, coalesce(m.name, ''), coalesce(s.passed, ''), s.decision, coalesce(s.reason, ''), "
        "s.screened_on FROM project_screening s LEFT JOIN member m ON m.id = s.reviewer_member_id "
        "WHERE s.project_id = ? AND s.deleted = 0 ORDER BY s.round, s.rid",
        (project_id,),
    )
    return tuple(Screening(*(*row[:3], tuple(filter(None, row[3].split(","))), *row[4:])) for row in rows)


def project_funnel(store: Store, year: int | None = None) -> Funnel:
    """How many projects of `year` (of all years) were handed in, approved, sent back, rejected, and how far they
    are."""
    more, values = ("", ()) if year is None else (" AND year = ?", (year,))
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT CASE WHEN state IN ('collected', 'drafted') AND round IS NOT NULL THEN 'revise' ELSE state END, "
            f"count(*) FROM project WHERE deleted = 0{more} GROUP BY 1",
            values,
        )
        return funnel(dict(rows.fetchall()))


def project_years(store: Store) -> tuple[tuple[int, bool], ...]:
    """The years that have projects, the newest first, each with whether it is closed."""
    with store.read() as connection:
        years = [
            row[0]
            for row in run(
                connection, "SELECT DISTINCT year FROM project WHERE deleted = 0 ORDER BY year DESC"
            )
        ]
        closed = {row[0] for row in run(connection, "SELECT year FROM closed_year WHERE deleted = 0")}
    return tuple((year, year in closed) for year in years)
