"""The board of open demands: lanes by the level that has them in hand, stages of their road. Only the first of each
cell are read; how many there are is counted without reading a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from gridworker.models.demand_machine import OPEN, RUNNING
from gridworker.models.entity import BucketClass
from gridworker.models.ids import bucket_id
from gridworker.models.roles import AreaTree
from gridworker.store.connection import Connection
from gridworker.store.demand_rows import BoardCell, DemandFilter, DemandRow
from gridworker.store.queries.demands import BY_BUCKET, by_rid, conditions_of, nodes_inside, now_of
from gridworker.store.rows import Scope
from gridworker.store.statements import run
from gridworker.store.store import Store

LANES = ("micro_grid", "grid", "community", "street")
STAGES = (
    ("taking", ("registered", "accepted", "returned", "reopened")),
    ("working", ("assigned", "in_progress")),
    ("answered", ("handled", "replied", "revisited")),
)
_STAGE_OF = {state: stage for stage, states in STAGES for state in states}
#: The lane of what was referred up, by the level that it was referred to.
_LANE_OF = {
    "grid": "grid",
    "community": "community",
    "street": "street",
    "department": "street",
    "alliance": "street",
}
_UP = "(d.referral IN ('open', 'accepted', 'handled') AND d.refer_kind = 'up')"
_UP_TO = f"CASE WHEN {_UP} THEN coalesce(d.refer_level, '') END"
_OPEN = ", ".join(f"'{state}'" for state in OPEN)
_NOT_UP = "(d.referral IS NULL OR d.referral = 'returned' OR d.refer_kind <> 'up')"


def cells(
    store: Store, scope: Scope | None, wanted: DemandFilter | None = None, *, each: int = 20
) -> tuple[BoardCell, ...]:
    """Every cell of the board, lane by lane, stage by stage: how many open demands, how many of them overdue, and the
    first `each` by due time. What was referred up stands in the lane that has it now."""
    asked = wanted or DemandFilter()
    now = now_of(store)
    with store.read() as connection:
        conditions, values = conditions_of(store, connection, scope, asked, by_bucket=False)
        where = " AND ".join(conditions)
        lanes = _lanes_of_buckets(connection)
        if not lanes or (scope is not None and not _is_whole(connection, scope)):
            figures = _figures(connection, where, values, now, lanes)
        elif asked == DemandFilter():
            figures = _all_figures(connection, _buckets_of(connection, scope, lanes), now, lanes)
        else:
            figures = _most_figures(connection, where, values, now, lanes)
        chosen: dict[tuple[str, str], list[tuple[str, int]]] = {}
        for (lane, state, up), (number, _) in figures.items():
            if number:
                first = _first(connection, where, values, lane, state, each, lanes, up=up)
                chosen.setdefault((lane, _STAGE_OF[state]), []).extend(first)
        kept = {place: [rid for _, rid in sorted(found)[:each]] for place, found in chosen.items()}
        rows = dict(by_rid(store, connection, [rid for rids in kept.values() for rid in rids]))
    return tuple(
        _cell(lane, stage, figures, [rows[rid] for rid in kept.get((lane, stage), ())])
        for lane in LANES
        for stage, _ in STAGES
    )


_Figures = dict[tuple[str, str, bool], tuple[int, int]]
_Lanes = dict[bytes, str]


def _is_whole(connection: Connection, scope: Scope) -> bool:
    """Whether a scope is of whole areas, so that buckets alone say what lies in it."""
    return scope.linked_to is None and bool(
        run(connection, "SELECT 1 FROM area_unit WHERE id = ?", (scope.node_id,)).fetchone()
    )


def _buckets_of(connection: Connection, scope: Scope | None, lanes: _Lanes) -> list[bytes]:
    """The buckets of the areas in a scope of whole areas."""
    if scope is None:
        return list(lanes)
    return [bucket_id(node, BucketClass.CASE) for node in nodes_inside(connection, scope)]


def _cell(lane: str, stage: str, figures: _Figures, rows: Sequence[DemandRow]) -> BoardCell:
    here = [pair for (at, state, _), pair in figures.items() if at == lane and _STAGE_OF[state] == stage]
    return BoardCell(lane, stage, sum(one[0] for one in here), sum(one[1] for one in here), tuple(rows))


def _lanes_of_buckets(connection: Connection) -> dict[bytes, str]:
    rows = run(connection, "SELECT id, kind FROM area_unit WHERE deleted = 0").fetchall()
    return {bucket_id(row[0], BucketClass.CASE): row[1] if row[1] in LANES else "community" for row in rows}


def _figures(connection: Connection, where: str, values: Sequence[Any], now: str, lanes: _Lanes) -> _Figures:
    """(lane, state, referred up) → how many, how many overdue; in one walk over what is wanted."""
    rows = run(
        connection,
        f"SELECT d.bucket_id, d.state, {_UP_TO} AS up, count(*), sum(d.due_at < ?) FROM demand d "
        f"WHERE {where} AND d.state IN ({_OPEN}) GROUP BY +d.bucket_id, d.state, up",
        (now, *values),
    )
    return _by_lane(rows, lanes)


def _most_figures(
    connection: Connection, where: str, values: Sequence[Any], now: str, lanes: _Lanes
) -> _Figures:
    """The same where the conditions cost little, in one walk along the index, which sorts nothing: most demands lie in
    the lane with the most buckets, so they are only counted; of each that stands elsewhere one letter is kept, which
    says where, a capital if it is overdue."""
    usual = Counter(lanes.values()).most_common(1)[0][0]
    there = [bucket for bucket, lane in lanes.items() if lane == usual]
    place, given = _letter_sql(lanes)
    is_usual = f"{_NOT_UP} AND d.bucket_id IN ({', '.join('?' * len(there))})"
    rows = run(
        connection,
        "SELECT d.state, count(*), sum(d.due_at < ?), "
        f"group_concat(CASE WHEN {is_usual} THEN NULL WHEN d.due_at < ? THEN upper({place}) ELSE {place} END, '') "
        f"FROM demand d WHERE {where} AND d.state IN ({_OPEN}) GROUP BY d.state",
        (now, *there, now, *given, *given, *values),
    ).fetchall()
    figures: _Figures = {}
    for state, number, late, letters in rows:
        apart, late = Counter(letters or ""), late or 0
        counted = {(usual, False): [number - apart.total(), late - sum(map(str.isupper, letters or ""))]}
        for letter, (lane, up) in _PLACES.items():
            pair = counted.setdefault((lane, up), [0, 0])
            pair[0] += apart[letter] + apart[letter.upper()]
            pair[1] += apart[letter.upper()]
        for (lane, up), (here, overdue) in counted.items():
            figures[lane, state, up] = (here, overdue if state in RUNNING else 0)
    return figures


#: A letter for every lane, of its own demands and of those that were referred up to it.
_PLACES = dict(zip("abcdefgh", ((lane, up) for up in (False, True) for lane in LANES), strict=True))


def _letter_sql(lanes: _Lanes) -> tuple[str, list[bytes]]:
    """SQL for the letter (of _PLACES) of the place that a demand stands at, and its values."""
    letters = {place: letter for letter, place in _PLACES.items()}
    levels = " ".join(f"WHEN '{level}' THEN '{letters[lane, True]}'" for level, lane in _LANE_OF.items())
    buckets, given = "", []
    for lane in LANES:
        here = [bucket for bucket, at in lanes.items() if at == lane]
        if here and lane != "community":
            buckets += f"WHEN d.bucket_id IN ({', '.join('?' * len(here))}) THEN '{letters[lane, False]}' "
            given += here
    up = f"CASE d.refer_level {levels} ELSE '{letters['community', True]}' END"
    return f"CASE WHEN {_UP} THEN {up} {buckets}ELSE '{letters['community', False]}' END", given


def _all_figures(connection: Connection, buckets: Sequence[bytes], now: str, lanes: _Lanes) -> _Figures:
    """The same where nothing but buckets is wanted: counted along the index of the buckets, what was referred up by
    itself."""
    marks = ", ".join("?" * len(buckets))
    every = run(
        connection,
        f"SELECT d.bucket_id, d.state, NULL, count(*), sum(d.due_at < ?) FROM demand d {BY_BUCKET} "
        f"WHERE d.bucket_id IN ({marks}) AND d.state IN ({_OPEN}) GROUP BY d.bucket_id, d.state",
        (now, *buckets),
    ).fetchall()
    # Along the index that holds what was referred.
    referred = run(
        connection,
        f"SELECT d.bucket_id, d.state, coalesce(d.refer_level, ''), count(*), sum(d.due_at < ?) FROM demand d "
        f"WHERE d.state IN ({_OPEN}) AND {_UP} AND +d.bucket_id IN ({marks}) "
        "GROUP BY +d.bucket_id, d.state, d.refer_level",
        (now, *buckets),
    ).fetchall()
    taken = [(bucket, state, None, -number, -(over or 0)) for bucket, state, _, number, over in referred]
    return _by_lane([*every, *taken, *referred], lanes)


def _by_lane(rows: Iterable[Sequence[Any]], lanes: _Lanes) -> _Figures:
    """Rows of (bucket, state, level it was referred up to or None, how many, how many overdue)."""
    counted: Counter[tuple[str, str, bool]] = Counter()
    late: Counter[tuple[str, str, bool]] = Counter()
    for bucket, state, level, number, overdue in rows:
        lane = lanes.get(bucket, "community") if level is None else _LANE_OF.get(level, "community")
        counted[lane, state, level is not None] += number
        late[lane, state, level is not None] += overdue or 0
    return {place: (number, late[place] if place[1] in RUNNING else 0) for place, number in counted.items()}


def _first(
    connection: Connection,
    where: str,
    values: Sequence[Any],
    lane: str,
    state: str,
    each: int,
    lanes: dict[bytes, str],
    *,
    up: bool,
) -> list[tuple[str, int]]:
    """The first `each` of a lane in one state: (due time, row number)."""
    if up:
        levels = [level for level, at in _LANE_OF.items() if at == lane]
        levels += ["micro_grid", "household", "station"] if lane == "community" else []
        there = f"{_UP} AND d.refer_level IN ({', '.join('?' * len(levels))})"
        given: list[Any] = list(levels)
    else:
        buckets = sorted(bucket for bucket, at in lanes.items() if at == lane)
        # In the order of the index: with the index by bucket all of them would be read before the first is known.
        there = f"{_NOT_UP} AND +d.bucket_id IN ({', '.join('?' * len(buckets))})"
        given = list(buckets)
    found = run(
        connection,
        f"SELECT d.due_at, d.rid FROM demand d WHERE {where} AND d.state = ? AND {there} "
        "ORDER BY d.due_at, d.rid LIMIT ?",
        (*values, state, *given, each),
    )
    return [(row[0] or "", row[1]) for row in found]


def areas_above(store: Store, demand_id: bytes) -> tuple[tuple[bytes, str, str], ...]:
    """The area a demand lies in and those above it, nearest first: (id, kind, name). None for one that is not here."""
    with store.read() as connection:
        areas = {
            row[0]: row
            for row in run(
                connection, "SELECT id, parent_id, kind, name FROM area_unit WHERE deleted = 0"
            ).fetchall()
        }
        found = run(connection, "SELECT bucket_id FROM demand WHERE id = ?", (demand_id,)).fetchone()
    if found is None:
        return ()
    tree = AreaTree({node: row[1] for node, row in areas.items()})
    own = next((node for node in areas if bucket_id(node, BucketClass.CASE) == found[0]), None)
    lineage = tree.lineage(own) if own is not None else ()
    return tuple((node, areas[node][2], areas[node][3]) for node in lineage)
