"""How much there is of what, for an operator: counts only, nothing about a person and nothing per person."""

from __future__ import annotations

from gridworker.server import rehoming, schema
from gridworker.server.database import Domain
from gridworker.server.watching import BULK_READING
from gridworker.store.connection import Connection
from gridworker.sync.protocol.messages import ACTIVE, DRAINING, REVOKED

#: What an operator should look into: a device that reads in bulk, is about twice, or shortened its own audit.
_ALARMS = (BULK_READING, "token_family_revoked", "device_fork", "device_audit_broken")
DAY_MS = 24 * 3600 * 1000
#: Counted one by one: what tells how large a community is.
_COUNTED = ("household", "resident", "visit", "area_unit", "appointment", "account")


def figures(connection: Connection, domain: Domain, now: int) -> dict[str, int | str]:
    """Name → number, in the order in which they are shown."""
    found: dict[str, int | str] = {"community": domain.code, "head": domain.head}
    for entity in _COUNTED:
        found[entity] = _count(connection, f"{entity} WHERE domain_id = ? AND deleted = 0", (domain.id,))
    for state in (ACTIVE, DRAINING, REVOKED):
        condition = "device WHERE domain_id = ? AND number > 1 AND state = ?"
        found[f"devices_{state}"] = _count(connection, condition, (domain.id, state))
    found["ops"] = _count(connection, "device_op WHERE domain_id = ?", (domain.id,))
    found["stairwells_following"] = rehoming.left(connection, domain.id)
    day_ago = (domain.id, now - DAY_MS)
    found["ops_last_day"] = _count(connection, "device_op WHERE domain_id = ? AND at > ?", day_ago)
    since = f"audit WHERE domain_id = ? AND at > ? AND act IN ({', '.join('?' * len(_ALARMS))})"
    found["alarms_last_day"] = _count(connection, since, (*day_ago, *_ALARMS))
    found["audit"] = _count(connection, "audit WHERE domain_id = ?", (domain.id,))
    found["bytes"] = _bytes(connection)
    return found


def _count(connection: Connection, what: str, values: tuple[object, ...]) -> int:
    return int(connection.exec_driver_sql(f"SELECT count(*) FROM {what}", values).scalar() or 0)


def _bytes(connection: Connection) -> int:
    if schema.is_postgres(connection):
        return int(connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar())
    pages = connection.exec_driver_sql("PRAGMA page_count").scalar()
    return int(pages) * int(connection.exec_driver_sql("PRAGMA page_size").scalar())
