"""Which error a refusal becomes."""

from __future__ import annotations

import pytest

from gridworker.errors import CodeInvalid, DeviceRevoked, PracticeMix, ServerAnswerUnreadable, ServerRefused
from gridworker.sync.answers import LONGEST_WAIT, RequestTooLarge, ServerBusy, TokenRefused, read_answer
from gridworker.sync.protocol.messages import TokenReply
from gridworker.sync.transport import Reply

OURS = {"x-gridworker": "1", "content-type": "application/json"}


def refusal(status: int, code: str, **headers: str) -> Reply:
    return Reply(status, OURS | headers, b'{"code":"%s","message":"m"}' % code.encode())


@pytest.mark.parametrize(
    ("status", "code", "error"),
    [
        (401, "token_invalid", TokenRefused),
        (403, "practice_mix", PracticeMix),
        (403, "code_invalid", CodeInvalid),
        (403, "device_revoked", DeviceRevoked),
        (403, "anything_new", DeviceRevoked),
        (413, "too_large", RequestTooLarge),
        (429, "too_many", ServerBusy),
        (503, "unavailable", ServerBusy),
        (426, "protocol_unknown", ServerRefused),
        (400, "bad_request", ServerRefused),
        (500, "server_bug", ServerRefused),
        (299, "odd", ServerRefused),
    ],
)
def test_statuses_become_errors(status: int, code: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        read_answer(refusal(status, code), TokenReply)


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7.0), ("", 0.0), ("soon", 0.0), ("999999", LONGEST_WAIT)]
)
def test_the_wish_to_wait_is_read(header: str, seconds: float) -> None:
    with pytest.raises(ServerBusy) as caught:
        read_answer(refusal(429, "too_many", **{"retry-after": header}), TokenReply)
    assert caught.value.retry_after == seconds


def test_answers_without_our_mark_are_somebody_elses() -> None:
    body = b'{"access":"a","expires_in":1,"refresh":"r","server_time":0}'
    assert read_answer(Reply(200, OURS, body), TokenReply).access == "a"
    for missing in OURS:
        poorer = {name: value for name, value in OURS.items() if name != missing}
        with pytest.raises(ServerAnswerUnreadable):
            read_answer(Reply(200, poorer, body), TokenReply)
