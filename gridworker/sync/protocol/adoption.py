"""The messages by which a server takes over a community that started alone: its rows in rank order, each request going
on from where the server stands. Nothing here decides what a message means."""

from __future__ import annotations

import msgspec

from gridworker.sync.protocol.messages import PROTOCOL, Community, EnrolReply, Limits, WirePart

ADOPT = "/v1/adopt"


class Reached(msgspec.Struct, frozen=True):
    """The last row the server has of a snapshot."""

    entity: str
    id: bytes


class Content(msgspec.Struct, frozen=True):
    """All rows of a snapshot: their number and the sum of `models.sums.content_hash`, signed, modulo 2^64."""

    n: int
    total: int


class AdoptRequest(msgspec.Struct, frozen=True, omit_defaults=True):
    """`snapshot` are 16 random bytes that name one unchanging picture of the community, `device_key` the Ed25519 public
    key whose private half signs every request, `device_no` the number the device had while it stood alone. The rows of
    `parts` follow `after`; their `bucket` stays empty, the server places them. `whole` says that nothing more comes.
    `code` is needed by the first request alone."""

    snapshot: bytes
    device_key: bytes
    incarnation: bytes
    device_no: int
    community: Community
    member_id: bytes
    practice: bool
    app: str
    protocol: str = PROTOCOL
    code: str = ""
    after: Reached | None = None
    parts: tuple[WirePart, ...] = ()
    whole: Content | msgspec.UnsetType = msgspec.UNSET


class RowRefused(msgspec.Struct, frozen=True):
    """A row that cannot be taken: which one, which field, and why (a reason of docs/command-line.md)."""

    entity: str
    record: bytes
    field: str
    reason: str


class AdoptReply(msgspec.Struct, frozen=True, omit_defaults=True):
    """Where the server stands: the next rows follow `after`. `refused`: this request's rows were not taken. `enrolled`
    comes once the community, as `snapshot` has it, is the server's; the device goes on as section 5 says."""

    after: Reached | None = None
    rows: int = 0
    refused: RowRefused | msgspec.UnsetType = msgspec.UNSET
    enrolled: EnrolReply | msgspec.UnsetType = msgspec.UNSET
    snapshot: bytes = b""
    limits: Limits = Limits()
