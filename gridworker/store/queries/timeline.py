"""The history of one household, shop or public spot, newest first: visits as amended, comments, conflicts."""

from __future__ import annotations

from collections import defaultdict

from gridworker.store import statistics
from gridworker.store.aliases import with_losers
from gridworker.store.connection import Connection
from gridworker.store.queries.road import roads
from gridworker.store.rows import Road, TimelineEntry
from gridworker.store.store import Store

_LIMIT = 100


def timeline(
    store: Store, connection: Connection, target_id: bytes, target: str = "household"
) -> tuple[TimelineEntry, ...]:
    """The newest entries of one household, and of those that were merged into it; or of a shop or public spot."""
    mine = with_losers(connection, target, target_id)
    rows = connection.exec_driver_sql(
        "SELECT id, now_on, now_outcome, mode, no, coalesce(said, ''), now_void FROM visit "
        f"WHERE {target}_id IN ({', '.join('?' * len(mine))}) AND deleted = 0 "
        "ORDER BY now_on DESC, coalesce(start_at, '') DESC, length(no) DESC, substr(no, 5) DESC LIMIT ?",
        (*mine, _LIMIT),
    ).fetchall()
    visits = [row[0] for row in rows]
    names = visitor_names(connection, visits)
    road = roads(connection, store.known.authority == "self", visits)
    found = []
    for record, on, outcome, mode, no, said, void in rows:
        changed = statistics.amended(connection, record)
        text = str(changed.get("said", said) or "")
        entry = TimelineEntry(
            record,
            "visit",
            on,
            outcome,
            changed.get("mode") or mode,
            no,
            text,
            names[record],
            amended=bool(changed),
            void=bool(void),
            road=road[record],
        )
        found.append(entry)
    found += _comments(store, connection, visits, {row[0]: row[1] for row in rows})
    return tuple(sorted(found, key=lambda entry: (entry.on, entry.id), reverse=True))


def visitor_names(connection: Connection, visits: list[bytes]) -> dict[bytes, tuple[str, ...]]:
    """Visit → the names of the members who went."""
    found: dict[bytes, list[str]] = defaultdict(list)
    for start in range(0, len(visits), 400):
        part = tuple(visits[start : start + 400])
        rows = connection.exec_driver_sql(
            "SELECT w.visit_id, m.name FROM visit_visitor w JOIN member m ON m.id = w.member_id "
            f"WHERE w.deleted = 0 AND w.visit_id IN ({', '.join('?' * len(part))}) ORDER BY w.id",
            part,
        )
        for visit, name in rows:
            found[visit].append(name)
    return {visit: tuple(found[visit]) for visit in visits}


def _comments(
    store: Store, connection: Connection, visits: list[bytes], days: dict[bytes, str]
) -> list[TimelineEntry]:
    if not visits:
        return []
    rows = connection.exec_driver_sql(
        "SELECT c.id, c.visit_id, c.text, m.name FROM visit_comment c LEFT JOIN member m ON m.id = c.member_id "
        f"WHERE c.deleted = 0 AND c.visit_id IN ({', '.join('?' * len(visits))})",
        tuple(visits),
    ).fetchall()
    road = roads(connection, store.known.authority == "self", [row[0] for row in rows])
    return [
        TimelineEntry(
            record,
            "comment",
            days[visit],
            "",
            "",
            "",
            text,
            (name,) if name else (),
            amended=False,
            void=False,
            road=road.get(record, Road.SERVER),
        )
        for record, visit, text, name in rows
    ]
