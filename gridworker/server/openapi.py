"""The server's description of itself as an OpenAPI 3.1 document, made from the message types themselves."""

from __future__ import annotations

from functools import cache
from typing import Any

import msgspec

from gridworker import __version__
from gridworker.models.op import OpKind, OpResult
from gridworker.sync.protocol.adoption import ADOPT, AdoptReply, AdoptRequest
from gridworker.sync.protocol.messages import (
    ENROL,
    INCARNATION,
    PROOF,
    SYNC,
    TOKEN,
    WIPED,
    EnrolReply,
    EnrolRequest,
    ErrorBody,
    IncarnationReply,
    IncarnationRequest,
    SyncReply,
    SyncRequest,
    TokenReply,
    TokenRequest,
    WipedReply,
    WipedRequest,
)

#: path -> what is asked, what is answered, in a few words, the refusals there are
_EXCHANGES = {
    ENROL: (
        EnrolRequest,
        EnrolReply,
        "Exchange a one-time code for a device's identity",
        (400, 403, 409, 413, 426, 429),
    ),
    ADOPT: (
        AdoptRequest,
        AdoptReply,
        "Bring a community that started alone to this empty server",
        (400, 401, 403, 409, 413, 426, 429),
    ),
    INCARNATION: (
        IncarnationRequest,
        IncarnationReply,
        "Give a restored or copied database a device of its own",
        (400, 401, 403, 413, 426, 429),
    ),
    WIPED: (WipedRequest, WipedReply, "Tell that a device was wiped", (400, 401, 413, 429)),
    TOKEN: (TokenRequest, TokenReply, "Renew a device's tokens", (400, 401, 403, 413, 429)),
    SYNC: (SyncRequest, SyncReply, "Send ops and fetch what changed", (400, 401, 403, 413, 426, 429)),
}
_ALWAYS = (500, 503)
_ID = {"type": "string", "contentEncoding": "base64"}
_VALUES = {"type": "object", "additionalProperties": {"type": ["null", "integer", "string"]}}
#: Written out: a value of an op is read by the declaration of its field, which no message type says.
_OP = {
    "title": "Op",
    "type": "object",
    "properties": {
        "op_id": _ID,
        "seq": {"type": "integer", "minimum": 1},
        "txn": _ID,
        "entity": {"type": "string"},
        "record": _ID,
        "kind": {"enum": [str(kind.value) for kind in OpKind]},
        "set": _VALUES,
        "base": _VALUES,
        "bucket": {"anyOf": [_ID, {"type": "null"}]},
        "schema": {"type": "integer"},
        "at": {"type": "integer"},
        "postponed": {"const": True},
    },
    # Whole, or announced by its place alone.
    "anyOf": [
        {"required": ["op_id", "seq", "txn", "entity", "record", "kind", "set"]},
        {"required": ["op_id", "seq", "txn", "postponed"]},
    ],
}


@cache
def document() -> bytes:
    """The whole document, as JSON."""
    kinds: list[Any] = [kind for asked, answered, *_ in _EXCHANGES.values() for kind in (asked, answered)]
    kinds[kinds.index(SyncRequest)] = _with_plain_ops()
    _, schemas = msgspec.json.schema_components(
        [*kinds, OpResult, ErrorBody], ref_template="#/components/schemas/{name}"
    )
    schemas["SyncRequest"]["properties"]["ops"] = {
        "type": "array",
        "items": {"$ref": "#/components/schemas/Op"},
    }
    schemas["Op"] = _OP
    schemas["WirePart"]["properties"]["rows"] = {"type": "array", "items": {"type": "array"}}
    return msgspec.json.encode(
        {
            "openapi": "3.1.0",
            "info": {"title": "Gridworker server", "version": __version__},
            "paths": {path: {"post": _operation(path)} for path in _EXCHANGES}
            | {"/v1/health": {"get": _health()}},
            "components": {
                "schemas": schemas,
                "securitySchemes": {
                    "access": {"type": "http", "scheme": "bearer"},
                    "proof": {"type": "apiKey", "in": "header", "name": PROOF},
                },
            },
        }
    )


def _with_plain_ops() -> type:
    """SyncRequest with its ops as a list: the raw bytes they are kept as have no schema."""
    members = [
        (f.name, list[Any] if f.name == "ops" else f.type, f.default)
        for f in msgspec.structs.fields(SyncRequest)
    ]
    made = [
        (name, kind) if default is msgspec.NODEFAULT else (name, kind, default)
        for name, kind, default in members
    ]
    made = [(*entry[:2], ()) if entry[0] == "ops" else entry for entry in made]
    return msgspec.defstruct("SyncRequest", made)


def _named(kind: type) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{kind.__name__}"}


def _json(kind: type) -> dict[str, object]:
    return {"application/json": {"schema": _named(kind)}}


def _operation(path: str) -> dict[str, object]:
    asked, answered, words, refusals = _EXCHANGES[path]
    answers: dict[str, object] = {"200": {"description": "done", "content": _json(answered)}}
    for status in (*refusals, *_ALWAYS):
        answers[str(status)] = {"description": "refused", "content": _json(ErrorBody)}
    made: dict[str, object] = {
        "operationId": path.rpartition("/")[2],
        "summary": words,
        "requestBody": {"required": True, "content": _json(asked)},
        "responses": answers,
    }
    if path == ADOPT:
        return made | {"security": [{"proof": []}]}
    return made | {"security": [{"access": [], "proof": []}]} if path == SYNC else made


def _health() -> dict[str, object]:
    body = {"type": "object", "properties": {"status": {"const": "ok"}}, "required": ["status"]}
    return {
        "operationId": "health",
        "summary": "Whether the server can answer",
        "responses": {
            "200": {"description": "it can", "content": {"application/json": {"schema": body}}},
            "503": {"description": "it cannot now", "content": _json(ErrorBody)},
        },
    }
