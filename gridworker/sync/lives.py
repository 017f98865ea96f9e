"""Gives a restored or copied database a device of its own at the server, so that both copies can go on: a new id,
number, key and tokens, vouched for by the key that it was copied with."""

from __future__ import annotations

import msgspec

from gridworker import __version__
from gridworker.models.op import OpResult
from gridworker.store import incarnation, outbox, state
from gridworker.store.store import Store
from gridworker.sync import keeping, reoffering
from gridworker.sync.answers import Asking, read_answer
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.messages import INCARNATION, IncarnationReply, IncarnationRequest
from gridworker.sync.transport import Transport

#: So many forks without a clean exchange between them are no accident of copying: then they are answers.
MOST_FORKS = 3


def is_unknown(store: Store) -> bool:
    """True while the server has not heard of this incarnation."""
    return store.state(incarnation.UNKNOWN_TO_SERVER) is not None


def begin(store: Store, why: str) -> None:
    """Go on as a new incarnation, to be registered before the next exchange."""
    store.known = incarnation.begin(store.folder, store.database, store.known, store.clock, why)


def register(store: Store, transport: Transport, headers: dict[str, str]) -> None:
    """Register this incarnation and keep the device the server gives. May be repeated: the same incarnation and key
    get the same device. Raises as `Client.exchange` does."""
    with store.database.write() as connection:  # kept first: a lost answer must find the same key again
        old = state.get(connection, keeping.DEVICE_KEY) or b""
        private = state.get(connection, keeping.NEXT_KEY) or proofs.new_key()
        state.put(connection, {keeping.NEXT_KEY: private})
    known, public = store.known, proofs.public_key(private)
    proof = proofs.sign(old, proofs.incarnation_message(known.device_id, known.incarnation, public))
    asked = IncarnationRequest(known.device_id, known.incarnation, public, proof, __version__)
    body = msgspec.json.encode(asked)
    asking = Asking(body, keeping.signing_key(store.state(keeping.BUNDLE_KEY)))
    reply = read_answer(transport.send(INCARNATION, body, headers), IncarnationReply, asking)
    facts = {
        keeping.DEVICE_KEY: private,
        **keeping.tokens(reply),
        keeping.NEXT_KEY: b"",
        **reoffering.ended(),  # what was offered was counted in the old places
    }
    store.known = incarnation.take_device(store.database, known, reply.device_id, reply.device_no, facts)
    spoken_with = store.state(keeping.SERVER_EPOCH)
    if spoken_with and reply.server_epoch not in (msgspec.UNSET, spoken_with):
        with store.database.write() as connection:
            outbox.reopen_older(connection)


def forked(store: Store, results: tuple[OpResult, ...]) -> bool:
    """True when the answers show that another copy of this database has spoken under our numbers: then we go on as a
    new incarnation, and everything unanswered is sent again with its old ids."""
    if not any(result.code == "device_fork" for result in results):
        if results and store.state(keeping.FORKS):
            store.set_state({keeping.FORKS: b""})
        return False
    forks = int(store.state(keeping.FORKS) or 0) + 1
    if forks > MOST_FORKS:
        return False
    begin(store, "fork")
    store.set_state({keeping.FORKS: keeping.number(forks)})
    return True
