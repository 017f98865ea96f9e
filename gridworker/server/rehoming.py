"""Stairwells that passed to another micro-grid: what stands in them follows slice by slice, each household in one
transaction with everything that belongs to it. Those still to be done are rows of `rehome_job`: after a crash, or in
another process, it goes on where the last slice ended."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeVar

from gridworker.server.database import Domain, ServerDatabase, lock_domain, only_domain
from gridworker.server.pointers import write_feed
from gridworker.store.connection import Connection
from gridworker.store.reorganising import rehome
from gridworker.store.workspace import Shape, Workspace, Written

#: A slice is at most so many households and places, and not many more than so many rows.
MOST_STANDING, MOST_ROWS = 100, 2_000
#: Stairwells that are looked at together.
TOGETHER = 10
#: How long one request goes on with it (s); a push waits until all is done.
PATIENCE = 0.5
_RUN = 2_000
T = TypeVar("T")
_log = logging.getLogger("gridworker.server")


class StillFollowing(Exception):
    """Some households do not lie yet where the tree says; nothing may be judged by where they lie."""


def follow(connection: Connection, domain: Domain, written: Sequence[Written], today: str) -> Domain:
    """Note the stairwells that changed hands with `written` and take the first slice, in the same transaction: small
    changes are done with it."""
    covers = [item.record_id for item in written if item.entity == "coverage"]
    units: set[bytes] = set()
    for start in range(0, len(covers), _RUN):
        part = covers[start : start + _RUN]
        rows = connection.exec_driver_sql(
            f"SELECT unit_id FROM coverage WHERE domain_id = ? AND id IN ({', '.join('?' * len(part))})",
            (domain.id, *part),
        )
        units.update(row[0] for row in rows)
    if not units:
        return domain
    connection.exec_driver_sql(
        "INSERT INTO rehome_job (domain_id, unit_id) VALUES (?, ?) ON CONFLICT (domain_id, unit_id) DO NOTHING",
        [(domain.id, unit) for unit in sorted(units)],
    )
    return _slice(connection, domain, today)[0]


def left(connection: Connection, domain_id: bytes) -> int:
    """How many stairwells are not done yet."""
    sql = "SELECT count(*) FROM rehome_job WHERE domain_id = ?"
    return int(connection.exec_driver_sql(sql, (domain_id,)).scalar() or 0)


def check_done(connection: Connection, domain_id: bytes) -> None:
    """Raises StillFollowing."""
    if left(connection, domain_id):
        raise StillFollowing


def once_done(database: ServerDatabase, work: Callable[[Connection], T]) -> T:
    """`work` as a transaction, after whatever somebody else began since it was looked."""
    while True:
        try:
            return database.transact(work)
        except StillFollowing:
            go_on(database)


def go_on(
    database: ServerDatabase,
    patience: float | None = None,
    told: Callable[[int, int], None] = lambda _rows, _left: None,
    monotonic: Callable[[], float] = time.monotonic,
) -> int:
    """Take slices, each a transaction of its own, until nothing is left or `patience` (s) has run out. `told` hears
    after each how many rows it moved and how many stairwells are left. Returns how many rows moved."""
    begun, total = monotonic(), 0
    with database.read() as connection:
        domain_id = only_domain(connection).id
        waiting = left(connection, domain_id)
    while waiting and (patience is None or not total or monotonic() - begun < patience):
        rows, waiting = database.transact(partial(_next_slice, domain_id, database.clock.today()))
        total += rows
        _log.info("moved %d rows with their stairwells, %d stairwells left", rows, waiting)
        told(rows, waiting)
    return total


def _next_slice(domain_id: bytes, today: str, connection: Connection) -> tuple[int, int]:
    _, rows = _slice(connection, lock_domain(connection, domain_id), today)
    return rows, left(connection, domain_id)


def _slice(connection: Connection, domain: Domain, today: str) -> tuple[Domain, int]:
    """Move what one slice holds, in the caller's transaction, which holds the community's row."""
    found = connection.exec_driver_sql(
        "SELECT unit_id FROM rehome_job WHERE domain_id = ? ORDER BY unit_id LIMIT ?", (domain.id, _RUN)
    ).fetchall()
    waiting = [row[0] for row in found]
    workspace = Workspace(connection, Shape(domain.id))
    done: list[bytes] = []
    for start in range(0, len(waiting), TOGETHER):
        units = waiting[start : start + TOGETHER]
        whole = rehome(workspace, units, today, MOST_STANDING)
        done += units if whole else ()
        if not whole or workspace.unwritten >= MOST_ROWS:
            break
    written = workspace.flush()
    if done:
        connection.exec_driver_sql(
            "DELETE FROM rehome_job WHERE domain_id = ? AND unit_id = ?", [(domain.id, unit) for unit in done]
        )
    return write_feed(connection, domain, written), len(written)
