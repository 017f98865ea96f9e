"""The records behind a figure of a report, so that every number leads to what it counts. They are chosen by the same
conditions and rules as the figure itself."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from gridworker.errors import NotFound
from gridworker.models.period import Period
from gridworker.store.aliases import NOT_MERGED
from gridworker.store.connection import Connection
from gridworker.store.day_figures import COUNTED_PLAN, OUTCOMES
from gridworker.store.queries.report_demands import (
    FIGURES,
    Fact,
    Window,
    became,
    counted_in,
    demand_facts,
    solved_at,
)
from gridworker.store.queries.report_ground import Ground, ground_of
from gridworker.store.queries.report_matters import listed, meetings_held, plan_weeks
from gridworker.store.queries.report_visits import (
    MET_HALF_YEAR,
    REACHABLE,
    VALID,
    half_year,
    narrowed,
)
from gridworker.store.queries.summary import Span, span_of
from gridworker.store.report_rows import Behind
from gridworker.store.rows import Scope
from gridworker.store.statements import run
from gridworker.store.store import Store

#: A key of a figure, `@` the node of a line, `/` one part of it such as `/category=parking`.
_KEY = re.compile(
    r"(?P<name>[a-z_.]+?)(?:\.(?P<when>before|year))?(?:@(?P<node>[0-9a-f]{32}))?"
    r"(?:/(?P<by>category|source|level|spot)=(?P<of>[^/]*))?\Z"
)
#: A share leads to what it divides by.
_SHARES = {
    "visits.met_rate": "visits.attempts",
    "visits.coverage": "reachable",
    "demands.satisfied_rate": "demands.revisited",
    "demands.in_time_rate": "demands.closed",
    "demands.in_grid_rate": "demands.closed",
    "demands.closed_rate": "demands.due",
    "demands.contact_rate": "demands.accepted",
    "demands.station_rate": "demands.registered",
    "meetings.people": "meetings.held",
    "projects.people": "projects.sessions",
}
_HOMES = {"households": "1", "reachable": REACHABLE, "met_half_year": f"{REACHABLE} AND {MET_HALF_YEAR}"}
_TARGETS = {"shops": "shop", "spots": "public_spot"}
_LISTS = {"needs": "need", "resources": "resource", "projects": "project"}
#: List → its number, its words and its day, in SQL.
_LISTED = {
    "needs": ("no", "title", "raised_on"),
    "resources": ("''", "name", "valid_from"),
    "projects": ("no", "title", "coalesce(finished_on, '')"),
}


def records_behind(store: Store, scope: Scope, period: Period, key: str) -> tuple[Behind, ...]:
    """What the figure `key` of a report counts, in the order of days and numbers. `key` is one of docs/filling.md,
    with `.before` or `.year`, with `@` and the id of a line's node in hexadecimal, or with `/category=`, `/source=`,
    `/level=` (of `demands.closed`) or `/spot=` (an id). A share leads to what it divides by.

    Raises NotFound for a key that counts no records."""
    found = _KEY.match(key)
    name = _SHARES.get(found["name"], found["name"]) if found else ""
    group, _, figure = name.partition(".")
    span = span_of(store, period)
    with store.read() as connection:
        ground = ground_of(connection, scope, period.first, span.until)
        drill = _Drill(connection, ground, span)
        take = drill.groups().get(group)
        if found is None or take is None:
            raise NotFound(what="figure", wanted=key)
        nodes = ground.nodes
        if found["node"]:
            node = bytes.fromhex(found["node"])
            nodes = next((line.nodes for line in ground.lines if line.node_id == node), frozenset())
        days = {"before": span.before, "year": span.year}.get(found["when"] or "", span.now)
        rows = take(figure or group, days, nodes, (found["by"] or "", found["of"] or ""))
        if rows is None:
            raise NotFound(what="figure", wanted=key)
        return tuple(rows)


_Rows = Iterable[Behind] | None
_Part = tuple[str, str]


@dataclass(frozen=True)
class _Drill:
    """Looks up the records of one report, by groups of figures. A method gives None for a figure it does not know."""

    connection: Connection
    ground: Ground
    span: Span

    def groups(self) -> Mapping[str, Callable[[str, Window, frozenset[bytes], _Part], _Rows]]:
        homes = dict.fromkeys(_HOMES, self._homes)
        lists = {name: self._lists(name) for name in _LISTS}
        more = {"meetings": self._meetings, "proposals": self._proposals}
        return {"visits": self._visits, "demands": self._demands, **homes, **lists, **more}

    def _select(self, entity: str, sql: str, values: tuple[object, ...], nodes: frozenset[bytes]) -> _Rows:
        """Rows of (id, number, day, words, node) that lie at `nodes`."""
        return [Behind(entity, *row[:4]) for row in run(self.connection, sql, values) if row[4] in nodes]

    def _visits(self, figure: str, days: Window, nodes: frozenset[bytes], _part: _Part) -> _Rows:
        if figure in ("planned", "plan_done"):
            return self._plans(figure, days, nodes)
        if figure in _TARGETS:
            which = f"v.{_TARGETS[figure]}_id IS NOT NULL{'' if self.ground.whole else ' AND 0'}"
        elif figure in ("attempts", *OUTCOMES):
            outcome = "" if figure == "attempts" else f" AND v.now_outcome = '{figure}'"
            which = f"v.household_id IS NOT NULL{outcome}{narrowed(self.ground, 'v.household_id')}"
        else:
            return None
        return self._select(
            "visit",
            f"SELECT v.id, v.no, v.now_on, v.now_outcome, v.unit_at FROM visit v WHERE {VALID} AND {which} "
            "AND v.now_on BETWEEN ? AND ? ORDER BY v.now_on, v.rid",
            (days.first, days.last),
            nodes,
        )

    def _plans(self, figure: str, days: Window, nodes: frozenset[bytes]) -> _Rows:
        done = " AND i.state = 'done'" if figure == "plan_done" else ""
        return self._select(
            "plan_item",
            "SELECT i.id, coalesce(h.code, ''), coalesce(i.planned_on, ''), i.state, i.unit_at FROM plan_item i "
            "LEFT JOIN household h ON h.id = i.household_id WHERE i.week BETWEEN ? AND ? "
            f"AND {COUNTED_PLAN}{done}{narrowed(self.ground, 'i.household_id')} ORDER BY i.week, i.rid",
            plan_weeks(days.first, days.last),
            nodes,
        )

    def _homes(self, figure: str, days: Window, nodes: frozenset[bytes], _part: _Part) -> _Rows:
        if days != self.span.now:
            return None
        return self._select(
            "household",
            "SELECT h.id, h.code, '', h.occupancy, c.micro_grid_id FROM household h JOIN coverage c "
            "ON c.unit_id = h.unit_id AND c.deleted = 0 AND c.valid_from <= ?2 "
            f"AND (c.valid_to IS NULL OR c.valid_to >= ?2) WHERE ?1 <= ?2 AND h.deleted = 0 AND {NOT_MERGED} "
            f"AND {_HOMES[figure]}{narrowed(self.ground, 'h.id')} ORDER BY h.code, h.rid",
            half_year(self.ground.on),
            nodes & self.ground.micros,
        )

    def _demands(self, figure: str, days: Window, nodes: frozenset[bytes], part: _Part) -> _Rows:
        if figure not in FIGURES:
            return None
        return self._told(
            lambda fact: figure in counted_in(fact, days) and _is_part(fact, days, part), days, nodes
        )

    def _told(self, counts: Callable[[Fact], bool], days: Window, nodes: frozenset[bytes]) -> _Rows:
        facts = demand_facts(self.connection, self.ground, min(days.first, self.span.since))
        return [
            Behind("demand", fact.id, fact.no, fact.reported_at[:10], fact.state(days.end))
            for fact in facts
            if fact.unit_at in nodes and counts(fact)
        ]

    def _meetings(self, figure: str, days: Window, nodes: frozenset[bytes], _part: _Part) -> _Rows:
        held = [meeting for meeting, _ in meetings_held(self.connection, self.ground, days.first, days.last)]
        sql = (
            "SELECT id, no, held_on, kind, area_unit_id FROM meeting "
            f"WHERE id IN ({', '.join('?' * len(held))}) ORDER BY held_on, rid"
        )
        return self._select("meeting", sql, tuple(held), nodes) if figure == "held" else None

    def _lists(self, name: str) -> Callable[[str, Window, frozenset[bytes], _Part], _Rows]:
        def take(figure: str, days: Window, _nodes: frozenset[bytes], _part: _Part) -> _Rows:
            if not self.ground.is_community:
                return None
            if (name, figure) == ("projects", "sessions"):
                sql = (
                    "SELECT e.id, coalesce(p.no, ''), e.held_on, coalesce(p.title, '') FROM project_entry e "
                    "LEFT JOIN project p ON p.id = e.project_id WHERE e.deleted = 0 AND e.kind = 'session' "
                    "AND e.held_on BETWEEN ? AND ? ORDER BY e.held_on, e.rid"
                )
                return [
                    Behind("project_entry", *row)
                    for row in run(self.connection, sql, (days.first, days.last))
                ]
            records = listed(self.connection, name, days.first, days.last).get(figure)
            return None if records is None else self._listed(name, records)

        return take

    def _listed(self, name: str, records: tuple[bytes, ...]) -> Iterable[Behind]:
        no, words, day = _LISTED[name]
        entity = _LISTS[name]
        rows = run(
            self.connection,
            f"SELECT id, {no}, {day}, {words} FROM {entity} WHERE id IN ({', '.join('?' * len(records))}) ORDER BY rid",
            records,
        )
        return [Behind(entity, *row) for row in rows]

    def _proposals(self, figure: str, days: Window, nodes: frozenset[bytes], _part: _Part) -> _Rows:
        tests: dict[str, Callable[[Fact], bool]] = {
            "suggestions": lambda fact: fact.type == "suggestion" and days.has(fact.reported_at),
            "to_issue": lambda fact: became(fact, days, "issue"),
            "to_project": lambda fact: became(fact, days, "project"),
        }
        if figure in tests:
            return self._told(tests[figure], days, nodes)
        if figure not in ("issues_raised", "issues_decided"):
            return None
        if not self.ground.whole:
            return []
        column = "raised_on" if figure == "issues_raised" else "decided_on"
        return self._select(
            "issue",
            f"SELECT id, no, {column}, title, area_unit_id FROM issue WHERE deleted = 0 AND {column} BETWEEN ? AND ? "
            f"ORDER BY {column}, rid",
            (days.first, days.last),
            nodes,
        )


def _is_part(fact: Fact, days: Window, part: _Part) -> bool:
    by, of = part
    if not by:
        return True
    if by == "level":
        return solved_at(fact, days) == of
    if by == "spot":
        return fact.spot_id is not None and fact.spot_id.hex() == of
    return of == (fact.category if by == "category" else fact.source)
