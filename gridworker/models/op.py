"""An op: one change by one person to one record, and what became of it. The same value is kept in the outbox,
travels on the wire and is judged on the server."""

from __future__ import annotations

from binascii import a2b_base64
from collections.abc import Mapping, Sequence
from enum import StrEnum

import msgspec

from gridworker.models.entity import Kind
from gridworker.models.registry import BY_NAME
from gridworker.models.upcasting import FIRST_SCHEMA, SCHEMA, UPCASTERS, Payload, bring_up

#: A field's value in memory. On the wire a reference is the base64 of its 16 bytes.
Value = None | int | str | bytes
Values = Mapping[str, Value]
#: Codes of results that are no last word: the op only held its place, or the server failed on it.
POSTPONED, SERVER_BUG = "postponed", "server_bug"
#: The code of a result that a person gave, who gave an op up; its reason is in `values`.
GIVEN_UP = "given_up"


class OpKind(StrEnum):
    """SET changes fields, EVENT moves a state machine (`set` names the event), DELETE is soft, RESTORE revives."""

    CREATE = "create"
    SET = "set"
    DELETE = "delete"
    RESTORE = "restore"
    EVENT = "event"


class Outcome(StrEnum):
    """How an op ended. Every op ends as exactly one of these, as a record a person can open."""

    APPLIED = "applied"
    MERGED = "merged"  # took effect, and the row differs from what the sender assumed
    NOOP = "noop"
    CONFLICT = "conflict"  # at least one field waits for a person
    REJECTED = "rejected"
    HELD = "held"  # waits for somebody else: the sender's unit, or nobody where the record was erased


class Draft(msgspec.Struct, frozen=True):
    """An op as a service builds it; the store gives it its place in the device's order."""

    entity: str
    record: bytes
    kind: OpKind
    set: dict[str, None | int | str | bytes]
    base: dict[str, None | int | str | bytes] = {}


class Op(msgspec.Struct, frozen=True, omit_defaults=True):
    """`seq` is gap-free from 1 inside the device's incarnation; ops of one act share `txn`. `bucket` is where the
    sender believes the row lies; the judge decides. `at` is the sender's clock in ms, for display only. What is read
    is of today's `schema`, or of a newer one; what is made must say SCHEMA."""

    op_id: bytes
    seq: int
    txn: bytes
    entity: str
    record: bytes
    kind: OpKind
    set: dict[str, None | int | str | bytes]
    base: dict[str, None | int | str | bytes] = {}
    bucket: bytes | None = None
    schema: int = FIRST_SCHEMA
    at: int = 0


class OpResult(msgspec.Struct, frozen=True, omit_defaults=True):
    """What became of op `seq`. `row_version` is the row's after the op; `code`, `field` and `values` say why an op
    was rejected; `hash`, `at` (server ms) and `place` (the order among all batches of a community) are the receipt."""

    seq: int
    outcome: Outcome
    row_version: int = 0
    code: str = ""
    field: str = ""
    values: dict[str, str] = {}
    hash: str = ""
    at: int = 0
    place: int = 0


class _WireOp(msgspec.Struct, frozen=True, omit_defaults=True):
    op_id: bytes
    seq: int
    txn: bytes
    entity: str
    record: bytes
    kind: OpKind
    set: dict[str, None | int | str]
    base: dict[str, None | int | str] = {}
    bucket: bytes | None = None
    schema: int = FIRST_SCHEMA
    at: int = 0


_decoder = msgspec.json.Decoder(_WireOp)
_list_decoder = msgspec.json.Decoder(list[_WireOp])


def refs_of(entity: str) -> frozenset[str]:
    """The names of the reference fields of `entity`; empty for an entity this version does not know."""
    known = BY_NAME.get(entity)
    return frozenset(f.name for f in known.fields if f.kind is Kind.REF) if known else frozenset()


_REFS = {name: refs_of(name) for name in BY_NAME}


def _values(entity: str, wire: dict[str, None | int | str]) -> dict[str, Value]:
    found: dict[str, Value] = wire  # type: ignore[assignment]  # nobody else holds what was just read
    if not found:
        return found
    for name in _REFS.get(entity, ()):
        text = found.get(name)
        if isinstance(text, str):
            try:
                found[name] = a2b_base64(text, strict_mode=True)
            except ValueError as error:  # also for text that is not ASCII
                raise msgspec.ValidationError(f"{entity}.{name} is not base64") from error
    return found


def _from_wire(w: _WireOp) -> Op:
    if w.schema < SCHEMA:
        w = _brought_up(w)
    return Op(
        w.op_id,
        w.seq,
        w.txn,
        w.entity,
        w.record,
        w.kind,
        _values(w.entity, w.set),
        _values(w.entity, w.base),
        w.bucket,
        w.schema,
        w.at,
    )


def _brought_up(w: _WireOp) -> _WireOp:
    try:
        now = bring_up(Payload(w.entity, w.kind, w.set, w.base), w.schema, UPCASTERS)
        kind = OpKind(now.kind)
    except ValueError as error:
        raise msgspec.ValidationError(f"{w.entity} of schema {w.schema}") from error
    return msgspec.structs.replace(
        w, entity=now.entity, kind=kind, set=dict(now.set), base=dict(now.base), schema=SCHEMA
    )


def decode_op(raw: bytes) -> Op:
    """The op in `raw` JSON. Raises msgspec.ValidationError or DecodeError for anything else."""
    try:
        return _from_wire(_decoder.decode(raw))
    except UnicodeDecodeError as error:
        raise msgspec.DecodeError("not UTF-8") from error


def decode_ops(raw: bytes | msgspec.Raw) -> list[Op]:
    """The ops in a JSON array."""
    return [_from_wire(wire) for wire in _list_decoder.decode(raw)]


def encode_ops(ops: Sequence[Op]) -> bytes:
    return msgspec.json.encode(ops)
