"""Ids: the shape of RFC 9562, no repeats, and named ids that two computers compute alike."""

from __future__ import annotations

import hashlib
import time
import uuid
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.entity import BucketClass
from gridworker.models.ids import MakeId, bucket_id, many_ids, named_id, new_id, text_of

each_way = pytest.mark.parametrize("make", [new_id, many_ids().__next__], ids=["one", "many"])


@each_way
def test_a_new_id_is_a_uuid_of_version_7_with_the_present_time(make: MakeId) -> None:
    before = time.time_ns() // 1_000_000
    made = uuid.UUID(bytes=make())
    after = time.time_ns() // 1_000_000
    assert (made.version, made.variant) == (7, uuid.RFC_4122)
    assert before <= made.int >> 80 <= after


@each_way
def test_new_ids_do_not_repeat_and_every_random_bit_moves(make: MakeId) -> None:
    made = [int.from_bytes(make()) for _ in range(2000)]
    assert len(set(made)) == len(made)
    both = 0
    for one in made:
        both |= one ^ made[0]
    fixed = 0xF << 76 | 0x3 << 62
    assert both & fixed == 0
    assert both & ((1 << 76) - 1) == ((1 << 76) - 1) & ~fixed


@given(
    st.binary(min_size=16, max_size=16), st.lists(st.binary(min_size=16, max_size=16), min_size=1, max_size=3)
)
def test_a_named_id_is_a_uuid_of_version_5(space: bytes, parts: list[bytes]) -> None:
    made = named_id(space, *parts)
    expected = uuid.UUID(bytes=hashlib.sha1(space + b"\0".join(parts)).digest()[:16], version=5)
    assert uuid.UUID(bytes=made) == expected
    assert named_id(space, *parts) == made


def test_named_ids_never_change_between_versions() -> None:
    """Written down once: another value would part every link and bucket already on somebody's disk."""
    assert named_id(b"\x00" * 16, b"a", b"b").hex() == NAMED
    assert bucket_id(b"\x01" * 16, BucketClass.CASE).hex() == BUCKET


NAMED = "a7650b9ff19f53008a1391160ea8de2c"
BUCKET = "5315e1f3f49a505db909a0bc2e2a4cd5"


def test_the_classes_of_one_node_are_different_buckets() -> None:
    assert len({bucket_id(b"\x01" * 16, c) for c in BucketClass}) == len(BucketClass)
    assert bucket_id(b"\x01" * 16, "case") == bucket_id(b"\x01" * 16, BucketClass.CASE)


@given(st.binary(min_size=16, max_size=16))
def test_an_id_is_written_the_usual_way(record: bytes) -> None:
    assert UUID(text_of(record)).bytes == record
