"""Half a year of visits: which leader goes out when, to whom, and what is promised for later. The words of each
visit come from logbook.py."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from random import Random

from gridworker.models.op import Draft
from gridworker.practice.clock import PRACTICE_NOW
from gridworker.practice.homes import Home
from gridworker.practice.logbook import Logbook, Round
from gridworker.practice.places import Layout
from gridworker.practice.plans import PLANNED_WEEKS, PlanBook
from gridworker.practice.posts import Posts
from gridworker.practice.seeded import DAY, MINUTE, Calendar, milliseconds, source
from gridworker.practice.size import Size, shares

_MORNING, _AFTERNOON, _EVENING = range(3)
#: (day from Monday, part) with its share in per cent: working hours 55, evenings and weekends 45.
_SLOTS: dict[tuple[int, int], float] = {
    **{(day, part): 5.5 for day in range(5) for part in (_MORNING, _AFTERNOON)},
    **{(day, _EVENING): 4 for day in range(5)},
    **{(5, part): 7 for part in (_MORNING, _AFTERNOON)},
    **{(6, part): 5.5 for part in (_MORNING, _AFTERNOON)},
}
_EARLIEST = {_MORNING: 8 * 60 + 10, _AFTERNOON: 14 * 60, _EVENING: 18 * 60 + 10}
_SPREAD = {_MORNING: 165, _AFTERNOON: 170, _EVENING: 95}
_TRIES = 8
#: In one go a leader visits up to this many households of a stairwell.
_IN_ONE_GO = 3
#: Neighbouring doors in the order of a leader's beat.
_BLOCK = 4
_KEPT_PROMISES = 0.85
_RETRIED = 0.9


@dataclass(frozen=True, slots=True)
class _Promise:
    """A household to be visited again; `day` (0 = Monday) if it was told one, `follow_up` if something was taken
    along for it."""

    home: Home
    day: int | None
    follow_up: bool


@dataclass
class _Beat:
    """What one micro-grid's leader has before him: households not tried yet, and those to come back to by week."""

    index: int
    homes: list[Home]
    fresh: list[Home] = field(default_factory=list)
    later: dict[int, list[_Promise]] = field(default_factory=dict)

    def next_fresh(self, chance: Random) -> Home:
        """The next household, floor by floor in an order of its own; all over again once everyone was tried."""
        if not self.fresh:
            blocks = [self.homes[start : start + _BLOCK] for start in range(0, len(self.homes), _BLOCK)]
            chance.shuffle(blocks)
            self.fresh = [home for block in reversed(blocks) for home in reversed(block)]
        return self.fresh.pop()

    def come_back(self, week: int, home: Home, day: int | None = None, *, follow_up: bool = False) -> None:
        self.later.setdefault(week, []).append(_Promise(home, day, follow_up))


