"""What the roster page does: which node and week, and the acts on the chosen duty. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gridworker.changes import Changes
from gridworker.models.days import Week
from gridworker.models.plan import DUTY_MACHINE
from gridworker.store.queries.roster import DutyRow, Roster
from gridworker.store.rows import Scope
from gridworker.ui.pages.presenting import ActingPresenter
from gridworker.ui.pages.running import Run

_CONCERNING = ("duty", "duty_note", "member", "appointment", "area_unit")


@dataclass(frozen=True)
class Shown:
    """The roster of one node, and the nodes to choose from as (id, name)."""

    roster: Roster
    nodes: tuple[tuple[bytes, str], ...]


class Rosters(Protocol):
    """What the page asks of the open profile; `today` is known at once, the rest may take time."""

    def today(self) -> str: ...

    def roster(self, scope: Scope, node: bytes | None, week: Week) -> Shown: ...

    def assign(self, node: bytes, day: str, part: str, member: bytes) -> Changes: ...

    def ask_swap(self, duty: DutyRow, member: bytes) -> Changes: ...

    def accept_swap(self, duty: DutyRow) -> Changes: ...

    def decline_swap(self, duty: DutyRow) -> Changes: ...

    def hand_over(self, duty: DutyRow, text: str) -> Changes: ...

    def reopen(self, duty: DutyRow) -> Changes: ...

    def cancel(self, duty: DutyRow) -> Changes: ...

    def restore(self, duty: DutyRow) -> Changes: ...


class RosterView(Protocol):
    """What the presenter tells the page."""

    def show_week(self, week: Week) -> None: ...

    def show_roster(self, shown: Shown) -> None: ...

    def records_saved(self, changes: Changes) -> None: ...

    def show_error(self, error: Exception) -> None: ...


def possible(duty: DutyRow | None, *, may_change: bool) -> frozenset[str]:
    """The acts that make sense for the chosen duty: only legal events, and only for whom they are meant."""
    found = {"assign"} if may_change else set()
    if duty is not None and may_change:
        legal = {event.name for event in DUTY_MACHINE.legal(duty.state)}
        found |= legal - {"accept_swap"}
        found |= {"accept_swap"} & legal if duty.asks_me else set()
        found |= {"cancel"}
    return frozenset(found)


class RosterPresenter(ActingPresenter):
    """Only the newest question's answer counts."""

    concerning = _CONCERNING

    def __init__(self, source: Rosters, run: Run, view: RosterView) -> None:
        super().__init__(run, view)
        self._source, self._view = source, view
        self._node: bytes | None = None
        self.week = Week.of_day(source.today())
        self.shown: Shown | None = None

    def show_scope(self, scope: Scope) -> None:
        if scope != self._scope:
            self._node = None
        super().show_scope(scope)

    def choose_node(self, node: bytes) -> None:
        """Another grid, or the community."""
        if node != self._node:
            self._node = node
            self.reload()

    def step(self, weeks: int) -> None:
        """Another week."""
        self.week = self.week.shifted(weeks)
        self.reload()

    def reload(self) -> None:
        """Ask again for what is shown."""
        self.stale = False
        scope, node, week = self._scope, self._node, self.week
        self._view.show_week(week)
        if scope is not None:
            self._run(
                lambda: self._source.roster(scope, node, week),
                self._answered,
                self._view.show_error,
                topic="roster",
            )

    def _answered(self, shown: Shown) -> None:
        self.shown, self._node = shown, shown.roster.area_id
        self._view.show_roster(shown)
