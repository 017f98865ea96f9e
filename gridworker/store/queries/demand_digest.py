"""What the two committees look at every week: demands by source, by the two sides of a conflict and by category."""

from __future__ import annotations

from gridworker.models.days import Week, plus_days
from gridworker.models.demand_machine import OPEN, RUNNING
from gridworker.store.connection import Connection
from gridworker.store.demand_rows import Digest, DigestLine
from gridworker.store.queries.demands import nodes_inside, now_of
from gridworker.store.rows import Scope
from gridworker.store.statements import run
from gridworker.store.store import Store

_BY = ("source", "conflict_pair", "category")


def digest(store: Store, week: Week, scope: Scope | None = None) -> Digest:
    """The demands of `week`, by where they lay on the day they were registered: new in the week, closed in it; open and
    overdue are as of now. Lines in the order of their codes; a code without any is left out."""
    with store.read() as connection:
        lines = [_lines(store, connection, column, week, scope) for column in _BY]
    return Digest(*lines)


def _lines(
    store: Store, connection: Connection, column: str, week: Week, scope: Scope | None
) -> tuple[DigestLine, ...]:
    begins, ends = week.first, plus_days(week.last, 1)
    where, nodes = "d.deleted = 0", tuple[bytes, ...]()
    if scope is not None:
        nodes = tuple(sorted(nodes_inside(connection, scope)))
        where += f" AND d.unit_at IN ({', '.join('?' * len(nodes))})"
    open_states = ", ".join(f"'{state}'" for state in OPEN)
    running = ", ".join(f"'{state}'" for state in RUNNING)
    closed = (
        "EXISTS (SELECT 1 FROM demand_event v WHERE v.demand_id = d.id AND v.to_state = 'closed' "
        "AND v.from_state <> 'closed' AND v.at >= ? AND v.at < ?)"
    )
    rows = run(
        connection,
        f"SELECT coalesce(d.{column}, ''), sum(d.reported_at >= ? AND d.reported_at < ?), "
        f"sum(d.state = 'closed' AND {closed}), sum(d.state IN ({open_states})), "
        f"sum(d.state IN ({running}) AND d.due_at < ?) FROM demand d WHERE {where} GROUP BY 1 ORDER BY 1",
        (begins, ends, begins, ends, now_of(store), *nodes),
    )
    found = (DigestLine(row[0], *(int(figure or 0) for figure in row[1:])) for row in rows)
    return tuple(line for line in found if line.new or line.closed or line.open)


__all__ = ["digest"]
