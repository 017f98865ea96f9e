"""Figures kept beside the visits to households: each one's service dates, each day's counts per micro-grid.
Recomputed from the visits in the same transaction; never synced, never authored; `difference` proves them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from gridworker.store import aliases, day_figures, demand_days, seen_homes, state
from gridworker.store.connection import Connection
from gridworker.store.seen_homes import Change
from gridworker.store.statements import run, scalar

#: local_state: the figures must be computed anew.
STALE = "figures_stale"
_CHUNK = 400
_VALID = "v.now_void = 0 AND v.deleted = 0"
#: Of several visits on one day the one that began last, then by human number: what people typed and counted, no clock.
_BY_DAY = "v.now_on DESC, coalesce(v.start_at, '') DESC, length(v.no) DESC, substr(v.no, 5) DESC"
_HOUSEHOLD_COLUMNS = (
    "household_id, unit_id, served, last_visit_on, last_outcome, last_met_on, tries_since_met, promised_on, "
    "next_due_on, standing"
)
#: A household that is there and was not merged into another …
_STANDING = f"h.deleted = 0 AND {aliases.NOT_MERGED}"
#: … and that the service plan counts on: lived in, not asking to be left alone.
_SERVED = f"h.occupancy <> 'vacant' AND coalesce(h.visit_opt_out, 0) = 0 AND {_STANDING}"
#: LIMIT -1 keeps SQLite from looking for the same visits again at each place where what was found is used.
_FIGURES = f"""
SELECT f.id, f.unit_id, f.served, l.now_on, l.now_outcome, f.last_met_on,
  (SELECT count(*) FROM visit v WHERE {{of_f}} AND {_VALID}
     AND v.now_on > coalesce(f.last_met_on, '') AND v.now_outcome <> 'met'),
  l.now_next_on, coalesce(l.now_next_on, date(f.last_met_on, '+' || coalesce(f.days, 180) || ' days')),
  f.standing
