"""The three lists as they are read: needs and whether somebody answers them, resources and whether they lie idle, what
was promised, tasks and who has them, and what might fit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gridworker.models.lists import STANDING
from gridworker.store.connection import Connection
from gridworker.store.queries.road import roads
from gridworker.store.rows import Road
from gridworker.store.statements import run
from gridworker.store.store import Store

PAGE = 100
#: Where a page of a list goes on: the sort value and the row of its last line.
Key = tuple[str, int]


@dataclass(frozen=True)
class NeedRow:
    """One need. `answered_by` are numbers of projects and issues and names of resources that answer it; a need that is
    open and answered by nothing `stands_out`."""

    id: bytes
    no: str
    title: str
    category: str
    area_id: bytes | None
    area: str
    raised_on: str
    wanted_by: str
    state: str
    answered_by: tuple[str, ...]
    stands_out: bool
    road: Road
    key: Key


@dataclass(frozen=True)
class ResourceRow:
    """One resource. `status`: open, reserved (promised for now or later), used_up, expired or withdrawn; `idle`: open
    and never promised since it is offered."""

    id: bytes
    name: str
    kind: str
    provider: str
    serves: tuple[str, ...]
    quantity: int | None
    measure: str
    price_mode: str
    valid_from: str
    valid_to: str
    state: str
    status: str
    idle: bool
    promises: int
    road: Road
    key: Key


@dataclass(frozen=True)
class PromiseRow:
    """One promise of a resource; `purpose` names the need, project or task it is for."""

    id: bytes
    resource_id: bytes
    resource: str
    purpose_id: bytes
    purpose: str
    amount: int
    from_on: str
    to_on: str
    state: str
    refusal: str
    by: str
    road: Road


@dataclass(frozen=True)
class ClaimRow:
    """Who wants or has a task."""

    id: bytes
    org_unit_id: bytes
    org: str
    by: str
    note: str
    state: str
    refusal: str


@dataclass(frozen=True)
class TaskRow:
    """One task; `status`: published, claimed, done or withdrawn, and `overdue` while it is not done."""

    id: bytes
    title: str
    details: str
    audience: tuple[str, ...]
    published_on: str
    due_on: str
    state: str
    status: str
    overdue: bool
    result: str
    claims: tuple[ClaimRow, ...]
    road: Road
    key: Key


def marks(values: Sequence[object]) -> str:
    """Placeholders for `values`."""
    return ", ".join("?" * len(values))


def _states(states: Sequence[str], column: str) -> str:
    return f" AND {column} IN ({marks(states)})" if states else ""


def codes(text: object) -> tuple[str, ...]:
    """The codes of a comma-joined field."""
    return tuple(str(text).split(",")) if text else ()


# -- needs ---------------------------------------------------------------------------------------------------------

ANSWERS = (
    "SELECT l.need_id, p.no FROM project_need l JOIN project p ON p.id = l.project_id AND p.deleted = 0 "
    "AND p.state <> 'rejected' WHERE l.deleted = 0 AND l.need_id IN ({0}) "
    "UNION ALL SELECT l.need_id, i.no FROM issue_need l JOIN issue i ON i.id = l.issue_id AND i.deleted = 0 "
    "AND i.state NOT IN ('rejected', 'merged') WHERE l.deleted = 0 AND l.need_id IN ({0}) "
    "UNION ALL SELECT r.need_id, s.name FROM resource_promise r JOIN resource s ON s.id = r.resource_id "
    f"WHERE r.deleted = 0 AND r.state IN {STANDING} AND r.need_id IN ({{0}})"
)


def needs(
    store: Store, states: Sequence[str] = (), category: str = "", after: Key | None = None, limit: int = PAGE
) -> tuple[NeedRow, ...]:
    """A page of needs in `states` (all if none are named), the newest first, those after `after`."""
    more = f"{_states(states, 'n.state')}{' AND n.category = ?' if category else ''}"
    values: list[object] = [*states, *([category] if category else [])]
    if after:
        more += " AND (n.raised_on < ? OR (n.raised_on = ? AND n.rid < ?))"
        values += [after[0], after[0], after[1]]
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT n.rid, n.id, n.no, n.title, n.category, n.area_unit_id, coalesce(a.name, ''), n.raised_on, "
            "coalesce(n.wanted_by, ''), n.state FROM need n LEFT JOIN area_unit a ON a.id = n.area_unit_id "
            f"WHERE n.deleted = 0{more} ORDER BY n.raised_on DESC, n.rid DESC LIMIT ?",
            (*values, limit),
        ).fetchall()
        return _need_rows(store, connection, rows)


def need(store: Store, need_id: bytes) -> NeedRow | None:
    """One need, or None where it is not there (any more)."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT n.rid, n.id, n.no, n.title, n.category, n.area_unit_id, coalesce(a.name, ''), n.raised_on, "
            "coalesce(n.wanted_by, ''), n.state FROM need n LEFT JOIN area_unit a ON a.id = n.area_unit_id "
            "WHERE n.deleted = 0 AND n.id = ?",
            (need_id,),
        ).fetchall()
        found = _need_rows(store, connection, rows)
    return found[0] if found else None


