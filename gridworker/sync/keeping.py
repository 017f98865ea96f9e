"""What sync keeps between two exchanges, as keys of the store's encrypted `local_state`."""

from __future__ import annotations

import base64
from collections.abc import Callable
from dataclasses import dataclass

import msgspec

from gridworker.store.audit import ANCHOR
from gridworker.store.purge import RECEIPT
from gridworker.store.sight import SEALED
from gridworker.store.taken_out import SERVER_KEY
from gridworker.sync.protocol.messages import (
    Bootstrap,
    EnrolReply,
    IncarnationReply,
    Pull,
    TokenReply,
)

DEVICE_KEY, ACCESS, REFRESH = "sync.device_key", "sync.access", "sync.refresh"
CURSOR, COPY, EPOCH, SERVER_EPOCH = "sync.cursor", "sync.copy", "sync.epoch", "sync.server_epoch"
NEXT_KEY, FORKS, VERSIONS = "sync.next_key", "sync.forks", "sync.versions"
#: The buckets of the scope, and those of them of which everything is held.
SCOPE, WHOLE = "sync.scope", "sync.whole"
#: When the sums were compared last, and when buckets were fetched again (ms).
CHECKED_AT, REPAIRS = "sync.checked_at", "sync.repairs"
#: The epoch of a restored server that collects, how far it was offered, and that a gap was answered once.
COLLECTING, OFFERED, GAP = "sync.collecting", "sync.offered", "sync.gap"
#: How far the community's own computers have everything, and how old each node's data is, with its tag.
DELIVERED, FLEET, FLEET_TAG = "sync.delivered", "sync.fleet", "sync.fleet_tag"
#: The server's public keys for what travels without a network, and the requests that travel.
BUNDLE_KEY, CARRIED = SERVER_KEY, "sync.carried"
#: The certificates (PEM) that alone may vouch for the server; absent: those the computer trusts.
SERVER_CA = "sync.server_ca"
OFFSET, LAST_SYNC_AT = "sync.offset_ms", "last_sync_at"


@dataclass(frozen=True)
class Kept:
    """This device's key and tokens, and how far its picture of the community goes."""

    device_key: bytes
    access: str
    refresh: str
    cursor: int | None
    copy: Bootstrap | None
    epoch: int
    server_epoch: bytes
    scope: frozenset[bytes] = frozenset()
    whole: frozenset[bytes] = frozenset()
    receipt: int = 0
    sealed: bytes = b""
    anchor: bytes = b""
    versions: bytes = b""
    checked_at: int = 0
    repairs: tuple[int, ...] = ()
    collecting: bytes = b""
    offered: int = 0
    fleet_tag: str = ""
    server_key: bytes = b""

    def pull(self, rows: int, digest: bytes | None = None) -> Pull:
        asked = msgspec.UNSET if digest is None else digest
        pull = Pull(None if self.copy else self.cursor, self.copy, digest=asked)
        # one way to write it, whichever 5000 was given: the request asked ahead must be the same to the byte
        return pull if rows == pull.rows else msgspec.structs.replace(pull, rows=rows)


def read(get: Callable[[str], bytes | None]) -> Kept:
    """What is kept, through `get(key)`. A profile that was never enrolled has no device key and empty tokens."""
    cursor, copy = get(CURSOR), get(COPY)
    return Kept(
        device_key=get(DEVICE_KEY) or b"",
        access=(get(ACCESS) or b"").decode(),
        refresh=(get(REFRESH) or b"").decode(),
        cursor=int(cursor) if cursor else None,
        copy=msgspec.json.decode(copy, type=Bootstrap) if copy else None,
        epoch=int(get(EPOCH) or 0),
        server_epoch=get(SERVER_EPOCH) or b"",
        scope=buckets_in(get(SCOPE)),
        whole=buckets_in(get(WHOLE)),
        receipt=int(get(RECEIPT) or 0),
        sealed=get(SEALED) or b"",
        anchor=get(ANCHOR) or b"",
        versions=get(VERSIONS) or b"",
        checked_at=int(get(CHECKED_AT) or 0),
        collecting=get(COLLECTING) or b"",
        offered=int(get(OFFERED) or 0),
        repairs=tuple(msgspec.json.decode(get(REPAIRS) or b"[]", type=list[int])),
        fleet_tag=(get(FLEET_TAG) or b"").decode(),
        server_key=signing_key(get(BUNDLE_KEY)),
    )


def tokens(reply: EnrolReply | TokenReply | IncarnationReply) -> dict[str, bytes]:
    """What to keep of an answer that brings tokens."""
    facts = {ACCESS: reply.access.encode(), REFRESH: reply.refresh.encode()}
    return facts if reply.bundle_key is msgspec.UNSET else facts | {BUNDLE_KEY: reply.bundle_key}


def signing_key(both: bytes | None) -> bytes:
    """Of the server's two public keys the one by which its signatures are checked."""
    return (both or b"")[32:]


def buckets_in(kept: bytes | None) -> frozenset[bytes]:
    """The 16-byte ids that were joined into one value."""
    raw = kept or b""
    return frozenset(raw[at : at + 16] for at in range(0, len(raw), 16))


def joined(buckets: frozenset[bytes]) -> bytes:
    return b"".join(sorted(buckets))


def number(value: int) -> bytes:
    return str(value).encode()


def base64_of(raw: bytes) -> str:
    """`raw` as it goes into a header."""
    return base64.b64encode(raw).decode()
