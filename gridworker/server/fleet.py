"""How far the community's own computers have everything, and how old each micro-grid's data is: last values only,
nobody's reading is watched."""

from __future__ import annotations

import hashlib
from typing import TypedDict

import msgspec

from gridworker.models.entity import BucketClass
from gridworker.models.roles import ROLES
from gridworker.server.auth import Device
from gridworker.server.database import Domain
from gridworker.server.scope import View
from gridworker.store.connection import Connection
from gridworker.sync.protocol.messages import Fleet, FleetLine, SyncRequest

#: A device that only asks is noted again after this many ms.
HEARD_EVERY = 600_000
#: Told to the hour (ms): a node may have one worker, and how old its data is says nothing of when somebody is at work.
HOUR = 3_600_000
#: No laptop keeps more to itself than this; a larger number is nonsense that no column could hold.
_MOST_UNSENT = 10**9
_OFFICE = tuple(sorted(role.code for role in ROLES.values() if BucketClass.OFFICE in role.buckets))
_FIELD = tuple(
    sorted(
        role.code
        for role in ROLES.values()
        if BucketClass.CASE in role.buckets and role.code not in _OFFICE and role.below
    )
)
#: A device that may still ask for something.
_ACTIVE = (
    "d.state = 'active' AND EXISTS (SELECT 1 FROM account a WHERE a.domain_id = d.domain_id AND a.id = d.account_id "
    "AND a.state = 'active' AND a.deleted = 0)"
)
_IN_FORCE = "p.deleted = 0 AND p.valid_from <= ? AND (p.valid_to IS NULL OR p.valid_to >= ?)"


def is_current(connection: Connection, device: Device, asked: SyncRequest, now: int) -> bool:
    """True if what this request says of its device is noted already."""
    cursor, unsent = _said(asked)
    row = connection.exec_driver_sql(
        "SELECT pulled, heard_at, unsent FROM device WHERE domain_id = ? AND device_id = ?",
        (device.domain_id, device.id),
    ).fetchone()
    return row is not None and row[0] == cursor and row[2] == unsent and now - (row[1] or 0) < HEARD_EVERY


def note(connection: Connection, device: Device, asked: SyncRequest, now: int) -> None:
    """Note how far the device has come and what it still keeps to itself."""
    cursor, unsent = _said(asked)
    connection.exec_driver_sql(
        "UPDATE device SET pulled = ?, heard_at = ?, unsent = ? WHERE domain_id = ? AND device_id = ?",
        (cursor, now, unsent, device.domain_id, device.id),
    )


def _said(asked: SyncRequest) -> tuple[int | None, int]:
    cursor = asked.pull.cursor if asked.pull is not None and asked.pull.bootstrap is None else None
    unsent = 0 if asked.hello.unsent is msgspec.UNSET else asked.hello.unsent
    return cursor, min(max(unsent, 0), _MOST_UNSENT)


class Told(TypedDict, total=False):
    """The parts of an answer that say how far everybody is."""

    delivered: int
    fleet: Fleet


def told(
    connection: Connection, domain: Domain, view: View, today: str, known: str | msgspec.UnsetType
) -> Told:
    """What this asker is told; `known` is the tag of the lines it has."""
    found = Told()
    if place := delivered(connection, domain, today):
        found["delivered"] = place
    lines = fleet(connection, domain, view, known=known, today=today)
    if lines is not None:
        found["fleet"] = lines
    return found


def delivered(connection: Connection, domain: Domain, today: str) -> int:
    """The place up to which every active computer of secretary and committee has everything; 0 without one."""
    marks = ", ".join("?" * len(_OFFICE))
    row = connection.exec_driver_sql(
        "SELECT min(coalesce(d.pulled, 0)) FROM device d WHERE d.domain_id = ? "
        f"AND {_ACTIVE} AND EXISTS "
        "(SELECT 1 FROM appointment p WHERE p.domain_id = d.domain_id AND p.member_id = d.member_id "
        f"AND p.role_code IN ({marks}) AND {_IN_FORCE})",
        (domain.id, *_OFFICE, today, today),
    ).fetchone()
    return int(row[0] or 0)


def fleet(
    connection: Connection, domain: Domain, view: View, today: str, known: str | msgspec.UnsetType
) -> Fleet | None:
    """The lines of every node with a field worker's device, for the secretary (right `fleet`); None for others, and
    when `known` is their tag. Who has lost the right and still holds lines gets none in their place."""
    if not any("fleet" in grant.role.may for grant in view.grants):
        return Fleet("", ()) if known else None
    marks = ", ".join("?" * len(_FIELD))
    rows = connection.exec_driver_sql(
        "SELECT p.area_unit_id, min(coalesce(d.heard_at, d.enrolled_at)), sum(coalesce(d.unsent, 0)), count(*) "
        "FROM device d JOIN (SELECT DISTINCT member_id, area_unit_id FROM appointment p WHERE p.domain_id = ? "
        f"AND p.role_code IN ({marks}) AND {_IN_FORCE}) p ON p.member_id = d.member_id "
        f"WHERE d.domain_id = ? AND {_ACTIVE} GROUP BY p.area_unit_id ORDER BY p.area_unit_id",
        (domain.id, *_FIELD, today, today, domain.id),
    ).fetchall()
    lines = tuple(FleetLine(bytes(row[0]), row[1] - row[1] % HOUR, int(row[2]), int(row[3])) for row in rows)
    tag = hashlib.blake2b(msgspec.json.encode(lines), digest_size=6).hexdigest()
    return None if tag == known else Fleet(tag, lines)
