"""Taking an import back by opposite ops: what it added is deleted, what it changed is set back, as far as nobody has
gone on from it; the rest stays and is counted."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import groupby

from gridworker.changes import Changes
from gridworker.errors import NotFound
from gridworker.models.collector import collector_at_rest
from gridworker.models.demand import DEMAND, DEMAND_EVENT
from gridworker.models.entity import BucketVia, Entity, Kind, Merge
from gridworker.models.machine import EVENT, NOTE
from gridworker.models.op import Draft, Op, OpKind, Value, decode_op
from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.services.imports import as_undone, op_ids_of, require_import
from gridworker.store import history, state
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.store.saving import Watch, unwatched
from gridworker.store.statements import run
from gridworker.store.store import Store

_CHUNK = 400
Key = tuple[str, bytes]


@dataclass(frozen=True)
class Undone:
    """`removed` records were deleted and `restored` ones set back; `kept` were changed or used since and stay."""

    changes: Changes
    removed: int
    restored: int
    kept: int


def undo_import(store: Store, batch: str, reason: str, *, watch: Watch = unwatched) -> Undone:
    """Take an import back in one transaction. `reason` is kept where a "do not visit" that it brought is lifted.

    Raises NotFound for an import that is not known here, NotAllowed, FieldInvalid, DiskFull, DatabaseBusy, or what
    `watch` raises; then nothing was changed."""
    require_import(store)
    ids = op_ids_of(store, batch)
    if not ids:
        raise NotFound(what="import", wanted=batch)
    with store.read() as connection:
        undoing = _Undoing.of(connection, _ops(connection, ids), reason)
    groups = [group for group in undoing.groups() if group]
    drafts = [draft for group in groups for draft in group]
    found = Undone(Changes(), undoing.removed, undoing.restored, undoing.kept)
    if not drafts:
        store.set_state(as_undone(store, batch))
        return found
    counts = {"removed": found.removed, "restored": found.restored, "kept": found.kept}
    act = Act("import_undone", payload={"batch": batch, **counts})
    marked = as_undone(store, batch)
    with collector_at_rest(), store.database.write() as connection:
        saved = store.save_within(connection, drafts, act, [len(group) for group in groups], watch)
        state.put(connection, marked)
        for (txn,) in run(connection, "SELECT txn FROM outbox WHERE op_id = ?", (ids[0],)).fetchall():
            history.mark_undone(connection, txn)  # history knows all groups by the act of the first
    return Undone(saved.changes, found.removed, found.restored, found.kept)


@dataclass
class _Undoing:
    """The ops of one import beside the rows as they are now."""

    ops: Sequence[Op]
    rows: Mapping[Key, Mapping[str, Value]]
    used: frozenset[bytes]
    reason: str
    removed: int = 0
    restored: int = 0
    kept: int = 0
    _held: set[bytes] = field(default_factory=set)

    @classmethod
    def of(cls, connection: Connection, ops: Sequence[Op], reason: str) -> _Undoing:
        rows = {
            (name, record): row
            for name, records in _by_entity(ops).items()
            for record, row in _rows(connection, BY_NAME[name], records)
        }
        created = {(op.entity, op.record) for op in ops if op.kind is OpKind.CREATE}
        pointed = {(op.entity, op.record, name) for op in ops if op.kind is OpKind.SET for name in op.set}
        return cls(ops, rows, frozenset(_used(connection, created, pointed)), reason)

    def groups(self) -> Iterator[list[Draft]]:
        """The opposite ops, one group for each household that the import touched."""
        for _, ops in groupby(self.ops, lambda op: op.txn):
            group = list(ops)
            self._hold(group)
            back = [draft for op in group if op.kind is OpKind.SET for draft in self._set_back(op)]
            gone = [draft for op in reversed(group) if op.kind is OpKind.CREATE for draft in self._delete(op)]
            yield [*back, *gone]

    def _hold(self, group: Sequence[Op]) -> None:
        """Records that somebody has gone on from stay, and with them what they belong to and what they rest on."""
        created = [op for op in group if op.kind is OpKind.CREATE]
        held = {op.record for op in created if op.record in self.used or self._changed(op)}
        if not held:
            return
        anchored = {op.record for op in created if BY_NAME[op.entity].bucket.via is BucketVia.UNIT}
        if anchored:  # a household or shop of this import, with everything in it
            held |= {op.record for op in created}
        self._held |= held | {op.record for op in created if BY_NAME[op.entity].merge is Merge.APPEND}

    def _changed(self, op: Op) -> bool:
        row = self.rows.get((op.entity, op.record))
        if row is None or row["deleted"]:
            return False
        entity = BY_NAME[op.entity]
        if entity.machine and entity.machine.log:  # every event counts, and so does every step of this import
            own = sum(other.record == op.record for other in self.ops)
            return bool(row["state"] != entity.machine.first or row["turn"] != own)
        return any((row[name] or None) != (op.set.get(name) or None) for name in _own_fields(op.entity))

    def _delete(self, op: Op) -> list[Draft]:
        row = self.rows.get((op.entity, op.record))
        if row is None or row["deleted"]:
            return []
        if op.record in self._held:
            self.kept += 1
            return []
        self.removed += 1
        if op.entity == DEMAND.name:  # what was registered once is never deleted, it is withdrawn
            said: dict[str, Value] = {EVENT: "withdraw", NOTE: self.reason}
            return [Draft(op.entity, op.record, OpKind.EVENT, said, {"state": row["state"]})]
        return [Draft(op.entity, op.record, OpKind.DELETE, {})]

    def _set_back(self, op: Op) -> list[Draft]:
        row = self.rows.get((op.entity, op.record))
        if row is None or row["deleted"]:
            return []
        differing = {name for name, value in op.set.items() if row[name] != op.base.get(name)}
        own = {
            name
            for name in differing
            if row[name] == op.set[name] and op.set[name] not in self._held and _may_return(op, name)
        }
        self.kept += int(bool(differing - own))
        if not own:
            return []
        self.restored += 1
        values = {name: op.base.get(name) for name in sorted(own)}
        base: dict[str, Value] = {name: row[name] for name in sorted(own)}
        entity = BY_NAME[op.entity]
        if any(entity.field(name).merge is Merge.RESTRICTIVE for name in own) and entity.lift_reason:
            values[entity.lift_reason], base[entity.lift_reason] = self.reason, row[entity.lift_reason]
        return [Draft(op.entity, op.record, OpKind.SET, values, base)]


def _may_return(op: Op, name: str) -> bool:
    """A consent that was taken back stays so, and a field that was emptied with it stays empty."""
    entity = BY_NAME[op.entity]
    field_set = entity.field(name)
    return (field_set.merge is not Merge.RESTRICTIVE or bool(entity.lift_reason)) and (
        not field_set.basis or op.set[name] is not None
    )


def _ops(connection: Connection, ids: Sequence[bytes]) -> list[Op]:
    """The ops with these ids that were not refused, in their order. Raises NotFound where they are not kept any
    more."""
    found: dict[bytes, Op] = {}
    for part in _parts(ids):
        sql = f"SELECT op_id, payload, result FROM outbox WHERE op_id IN ({_marks(part)})"
        for op_id, payload, result in run(connection, sql, part):
            emptied = not payload  # purged or erased meanwhile: nothing of it is here to take back
            if not emptied and (not result or b'"outcome":"rejected"' not in bytes(result)):
                found[op_id] = decode_op(payload)
    return [found[op_id] for op_id in ids if op_id in found]


def _by_entity(ops: Iterable[Op]) -> dict[str, list[bytes]]:
    found: dict[str, list[bytes]] = {}
    for op in ops:
        found.setdefault(op.entity, []).append(op.record)
    return found


def _rows(
    connection: Connection, entity: Entity, records: Sequence[bytes]
) -> Iterator[tuple[bytes, dict[str, Value]]]:
    names = ("deleted", *(f.name for f in entity.wire_fields))
    for part in _parts(records):
        sql = f"SELECT id, {', '.join(names)} FROM {entity.name} WHERE id IN ({_marks(part)})"
        for record, *values in run(connection, sql, part):
            yield record, dict(zip(names, values, strict=True))


def _used(
    connection: Connection, created: Collection[Key], pointed: Collection[tuple[str, bytes, str]]
) -> Iterator[bytes]:
    """Those of `created` that a standing record from elsewhere refers to, but for the references `pointed` that the
    import itself set and that are set back with it."""
    by_entity: dict[str, set[bytes]] = {}
    for name, record in created:
        by_entity.setdefault(name, set()).add(record)
    for entity in ENTITIES:
        placed = {name for name, _ in entity.bucket.parents}
        for f in entity.wire_fields:
            wanted = by_entity.get(f.refers, set()) if f.kind is Kind.REF else set()
            if not wanted or entity.name in ("conflict", DEMAND_EVENT.name):
                continue
            for record, parent in _references(connection, entity, f.name, wanted, indexed=f.name in placed):
                own = (entity.name, record) in created or (entity.name, record, f.name) in pointed
                if parent in wanted and not own:
                    yield parent


def _references(
    connection: Connection, entity: Entity, name: str, wanted: set[bytes], *, indexed: bool
) -> Iterator[tuple[bytes, bytes]]:
    """(record, what it refers to) of standing records; without an index all that refer to anything, in one pass."""
    sql = f"SELECT id, {name} FROM {entity.name} WHERE deleted = 0 AND {name} "
    if not indexed:
        yield from run(connection, f"{sql} IS NOT NULL")
        return
    for part in _parts(list(wanted)):
        yield from run(connection, f"{sql} IN ({_marks(part)})", part)


@cache
def _own_fields(entity: str) -> tuple[str, ...]:
    """The fields that a person sets."""
    return tuple(f.name for f in BY_NAME[entity].wire_fields if f.merge is not Merge.DERIVED)


def _parts(ids: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    return (ids[start : start + _CHUNK] for start in range(0, len(ids), _CHUNK))


def _marks(part: Sequence[bytes]) -> str:
    return ", ".join("?" * len(part))
