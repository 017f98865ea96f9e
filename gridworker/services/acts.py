"""What an act did, and the pieces acts are made of: drafts beside what was seen, and a record's values now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from gridworker.changes import Changes
from gridworker.errors import NotFound
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.registry import BY_NAME
from gridworker.store.audit import Act
from gridworker.store.store import Store


@dataclass(frozen=True)
class Done:
    """`changes` is what the act touched, `record` what it was about, `txns` the acts as history knows them, by which
    it is taken back (services/undo.py): none where it is for good."""

    changes: Changes = field(default_factory=Changes)
    record: bytes = b""
    txns: tuple[bytes, ...] = ()


def do(store: Store, drafts: Sequence[Draft], act: Act, record: bytes) -> Done:
    """Save `drafts` as one act about `record`; nothing to do is no act.

    Raises FieldInvalid, NotAllowed, DiskFull, DatabaseBusy; then nothing was changed."""
    if not drafts:
        return Done(record=record)
    saved = store.save(drafts, act)
    return Done(saved.changes, record, (saved.txn,))


def joined(acts: Sequence[Done]) -> Done:
    """Several acts as one, taken back together."""
    touched = [(name, i) for act in acts for name, ids in act.changes.touched.items() for i in ids]
    txns = tuple(txn for act in acts for txn in act.txns)
    return Done(Changes.of(touched), acts[0].record if acts else b"", txns)


def create(entity: str, record: bytes, values: Mapping[str, Value]) -> Draft:
    return Draft(entity, record, OpKind.CREATE, {k: v for k, v in values.items() if v is not None})


def setting(
    entity: str, record: bytes, seen: Mapping[str, Value], wanted: Mapping[str, Value]
) -> list[Draft]:
    """One SET of what differs from what was seen; none where nothing does."""
    changed = {name: value for name, value in wanted.items() if value != seen.get(name)}
    if not changed:
        return []
    return [Draft(entity, record, OpKind.SET, changed, {name: seen.get(name) for name in changed})]


def present_values(store: Store, entity: str, record_id: bytes, fields: tuple[str, ...]) -> dict[str, Value]:
    """The values of a record's fields now: what an editor shows and later names as the base. Raises NotFound."""
    columns = ", ".join(BY_NAME[entity].field(name).name for name in fields)
    with store.read() as connection:
        row = connection.exec_driver_sql(
            f"SELECT {columns} FROM {entity} WHERE id = ? AND deleted = 0", (record_id,)
        ).fetchone()
    if row is None:
        raise NotFound(what=entity)
    return dict(zip(fields, row, strict=True))


def everything(store: Store, entity: str, record_id: bytes) -> dict[str, Value]:
    """Every field of a record now. Raises NotFound."""
    return present_values(store, entity, record_id, tuple(f.name for f in BY_NAME[entity].wire_fields))


def ids_of(store: Store, entity: str, field_name: str, parent: bytes) -> list[bytes]:
    """The standing records of `entity` that refer to `parent`, oldest first."""
    column = BY_NAME[entity].field(field_name).name
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT id FROM {entity} WHERE {column} = ? AND deleted = 0 ORDER BY rid", (parent,)
        )
        return [row[0] for row in rows]


def delete_with_all(store: Store, entity: str, record: bytes, act: str, first: Sequence[Draft] = ()) -> Done:
    """Delete a record after the ops `first`; what goes with it goes by ops of its own, so that taking back brings all
    of it again.

    Raises FieldInvalid `has_dependants` while something still hangs on it."""
    going = [(entity, record)]
    for name, child in BY_NAME.items():
        for field_name, parent in child.bucket.parents:
            above = [i for of, i in going if of == parent]
            if not child.anchor and name != "conflict" and (entity, record) != (name, record):
                going += [(name, i) for up in above for i in ids_of(store, name, field_name, up)]
    drafts = [*first, *(Draft(name, i, OpKind.DELETE, {}) for name, i in reversed(dict.fromkeys(going)))]
    return do(store, drafts, Act(act, entity, record), record)
