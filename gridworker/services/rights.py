"""What a person may ask to be done with their data (docs/privacy.md): for now, erasing it."""

from __future__ import annotations

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid
from gridworker.models.erasure import ERASURE, erasure_id
from gridworker.models.op import Draft, OpKind
from gridworker.store import backup, purge
from gridworker.store.audit import Act
from gridworker.store.store import Store


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
