"""What happened to a record in the last 30 days, and what this computer's own person did lately."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gridworker.models.op import Value
from gridworker.store import history
from gridworker.store.queries.names import Names
from gridworker.store.statements import run
from gridworker.store.store import Store


@dataclass(frozen=True)
class FieldChange:
    """One field before and after, as text; references by the names of what they refer to, "" for nothing."""

    field: str
    before: str
    after: str


@dataclass(frozen=True)
class HistoryStep:
    """What an act did to one record: `kind` is created, changed, deleted or restored; `name` may be ""."""

    entity: str
    record_id: bytes
    kind: str
    name: str
    fields: tuple[FieldChange, ...]


@dataclass(frozen=True)
class ActEntry:
    """One act as history tells it. `at` in ms, `who` "" where it is not known; `own`: done on this computer, and so
    to be undone from here by `txn` unless `undone` already."""

    txn: bytes
    at: int
    act: str
    who: str
    undone: bool
    own: bool
    steps: tuple[HistoryStep, ...]


_COLUMNS = "h.txn, h.at, h.member_id, h.act, h.entity, h.record_id, h.kind, h.fields, h.undone"


def record_history(store: Store, records: Sequence[bytes], limit: int = 200) -> tuple[ActEntry, ...]:
    """The acts that touched one of `records`, newest first, each with what it did to these records."""
    marks = ", ".join("?" * len(records))
    return _acts(store, f"h.record_id IN ({marks}) ORDER BY h.n DESC LIMIT ?", (*records, limit))


def written_since(store: Store, entity: str, records: Sequence[bytes], since: int) -> frozenset[bytes]:
    """Those of `records` that came to be, or arrived, on this computer since the moment `since` (ms)."""
    marks = ", ".join("?" * len(records))
    with store.read() as connection:
        found = run(
            connection,
            f"SELECT record_id FROM history WHERE record_id IN ({marks}) AND entity = ? AND kind = ? AND at >= ?",
            (*records, entity, history.CREATED, since),
        )
        return frozenset(row[0] for row in found)


def household_history(store: Store, household_id: bytes) -> tuple[ActEntry, ...]:
    """The history of a household, its residents and its visits."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT id FROM resident WHERE household_id = ? UNION ALL SELECT id FROM visit WHERE household_id = ?",
            (household_id, household_id),
        ).fetchall()
    return record_history(store, [household_id, *(row[0] for row in rows[-400:])])


def own_acts(store: Store, limit: int = 50) -> tuple[ActEntry, ...]:
    """What was done on this computer lately, newest first, each act whole."""
    return _acts(
        store,
        "h.txn IN (SELECT txn FROM history WHERE act <> ? GROUP BY txn ORDER BY max(n) DESC LIMIT ?) ORDER BY h.n DESC",
        (history.RECEIVED, limit),
    )


def _acts(store: Store, condition: str, values: Sequence[Value]) -> tuple[ActEntry, ...]:
    grouped: dict[bytes, list[tuple[object, ...]]] = {}
    with store.read() as connection:
        rows = run(
            connection,
            f"SELECT {_COLUMNS}, coalesce(m.name, '') FROM history h LEFT JOIN member m ON m.id = h.member_id "
            f"WHERE {condition}",
            values,
        ).fetchall()
        for row in rows:
            grouped.setdefault(row[0], []).append(row)
        names = Names(connection)
        return tuple(_entry(names, found) for found in grouped.values())


def _entry(names: Names, rows: Sequence[tuple[object, ...]]) -> ActEntry:
    txn, at, _, act, *_, undone, who = rows[0]
    steps = [history.unpacked(*row[4:8]) for row in reversed(rows)]  # type: ignore[arg-type]
    return ActEntry(
        txn=txn,  # type: ignore[arg-type]
        at=int(str(at)),
        act=str(act),
        who=str(who),
        undone=bool(undone),
        own=act != history.RECEIVED,
        steps=tuple(
            HistoryStep(s.entity, s.record_id, s.kind, names.of(s.entity, s.record_id), _fields(names, s))
            for s in steps
        ),
    )


def _fields(names: Names, step: history.Step) -> tuple[FieldChange, ...]:
    return tuple(
        FieldChange(name, names.text(step.before.get(name)), names.text(value))
        for name, value in step.after.items()
    )
