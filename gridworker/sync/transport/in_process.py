"""The transport to a server in the same process: the practice community and tests call the application directly, in
the calling thread, without a socket. The application must not wait for anything but its own request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, MutableMapping
from typing import Any

from gridworker.errors import ServerAway
from gridworker.sync.transport import Reply

_Message = MutableMapping[str, Any]
Application = Callable[
    [_Message, Callable[[], Awaitable[_Message]], Callable[[_Message], Awaitable[None]]],
    Coroutine[Any, Any, None],
]


class InProcessTransport:
    """`application` is an ASGI application that does its work in the calling thread."""

    def __init__(self, application: Application) -> None:
        self._application = application

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        exchange = _Exchange(path, body, headers)
        running = self._application(exchange.scope, exchange.receive, exchange.send)
        try:
            running.send(None)  # it never waits, so one step runs it to its end
        except StopIteration:
            return exchange.reply()
        running.close()
        raise RuntimeError("the application waited for something outside its request")

    def close(self) -> None:
        """Nothing is open."""


class _Exchange:
    """One request as the application sees it, and what it answers."""

    def __init__(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        self.scope: _Message = {
            "type": "http",
            "asgi": {"version": "3.0", "spec_version": "2.4"},
            "http_version": "1.1",
            "method": "POST",
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "query_string": b"",
            "root_path": "",
            "headers": [*raw, (b"content-length", str(len(body)).encode())],
            "client": None,
            "server": None,
        }
        self._body: bytes | None = body
        self._status = 0
        self._headers: dict[str, str] = {}
        self._parts: list[bytes] = []

    async def receive(self) -> _Message:
        if self._body is None:
            return {"type": "http.disconnect"}
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: _Message) -> None:
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = {n.decode("latin-1").lower(): v.decode("latin-1") for n, v in message["headers"]}
        else:
            self._parts.append(message.get("body", b""))

    def reply(self) -> Reply:
        if not self._status:
            raise ServerAway(url="in process", why="no answer")
        return Reply(self._status, self._headers, b"".join(self._parts))
