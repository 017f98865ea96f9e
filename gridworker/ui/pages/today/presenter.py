"""What the page Today does: a question for the round, then one for what stands beside it, and the acts on the chosen
line. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gridworker.changes import Changes
from gridworker.store.demand_rows import DemandRow
from gridworker.store.queries.day_round import DayFigures, DayRound
from gridworker.store.queries.matters import Matter
from gridworker.store.queries.referrals import ReferralRow
from gridworker.store.queries.roster import DutyRow
from gridworker.store.queries.week_plan import PlanRow
from gridworker.store.rows import DraftRow, HouseholdRow, Scope
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
    "duty",
    "duty_note",
    "coverage",
    "demand",
    "referral",
    "meeting",
    "resolution",
    "resource_promise",
    "task",
    "task_claim",
    "need",
    "project_need",
    "issue_need",
)


#: So many lines are read at first; each time more are wanted, so many times as many.
FIRST_LINES, _GROWTH = 120, 4


@dataclass(frozen=True)
class Beside:
    """What stands beside the round of a day in one scope. `late` households are past their day, `unsent` acts are only
    on this computer (0 where there is no server). `demands` are the first of those returned twice, near their limit or
    past it, `demands_pressing` how many there are; `referrals` wait for this account's units; `matters` of the lists
    and of deliberation fall into these days."""

    day: str
    figures: DayFigures
    promised: tuple[HouseholdRow, ...]
    duties: tuple[DutyRow, ...]
    swaps: tuple[DutyRow, ...]
    drafts: tuple[DraftRow, ...]
    late: int
    unsent: int
    demands: tuple[DemandRow, ...] = ()
    demands_pressing: int = 0
    referrals: tuple[ReferralRow, ...] = ()
    matters: tuple[Matter, ...] = ()


class Days(Protocol):
    """What the page asks of the open profile; `today` is known at once, the rest may take time."""

    def today(self) -> str: ...

    def now(self) -> str: ...

    def alone(self) -> bool: ...

    def round(self, scope: Scope, limit: int) -> DayRound: ...

    def beside(self, scope: Scope) -> Beside: ...

    def move(self, row: PlanRow, day: str, reason: str = "") -> Changes: ...

    def move_back(self, row: PlanRow, day: str) -> Changes: ...

    def drop(self, row: PlanRow, reason: str) -> Changes: ...

    def reinstate(self, row: PlanRow) -> Changes: ...

    def accept_swap(self, duty: DutyRow) -> Changes: ...

    def decline_swap(self, duty: DutyRow) -> Changes: ...


class TodayView(Protocol):
    """What the presenter tells the page."""

    def show_round(self, found: DayRound) -> None: ...

    def show_beside(self, beside: Beside) -> None: ...

    def records_saved(self, changes: Changes) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class TodayPresenter(ActingPresenter):
    """Only the newest question's answer counts."""

    concerning = _CONCERNING

    def __init__(self, source: Days, run: Run, view: TodayView) -> None:
        super().__init__(run, view)
        self._source, self._view = source, view
        self._limit = FIRST_LINES

    def show_scope(self, scope: Scope) -> None:
        if scope != self._scope:
            self._limit = FIRST_LINES
        super().show_scope(scope)

    def more(self) -> None:
        """Read more lines of the round."""
        self._limit *= _GROWTH
        self.reload()

    def reload(self) -> None:
        """Ask again for what is shown: the round first, the rest when it stands there."""
        self.stale = False
        scope, limit = self._scope, self._limit
        if scope is None:
            return

        def shown(found: DayRound) -> None:
            self._view.show_round(found)
            self._run(
                lambda: self._source.beside(scope),
                self._view.show_beside,
                self._view.show_error,
                topic="today.beside",
            )

        self._run(lambda: self._source.round(scope, limit), shown, self._view.show_error, topic="today")
