"""One request of the exchange as it is sent, and the next one of a first copy on its way before it is due: the server
reads the next page while this one is written here."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from gridworker import __version__
from gridworker.store import audit, outbox, state
from gridworker.sync import keeping
from gridworker.sync.answers import Asking, read_answer
from gridworker.sync.keeping import Kept
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.bodies import ACCEPTED, deflate
from gridworker.sync.protocol.messages import PROOF, SYNC, Pull, SyncReply, SyncRequest
from gridworker.sync.transport import AsksAhead

if TYPE_CHECKING:
    from gridworker.sync.client import Client

HEADERS = {
    "Content-Type": "application/json",
    "Accept-Encoding": ACCEPTED,
    "User-Agent": f"gridworker/{__version__}",
}
#: Seconds. Where an answer takes longer, the line is what is slow, and a page asked for in vain would cost it dear.
_QUICK = 2.0


@dataclass(frozen=True)
class Heard:
    """An answer, this computer's time (ms) in the middle of the exchange, and the seconds that were waited for it."""

    answer: SyncReply
    middle: int
    seconds: float


def ask(
    client: Client,
    kept: Kept,
    payloads: Sequence[bytes],
    pull: Pull | None,
    chain: tuple[int, bytes],
    seqs: Sequence[int] = (),
) -> Heard:
    """Send one request and read the answer. Raises what the transport and `read_answer` raise."""
    body, headers = _request(client, kept, payloads, pull, chain, seqs)
    clock, begun, since = client.store.clock, client.store.clock.milliseconds(), time.monotonic()
    reply = client.transport.send(SYNC, body, headers)
    waited = time.monotonic() - since
    now = clock.milliseconds()
    middle = now - int(reply.age * 1000) if reply.age else (begun + now) // 2
    return Heard(read_answer(reply, SyncReply, Asking(body, kept.server_key)), middle, waited)


def ask_ahead(client: Client, heard: Heard, facts: Mapping[str, bytes], rows: int) -> None:
    """Send the request that follows this page of a first copy, `facts` being what will be kept with it. Only a page of
    a copy is asked for ahead: a cursor says what this device holds, and it holds nothing before it is written."""
    answer, transport = heard.answer, client.transport
    if answer.page is None or answer.page.bootstrap is None or not isinstance(transport, AsksAhead):
        return
    if heard.seconds > _QUICK or rows < answer.hello.limits.rows:
        return
    with client.store.read() as connection:
        if outbox.is_any_to_send(connection):
            return
        kept = keeping.read(lambda key: facts[key] if key in facts else state.get(connection, key))
        chain = audit.head(connection)
    if not kept.collecting:
        transport.send_ahead(SYNC, *_request(client, kept, (), kept.pull(answer.hello.limits.rows), chain))


def _request(
    client: Client,
    kept: Kept,
    payloads: Sequence[bytes],
    pull: Pull | None,
    chain: tuple[int, bytes],
    seqs: Sequence[int] = (),
) -> tuple[bytes, dict[str, str]]:
    """The body and headers of a signed request."""
    hello = client.hello(kept, chain, len(payloads))
    request = SyncRequest(hello, msgspec.Raw(b"[" + b",".join(payloads) + b"]"), pull)
    if kept.collecting:
        with client.store.read() as connection:
            after = seqs[-1] if seqs else kept.offered
            receipts, complete = (
                outbox.places(connection, seqs),
                not outbox.is_any_to_send(connection, after),
            )
        request = msgspec.structs.replace(request, receipts=receipts, complete=complete)
    body, encoding = deflate(msgspec.json.encode(request), ACCEPTED)
    proof = proofs.sign(kept.device_key, proofs.sync_message(kept.access, body))
    headers = HEADERS | {"Authorization": f"Bearer {kept.access}", PROOF: keeping.base64_of(proof)}
    if encoding:
        headers["Content-Encoding"] = encoding
    return body, headers
