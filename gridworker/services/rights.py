"""What a person may ask to be done with their data (docs/privacy.md): for now, erasing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.erasure import ERASURE, erasure_id
from gridworker.models.op import Draft, Op, OpKind
from gridworker.models.validation import Rules
from gridworker.store import backup, erasing, outbox, purge
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.store.judging import Actor, Case, Judge
from gridworker.store.statements import run, scalar
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace, blank_row

_CHUNK = 400


@dataclass(frozen=True)
class Erasure:
    """What erasing a record would take away: how it is called, records by entity, and beside them its drafts
    (`drafts`), changes not sent yet (`unsent`) and copies of this computer that hold it (`copies`)."""

    entity: str
    record_id: bytes
    name: str
    records: Mapping[str, int]
    beside: Mapping[str, int]


def would_erase(store: Store, entity: str, record_id: bytes) -> Erasure:
    """What `erase` would do, by the same code, without doing it. Raises NotFound."""
    today = store.clock.today()
    judge = Judge(today, Rules(today=today, practice=store.known.practice), authoritative=False)
    with store.read() as connection:
        workspace = Workspace(connection, Shape())
        row = workspace.get(entity, record_id)
        if row is None or not erasing.erasable(entity):
            raise NotFound(what=entity)
        tombstone = {**blank_row(ERASURE, erasure_id(record_id)), "entity": entity, "record_id": record_id}
        tombstone["area_unit_id"] = workspace.tree().root
        op = Op(record_id, 1, record_id, ERASURE.name, erasure_id(record_id), OpKind.CREATE, {})
        actor = Actor(store.known.member_id, store.known.device_id, None)
        erasing.cascade(Case(workspace, op, ERASURE, actor, judge), tombstone)
        going = [(entity, record_id), *erasing.erased_in(workspace)]
        beside = _beside(connection, [record for _, record in going])
    beside["copies"] = len(backup.rolling(store.folder))
    return Erasure(
        entity,
        record_id,
        str(row.get("code") or row.get("name") or row.get("no") or ""),
        dict(Counter(name for name, _ in going)),
        beside,
    )


def _beside(connection: Connection, records: list[bytes]) -> dict[str, int]:
    found = {"drafts": 0, "unsent": 0}
    for start in range(0, len(records), _CHUNK):
        part = records[start : start + _CHUNK]
        marks = ", ".join("?" * len(part))
        drafts = scalar(connection, f"SELECT count(*) FROM draft WHERE target_id IN ({marks})", part)
        waiting = run(
            connection,
            f"SELECT count(*) FROM outbox WHERE {outbox.UNANSWERED} AND record_id IN ({marks})",
            part,
        ).fetchone()
        found["drafts"] += int(drafts or 0)
        found["unsent"] += int(waiting[0])
    return found


def erase(store: Store, entity: str, record_id: bytes, reason: str) -> Changes:
    """Erase a record (`household`, `resident`, `visit` …) with all that hangs on it: rows, history, drafts, search,
    what was sent about it. It cannot be undone; tombstones stay and tell every other computer. Ops about it that are
    on their way are answered first and lose their content then.

    `reason` goes into the audit. Needs the right `rights`. Raises FieldInvalid (no reason, no such record),
    NotAllowed, DiskFull, DatabaseBusy; after the last two the record is gone, and its traces at the next exchange."""
    if not reason.strip():
        raise FieldInvalid(entity=entity, record="", field="reason", reason="required")
    draft = Draft(
        ERASURE.name, erasure_id(record_id), OpKind.CREATE, {"entity": entity, "record_id": record_id}
    )
    changes = store.save([draft], Act("record_erased", entity, None, {"reason": reason.strip()})).changes
    older = {path.name for path in backup.rolling(store.folder)}
    purge.finish(store)
    if store.known.authority == "self":  # nobody else could still say that it was a mistake
        backup.remove(store.folder, older)
    return changes
