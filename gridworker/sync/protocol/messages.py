"""Every message that crosses the wire, as typed JSON. Unknown members are skipped, so that a newer side may add some;
nothing here decides what a message means."""

from __future__ import annotations

import msgspec

from gridworker.models.op import OpResult

#: `major.minor`; another major is refused with 426, another minor is understood.
PROTOCOL = "1.0"
ENROL, TOKEN, SYNC, INCARNATION = "/v1/enrol", "/v1/token", "/v1/sync", "/v1/incarnation"
WIPED = "/v1/wiped"
#: Every answer carries this header: an answer without it is from something else on the way (a captive portal).
MARK = "X-Gridworker"
PROOF = "X-Gridworker-Proof"

#: A draining device may send what it holds and gets nothing; once it has nothing more to send it is revoked.
ACTIVE, DRAINING, REVOKED = "active", "draining", "revoked"


class Limits(msgspec.Struct, frozen=True, omit_defaults=True):
    """What one request may carry: ops and bytes up, rows and bytes down. Bytes are counted inflated."""

    ops: int = 2000
    up_bytes: int = 4 * 1024 * 1024
    rows: int = 5000
    down_bytes: int = 8 * 1024 * 1024


class Community(msgspec.Struct, frozen=True):
    """`code` begins with 99 for the practice community and for no other."""

    id: bytes
    name: str
    code: str


class AccountFacts(msgspec.Struct, frozen=True):
    """The account a device was enrolled for, and the roles it has today."""

    login: str
    member_id: bytes
    member_name: str
    roles: tuple[str, ...]


class WireSize(msgspec.Struct, frozen=True):
    """What a copy holds: so many records, and about how many bytes they take in a laptop's database."""

    records: int
    bytes: int


class EnrolRequest(msgspec.Struct, frozen=True):
    """`code` is the one-time code as typed, `device_key` the Ed25519 public key (32 bytes), `incarnation` 16 random
    bytes of this database, `practice` whether the sender expects the practice community. `room`: the largest database
    (bytes) the sender has room for; absent, it is not asked about."""

    code: str
    device_key: bytes
    incarnation: bytes
    practice: bool
    app: str
    protocol: str = PROTOCOL
    room: int | msgspec.UnsetType = msgspec.UNSET


class EnrolReply(msgspec.Struct, frozen=True):
    """`expires_in` is the access token's life in seconds, `server_time` ms since 1970 (UTC). `bundle_key`: the server's
    public keys for what travels without a network, X25519 and Ed25519 (32 bytes each). `size`: what the first copy will
    hold."""

    device_id: bytes
    device_no: int
    community: Community
    account: AccountFacts
    access: str
    expires_in: int
    refresh: str
    server_time: int
    bundle_key: bytes | msgspec.UnsetType = msgspec.UNSET
    size: WireSize | msgspec.UnsetType = msgspec.UNSET


class TokenRequest(msgspec.Struct, frozen=True):
    """`proof` is the device's signature over `proofs.token_message`."""

    device_id: bytes
    refresh: str
    proof: bytes


class TokenReply(msgspec.Struct, frozen=True):
    access: str
    expires_in: int
    refresh: str
    server_time: int
    bundle_key: bytes | msgspec.UnsetType = msgspec.UNSET


class IncarnationRequest(msgspec.Struct, frozen=True):
    """A restored or copied database asks to go on as a device of its own. `device_id` is the one it was copied from,
    `device_key` the new public key, `proof` the old key's signature over `proofs.incarnation_message`."""

    device_id: bytes
    incarnation: bytes
    device_key: bytes
    proof: bytes
    app: str
    protocol: str = PROTOCOL


class WipedRequest(msgspec.Struct, frozen=True):
    """The receipt of a device that destroyed everything it held. `proof` is its signature over
    `proofs.wiped_message`."""

    device_id: bytes
    proof: bytes


class WipedReply(msgspec.Struct, frozen=True):
    server_time: int


class IncarnationReply(msgspec.Struct, frozen=True):
    """By `server_epoch` a copy sees that the server was restored since it last spoke with it."""

    device_id: bytes
    device_no: int
    access: str
    expires_in: int
    refresh: str
    server_time: int
    bundle_key: bytes | msgspec.UnsetType = msgspec.UNSET
    server_epoch: bytes | msgspec.UnsetType = msgspec.UNSET


class WireHead(msgspec.Struct, frozen=True):
    """The newest row of the device's audit chain: its number and hash."""

    n: int
    hash: bytes


class Hello(msgspec.Struct, frozen=True, omit_defaults=True):
    """Who asks, and which picture it holds: `epoch` of its scope and `server_epoch`, 0 and empty at first. `purged` is
    the receipt for an epoch: everything outside that scope is gone from the device. `sealed`: the database was
    restored from a copy, and stays locked until it knows its scope and what was erased. `unsent`: so many ops stay
    behind after this request. `fleet`: the tag of the lines it knows. `audit` comes when the
    chain has grown."""

    protocol: str
    device_id: bytes
    incarnation: bytes
    community_id: bytes
    practice: bool
    epoch: int = 0
    server_epoch: bytes = b""
    app: str = ""
    purged: int | msgspec.UnsetType = msgspec.UNSET
    sealed: bool | msgspec.UnsetType = msgspec.UNSET
    audit: WireHead | msgspec.UnsetType = msgspec.UNSET
    unsent: int | msgspec.UnsetType = msgspec.UNSET
    fleet: str | msgspec.UnsetType = msgspec.UNSET


class WireRecovering(msgspec.Struct, frozen=True):
    """The server was restored from a copy: every op after `last_seq` is offered again. While it is `collecting`,
    nothing is judged and no page is given."""

    last_seq: int
    collecting: bool = True


