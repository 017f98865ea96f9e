"""What only the network can do: portals, redirects, cut and slow answers, plain HTTP."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from gridworker.errors import PlainHttpRefused, ServerAnswerUnreadable, ServerAway
from gridworker.sync.answers import read_answer
from gridworker.sync.protocol.bodies import DOWN_SENT, UP_SENT
from gridworker.sync.protocol.messages import SYNC, EnrolReply, SyncReply
from gridworker.sync.transport.http import HttpTransport, checked_url
from tests.contract.rig import Rig, signed
from tests.contract.village import home, visit


@contextmanager
def stranger(answer: Callable[[Any], None]) -> Iterator[str]:
    """The URL of something that is not a Gridworker server."""

    class Stranger(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        def log_message(self, *_: Any) -> None: ...

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Stranger)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def reply_with(
    status: int, headers: dict[str, str], body: bytes, length: int | None = None
) -> Callable[[Any], None]:
    def answer(request: Any) -> None:
        request.send_response(status)
        for name, value in headers.items():
            request.send_header(name, value)
        request.send_header("Content-Length", str(len(body) if length is None else length))
        request.end_headers()
        request.wfile.write(body)
        request.close_connection = True

    return answer


@pytest.mark.parametrize("body", [b"<html>please sign in</html>", b"{}"])
def test_f38_a_captive_portal_is_not_a_server(body: bytes) -> None:
    with stranger(reply_with(200, {"Content-Type": "text/html"}, body)) as url:
        transport = HttpTransport(url)
        with pytest.raises(ServerAnswerUnreadable):
            read_answer(transport.send(SYNC, b"{}", {}), SyncReply)
        transport.close()


def test_a_marked_answer_that_makes_no_sense_is_unreadable() -> None:
    marked = {"Content-Type": "application/json", "X-Gridworker": "1"}
    for body in (b"", b"{}", b"[", b"\xff"):
        with stranger(reply_with(200, marked, body)) as url:
            transport = HttpTransport(url)
            with pytest.raises(ServerAnswerUnreadable):
                read_answer(transport.send(SYNC, b"{}", {}), EnrolReply)
            transport.close()


def test_redirects_are_not_followed() -> None:
    with stranger(reply_with(307, {"Location": "http://192.0.2.1/v1/sync"}, b"")) as url:
        transport = HttpTransport(url)
        reply = transport.send(SYNC, b"{}", {})
        assert reply.status == 307
        with pytest.raises(ServerAnswerUnreadable):
            read_answer(reply, SyncReply)
        transport.close()


def test_f02_a_cut_answer_is_no_answer() -> None:
    with stranger(reply_with(200, {}, b"half of it", length=100)) as url:
        transport = HttpTransport(url)
        with pytest.raises(ServerAway):
            transport.send(SYNC, b"{}", {})
        transport.close()


def test_f42_an_endless_answer_ends_at_the_deadline() -> None:
    """Every byte comes in time for the read timeout; only the deadline of the whole answer ends it."""
    seconds = iter(range(0, 10_000, 7))
    with stranger(reply_with(200, {}, b"x" * 1_000_000)) as url:
        transport = HttpTransport(url, total_seconds=10, monotonic=lambda: next(seconds))
        with pytest.raises(ServerAway, match="deadline"):
            transport.send(SYNC, b"{}", {})
        transport.close()


def test_f39_an_answer_larger_than_any_of_ours_is_given_up_while_it_comes() -> None:
    """Whoever stands on the way must not fill the laptop's memory."""
    with stranger(reply_with(200, {}, b"x" * (DOWN_SENT + 100_000))) as url:
        transport = HttpTransport(url)
        with pytest.raises(ServerAnswerUnreadable, match="too large"):
            transport.send(SYNC, b"{}", {})
        transport.close()


def test_f42_a_silent_server_ends_at_the_read_timeout() -> None:
    released = threading.Event()

    def wait(_request: Any) -> None:
        released.wait(5)

    with stranger(wait) as url:
        transport = HttpTransport(url, read_seconds=0.2)
        with pytest.raises(ServerAway):
            transport.send(SYNC, b"{}", {})
        released.set()
        transport.close()


def test_nobody_there_is_away() -> None:
    transport = HttpTransport("http://127.0.0.1:9")
    with pytest.raises(ServerAway):
        transport.send(SYNC, b"{}", {})
    transport.close()


@pytest.mark.parametrize(
    "url",
    [
        "http://street.example.cn",
        "http://192.168.1.5:8440",
        "ftp://localhost",
        "",
        "/",
        "https://",
    ],
)
def test_plain_http_stays_on_this_computer(url: str) -> None:
    with pytest.raises(PlainHttpRefused):
        HttpTransport(url)


@pytest.mark.parametrize(
    "url", ["https://street.example.cn/", "http://127.0.0.1:8440", "http://localhost:1", "http://[::1]:8440"]
)
def test_https_and_loopback_are_fine(url: str) -> None:
    assert checked_url(url) == url.rstrip("/")


def test_an_address_without_a_scheme_means_https() -> None:
    assert checked_url(" street.example.cn/ ") == "https://street.example.cn"


def test_a_password_file_never_replaces_the_token(
    make_rig: Callable[..., Rig], tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = make_rig("http")
    desk = rig.desk("steward_a1")
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    inner: Any = desk.wire.inner
    inner._session.trust_env = True
    sent: list[str] = []
    real = inner._session.send

    def send(request: Any, **more: Any) -> Any:
        sent.append(request.headers.get("Authorization", ""))
        return real(request, **more)

    monkeypatch.setattr(inner._session, "send", send)
    desk.sync()
    assert desk.holds("household")
    assert set(sent) == {f"Bearer {desk.kept().access}"}


def test_an_oversized_body_is_refused_before_it_is_read(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig("http")
    desk = rig.desk("steward_a1")
    body = b"x" * (UP_SENT + 1)
    try:
        reply = desk.wire.inner.send(SYNC, body, signed(desk, body))
    except ServerAway:
        return  # the server hung up while we were still sending: as good
    assert reply.status == 413


def test_one_connection_serves_many_exchanges(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig("http")
    desk = rig.desk("steward_a1")
    desk.sync()
    for number in range(5):
        desk.save(visit(home("a1", 1), str(number)))
        desk.sync()
    inner: Any = desk.wire.inner
    pools = inner._session.get_adapter("http://").poolmanager.pools
    assert [pools[key].num_connections for key in pools.keys()] == [1]  # noqa: SIM118 - it is no dict
