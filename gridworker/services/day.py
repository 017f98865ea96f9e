"""What begins with a day where nobody asks for it."""

from __future__ import annotations

from gridworker.changes import Changes
from gridworker.store.due_plans import carry_out_due
from gridworker.store.store import Store


def begin_the_day(store: Store) -> Changes:
    """Carry out what was planned for today or earlier; does nothing under a server, which does it itself."""
    return carry_out_due(store) if store.known.authority == "self" else Changes()
