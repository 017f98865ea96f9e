"""Keeps the feed from growing for ever: pointers to what was deleted or has left go after 400 days. A device that was
away longer fetches everything again, its outbox kept."""

from __future__ import annotations

from dataclasses import replace

from gridworker.models.days import plus_days
from gridworker.models.registry import ENTITIES
from gridworker.server.database import Domain
from gridworker.server.feed import MOVE_OUT
from gridworker.server.recovery import keep_life, life_of
from gridworker.store.connection import Connection

KEPT_DAYS = 400


def compact(connection: Connection, domain: Domain, today: str) -> int:
    """Note how far the feed is today, and drop pointers as old as that. Returns how many went."""
    connection.exec_driver_sql(
        "INSERT INTO feed_day (domain_id, day, head) VALUES (?, ?, ?) ON CONFLICT (domain_id, day) DO NOTHING",
        (domain.id, today, domain.head),
    )
    floor = connection.exec_driver_sql(
        "SELECT max(head) FROM feed_day WHERE domain_id = ? AND day <= ?",
        (domain.id, plus_days(today, -KEPT_DAYS)),
    ).scalar()
    life = life_of(connection, domain.id)
    if floor is None or floor <= life.floor:
        return 0
    gone = _drop(connection, "kind = ?", (domain.id, floor, MOVE_OUT))
    for entity in ENTITIES:
        deleted = (
            f"entity = ? AND record_id IN (SELECT id FROM {entity.name} WHERE domain_id = ? AND deleted = 1)"
        )
        gone += _drop(connection, deleted, (domain.id, floor, entity.name, domain.id))
    connection.exec_driver_sql("DELETE FROM feed_day WHERE domain_id = ? AND head < ?", (domain.id, floor))
    keep_life(connection, domain.id, replace(life, floor=floor))
    return gone


def _drop(connection: Connection, condition: str, values: tuple[object, ...]) -> int:
    rows = connection.exec_driver_sql(
        f"DELETE FROM feed WHERE domain_id = ? AND seq <= ? AND {condition} RETURNING seq", values
    ).fetchall()
    return len(rows)
