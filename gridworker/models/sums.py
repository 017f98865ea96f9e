"""What two stores compare to know that they agree: for each bucket and entity the number of living rows and the sum of
their hashes. A quick check: it sees a missing, a surplus and an outdated row, not a wrong value."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec

from gridworker.models.digests import blake2b

_MASK = (1 << 64) - 1

#: (bucket, entity)
Place = tuple[bytes, str]


class Sum(NamedTuple):
    """`total` is kept as a signed 64-bit number: databases know no other."""

    n: int
    total: int


EMPTY = Sum(0, 0)


def hash64(entity: str, record: bytes, row_version: int) -> int:
    """The hash of one living row, a signed 64-bit number."""
    raw = entity.encode() + b"\x00" + record + row_version.to_bytes(8, "big")
    return int.from_bytes(blake2b(raw, digest_size=8).digest(), "big", signed=True)


def content_hash(entity: str, row: Sequence[object]) -> int:
    """The hash of everything a row says, living or deleted, a signed 64-bit number. `row` is in wire order."""
    raw = entity.encode() + b"\x00" + msgspec.json.encode(tuple(row))
    return int.from_bytes(blake2b(raw, digest_size=8).digest(), "big", signed=True)


def content_of(entity: str, rows: Iterable[Sequence[object]]) -> Sum:
    """Number and sum of the content of `rows`."""
    n = total = 0
    for row in rows:
        n, total = n + 1, total + content_hash(entity, row)
    return Sum(n, signed(total))


def added(one: Sum, other: Sum) -> Sum:
    return Sum(one.n + other.n, signed(one.total + other.total))


def signed(value: int) -> int:
    """`value` modulo 2^64 as a signed number."""
    rest = value & _MASK
    return rest - (1 << 64) if rest >> 63 else rest


def digest(sums: Mapping[Place, Sum]) -> bytes:
    """16 bytes over all sums that are not empty, in the order of bucket and entity."""
    found = blake2b(digest_size=16)
    for (bucket, entity), (n, total) in sorted(sums.items()):
        if n:
            found.update(bucket + entity.encode() + b"\x00" + n.to_bytes(8, "big"))
            found.update((total & _MASK).to_bytes(8, "big"))
    return found.digest()
