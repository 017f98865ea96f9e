"""The audit chain: one row per act with a commitment to its payload, each row hashed over the one before. Rows are
never changed (triggers see to it); a payload may be deleted and the chain still verifies."""

from __future__ import annotations

import os
from dataclasses import dataclass

import msgspec

from gridworker.models.digests import sha256
from gridworker.store.connection import Connection
from gridworker.store.statements import run

#: Made with the tables: nobody, not even this program, edits the chain.
TRIGGERS = (
    "CREATE TRIGGER audit_no_update BEFORE UPDATE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
    "CREATE TRIGGER audit_no_delete BEFORE DELETE ON audit BEGIN SELECT RAISE(ABORT, 'audit is append-only'); END",
)
_START = b"\x00" * 32


@dataclass(frozen=True)
class Act:
    """What was done: `act` is a verb phrase such as `visit_logged`, `payload` the facts that may be erased later."""

    act: str
    entity: str = ""
    record_id: bytes | None = None
    payload: dict[str, object] | None = None


def note(connection: Connection, act: Act, actor: bytes | None, at: int) -> None:
    """Append `act` by `actor` (an account's or member's id) at `at` (ms). Part of the caller's transaction."""
    last = run(connection, "SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1").fetchone()
    number, previous = (last[0] + 1, last[1]) if last else (1, _START)
    salt, payload = os.urandom(16), msgspec.json.encode(act.payload or {})
    commitment = sha256(salt + payload).digest()
    row_hash = _hash(previous, number, at, actor, act.act, act.entity, act.record_id, commitment)
    run(
        connection,
        "INSERT INTO audit (n, at, actor, act, entity, record_id, commitment, hash) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (number, at, actor, act.act, act.entity, act.record_id, commitment, row_hash),
    )
    run(connection, "INSERT INTO audit_payload (n, salt, payload) VALUES (?, ?, ?)", (number, salt, payload))


def _hash(
    previous: bytes,
    number: int,
    at: int,
    actor: bytes | None,
    act: str,
    entity: str,
    record_id: bytes | None,
    commitment: bytes,
) -> bytes:
    meta = msgspec.json.encode([number, at, actor, act, entity, record_id])
    return sha256(previous + meta + commitment).digest()


def broken_at(connection: Connection) -> int | None:
    """The number of the first row that does not follow from the one before or whose payload was altered; None if
    the chain holds. A row cut off the end can only be seen by comparing with a head noted elsewhere."""
    previous, expected = _START, 1
    rows = run(
        connection,
        "SELECT a.n, a.at, a.actor, a.act, a.entity, a.record_id, a.commitment, a.hash, p.salt, p.payload "
        "FROM audit a LEFT JOIN audit_payload p ON p.n = a.n ORDER BY a.n",
    )
    for number, at, actor, act, entity, record_id, commitment, row_hash, salt, payload in rows:
        altered = salt is not None and sha256(salt + payload).digest() != commitment
        fits = _hash(previous, number, at, actor, act, entity, record_id, commitment) == row_hash
        if number != expected or altered or not fits:
            return int(number)
        previous, expected = row_hash, number + 1
    return None


#: local_state: the head the server has noted, as `n:hash`.
ANCHOR = "audit.anchor"


def cut_since(connection: Connection, anchor: bytes | None) -> bool:
    """True if the row the server had noted is not there any more, or is another one: the tail was cut or replaced."""
    number, _, digest = (anchor or b"").decode().partition(":")
    if not number:
        return False
    found = run(connection, "SELECT hash FROM audit WHERE n = ?", (int(number),)).fetchone()
    return found is None or found[0].hex() != digest


def head(connection: Connection) -> tuple[int, bytes]:
    """Number and hash of the newest row."""
    last = run(connection, "SELECT n, hash FROM audit ORDER BY n DESC LIMIT 1").fetchone()
    return (last[0], last[1]) if last else (0, _START)
