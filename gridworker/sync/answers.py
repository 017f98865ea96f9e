"""Reads an answer: ours or something else's on the way, 200 or which refusal. Turns statuses into errors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeVar

import msgspec

from gridworker.errors import (
    CodeInvalid,
    DeviceRevoked,
    GridworkerError,
    PracticeMix,
    ProgramOlder,
    ServerAnswerUnreadable,
    ServerOccupied,
    ServerOlder,
    ServerRefused,
    VersionsApart,
)
from gridworker.sync.protocol import messages, proofs
from gridworker.sync.protocol.bodies import DOWN_INFLATED, BodyTooLarge, BodyUnreadable, inflate
from gridworker.sync.protocol.messages import MARK, ErrorBody, WireSize
from gridworker.sync.transport import Reply

M = TypeVar("M", bound=msgspec.Struct)
#: A server that asks for more patience than this is asked again after it all the same.
LONGEST_WAIT = 3600.0


class TokenRefused(ServerRefused):
    """The access token is not (or no longer) good: renew it and ask once more."""


class RequestTooLarge(ServerRefused):
    """The request must become smaller."""


class RequestSpoiled(ServerRefused):
    """The server failed on this request (5xx), or could not read it (400): on something in it, or on everything."""


class IncarnationUnknown(ServerRefused):
    """The server knows this device, but not this life of its database."""


class OpsMissing(ServerRefused):
    """The server misses ops of this device before those that were sent: it forgot them."""


class CopyTooLarge(ServerRefused):
    """The server holds more for this account than this device said it has room for."""

    def __init__(self, size: WireSize, **values: object) -> None:
        super().__init__(**values)
        self.size = size


class ServerBusy(ServerRefused):
    """Come again after `retry_after` seconds."""

    def __init__(self, retry_after: float, **values: object) -> None:
        super().__init__(**values)
        self.retry_after = retry_after


@dataclass(frozen=True)
class Asking:
    """What a refusal is checked against: the request's `body` as it was sent, and the key (Ed25519) by which the server
    is known since enrolment."""

    body: bytes
    server_key: bytes


def read_answer(reply: Reply, kind: type[M], asking: Asking | None = None) -> M:
    """The message in `reply`. Raises ServerAnswerUnreadable for an answer that is not a Gridworker server's, and the
    error a refusal stands for. With `asking`, a refusal that ends this device's work is believed for the server's
    signature alone: anybody on the way can say 403."""
    if MARK.lower() not in reply.headers or not reply.headers.get("content-type", "").startswith(
        "application/json"
    ):
        raise ServerAnswerUnreadable(status=reply.status)
    try:
        body = inflate(reply.body, reply.headers.get("content-encoding", ""), DOWN_INFLATED)
        if reply.status == 200:
            return msgspec.json.decode(body, type=kind)
        refusal = msgspec.json.decode(body, type=ErrorBody)
    except (msgspec.DecodeError, RecursionError, BodyTooLarge, BodyUnreadable) as error:
        raise ServerAnswerUnreadable(status=reply.status) from error
    meant = _meaning(reply, refusal)
    if isinstance(meant, DeviceRevoked) and asking is not None:
        message = proofs.refusal_message(asking.body, refusal.code)
        if not proofs.is_signed(asking.server_key, refusal.proof, message):
            raise ServerAnswerUnreadable(status=reply.status)
    raise meant


def _meaning(reply: Reply, refusal: ErrorBody) -> GridworkerError:
    facts = {"code": refusal.code, "message": refusal.message, "status": reply.status}
    if refusal.size is not msgspec.UNSET:
        return CopyTooLarge(refusal.size, **facts)
    match reply.status, refusal.code:
        case 401, _:
            return TokenRefused(**facts)
        case 403, "practice_mix":
            return PracticeMix()
        case 403, "code_invalid":
            return CodeInvalid()
        case 403, "incarnation_unknown":
            return IncarnationUnknown(**facts)
        case 403, _:
            return DeviceRevoked(code=refusal.code)
        case 409, "server_occupied":
            return ServerOccupied()
        case 413, _:
            return RequestTooLarge(**facts)
        case ((429 | 503), _):
            return ServerBusy(_seconds(reply.headers.get("retry-after", "")), **facts)
        case 426, "schema_newer":
            return ServerOlder(**facts)
        case 426, _:
            return _apart(refusal.protocol)(**facts)
        case 400, "seq_gap":
            return OpsMissing(**facts)
        case status, _ if status >= 500 or status == 400:
            return RequestSpoiled(**facts)
    return ServerRefused(**facts)


def _apart(theirs: str) -> type[VersionsApart]:
    """Which side is older, by the protocol the server says it speaks ("" for one that does not say)."""
    major, own = theirs.partition(".")[0], int(messages.PROTOCOL.partition(".")[0])
    if not (major.isascii() and major.isdigit() and len(major) < 5) or int(major) == own:
        return VersionsApart
    return ServerOlder if int(major) < own else ProgramOlder


def _seconds(text: str) -> float:
    return min(float(text), LONGEST_WAIT) if text.isascii() and text.isdigit() else 0.0
