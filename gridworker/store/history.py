"""What every record was before: each act's changed fields with both values, kept 30 days on this computer so that a
person can read them and undo an act. Never synced; gone with the record when that leaves this computer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import msgspec

from gridworker.models.op import Value
from gridworker.models.registry import BY_NAME
from gridworker.store.connection import Connection
from gridworker.store.statements import run, run_many

KEPT_DAYS = 30
_DAY = 86_400_000
#: Said of rows that came with a sync: who changed them is not on the wire.
RECEIVED = "received"
CREATED, CHANGED, DELETED, RESTORED = "created", "changed", "deleted", "restored"

#: They say themselves what happened, and their content must be able to go.
_UNTOLD = frozenset(("held_op", "erasure", "frozen_report", "frozen_item", "frozen_file", "export_log"))

Row = Mapping[str, Value]


@dataclass(frozen=True)
class Step:
    """One record in one act: what happened to it, and of each changed field the values before and after."""

    entity: str
    record_id: bytes
    kind: str
    before: dict[str, Value]
    after: dict[str, Value]


def step_between(entity: str, before: Row | None, after: Row) -> Step | None:
    """What lies between two images of a record, or None when no person would see a difference."""
    record = after["id"]
    assert isinstance(record, bytes)
    if entity in _UNTOLD or (BY_NAME[entity].judged and (before is None or BY_NAME[entity].machine is None)):
        return None
    names = [field.name for field in BY_NAME[entity].wire_fields]
    if before is None:
        given = {name: after[name] for name in names if after.get(name) is not None}
        return None if after["deleted"] else Step(entity, record, CREATED, {}, given)
    if bool(before["deleted"]) != bool(after["deleted"]):
        return Step(entity, record, DELETED if after["deleted"] else RESTORED, {}, {})
    other = [name for name in names if before.get(name) != after.get(name)]
    if not other:
        return None
    return Step(entity, record, CHANGED, {n: before.get(n) for n in other}, {n: after.get(n) for n in other})


def note(
    connection: Connection, steps: Iterable[Step], *, txn: bytes, act: str, by: bytes | None, at: int
) -> None:
    """Keep the steps of one act, in the order in which they were written. Part of the caller's transaction."""
    run_many(
        connection,
        "INSERT INTO history (txn, at, member_id, act, entity, record_id, kind, fields, undone) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, 0)",
        [(txn, at, by, act, s.entity, s.record_id, s.kind, _packed(s)) for s in steps],
    )
    run(connection, "DELETE FROM history WHERE at < ?", (at - KEPT_DAYS * _DAY,))


def _packed(step: Step) -> bytes:
    return msgspec.msgpack.encode([step.before, step.after])


def unpacked(entity: str, record_id: bytes, kind: str, fields: bytes) -> Step:
    """The step as it was noted."""
    before, after = msgspec.msgpack.decode(fields)
    return Step(entity, record_id, kind, before, after)


def steps_of(connection: Connection, txn: bytes) -> list[Step]:
    """The steps of an act, parents before children; none when it is older than 30 days or not from here."""
    rows = run(
        connection, "SELECT entity, record_id, kind, fields FROM history WHERE txn = ? ORDER BY n", (txn,)
    )
    return [unpacked(*row) for row in rows]


def mark_undone(connection: Connection, txn: bytes) -> None:
    run(connection, "UPDATE history SET undone = 1 WHERE txn = ?", (txn,))
