"""The transport over HTTPS: one kept-alive connection, verified certificates, a deadline for the whole answer. The
only place that speaks to the network."""

from __future__ import annotations

import ipaddress
import ssl
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Any
from urllib.parse import urlsplit

import requests
from urllib3.exceptions import HTTPError

from gridworker.errors import PlainHttpRefused, ServerAnswerUnreadable, ServerAway, ServerUnproven
from gridworker.sync.protocol.bodies import DOWN_SENT
from gridworker.sync.transport import Reply
from gridworker.sync.transport.ahead import Ahead, Asked

CONNECT_SECONDS, READ_SECONDS, TOTAL_SECONDS = 5.0, 30.0, 120.0
_CHUNK = 64 * 1024
#: What OpenSSL finds wrong with a certificate, as a key below errors.reason.
_CERTIFICATE_FAULTS = {
    9: "certificate_early",
    10: "certificate_expired",
    18: "certificate_unknown",
    19: "certificate_unknown",
    20: "certificate_unknown",
    21: "certificate_unknown",
    62: "certificate_name",
    64: "certificate_name",
}


class HttpTransport:
    """Speaks to one server. Certificates are always verified; plain HTTP goes to this very computer only."""

    def __init__(
        self,
        url: str,
        *,
        authority: Path | None = None,
        total_seconds: float = TOTAL_SECONDS,
        read_seconds: float = READ_SECONDS,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`url` such as `https://street.example.cn`. `authority`: a PEM file with the certificates that alone may vouch
        for it. Raises PlainHttpRefused for plain HTTP to another computer."""
        self.url = checked_url(url)
        self._total, self._read, self._monotonic = total_seconds, read_seconds, monotonic
        self._verify: bool | str = True if authority is None else str(authority)
        self._session = self._new_session()
        self._ahead: Ahead | None = None

    def _new_session(self) -> requests.Session:
        session = requests.Session()
        session.headers.clear()  # what the library adds tells a server nothing
        session.trust_env = not _is_loopback(urlsplit(self.url).hostname or "")
        return session

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        asked, ahead = (path, body, headers), self._ahead
        self._ahead = None
        if ahead is not None and ahead.is_for(asked):
            return ahead.reply()
        if ahead is not None:  # its connection is taken until its answer has come
            ahead.let_go()
            self._session = self._new_session()
        return self._post(self._session, asked, Event())

    def send_ahead(self, path: str, body: bytes, headers: Mapping[str, str]) -> None:
        session = self._session

        def post(asked: Asked, unwanted: Event) -> Reply:
            try:
                return self._post(session, asked, unwanted)
            finally:
                if unwanted.is_set():
                    session.close()

        self._ahead = Ahead(post, (path, body, headers))

    def _post(self, session: requests.Session, asked: Asked, unwanted: Event) -> Reply:
        path, body, headers = asked
        ends = self._monotonic() + self._total
        try:
            with session.post(
                self.url + path,
                data=body,
                headers=dict(headers),
                timeout=(min(CONNECT_SECONDS, self._total), min(self._read, self._total)),
                allow_redirects=False,
                stream=True,
                verify=self._verify,
                auth=_as_it_is,
            ) as response:
                return Reply(
                    response.status_code, _lower(response.headers), self._body(response, ends, unwanted)
                )
        except (requests.RequestException, HTTPError, OSError) as error:
            raise _away(self.url, error) from error

    def _body(self, response: requests.Response, ends: float, unwanted: Event) -> bytes:
        raw: Any = response.raw
        parts: list[bytes] = []
        size = 0
        while part := raw.read1(_CHUNK, decode_content=False):
            parts.append(part)
            size += len(part)
            if size > DOWN_SENT:
                raise ServerAnswerUnreadable(url=self.url, why="too large")
            if unwanted.is_set() or self._monotonic() > ends:
                raise ServerAway(url=self.url, why="deadline")
        return b"".join(parts)

    @contextmanager
    def standing_alone(self) -> Iterator[None]:
        """Inside, the certificates that vouch for the server are a copy outside the profile's folder. They are nobody's
        secret."""
        kept = self._verify
        with ExitStack() as put_aside:
            with suppress(OSError):  # without a copy the receipt is not sent; what must go goes all the same
                if isinstance(kept, str):
                    folder = put_aside.enter_context(tempfile.TemporaryDirectory(prefix="gridworker-"))
                    copy = Path(folder) / "ca.pem"
                    copy.write_bytes(Path(kept).read_bytes())
                    self._verify = str(copy)
            try:
                yield
            finally:
                self._verify = kept

    def close(self) -> None:
        if self._ahead is not None:
            self._ahead.let_go()
            self._ahead = None
        self._session.close()


def _away(url: str, error: Exception) -> ServerAway:
    """Nobody there; or somebody whose certificate does not hold, which is said plainly."""
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLCertVerificationError):
            reason = _CERTIFICATE_FAULTS.get(cause.verify_code, "certificate_bad")
            return ServerUnproven(url=url, reason=reason)
        cause = cause.__cause__ or cause.__context__
    if isinstance(error, requests.exceptions.SSLError):
        return ServerUnproven(url=url, reason="not_encrypted")
    return ServerAway(url=url, why=type(error).__name__)


def checked_url(url: str) -> str:
    """`url` without its trailing slash, with https where no scheme was typed. Raises PlainHttpRefused unless it is
    https or leads to this computer."""
    typed = url.strip()
    bare = (typed if "://" in typed else f"https://{typed}").rstrip("/")
    parts = urlsplit(bare)
    if parts.scheme == "https" and parts.hostname:
        return bare
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return bare
    raise PlainHttpRefused(url=url)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps a password file of this user from replacing our Authorization header."""
    return request


def _lower(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
