"""The history page's questions and its one act, put to the open profile. Runs away from the window."""

from __future__ import annotations

from typing import Any

from gridworker.services.undo import Undone, undo
from gridworker.store.queries import history
from gridworker.store.queries.history import ActEntry


class HistorySource:
    """`store` is the open profile; `reason` is what is kept where taking back asks for one."""

    def __init__(self, store: Any, reason: str) -> None:
        self._store, self._reason = store, reason

    def own(self) -> tuple[ActEntry, ...]:
        return history.own_acts(self._store, 200)

    def of_household(self, household_id: bytes) -> tuple[ActEntry, ...]:
        return history.household_history(self._store, household_id)

    def undo(self, txn: bytes) -> Undone:
        return undo(self._store, txn, self._reason)
