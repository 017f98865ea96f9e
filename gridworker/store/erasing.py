"""Erasing a record: everything that hangs on it goes with it, what refers to it forgets it, and one tombstone for each
stays. The same on a computer and on the server; the content is deleted from the file, not marked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gridworker.models.demand import DEMAND
from gridworker.models.entity import BucketClass, Entity, Kind
from gridworker.models.erasure import ERASURE, erasure_id
from gridworker.models.ids import bucket_id
from gridworker.models.registry import BY_NAME, ENTITIES
from gridworker.store import outbox, purge, referring
from gridworker.store.connection import Connection
from gridworker.store.frozen_rules import files_that_quote
from gridworker.store.judging import Case, Rejected, node_of, put_next
from gridworker.store.statements import run, run_many
from gridworker.store.workspace import Row, Workspace, Written, blank_row

_CHUNK = 400
#: They name a record without saying of which entity.
_NAMING = (("conflict", "record_id"), ("record_alias", "loser_id"), ("record_alias", "winner_id"))
Found = dict[tuple[str, bytes], Row]


def erasable(entity: str) -> bool:
    """True for residents' matters. What everybody may know and what proves how the work went cannot be erased."""
    known = BY_NAME.get(entity)
    matters = known is not None and known.bucket.bucket_class in (BucketClass.CASE, BucketClass.CARE)
    return matters and entity not in ("held_op", ERASURE.name)


def prepare(case: Case, row: Row) -> None:
    """Fill in where the tombstone lies: where the record lay. Raises Rejected for a record that is not there."""
    if case.entity is not ERASURE:
        return
    entity, record = str(row["entity"]), row["record_id"]
    if not erasable(entity):
        raise Rejected("append_only", "entity")
    known = case.workspace.get(ERASURE.name, row["id"])
    if known is not None:
        row.update(area_unit_id=known["area_unit_id"], erased_on=known["erased_on"])
        return
    about = case.workspace.get(entity, record)
    assert isinstance(record, bytes)
    if about is None or row["id"] != erasure_id(record):
        raise Rejected("record_missing")
    row.update(area_unit_id=_node(case, BY_NAME[entity], about), erased_on=case.judge.today)


def _node(case: Case, entity: Entity, row: Row) -> bytes:
    try:
        return node_of(case, entity, row)
    except Rejected:  # it hangs on what was deleted before
        root = case.workspace.tree().root
        assert root is not None
        return root


def cascade(case: Case, tombstone: Row) -> None:
    """Mark the erased record and all that hangs on it as deleted, each with a tombstone of its own, and take every
    other mention of them away. `carry_out` deletes the rows."""
    if case.entity is not ERASURE:
        return
    entity, record = str(tombstone["entity"]), tombstone["record_id"]
    assert isinstance(record, bytes)
    row = case.workspace.get(entity, record)
    if row is None:
        return
    going: Found = {(entity, record): row}
    waiting = [(entity, record)]
    while waiting:
        fresh = {key: row for key, row in _hanging_on(case.workspace, waiting) if key not in going}
        going.update(fresh)
        waiting = list(fresh)
    _forget_mentions(case, going)
    for part in files_that_quote(case.workspace, {gone for _, gone in going}):
        going["frozen_file", case.workspace.record_id(part)] = part
    node = tombstone["area_unit_id"]
    assert isinstance(node, bytes)
    for (name, gone), present in going.items():
        put_next(case, name, {**present, "deleted": 1})
        if gone != record:
            put_next(case, ERASURE.name, _tombstone(name, gone, node, case.judge.today))


def _tombstone(entity: str, record: bytes, node: bytes, on: str) -> Row:
    row = blank_row(ERASURE, erasure_id(record))
    row.update(
        bucket_id=bucket_id(node, ERASURE.bucket.bucket_class),
        entity=entity,
        record_id=record,
        area_unit_id=node,
        erased_on=on,
    )
    return row


