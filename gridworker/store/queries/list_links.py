"""What forms of the lists and of deliberation offer: organisations, areas, members."""

from __future__ import annotations

from gridworker.store.statements import run
from gridworker.store.store import Store


def organisations(store: Store) -> tuple[tuple[bytes, str], ...]:
    """Who may provide, apply or take a task on: every organisation unit as (id, name), by kind and name."""
    with store.read() as connection:
        rows = run(connection, "SELECT id, name FROM org_unit WHERE deleted = 0 ORDER BY kind, name")
        return tuple((row[0], row[1]) for row in rows)


def areas(store: Store) -> tuple[tuple[bytes, str], ...]:
    """Where something is needed or offered: community, estates and grids, never a door."""
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT id, name FROM area_unit WHERE deleted = 0 AND kind <> 'micro_grid' ORDER BY code, sort_no",
        )
        return tuple((row[0], row[1]) for row in rows)


def members(store: Store) -> tuple[tuple[bytes, str], ...]:
    """Who may convene, chair, record or be in charge: members of the organisation as (id, name), by name."""
    today = store.clock.today()
    with store.read() as connection:
        rows = run(
            connection,
            "SELECT id, name FROM member WHERE deleted = 0 AND (left_on IS NULL OR left_on >= ?) ORDER BY name",
            (today,),
        )
        return tuple((row[0], row[1]) for row in rows)


_OPEN_ONES = {
    "need": "SELECT id, title FROM need WHERE deleted = 0 AND state = 'open' ORDER BY raised_on DESC, rid DESC",
    "resource": "SELECT id, name FROM resource WHERE deleted = 0 AND state = 'open' ORDER BY name, rid",
    "project": "SELECT id, title FROM project WHERE deleted = 0 AND state NOT IN ('rejected', 'continued', 'closed') "
    "ORDER BY rid DESC",
}


def open_ones(store: Store, kind: str) -> tuple[tuple[bytes, str], ...]:
    """What may be promised, answered or linked to: every open need, resource or project as (id, name), in the order of
    its list."""
    with store.read() as connection:
        return tuple((row[0], row[1]) for row in run(connection, _OPEN_ONES[kind]))
