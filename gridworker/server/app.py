"""The HTTP door: bodies read under a cap, refusals as `{code, message}`, health and numbers. Decides nothing itself,
and logs routes and codes only."""

from __future__ import annotations

import base64
import binascii
import logging
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import anyio
import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from gridworker.errors import DatabaseBusy, DatabaseUnreachable, DiskFull, GridworkerError
from gridworker.server import adoption, openapi
from gridworker.server.copies import Copies
from gridworker.server.refusal import Refusal, unauthorised
from gridworker.server.service import Asked, Service, Signed, take_receipt
from gridworker.server.watching import Readings
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.adoption import ADOPT
from gridworker.sync.protocol.bodies import (
    UP_INFLATED,
    UP_SENT,
    BodyTooLarge,
    BodyUnreadable,
    deflate,
    inflate,
)
from gridworker.sync.protocol.messages import (
    ENROL,
    INCARNATION,
    MARK,
    PROOF,
    PROTOCOL,
    SYNC,
    TOKEN,
    WIPED,
    ErrorBody,
)

Run = Callable[..., Awaitable[Any]]
Work = Callable[[Service, Request, bytes], "bytes | Asked"]
_log = logging.getLogger("gridworker.server")
#: As long as a client waits for a whole answer.
BODY_SECONDS = 120.0


async def run_here(work: Callable[..., Any], *arguments: object) -> Any:
    """Do the work in the calling thread: for the in-process transport, where there is only one."""
    return work(*arguments)


def create_app(
    service: Service, run: Run = run_in_threadpool, *, copies: int = 2, numbers_port: int | None = None
) -> Starlette:
    """The ASGI application of `service`. `run` does the database work, by default in a thread of its own; `copies`
    first copies are read at the same time. At `numbers_port`, and nowhere else, Prometheus may ask for numbers."""
    metrics = service.metrics
    take_turn: Run = run_here if run is run_here else Copies(copies, metrics).take_turn

    def route(path: str, work: Work) -> Route:
        async def answer(request: Request) -> Response:
            began = time.monotonic()
            response, code = await _answered(service, request, work, run, take_turn)
            metrics.took(path, time.monotonic() - began)
            metrics.count("requests_total", route=path, status=str(response.status_code), code=code)
            metrics.count("received_bytes_total", int(_digits(request.headers.get("content-length", ""))))
            metrics.count("sent_bytes_total", len(response.body))
            return response

        return Route(path, answer, methods=["POST"])

    async def health(_request: Request) -> Response:
        try:
            await run(service.check)
        except GridworkerError as error:
            return _refusal(Refusal(503, "unavailable", error.code, retry_after=5))
        return Response(b'{"status":"ok"}', 200, _headers())

    async def numbers(request: Request) -> Response:
        if numbers_port is None or request.scope["server"][1] != numbers_port:
            return await missing(request, LookupError())
        return Response(metrics.text(), 200, {"content-type": "text/plain; version=0.0.4"})

    async def description(_request: Request) -> Response:
        return Response(openapi.document(), 200, _headers())

    async def missing(_request: Request, _error: Exception) -> Response:
        return _refusal(Refusal(404, "not_found", "no such path or method"))

    return Starlette(
        routes=[
            *(route(path, work) for path, work in _WORKS.items()),
            route(SYNC, partial(_sync, Readings())),
            Route("/v1/health", health),
            Route("/v1/openapi.json", description),
            Route("/metrics", numbers),
        ],
        exception_handlers={404: missing, 405: missing},
    )


async def _answered(
    service: Service, request: Request, work: Work, run: Run, take_turn: Run
) -> tuple[Response, str]:
    """The answer, and the code of a refusal."""
    sent = b""
    try:
        sent = await (_read if run is run_here else _read_in_time)(request)
        found = await run(_guarded, request, partial(work, service, request, sent))
        if isinstance(found, Asked):
            found = await take_turn(_guarded, request, partial(service.finish, found))
    except Refusal as refused:
        found = refused
    except ClientDisconnect:
        found = Refusal(400, "bad_request", "the client went away")
    if isinstance(found, Refusal):
        return _refusal(found, _proof_of(service, found, sent)), found.code
    response: Response = found
    return response, ""


async def _read(request: Request) -> bytes:
    """The body as sent; refused before more than the cap was taken in."""
    too_large = Refusal(413, "too_large", f"more than {UP_SENT} bytes")
    if int(_digits(request.headers.get("content-length", ""))) > UP_SENT:
        raise too_large
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > UP_SENT:
            raise too_large
        parts.append(part)
    return b"".join(parts)