def need_answers(connection: Connection, ids: Sequence[bytes]) -> dict[bytes, list[str]]:
    """What answers each of these needs: numbers of projects and issues, names of resources."""
    answers: dict[bytes, list[str]] = {}
    for start in range(0, len(ids), 2_000):
        part = ids[start : start + 2_000]
        for need_id, name in run(connection, ANSWERS.format(marks(part)), (*part, *part, *part)):
            answers.setdefault(need_id, []).append(name)
    return answers


def _need_rows(store: Store, connection: Connection, rows: Sequence[Any]) -> tuple[NeedRow, ...]:
    ids = [row[1] for row in rows]
    answers = need_answers(connection, ids)
    road = roads(connection, store.known.authority == "self", ids)
    return tuple(
        NeedRow(
            *(
                *row[1:],
                tuple(answers.get(row[1], ())),
                row[9] == "open" and row[1] not in answers,
                road[row[1]],
                (row[7], row[0]),
            )
        )
        for row in rows
    )


# -- resources -----------------------------------------------------------------------------------------------------


def resources(
    store: Store, states: Sequence[str] = (), category: str = "", after: Key | None = None, limit: int = PAGE
) -> tuple[ResourceRow, ...]:
    """A page of resources in `states` of their machine, by name; with `category` only those that serve it."""
    more = f"{_states(states, 'r.state')}"
    values: list[object] = [*states]
    if category:
        more += " AND ',' || r.serves || ',' LIKE ?"
        values.append(f"%,{category},%")
    if after:
        more += " AND (r.name > ? OR (r.name = ? AND r.rid > ?))"
        values += [after[0], after[0], after[1]]
    today = store.clock.today()
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT r.rid, r.id, r.name, r.kind, coalesce(o.name, ''), r.serves, r.quantity, coalesce(r.measure, ''), "
            "r.price_mode, r.valid_from, coalesce(r.valid_to, ''), r.state, "
            f"(SELECT count(*) FROM resource_promise p WHERE p.resource_id = r.id AND p.deleted = 0 "
            f"AND p.state IN {STANDING}), "
            "(SELECT count(*) FROM resource_promise p WHERE p.resource_id = r.id AND p.deleted = 0 "
            "AND p.state = 'confirmed' AND coalesce(p.to_on, '9999') >= ?) "
            "FROM resource r LEFT JOIN org_unit o ON o.id = r.provider_id "
            f"WHERE r.deleted = 0{more} ORDER BY r.name, r.rid LIMIT ?",
            (today, *values, limit),
        ).fetchall()
        road = roads(connection, store.known.authority == "self", [row[1] for row in rows])
    return tuple(_resource_row(row, today, road[row[1]]) for row in rows)


def _resource_row(row: Any, today: str, road: Road) -> ResourceRow:
    ends, state, promised, ahead = row[10:14]
    status = state
    if state == "open":
        status = "expired" if ends and ends < today else "reserved" if ahead else "open"
    idle = status == "open" and not promised
    key = (row[2], row[0])
    return ResourceRow(*(*row[1:5], codes(row[5]), *row[6:12], status, idle, promised, road, key))


