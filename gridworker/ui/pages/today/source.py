"""The page Today's questions and acts, put to the open profile. Runs away from the window."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from gridworker.changes import Changes
from gridworker.models.days import Week, plus_days
from gridworker.models.demand_machine import RUNNING
from gridworker.models.limits import Standing
from gridworker.models.planning import plan_item_id
from gridworker.services import duty as duties
from gridworker.services import plan as plans
from gridworker.store.demand_rows import DemandFilter, DemandRow
from gridworker.store.queries import demands, referrals, road, roster, visits
from gridworker.store.queries.day_round import DayRound, day_figures, day_round
from gridworker.store.queries.households import late_count
from gridworker.store.queries.matters import matters
from gridworker.store.queries.week_plan import PlanRow, promised_homes
from gridworker.store.rows import Scope
from gridworker.ui.pages.today.presenter import Beside

#: Promises are shown from so many days ahead.
_AHEAD = 7
_MOST_DEMANDS = 5
_LATE = frozenset((Standing.NEAR, Standing.OVERDUE))
_PRESSING, _SURFACED = DemandFilter(standings=_LATE), DemandFilter(states=frozenset(RUNNING), surfaced=True)


class TodaySource:
    """`store` is the open profile; the window passes it on to queries and services and asks it nothing else."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def today(self) -> str:
        return str(self._store.clock.today())

    def now(self) -> str:
        return demands.now_of(self._store)

    def alone(self) -> bool:
        """Whether this computer is the whole community, so that nothing waits to be sent."""
        return bool(self._store.known.authority == "self")

    def round(self, scope: Scope, limit: int) -> DayRound:
        downwards = plans.capacity(self._store).downwards
        return day_round(self._store, scope, self.today(), limit, downwards=downwards)

    def beside(self, scope: Scope) -> Beside:
        store, today = self._store, self.today()
        counts = road.sync_counts(store)
        return Beside(
            today,
            day_figures(store, scope, today),
            promised_homes(store, scope, plus_days(today, _AHEAD)),
            roster.on_duty(store, scope, today),
            roster.swaps_for_me(store),
            visits.draft_rows(store),
            late_count(store, scope),
            0 if self.alone() else counts.unsent + counts.sending,
            *self._pressing(scope),
            referrals.referrals(store, {grant.node_id for grant in store.grants()}, ("open", "accepted")),
            matters(store, scope),
        )

    def _pressing(self, scope: Scope) -> tuple[tuple[DemandRow, ...], int]:
        """The first demands that were returned twice or come to their limit, and how many there are in all."""
        store = self._store
        returned = demands.demands(store, scope, _SURFACED, limit=_MOST_DEMANDS).rows
        late = demands.demands(store, scope, _PRESSING, limit=_MOST_DEMANDS).rows
        known = {row.id for row in returned}
        rows = (*returned, *(row for row in late if row.id not in known))[:_MOST_DEMANDS]
        both = demands.count(store, scope, replace(_SURFACED, standings=_LATE))
        return rows, demands.count(store, scope, _SURFACED) + demands.count(store, scope, _PRESSING) - both

    def move(self, row: PlanRow, day: str, reason: str = "") -> Changes:
        return plans.move(self._store, row.id, Week.of_day(day), day, reason)

    def move_back(self, row: PlanRow, day: str) -> Changes:
        """Undo `move` of `row` to `day`."""
        there = Week.of_day(day)
        here = Week.of_day(row.planned_on or self.today())
        if plan_item_id(row.home.id, there) == row.id:
            return plans.set_day(self._store, row.id, row.planned_on, row.part)
        return plans.move(self._store, plan_item_id(row.home.id, there), here, row.planned_on)

    def drop(self, row: PlanRow, reason: str) -> Changes:
        return plans.drop(self._store, row.id, reason)

    def reinstate(self, row: PlanRow) -> Changes:
        return plans.reinstate(self._store, row.id)

    def accept_swap(self, duty: roster.DutyRow) -> Changes:
        return duties.accept_swap(self._store, duty.id)

    def decline_swap(self, duty: roster.DutyRow) -> Changes:
        return duties.decline_swap(self._store, duty.id)
