"""Small facts of this profile, kept as key and value inside the encrypted database: who we are, where the last
exchange stopped, this device's key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import msgspec

from gridworker.models.days import Clock
from gridworker.models.roles import ROLES, Grant
from gridworker.store.connection import Connection
from gridworker.store.rows import Identity

IDENTITY = "identity"


class NewProfile(msgspec.Struct, frozen=True):
    """What a profile is told when it is made. `authority` is `self` or `server`; `incarnation` 16 random bytes;
    `number_mark` follows the device number in human numbers while a copy waits for a number of its own."""

    community_id: bytes
    authority: str
    practice: bool
    device_id: bytes
    device_no: int
    incarnation: bytes
    member_id: bytes | None = None
    login: str = ""
    server_url: str = ""
    number_mark: str = ""


def is_alone(known: NewProfile) -> bool:
    """True for a community that stands on this computer alone."""
    return known.authority == "self"


def get(connection: Connection, key: str) -> bytes | None:
    value = connection.exec_driver_sql("SELECT value FROM local_state WHERE key = ?", (key,)).scalar()
    return value if isinstance(value, bytes) else None


def put(connection: Connection, values: Mapping[str, bytes]) -> None:
    if values:
        connection.exec_driver_sql(
            "INSERT OR REPLACE INTO local_state (key, value) VALUES (?, ?)",
            [(k, v) for k, v in values.items()],
        )


def drop(connection: Connection, keys: Sequence[str]) -> None:
    connection.exec_driver_sql("DELETE FROM local_state WHERE key = ?", [(key,) for key in keys])


def profile(connection: Connection) -> NewProfile:
    raw = get(connection, IDENTITY)
    assert raw is not None, "a profile without identity"
    return msgspec.json.decode(raw, type=NewProfile)


def grants_of(connection: Connection, member_id: bytes | None, today: str) -> tuple[Grant, ...]:
    """The appointments of a member that are in force today; roles this version does not know give nothing."""
    if member_id is None:
        return ()
    rows = connection.exec_driver_sql(
        "SELECT role_code, area_unit_id FROM appointment WHERE member_id = ? AND deleted = 0 "
        "AND valid_from <= ? AND (valid_to IS NULL OR valid_to >= ?)",
        (member_id, today, today),
    )
    return tuple(Grant(ROLES[code], node) for code, node in rows if code in ROLES)


def dated(connection: Connection, clock: Clock) -> Clock:
    """`clock`, told which day has surely been reached here: the community's first and that of the last exchange."""
    first, newest = connection.exec_driver_sql(
        "SELECT (SELECT valid_from FROM area_unit WHERE parent_id IS NULL AND deleted = 0 LIMIT 1), "
        "(SELECT max(valid_from) FROM (SELECT valid_from FROM appointment WHERE deleted = 0 UNION ALL "
        "SELECT valid_from FROM coverage WHERE deleted = 0))"
    ).one()
    exchanged = int(get(connection, "last_sync_at") or 0)
    synced = Clock(lambda: exchanged / 1000).today() if exchanged else ""
    since = max(first or "", synced)
    return replace(clock, since=since, instead=max(since, newest or ""))


def identity(connection: Connection, known: NewProfile, today: str) -> Identity:
    """The profile as pages and reports name it."""
    community = connection.exec_driver_sql(
        "SELECT name, code FROM area_unit WHERE parent_id IS NULL AND deleted = 0 LIMIT 1"
    ).fetchone()
    member = connection.exec_driver_sql("SELECT name FROM member WHERE id = ?", (known.member_id,)).scalar()
    roles = tuple(dict.fromkeys(grant.role.code for grant in grants_of(connection, known.member_id, today)))
    return Identity(
        community_id=known.community_id,
        community_name=community[0] if community else "",
        community_code=community[1] if community else "",
        authority=known.authority,
        practice=known.practice,
        device_id=known.device_id,
        device_no=known.device_no,
        member_id=known.member_id,
        member_name=str(member or ""),
        role_codes=roles,
        login=known.login,
        server_url=known.server_url,
        last_sync_at=int(get(connection, "last_sync_at") or 0),
    )
