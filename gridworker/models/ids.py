"""Identifiers: time-ordered ids made on the device, and name-based ids two devices compute alike.

An id never decides order or secrecy."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from functools import lru_cache

from gridworker.models.digests import sha1

_BUCKETS = uuid.UUID("6f0f8f0e-6a51-5c39-9c59-5a4f9d0c7b11").bytes

MakeId = Callable[[], bytes]


def new_id() -> bytes:
    """A fresh UUIDv7 (RFC 9562): 48 bits of milliseconds, then random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10))
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return value.to_bytes(16)


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