FROM (SELECT h.id, h.unit_id, {_SERVED} AS served, {_STANDING} AS standing, h.visit_interval_days AS days,
    (SELECT v.rid FROM visit v WHERE {{of_h}} AND {_VALID} ORDER BY {_BY_DAY} LIMIT 1) AS latest,
    (SELECT max(v.now_on) FROM visit v WHERE {{of_h}} AND {_VALID} AND v.now_outcome = 'met')
      AS last_met_on
  FROM household h WHERE {{where}} LIMIT -1) f LEFT JOIN visit l ON l.rid = f.latest"""
_MINE = "v.household_id = {0}.id"
#: Also the visits of the households that were merged into this one.
_MINE_AND_MERGED = (
    "v.household_id IN (SELECT {0}.id UNION ALL SELECT loser_id FROM record_alias "
    "WHERE winner_id = {0}.id AND entity = 'household' AND deleted = 0)"
)


def _figures(mine: str, where: str) -> str:
    return _FIGURES.format(of_h=mine.format("h"), of_f=mine.format("f"), where=where)


_MERGED = f"h.id IN ({aliases.WINNERS})"
_HOUSEHOLDS = (
    f"SELECT * FROM ({_figures(_MINE, f'NOT {_MERGED}')} UNION ALL {_figures(_MINE_AND_MERGED, _MERGED)})"
)


@dataclass
class Touched:
    """What a transaction touched: households, demands and (day, micro-grid) cells to recompute at its end, and visits
    whose present values must be worked out from their amendments."""

    households: set[bytes] = field(default_factory=set)
    days: set[tuple[str, bytes]] = field(default_factory=set)
    visits: set[bytes] = field(default_factory=set)
    demands: set[bytes] = field(default_factory=set)

    def demand(self, record: object) -> None:
        """Something of a demand, or of its log."""
        if isinstance(record, bytes):
            self.demands.add(record)

    def alias(self, loser: object, winner: object) -> None:
        """Two households became one, or two again."""
        self.households.update(i for i in (loser, winner) if isinstance(i, bytes))

    def plan(self, week: object, unit_at: object) -> None:
        """A plan item of a week in a micro-grid."""
        if isinstance(unit_at, bytes) and (on := day_figures.monday(str(week))):
            self.days.add((on, unit_at))

    def visit(self, household_id: object, on: object, unit_at: object) -> None:
        if isinstance(household_id, bytes):
            self.households.add(household_id)
        if isinstance(on, str) and isinstance(unit_at, bytes):
            self.days.add((on, unit_at))


def recompute(connection: Connection, touched: Touched) -> None:
    """Bring the kept figures up to date with everything in `touched`."""
    refresh_visits(connection, touched)
    _recompute_households(connection, tuple(touched.households))
    day_figures.recompute(connection, touched.days)
    demand_days.recompute(connection, touched.demands)


def _recompute_households(connection: Connection, ids: Sequence[bytes]) -> None:
    wanted = list(aliases.with_winners(connection, ids))
    for start in range(0, len(wanted), _CHUNK):
        part = wanted[start : start + _CHUNK]
        marks = ", ".join("?" * len(part))
        change = Change(connection, part)
        change.begin()
        run(connection, f"DELETE FROM household_stat WHERE household_id IN ({marks})", part)
        here = f"h.id IN ({marks})"
        for chosen in (_figures(_MINE, here), _figures(_MINE_AND_MERGED, f"{here} AND {_MERGED}")):
            run(connection, f"INSERT OR REPLACE INTO household_stat ({_HOUSEHOLD_COLUMNS}) {chosen}", part)
        change.end()


def refresh_visits(connection: Connection, touched: Touched) -> None:
    """Work out the present day, outcome, promise and validity of each touched visit: its own values, each replaced
    by its newest amendment. Adds the households and days concerned, before and after."""
    for visit_id in touched.visits:
        row = run(
            connection,
            "SELECT household_id, unit_at, visited_on, outcome, next_on, now_on FROM visit WHERE id = ?",
            (visit_id,),
        ).fetchone()
        if row is None:
            continue
        household_id, unit_at, on, outcome, next_on, was_on = row
        present = {"visited_on": on, "outcome": outcome, "next_on": next_on} | amended(connection, visit_id)
        void = scalar(
            connection, "SELECT count(*) FROM visit_void WHERE visit_id = ? AND deleted = 0", (visit_id,)
        )
        run(
            connection,
            "UPDATE visit SET now_on = ?, now_outcome = ?, now_next_on = ?, now_void = ? WHERE id = ?",
            (present["visited_on"], present["outcome"], present["next_on"], 1 if void else 0, visit_id),
        )
        touched.visit(household_id, was_on, unit_at)
        touched.visit(household_id, present["visited_on"], unit_at)
    touched.visits.clear()


def amended(connection: Connection, visit_id: bytes) -> dict[str, str | None]:
    """Field → newest amended value of one visit, newest by the turn that the judge gave; no clock takes part."""
    rows = run(
        connection,
        "SELECT field, value FROM visit_amendment WHERE visit_id = ? AND deleted = 0 "
        "ORDER BY coalesce(turn, 0), id",
        (visit_id,),
    )
    return {row[0]: row[1] for row in rows}


def rebuild_stale(connection: Connection) -> None:
    """Compute every kept figure where pages or a new version of the tables left them to be computed."""
    if state.get(connection, STALE) is not None:
        rebuild(connection)
        state.drop(connection, (STALE,))


def rebuild(connection: Connection) -> None:
    """Compute every kept figure from nothing: after a bulk creation or a first pull."""
    run(connection, "DELETE FROM household_stat")
    run(connection, f"INSERT INTO household_stat ({_HOUSEHOLD_COLUMNS}) {_HOUSEHOLDS}")
    seen_homes.rebuild(connection)
    day_figures.rebuild(connection)
    demand_days.rebuild(connection)


def difference(connection: Connection) -> Collection[str]:
    """Where the kept figures differ from a full scan, as text for the doctor; empty when they are equal."""
    found = []
    for name, columns, full in (
        ("household_stat", _HOUSEHOLD_COLUMNS, _HOUSEHOLDS),
        *seen_homes.kept(),
        *day_figures.kept(),
    ):
        for kind, first, second in (
            ("missing", full, f"SELECT {columns} FROM {name}"),
            ("extra", f"SELECT {columns} FROM {name}", full),
        ):
            count = scalar(connection, f"SELECT count(*) FROM ({first} EXCEPT {second})")
            if count:
                found.append(f"{name}: {count} {kind}")
    return found + seen_homes.difference(connection) + demand_days.difference(connection)
