"""P4: what a sync with nothing to do costs on the wire, headers and all."""

from __future__ import annotations

import json
from collections.abc import Callable

from gridworker.sync.asking import HEADERS
from gridworker.sync.protocol.messages import PROOF
from tests.contract.rig import Rig


def test_nothing_to_do_stays_below_a_thousand_bytes(make_rig: Callable[..., Rig]) -> None:
    desk = make_rig("http").desk("steward_a1")
    desk.sync()
    desk.sync()
    path, body, headers = desk.wire.requests[-1]
    reply = desk.wire.replies[-1]
    assert {"Authorization", PROOF, *HEADERS} == set(headers)
    sent = len(f"POST {path} HTTP/1.1\r\nHost: street.example.cn:8440\r\nContent-Length: 999\r\n\r\n") + len(
        body
    )
    sent += sum(len(f"{name}: {value}\r\n") for name, value in headers.items())
    own = {name: value for name, value in reply.headers.items() if name not in ("date", "server")}
    received = len(reply.body) + sum(len(f"{name}: {value}\r\n") for name, value in own.items()) + 19
    assert sent + received < 1000, (sent, received)
    assert "limits" not in json.loads(reply.body)["hello"] or json.loads(reply.body)["hello"]["limits"] == {}
