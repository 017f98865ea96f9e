"""A server that was restored from a copy: it first collects what the devices had sent after the copy was made, then
applies it in its old order, and only then goes on. Nothing is judged and no page is given while it collects."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby

import msgspec

from gridworker.server import push, trail
from gridworker.server.auth import DEVICE_COLUMNS, RESTORED, Device
from gridworker.server.database import Domain, domain_of
from gridworker.server.incoming import read_ops
from gridworker.server.push import Context
from gridworker.server.refusal import Refusal
from gridworker.server.scope import Scopes, note_epoch
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.sync.protocol.messages import ACTIVE, Hello, SyncRequest, WireRecovering

#: The operator's patience: then it goes on with what has come.
WINDOW_MS = 48 * 3600_000
#: The place of an op that had no receipt: after everything that had one.
_LAST = 2**62


@dataclass(frozen=True)
class Life:
    """`floor` is the lowest cursor the feed still serves; `recovering_until` in ms, 0 when nothing is collected."""

    floor: int = 0
    recovering_until: int = 0


def life_of(connection: Connection, domain_id: bytes) -> Life:
    row = connection.exec_driver_sql(
        "SELECT floor, recovering_until FROM domain_life WHERE domain_id = ?", (domain_id,)
    ).fetchone()
    return Life(*row) if row else Life()


def keep_life(connection: Connection, domain_id: bytes, life: Life) -> None:
    connection.exec_driver_sql(
        "INSERT INTO domain_life (domain_id, floor, recovering_until) VALUES (?, ?, ?) ON CONFLICT (domain_id) "
        "DO UPDATE SET floor = excluded.floor, recovering_until = excluded.recovering_until",
        (domain_id, life.floor, life.recovering_until),
    )


def begin(connection: Connection, domain_id: bytes, now: int) -> None:
    """This is a copy of the past: a new epoch, so that no device takes its numbers for those it saw before, and a
    window in which devices offer again what the copy does not hold. Their tokens were renewed since, too: the next
    renewal is believed for the device's signature alone."""
    connection.exec_driver_sql(
        "UPDATE domain_head SET server_epoch = ? WHERE domain_id = ?", (os.urandom(16), domain_id)
    )
    connection.exec_driver_sql(
        "UPDATE token SET state = ? WHERE domain_id = ? AND state = ?", (RESTORED, domain_id, ACTIVE)
    )
    for table in ("reoffered", "reported"):
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE domain_id = ?", (domain_id,))
    life = life_of(connection, domain_id)
    keep_life(connection, domain_id, replace(life, recovering_until=now + WINDOW_MS))
    trail.note(connection, domain_id, Act("server_restored"), None, now)


# -- collecting --------------------------------------------------------------------------------------------------


def collect(connection: Connection, device: Device, asked: SyncRequest, now: int) -> WireRecovering:
    """Keep the ops of a request for later. Raises Refusal as `push.take_in` does."""
    incoming = read_ops(asked.ops)
    places = dict(asked.receipts) if asked.receipts is not msgspec.UNSET else {}
    rows = [
        (device.domain_id, device.id, i.envelope.seq, places.get(i.envelope.seq, 0), i.raw)
        for i in incoming
        if i.envelope.seq > device.last_seq
    ]
    if rows:
        connection.exec_driver_sql(
            "INSERT INTO reoffered (domain_id, device_id, seq, place, raw) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (domain_id, device_id, seq) DO UPDATE SET place = excluded.place, raw = excluded.raw",
            rows,
        )
    if asked.complete is True:
        connection.exec_driver_sql(
            "INSERT INTO reported (domain_id, device_id, at) VALUES (?, ?, ?) "
            "ON CONFLICT (domain_id, device_id) DO UPDATE SET at = excluded.at",
            (device.domain_id, device.id, now),
        )
    return WireRecovering(device.last_seq)


def for_latecomer(connection: Connection, domain: Domain, hello: Hello) -> WireRecovering | msgspec.UnsetType:
    """For a device that has last spoken with an earlier life of this server: from where to offer again what it sent."""
    if not hello.server_epoch or hello.server_epoch == domain.server_epoch:
        return msgspec.UNSET
    last_seq = connection.exec_driver_sql(
        "SELECT last_seq FROM device WHERE domain_id = ? AND device_id = ?", (domain.id, hello.device_id)
    ).scalar()
    return WireRecovering(int(last_seq or 0), collecting=False)


def may_close(connection: Connection, domain_id: bytes, now: int) -> bool:
    """True when every device that may still come has said that this was all, or the window is over."""
    until = life_of(connection, domain_id).recovering_until
    missing = connection.exec_driver_sql(
        "SELECT count(*) FROM device d JOIN token t ON t.domain_id = d.domain_id AND t.device_id = d.device_id "
        "WHERE d.domain_id = ? AND d.state = ? AND t.until >= ? AND NOT EXISTS "
        "(SELECT 1 FROM reported r WHERE r.domain_id = d.domain_id AND r.device_id = d.device_id)",
        (domain_id, ACTIVE, now),
    ).scalar()
    return now > until or not missing


# -- going on ----------------------------------------------------------------------------------------------------


def close(connection: Connection, domain_id: bytes, today: str, now: int) -> int:
    """Apply what was collected, in its old order, and go on. Returns how many ops there were. The caller's transaction
    must hold the community's row."""
    collected = list(_in_old_order(connection, domain_id))
    for device_id, group in groupby(collected, key=lambda item: item[0]):
        _take_in(connection, domain_id, device_id, [raw for _, raw in group], today, now)
    for table in ("reoffered", "reported"):
        connection.exec_driver_sql(f"DELETE FROM {table} WHERE domain_id = ?", (domain_id,))
    life = life_of(connection, domain_id)
    keep_life(connection, domain_id, replace(life, recovering_until=0))
    act = Act("server_recovered", payload={"ops": len(collected)})
    trail.note(connection, domain_id, act, None, now)
    return len(collected)


def _in_old_order(connection: Connection, domain_id: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(device, op) by the place each had. A device's own order is never broken: an op without a place comes with the
    one before it, and those after its last place come at the end."""
    rows = connection.exec_driver_sql(
        "SELECT device_id, seq, place, raw FROM reoffered WHERE domain_id = ? ORDER BY device_id, seq",
        (domain_id,),
    ).fetchall()
    placed: list[tuple[int, bytes, int, bytes]] = []
    for device_id, group in groupby(rows, key=lambda row: row[0]):
        own = list(group)
        last = max((seq for _, seq, place, _ in own if place), default=0)
        reached = 0
        for _, seq, place, raw in own:
            reached = max(reached, place)
            placed.append((reached if seq <= last else _LAST, device_id, seq, raw))
    for _, device_id, _, raw in sorted(placed):
        yield device_id, raw


def _take_in(
    connection: Connection, domain_id: bytes, device_id: bytes, raws: Sequence[bytes], today: str, now: int
) -> None:
    device = Device(
        *connection.exec_driver_sql(
            f"SELECT {DEVICE_COLUMNS} FROM device d WHERE d.domain_id = ? AND d.device_id = ?",
            (domain_id, device_id),
        ).one()
    )
    domain: Domain = domain_of(connection, domain_id)
    view = Scopes().view(connection, domain, device, today)
    ops = msgspec.Raw(b"[" + b",".join(raws) + b"]")
    with suppress(
        Refusal
    ):  # of ops that one device left out nobody else's may wait; it offers its own again later
        push.take_in(connection, Context(domain, device, view, today, now), ops, None)
    if not view.closed:  # as by an exchange of its own: what it loses later, it once had
        note_epoch(connection, device, view)
