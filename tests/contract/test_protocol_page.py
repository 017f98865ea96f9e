"""docs/sync-protocol.md shows every member of every message, and none that is not there: the shapes are read off its
blocks and laid beside the types."""

from __future__ import annotations

import re
import types
import typing
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gridworker.models.op import Op, OpResult
from gridworker.server.openapi import document
from gridworker.sync.protocol import adoption, messages, sealed

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "sync-protocol.md").read_text("utf-8")
#: A member with the members below it: of a list of objects those of one of them.
Shape = dict[str, Any]
#: Type → the words its block begins with.
BEGINNINGS: dict[type[msgspec.Struct], str] = {
    messages.EnrolRequest: "{code, device_key, incarnation, practice, app, protocol, room}\n",
    messages.EnrolReply: "{device_id, device_no, community",
    adoption.AdoptRequest: "{snapshot, device_key",
    adoption.AdoptReply: "{after {entity, id} | null, rows, refused",
    messages.TokenRequest: "{device_id, refresh, proof} →",
    messages.TokenReply: "{access, expires_in, refresh, server_time, bundle_key}\n```\nAccess",
    messages.WipedRequest: "{device_id, proof} →",
    messages.WipedReply: "{server_time}",
    messages.IncarnationRequest: "{device_id, incarnation, device_key, proof",
    messages.IncarnationReply: "{device_id, device_no, access",
    messages.SyncRequest: "{hello {protocol",
    messages.SyncReply: "{hello {server_time",
    Op: "{op_id, seq, txn, entity, record",
    OpResult: "{seq, outcome",
    messages.Page: "{parts [",
    messages.BundleReply: "{epoch, server_epoch, cursor",
    sealed.Header: "{kind: request|answer",
    messages.ErrorBody: "{code, message, proof, size",
}
#: Members of which a block of their own tells more, or only the registry can: they are not gone into.
APART = {"ops", "results", "page", "parts", "reply", "refused", "enrolled", "set", "base", "values", "limits"}


def shape_at(start: int) -> Shape:
    """The members within the braces that open at `start`, each with what stands in braces behind it."""
    found: Shape = {}
    below: list[Shape] = []
    lists = [0]  # words in a list without braces say of what it is
    last = ""
    for token in re.finditer(r"[{}\[\]]|\"?(\w+)\"?(:[^,{}]*)?", PAGE[start:]):
        match token[0]:
            case "{":
                below.append(found if not below else below[-1].setdefault(last, {}))
                lists.append(0)
            case "}":
                below.pop()
                lists.pop()
                if not below:
                    return found
            case "[":
                lists[-1] += 1
            case "]":
                lists[-1] -= 1
            case _ if not lists[-1] and token[1] != "null":
                last = token[1]
                below[-1].setdefault(last, {})
    raise AssertionError("a block does not end")


def struct_in(kind: Any) -> type[msgspec.Struct] | None:
    """The message type inside an optional or a list of them."""
    if isinstance(kind, type) and issubclass(kind, msgspec.Struct):
        return kind
    if typing.get_origin(kind) in (tuple, typing.Union, types.UnionType):
        return next((found for of in typing.get_args(kind) if (found := struct_in(of))), None)
    return None


def members(kind: type[msgspec.Struct]) -> Shape:
    """What a message of this type holds, in the form of `shape_at`."""
    found: Shape = {}
    for field in msgspec.structs.fields(kind):
        inner = struct_in(field.type)
        listed = inner is None or field.name in APART or inner.__struct_config__.array_like
        found[field.name] = {} if listed or inner is None else members(inner)
    return found


def without_apart(shape: Shape) -> Shape:
    return {name: {} if name in APART else without_apart(below) for name, below in shape.items()}


@pytest.mark.parametrize("kind", BEGINNINGS, ids=lambda kind: kind.__name__)
def test_a_message_is_on_the_page_as_it_is(kind: type[msgspec.Struct]) -> None:
    assert PAGE.count(BEGINNINGS[kind]) == 1, "its block begins otherwise, or twice"
    assert without_apart(shape_at(PAGE.index(BEGINNINGS[kind]))) == members(kind)


def test_every_message_is_looked_at() -> None:
    """A new type is either one of them or a member of one."""
    known: set[type] = set()
    waiting: list[Any] = [*BEGINNINGS]
    while waiting:
        kind = struct_in(waiting.pop())
        if kind is not None and kind not in known:
            known.add(kind)
            waiting += [field.type for field in msgspec.structs.fields(kind)]
    made = {
        kind
        for module in (messages, adoption)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, msgspec.Struct) and kind is not msgspec.Struct
    }
    assert made - known == set()


def test_the_paths_and_refusals_are_on_the_page() -> None:
    described = msgspec.json.decode(document())
    for path in described["paths"]:
        assert path in PAGE, path
    source = "".join(p.read_text("utf-8") for p in Path(messages.__file__).parents[2].glob("server/**/*.py"))
    codes = set(re.findall(r"Refusal\(\s*\d{3},\s*\"(\w+)\"", source))
    assert len(codes) > 10
    assert sorted(code for code in codes if f"`{code}`" not in PAGE) == []


def test_the_description_for_machines_knows_every_member_of_an_op() -> None:
    described = msgspec.json.decode(document())["components"]["schemas"]["Op"]
    own = {field.name: field for field in msgspec.structs.fields(Op)}
    assert set(described["properties"]) == {*own, "postponed"}
    needed = {name for name, field in own.items() if field.required}
    whole, announced = (set(one["required"]) for one in described["anyOf"])
    assert whole == needed
    assert announced == {"op_id", "seq", "txn", "postponed"}
