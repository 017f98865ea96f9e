"""P8: the whole report of the present week and of one long past, and the board of visits by micro-grid from the kept
figures, beside the same counts from the visits themselves."""

from __future__ import annotations

import time
from collections.abc import Callable

from benchmarks import prepared
from benchmarks.rounds import Reading, interleaved, percentile
from benchmarks.setting import Setting
from benchmarks.table import MS, Limit, Line, Table
from gridworker.models.days import Clock
from gridworker.models.period import Period
from gridworker.practice.clock import practice_clock
from gridworker.store.day_figures import counted
from gridworker.store.queries import tree
from gridworker.store.queries.summary import summary
from gridworker.store.statements import run as execute
from gridworker.store.store import Store

FLOOR = "bare: the week's visits by micro-grid and outcome, from the visits"
BOARD, EXACT, PAST = (
    "the board: the same from the kept figures",
    "the report of the week",
    "the report of eight weeks before",
)
_TIMES, _BACK = 15, -8
_SCAN = (
    "SELECT unit_at, now_outcome, count(*) FROM visit WHERE deleted = 0 AND now_void = 0 "
    "AND household_id IS NOT NULL AND now_on BETWEEN ? AND ? GROUP BY unit_at, now_outcome"
)


class _Week:
    """One open profile and its present week, for the whole community."""

    def __init__(self, store: Store) -> None:
        self._store, self._scope = store, tree.default_scope(store)
        self._week = Period.of_day("week", store.clock.today())
        with store.read() as connection:
            self.visits = execute(connection, "SELECT count(*) FROM visit").fetchone()[0]
            self.homes = execute(connection, "SELECT count(*) FROM household").fetchone()[0]

    def board(self) -> object:
        with self._store.read() as connection:
            return counted(connection, self._week.first, self._week.last)

    def exact(self) -> object:
        return summary(self._store, self._scope, self._week)

    def past(self) -> object:
        return summary(self._store, self._scope, self._week.shifted(_BACK))

    def scan(self) -> object:
        with self._store.read() as connection:
            return execute(connection, _SCAN, (self._week.first, self._week.last)).fetchall()


def _repeated(work: Callable[[], object]) -> Callable[[], Reading]:
    """The median of some runs after one that warms the pages."""

    def read() -> Reading:
        work()
        times, own = [], []
        for _ in range(_TIMES):
            begun, busy = time.perf_counter(), time.thread_time()
            work()
            own.append(time.thread_time() - busy)
            times.append(time.perf_counter() - begun)
        return Reading(
            percentile(times, 0.5),
            {"p95 ms": percentile(times, 0.95) * 1000, "processor ms": percentile(own, 0.5) * 1000},
        )

    return read


def run(setting: Setting) -> list[Table]:
    folder = setting.copy(prepared.profile_of_visits(setting, setting.size), "report")
    store = Store.open(folder, prepared.PASSPHRASE, practice_clock(Clock()))
    try:
        week = _Week(store)
        rows = {FLOOR: week.scan, BOARD: week.board, EXACT: week.exact, PAST: week.past}
        found = interleaved({name: _repeated(work) for name, work in rows.items()}, setting.rounds)
    finally:
        store.close()
    lines = (
        Line(FLOOR, found[FLOOR]),
        Line(BOARD, found[BOARD], FLOOR, Limit(3, MS)),
        Line(EXACT, found[EXACT], FLOOR, Limit(25, MS)),
        Line(PAST, found[PAST], FLOOR),
    )
    note = f"{week.visits:,} visits to {week.homes:,} households; medians of {_TIMES} warm runs."
    return [Table("P8", "the report of a week", lines, (note,))]
