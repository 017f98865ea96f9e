"""All that is written of one saved visit, as corrected, and what was added to it later."""

from __future__ import annotations

from dataclasses import dataclass

from gridworker.errors import NotFound
from gridworker.store import statistics
from gridworker.store.connection import Connection
from gridworker.store.store import Store

#: What the list of visits does not carry.
_FIELDS = ("purpose", "respondent", "companions", "site_condition", "answered_text", "next_step", "next_on",
           "reflection")  # fmt: skip
_ADDED = (
    ("amendment", "field, reason, ''", "coalesce(turn, 0), id"),
    ("void", "'', reason, ''", "id"),
    (
        "comment",
        "'', text, coalesce((SELECT name FROM member m WHERE m.id = visit_comment.member_id), '')",
        "id",
    ),
)


@dataclass(frozen=True)
class Added:
    """A correction of `field`, the void, or a remark `by` somebody; `text` is the reason or the remark."""

    kind: str
    field: str
    text: str
    by: str


@dataclass(frozen=True)
class VisitRecord:
    """The further fields by name, "" for none, and what was added: corrections, the void, remarks."""

    values: dict[str, str]
    added: tuple[Added, ...]


def visit_record(store: Store, visit_id: bytes) -> VisitRecord:
    """One visit as it stands. Raises NotFound."""
    with store.read() as connection:
        found = connection.exec_driver_sql(
            f"SELECT {', '.join(_FIELDS)} FROM visit WHERE id = ? AND deleted = 0", (visit_id,)
        ).fetchone()
        if found is None:
            raise NotFound(what="visit")
        values = dict(zip(_FIELDS, found, strict=True)) | statistics.amended(connection, visit_id)
        added = [one for kind in _ADDED for one in _added(connection, visit_id, *kind)]
    return VisitRecord({name: str(values[name] or "") for name in _FIELDS}, tuple(added))


def _added(connection: Connection, visit_id: bytes, kind: str, columns: str, order: str) -> list[Added]:
    rows = connection.exec_driver_sql(
        f"SELECT {columns} FROM visit_{kind} WHERE visit_id = ? AND deleted = 0 ORDER BY {order}", (visit_id,)
    )
    return [Added(kind, *row) for row in rows]
