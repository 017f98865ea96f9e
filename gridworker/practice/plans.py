"""The plans of the last weeks and of the next one: what was to be visited, and what became of it. The rounds come from
rounds.py; nothing here changes a visit."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gridworker.models.days import Week
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.planning import SLOTS, plan_item_id
from gridworker.practice.homes import Home
from gridworker.practice.logbook import Round
from gridworker.practice.seeded import create, source

#: So many weeks up to the practice day have a plan; the week after them too.
PLANNED_WEEKS = 2
_UNPLANNED = 0.1
#: Of the week to come only a part is planned yet, so that there is something left to plan.
_NOT_PLANNED_YET = 0.55
_NOON, _EVENING = 12 * 60, 18 * 60


@dataclass
class _Past:
    """What is known of a household when a week is planned."""

    met_on: dt.date | None = None
    tried_on: dt.date | None = None
    tries: int = 0


@dataclass
class PlanBook:
    """Collects plans while the season goes on; `drafts` gives them at its end, each item before its event."""

    seed: int
    _past: dict[bytes, _Past] = field(default_factory=dict)
    _items: dict[bytes, dict[str, Value]] = field(default_factory=dict)
    _ends: dict[bytes, tuple[str, bytes]] = field(default_factory=dict)
    _homes: dict[bytes, Home] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._chance = source(self.seed, "plans").random

    def visited(self, one: Round, day: dt.date, outcome: str, visit_id: bytes) -> None:
        """A visit was made: its plan item ends, if there is one in that week."""
        past = self._past.setdefault(one.home.id, _Past())
        past.tried_on = day
        if outcome == "met":
            past.met_on, past.tries = day, 0
        else:
            past.tries += 1
        item = plan_item_id(one.home.id, Week.of_day(day.isoformat()))
        if item in self._items:
            self._ends[item] = ("miss" if outcome in ("absent", "rescheduled") else "finish", visit_id)

    def plan(self, monday: dt.date, rounds: Sequence[Round], *, coming: bool = False) -> None:
        """Put the rounds of a week into its plan, before any of them is made. Some visits nobody had planned."""
        week = Week.of_day(monday.isoformat())
        for one in rounds:
            unplanned = self._chance() < (_NOT_PLANNED_YET if coming else _UNPLANNED)
            if unplanned and not one.promised:
                continue
            day = monday + dt.timedelta(days=one.start // 1440)
            reason, on = self._reason(one, monday, day)
            minutes = one.start % 1440
            part = "morning" if minutes < _NOON else "afternoon" if minutes < _EVENING else "evening"
            item = plan_item_id(one.home.id, week)
            if coming and not one.promised:
                day, part = self._as_they_like(one.home, monday, day, part)
            self._homes[item] = one.home
            values: dict[str, Value] = {"household_id": one.home.id, "week": str(week)}
            values |= {"reason": reason, "reason_on": on.isoformat() if on else None}
            self._items.setdefault(item, values | {"planned_on": day.isoformat(), "part": part})

    def _as_they_like(self, home: Home, monday: dt.date, day: dt.date, part: str) -> tuple[dt.date, str]:
        """A day and part of the day at the time the household prefers: the one given if it suits."""
        days, parts = SLOTS[home.preferred_time]
        if (day - monday).days not in days:
            day = monday + dt.timedelta(days=days[int(self._chance() * len(days))])
        return day, part if part in parts else parts[0]

    def _reason(self, one: Round, monday: dt.date, day: dt.date) -> tuple[str, dt.date | None]:
        past = self._past.get(one.home.id, _Past())
        if one.promised:
            return "promised", day
        if past.met_on is not None and not past.tries:
            due = past.met_on + dt.timedelta(days=one.home.interval)
            if due < monday:
                return "overdue", due
            return ("due", due) if due <= monday + dt.timedelta(days=6) else ("by_hand", monday)
        return ("absent_again", past.tried_on) if past.tries else ("never_met", None)

    def drafts(self) -> Iterator[Draft]:
        """Every item, then what ended it."""
        for item, values in self._items.items():
            part = values["part"]
            parts = SLOTS[self._homes[item].preferred_time][1]
            if item not in self._ends and part not in parts:  # what is still to come is for when it suits
                values = {**values, "part": parts[0]}
            yield create("plan_item", item, values)
        for item, (event, visit_id) in self._ends.items():
            yield Draft(
                "plan_item", item, OpKind.EVENT, {EVENT: event, "visit_id": visit_id}, {"state": "planned"}
            )