class _Season:
    """Plans week after week and hands each visit, in the order of time, to the logbook."""

    def __init__(self, seed: int, size: Size, homes: Sequence[list[Home]], logbook: Logbook) -> None:
        self._size, self._logbook, self._book = size, logbook, PlanBook(seed)
        self._chance = source(seed, "rounds")
        self._first = Calendar(size.weeks).first
        self._beats = [_Beat(index, list(found)) for index, found in enumerate(homes)]

    def drafts(self) -> Iterator[Draft]:
        end = int(PRACTICE_NOW.timestamp() * 1000)
        weights = [len(beat.homes) for beat in self._beats]
        for week in range(self._size.weeks):
            monday = self._first + dt.timedelta(days=7 * week)
            rounds = self._rounds(week, weights)
            if week >= self._size.weeks - PLANNED_WEEKS:
                self._book.plan(monday, rounds)
            midnight = milliseconds(monday)
            for one in rounds:
                if midnight + (one.start + one.minutes) * MINUTE <= end:
                    yield from self._visit(one, week, monday, midnight)
        coming = self._first + dt.timedelta(days=7 * self._size.weeks)
        self._book.plan(coming, self._rounds(self._size.weeks, weights), coming=True)
        yield from self._book.drafts()

    def _rounds(self, week: int, weights: Sequence[int]) -> list[Round]:
        """Everybody's visits of a week, in the order of time."""
        quotas = shares(self._size.attempts_per_week, weights, self._chance.random())
        rounds = [
            one
            for beat, quota in zip(self._beats, quotas, strict=True)
            if beat.homes
            for one in self._plan(beat, week, quota)
        ]
        rounds.sort(key=lambda one: (one.start + one.minutes, one.micro_grid))
        return rounds

    def _plan(self, beat: _Beat, week: int, quota: int) -> Iterator[Round]:
        """One leader's visits of a week: promised days first, then goes to a few neighbours."""
        taken: set[tuple[int, int]] = set()
        free: list[tuple[Home, bool]] = []
        for promise in beat.later.pop(week, []):
            if quota == 0 or (promise.day is not None and self._chance.random() > _KEPT_PROMISES):
                beat.come_back(week + 1, promise.home, follow_up=promise.follow_up)
                continue
            quota -= 1
            if promise.day is None:
                free.append((promise.home, promise.follow_up))
            else:
                go = [(promise.home, promise.follow_up)]
                yield from self._go(beat, go, self._slot(taken, promise.day), promised=True)
        while quota:
            together = min(quota, _IN_ONE_GO)
            quota -= together
            go = [(beat.next_fresh(self._chance), False) for _ in range(together)]
            yield from self._go(beat, go, self._slot(taken))
        for one in free:
            yield from self._go(beat, [one], self._slot(taken))

    def _slot(self, taken: set[tuple[int, int]], day: int | None = None) -> tuple[int, int]:
        """A part of the week (or of `day`) in which this leader is not out already, if one is found soon."""
        slots = [slot for slot in _SLOTS if day is None or slot[0] == day]
        for slot in self._chance.choices(slots, [_SLOTS[slot] for slot in slots], k=_TRIES):
            if slot not in taken:
                break
        taken.add(slot)
        return slot

    def _go(
        self, beat: _Beat, homes: list[tuple[Home, bool]], slot: tuple[int, int], *, promised: bool = False
    ) -> Iterator[Round]:
        """Visits one after the other; `start` counts minutes from Monday's midnight."""
        chance, (day, part) = self._chance.random, slot
        clock = _EARLIEST[part] + int(chance() * _SPREAD[part])
        for home, follow_up in homes:
            minutes = 8 + int(chance() * 8)
            yield Round(beat.index, home, day * 1440 + clock, minutes, follow_up, promised)
            clock += minutes + 2 + int(chance() * 5)

    def _visit(self, one: Round, week: int, monday: dt.date, midnight: int) -> Iterator[Draft]:
        outcome, promised = self._logbook.decide(one)
        beat, chance = self._beats[one.micro_grid], self._chance.random
        next_on = None
        if promised:
            # "Next week" is what people say at the door: the next Monday or one of the days after.
            ahead = 7 + int(chance() * 10)
            beat.come_back(week + ahead // 7, one.home, ahead % 7, follow_up=outcome == "met")
            next_on = (monday + dt.timedelta(days=ahead)).isoformat()
        elif outcome == "absent" and chance() < _RETRIED:
            beat.come_back(week + 1 + int(chance() * 4), one.home)
        elif outcome == "met" and one.home.interval < 100 and chance() < 0.4:
            beat.come_back(week + one.home.interval // 7, one.home)
        day = one.start // 1440
        on = monday + dt.timedelta(days=day)
        for draft in self._logbook.write(one, outcome, on, midnight + day * DAY, next_on):
            if draft.entity == "visit":
                self._book.visited(one, on, outcome, draft.record)
            yield draft


def visit_drafts(
    seed: int, size: Size, layout: Layout, posts: Posts, homes: Sequence[list[Home]]
) -> Iterator[Draft]:
    """The visits of `size.weeks` weeks up to the practice clock, each with its visitor and what was added later."""
    yield from _Season(seed, size, homes, Logbook(seed, size, layout, posts)).drafts()
