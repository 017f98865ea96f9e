"""The plan page's questions and acts, put to the open profile. Runs away from the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from gridworker.changes import Changes
from gridworker.errors import FieldInvalid
from gridworker.models.days import Week
from gridworker.models.planning import Capacity, Proposal
from gridworker.services import plan as plans
from gridworker.store.queries.round_places import places_named, rows_of_targets
from gridworker.store.queries.week_plan import doors_named, week_plan
from gridworker.store.rows import Scope
from gridworker.ui.pages.plan.presenter import Planned
from gridworker.ui.pages.today.source import TodaySource


class PlanSource(TodaySource):
    """`store` is the open profile; what is done to a line is done as on the page Today."""

    def __init__(self, store: Any) -> None:
        super().__init__(store)

    def week(self, scope: Scope, week: Week) -> Planned:
        """The week's plan with proposals, as far as the week is not over."""
        store, capacity = self._store, plans.capacity(self._store)
        plan = week_plan(store, scope, week, downwards=capacity.downwards)
        over = week.last < self.today()
        proposed = () if over else plans.proposal(store, scope, week)
        homes = rows_of_targets(store, [(one.target, one.household_id) for one in proposed])
        pairs = tuple((one, homes[one.household_id]) for one in proposed if one.household_id in homes)
        return Planned(plan, pairs, capacity)

    def accept(self, week: Week, proposals: Sequence[Proposal]) -> Changes:
        return plans.accept(self._store, week, proposals)

    def withdraw(self, item_ids: Sequence[bytes]) -> Changes:
        return plans.withdraw(self._store, item_ids)

    def add(self, scope: Scope, week: Week, door: str) -> Changes:
        """Plan the household behind a door of the scope, or a shop or spot of this name. Raises FieldInvalid where none
        or several have it."""
        found = doors_named(self._store, scope, door) or places_named(self._store, scope, door)
        if len(found) != 1:
            reason = "door_ambiguous" if found else "door_unknown"
            raise FieldInvalid(entity="plan_item", record=door, field="household_id", reason=reason)
        return plans.add(self._store, (found[0].id,), week)

    def keep_capacity(self, capacity: Capacity) -> None:
        plans.keep_capacity(self._store, capacity)
