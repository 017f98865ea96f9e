"""The server's audit chain: one per community, like the client's (store/audit.py), with the community in every
hash. Records who was let in, who was refused and what was revoked; never the content of a record."""

from __future__ import annotations

import hashlib
import os

import msgspec

from gridworker.server.database import lock_domain
from gridworker.store.audit import Act
from gridworker.store.connection import Connection

_START = b"\x00" * 32


def note(connection: Connection, domain_id: bytes, act: Act, actor: bytes | None, at: int) -> None:
    """Append `act` by the account or device `actor` at `at` (ms). Part of the caller's transaction."""
    lock_domain(connection, domain_id)
    number, previous = head(connection, domain_id)
    salt, payload = os.urandom(16), msgspec.json.encode(act.payload or {})
    commitment = hashlib.sha256(salt + payload).digest()
    meta = (number + 1, at, actor, act.act, act.entity, act.record_id)
    connection.exec_driver_sql(
        "INSERT INTO audit (domain_id, n, at, actor, act, entity, record_id, commitment, hash) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (domain_id, *meta, commitment, _hash(previous, domain_id, meta, commitment)),
    )
    connection.exec_driver_sql(
        "INSERT INTO audit_payload (domain_id, n, salt, payload) VALUES (?, ?, ?, ?)",
        (domain_id, number + 1, salt, payload),
    )


def head(connection: Connection, domain_id: bytes) -> tuple[int, bytes]:
    """Number and hash of the newest row."""
    last = connection.exec_driver_sql(
        "SELECT n, hash FROM audit WHERE domain_id = ? ORDER BY n DESC LIMIT 1", (domain_id,)
    ).fetchone()
    return (last[0], last[1]) if last else (0, _START)


def broken_at(connection: Connection, domain_id: bytes) -> int | None:
    """The number of the first row that does not follow from the one before or whose payload was altered, or None."""
    previous, expected = _START, 1
    rows = connection.exec_driver_sql(
        "SELECT a.n, a.at, a.actor, a.act, a.entity, a.record_id, a.commitment, a.hash, p.salt, p.payload FROM audit a "
        "LEFT JOIN audit_payload p ON p.domain_id = a.domain_id AND p.n = a.n WHERE a.domain_id = ? ORDER BY a.n",
        (domain_id,),
    )
    for *meta, commitment, row_hash, salt, payload in rows:
        altered = salt is not None and hashlib.sha256(salt + payload).digest() != commitment
        if meta[0] != expected or altered or _hash(previous, domain_id, tuple(meta), commitment) != row_hash:
            return int(meta[0])
        previous, expected = row_hash, expected + 1
    return None


def _hash(previous: bytes, domain_id: bytes, meta: tuple[object, ...], commitment: bytes) -> bytes:
    return hashlib.sha256(previous + msgspec.json.encode([domain_id, *meta]) + commitment).digest()
