"""Since when and until when each household counts as seen within half a year, and how many do in each stairwell on any
day: kept as what changes from one day to the next, by day, month and year, so that any past day is a short sum."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from gridworker.models.days import plus_days
from gridworker.store.connection import Connection
from gridworker.store.statements import run, run_many

#: Coverage looks back half a year: a day on which somebody was met counts for so many days, itself included.
COVERAGE_DAYS = 182
#: SQL that is true for a visit `v` at the door or by telephone, as amended: what coverage counts.
SEEN = (
    "coalesce((SELECT a.value FROM visit_amendment a WHERE a.visit_id = v.id AND a.field = 'mode' AND a.deleted = 0 "
    "ORDER BY coalesce(a.turn, 0) DESC, a.id DESC LIMIT 1), v.mode) IN ('door', 'phone')"
)
_MET = f"v.now_void = 0 AND v.deleted = 0 AND v.now_outcome = 'met' AND {SEEN}"
_SPANS = "household_id, unit_id, begun, ended"
_INTO_SPANS = f"INSERT INTO seen_span ({_SPANS}) VALUES (?, ?, ?, ?)"
_HOMES = "SELECT unit_id, sum(standing), sum(served) FROM household_stat WHERE standing = 1 GROUP BY unit_id"
_EDGES = (
    "SELECT unit_id, begun AS day, 1 AS change FROM seen_span "
    "UNION ALL SELECT unit_id, date(ended, '+1 day'), -1 FROM seen_span"
)
_COVER = (
    f"WITH edge AS MATERIALIZED (SELECT unit_id, day, sum(change) AS change FROM ({_EDGES}) GROUP BY 1, 2) "
    + " UNION ALL ".join(
        f"SELECT {span} AS span, unit_id, sum(change) AS change FROM edge GROUP BY 1, 2 HAVING sum(change) <> 0"
        for span in ("'D' || day", "'M' || substr(day, 1, 7)", "'Y' || substr(day, 1, 4)")
    )
)
_Span = tuple[bytes, bytes, str, str]


class Change:
    """What becomes of the counts by stairwell while the figures of some households are computed again: `begin` before,
    `end` after."""

    def __init__(self, connection: Connection, homes: Sequence[bytes]) -> None:
        self._connection, self._homes = connection, homes
        self._marks = ", ".join("?" * len(homes))
        self._homes_by_unit: Counter[tuple[bytes, int]] = Counter()
        self._edges: Counter[tuple[bytes, str]] = Counter()

    def begin(self) -> None:
        """Take what the households count for now out of the sums."""
        self._count(-1)
        run(self._connection, f"DELETE FROM seen_span WHERE household_id IN ({self._marks})", self._homes)

    def end(self) -> None:
        """Compute their spans and put what they count for from now on into the sums."""
        run_many(self._connection, _INTO_SPANS, list(_computed(self._connection, self._homes)))
        self._count(1)
        self._write()

    def _count(self, sign: int) -> None:
        where = f"WHERE household_id IN ({self._marks})"
        for unit, standing, served in run(
            self._connection, f"SELECT unit_id, standing, served FROM household_stat {where}", self._homes
        ):
            self._homes_by_unit[unit, 0] += sign * standing
            self._homes_by_unit[unit, 1] += sign * served
        sql = f"SELECT unit_id, begun, ended FROM seen_span {where}"
        for unit, begun, ended in run(self._connection, sql, self._homes):
            self._edges[unit, begun] += sign
            self._edges[unit, plus_days(ended, 1)] -= sign

    def _write(self) -> None:
        changed = {unit for (unit, _), number in self._homes_by_unit.items() if number}
        homes = [(unit, self._homes_by_unit[unit, 0], self._homes_by_unit[unit, 1]) for unit in changed]
        run_many(
            self._connection,
            "INSERT INTO home_stat (unit_id, households, reachable) VALUES (?, ?, ?) ON CONFLICT DO UPDATE "
            "SET households = households + excluded.households, reachable = reachable + excluded.reachable",
            homes,
        )
        run_many(
            self._connection,
            "DELETE FROM home_stat WHERE unit_id = ? AND households = 0",
            [(unit,) for unit in changed],
        )
        cells = [
            (span, unit, number)
            for (unit, day), number in self._edges.items()
            for span in (f"D{day}", f"M{day[:7]}", f"Y{day[:4]}")
            if number
        ]
        run_many(
            self._connection,
            "INSERT INTO cover_stat (span, unit_id, change) VALUES (?, ?, ?) ON CONFLICT DO UPDATE "
            "SET change = change + excluded.change",
            cells,
        )
        run_many(
            self._connection,
            "DELETE FROM cover_stat WHERE span = ? AND unit_id = ? AND change = 0",
            [cell[:2] for cell in cells],
        )


def rebuild(connection: Connection) -> None:
    """Compute the spans and sums of every household from `household_stat` and the visits."""
    for table in ("seen_span", "home_stat", "cover_stat"):
        run(connection, f"DELETE FROM {table}")
    run_many(connection, _INTO_SPANS, list(_computed(connection)))
    run(connection, f"INSERT INTO home_stat (unit_id, households, reachable) {_HOMES}")
    run(connection, f"INSERT INTO cover_stat (span, unit_id, change) {_COVER}")


def difference(connection: Connection) -> list[str]:
    """Where the kept spans differ from what the visits say, as text for the doctor."""
    kept, full = set(run(connection, f"SELECT {_SPANS} FROM seen_span")), set(_computed(connection))
    counted = (("missing", len(full - kept)), ("extra", len(kept - full)))
    return [f"seen_span: {count} {kind}" for kind, count in counted if count]


def kept() -> tuple[tuple[str, str, str], ...]:
    """Table, columns and what they equal."""
    return (
        ("home_stat", "unit_id, households, reachable", _HOMES),
        ("cover_stat", "span, unit_id, change", f"SELECT * FROM ({_COVER})"),
    )


def _computed(connection: Connection, homes: Sequence[bytes] = ()) -> Iterator[_Span]:
    """The times during which `homes`, or all, count as seen: also by visits to a household that was merged into them.
    Days that follow each other closely make one time."""
    marks = ", ".join("?" * len(homes))
    here = f" AND {{}} IN ({marks})" if homes else ""
    merged = "SELECT loser_id, winner_id FROM record_alias WHERE entity = 'household' AND deleted = 0"
    winners = dict(run(connection, merged + here.format("winner_id"), homes).fetchall())
    served = "SELECT household_id, unit_id FROM household_stat WHERE served = 1"
    units = dict(run(connection, served + here.format("household_id"), homes).fetchall())
    asked = (*homes, *winners) if homes else ()
    about = f" AND v.household_id IN ({', '.join('?' * len(asked))})" if asked else ""
    met: dict[bytes, list[str]] = {}
    for home, on in run(
        connection, f"SELECT v.household_id, v.now_on FROM visit v WHERE {_MET}{about}", asked
    ):
        met.setdefault(winners.get(home, home), []).append(on)
    for home, days in met.items():
        if home in units:
            yield from ((home, units[home], *span) for span in _spans(sorted(days)))


def _spans(days: Sequence[str]) -> Iterator[tuple[str, str]]:
    begun = last = days[0]
    for day in days:
        if day > plus_days(last, COVERAGE_DAYS):
            yield begun, plus_days(last, COVERAGE_DAYS - 1)
            begun = day
        last = day
    yield begun, plus_days(last, COVERAGE_DAYS - 1)


# -- reading -------------------------------------------------------------------------------------------------------


def seen_by_unit(connection: Connection, on: str) -> dict[bytes, int]:
    """Stairwell → how many of its reachable households count as seen on the day `on`."""
    rows = run(
        connection,
        "SELECT unit_id, sum(change) FROM (SELECT unit_id, change FROM cover_stat WHERE span >= 'Y' AND span < ?1 "
        "UNION ALL SELECT unit_id, change FROM cover_stat WHERE span >= ?2 AND span < ?3 "
        "UNION ALL SELECT unit_id, change FROM cover_stat WHERE span BETWEEN ?4 AND ?5) GROUP BY unit_id",
        (f"Y{on[:4]}", f"M{on[:4]}-01", f"M{on[:7]}", f"D{on[:7]}-01", f"D{on}"),
    )
    return dict(rows.fetchall())
