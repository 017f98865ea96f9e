"""The demands of a report as counts, from the kept days of each demand: the same figures as its log gives, which
`report_demands` tells one by one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from operator import add
from typing import Any

from gridworker.models.days import plus_days
from gridworker.store.connection import Connection
from gridworker.store.queries.report_demands import FIGURES, IN_GRID, Window
from gridworker.store.queries.report_ground import Ground
from gridworker.store.queries.report_visits import narrowed
from gridworker.store.report_rows import DemandFigures
from gridworker.store.statements import run

_CLOSED = "s.closed_on >= :first"
_SAID = "s.revisited_on >= :first AND s.satisfaction IS NOT NULL"
_LEVELS = ", ".join(f"'{level}'" for level in IN_GRID)
_OVERDUE = "(s.running AND s.due_at <> '' AND s.due_at < :now)"
_DUE = "s.taken_in AND s.due_at >= :first AND s.due_at < :now"
#: Figure → when a demand `s`, as it stood at the end of a window, counts in it.
_COUNTS = {
    "carried": "0",  # by how it stood when the window began
    "registered": "s.reported_on >= :first",
    "accepted": "s.accepted_on >= :first",
    "same_day": "s.same_day AND s.reported_on >= :first",
    "closed": _CLOSED,
    "open": "s.open",
    "overdue": _OVERDUE,
    "revisited": _SAID,
    # first what holds for the fewest
    **{
        name: f"s.satisfaction = '{name}' AND s.revisited_on >= :first"
        for name in ("satisfied", "basic", "unsatisfied")
    },
    "closed_in_time": f"s.in_time AND {_CLOSED}",
    "closed_in_grid": f"s.solve_level IN ({_LEVELS}) AND {_CLOSED}",
    "closed_at_station": f"s.solve_level = 'station' AND {_CLOSED}",
    "contacted_in_time": "s.contacted_in_time AND s.accepted_on >= :first",
    "due": _DUE,
    "due_closed": f"{_DUE} AND s.closed_on IS NOT NULL",
}
#: On an earlier day than the first nothing happened in the window: only what is open, or due, can count.
_STILL = ("open", "overdue", "due", "due_closed")


def _counting(which: Iterable[str]) -> str:
    """SQL of all FIGURES, of which only those of `which` are counted."""
    return ", ".join(f"count(*) FILTER (WHERE {_COUNTS[name]})" if name in which else "0" for name in FIGURES)


_SUMS, _STILL_SUMS = _counting(FIGURES), _counting(_STILL)
_CARRIED = ", ".join("count(*)" if name == "carried" else "0" for name in FIGURES)
#: How a demand stood at the end of a window: on its last day in it, if something happened to it then …
_MOVED = "s.day >= :first AND s.day < :end AND +s.until >= :end"
#: The same of many days: by what is in force at their end.
_MOVED_LONG = "+s.day >= :first AND +s.day < :end AND s.open IN (0, 1) AND s.until >= :end"
#: … else what is open still counts, and what ended before its limit ran out in the window.
_LEFT = "s.open = 1 AND s.until >= :end AND s.day < :first"
_ENDED = "+s.open = 0 AND s.until >= :end AND s.day < :first AND s.due_at >= :first AND s.due_at < :now"
_OPEN_BEFORE = "s.open = 1 AND s.until >= :first AND s.day < :first"
#: Demands themselves that were registered in the window, those of them that have days.
_BEGUN = "s.reported_at >= :first AND s.reported_at < :end AND s.deleted = 0"
#: A window of so many days has fewer steps than there are demands.
_FEW = 60
_NOTHING = (0,) * len(FIGURES)


class Standing:
    """The demands of a ground, counted over windows of days."""

    def __init__(self, connection: Connection, ground: Ground) -> None:
        self._connection = connection
        self._mine = f"s.unit_at {ground.at_nodes}{narrowed(ground, 's.household_id')}"

    def _rows(
        self, columns: str, where: str, days: Window, more: str = "", table: str = "demand_day s"
    ) -> Iterable[tuple[Any, ...]]:
        """Rows of these columns at the nodes of the ground."""
        sql = f"SELECT {columns} FROM {table} WHERE {where} AND {self._mine} {more}"
        found: Iterable[tuple[Any, ...]] = run(
            self._connection, sql, {"first": days.first, "end": days.end, "now": days.now}
        )
        return found

    def figures(self, days: Window, by: str) -> dict[Any, DemandFigures]:
        """The figures of a window by the column `by`: unit_at, category or source."""
        return self._summed(days, f"s.{by}", f"GROUP BY s.{by}")

    def total(self, days: Window) -> DemandFigures:
        """The figures of a window for the whole ground."""
        return self._summed(days, "''", "").get("", DemandFigures())

    def _summed(self, days: Window, key: str, grouped: str) -> dict[Any, DemandFigures]:
        found: dict[Any, list[int]] = {}
        sets = ((_moved(days), _SUMS), (_LEFT, _STILL_SUMS), (_ENDED, _STILL_SUMS), (_OPEN_BEFORE, _CARRIED))
        for where, sums in sets:
            for of, *numbers in self._rows(f"{key}, {sums}", where, days, grouped):
                found[of] = list(map(add, found.get(of, _NOTHING), numbers))
        return {of: DemandFigures(*counts) for of, counts in found.items() if any(counts)}

    def registered(self, days: Window, by: str) -> Counter[Any]:
        """How many were registered in the window, by the column `by`."""
        return self._counter(self._rows(f"s.{by}, count(*)", _BEGUN, days, f"GROUP BY s.{by}", "demand s"))

    def registered_at_spots(self, days: Window) -> Iterable[tuple[bytes, str]]:
        """Public spot and category of every demand about one that was registered in the window."""
        spots: Iterable[tuple[bytes, str]] = self._rows(
            "s.public_spot_id, s.category", f"{_BEGUN} AND s.public_spot_id IS NOT NULL", days, "", "demand s"
        )
        return spots

    def closed(self, days: Window) -> Counter[str]:
        """How many were closed in the window, by the level that solved them; "" where nobody said."""
        level = "coalesce(s.solve_level, '')"
        where = f"{_moved(days)} AND {_CLOSED}"
        return self._counter(self._rows(f"{level}, count(*)", where, days, f"GROUP BY {level}"))

    def became(self, days: Window) -> Counter[str]:
        """How many became an issue, and a project, in the window."""
        where = f"{_moved(days)} AND s.became_on >= :first"
        return self._counter(self._rows("s.became, count(*)", where, days, "GROUP BY s.became"))

    def trend(self, windows: Sequence[Window]) -> tuple[Counter[int], Counter[int]]:
        """How many were registered, and closed, in each of these windows, by its place among them."""
        values = [value for n, days in enumerate(windows) for value in (n, days.first, days.end)]
        named = f"WITH w(n, first, end) AS (VALUES {', '.join(['(?, ?, ?)'] * len(windows))}) "
        wanted = (("demand s", _BEGUN), ("demand_day s", f"{_MOVED} AND {_CLOSED}"))
        registered, closed = (
            self._counter(
                run(
                    self._connection,
                    f"{named}SELECT w.n, count(*) FROM w CROSS JOIN {table} "
                    f"WHERE {where.replace(':', 'w.')} AND {self._mine} GROUP BY w.n",
                    values,
                )
            )
            for table, where in wanted
        )
        return registered, closed

    def of_concern(self, days: Window) -> list[tuple[bytes, str]]:
        """The demands that are open at the end of the window and need attention, by their time limit, and why: overdue,
        critical, hard, returned twice, reopened."""
        columns = f"s.demand_id, CASE WHEN {_OVERDUE} THEN 'overdue' ELSE s.concern END, s.due_at, d.no"
        needs = f"(s.concern <> '' OR {_OVERDUE})"
        where = f"s.open = 1 AND s.until >= :end AND s.day < :end AND {needs}"
        rows = list(self._rows(columns, where, days, "", "demand_day s JOIN demand d ON d.id = s.demand_id"))
        rows.sort(key=lambda row: (row[2] or "~", row[3]))
        return [(row[0], row[1]) for row in rows]

    @staticmethod
    def _counter(rows: Iterable[tuple[Any, ...]]) -> Counter[Any]:
        found: Counter[Any] = Counter()
        for key, number in rows:
            found[key] += number
        return found


def _moved(days: Window) -> str:
    return _MOVED if days.last < plus_days(days.first, _FEW) else _MOVED_LONG
