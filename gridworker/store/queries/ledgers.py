"""What stands in the ledgers of a node and some days. Long ones are handed over part by part, in one unchanging state
of the database, so that a hundred thousand lines are never held at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from gridworker.store.aliases import standing_sql
from gridworker.store.connection import Connection
from gridworker.store.demand_rows import DemandLine
from gridworker.store.ledger_rows import (
    IssueLine,
    MeetingLine,
    NeedLine,
    ProjectLine,
    ResolutionLine,
    ResourceLine,
    VisitLine,
)
from gridworker.store.queries.demand_ledger import demand_lines_of, demand_rids, is_child
from gridworker.store.queries.demands import nodes_inside
from gridworker.store.queries.doors import door_of
from gridworker.store.queries.lists import codes, need_answers
from gridworker.store.queries.timeline import visitor_names
from gridworker.store.rows import Scope
from gridworker.store.statements import run
from gridworker.store.store import Store

#: Lines that are read, and handed over, at once.
PART = 2_000
_VISITS = (
    "SELECT v.id, v.no, v.now_on, coalesce(v.start_at, ''), "
    "coalesce(CASE a.kind WHEN 'micro_grid' THEN g.name WHEN 'grid' THEN a.name END, ''), "
    "coalesce(CASE a.kind WHEN 'micro_grid' THEN a.name END, ''), e.name, b.name, u.name, h.room, "
    "coalesce(s.name, p.name), s.id IS NOT NULL, coalesce(r.name, s.contact_person, ''), "
    "coalesce(r.salutation, ''), r.birth_year, v.mode, v.now_outcome, coalesce(v.said, ''), "
    "coalesce(v.site_condition, ''), coalesce(v.next_step, ''), coalesce(v.now_next_on, '') "
    f"FROM visit v LEFT JOIN household h ON h.id = {standing_sql('v.household_id')} "
    "LEFT JOIN shop s ON s.id = v.shop_id LEFT JOIN public_spot p ON p.id = v.public_spot_id "
    "LEFT JOIN unit u ON u.id = coalesce(h.unit_id, s.unit_id, p.unit_id) "
    "LEFT JOIN building b ON b.id = u.building_id LEFT JOIN estate e ON e.id = b.estate_id "
    "LEFT JOIN resident r ON r.id = h.contact_resident_id AND r.deleted = 0 "
    "LEFT JOIN area_unit a ON a.id = v.unit_at LEFT JOIN area_unit g ON g.id = a.parent_id "
)


class LedgerTaker(Protocol):
    """Whoever writes the lines down (exports/ledgers.py)."""

    def take_visits(self, lines: Sequence[VisitLine]) -> None: ...

    def take_demands(self, lines: Sequence[DemandLine]) -> None: ...

    def take_lists(
        self, needs: Sequence[NeedLine], resources: Sequence[ResourceLine], projects: Sequence[ProjectLine]
    ) -> None: ...

    def take_deliberation(
        self,
        issues: Sequence[IssueLine],
        meetings: Sequence[MeetingLine],
        resolutions: Sequence[ResolutionLine],
    ) -> None: ...


def read_ledger(store: Store, kind: str, scope: Scope, days: tuple[str, str], taker: LedgerTaker) -> None:
    """Hand the ledger `kind` (visits, demands, lists, deliberation) of the days (first, last) at `scope` to `taker`."""
    match kind:
        case "visits":
            each_visit(store, scope, days, taker.take_visits)
        case "demands":
            each_demand(store, scope, days, taker.take_demands)
        case "lists":
            taker.take_lists(*list_lines(store, scope, days))
        case "deliberation":
            taker.take_deliberation(*deliberation_lines(store, scope, days))
        case _:
            raise ValueError(f"no ledger {kind!r}")


def each_visit(
    store: Store, scope: Scope, days: tuple[str, str], take: Callable[[Sequence[VisitLine]], None]
) -> None:
    """Hand the visits of the days (first, last) in the micro-grids of `scope` to `take`, in the order they were made;
    those declared void are left out."""
    with store.read() as connection:
        micros = sorted(scope.micro_grid_ids)
        found = run(
            connection,
            "SELECT v.rid FROM visit v WHERE v.deleted = 0 AND v.now_void = 0 AND v.now_on BETWEEN ? AND ? "
            f"AND v.unit_at IN ({_marks(micros)}) ORDER BY v.now_on, coalesce(v.start_at, '24:00'), v.rid",
            (*days, *micros),
        )
        rids = [row[0] for row in found]
        year = int(store.clock.today()[:4])
        for start in range(0, len(rids), PART):
            take(_visit_lines(connection, rids[start : start + PART], year))


def _visit_lines(connection: Connection, rids: Sequence[int], year: int) -> list[VisitLine]:
    chosen = ", ".join(str(int(rid)) for rid in rids)
    rows = run(
        connection,
        f"{_VISITS} WHERE v.rid IN ({chosen}) ORDER BY v.now_on, coalesce(v.start_at, '24:00'), v.rid",
    ).fetchall()
    names = visitor_names(connection, [row[0] for row in rows])
    changed: dict[bytes, dict[str, str | None]] = {}
    for visit_id, field, value in run(
        connection,
        "SELECT m.visit_id, m.field, m.value FROM visit_amendment m JOIN visit v ON v.id = m.visit_id "
        f"WHERE m.deleted = 0 AND v.rid IN ({chosen}) ORDER BY coalesce(m.turn, 0), m.id",
    ):
        changed.setdefault(visit_id, {})[field] = value
    return [_visit_line(row, changed.get(row[0], {}), names[row[0]], year) for row in rows]


def _visit_line(
    row: Sequence[Any], changed: dict[str, str | None], visitors: tuple[str, ...], year: int
) -> VisitLine:
    def now(field: str, value: str) -> str:
        return str(changed.get(field, value) or "")

    named = row[10]
    return VisitLine(
        no=row[1],
        on=row[2],
        start_at=now("start_at", row[3]),
        grid=row[4],
        micro_grid=row[5],
        estate=row[6] or "",
        door=named or door_of(row[7] or "", row[8] or "", row[9] or ""),
        target="household" if named is None else "shop" if row[11] else "public_spot",
        contact=row[12],
        salutation=row[13],
        child=is_child(row[14], year),
        mode=now("mode", row[15]),
        outcome=row[16],
        visitors=visitors,
        said=now("said", row[17]),
        site=now("site_condition", row[18]),
        next_step=now("next_step", row[19]),
        next_on=row[20],
    )


def each_demand(
    store: Store, scope: Scope, days: tuple[str, str], take: Callable[[Sequence[DemandLine]], None]
) -> None:
    """Hand the demands registered in the days (first, last) at `scope` to `take`, in the order of registration."""
    with store.read() as connection:
        rids = demand_rids(connection, *days, scope)
        for start in range(0, len(rids), PART):
            take(demand_lines_of(store, connection, rids[start : start + PART]))


def list_lines(
    store: Store, scope: Scope, days: tuple[str, str]
) -> tuple[tuple[NeedLine, ...], tuple[ResourceLine, ...], tuple[ProjectLine, ...]]:
    """Needs raised at `scope`, or of the whole community, that stood in the days (first, last); resources that could be
    had then; projects of those years."""
    first, last = days
    with store.read() as connection:
        nodes = tuple(sorted(nodes_inside(connection, scope)))
        inside = f"(n.area_unit_id IS NULL OR n.area_unit_id IN ({_marks(nodes)}))"
        needs = run(
            connection,
            "SELECT n.id, n.no, n.title, n.category, coalesce(a.name, ''), n.raised_on, coalesce(n.wanted_by, ''), "
            "n.state, coalesce(n.met_on, '') FROM need n LEFT JOIN area_unit a ON a.id = n.area_unit_id "
            f"WHERE n.deleted = 0 AND n.raised_on <= ? AND (n.met_on IS NULL OR n.met_on >= ?) AND {inside} "
            "ORDER BY n.raised_on, n.rid",
            (last, first, *nodes),
        ).fetchall()
        answers = need_answers(connection, [row[0] for row in needs])
        return (
            tuple(NeedLine(*(*row[1:7], tuple(answers.get(row[0], ())), *row[7:])) for row in needs),
            _resources(connection, first, last),
            _projects(connection, int(first[:4]), int(last[:4])),
        )


def _resources(connection: Connection, first: str, last: str) -> tuple[ResourceLine, ...]:
    rows = run(
        connection,
        "SELECT r.name, r.kind, coalesce(o.name, ''), r.serves, r.quantity, coalesce(r.measure, ''), r.price_mode, "
        "r.valid_from, coalesce(r.valid_to, ''), coalesce(r.contact_post, ''), r.state FROM resource r "
        "LEFT JOIN org_unit o ON o.id = r.provider_id WHERE r.deleted = 0 AND r.valid_from <= ? "
        "AND (r.valid_to IS NULL OR r.valid_to >= ?) ORDER BY r.valid_from, r.rid",
        (last, first),
    )
    return tuple(ResourceLine(*(*row[:3], codes(row[3]), *row[4:])) for row in rows)


def _projects(connection: Connection, first: int, last: int) -> tuple[ProjectLine, ...]:
    rows = run(
        connection,
        "SELECT p.no, p.title, p.year, coalesce(p.fund_source, ''), coalesce(o.name, ''), coalesce(p.lead_type, ''), "
        "coalesce(p.lead_name, ''), coalesce(p.goal, ''), coalesce(p.start_on, ''), coalesce(p.end_on, ''), "
        "(SELECT count(*) FROM project_need l WHERE l.project_id = p.id AND l.deleted = 0), "
        "coalesce(p.sessions_planned, 0), p.state FROM project p LEFT JOIN org_unit o ON o.id = p.applicant_org_id "
        "WHERE p.deleted = 0 AND p.year BETWEEN ? AND ? ORDER BY p.year, p.rid",
        (first, last),
    )
    return tuple(ProjectLine(*row) for row in rows)


def deliberation_lines(
    store: Store, scope: Scope, days: tuple[str, str]
) -> tuple[tuple[IssueLine, ...], tuple[MeetingLine, ...], tuple[ResolutionLine, ...]]:
    """Issues raised in the days (first, last) at `scope`, or spoken about in them; meetings held then; what was
    resolved in these."""
    with store.read() as connection:
        nodes = tuple(sorted(nodes_inside(connection, scope)))
        held = f"m.deleted = 0 AND m.held_on BETWEEN ? AND ? AND m.area_unit_id IN ({_marks(nodes)})"
        values = (*days, *nodes)
        return (
            _issues(connection, held, values),
            _meetings(connection, held, values),
            _resolutions(connection, held, values),
        )


def _issues(connection: Connection, held: str, values: tuple[object, ...]) -> tuple[IssueLine, ...]:
    spoken = (
        "SELECT g.issue_id FROM agenda_item g JOIN meeting m ON m.id = g.meeting_id "
        f"WHERE g.deleted = 0 AND {held}"
    )
    nodes = ", ".join("?" * (len(values) - 2))
    rows = run(
        connection,
        "SELECT i.no, i.title, coalesce(a.name, ''), i.raised_from, i.raised_on, i.level, "
        "coalesce(i.decision_text, ''), coalesce(i.decided_on, ''), "
        "(SELECT count(*) FROM resolution r WHERE r.issue_id = i.id AND r.deleted = 0), "
        "(SELECT count(*) FROM resolution r WHERE r.issue_id = i.id AND r.deleted = 0 AND r.state = 'done'), "
        "i.state FROM issue i LEFT JOIN area_unit a ON a.id = i.area_unit_id WHERE i.deleted = 0 AND "
        f"((i.raised_on BETWEEN ? AND ? AND i.area_unit_id IN ({nodes})) OR i.id IN ({spoken})) "
        "ORDER BY i.raised_on, i.rid",
        (*values, *values),
    )
    return tuple(IssueLine(*row) for row in rows)


def _meetings(connection: Connection, held: str, values: tuple[object, ...]) -> tuple[MeetingLine, ...]:
    rows = run(
        connection,
        "SELECT m.no, m.kind, coalesce(a.name, ''), m.held_on, coalesce(m.start_at, ''), coalesce(m.place_text, ''), "
        "(SELECT group_concat(no) FROM (SELECT i.no FROM agenda_item g JOIN issue i ON i.id = g.issue_id "
        "WHERE g.meeting_id = m.id AND g.deleted = 0 ORDER BY g.sort_no, g.id)), "
        "(SELECT coalesce(sum(t.head_count), 0) FROM meeting_attendance t WHERE t.meeting_id = m.id "
        "AND t.deleted = 0), coalesce(m.summary, ''), m.state FROM meeting m "
        f"LEFT JOIN area_unit a ON a.id = m.area_unit_id WHERE {held} ORDER BY m.held_on, m.rid",
        values,
    )
    return tuple(MeetingLine(*(*row[:6], codes(row[6]), *row[7:])) for row in rows)


def _resolutions(connection: Connection, held: str, values: tuple[object, ...]) -> tuple[ResolutionLine, ...]:
    rows = run(
        connection,
        "SELECT coalesce(i.no, ''), m.no, r.task_text, coalesce(o.name, ''), coalesce(r.helper_names, ''), "
        "coalesce(r.extended_to, r.due_on), r.state, coalesce(r.done_on, ''), coalesce(r.evidence, '') "
        "FROM resolution r JOIN meeting m ON m.id = r.meeting_id LEFT JOIN issue i ON i.id = r.issue_id "
        f"LEFT JOIN org_unit o ON o.id = r.owner_org_id WHERE r.deleted = 0 AND {held} "
        "ORDER BY m.held_on, m.rid, r.rid",
        values,
    )
    return tuple(ResolutionLine(*row) for row in rows)


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
