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

#: Version and variant behind the 48 bits of the time, and the bits that are left to chance.
_MARKS = bytes.fromhex("70008000000000000000")
_CHANCE = bytes.fromhex("0fff3fffffffffffffff")
_AT_ONCE = 500

MakeId = Callable[[], bytes]


def new_id() -> bytes:
    """A fresh UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits."""
    return _ids(1)


def many_ids() -> Iterator[bytes]:
    """Fresh ids without end, each as `new_id` makes it, for files of many records: 500 of them are made together."""
    while True:
        made = _ids(_AT_ONCE)
        for place in range(0, len(made), 16):
            yield made[place : place + 16]


def _ids(count: int) -> bytes:
    """`count` ids of one moment, one behind the other."""
    moment = (time.time_ns() // 1_000_000).to_bytes(6)
    marks = int.from_bytes((moment + _MARKS) * count)
    chance = int.from_bytes((bytes(6) + _CHANCE) * count)
    return (int.from_bytes(os.urandom(16 * count)) & chance | marks).to_bytes(16 * count)


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
