"""An op is the same value in the outbox, on the wire and on the server: read back as it was written, or refused."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.entity import Entity, Kind
from gridworker.models.op import (
    Op,
    OpKind,
    OpResult,
    Outcome,
    Value,
    decode_op,
    decode_ops,
    encode_ops,
    refs_of,
)
from gridworker.models.registry import BY_NAME, ENTITIES

IDS = st.binary(min_size=16, max_size=16)


@st.composite
def ops(draw: st.DrawFn) -> Op:
    entity: Entity = draw(st.sampled_from(ENTITIES))
    values: dict[str, Value] = {}
    for field in draw(st.lists(st.sampled_from(entity.wire_fields), max_size=5)):
        if field.kind is Kind.REF:
            values[field.name] = draw(st.none() | IDS)
        elif field.kind in (Kind.INT, Kind.BOOL):
            values[field.name] = draw(st.none() | st.integers(-(2**53), 2**53))
        else:
            values[field.name] = draw(st.none() | st.text(max_size=20))
    base = (
        {name: values[name] for name in draw(st.sets(st.sampled_from(sorted(values)))) if values}
        if values
        else {}
    )
    return Op(
        draw(IDS), draw(st.integers(1, 10**9)), draw(IDS), entity.name, draw(IDS), draw(st.sampled_from(OpKind)),
        values, base, draw(st.none() | IDS), at=draw(st.integers(0, 2**50)),
    )  # fmt: skip


@given(st.lists(ops(), max_size=4))
def test_ops_come_back_as_they_were(written: list[Op]) -> None:
    assert decode_ops(encode_ops(written)) == written
    assert [decode_op(msgspec.json.encode(op)) for op in written] == written


def test_an_entity_from_the_future_keeps_its_values() -> None:
    op = Op(b"\x01" * 16, 1, b"\x02" * 16, "kiosk", b"\x03" * 16, OpKind.CREATE, {"owner_id": "AAAA", "n": 1})
    assert decode_op(msgspec.json.encode(op)) == op
    assert refs_of("kiosk") == frozenset()
    assert refs_of("visit") == {
        "household_id", "shop_id", "public_spot_id", "respondent_resident_id", "unit_at",
    }  # fmt: skip


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"[]", b"{}", b"null", b"\xff", b'{"op_id": 5}',
        b'{"op_id":"","seq":1,"txn":"","entity":"visit","record":"","kind":"create","set":{"household_id":"!"}}',
        b'{"op_id":"","seq":1,"txn":"","entity":"visit","record":"","kind":"vanish","set":{}}',
        b'{"op_id":"","seq":1,"txn":"","entity":"visit","record":"","kind":"create","set":{"said":[]}}',
        b'{"op_id":"","seq":"1","txn":"","entity":"visit","record":"","kind":"create","set":{}}',
    ],
)  # fmt: skip
def test_what_is_no_op_is_refused(raw: bytes) -> None:
    with pytest.raises((msgspec.ValidationError, msgspec.DecodeError)):
        decode_op(raw)


@given(st.binary(max_size=60))
def test_noise_is_refused_in_one_way(raw: bytes) -> None:
    with pytest.raises((msgspec.ValidationError, msgspec.DecodeError)):
        decode_op(raw)


def test_results_come_back_as_they_were() -> None:
    result = OpResult(
        7, Outcome.REJECTED, code="field_invalid", field="room", values={"reason": "too_long"}, at=5
    )
    assert msgspec.json.decode(msgspec.json.encode(result), type=OpResult) == result


def test_the_wire_calls_references_by_their_kind() -> None:
    for entity in ENTITIES:
        assert refs_of(entity.name) == {f.name for f in entity.fields if f.kind is Kind.REF}
    assert BY_NAME["household"].field("unit_id").kind is Kind.REF
