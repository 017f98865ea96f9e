"""The end of a device: what the server says about it is kept for the person, and once everything is gone the server is
told so."""

from __future__ import annotations

import msgspec

from gridworker.errors import DeviceRevoked, GridworkerError
from gridworker.store import notices, wiping
from gridworker.store.store import Store
from gridworker.sync import keeping
from gridworker.sync.answers import read_answer
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.bodies import ACCEPTED
from gridworker.sync.protocol.messages import ACTIVE, WIPED, WipedReply, WipedRequest
from gridworker.sync.transport import Transport

#: Refusals by which somebody meant this device or its account. Tokens that lapsed or were copied need a new code only.
_FOR_GOOD = ("device_revoked", "account_closed")
_HEADERS = {"Content-Type": "application/json", "Accept-Encoding": ACCEPTED}


def note_refusal(store: Store, error: Exception) -> None:
    """Keep it if `error` says that this device was stopped for good."""
    if isinstance(error, DeviceRevoked) and error.values.get("code") in _FOR_GOOD:
        wiping.note_stopped(store, str(error.values["code"]))


def note_served(store: Store, device_state: str) -> None:
    """The server answered: what it said of this device before is over. The person should know early that the laptop
    was handed back. `device_state` as the server told it."""
    wiping.note_served(store)
    with store.read() as connection:
        known = notices.has(connection, "draining")
    if (device_state != ACTIVE) is known:
        return
    with store.database.write() as connection:
        if known:
            notices.clear(connection, "draining")
        else:
            notices.put(connection, "draining", store.clock.milliseconds())


def receipt_of(store: Store) -> bytes:
    """What will tell the server that everything is gone: signed while the device's key is still there."""
    device = store.known.device_id
    key = store.state(keeping.DEVICE_KEY) or b""
    proof = proofs.sign(key, proofs.wiped_message(device)) if key else b""
    return msgspec.json.encode(WipedRequest(device, proof))


def send_receipt(transport: Transport, receipt: bytes) -> bool:
    """True if the server noted it. Without a network it stays untold: nothing is left here that could say it later."""
    try:
        read_answer(transport.send(WIPED, receipt, _HEADERS), WipedReply)
    except GridworkerError:
        return False
    return True
