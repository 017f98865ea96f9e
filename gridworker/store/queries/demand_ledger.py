"""The demands registered in some time as the ledger 民情台账 lists them, in the order of registration."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.models.days import plus_days
from gridworker.store.connection import Connection
from gridworker.store.demand_rows import DemandLine
from gridworker.store.queries.demands import by_rid, nodes_inside
from gridworker.store.rows import Scope
from gridworker.store.statements import run
from gridworker.store.store import Store

_CHILD_UNTIL = 14


def demand_lines(store: Store, first: str, last: str, scope: Scope | None = None) -> tuple[DemandLine, ...]:
    """The demands registered from the day `first` to the day `last`, where they lay then."""
    with store.read() as connection:
        return demand_lines_of(store, connection, demand_rids(connection, first, last, scope))


def demand_rids(connection: Connection, first: str, last: str, scope: Scope | None = None) -> list[int]:
    """Their row numbers, in the order of registration."""
    nodes = tuple(sorted(nodes_inside(connection, scope))) if scope is not None else ()
    inside = f" AND d.unit_at IN ({', '.join('?' * len(nodes))})" if scope is not None else ""
    rows = run(
        connection,
        "SELECT d.rid FROM demand d WHERE d.deleted = 0 AND d.reported_at >= ? AND d.reported_at < ?"
        f"{inside} ORDER BY d.reported_at, d.rid",
        (first, plus_days(last, 1), *nodes),
    )
    return [row[0] for row in rows]


def demand_lines_of(store: Store, connection: Connection, rids: Sequence[int]) -> tuple[DemandLine, ...]:
    """The lines of these demands, in the order of registration."""
    chosen = ", ".join(str(int(rid)) for rid in rids)
    rows = run(
        connection,
        "SELECT d.rid, coalesce(CASE a.kind WHEN 'micro_grid' THEN g.name WHEN 'grid' THEN a.name END, ''), "
        "coalesce(CASE a.kind WHEN 'micro_grid' THEN a.name END, ''), coalesce(p.name, d.reporter_name, ''), "
        "coalesce(p.salutation, ''), coalesce(d.reporter_phone, p.phone, ''), d.content, "
        "coalesce(d.result_text, ''), coalesce((SELECT max(v.at) FROM demand_event v WHERE v.demand_id = d.id "
        "AND v.to_state = 'closed' AND d.state = 'closed' AND v.event = 'close'), ''), "
        "coalesce(d.reply_channel, ''), coalesce(d.revisited_at, ''), coalesce(d.satisfaction, ''), "
        "coalesce(d.outside_no, ''), coalesce(d.became_no, ''), p.birth_year FROM demand d "
        "LEFT JOIN area_unit a ON a.id = d.unit_at LEFT JOIN area_unit g ON g.id = a.parent_id "
        "LEFT JOIN resident p ON p.id = d.reporter_resident_id AND p.deleted = 0 "
        f"WHERE d.rid IN ({chosen}) ORDER BY d.reported_at, d.rid",
    ).fetchall()
    known, year = dict(by_rid(store, connection, rids)), int(store.clock.today()[:4])
    return tuple(
        DemandLine(*(known[row[0]], *row[1:-1], is_child(row[-1], year))) for row in rows if row[0] in known
    )


def is_child(birth_year: int | None, year: int) -> bool:
    """Whether somebody born in `birth_year` is treated as under 14: to the end of the year of the 14th birthday."""
    return birth_year is not None and year <= birth_year + _CHILD_UNTIL
