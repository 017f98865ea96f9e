"""What hangs together across the three lists, and the organisations that forms offer."""

from __future__ import annotations

from collections.abc import Iterable

from gridworker.store.queries.lists import PromiseRow
from gridworker.store.statements import run
from gridworker.store.store import Store

_STANDING = ("requested", "confirmed", "given")


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


def linked(store: Store, record: bytes, promised: Iterable[PromiseRow]) -> frozenset[bytes]:
    """The needs, resources, tasks and projects that hang together with one of them; `promised` are its promises."""
    found = {part for one in promised if one.state in _STANDING for part in (one.resource_id, one.purpose_id)}
    with store.read() as connection:
        pairs = run(
            connection,
            "SELECT need_id, project_id FROM project_need WHERE deleted = 0 AND (need_id = ?1 OR project_id = ?1)",
            (record,),
        ).fetchall()
        tasks = run(
            connection,
            "SELECT id, need_id, resource_id, project_id FROM task WHERE deleted = 0 AND "
            "(need_id = ?1 OR resource_id = ?1 OR project_id = ?1 OR id = ?1)",
            (record,),
        ).fetchall()
    found |= {part for row in (*pairs, *tasks) for part in row if part}
    return frozenset(found - {record})


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
