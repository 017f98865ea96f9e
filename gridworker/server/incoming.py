"""The ops of a request as they came: each with its envelope, so that one that cannot be read is answered too."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import msgspec

from gridworker.models.op import Op, decode_op, decode_ops
from gridworker.server.refusal import Refusal, bad_request

#: More ops than this in one request are refused; a single act may be larger than the negotiated limit.
MOST_OPS = 20_000


class Envelope(msgspec.Struct, frozen=True):
    """The least an op must say to be answered. `postponed`: it only holds its place and comes later."""

    op_id: bytes
    seq: int
    txn: bytes
    postponed: bool = False


class Incoming(msgspec.Struct, frozen=True):
    """One op with its envelope and its bytes."""

    envelope: Envelope
    raw: bytes
    op: Op | None  # None: it cannot be read


_raw_list = msgspec.json.Decoder(list[msgspec.Raw])
_envelope = msgspec.json.Decoder(Envelope)
_envelopes = msgspec.json.Decoder(list[Envelope])
#: Above this a list is first read for its envelopes: millions of empty elements would fill the memory.
_LONG = 1024 * 1024


def is_empty(ops: msgspec.Raw) -> bool:
    return bytes(ops).strip() in (b"[]", b"")


def read_ops(ops: msgspec.Raw) -> list[Incoming]:
    """Raises Refusal 400 for an op without an envelope, 413 for too many."""
    try:
        if len(bytes(ops)) > _LONG:
            _envelopes.decode(ops)
        raws = _raw_list.decode(ops)
        if len(raws) > MOST_OPS:
            raise Refusal(413, "too_large", f"more than {MOST_OPS} ops")
        return _all_readable(ops, raws) or [_incoming(bytes(raw)) for raw in raws]
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise bad_request("ops without an envelope") from error


def _all_readable(ops: msgspec.Raw, raws: Sequence[msgspec.Raw]) -> list[Incoming]:
    """Every op, read at once; nothing if one of them must be looked at by itself."""
    try:
        read = decode_ops(ops)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return []
    return [_read(bytes(raw), op) for raw, op in zip(raws, read, strict=True)]


def _read(raw: bytes, op: Op) -> Incoming:
    return Incoming(_checked(Envelope(op.op_id, op.seq, op.txn)), raw, op if len(op.record) == 16 else None)


def _incoming(raw: bytes) -> Incoming:
    try:
        op = decode_op(raw)
    except (msgspec.DecodeError, RecursionError):
        return Incoming(_checked(_envelope.decode(raw)), raw, None)
    return _read(raw, op)


def _checked(envelope: Envelope) -> Envelope:
    if len(envelope.op_id) != 16 or len(envelope.txn) != 16 or not 0 < envelope.seq < 2**53:
        raise msgspec.ValidationError("envelope")
    return envelope


def check_order(incoming: Sequence[Incoming], last_seq: int) -> None:
    """Raises Refusal 400 unless the ops are in device order and the new ones follow each other and what the server
    knows of the device; what was answered before may come again in part."""
    seqs = [item.envelope.seq for item in incoming]
    if any(later <= earlier for earlier, later in pairwise(seqs)):
        raise bad_request("ops are not in device order")
    new = [seq for seq in seqs if seq > last_seq]
    if any(later != earlier + 1 for earlier, later in pairwise(new)):
        raise bad_request("ops are not in gap-free device order")
    if new and new[0] != last_seq + 1:
        raise Refusal(400, "seq_gap", f"expected op {last_seq + 1}", noted=True)
