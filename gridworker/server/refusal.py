"""A request that is not answered with 200: status, stable code, words for a log, and when to come again."""

from __future__ import annotations

from gridworker.sync.protocol.messages import WireSize


class Refusal(Exception):
    """`retry_after` in seconds, 0 for never. `noted` means that the refusal belongs into the audit trail."""

    def __init__(
        self, status: int, code: str, message: str, *, retry_after: int = 0, noted: bool = False
    ) -> None:
        super().__init__(status, code, message)
        self.status, self.code, self.message = status, code, message
        self.retry_after, self.noted = retry_after, noted
        self.size: WireSize | None = None


def bad_request(message: str) -> Refusal:
    return Refusal(400, "bad_request", message)


def unauthorised(message: str, *, noted: bool = False) -> Refusal:
    return Refusal(401, "token_invalid", message, noted=noted)


def no_room(size: WireSize) -> Refusal:
    """The first copy would not fit where the device is; nothing was spent or noted."""
    refused = Refusal(409, "no_room", "the first copy needs more room than there is")
    refused.size = size
    return refused


def practice_mix() -> Refusal:
    return Refusal(403, "practice_mix", "the practice community and real data never meet", noted=True)
