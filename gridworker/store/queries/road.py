"""How far each record has come, asked of the outbox: a query, never a flag."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.store.connection import Connection
from gridworker.store.outbox import NEEDS_ATTENTION, ON_THE_WAY
from gridworker.store.rows import Road, SyncCounts
from gridworker.store.store import Store

_CHUNK = 400


def roads(connection: Connection, alone: bool, records: Sequence[bytes]) -> dict[bytes, Road]:
    """The road of each of `records`: the least far of its ops, or the server's for what came from there."""
    if alone:
        return dict.fromkeys(records, Road.ALONE)
    found = dict.fromkeys(records, Road.SERVER)
    for start in range(0, len(records), _CHUNK):
        part = records[start : start + _CHUNK]
        rows = connection.exec_driver_sql(
            f"SELECT record_id, max(state = 'new'), max({ON_THE_WAY}), max({NEEDS_ATTENTION}) FROM outbox "
            f"WHERE record_id IN ({', '.join('?' * len(part))}) GROUP BY record_id",
            tuple(part),
        )
        for record, new, sent, attention in rows:
            found[record] = (
                Road.ATTENTION if attention else Road.HERE if new else Road.SENDING if sent else Road.SERVER
            )
    return found


def sync_counts(store: Store) -> SyncCounts:
    """What the header and the exit question say: acts not sent, on their way, and waiting for a person."""
    with store.read() as connection:
        unsent, sending, attention, delivered = connection.exec_driver_sql(
            "SELECT (SELECT count(DISTINCT txn) FROM outbox WHERE state = 'new'), "
            f"(SELECT count(DISTINCT txn) FROM outbox WHERE {ON_THE_WAY}), "
            f"(SELECT count(DISTINCT record_id) FROM outbox WHERE {NEEDS_ATTENTION}) "
            "+ (SELECT count(*) FROM conflict WHERE state = 'open' AND deleted = 0), "
            "(SELECT count(DISTINCT txn) FROM outbox WHERE state = 'done')"
        ).one()
    return SyncCounts(unsent, sending, attention, delivered)
