"""The left column of the visits page: the week, how far it has come, and who is next."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget

from gridworker.ui.pages.visits.needs_filter import NeedsFilter
from gridworker.ui.pages.visits.plan_list import PlanList, plan_items
from gridworker.ui.pages.visits.presenter import Plan
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.wording import Wording


class PlanCard(Card):
    """`show_needs(only)` is asked where the list is limited to who asked for a service."""

    def __init__(self, theme: Theme, wording: Wording, show_needs: Callable[[bool], None]) -> None:
        super().__init__(theme, flush=True)
        self._wording = wording
        self.list = PlanList(theme, wording)
        self.needs = NeedsFilter(theme, wording, show_needs)
        self.header = CardHeader(theme, wording("visit.plan"), controls=[self.needs])
        self.add_header(self.header)
        self._lists = QStackedWidget()
        self._lists.addWidget(self.list)
        self._lists.addWidget(EmptyState(theme, "check", wording("visit.nobody_waits")))
        self.body.addWidget(self._lists)

    @property
    def is_empty(self) -> bool:
        """Whether it is known that nobody waits and nothing was begun or done."""
        return self._lists.currentIndex() == 1

    def show_plan(self, plan: Plan, today: str) -> None:
        """The lines of the week and its figures."""
        wording, part = self._wording, plan.progress
        self.needs.show_count(len(plan.with_needs))
        self.list.show_items(plan_items(plan, wording, today))
        self._lists.setCurrentIndex(0 if self.list.items else 1)
        self.header.title.setText(wording("visit.week", number=plan.week))
        done = wording("visit.done_count", count=sum(not row.void for row in plan.done))
        facts = wording("visit.plan_count", done=part.done, planned=part.planned) if part.planned else done
        self.header.facts.show_facts((facts,))