def _hanging_on(
    workspace: Workspace, records: Sequence[tuple[str, bytes]]
) -> Iterator[tuple[tuple[str, bytes], Row]]:
    """Everything that cannot stand without one of `records`."""
    ids = {record for _, record in records}
    for holder, name in _references({entity for entity, _ in records}, needed=True):
        for row in workspace.children(holder, name, ids):
            yield (holder.name, workspace.record_id(row)), row
    for naming, name in _NAMING:
        for row in workspace.children(BY_NAME[naming], name, ids):
            yield (naming, workspace.record_id(row)), row


def _references(entities: set[str], *, needed: bool) -> Iterator[tuple[Entity, str]]:
    """The fields that refer to one of `entities`; `needed`: those without which their record says nothing."""
    for entity in ENTITIES:
        if not erasable(entity.name):
            continue
        above = {name for name, _ in entity.bucket.parents}
        for field in entity.fields:
            if field.kind is Kind.REF and field.refers in entities:
                is_needed = field.required or field.name in above or field.name in entity.one_of
                if is_needed is needed:
                    yield entity, field.name


def _forget_mentions(case: Case, going: Found) -> None:
    ids = {record for _, record in going}
    for entity, name in _references({entity for entity, _ in going}, needed=False):
        for row in case.workspace.children(entity, name, ids):
            if (entity.name, case.workspace.record_id(row)) in going:
                continue
            forgotten = {**row, name: None}
            if entity is DEMAND and name == "reporter_resident_id":
                forgotten |= {"reporter_name": None, "reporter_phone": None}
                referring.forget_reporter(case, forgotten)
            put_next(case, entity.name, forgotten)


# -- after the rows were written ---------------------------------------------------------------------------------


def erased_in(workspace: Workspace) -> list[tuple[str, bytes]]:
    """Entity and record of every tombstone that the next flush writes."""
    rows = workspace.changed(ERASURE.name)
    return [(str(row["entity"]), row["record_id"]) for row in rows if isinstance(row["record_id"], bytes)]


def erased_by(workspace: Workspace, written: Sequence[Written]) -> list[tuple[str, bytes]]:
    """The same after the flush, from what it wrote."""
    rows = [workspace.get(item.entity, item.record_id) for item in written if item.entity == ERASURE.name]
    return [
        (str(row["entity"]), row["record_id"]) for row in rows if row and isinstance(row["record_id"], bytes)
    ]


def delete_rows(
    connection: Connection, records: Sequence[tuple[str, bytes]], lead: bytes | None = None
) -> None:
    """Delete the rows themselves, on the server inside the community `lead`."""
    by_entity: dict[str, list[bytes]] = {}
    for name, record in records:
        by_entity.setdefault(name, []).append(record)
    for entity in reversed(ENTITIES):
        ids = by_entity.get(entity.name, [])
        if lead is None:
            run_many(connection, f"DELETE FROM {entity.name} WHERE id = ?", [(record,) for record in ids])
        elif ids:
            connection.exec_driver_sql(
                f"DELETE FROM {entity.name} WHERE domain_id = ? AND id = ?",
                [(lead, record) for record in ids],
            )


def carry_out(connection: Connection, records: Sequence[tuple[str, bytes]]) -> None:
    """On a computer: delete the rows, and every trace beside them. Words in the search tables, the log and older
    copies go in the steps of a purge (`purge.finish`)."""
    if not records:
        return
    delete_rows(connection, records)
    ids = [record for _, record in records]
    for start in range(0, len(ids), _CHUNK):
        part = ids[start : start + _CHUNK]
        purge.forget_traces(connection, part)
        marks = ", ".join("?" * len(part))
        run(connection, f"DELETE FROM household_stat WHERE household_id IN ({marks})", part)
    purge.note_steps(connection)


def forget_answered(connection: Connection) -> None:
    """Ops about erased records that the server has answered by now keep their place, not their content."""
    run(
        connection,
        "UPDATE outbox SET payload = x'' WHERE payload <> x'' "
        f"AND NOT {outbox.UNANSWERED} AND record_id IN (SELECT record_id FROM erasure)",
    )
