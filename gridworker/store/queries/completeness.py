"""How far the data of a node and a period has come: the age of each micro-grid's data as the server told it, and which
weeks were closed. A time and a count, never a promise that nothing is missing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

from gridworker.models.period import Period
from gridworker.models.roles import AreaTree
from gridworker.store.connection import Connection
from gridworker.store.frozen_rows import Completeness, NodeState
from gridworker.store.queries.road import sync_counts
from gridworker.store.rows import Scope
from gridworker.store.statements import run, scalar
from gridworker.store.store import Store

_FLEET = "sync.fleet"


class _Line(msgspec.Struct):
    node: bytes
    heard_at: int
    unsent: int


def completeness(store: Store, scope: Scope, period: Period) -> Completeness:
    """What a report of `scope` for `period` rests on now, micro-grids in their fixed order."""
    identity, counts = store.identity, sync_counts(store)
    last = min(period.last, max(store.clock.today(), period.first))
    with store.read() as connection:
        areas = run(
            connection,
            "SELECT id, parent_id, kind, name FROM area_unit WHERE deleted = 0 ORDER BY sort_no, code",
        ).fetchall()
        lines = _fleet(connection)
        closes, records = {}, {}  # type: dict[bytes, tuple[str, bool]], dict[bytes, int]
        if period.kind == "week":
            closes = _closes(connection, str(period))
            records = records_of(connection, scope.micro_grid_ids, period.first, period.last)
    tree = AreaTree({row[0]: row[1] for row in areas})
    kinds = {row[0]: row[2] for row in areas}
    ordered = sorted(
        (row for row in areas if row[0] in scope.micro_grid_ids),
        key=lambda row: _place(tree, areas, row[0]),
    )
    alone = identity.authority == "self"
    return Completeness(
        kind="alone" if alone else ("fleet" if lines else "here"),
        moment=f"{store.clock.moment():%Y-%m-%d %H:%M}",
        through=0 if alone else identity.last_sync_at,
        unsent=0 if alone else counts.unsent + counts.sending,
        weekly=period.kind == "week",
        last=last,
        nodes=tuple(
            _state(
                row[0], row[3], [lines[n] for n in _own(tree, kinds, row[0]) if n in lines], closes, records
            )
            for row in ordered
        ),
    )


def _place(tree: AreaTree, areas: Iterable[tuple[bytes, ...]], micro: bytes) -> tuple[int, ...]:
    """Where a micro-grid stands: by its grid first, as the tree shows it."""
    order = {row[0]: place for place, row in enumerate(areas)}
    return tuple(order[node] for node in reversed(tree.lineage(micro)))


def _own(tree: AreaTree, kinds: Mapping[bytes, str], micro: bytes) -> list[bytes]:
    """The nodes whose computers may hold something of a micro-grid: itself and its grid."""
    return [node for node in tree.lineage(micro) if kinds[node] in ("micro_grid", "grid")]


def _state(
    micro: bytes,
    name: str,
    lines: list[_Line],
    closes: Mapping[bytes, tuple[str, bool]],
    records: Mapping[bytes, int],
) -> NodeState:
    closed_at, zero = closes.get(micro, ("", False))
    return NodeState(
        micro,
        name,
        heard_at=min((line.heard_at for line in lines), default=0),
        unsent=sum(line.unsent for line in lines),
        closed_at=closed_at,
        zero_report=zero,
        records=records.get(micro, 0),
    )


def _fleet(connection: Connection) -> dict[bytes, _Line]:
    raw = scalar(connection, "SELECT value FROM local_state WHERE key = ?", (_FLEET,))
    return {line.node: line for line in msgspec.json.decode(raw, type=list[_Line])} if raw else {}


def _closes(connection: Connection, week: str) -> dict[bytes, tuple[str, bool]]:
    rows = run(
        connection,
        "SELECT micro_grid_id, closed_at, zero_report FROM week_close WHERE week = ? AND deleted = 0",
        (week,),
    )
    return {row[0]: (str(row[1]), bool(row[2])) for row in rows}


def records_of(
    connection: Connection, micro_grids: Iterable[bytes], first: str, last: str
) -> dict[bytes, int]:
    """Micro-grid → visits of these days that stand, and steps of demands caused in them; only those with any."""
    wanted = set(micro_grids)
    rows = run(
        connection,
        "SELECT unit_at, sum(n) FROM ("
        "SELECT unit_at, count(*) AS n FROM visit WHERE now_on BETWEEN ?1 AND ?2 AND now_void = 0 AND deleted = 0 "
        "GROUP BY unit_at UNION ALL "
        "SELECT unit_at, count(*) FROM demand_event WHERE at BETWEEN ?1 AND ?2 || ' 24' AND deleted = 0 "
        "GROUP BY unit_at) GROUP BY unit_at",
        (first, last),
    )
    return {row[0]: int(row[1]) for row in rows if row[0] in wanted}
