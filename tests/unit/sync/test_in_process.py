"""The transport without a socket refuses applications that wait for anything else."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from gridworker.errors import ServerAway
from gridworker.sync.transport.in_process import InProcessTransport


def test_an_application_that_waits_is_a_mistake() -> None:
    async def waits(_scope: Any, _receive: Any, _send: Any) -> None:
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError, match="waited"):
        InProcessTransport(waits).send("/", b"", {})


def test_an_application_that_says_nothing_is_away() -> None:
    async def silent(_scope: Any, receive: Any, _send: Any) -> None:
        assert (await receive())["body"] == b"x"
        assert (await receive())["type"] == "http.disconnect"

    with pytest.raises(ServerAway):
        InProcessTransport(silent).send("/", b"x", {})
