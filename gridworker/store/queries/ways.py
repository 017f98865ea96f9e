"""What hangs together across demands, the three lists and deliberation: from one record to the others, both ways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from gridworker.store.statements import run
from gridworker.store.store import Store


@dataclass(frozen=True)
class Way:
    """Where a link leads: the entity `kind`, the record, its number ("" without one), what it is called, its state. A
    meeting is called by its day, and `form` says which kind of meeting it is."""

    kind: str
    id: bytes
    no: str
    name: str
    state: str
    form: str = ""


#: entity → how its records are read; the order is that of the ways.
_READ: Mapping[str, str] = MappingProxyType(
    {
        "demand": "SELECT id, no, title, state, '' FROM demand",
        "need": "SELECT id, no, title, state, '' FROM need",
        "resource": "SELECT id, '', name, state, '' FROM resource",
        "task": "SELECT id, '', title, state, '' FROM task",
        "project": "SELECT id, no, title, state, '' FROM project",
        "issue": "SELECT id, no, title, state, '' FROM issue",
        "meeting": "SELECT id, no, held_on, state, kind FROM meeting",
        "resolution": "SELECT id, '', task_text, state, '' FROM resolution",
    }
)
_PROMISED = (
    "SELECT {1} FROM resource_promise "
    "WHERE {0} = ?1 AND deleted = 0 AND state IN ('requested', 'confirmed', 'given')"
)
_OWN_NO = "(SELECT no FROM {} WHERE id = ?1)"


def _joined(table: str, own: str, other: str) -> str:
    return f"SELECT {other} FROM {table} WHERE {own} = ?1 AND deleted = 0"


#: entity → the other end → which records stand there.
_WAYS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "demand": {
            "need": f"SELECT id FROM need WHERE no = {_OWN_NO.format('demand')}",
            "project": "SELECT id FROM project WHERE no = (SELECT became_no FROM demand WHERE id = ?1)",
            "issue": "SELECT id FROM issue WHERE no = (SELECT became_no FROM demand WHERE id = ?1)",
        },
        "need": {
            "demand": f"SELECT id FROM demand WHERE no = {_OWN_NO.format('need')}",
            "resource": _PROMISED.format("need_id", "resource_id"),
            "task": "SELECT id FROM task WHERE need_id = ?1",
            "project": _joined("project_need", "need_id", "project_id"),
            "issue": _joined("issue_need", "need_id", "issue_id"),
        },
        "resource": {
            "need": _PROMISED.format("resource_id", "need_id"),
            "task": f"{_PROMISED.format('resource_id', 'task_id')} UNION SELECT id FROM task WHERE resource_id = ?1",
            "project": _PROMISED.format("resource_id", "project_id"),
        },
        "task": {
            "need": "SELECT need_id FROM task WHERE id = ?1",
            "resource": f"{_PROMISED.format('task_id', 'resource_id')} "
            "UNION SELECT resource_id FROM task WHERE id = ?1",
            "project": "SELECT project_id FROM task WHERE id = ?1",
        },
        "project": {
            "demand": f"SELECT id FROM demand WHERE became_no = {_OWN_NO.format('project')}",
            "need": _joined("project_need", "project_id", "need_id"),
            "resource": _PROMISED.format("project_id", "resource_id"),
            "task": "SELECT id FROM task WHERE project_id = ?1",
            "project": "SELECT continues_id FROM project WHERE id = ?1 "
            "UNION SELECT continues_as_id FROM project WHERE id = ?1",
        },
        "issue": {
            "demand": f"SELECT id FROM demand WHERE became_no = {_OWN_NO.format('issue')}",
            "need": _joined("issue_need", "issue_id", "need_id"),
            "issue": "SELECT merged_into_id FROM issue WHERE id = ?1 "
            "UNION SELECT id FROM issue WHERE merged_into_id = ?1",
            "meeting": _joined("agenda_item", "issue_id", "meeting_id"),
            "resolution": "SELECT id FROM resolution WHERE issue_id = ?1",
        },
        "meeting": {
            "issue": _joined("agenda_item", "meeting_id", "issue_id"),
            "resolution": "SELECT id FROM resolution WHERE meeting_id = ?1",
        },
        "resolution": {
            "issue": "SELECT issue_id FROM resolution WHERE id = ?1",
            "meeting": "SELECT meeting_id FROM resolution WHERE id = ?1",
        },
    }
)


def ways(store: Store, kind: str, record: bytes) -> tuple[Way, ...]:
    """Where links lead from a record of the entity `kind`: whatever of it lies on this computer, demands first. Every
    way is there from its other end too."""
    found: list[Way] = []
    asked = _WAYS.get(kind, {})
    with store.read() as connection:
        for target, sql in _READ.items():
            if target in asked:
                rows = run(
                    connection,
                    f"{sql} WHERE deleted = 0 AND id IN ({asked[target]}) ORDER BY 2, 3, id",
                    (record,),
                )
                found += [Way(target, *row) for row in rows]
    return tuple(found)
