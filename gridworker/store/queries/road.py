"""How far each record has come, asked of the outbox: a query, never a flag."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.store.connection import Connection
from gridworker.store.outbox import HERE, NEEDS_ATTENTION, ON_THE_WAY
from gridworker.store.rows import Road, SyncCounts
from gridworker.store.statements import scalar
from gridworker.store.store import Store

_CHUNK = 400
#: local_state, as sync keeps it.
_DELIVERED = "sync.delivered"
#: SQL that is true once the community's computers have an answered op; ? is `delivered`.
_ARRIVED = "(state = 'done' AND coalesce(json_extract(CAST(result AS TEXT), '$.place'), 0) BETWEEN 1 AND ?)"


#: SQL: whether ops are here only, on their way, before a person, with the community's computers; ? is `delivered`.
_FAR = f"max({HERE}), max({ON_THE_WAY}), max({NEEDS_ATTENTION}), min({_ARRIVED})"
_LEAST_FIRST = (Road.ATTENTION, Road.HERE, Road.SENDING, Road.SERVER, Road.COMMUNITY)


def roads(connection: Connection, alone: bool, records: Sequence[bytes]) -> dict[bytes, Road]:
    """The road of each of `records`: the least far of its ops, or the server's for what came from there."""
    if alone:
        return dict.fromkeys(records, Road.ALONE)
    asked = f"SELECT record_id, {_FAR} FROM outbox WHERE record_id IN (:records) GROUP BY record_id"
    return dict.fromkeys(records, Road.SERVER) | _told(connection, asked, records)


def home_roads(connection: Connection, alone: bool, homes: Sequence[bytes]) -> dict[bytes, Road]:
    """The road of each of these households: the least far of its own and of those of its residents, whose names and
    phone stand in its line and are changed with it."""
    found = roads(connection, alone, homes)
    if not alone:
        asked = (
            f"SELECT household_id, {_FAR} FROM resident JOIN outbox ON record_id = resident.id "
            "WHERE household_id IN (:records) GROUP BY household_id"
        )
        for home, road in _told(connection, asked, homes).items():
            found[home] = min(found[home], road, key=_LEAST_FIRST.index)
    return found


def _told(connection: Connection, asked: str, records: Sequence[bytes]) -> dict[bytes, Road]:
    """What the ops of these `:records` say, for those that have any."""
    told: dict[bytes, Road] = {}
    through = delivered(connection)
    for start in range(0, len(records), _CHUNK):
        part = records[start : start + _CHUNK]
        rows = connection.exec_driver_sql(
            asked.replace(":records", ", ".join("?" * len(part))), (through, *part)
        )
        for record, new, sent, attention, arrived in rows:
            answered = Road.COMMUNITY if arrived else Road.SERVER
            told[record] = (
                Road.ATTENTION if attention else Road.HERE if new else Road.SENDING if sent else answered
            )
    return told


def delivered(connection: Connection) -> int:
    """Up to which place in the community's order the computers of secretary and committee have everything."""
    return int(scalar(connection, "SELECT value FROM local_state WHERE key = ?", (_DELIVERED,)) or 0)


#: SQL: parts of a frozen report go the road of the report.
WITHOUT_PARTS = "entity NOT IN ('frozen_item', 'frozen_file')"
#: SQL: what counts as a record of its own on its road. Who went along belongs to the visit.
COUNTED = f"state NOT IN ('own', 'void') AND entity <> 'visit_visitor' AND {WITHOUT_PARTS}"


def sync_counts(store: Store) -> SyncCounts:
    """What the header and the exit question say: records not sent, on their way and on the server, each by the least
    far of its ops, and how much waits for a person here."""
    decides = any("held" in grant.role.may for grant in store.grants())
    with store.read() as connection:
        unsent, sending, delivered, attention = connection.exec_driver_sql(
            f"WITH road AS (SELECT min(CASE WHEN {HERE} THEN 1 "
            f"WHEN {ON_THE_WAY} THEN 2 ELSE 3 END) AS far FROM outbox WHERE {COUNTED} GROUP BY record_id) "
            "SELECT coalesce(sum(far = 1), 0), coalesce(sum(far = 2), 0), coalesce(sum(far = 3), 0), "
            f"(SELECT count(*) FROM outbox WHERE {NEEDS_ATTENTION}) + (SELECT count(*) FROM "
            "(SELECT DISTINCT entity, record_id FROM conflict WHERE state = 'open' AND deleted = 0)) "
            "+ (SELECT count(*) FROM held_op WHERE ? AND deleted = 0 AND state IN ('open', 'handed_over')) "
            "FROM road",
            (int(decides),),
        ).one()
    return SyncCounts(unsent, sending, attention, delivered)
