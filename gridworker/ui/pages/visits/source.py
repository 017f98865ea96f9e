"""The visits page's questions and saves, put to the open profile. Runs away from the window."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from gridworker.changes import Changes
from gridworker.models.days import CHINA, Week
from gridworker.models.ids import new_id
from gridworker.services import plan as plans
from gridworker.services import visits as services
from gridworker.services.demands import DemandForm
from gridworker.services.visits import Logged, VisitForm
from gridworker.store.queries import links, shops, visits
from gridworker.store.queries.care import households_with_needs
from gridworker.store.queries.find import find
from gridworker.store.queries.visit_record import visit_record
from gridworker.store.queries.week_plan import week_plan
from gridworker.store.rows import Hit, HitKind, Scope
from gridworker.ui.pages.visits.presenter import Opening, Plan, SavedVisit

_VISITED = (HitKind.HOUSEHOLD, HitKind.RESIDENT, HitKind.SHOP, HitKind.SPOT)


class VisitSource:
    """`store` is the open profile; the window passes it on to queries and services and asks it nothing else."""

    def __init__(self, store: Any) -> None:
        self._store = store

    def today(self) -> str:
        return str(self._store.clock.today())

    def now(self) -> str:
        return str(self._store.clock.moment().strftime("%H:%M"))

    def alone(self) -> bool:
        """Whether this computer is the whole community, so that nothing waits to be sent."""
        return bool(self._store.known.authority == "self")

    def plan(self, scope: Scope) -> Plan:
        week = Week.of_day(self.today())
        due = visits.due_households(self._store, scope)
        downwards = plans.capacity(self._store).downwards
        plan = week_plan(self._store, scope, week, downwards=downwards)
        today = self.today()
        # As on the page Today: today, then what earlier days left, then the days to come, then what has no day.
        rows = sorted(
            (row for row in plan.rows if row.open or (row.state == "done" and row.planned_on == today)),
            key=lambda row: (_turn(row.planned_on, today), row.planned_on or ""),
        )
        planned = {row.home.id for row in plan.rows}
        listed = {row.id for row in due.first} | {row.home.id for row in rows}
        return Plan(
            week=week.number,
            drafts=visits.draft_rows(self._store),
            due=tuple(row for row in due.first if row.id not in planned),
            planned=tuple(rows),
            progress=plan.total,
            with_needs=households_with_needs(self._store, scope) & listed,
            waiting=due.count,
            done=visits.week_visits(self._store, scope, week),
            me=self._store.identity.member_name,
            my_id=(self._store.known.member_id or b"").hex(),
        )

    def find(self, text: str) -> Sequence[Hit]:
        """Whom somebody may have visited: households, people at home there, shops and spots."""
        return [hit for hit in find(self._store, text) if hit.kind in _VISITED]

    def opening(self, household_id: bytes) -> Opening:
        detail = shops.visit_target(self._store, household_id)
        draft, own = self._store.drafts.of_target(household_id), self._store.known.member_id
        linked = links.linked_members(self._store, household_id)
        others = tuple(one for one in linked if one[0] != own)
        mine = len(others) < len(linked)
        if draft is None:
            return Opening(detail, new_id(), linked=others, mine=mine)
        kept = next((row.saved_at for row in visits.draft_rows(self._store) if row.id == draft), 0)
        return Opening(detail, draft, self._store.drafts.body(draft), _clock_time(kept), others, mine)

    def keep(self, draft_id: bytes, household_id: bytes, body: Mapping[str, object]) -> str:
        """Store the draft; returns the time of day it was stored."""
        self._store.drafts.keep(draft_id, household_id, body)
        return self.now()

    def drop(self, draft_id: bytes) -> None:
        self._store.drafts.drop(draft_id)

    def log(self, form: VisitForm, draft_id: bytes, demands: Sequence[DemandForm]) -> Logged:
        return services.log_visit(self._store, form, draft_id=draft_id, demands=demands)

    def visit(self, visit_id: bytes) -> SavedVisit:
        row = visits.visit(self._store, visit_id)
        detail = shops.visit_target(self._store, row.household_id)
        record = visit_record(self._store, visit_id)
        return SavedVisit(row, detail, record, services.may_correct_visit(self._store, visit_id))

    def amend(self, visit_id: bytes, corrections: Mapping[str, str | None], reason: str) -> Changes:
        return services.amend_visit(self._store, visit_id, corrections, reason)

    def void(self, visit_id: bytes, reason: str) -> Changes:
        return services.void_visit(self._store, visit_id, reason)

    def comment(self, visit_id: bytes, text: str) -> Changes:
        return services.comment_visit(self._store, visit_id, text)


def _clock_time(milliseconds: int) -> str:
    return dt.datetime.fromtimestamp(milliseconds / 1000, CHINA).strftime("%H:%M") if milliseconds else ""


def _turn(day: str | None, today: str) -> int:
    if day is None:
        return 3
    return 0 if day == today else 1 if day < today else 2
