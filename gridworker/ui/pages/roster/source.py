"""The roster page's questions and acts, put to the open profile. Runs away from the window."""

from __future__ import annotations

from typing import Any

from gridworker.changes import Changes
from gridworker.models.days import Week
from gridworker.services import duty as duties
from gridworker.store.queries import roster
from gridworker.store.queries.roster import DutyRow
from gridworker.store.rows import Scope
from gridworker.ui.pages.roster.presenter import Shown


class RosterSource:
    """`store` is the open profile; the window passes it on to queries and services and asks it nothing else."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def today(self) -> str:
        return str(self._store.clock.today())

    def roster(self, scope: Scope, node: bytes | None, week: Week) -> Shown:
        """The roster of `node`, else of the node nearest to the scope."""
        nodes = roster.roster_nodes(self._store, scope)
        known = {each for each, _ in nodes}
        grids = len(nodes) - 1
        nearest = nodes[0][0] if grids == 1 else nodes[-1][0]
        return Shown(roster.roster(self._store, node if node in known else nearest, week), nodes)

    def assign(self, node: bytes, day: str, part: str, member: bytes) -> Changes:
        return duties.assign(self._store, node, day, part, member)

    def ask_swap(self, duty: DutyRow, member: bytes) -> Changes:
        return duties.ask_swap(self._store, duty.id, member)

    def accept_swap(self, duty: DutyRow) -> Changes:
        return duties.accept_swap(self._store, duty.id)

    def decline_swap(self, duty: DutyRow) -> Changes:
        return duties.decline_swap(self._store, duty.id)

    def hand_over(self, duty: DutyRow, text: str) -> Changes:
        return duties.hand_over(self._store, duty.id, text)

    def reopen(self, duty: DutyRow) -> Changes:
        return duties.reopen(self._store, duty.id)

    def cancel(self, duty: DutyRow) -> Changes:
        return duties.cancel(self._store, duty.id)

    def restore(self, duty: DutyRow) -> Changes:
        return duties.restore(self._store, duty.id)
