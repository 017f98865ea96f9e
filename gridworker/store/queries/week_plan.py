"""The week's plan: what the planner chooses from, what is planned, and how far the week has come."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from gridworker.models.days import Week
from gridworker.models.planning import Candidate
from gridworker.store.aliases import NOT_MERGED
from gridworker.store.connection import Connection
from gridworker.store.queries.households import household_rows
from gridworker.store.queries.links import linked_only
from gridworker.store.queries.road import roads
from gridworker.store.queries.round_places import place_candidates, planned_place_sql, rows_of_targets
from gridworker.store.queries.shops import SHOP, SPOT
from gridworker.store.rows import HouseholdRow, Road, Scope
from gridworker.store.store import Store

if TYPE_CHECKING:  # today's round has no use for the figures of reports
    from gridworker.store.report_rows import HomeFigures

#: States that are part of the week: the others were taken out of it.
COUNTED = ("planned", "absent_retry", "done")
_PLACE = "JOIN unit u ON u.id = h.unit_id JOIN building b ON b.id = u.building_id JOIN estate e ON e.id = b.estate_id"
_PARTS = "CASE p.part WHEN 'morning' THEN 1 WHEN 'afternoon' THEN 2 WHEN 'evening' THEN 3 ELSE 0 END"
_ITEM = (
    "i.id AS id, i.unit_at AS unit_at, i.reason AS reason, i.reason_on AS reason_on, i.planned_on AS planned_on, "
    "i.part AS part, i.state AS state, i.visit_id AS visit_id, coalesce(v.start_at, '') AS start_at, "
    "coalesce(v.now_outcome, '') AS outcome, i.moved_week AS moved_week, "
    "coalesce(i.move_reason, '') AS move_reason, coalesce(i.drop_reason, '') AS drop_reason"
)
_IN_WEEK = "i.deleted = 0 AND i.week = ?1"
_HOMES = (
    "SELECT 'household' AS target, h.id AS target_id, h.rid AS rid, h.unit_id AS unit_id, h.floor AS floor, "
    "h.room AS room, h.occupancy = 'vacant' OR coalesce(h.visit_opt_out, 0) = 1 AS closed, "
    f"{_ITEM} FROM plan_item i JOIN household h ON h.id = i.household_id "
    "LEFT JOIN visit v ON v.id = i.visit_id AND v.deleted = 0 "
    f"WHERE h.deleted = 0 AND {NOT_MERGED} AND {_IN_WEEK}"
)


@dataclass(frozen=True)
class PlanRow:
    """One household, shop or public spot in the plan of a week. `no` is its place in the round of its day, from 1;
    `stairwell` is `3栋 2单元`; `stair_place` its place when only the stairs count; `closed` says that a visit is not
    wanted any more (opted out, vacant, shut)."""

    id: bytes
    no: int
    stair_place: int
    home: HouseholdRow
    micro_grid_id: bytes
    micro_grid: str
    stairwell: str
    reason: str
    reason_on: str | None
    planned_on: str | None
    part: str | None
    state: str
    visit_id: bytes | None
    visited_at: str
    outcome: str
    moved_week: str | None
    move_reason: str
    drop_reason: str
    road: Road
    closed: bool

    @property
    def open(self) -> bool:
        """Whether somebody is still to go there."""
        return self.state in ("planned", "absent_retry") and not self.closed


@dataclass(frozen=True)
class Progress:
    """How far a plan has come: visits planned, done, tried in vain; and of the reachable households those met in
    the last half year."""

    planned: int = 0
    done: int = 0
    absent: int = 0
    reachable: int = 0
    met: int = 0


@dataclass(frozen=True)
class WeekPlan:
    """The plan of one week in a scope, by day, part of the day and stairwell; `micros` gives the progress of each
    micro-grid as (id, name, figures), in the order of the grids."""

    week: Week
    rows: tuple[PlanRow, ...]
    total: Progress
    micros: tuple[tuple[bytes, str, Progress], ...]


def candidates(store: Store, scope: Scope, week: Week) -> tuple[Candidate, ...]:
    """Every household, shop and public spot of `scope` as the planner sees it, without those that stand in the plan of
    `week` in whatever state, or are still to be visited by the plan of another week that is not over."""
    if not scope.unit_ids:
        return ()
    units = sorted(scope.unit_ids)
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            "SELECT h.id, c.micro_grid_id, e.sort_no, b.sort_no, u.sort_no, h.floor, h.room, h.preferred_time, "
            "h.occupancy = 'vacant', coalesce(h.visit_opt_out, 0), s.next_due_on, s.promised_on, s.last_visit_on, "
            f"s.last_outcome, s.tries_since_met FROM household h {_PLACE} "
            "JOIN household_stat s ON s.household_id = h.id "
            "JOIN coverage c ON c.unit_id = h.unit_id AND c.deleted = 0 AND c.valid_from <= ?1 "
            f"AND (c.valid_to IS NULL OR c.valid_to >= ?1) WHERE h.deleted = 0 AND {NOT_MERGED} "
            f"{linked_only(scope, 'h.id')}"
            "AND NOT EXISTS (SELECT 1 FROM plan_item i WHERE i.household_id = h.id AND i.deleted = 0 "
            "AND (i.week = ?2 OR (i.week >= ?3 AND i.state IN ('planned', 'absent_retry')))) "
            f"AND h.unit_id IN ({', '.join(f'?{n}' for n in range(4, len(units) + 4))}) ORDER BY h.rid",
            (store.clock.today(), str(week), str(Week.of_day(store.clock.today())), *units),
        ).fetchall()
        places = place_candidates(connection, scope, week, store.clock.today())
    homes = tuple(
        Candidate(
            id=row[0],
            micro_grid=row[1],
            stair=(row[2] or 0, row[3] or 0, row[4] or 0),
            floor=row[5] or 0,
            room=row[6],
            preferred_time=row[7],
            vacant=bool(row[8]),
            opted_out=bool(row[9]),
            next_due_on=row[10],
            promised_on=row[11],
            last_visit_on=row[12],
            last_outcome=row[13],
            tries=row[14] or 0,
        )
        for row in rows
    )
    return (*homes, *places)


def taken_days(store: Store, scope: Scope, week: Week) -> dict[bytes, tuple[str | None, ...]]:
    """Micro-grid → the days of what is planned there in `week`, done or not; None for no day."""
    micros = sorted(scope.micro_grid_ids)
    found: dict[bytes, list[str | None]] = {micro: [] for micro in micros}
    with store.read() as connection:
        rows = connection.exec_driver_sql(
            f"SELECT unit_at, planned_on FROM plan_item WHERE week = ? AND deleted = 0 AND state IN {COUNTED} "
            f"AND unit_at IN ({', '.join('?' * len(micros))})",
            (str(week), *micros),
        )
        for micro, day in rows:
            found[micro].append(day)
    return {micro: tuple(days) for micro, days in found.items()}


def week_plan(store: Store, scope: Scope, week: Week, *, downwards: bool = True) -> WeekPlan:
    """What is planned in `scope` for `week`. A household that was taken out of the week stands at the end of its day,
    so that it can be put back."""
    from gridworker.store.queries.report_ground import ground_of
    from gridworker.store.queries.report_visits import home_figures
    from gridworker.store.report_rows import HomeFigures

    with store.read() as connection:
        found = items(connection, scope, week, downwards=downwards)
        names = micro_grids(connection, scope)
        last = min(week.last, max(store.clock.today(), week.first))
        homes = home_figures(connection, ground_of(connection, scope, week.first, last))
        road = roads(connection, store.known.authority == "self", [row[0] for row in found])
    rows = numbered(store, found, dict(names), road)
    by_micro: dict[bytes, list[PlanRow]] = defaultdict(list)
    for row in rows:
        by_micro[row.micro_grid_id].append(row)
    micros = tuple(
        (micro, name, _progress(by_micro.get(micro, []), homes.get(micro, HomeFigures())))
        for micro, name in names
    )
    return WeekPlan(week, rows, _summed(part for _, _, part in micros), micros)


def planned_sql(only: str = "") -> str:
    """What stands in the plan of the week ?1, households, shops and public spots; `only` limits the items `i`."""
    here = f"{_IN_WEEK}{only}"
    return " UNION ALL ".join(
        (f"{_HOMES}{only}", *(planned_place_sql(name, _ITEM, here) for name in (SHOP, SPOT)))
    )


def items(
    connection: Connection,
    scope: Scope,
    week: Week,
    *,
    downwards: bool,
    groups: Sequence[tuple[bytes, str]] | None = None,
) -> Sequence[Any]:
    """What stands in the plan, as `numbered` takes it; with `groups` only what stands there for these pairs of
    micro-grid and day ("" for none)."""
    units = sorted(scope.unit_ids)
    if not units:
        return ()
    only, wanted = "", tuple(chain.from_iterable(groups or ()))
    if groups is not None:
        marks = [f"?{n}" for n in range(len(units) + 2, len(units) + 2 + len(wanted))]
        pairs = (
            ", ".join(f"({micro}, {day})" for micro, day in zip(marks[::2], marks[1::2], strict=True))
            or "(NULL, NULL)"
        )
        only = (
            f" AND i.unit_at IN ({', '.join(marks[::2])}) "
            f"AND (i.unit_at, coalesce(i.planned_on, '')) IN (VALUES {pairs})"
        )
    stairs = f"e.sort_no, b.sort_no, u.sort_no, p.floor {'DESC' if downwards else 'ASC'}, p.room, p.rid"
    found: Sequence[Any] = connection.exec_driver_sql(
        f"SELECT p.id, p.target, p.target_id, p.unit_at, b.name || ' ' || u.name, p.reason, p.reason_on, p.planned_on, "
        "p.part, p.state, p.visit_id, p.start_at, p.outcome, p.moved_week, p.move_reason, p.drop_reason, p.closed, "
        f"row_number() OVER (ORDER BY {stairs}) FROM ({planned_sql(only)}) p {_PLACE.replace('h.', 'p.')} "
        f"WHERE p.unit_id IN ({', '.join(f'?{n}' for n in range(2, len(units) + 2))}) "
        f"{linked_only(scope, 'p.target_id', repr(week.last))}"
        f"ORDER BY p.planned_on IS NULL, p.planned_on, p.state IN ('moved', 'dropped'), {_PARTS}, {stairs}",
        (str(week), *units, *wanted),
    ).fetchall()
    return found


def micro_grids(connection: Connection, scope: Scope) -> list[tuple[bytes, str]]:
    """The micro-grids of `scope` as (id, name), in the order of the grids."""
    rows = connection.exec_driver_sql(
        "SELECT id, name FROM area_unit WHERE kind = 'micro_grid' AND deleted = 0 ORDER BY sort_no, code"
    )
    return [(row[0], row[1]) for row in rows if row[0] in scope.micro_grid_ids]


def numbered(
    store: Store, found: Sequence[Any], names: Mapping[bytes, str], road: Mapping[bytes, Road]
) -> tuple[PlanRow, ...]:
    """The rows of what `items` found, numbered by day."""
    homes = rows_of_targets(store, [(row[1], row[2]) for row in found])
    rows: list[PlanRow] = []
    place, day = 0, None
    for row in found:
        if row[2] not in homes:
            continue
        place, day = (place + 1 if rows and row[7] == day else 1), row[7]
        (item, _, home, micro, stairwell, reason, reason_on, planned_on, part, state, visit, at, outcome, moved,
         move_reason,         dropped, closed, stair_place) = row  # fmt: skip
        rows.append(
            PlanRow(
                id=item,
                no=place,
                stair_place=stair_place,
                home=homes[home],
                micro_grid_id=micro,
                micro_grid=names.get(micro, ""),
                stairwell=stairwell,
                reason=reason,
                reason_on=reason_on,
                planned_on=planned_on,
                part=part,
                state=state,
                visit_id=visit,
                visited_at=at,
                outcome=outcome,
                moved_week=moved,
                move_reason=move_reason,
                drop_reason=dropped,
                road=road[item],
                closed=bool(closed),
            )
        )
    return tuple(rows)


def _progress(rows: Sequence[PlanRow], homes: HomeFigures) -> Progress:
    counted = [row for row in rows if row.state in COUNTED and not (row.closed and row.state != "done")]
    return Progress(
        len(counted),
        sum(row.state == "done" for row in counted),
        sum(row.state == "absent_retry" for row in counted),
        homes.reachable,
        homes.met_half_year,
    )


def _summed(parts: Iterable[Progress]) -> Progress:
    every = list(parts)
    return Progress(
        *(
            sum(getattr(part, name) for part in every)
            for name in ("planned", "done", "absent", "reachable", "met")
        )
    )


def promised_homes(store: Store, scope: Scope, until: str, limit: int = 50) -> tuple[HouseholdRow, ...]:
    """Households of `scope` that were promised another visit by the day `until`, the earliest promise first."""
    units = sorted(scope.unit_ids)
    if not units:
        return ()
    with store.read() as connection:
        rids = connection.exec_driver_sql(
            "SELECT h.rid FROM household_stat s CROSS JOIN household h ON h.id = s.household_id "
            f"WHERE s.unit_id IN ({', '.join('?' * len(units))}) AND s.served = 1 "
            # Whoever was promised a day is due on it: the index leads to those.
            "AND s.next_due_on <= ? AND s.promised_on <= ? ORDER BY s.promised_on, h.rid LIMIT ?",
            (*units, until, until, limit),
        ).fetchall()
    return household_rows(store, [row[0] for row in rids])


def doors_named(store: Store, scope: Scope, text: str) -> tuple[HouseholdRow, ...]:
    """The households of `scope` with the door `text`: `3-2-501`, or with the estate before it where several have it."""
    wanted = text.strip().replace("－", "-").replace(" ", "")
    door = wanted[wanted.find(next((ch for ch in wanted if ch.isdigit()), "")) :]
    room = door.rpartition("-")[2]
    units = sorted(scope.unit_ids)
    if not units or not room:
        return ()
    with store.read() as connection:
        rids = connection.exec_driver_sql(
            f"SELECT rid FROM household WHERE deleted = 0 AND room = ? AND unit_id IN ({', '.join('?' * len(units))})",
            (room, *units),
        ).fetchall()
    found = household_rows(store, [row[0] for row in rids])
    return tuple(row for row in found if wanted in (row.door, row.estate + row.door))
