"""A person's word that a large deletion the server asks for is meant."""

from __future__ import annotations

from gridworker.store import notices, repair, state
from gridworker.store.audit import Act, note
from gridworker.store.store import Store


def allow_deletions(store: Store) -> None:
    """Let the next pull delete what it was stopped for; good for that pull alone."""
    with store.database.write() as connection:
        state.put(connection, {repair.ALLOWED: b"1"})
        notices.clear(connection, "deletions_held")
        note(connection, Act("deletions_allowed"), store.known.member_id, store.clock.milliseconds())
