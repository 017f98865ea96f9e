"""P9: households not visited for thirty days, first fifty and count, and any page of the list, in a grown file."""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from typing import Any

from benchmarks import prepared
from benchmarks.rounds import Reading, interleaved, percentile
from benchmarks.setting import Setting
from benchmarks.table import MS, Limit, Line, Table
from gridworker.models.days import Clock
from gridworker.practice.clock import practice_clock
from gridworker.store.queries import households, tree
from gridworker.store.queries.unvisited import Unvisited, day_before, unvisited
from gridworker.store.store import Store

FLOOR = "bare statements on a table of (id, day): first 50 and count"
OURS, DEEP, IDS = (
    "not visited for 30 days: first 50 and count",
    "a page of 50 at any depth",
    "the whole id array",
)
_DAYS, _PAGE, _TIMES = 30, 50, 40


def _repeated(work: Callable[[], object]) -> Reading:
    """The median of many runs, as one reading: a single one is shorter than the clock's own noise."""
    times = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return Reading(percentile(times, 0.5), {"p95 ms": percentile(times, 0.95) * 1000})


class _Lists:
    """One open profile, its whole community in scope."""

    def __init__(self, store: Store) -> None:
        self._store, self._chance = store, random.Random(9)
        self._scope = tree.default_scope(store)
        self.ids = households.household_ids(store, self._scope)
        with store.database.write() as connection:
            self._raw: Any = connection.connection.driver_connection
            self._raw.execute(
                "CREATE TEMP TABLE bare AS SELECT household_id, last_visit_on FROM household_stat"
            )
            self._raw.execute("CREATE INDEX temp.bare_day ON bare (last_visit_on, household_id)")
        self.waiting = self._wanted().count

    def _wanted(self) -> Unvisited:
        return unvisited(self._store, self._scope, _DAYS, _PAGE)

    def ours(self) -> Reading:
        return _repeated(self._wanted)

    def page(self) -> Reading:
        def work() -> None:
            start = self._chance.randrange(max(1, len(self.ids) - _PAGE))
            rows = households.household_rows(self._store, self.ids[start : start + _PAGE])
            assert len(rows) == min(_PAGE, len(self.ids))

        return _repeated(work)

    def array(self) -> Reading:
        begun = time.perf_counter()
        households.household_ids(self._store, self._scope)
        return Reading(time.perf_counter() - begun)

    def floor(self) -> Reading:
        before = day_before(self._store, _DAYS)

        def work() -> None:
            where = "FROM bare WHERE last_visit_on < ?"
            self._raw.execute(
                f"SELECT household_id {where} ORDER BY last_visit_on, household_id LIMIT {_PAGE}", (before,)
            ).fetchall()
            self._raw.execute(f"SELECT count(*) {where}", (before,)).fetchone()

        return _repeated(work)


def run(setting: Setting) -> list[Table]:
    folder = setting.copy(prepared.profile_of_visits(setting, setting.size), "lists")
    store = Store.open(folder, prepared.PASSPHRASE)
    store.use_clock(practice_clock(Clock()))
    try:
        lists = _Lists(store)
        rows = {FLOOR: lists.floor, OURS: lists.ours, DEEP: lists.page, IDS: lists.array}
        found = interleaved(rows, setting.rounds)
    finally:
        store.close()
    lines = (
        Line(FLOOR, found[FLOOR]),
        Line(OURS, found[OURS], FLOOR, Limit(3, MS)),
        Line(DEEP, found[DEEP], FLOOR, Limit(1, MS)),
        Line(IDS, found[IDS], FLOOR),
    )
    waiting = f"{lists.waiting:,} of them not visited for {_DAYS} days"
    note = f"{len(lists.ids):,} households, {waiting}; medians of {_TIMES}."
    return [Table("P9", "lists of households", lines, (note,))]
