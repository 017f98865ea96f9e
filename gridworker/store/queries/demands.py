"""Demands in a scope: a page of the list, the board, and what waits at each node. Whether one is due is computed when
asked, never kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gridworker.models.demand import DEMAND
from gridworker.models.demand_machine import OPEN, RUNNING, STATES
from gridworker.models.entity import BucketClass
from gridworker.models.ids import bucket_id
from gridworker.models.limits import NEAR_SHARE, Standing, standing
from gridworker.models.roles import AreaTree
from gridworker.store import search
from gridworker.store.aliases import standing_sql, with_losers
from gridworker.store.connection import Connection
from gridworker.store.demand_rows import (
    BoardColumn,
    DemandCounts,
    DemandFilter,
    DemandPage,
    DemandRow,
)
from gridworker.store.queries.doors import door_of, number_of
from gridworker.store.queries.links import linked_condition
from gridworker.store.queries.road import roads
from gridworker.store.rows import Road, Scope, TreeNode
from gridworker.store.statements import run, scalar
from gridworker.store.store import Store
from gridworker.store.workspace import Shape, Workspace

_COLUMNS = (
    "d.rid, d.id, d.no, d.title, d.state, d.type, d.category, d.source, d.urgency, d.owner_member_id, "
    "coalesce(o.name, ''), coalesce(x.name, ''), d.reported_at, d.due_at, d.limit_from, coalesce(d.referral, ''), "
    "coalesce(d.refer_kind, ''), coalesce(t.name, ''), coalesce(d.return_count, 0), coalesce(d.reopen_count, 0), h.id, "
    "b.name, u.name, h.room, coalesce(s.name, p.name, a.name, ''), coalesce(e.name, '')"
)
_FROM = (
    f"FROM demand d LEFT JOIN household h ON h.id = {standing_sql('d.household_id')} "
    "LEFT JOIN shop s ON s.id = d.shop_id LEFT JOIN public_spot p ON p.id = d.public_spot_id "
    "LEFT JOIN unit u ON u.id = coalesce(h.unit_id, s.unit_id, p.unit_id, d.unit_id) "
    "LEFT JOIN building b ON b.id = u.building_id LEFT JOIN estate e ON e.id = b.estate_id "
    "LEFT JOIN area_unit a ON a.id = d.area_unit_id LEFT JOIN area_unit t ON t.id = d.referred_to_id "
    "LEFT JOIN member o ON o.id = d.owner_member_id LEFT JOIN member x ON x.id = d.assignee_id"
)
_MANY = 1000
_SURFACED = 2
#: Orders of the list: column, ascending.
ORDERS = {"due": ("due_at", True), "new": ("reported_at", False)}


def now_of(store: Store) -> str:
    """The present moment in China, as the demands are written."""
    return store.clock.moment().strftime("%Y-%m-%d %H:%M")


def _marks(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))


def _states(states: Sequence[str]) -> str:
    return ", ".join(f"'{state}'" for state in states)


# -- which ---------------------------------------------------------------------------------------------------------


def nodes_inside(connection: Connection, scope: Scope) -> frozenset[bytes]:
    """The area nodes that lie wholly in the scope, at every level."""
    rows = run(connection, "SELECT id, parent_id, kind FROM area_unit WHERE deleted = 0").fetchall()
    tree = AreaTree({row[0]: row[1] for row in rows})
    every = _above(tree, (row[0] for row in rows if row[2] == "micro_grid"))
    return tree.below(scope.node_id) | _whole(tree, every, scope.micro_grid_ids) | scope.micro_grid_ids


def _above(tree: AreaTree, micros: Iterable[bytes]) -> Counter[bytes]:
    """Node → how many of these micro-grids lie there and below."""
    return Counter(node for micro in micros for node in tree.lineage(micro))


def _whole(tree: AreaTree, every: Counter[bytes], inside: Iterable[bytes]) -> frozenset[bytes]:
    """The nodes whose micro-grids, `every` so many, all are `inside`."""
    return frozenset(node for node, number in _above(tree, inside).items() if number == every[node])


def conditions_of(
    store: Store,
    connection: Connection,
    scope: Scope | None,
    wanted: DemandFilter,
    *,
    by_bucket: bool = True,
) -> tuple[list[str], list[Any]]:
    """The conditions of a query over `demand d`, and their values. `by_bucket` False where another order than by bucket
    and state leads to the first rows sooner."""
    conditions: list[str] = [
        "1"
    ]  # demands are never deleted: nothing is asked that would have every row read
    values: list[Any] = []

    def one_of(column: str, chosen: frozenset[Any]) -> None:
        if chosen:
            conditions.append(f"d.{column} IN ({_marks(tuple(chosen))})")
            values.extend(sorted(chosen))

    if scope is not None:
        _add_scope(store, connection, scope, conditions, values, by_bucket=by_bucket)
    one_of("state", wanted.states)
    one_of("type", wanted.types)
    one_of("category", wanted.categories)
    one_of("source", wanted.sources)
    one_of("urgency", wanted.urgencies)
    for column, value in (("owner_member_id", wanted.owner_id), ("package_id", wanted.package_id)):
        if value is not None:
            conditions.append(f"d.{column} = ?")
            values.append(value)
    if wanted.place is not None:
        field, record = DEMAND.field(wanted.place[0]), wanted.place[1]
        records: tuple[bytes, ...] = (record,)
        if field.refers == "household":
            records = with_losers(connection, "household", record)
        conditions.append(f"d.{field.name} IN ({_marks(records)})")
        values.extend(records)
    if wanted.words.strip():
        rids = search.matching_rids(connection, DEMAND, wanted.words, _MANY, begun=True)
        conditions.append(f"d.rid IN ({', '.join(str(rid) for rid in rids)})")
    if wanted.surfaced:
        conditions.append(f"d.return_count >= {_SURFACED} AND d.state IN ({_states(OPEN)})")
    if wanted.referred:
        conditions.append("d.referral IN ('open', 'accepted')")
    if wanted.standings:
        _add_standings(store, wanted.standings, conditions, values)
    return conditions, values


def _add_scope(
    store: Store,
    connection: Connection,
    scope: Scope,
    conditions: list[str],
    values: list[Any],
    *,
    by_bucket: bool,
) -> None:
    nodes = nodes_inside(connection, scope)
    root = Workspace(connection, Shape()).tree().root
    if root not in nodes or scope.linked_to is not None:
        buckets = sorted(bucket_id(node, BucketClass.CASE) for node in nodes)
        conditions.append(f"{'' if by_bucket else '+'}d.bucket_id IN ({_marks(buckets)})")
        values.extend(buckets)
    if scope.linked_to is not None:
        today = f"'{store.clock.today()}'"
        conditions.append(linked_condition(scope.linked_to, "d.household_id", today))
    elif (
        scope.node_id not in Workspace(connection, Shape()).tree().parents and len(scope.micro_grid_ids) == 1
    ):
        units = sorted(scope.unit_ids)  # one building of a micro-grid
        at = "(SELECT unit_id FROM {} WHERE id = d.{})"
        home = (
            f"coalesce(d.unit_id, {at.format('household', 'household_id')}, {at.format('shop', 'shop_id')}, "
        )
        conditions.append(f"{home}{at.format('public_spot', 'public_spot_id')}) IN ({_marks(units)})")
        values.extend(units)


def _add_standings(
    store: Store, standings: frozenset[Standing], conditions: list[str], values: list[Any]
) -> None:
    now = now_of(store)
    left = "julianday(d.due_at) - julianday(?)"
    near = f"{left} < {NEAR_SHARE} * (julianday(d.due_at) - julianday(coalesce(d.limit_from, d.due_at)))"
    said = {
        Standing.OVERDUE: ("d.due_at < ?", (now,)),
        Standing.NEAR: (f"(d.due_at >= ? AND {near})", (now, now)),
        Standing.DUE: (f"(d.due_at >= ? AND NOT {near})", (now, now)),
    }
    chosen = [said[one] for one in Standing if one in standings and one in said]
    conditions.append(f"d.state IN ({_states(RUNNING)}) AND ({' OR '.join(sql for sql, _ in chosen) or '0'})")
    for _, given in chosen:
        values.extend(given)


# -- lists ---------------------------------------------------------------------------------------------------------


def demands(
    store: Store,
    scope: Scope | None,
    wanted: DemandFilter | None = None,
    *,
    order: str = "due",
    after: tuple[str, int] | None = None,
    limit: int = 50,
) -> DemandPage:
    """A page of the demands in `scope` (None: everything here), by due time or the newest first (`order`: a key of
    ORDERS). `after` is where the page before ended."""
    column, ascending = ORDERS[order]
    sign, direction = (">", "ASC") if ascending else ("<", "DESC")
    with store.read() as connection:
        conditions, values = conditions_of(
            store, connection, scope, wanted or DemandFilter(), by_bucket=ascending
        )
        if after is not None:
            conditions.append(f"(d.{column}, d.rid) {sign} (?, ?)")
            values.extend(after)
        found = run(
            connection,
            f"SELECT d.rid, d.{column} FROM demand d WHERE {' AND '.join(conditions)} "
            f"ORDER BY d.{column} {direction}, d.rid {direction} LIMIT ?",
            (*values, limit + 1),
        ).fetchall()
        rows = _rows(store, connection, [row[0] for row in found[:limit]])
    more = len(found) > limit
    return DemandPage(rows, (found[limit - 1][1], found[limit - 1][0]) if more else None)


def count(store: Store, scope: Scope | None, wanted: DemandFilter | None = None) -> int:
    """How many demands there are in `scope`."""
    with store.read() as connection:
        conditions, values = conditions_of(store, connection, scope, wanted or DemandFilter())
        sql = f"SELECT count(*) FROM demand d WHERE {' AND '.join(conditions)}"
        return int(scalar(connection, sql, tuple(values)) or 0)


def board(
    store: Store, scope: Scope | None, wanted: DemandFilter | None = None, *, each: int = 30
) -> tuple[BoardColumn, ...]:
    """Every state with how many demands are in it and the first `each` by due time; ended ones the newest first."""
    asked = wanted or DemandFilter()
    now = now_of(store)
    with store.read() as connection:
        narrowed = asked != DemandFilter()
        conditions, values = conditions_of(store, connection, scope, asked, by_bucket=not narrowed)
        where = " AND ".join(conditions)
        figures = {
            row[0]: (row[1], row[2] or 0)
            for row in run(
                connection,
                f"SELECT d.state, count(*), sum(d.due_at < ?) FROM demand d WHERE {where} GROUP BY d.state",
                (now, *values),
            )
        }
        columns = []
        for state in STATES:
            number, late = figures.get(state, (0, 0))
            order = "d.due_at, d.rid" if state in OPEN else "d.due_at DESC, d.rid DESC"
            rids = (
                [
                    row[0]
                    for row in run(
                        connection,
                        f"SELECT d.rid FROM demand d WHERE {where} AND d.state = ? ORDER BY {order} LIMIT ?",
                        (*values, state, each),
                    )
                ]
                if number
                else []
            )
            columns.append((state, number, late if state in RUNNING else 0, rids))
        rows = {row[0]: row[1] for row in by_rid(store, connection, [r for c in columns for r in c[3]])}
    return tuple(
        BoardColumn(state, number, late, tuple(rows[rid] for rid in rids))
        for state, number, late, rids in columns
    )


def _rows(store: Store, connection: Connection, rids: Sequence[int]) -> tuple[DemandRow, ...]:
    found = dict(by_rid(store, connection, rids))
    return tuple(found[rid] for rid in rids if rid in found)


def by_rid(store: Store, connection: Connection, rids: Sequence[int]) -> list[tuple[int, DemandRow]]:
    """The rows of demands by their row numbers, in no order."""
    if not rids:
        return []
    chosen = ", ".join(str(int(rid)) for rid in rids)
    rows = run(connection, f"SELECT {_COLUMNS} {_FROM} WHERE d.rid IN ({chosen})").fetchall()
    road = roads(connection, store.known.authority == "self", [row[1] for row in rows])
    now = now_of(store)
    return [(row[0], _row(row, now, road[row[1]])) for row in rows]


def _row(row: Sequence[Any], now: str, road: Road) -> DemandRow:
    state, returned = row[4], row[18]
    return DemandRow(
        id=row[1],
        no=row[2],
        title=row[3],
        state=state,
        type=row[5],
        category=row[6],
        source=row[7],
        urgency=row[8],
        place=_place(row[21], row[22], row[23], row[24]),
        estate=row[25],
        owner_id=row[9],
        owner=row[10],
        assignee=row[11],
        reported_at=row[12],
        due_at=row[13],
        standing=standing(row[13], row[14], now) if state in RUNNING else Standing.NONE,
        referral=row[15],
        refer_kind=row[16],
        referred_to=row[17],
        surfaced=returned >= _SURFACED and state in OPEN,
        reopened=row[19],
        household_id=row[20],
        road=road,
    )


def _place(building: str | None, unit: str | None, room: str | None, name: str) -> str:
    if room is not None and building is not None and unit is not None:
        return door_of(building, unit, room)
    if name:
        return name
    return f"{number_of(building)}-{number_of(unit)}" if building and unit else ""


# -- figures -------------------------------------------------------------------------------------------------------


#: Counts by node walk along this index: bucket by bucket, state by state, nothing is sorted and no row is read.
BY_BUCKET = "INDEXED BY ix_demand_bucket_id_state_due_at"


def counts_by_node(store: Store) -> dict[bytes, DemandCounts]:
    """Area node → what lies there and below: open, due today, overdue. Nodes without any are left out."""
    now, today = now_of(store), store.clock.today()
    with store.read() as connection:
        tree = Workspace(connection, Shape()).tree()
        buckets = {bucket_id(node, BucketClass.CASE): node for node in tree.parents}

        def counted(states: Sequence[str], limit: str = "", *given: str) -> dict[bytes, int]:
            rows = run(
                connection,
                f"SELECT bucket_id, count(*) FROM demand {BY_BUCKET} WHERE bucket_id IN ({_marks(tuple(buckets))}) "
                f"AND state IN ({_states(states)}) {limit} GROUP BY bucket_id",
                (*buckets, *given),
            )
            return {row[0]: row[1] for row in rows}

        standing_open = counted(OPEN)
        late = counted(RUNNING, "AND due_at < ?", now)
        soon = counted(RUNNING, "AND due_at >= ? AND due_at < ?", now, f"{today} 24")
    found: dict[bytes, DemandCounts] = {}
    for bucket, number in standing_open.items():
        own = DemandCounts(number, soon.get(bucket, 0), late.get(bucket, 0))
        for above in tree.lineage(buckets[bucket]):
            found[above] = found.get(above, DemandCounts()) + own
    return found


def counts_by_org(
    org: Sequence[TreeNode], area: Sequence[TreeNode], waiting: Mapping[bytes, DemandCounts]
) -> dict[bytes, DemandCounts]:
    """Organisation node → what lies in its areas, and in those above that lie wholly in them, as its pages show it;
    `waiting` is what `counts_by_node` found. Nodes without any are left out."""
    tree = AreaTree({node.id: node.parent_id for node in area})
    micros = frozenset(node.id for node in area if node.kind == "micro_grid")
    every, found = _above(tree, micros), {}
    for node in org:
        inside = node.areas | _whole(tree, every, node.areas & micros)
        counts = [waiting[one] for one in inside & waiting.keys() if tree.parents[one] not in inside]
        if counts:
            found[node.id] = sum(counts, DemandCounts())
    return found


__all__ = [
    "BY_BUCKET",
    "ORDERS",
    "board",
    "by_rid",
    "conditions_of",
    "count",
    "counts_by_node",
    "counts_by_org",
    "demands",
    "nodes_inside",
    "now_of",
]
