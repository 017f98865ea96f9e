"""The next page of a first copy is on its way while this one is written: no request more than without, nothing taken
for an answer to something else, and what fails is asked for again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
import pytest

from gridworker.errors import DiskFull, ServerAway
from gridworker.server.service import Asked, Sender
from gridworker.store.receive import receive
from gridworker.sync import client as client_module
from gridworker.sync.protocol.messages import SYNC, Limits
from gridworker.sync.transport.http import HttpTransport
from tests.contract.rig import Desk, Rig, Wire
from tests.contract.test_exchange import copies_agree
from tests.contract.test_faulty_network import unhurried
from tests.contract.test_http import reply_with, stranger
from tests.contract.village import home, named, visit

PAGE = 7


class AheadWire(Wire):
    """A wire over HTTP that lets requests go ahead, and remembers them."""

    def __init__(self, inner: HttpTransport) -> None:
        super().__init__(inner)
        self.http, self.ahead = inner, list[bytes]()

    def send_ahead(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        self.ahead.append(body)
        self.http.send_ahead(path, body, headers)


class Copying:
    """A village of some pages, a device that is still empty, and how many exchanges the server was asked for."""

    def __init__(self, rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
        writer = rig.desk("steward_a1")
        writer.sync()
        writer.save(*(visit(home("a1", 1), f"n{number}") for number in range(30)))
        writer.sync()
        self.rig, self.asked = rig, 0
        plain, begin = rig.desk("steward_a1"), rig.service.begin
        assert isinstance(plain.wire.inner, HttpTransport)
        self.wire = AheadWire(plain.wire.inner)
        self.desk = Desk(plain.store, self.wire)

        def counted(signed: Sender) -> Asked:
            self.asked += 1
            return begin(signed)

        monkeypatch.setattr(rig.service, "begin", counted)


@pytest.fixture
def copying(make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch) -> Copying:
    return Copying(unhurried(make_rig, Limits(rows=PAGE)), monkeypatch)


def test_every_page_but_the_first_is_asked_for_ahead_and_none_twice(copying: Copying) -> None:
    copying.desk.sync()
    requests = [body for _, body, _ in copying.wire.requests]
    assert len(requests) == copying.asked > 5
    assert copying.wire.ahead == requests[1 : len(copying.wire.ahead) + 1]
    assert len(copying.wire.ahead) >= len(requests) - 2  # never one that says by a cursor what is held
    assert not any(b'"cursor"' in body for body in copying.wire.ahead)
    copies_agree(copying.rig, copying.desk)


def test_what_was_saved_meanwhile_goes_first(copying: Copying, monkeypatch: pytest.MonkeyPatch) -> None:
    """A save between two pages makes another request: the answer that was asked for ahead is let go."""
    done: list[int] = []

    def save_once(store: Any, *rest: Any) -> Any:
        found = receive(store, *rest)
        if not done and named(home("a1", 1)) in copying.desk.holds("household"):
            done.append(len(copying.wire.ahead))
            copying.desk.save(visit(home("a1", 1), "between"))
        return found

    monkeypatch.setattr(client_module, "receive", save_once)
    assert copying.desk.sync().sent == 1
    let_go = copying.wire.ahead[done[0] - 1]
    assert let_go not in [body for _, body, _ in copying.wire.requests]
    copies_agree(copying.rig, copying.desk)


def test_a_page_that_was_not_kept_is_asked_for_again(
    copying: Copying, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[int] = []

    def fail_once(store: Any, *rest: Any) -> Any:
        tries.append(1)
        if len(tries) == 3:
            raise DiskFull(path="here")
        return receive(store, *rest)

    monkeypatch.setattr(client_module, "receive", fail_once)
    with pytest.raises(DiskFull):
        copying.desk.sync()
    stopped = len(copying.wire.requests)
    copying.desk.sync()
    lost, again = (_place_in(copying.wire.requests[place][1]) for place in (stopped - 1, stopped))
    assert lost == again and copying.asked == len(copying.wire.requests) + 1
    copies_agree(copying.rig, copying.desk)


def _place_in(body: bytes) -> Any:
    """From where on a request asks for a copy."""
    return msgspec.json.decode(body)["pull"]["bootstrap"]


def test_another_request_is_never_answered_with_it() -> None:
    asked: list[bytes] = []

    def echo(request: Any) -> None:
        asked.append(request.path.encode())
        reply_with(200, {}, request.path.encode())(request)

    with stranger(echo) as url:
        transport = HttpTransport(url)
        transport.send_ahead("/a", b"{}", {"x": "1"})
        assert transport.send("/a", b"{}", {"x": "2"}).body == b"/a"  # another signature, another request
        transport.send_ahead("/b", b"{}", {})
        assert transport.send("/c", b"{}", {}).body == b"/c"
        transport.send_ahead("/d", b"{}", {})
        reply = transport.send("/d", b"{}", {})
        assert reply.body == b"/d" and reply.age >= 0
        transport.close()
    assert asked.count(b"/a") == 2 and asked.count(b"/d") == 1


def test_what_goes_wrong_is_said_to_who_asks() -> None:
    transport = HttpTransport("http://127.0.0.1:9")
    transport.send_ahead(SYNC, b"{}", {})
    with pytest.raises(ServerAway):
        transport.send(SYNC, b"{}", {})
    transport.close()


def test_closing_waits_for_nobody() -> None:
    released, begun = threading.Event(), threading.Event()

    def wait(_request: Any) -> None:
        begun.set()
        released.wait(20)

    with stranger(wait) as url:
        transport = HttpTransport(url)
        transport.send_ahead(SYNC, b"{}", {})
        assert begun.wait(20)
        transport.close()
        assert not released.is_set()
        released.set()
