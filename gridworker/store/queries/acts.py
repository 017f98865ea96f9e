"""Which acts stand in the audit of this computer."""

from __future__ import annotations

from gridworker.store.statements import run
from gridworker.store.store import Store


def acts_done(store: Store) -> frozenset[str]:
    """Every kind of act that was ever done here."""
    with store.read() as connection:
        return frozenset(row[0] for row in run(connection, "SELECT DISTINCT act FROM audit"))
