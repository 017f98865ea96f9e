"""Bodies as they are sent: zstd where both sides know it, else gzip, and inflated again with a bound on what comes
out, so that a small body can never become a large one."""

from __future__ import annotations

import io
import zlib

import zstandard

#: As sent, and once inflated. A page ends soon after its 8 MiB, so its cap leaves room for one last run of rows.
UP_SENT, UP_INFLATED = 4 * 1024 * 1024, 16 * 1024 * 1024
DOWN_SENT, DOWN_INFLATED = 16 * 1024 * 1024, 32 * 1024 * 1024
#: Below this a compressed body is hardly smaller.
WORTH_IT = 600
ACCEPTED = "zstd, gzip"
_STEP = 256 * 1024
_LEVEL = 3
#: The largest window a frame may ask memory for: twice what level 3 uses.
_WINDOW = 1 << 23


class BodyTooLarge(Exception):
    """The body is, or would become, larger than its cap."""


class BodyUnreadable(Exception):
    """The body does not inflate, or names an encoding this side does not know."""


def deflate(body: bytes, accepted: str) -> tuple[bytes, str]:
    """`body` as it is to be sent to a side that accepts `accepted` (an Accept-Encoding), and its Content-Encoding
    ("" for none)."""
    if len(body) < WORTH_IT:
        return body, ""
    names = {name.split(";")[0].strip().lower() for name in accepted.split(",")}
    if "zstd" in names:
        return zstandard.ZstdCompressor(level=_LEVEL).compress(body), "zstd"
    if "gzip" in names:
        packed = zlib.compressobj(6, zlib.DEFLATED, 31)
        return packed.compress(body) + packed.flush(), "gzip"
    return body, ""


def inflate(body: bytes, encoding: str, cap: int) -> bytes:
    """What `body` holds, never more than `cap` bytes. Raises BodyTooLarge, BodyUnreadable."""
    match encoding.strip().lower():
        case "" | "identity":
            found = body
        case "zstd":
            found = _unzstd(body, cap)
        case "gzip":
            found = _ungzip(body, cap)
        case _:
            raise BodyUnreadable(encoding)
    if len(found) > cap:
        raise BodyTooLarge
    return found


def _unzstd(body: bytes, cap: int) -> bytes:
    declared = _declared(body)
    if declared > cap:
        raise BodyTooLarge
    reader = zstandard.ZstdDecompressor(max_window_size=_WINDOW).stream_reader(io.BytesIO(body))
    parts: list[bytes] = []
    size = 0
    try:
        while part := reader.read(_STEP):
            parts.append(part)
            size += len(part)
            if size > cap:
                raise BodyTooLarge
    except zstandard.ZstdError as error:
        raise BodyUnreadable(str(error)) from error
    if declared >= 0 and size != declared:
        raise BodyUnreadable("cut short")
    return b"".join(parts)


def _declared(body: bytes) -> int:
    """The size a frame says it inflates to, -1 if it does not say."""
    try:
        return zstandard.frame_content_size(body)
    except zstandard.ZstdError as error:
        raise BodyUnreadable(str(error)) from error


def _ungzip(body: bytes, cap: int) -> bytes:
    unpacked = zlib.decompressobj(31)
    try:
        found = unpacked.decompress(body, cap + 1)
    except zlib.error as error:
        raise BodyUnreadable(str(error)) from error
    if len(found) > cap or unpacked.unconsumed_tail:
        raise BodyTooLarge
    if not unpacked.eof:
        raise BodyUnreadable("cut short")
    return found