async def _read_in_time(request: Request) -> bytes:
    """The same within a deadline: who sends a byte a minute must not keep a connection for ever."""
    with anyio.move_on_after(BODY_SECONDS):
        return await _read(request)
    raise Refusal(400, "bad_request", "the body did not come in time")


def _digits(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 16 else "0"


def _guarded(request: Request, work: Callable[[], bytes | Asked]) -> Response | Refusal | Asked:
    """The answer to `request`, ready to be sent; whatever happens, one that the client can read."""
    try:
        found = work()
        if isinstance(found, Asked):
            return found
        body, encoding = deflate(found, request.headers.get("accept-encoding", ""))
        return Response(body, 200, _headers(encoding))
    except Refusal as refused:
        _log.info("refused %s %s", request.url.path, refused.code)
        return refused
    except (DatabaseBusy, DatabaseUnreachable, DiskFull) as error:
        _log.error("unavailable %s", error.code)
        return Refusal(503, "unavailable", error.code, retry_after=5)
    except GridworkerError as error:
        _log.error("failed %s %s", request.url.path, error.code)
        return Refusal(503, "unavailable", error.code, retry_after=60)
    except Exception as error:  # noqa: BLE001 - the client must get an answer it can read; the kind is logged
        _log.error("failed %s %s", request.url.path, type(error).__name__)
        return Refusal(500, "server_bug", "see the server's log")


def _enrol(service: Service, request: Request, sent: bytes) -> bytes:
    return msgspec.json.encode(service.enrol(_inflated(request, sent), _source(request)))


def _adopt(service: Service, request: Request, sent: bytes) -> bytes:
    inflated = partial(_inflated, request, sent)
    found = adoption.answer(
        service.database, service.rates, _source(request), _proof(request), sent, inflated
    )
    return msgspec.json.encode(found)


def _token(service: Service, request: Request, sent: bytes) -> bytes:
    return msgspec.json.encode(service.token(_inflated(request, sent), _source(request)))


def _wiped(service: Service, request: Request, sent: bytes) -> bytes:
    return msgspec.json.encode(take_receipt(service, _inflated(request, sent), _source(request)))


def _incarnation(service: Service, request: Request, sent: bytes) -> bytes:
    return msgspec.json.encode(service.incarnation(_inflated(request, sent)))


def _sync(readings: Readings, service: Service, request: Request, sent: bytes) -> bytes | Asked:
    scheme, _, access = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not access:
        raise unauthorised("no token")
    asked = service.begin(Signed(access, _proof(request), sent, partial(_inflated, request, sent)))
    readings.look(service, asked.request)
    return asked if asked.copies else service.finish(asked)


_WORKS: dict[str, Work] = {
    ENROL: _enrol,
    ADOPT: _adopt,
    INCARNATION: _incarnation,
    TOKEN: _token,
    WIPED: _wiped,
}


def _proof(request: Request) -> bytes:
    try:
        return base64.b64decode(request.headers.get(PROOF, ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise unauthorised("no proof") from error


def _inflated(request: Request, sent: bytes) -> bytes:
    try:
        return inflate(sent, request.headers.get("content-encoding", ""), UP_INFLATED)
    except BodyTooLarge as error:
        raise Refusal(413, "too_large", f"inflates to more than {UP_INFLATED} bytes") from error
    except BodyUnreadable as error:
        raise Refusal(400, "bad_request", "the body does not inflate") from error


def _source(request: Request) -> str:
    return request.client.host if request.client else "local"


def _headers(encoding: str = "") -> dict[str, str]:
    headers = {"content-type": "application/json", "cache-control": "no-store", MARK: "1"}
    return headers | {"content-encoding": encoding} if encoding else headers


def _proof_of(service: Service, refused: Refusal, sent: bytes) -> bytes:
    """The server's signature under a word that ends a device's work; nothing under any other."""
    if refused.status != 403:
        return b""
    return proofs.sign(service.database.bundle_keys.signing, proofs.refusal_message(sent, refused.code))


def _refusal(refused: Refusal, proof: bytes = b"") -> Response:
    headers = _headers()
    if refused.retry_after:
        headers["retry-after"] = str(refused.retry_after)
    size = msgspec.UNSET if refused.size is None else refused.size
    spoken = PROTOCOL if refused.status == 426 else ""
    body = ErrorBody(refused.code, refused.message, proof, size, spoken)
    return Response(msgspec.json.encode(body), refused.status, headers)
