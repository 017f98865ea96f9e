"""What the page Today does: one question for everything it shows, and the acts on the chosen line. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from gridworker.changes import Changes
from gridworker.store.queries.roster import DutyRow
from gridworker.store.queries.week_plan import PlanRow, WeekPlan
from gridworker.store.rows import DraftRow, HouseholdRow, Scope
from gridworker.ui.pages.running import Run

_CONCERNING = (
    "household",
    "shop",
    "public_spot",
    "visit",
    "visit_amendment",
    "visit_void",
    "plan_item",
    "duty",
    "duty_note",
    "coverage",
)


@dataclass(frozen=True)
class Today:
    """Everything the page shows of one day in one scope. `late` households are past their day, `unsent` acts are only
    on this computer (0 where there is no server)."""

    day: str
    plan: WeekPlan
    promised: tuple[HouseholdRow, ...]
    duties: tuple[DutyRow, ...]
    swaps: tuple[DutyRow, ...]
    drafts: tuple[DraftRow, ...]
    late: int
    unsent: int
    attention: int

    @property
    def today_rows(self) -> tuple[PlanRow, ...]:
        """What is planned for today, done or not."""
        return tuple(
            row
            for row in self.plan.rows
            if row.planned_on == self.day and row.state not in ("moved", "dropped")
        )

    @property
    def left_over(self) -> tuple[PlanRow, ...]:
        """What earlier days of the week, or none, left open."""
        return tuple(row for row in self.plan.rows if row.open and (row.planned_on or "") < self.day)

    @property
    def later(self) -> tuple[PlanRow, ...]:
        """What the rest of the week holds."""
        return tuple(row for row in self.plan.rows if row.open and (row.planned_on or "") > self.day)


class Days(Protocol):
    """What the page asks of the open profile; `today` is known at once, the rest may take time."""

    def today(self) -> str: ...

    def alone(self) -> bool: ...

    def day(self, scope: Scope) -> Today: ...

    def move(self, row: PlanRow, day: str) -> Changes: ...

    def move_back(self, row: PlanRow, day: str) -> Changes: ...

    def drop(self, row: PlanRow, reason: str) -> Changes: ...

    def reinstate(self, row: PlanRow) -> Changes: ...

    def accept_swap(self, duty: DutyRow) -> Changes: ...

    def decline_swap(self, duty: DutyRow) -> Changes: ...


class TodayView(Protocol):
    """What the presenter tells the page."""

    def show_day(self, today: Today) -> None: ...

    def records_saved(self, changes: Changes) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class TodayPresenter:
    """Only the newest question's answer counts."""

    def __init__(self, source: Days, run: Run, view: TodayView) -> None:
        self._source, self._run, self._view = source, run, view
        self._scope: Scope | None = None
        self.stale = False

    @property
    def scope(self) -> Scope | None:
        return self._scope

    def show_scope(self, scope: Scope) -> None:
        if scope == self._scope and not self.stale:
            return
        self._scope = scope
        self.reload()

    def reload(self) -> None:
        """Ask again for what is shown."""
        self.stale = False
        scope = self._scope
        if scope is not None:
            self._run(
                lambda: self._source.day(scope), self._view.show_day, self._view.show_error, topic="today"
            )

    def records_changed(self, changes: Changes, *, visible: bool) -> None:
        if not changes.concerns(*_CONCERNING):
            return
        if visible:
            self.reload()
        else:
            self.stale = True

    def act(
        self,
        work: Callable[[], Changes],
        done: Callable[[], None],
        failed: Callable[[Exception], None] | None = None,
    ) -> None:
        """Carry out one act; its changes go to every page."""

        def saved(changes: Changes) -> None:
            done()
            self._view.records_saved(changes)

        self._run(work, saved, failed or self._view.show_error, lane="serial")
