"""The demands registered in some time as the ledger 民情台账 lists them, in the order of registration."""

from __future__ import annotations

from gridworker.models.days import plus_days
from gridworker.store.demand_rows import DemandLine
from gridworker.store.queries.demands import by_rid, nodes_inside
from gridworker.store.rows import Scope
from gridworker.store.statements import run
from gridworker.store.store import Store


def demand_lines(store: Store, first: str, last: str, scope: Scope | None = None) -> tuple[DemandLine, ...]:
    """The demands registered from the day `first` to the day `last`, where they lay then."""
    with store.read() as connection:
        nodes = tuple(sorted(nodes_inside(connection, scope))) if scope is not None else ()
        inside = f" AND d.unit_at IN ({', '.join('?' * len(nodes))})" if scope is not None else ""
        rows = run(
            connection,
            "SELECT d.rid, coalesce(CASE a.kind WHEN 'micro_grid' THEN g.name WHEN 'grid' THEN a.name END, ''), "
            "coalesce(CASE a.kind WHEN 'micro_grid' THEN a.name END, ''), coalesce(p.name, d.reporter_name, ''), "
            "coalesce(p.salutation, ''), coalesce(d.reporter_phone, p.phone, ''), d.content, "
            "coalesce(d.result_text, ''), coalesce((SELECT max(v.at) FROM demand_event v WHERE v.demand_id = d.id "
            "AND v.to_state = 'closed' AND d.state = 'closed' AND v.event = 'close'), ''), "
            "coalesce(d.reply_channel, ''), coalesce(d.revisited_at, ''), coalesce(d.satisfaction, ''), "
            "coalesce(d.outside_no, ''), coalesce(d.became_no, '') FROM demand d "
            "LEFT JOIN area_unit a ON a.id = d.unit_at LEFT JOIN area_unit g ON g.id = a.parent_id "
            "LEFT JOIN resident p ON p.id = d.reporter_resident_id AND p.deleted = 0 "
            f"WHERE d.deleted = 0 AND d.reported_at >= ? AND d.reported_at < ?{inside} ORDER BY d.reported_at, d.rid",
            (first, plus_days(last, 1), *nodes),
        ).fetchall()
        known = dict(by_rid(store, connection, [row[0] for row in rows]))
        return tuple(DemandLine(known[row[0]], *row[1:]) for row in rows if row[0] in known)
