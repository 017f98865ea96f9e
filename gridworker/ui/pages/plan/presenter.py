"""What the plan page does: which week of which node, and putting proposals into the plan. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from gridworker.changes import Changes
from gridworker.models.days import Week
from gridworker.models.planning import Capacity, Proposal
from gridworker.store.queries.week_plan import PlanRow, WeekPlan
from gridworker.store.rows import HouseholdRow, Scope
from gridworker.ui.pages.presenting import ActingPresenter
from gridworker.ui.pages.running import Run

_CONCERNING = (
    "household",
    "shop",
    "public_spot",
    "visit",
    "visit_amendment",
    "visit_void",
    "plan_item",
    "coverage",
    "area_unit",
    "week_close",
)


@dataclass(frozen=True)
class Planned:
    """A week as it stands: the plan, what is proposed beside it, and how much a micro-grid takes on."""

    plan: WeekPlan
    proposed: tuple[tuple[Proposal, HouseholdRow], ...]
    capacity: Capacity


class Weeks(Protocol):
    """What the page asks of the open profile; `today` is known at once, the rest may take time."""

    def today(self) -> str: ...

    def week(self, scope: Scope, week: Week) -> Planned: ...

    def accept(self, week: Week, proposals: Sequence[Proposal]) -> Changes: ...

    def withdraw(self, item_ids: Sequence[bytes]) -> Changes: ...

    def add(self, scope: Scope, week: Week, door: str) -> Changes: ...

    def keep_capacity(self, capacity: Capacity) -> None: ...

    def move(self, row: PlanRow, day: str, reason: str = "") -> Changes: ...

    def move_back(self, row: PlanRow, day: str) -> Changes: ...

    def drop(self, row: PlanRow, reason: str) -> Changes: ...

    def reinstate(self, row: PlanRow) -> Changes: ...


class PlanView(Protocol):
    """What the presenter tells the page."""

    def show_week(self, week: Week) -> None: ...

    def show_planned(self, planned: Planned) -> None: ...

    def accepted(self, changes: Changes, count: int) -> None: ...

    def records_saved(self, changes: Changes) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class PlanPresenter(ActingPresenter):
    """Only the newest question's answer counts. It begins with the present week."""

    concerning = _CONCERNING

    def __init__(self, source: Weeks, run: Run, view: PlanView) -> None:
        super().__init__(run, view)
        self._source, self._view = source, view
        self.week = Week.of_day(source.today())
        self.planned: Planned | None = None

    def step(self, weeks: int) -> None:
        """Another week: back into the past as far as one likes, half a year ahead."""
        wanted = self.week.shifted(weeks)
        if str(wanted) <= str(Week.of_day(self._source.today()).shifted(26)):
            self.week = wanted
            self.reload()

    def reload(self) -> None:
        """Ask again for what is shown."""
        self.stale = False
        scope, week = self._scope, self.week
        self._view.show_week(week)
        if scope is not None:
            self._run(
                lambda: self._source.week(scope, week), self._shown, self._view.show_error, topic="plan"
            )

    def _shown(self, planned: Planned) -> None:
        self.planned = planned
        self._view.show_planned(planned)

    def accept(self, proposals: Sequence[Proposal]) -> None:
        """Put proposals into the plan."""
        week = self.week
        if not proposals:
            return

        def accepted(changes: Changes) -> None:
            self._view.accepted(changes, len(proposals))
            self._view.records_saved(changes)

        self._run(
            lambda: self._source.accept(week, proposals), accepted, self._view.show_error, lane="serial"
        )

    def accept_all(self) -> None:
        if self.planned is not None:
            self.accept([one for one, _ in self.planned.proposed])

    def withdraw(self, changes: Changes) -> None:
        """Take back what was put into the plan."""
        items = sorted(changes.touched.get("plan_item", ()))
        self.act(lambda: self._source.withdraw(items), lambda: None)

    def keep_capacity(self, capacity: Capacity) -> None:
        """Propose for another capacity from now on."""
        self._run(
            lambda: self._source.keep_capacity(capacity),
            lambda _: self.reload(),
            self._view.show_error,
            lane="serial",
        )
