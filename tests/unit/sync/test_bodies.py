"""Bodies: what is sent can be read again, and never becomes more than its cap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.sync.protocol.bodies import ACCEPTED, WORTH_IT, BodyTooLarge, BodyUnreadable, deflate, inflate


@given(
    st.binary(max_size=3000), st.sampled_from([ACCEPTED, "gzip", "zstd", "", "br", "gzip;q=0.5, zstd;q=1"])
)
def test_what_is_sent_can_be_read(body: bytes, accepted: str) -> None:
    sent, encoding = deflate(body, accepted)
    assert inflate(sent, encoding, 3000) == body
    assert encoding in ("", "zstd", "gzip")
    assert encoding == "" or encoding in accepted


def test_small_bodies_stay_as_they_are() -> None:
    assert deflate(b"x" * (WORTH_IT - 1), ACCEPTED)[1] == ""
    assert deflate(b"x" * WORTH_IT, ACCEPTED)[1] == "zstd"
    assert deflate(b"x" * WORTH_IT, "gzip, deflate")[1] == "gzip"


@pytest.mark.parametrize("accepted", ["zstd", "gzip", ""])
def test_the_cap_is_exact(accepted: str) -> None:
    sent, encoding = deflate(b"ab" * 5000, accepted)
    assert len(inflate(sent, encoding, 10_000)) == 10_000
    with pytest.raises(BodyTooLarge):
        inflate(sent, encoding, 9_999)


@pytest.mark.parametrize("accepted", ["zstd", "gzip"])
def test_a_cut_body_is_unreadable(accepted: str) -> None:
    sent, encoding = deflate(bytes(range(256)) * 40, accepted)
    for length in (0, 1, len(sent) // 2, len(sent) - 1):
        with pytest.raises(BodyUnreadable):
            inflate(sent[:length], encoding, 100_000)


def test_an_unknown_encoding_is_unreadable() -> None:
    with pytest.raises(BodyUnreadable):
        inflate(b"x", "br", 10)