def promises(store: Store, *, of: str, record_id: bytes) -> tuple[PromiseRow, ...]:
    """What was promised of a resource (`of="resource"`) or for a need, project or task, the newest first; refused and
    released ones too."""
    column = {"resource": "resource_id", "need": "need_id", "project": "project_id", "task": "task_id"}[of]
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT p.id, p.resource_id, coalesce(r.name, ''), coalesce(p.need_id, p.project_id, p.task_id), "
            "coalesce(n.title, j.title, t.title, ''), p.amount, coalesce(p.from_on, ''), coalesce(p.to_on, ''), "
            "p.state, coalesce(p.refusal, ''), coalesce(m.name, '') FROM resource_promise p "
            "LEFT JOIN resource r ON r.id = p.resource_id LEFT JOIN need n ON n.id = p.need_id "
            "LEFT JOIN project j ON j.id = p.project_id LEFT JOIN task t ON t.id = p.task_id "
            f"LEFT JOIN member m ON m.id = p.by_member_id WHERE p.deleted = 0 AND p.{column} = ? ORDER BY p.rid DESC",
            (record_id,),
        ).fetchall()
        road = roads(connection, store.known.authority == "self", [row[0] for row in rows])
    return tuple(PromiseRow(*(*row, road[row[0]])) for row in rows)


# -- tasks ---------------------------------------------------------------------------------------------------------


def tasks(
    store: Store, states: Sequence[str] = (), after: Key | None = None, limit: int = PAGE
) -> tuple[TaskRow, ...]:
    """A page of tasks in `states` of their machine, the newest first."""
    more, values = _states(states, "t.state"), list[object](states)
    if after:
        more += " AND (t.published_on < ? OR (t.published_on = ? AND t.rid < ?))"
        values += [after[0], after[0], after[1]]
    today = store.clock.today()
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT t.rid, t.id, t.title, coalesce(t.details, ''), t.audience, t.published_on, coalesce(t.due_on, ''), "
            f"t.state, coalesce(t.result, '') FROM task t WHERE t.deleted = 0{more} "
            "ORDER BY t.published_on DESC, t.rid DESC LIMIT ?",
            (*values, limit),
        ).fetchall()
        ids = [row[1] for row in rows]
        claims = _claims(connection, ids)
        road = roads(connection, store.known.authority == "self", ids)
    return tuple(_task_row(row, claims.get(row[1], []), today, road[row[1]]) for row in rows)


def _task_row(row: Any, claims: list[ClaimRow], today: str, road: Road) -> TaskRow:
    due, state = row[6:8]
    taken = any(claim.state == "confirmed" for claim in claims)
    status = "claimed" if state == "published" and taken else state
    overdue = state == "published" and bool(due) and due < today
    key = (row[5], row[0])
    return TaskRow(*(*row[1:4], codes(row[4]), *row[5:8], status, overdue, row[8], tuple(claims), road, key))


def _claims(connection: Connection, task_ids: Sequence[bytes]) -> dict[bytes, list[ClaimRow]]:
    found: dict[bytes, list[ClaimRow]] = {}
    if task_ids:
        rows = run(
            connection,
            "SELECT c.task_id, c.id, c.org_unit_id, coalesce(o.name, ''), coalesce(m.name, ''), coalesce(c.note, ''), "
            "c.state, coalesce(c.refusal, '') FROM task_claim c LEFT JOIN org_unit o ON o.id = c.org_unit_id "
            f"LEFT JOIN member m ON m.id = c.by_member_id WHERE c.deleted = 0 AND c.task_id IN ({marks(task_ids)}) "
            "ORDER BY c.rid",
            tuple(task_ids),
        )
        for task, *claim in rows:
            found.setdefault(task, []).append(ClaimRow(*claim))
    return found


def claims(store: Store, task_id: bytes) -> tuple[ClaimRow, ...]:
    """Who wants or has a task, in the order in which they asked."""
    with store.read() as connection:
        return tuple(_claims(connection, (task_id,)).get(task_id, ()))
