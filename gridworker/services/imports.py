"""Applying an import: everything a file brings in one act, on the disk or not at all. Who may import is asked here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gridworker.changes import Changes
from gridworker.errors import NotAllowed
from gridworker.models.op import Draft
from gridworker.store.audit import Act
from gridworker.store.store import Store


def apply_import(
    store: Store, groups: Sequence[Sequence[Draft]], batch: str, counts: Mapping[str, object]
) -> Changes:
    """Save the ops of an import, one group per household, in one transaction. A server may later refuse one group
    and take the others. `counts` go into the audit row, without a file's name or content.

    Raises NotAllowed, FieldInvalid, DiskFull, DatabaseBusy; then nothing was changed."""
    if not any("import" in grant.role.may for grant in store.grants()):
        raise NotAllowed(entity="household", right="import")
    drafts = [draft for group in groups for draft in group]
    act = Act("ledger_imported", payload={"batch": batch, **counts})
    return store.save(drafts, act, groups=[len(group) for group in groups]).changes
