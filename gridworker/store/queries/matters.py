"""What the lists and deliberation ask of a day: meetings ahead, resolutions and promises that fall due, tasks taken on,
needs that nobody answers, and what was asked for and somebody else has."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gridworker.models.days import CHINA, day, plus_days
from gridworker.store.connection import Connection
from gridworker.store.queries.area_nodes import area_nodes
from gridworker.store.queries.list_counts import UNANSWERED
from gridworker.store.rows import Scope
from gridworker.store.statements import run
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace

#: Days ahead that are told of.
AHEAD = 7
#: So many unanswered needs are told of: those that wait longest.
_MOST_NEEDS = 3
#: Of every other kind.
_MOST = 50


@dataclass(frozen=True)
class Matter:
    """One line of a day. `why`: meeting, resolution, promise, task, need, or not_promised and not_claimed with their
    `refusal` (models.lists.REFUSALS); it leads to the record `id` of the entity
    `kind`. `day` is when it is held or due, "" for no day; a meeting has its `form`, `at` and `place`, a promise says
    there what it is for. `late`: past its day."""

    why: str
    kind: str
    id: bytes
    name: str
    day: str
    at: str = ""
    place: str = ""
    form: str = ""
    late: bool = False
    refusal: str = ""


_MEETINGS = """SELECT m.id, m.held_on, coalesce(m.start_at, ''), coalesce(m.place_text, ''), m.kind FROM meeting m
 WHERE m.deleted = 0 AND m.state IN ('planned', 'called') AND m.held_on <= ?2
 AND (m.held_on >= ?1 OR ?3 IN (m.convenor_id, m.chair_id, m.recorder_id))
 AND ({nodes} OR ?3 IN (m.convenor_id, m.chair_id, m.recorder_id)) ORDER BY m.held_on, 3, m.rid"""
_RESOLUTIONS = """SELECT r.id, r.task_text, coalesce(r.extended_to, r.due_on) AS due FROM resolution r
 JOIN issue i ON i.id = r.issue_id WHERE r.deleted = 0 AND r.state IN ('todo', 'doing', 'delayed')
 AND due <= ?2 AND ({nodes} OR r.owner_member_id = ?3) ORDER BY due, r.rid"""
_PROMISES = """SELECT p.resource_id, r.name, coalesce(p.to_on, p.from_on, '') AS due,
 coalesce(n.title, j.title, t.title, '') FROM resource_promise p JOIN resource r ON r.id = p.resource_id
 LEFT JOIN need n ON n.id = p.need_id LEFT JOIN project j ON j.id = p.project_id LEFT JOIN task t ON t.id = p.task_id
 WHERE p.deleted = 0 AND p.state = 'confirmed' AND p.by_member_id = ?3
 AND coalesce(p.from_on, p.to_on, '') <= ?2 ORDER BY due, p.rid"""
#: What this account asked for lately (?1) and did not get, while the need or task is open and nobody has asked anew.
_NOT_PROMISED = """SELECT coalesce(p.need_id, p.project_id, p.task_id), r.name, coalesce(p.refusal, ''),
 coalesce(n.title, j.title, t.title, ''),
 CASE WHEN p.need_id IS NOT NULL THEN 'need' WHEN p.project_id IS NOT NULL THEN 'project' ELSE 'task' END
 FROM resource_promise p JOIN resource r ON r.id = p.resource_id LEFT JOIN need n ON n.id = p.need_id
 LEFT JOIN project j ON j.id = p.project_id LEFT JOIN task t ON t.id = p.task_id
 WHERE p.deleted = 0 AND p.state = 'refused' AND p.by_member_id = ?2 AND p.id >= ?1
 AND coalesce(n.state, 'open') = 'open' AND coalesce(t.state, 'published') = 'published'
 AND NOT EXISTS (SELECT 1 FROM resource_promise q WHERE q.deleted = 0 AND q.id > p.id
 AND q.state IN ('requested', 'confirmed', 'given') AND (q.need_id = p.need_id OR q.project_id = p.project_id
 OR q.task_id = p.task_id)) ORDER BY p.rid DESC"""
_NOT_CLAIMED = """SELECT t.id, t.title, coalesce(c.refusal, ''), '', 'task' FROM task_claim c
 JOIN task t ON t.id = c.task_id WHERE c.deleted = 0 AND c.state = 'refused' AND c.by_member_id = ?2 AND c.id >= ?1
 AND t.deleted = 0 AND t.state = 'published' AND NOT EXISTS (SELECT 1 FROM task_claim q WHERE q.deleted = 0
 AND q.task_id = t.id AND q.by_member_id = ?2 AND q.state IN ('requested', 'confirmed', 'given'))
 ORDER BY c.rid DESC"""
#: Whoever took it on; where nobody did, whoever looks after the lists (?4).
_TASKS = """SELECT t.id, t.title, coalesce(t.due_on, '') AS due FROM task t
 WHERE t.deleted = 0 AND t.state = 'published' AND (EXISTS (SELECT 1 FROM task_claim c WHERE c.task_id = t.id
 AND c.deleted = 0 AND c.state = 'confirmed' AND c.by_member_id = ?3) OR (?4 AND due <> '' AND due <= ?2
 AND NOT EXISTS (SELECT 1 FROM task_claim c WHERE c.task_id = t.id AND c.deleted = 0 AND c.state = 'confirmed')))
 ORDER BY due = '', due, t.rid"""


def matters(store: Store, scope: Scope) -> tuple[Matter, ...]:
    """What was asked for in vain, what is late, then by day; without a day last. Meetings of the node, of what lies in
    it and above it; resolutions of the node; promises and tasks of this account; needs only for whoever looks after the
    lists."""
    today = store.clock.today()
    until, me = plus_days(today, AHEAD), store.known.member_id
    lists = any("projects" in grant.role.may for grant in store.grants())
    nodes = area_nodes(store, scope)
    with store.read() as connection:
        above = Workspace(connection, Shape()).tree().lineage(scope.node_id) if nodes else ()
        given = (today, until, me, lists)

        def asked(sql: str, within: tuple[bytes, ...], column: str) -> Sequence[Any]:
            marks = ", ".join(f"x'{node.hex()}'" for node in within)
            condition = f"{column} IN ({marks})" if within else "1"
            named = given if "?4" in sql else given[:3]
            return list(run(connection, f"{sql.format(nodes=condition)} LIMIT {_MOST}", named).fetchall())

        found = [
            Matter("meeting", "meeting", row[0], "", row[1], row[2], row[3], row[4], row[1] < today)
            for row in asked(_MEETINGS, (*nodes, *above), "m.area_unit_id")
        ]
        for why, kind, sql in (
            ("resolution", "resolution", _RESOLUTIONS),
            ("promise", "resource", _PROMISES),
            ("task", "task", _TASKS),
        ):
            rows = asked(sql, nodes, "i.area_unit_id")
            found += [
                Matter(why, kind, row[0], row[1], row[2], place="".join(row[3:]), late="" < row[2] < today)
                for row in rows
            ]
        if lists:
            found += _needs(connection, today)
        found += _in_vain(connection, plus_days(today, -AHEAD), me)
    return tuple(sorted(found, key=lambda one: (not one.refusal, not one.late, not one.day, one.day, one.at)))


def _needs(connection: Connection, today: str) -> list[Matter]:
    """Open needs that nothing answers, those wanted soonest and raised longest ago."""
    rows = run(
        connection,
        f"SELECT n.id, n.title, coalesce(n.wanted_by, '') FROM need n WHERE {UNANSWERED} "
        "ORDER BY n.wanted_by IS NULL, n.wanted_by, n.raised_on, n.rid LIMIT ?",
        (_MOST_NEEDS,),
    )
    return [Matter("need", "need", row[0], row[1], row[2], late="" < row[2] < today) for row in rows]


def _in_vain(connection: Connection, since: str, me: bytes | None) -> list[Matter]:
    """What this account asked for since a day and somebody else has; the id of a request tells when it was made."""
    begins = dt.datetime.combine(day(since), dt.time(), CHINA)
    first = int(begins.timestamp() * 1000).to_bytes(6, "big")
    return [
        Matter(why, row[4], row[0], row[1], "", place=row[3], refusal=row[2])
        for why, sql in (("not_promised", _NOT_PROMISED), ("not_claimed", _NOT_CLAIMED))
        for row in run(connection, f"{sql} LIMIT {_MOST}", (first, me))
    ]
