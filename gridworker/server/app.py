"""The HTTP door: three routes, bodies read under a cap, refusals as `{code, message}`. Decides nothing itself, and
logs ids and codes only."""

from __future__ import annotations

import base64
import binascii
import logging
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from gridworker.errors import DatabaseBusy, DiskFull, GridworkerError
from gridworker.server.refusal import Refusal, unauthorised
from gridworker.server.service import Service, Signed
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
    SYNC,
    TOKEN,
    ErrorBody,
)

Run = Callable[..., Awaitable[Any]]
_log = logging.getLogger("gridworker.server")


async def run_here(work: Callable[..., Any], *arguments: object) -> Any:
    """Do the work in the calling thread: for the in-process transport, where there is only one."""
    return work(*arguments)


def create_app(service: Service, run: Run = run_in_threadpool) -> Starlette:
    """The ASGI application of `service`. `run` does the database work, by default in a thread of its own."""

    def route(path: str, work: Callable[[Service, Request, bytes], bytes]) -> Route:
        async def answer(request: Request) -> Response:
            try:
                sent = await _read(request)
                response: Response = await run(_answer, service, request, sent, work)
                return response
            except Refusal as refused:
                return _refusal(refused)
            except ClientDisconnect:
                return _refusal(Refusal(400, "bad_request", "the client went away"))

        return Route(path, answer, methods=["POST"])

    async def missing(_request: Request, _error: Exception) -> Response:
        return _refusal(Refusal(404, "not_found", "no such path or method"))

    return Starlette(
        routes=[
            route(ENROL, _enrol),
            route(INCARNATION, _incarnation),
            route(TOKEN, _token),
            route(SYNC, _sync),
        ],
        exception_handlers={404: missing, 405: missing},
    )


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


def _digits(text: str) -> str:
    return text if text.isascii() and text.isdigit() and len(text) < 16 else "0"


def _answer(
    service: Service, request: Request, sent: bytes, work: Callable[[Service, Request, bytes], bytes]
) -> Response:
    try:
        found = work(service, request, sent)
        body, encoding = deflate(found, request.headers.get("accept-encoding", ""))
        return Response(body, 200, _headers(encoding))
    except Refusal as refused:
        _log.info("refused %s %s", request.url.path, refused.code)
        return _refusal(refused)
    except (DatabaseBusy, DiskFull) as error:
        _log.error("unavailable %s", error.code)
        return _refusal(Refusal(503, "unavailable", error.code, retry_after=5))
    except GridworkerError as error:
        _log.error("failed %s %s", request.url.path, error.code)
        return _refusal(Refusal(503, "unavailable", error.code, retry_after=60))
    except Exception as error:  # noqa: BLE001 - the client must get an answer it can read; the kind is logged
        _log.error("failed %s %s", request.url.path, type(error).__name__)
        return _refusal(Refusal(500, "server_bug", "see the server's log"))


def _enrol(service: Service, request: Request, sent: bytes) -> bytes:
    return msgspec.json.encode(service.enrol(_inflated(request, sent), _source(request)))


def _token(service: Service, request: Request, sent: bytes) -> bytes:
    return msgspec.json.encode(service.token(_inflated(request, sent), _source(request)))


def _incarnation(service: Service, request: Request, sent: bytes) -> bytes:
    return msgspec.json.encode(service.incarnation(_inflated(request, sent)))


def _sync(service: Service, request: Request, sent: bytes) -> bytes:
    scheme, _, access = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not access:
        raise unauthorised("no token")
    try:
        proof = base64.b64decode(request.headers.get(PROOF, ""), validate=True)
    except (binascii.Error, ValueError) as error:
        raise unauthorised("no proof") from error
    return service.sync(Signed(access, proof, sent, partial(_inflated, request, sent)))


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


def _refusal(refused: Refusal) -> Response:
    headers = _headers()
    if refused.retry_after:
        headers["retry-after"] = str(refused.retry_after)
    return Response(msgspec.json.encode(ErrorBody(refused.code, refused.message)), refused.status, headers)
