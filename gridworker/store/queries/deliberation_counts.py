"""How much is under deliberation: issues by stage, meetings that come, the rectification rate."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.models.deliberation import STAGE_OF, STAGES
from gridworker.models.funnel import Rectification
from gridworker.store.statements import run, scalar
from gridworker.store.store import Store


def _at(column: str, nodes: Sequence[bytes]) -> str:
    return f" AND {column} IN ({', '.join('?' * len(nodes))})" if nodes else ""


def issue_counts(store: Store, nodes: Sequence[bytes] = ()) -> dict[str, int]:
    """How many issues are at each stage, at `nodes` (everywhere if none are named)."""
    found = dict.fromkeys(STAGES, 0)
    with store.read() as connection:
        sql = "SELECT i.state, count(*) FROM issue i WHERE i.deleted = 0"
        for state, number in run(connection, f"{sql}{_at('i.area_unit_id', nodes)} GROUP BY 1", tuple(nodes)):
            found[STAGE_OF[state]] += number
    return found


def coming_meetings(store: Store, nodes: Sequence[bytes] = ()) -> int:
    """How many meetings are planned or called and not held yet."""
    sql = "SELECT count(*) FROM meeting m WHERE m.deleted = 0 AND m.state IN ('planned', 'called')"
    with store.read() as connection:
        return int(scalar(connection, f"{sql}{_at('m.area_unit_id', nodes)}", tuple(nodes)) or 0)


def rectification(store: Store, nodes: Sequence[bytes] = (), since: str = "") -> Rectification:
    """Resolutions done of all, at issues of `nodes` (everywhere if none are named) and of meetings since a day."""
    today = store.clock.today()
    more = _at("i.area_unit_id", nodes) + (" AND m.held_on >= ?" if since else "")
    with store.read() as connection:
        row = run(
            connection,
            "SELECT coalesce(sum(r.state = 'done'), 0), count(*), coalesce(sum(r.state = 'delayed'), 0), "
            f"coalesce(sum(r.state IN ('todo', 'doing', 'delayed') AND coalesce(r.extended_to, r.due_on) < ?), 0) "
            "FROM resolution r JOIN issue i ON i.id = r.issue_id JOIN meeting m ON m.id = r.meeting_id "
            f"WHERE r.deleted = 0{more}",
            (today, *nodes, *([since] if since else [])),
        ).fetchone()
    return Rectification(*row)
