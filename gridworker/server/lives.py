"""A restored or copied laptop goes on as a device of its own: the key it was copied with vouches for it, and nothing
it writes can be taken for what the other copy wrote. Revoking the one does not revoke the other; both are listed."""

from __future__ import annotations

import hmac

from gridworker.server import auth, trail
from gridworker.server.auth import Device
from gridworker.server.database import domain_of
from gridworker.server.refusal import Refusal, unauthorised
from gridworker.store.audit import Act
from gridworker.store.connection import Connection
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.messages import IncarnationReply, IncarnationRequest


def begin(connection: Connection, asked: IncarnationRequest, now: int) -> IncarnationReply:
    """The device of incarnation `asked.incarnation`: a new one, or, if the answer was lost, the one made before.

    Raises Refusal 401 for a request that the old key did not sign, 403 for a revoked, lapsed or closed device."""
    old = _vouched(connection, asked, now)
    account = auth.account_by(connection, old.domain_id, "id", old.account_id)
    if account is None:
        raise Refusal(403, "account_closed", "the account is closed", noted=True)
    device = _made_before(connection, old, asked)
    if device is None:
        device = auth.add_device(connection, old.domain_id, account, asked, now)
        act = Act("incarnation_begun", "device", device.id, {"number": device.number, "from": old.number})
        trail.note(connection, old.domain_id, act, old.account_id, now)
    tokens = auth.issue(connection, device, now, None)
    return IncarnationReply(
        *(device.id, device.number, tokens.access, tokens.expires_in, tokens.refresh, tokens.server_time),
        server_epoch=domain_of(connection, old.domain_id).server_epoch,
    )


def _vouched(connection: Connection, asked: IncarnationRequest, now: int) -> Device:
    row = connection.exec_driver_sql(
        f"SELECT {auth.DEVICE_COLUMNS}, d.public_key, t.until, t.state FROM device d JOIN token t "
        "ON t.domain_id = d.domain_id AND t.device_id = d.device_id WHERE d.device_id = ?",
        (asked.device_id,),
    ).fetchone()
    if row is None:
        raise unauthorised("unknown device", noted=True)
    device, (public_key, until, state) = Device(*row[:9]), row[9:]
    message = proofs.incarnation_message(asked.device_id, asked.incarnation, asked.device_key)
    if not proofs.is_signed(public_key, asked.proof, message):
        raise unauthorised("the request is not signed by the device", noted=True)
    auth.refuse_stopped(device.state, state, noted=True)
    if until < now:
        raise Refusal(403, "device_lapsed", "not seen for 30 days: a new code is needed", noted=True)
    return device


def _made_before(connection: Connection, old: Device, asked: IncarnationRequest) -> Device | None:
    row = connection.exec_driver_sql(
        f"SELECT {auth.DEVICE_COLUMNS}, d.public_key FROM device d WHERE d.domain_id = ? AND d.account_id = ? "
        "AND d.incarnation = ? AND d.device_id <> ?",
        (old.domain_id, old.account_id, asked.incarnation, old.id),
    ).fetchone()
    if row is None:
        return None
    if not hmac.compare_digest(row[9], asked.device_key):
        raise Refusal(403, "incarnation_unknown", "this incarnation has another key", noted=True)
    return Device(*row[:9])
