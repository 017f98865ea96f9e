"""Identifiers: time-ordered ids made on the device, and name-based ids two devices compute alike.

An id never decides order or secrecy."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable, Iterator
from functools import lru_cache

from gridworker.models.digests import sha1

_BUCKETS = uuid.UUID("6f0f8f0e-6a51-5c39-9c59-5a4f9d0c7b11").bytes

#: The bits of version and variant, and all others.
_MARKS = 0x7 << 76 | 0x2 << 62
_FREE = ~(0xF << 76 | 0x3 << 62)
_RANDOM = 10
_AT_ONCE = 500

MakeId = Callable[[], bytes]


def new_id() -> bytes:
    """A fresh UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(_RANDOM))
    return (value & _FREE | _MARKS).to_bytes(16)


def many_ids() -> Iterator[bytes]:
    """Fresh ids without end, each as `new_id` makes it, for files of many records: the system is asked for the time and
    for random bits once in 500."""
    while True:
        moment = (time.time_ns() // 1_000_000) << 80
        bits = os.urandom(_RANDOM * _AT_ONCE)
        for place in range(0, len(bits), _RANDOM):
            value = moment | int.from_bytes(bits[place : place + _RANDOM])
            yield (value & _FREE | _MARKS).to_bytes(16)


def named_id(space: bytes, *parts: bytes) -> bytes:
    """UUIDv5 of the parts inside `space`: the same parts give the same id everywhere."""
    digest = bytearray(sha1(space + b"\x00".join(parts), usedforsecurity=False).digest()[:16])
    digest[6] = digest[6] & 0x0F | 0x50
    digest[8] = digest[8] & 0x3F | 0x80
    return bytes(digest)


@lru_cache(maxsize=4096)
def bucket_id(node_id: bytes, bucket_class: str) -> bytes:
    """The id of the bucket (node, class)."""
    return named_id(_BUCKETS, node_id, bucket_class.encode())


def text_of(record_id: bytes) -> str:
    """The usual written form of an id, for files and the command line."""
    return str(uuid.UUID(bytes=record_id))
