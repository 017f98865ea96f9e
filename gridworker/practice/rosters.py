"""Duty rosters of the weeks round the practice day: the committee for the community, its people for each grid."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, Value
from gridworker.practice.clock import PRACTICE_NOW
from gridworker.practice.places import Layout
from gridworker.practice.posts import Posts
from gridworker.practice.seeded import DAY, HOUR, SeededIds, create, milliseconds, source, texts

_WEEKS_BACK, _WORKING_DAYS = 1, 5
_NOTED = 0.06


class _Office:
    """Writes the rosters; each past duty was handed over, now and then with a note."""

    def __init__(self, seed: int, layout: Layout, posts: Posts) -> None:
        self._chance = source(seed, "rosters")
        self._layout, self._posts = layout, posts
        self._today = PRACTICE_NOW.date()
        self._monday = self._today - dt.timedelta(days=self._today.weekday() + 7 * _WEEKS_BACK)
        self._ids = SeededIds(self._chance, milliseconds(self._monday - dt.timedelta(days=3)) + 17 * HOUR)
        self._notes: list[str] = texts("visits")["duty_notes"]

    def drafts(self) -> Iterator[Draft]:
        made: list[tuple[bytes, dt.date, bytes]] = []
        for draft in self._planned():
            yield draft
            day, member = draft.set["duty_on"], draft.set["member_id"]
            assert isinstance(day, str) and isinstance(member, bytes)
            made.append((draft.record, dt.date.fromisoformat(day), member))
        for duty, on, who in made:
            if on < self._today:
                yield from self._handed_over(duty, on, who)

    def _planned(self) -> Iterator[Draft]:
        committee = [member for login, member in self._posts.logins.items() if login.startswith("liangwei")]
        turn = 0
        for week in range(_WEEKS_BACK + 2):
            for number in range(_WORKING_DAYS):
                day = self._monday + dt.timedelta(days=7 * week + number)
                for part in ("morning", "afternoon"):
                    yield self._duty(self._layout.community_id, day, part, committee[turn % len(committee)])
                    turn += 1
                for grid, area in enumerate(self._layout.grids):
                    pair = (self._posts.grid_workers[grid], self._posts.grid_leaders[grid])
                    yield self._duty(area, day, "day", pair[(week + number + grid) % 2])

    def _duty(self, area: bytes, day: dt.date, part: str, member: bytes) -> Draft:
        values: dict[str, Value] = {"area_unit_id": area, "duty_on": day.isoformat(), "part": part}
        values["member_id"] = member
        return create("duty", self._ids.next(), values)

    def _handed_over(self, duty: bytes, day: dt.date, member: bytes) -> Iterator[Draft]:
        if self._chance.random() < _NOTED:
            text = self._notes[int(self._chance.random() * len(self._notes))]
            values: dict[str, Value] = {"duty_id": duty, "member_id": member, "text": text}
            yield create("duty_note", self._ids.aside(milliseconds(day) + DAY * 17 // 24), values)
        yield Draft("duty", duty, OpKind.EVENT, {EVENT: "hand_over"}, {"state": "planned"})


def roster_drafts(seed: int, layout: Layout, posts: Posts) -> Iterator[Draft]:
    """The rosters of last week, this week and the next one."""
    yield from _Office(seed, layout, posts).drafts()
