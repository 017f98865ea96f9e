"""Applying an import: everything a file brings in one act, on the disk or not at all, and the list of what was
imported here. Who may import is asked here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from gridworker.changes import Changes
from gridworker.errors import NotAllowed
from gridworker.models.collector import collector_at_rest
from gridworker.models.ledger import Ledger
from gridworker.models.op import Draft
from gridworker.services.limits import calendar, limits
from gridworker.store import outbox, state
from gridworker.store.audit import Act
from gridworker.store.queries.ledger import ledger
from gridworker.store.saving import Watch, unwatched
from gridworker.store.statements import run
from gridworker.store.store import Store

_INDEX, _OPS = "imports", "import.ops."
#: How many imports can be listed and taken back; older ones stay as they are.
_KEPT = 50


class PastImport(msgspec.Struct, frozen=True):
    """An import applied on this computer. `file` has its identity numbers masked, `at` is the day and time in China;
    `created` and `changed` count records, `undone` says that it was taken back."""

    batch: str
    file: str
    at: str
    created: int
    changed: int
    undone: bool = False


def known_before(store: Store) -> Ledger:
    """What is known before an import, with how long a demand may take here."""
    return replace(ledger(store), limits=limits(store), calendar=calendar(store))


def require_import(store: Store) -> None:
    """Raises NotAllowed for an account that may import nowhere."""
    if not any("import" in grant.role.may for grant in store.grants()):
        raise NotAllowed(entity="household", right="import")


def apply_import(
    store: Store,
    groups: Sequence[Sequence[Draft]],
    batch: str,
    counts: Mapping[str, Mapping[str, int]],
    *,
    file: str = "",
    watch: Watch = unwatched,
) -> Changes:
    """Save the ops of an import, one group per household, in one transaction. A server may later refuse one group
    and take the others. `counts` go into the audit row, without a file's name or content.

    Raises NotAllowed, FieldInvalid, DiskFull, DatabaseBusy, or what `watch` raises; then nothing was changed."""
    require_import(store)
    records = [count for name, count in counts.items() if name != "rows"]
    past = PastImport(
        batch,
        file,
        store.clock.moment().strftime("%Y-%m-%d %H:%M"),
        sum(count["created"] for count in records),
        sum(count["changed"] for count in records),
    )

    listed = (past, *past_imports(store))
    drafts = [draft for group in groups for draft in group]
    act = Act("ledger_imported", payload={"batch": batch, **counts})
    with collector_at_rest(), store.database.write() as connection:
        first = outbox.next_seq(connection)
        saved = store.save_within(connection, drafts, act, [len(group) for group in groups], watch)
        made = run(connection, "SELECT op_id FROM outbox WHERE seq >= ? ORDER BY seq", (first,))
        state.put(
            connection,
            {
                **{_OPS + old.batch: b"" for old in listed[_KEPT:]},
                _INDEX: msgspec.json.encode(listed[:_KEPT]),
                _OPS + batch: b"".join(row[0] for row in made),
            },
        )
    return saved.changes


def past_imports(store: Store) -> tuple[PastImport, ...]:
    """What was imported on this computer, the newest first."""
    raw = store.state(_INDEX)
    return msgspec.json.decode(raw, type=tuple[PastImport, ...]) if raw else ()


def op_ids_of(store: Store, batch: str) -> list[bytes]:
    """The ops that an import made, in their order; none for an import that is not known here (any more)."""
    raw = store.state(_OPS + batch) or b""
    return [raw[start : start + 16] for start in range(0, len(raw), 16)]


def as_undone(store: Store, batch: str) -> dict[str, bytes]:
    """The local state in which an import is listed as taken back."""
    listed = [msgspec.structs.replace(p, undone=True) if p.batch == batch else p for p in past_imports(store)]
    return {_INDEX: msgspec.json.encode(listed), _OPS + batch: b""}
