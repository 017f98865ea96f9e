"""Brings buckets back to what the server holds: their rows count as unseen until a fresh copy has passed over them,
and what it did not bring goes. Unanswered ops and what they made stay."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gridworker.models.registry import ENTITIES
from gridworker.store import notices, outbox, state, statistics
from gridworker.store.connection import Connection
from gridworker.store.leaving import is_too_much, living
from gridworker.store.receive import Gone, remove_record
from gridworker.store.statements import run
from gridworker.store.statistics import Touched

if TYPE_CHECKING:
    from gridworker.store.store import Store

#: local_state: the buckets whose copy is under way, joined, or EVERYTHING.
REPAIRING = "repairing"
EVERYTHING = b"*"
#: local_state: a person allowed this deletion, large as it is.
ALLOWED = "deletions_allowed"


def begin(connection: Connection, buckets: frozenset[bytes] | None) -> None:
    """From here on any row of the server replaces ours in `buckets`, None for all. The caller asks for the copy."""
    state.put(connection, {REPAIRING: EVERYTHING if buckets is None else b"".join(sorted(buckets))})
    for entity in ENTITIES:
        if buckets is None:
            run(connection, f"UPDATE {entity.name} SET row_version = 0")
        for bucket in buckets or ():
            run(connection, f"UPDATE {entity.name} SET row_version = 0 WHERE bucket_id = ?", (bucket,))


def sweep(store: Store) -> bool:
    """The copy is complete: remove what it did not bring. False, and a notice is kept, when that would be so much that
    a person must allow it first."""
    with store.database.write() as connection:
        raw = state.get(connection, REPAIRING)
        if not raw:
            return True
        buckets = None if raw == EVERYTHING else {raw[at : at + 16] for at in range(0, len(raw), 16)}
        left = list(_left(connection, buckets))
        if is_too_much(len(left), living(connection)) and not state.get(connection, ALLOWED):
            facts = {"rows": len(left), "of": living(connection)}
            notices.put(connection, "deletions_held", store.clock.milliseconds(), facts)
            return False
        touched = Touched()
        for entity, record in left:
            remove_record(connection, Gone(entity, record, 0), touched, traces=False)
        if left:
            statistics.rebuild(connection)
        state.drop(connection, (REPAIRING, ALLOWED))
        notices.clear(connection, "deletions_held")
        notices.clear(connection, "server_restored")
    store.forget_cached()
    return True


def _left(connection: Connection, buckets: set[bytes] | None) -> Iterator[tuple[str, bytes]]:
    """The rows the copy did not bring and no unanswered op made, children before parents."""
    pending = outbox.pending_records(connection)
    for entity in reversed(ENTITIES):
        rows = run(connection, f"SELECT id, bucket_id FROM {entity.name} WHERE row_version = 0").fetchall()
        for record, bucket in rows:
            if (buckets is None or bucket in buckets) and (entity.name, record) not in pending:
                yield entity.name, record