class ServerHello(msgspec.Struct, frozen=True, omit_defaults=True):
    """`epoch` changes when the account's scope does, `server_epoch` when the server was restored from a copy.
    `lease_days`, 30 when absent: so long the device may show other people's rows without another answer. `app` is the
    server's version: with another one, what the server failed on is tried again."""

    server_time: int
    epoch: int
    server_epoch: bytes
    device_state: str = ACTIVE
    limits: Limits = Limits()
    protocol: str = PROTOCOL
    lease_days: int | msgspec.UnsetType = msgspec.UNSET
    app: str | msgspec.UnsetType = msgspec.UNSET
    recovering: WireRecovering | msgspec.UnsetType = msgspec.UNSET


class Position(msgspec.Struct, frozen=True):
    """The last row of a first copy that was sent: the next page begins after it."""

    bucket: bytes
    entity: str
    id: bytes


class Bootstrap(msgspec.Struct, frozen=True, omit_defaults=True):
    """A copy under way: the ordinary pull goes on from `s0`, for a first copy the server's head when it began. With
    `buckets` only these are copied: new ones beside what is held already, with `s0` the cursor of that."""

    s0: int
    after: Position | None
    buckets: tuple[bytes, ...] | msgspec.UnsetType = msgspec.UNSET


class Pull(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is asked for: everything after `cursor`, or the next page of a first copy. Both absent: a first copy
    from its beginning. `rows` may be less than the server's limit. `digest` asks whether the sums agree."""

    cursor: int | None = None
    bootstrap: Bootstrap | None = None
    rows: int = 5000
    digest: bytes | msgspec.UnsetType = msgspec.UNSET


class WireSum(msgspec.Struct, frozen=True, array_like=True):
    """The living rows of one entity in one bucket: their number and the sum of their hashes, signed, modulo 2^64."""

    bucket: bytes
    entity: str
    n: int
    total: int


class SyncRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """`ops` is an array of ops in device order, kept raw so that one unreadable op does not spoil the others.
    Without `pull` the answer has no page. To a server that collects, `receipts` are the places (seq, place) ops had
    before, and `complete` says that nothing more is to be offered."""

    hello: Hello
    ops: msgspec.Raw = msgspec.Raw(b"[]")
    pull: Pull | None = None
    receipts: tuple[tuple[int, int], ...] | msgspec.UnsetType = msgspec.UNSET
    complete: bool | msgspec.UnsetType = msgspec.UNSET


class WirePart(msgspec.Struct, frozen=True):
    """Rows of one entity in one bucket: JSON arrays in the order of `columns`."""

    entity: str
    bucket: bytes
    columns: tuple[str, ...]
    rows: msgspec.Raw


class WireGone(msgspec.Struct, frozen=True):
    """A record that left the asker's scope."""

    entity: str
    id: bytes
    row_version: int


class Page(msgspec.Struct, frozen=True, omit_defaults=True):
    """`through_seq` is the cursor once this page is kept. While `bootstrap` is there the copy is not complete.
    `sums` come at the end of a pull that asked with another digest than the server's. `size` comes with the first page
    of a copy: what all its pages will bring."""

    parts: tuple[WirePart, ...] = ()
    gone: tuple[WireGone, ...] = ()
    through_seq: int = 0
    bootstrap: Bootstrap | None = None
    more: bool = False
    sums: tuple[WireSum, ...] | msgspec.UnsetType = msgspec.UNSET
    size: WireSize | msgspec.UnsetType = msgspec.UNSET


class WireScope(msgspec.Struct, frozen=True):
    """What the account may see now: every row in another bucket has to go."""

    buckets: tuple[bytes, ...]


class FleetLine(msgspec.Struct, frozen=True):
    """How old the data of an area node is: when its devices were last heard, the longest silent one counting, and how
    many ops they had not sent at that moment. The last value only; it names no person."""

    node: bytes
    heard_at: int
    unsent: int
    devices: int


class Fleet(msgspec.Struct, frozen=True):
    """For secretary and committee, sent when its `tag` is not the one the asker knows."""

    tag: str
    lines: tuple[FleetLine, ...]


class SyncReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """One result for each op, in order. `scope_changed`: no page. `scope` comes whenever the asker's epoch is not the
    server's: it lets go of what lies outside and copies the buckets it does not hold yet. `delivered`: up to this
    place the computers of secretary and committee have everything."""

    hello: ServerHello
    results: tuple[OpResult, ...] = ()
    page: Page | None = None
    scope_changed: bool = False
    scope: WireScope | msgspec.UnsetType = msgspec.UNSET
    delivered: int | msgspec.UnsetType = msgspec.UNSET
    fleet: Fleet | msgspec.UnsetType = msgspec.UNSET


class ErrorBody(msgspec.Struct, frozen=True, omit_defaults=True):
    """The body of every answer that is not 200. `code` is stable; `message` is for a log, not for a person. `proof`
    comes with 403: the server's signature (`proofs.refusal_message`). `size` comes with `no_room`,
    `protocol` with 426: what the server speaks."""

    code: str
    message: str
    proof: bytes = b""
    size: WireSize | msgspec.UnsetType = msgspec.UNSET
    protocol: str = ""


class BundleReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """One frame of an answer that travels without a network. It fits an asker who holds the picture it was made for:
    `epoch`, `server_epoch` and the pull's `cursor` or `bootstrap`. Either `reply` or `refused` is there."""

    epoch: int = 0
    server_epoch: bytes = b""
    cursor: int | None = None
    bootstrap: Bootstrap | None = None
    reply: SyncReply | None = None
    refused: ErrorBody | None = None
