"""Older versions for the schedules: what they call things, what they speak, and what they do not know yet. The steps to
today are made for these tests: no version with another schema was ever shipped."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any
from unittest.mock import patch

import msgspec

from gridworker.models import op as ops
from gridworker.models.machine import EVENT
from gridworker.models.upcasting import Payload
from gridworker.server import push
from gridworker.store import store as store_module
from gridworker.store.store import Store
from gridworker.sync import client as client_module
from gridworker.sync.protocol.messages import Page, WirePart

Fields = dict[str, Any]


@dataclass(frozen=True)
class Version:
    """`schema` of what it saves and the `protocol` it speaks; `unknown` are fields of a household it does not know."""

    schema: int
    protocol: str
    app: str
    unknown: tuple[str, ...] = ()


#: How a field is called on the wire for a version that does not know it.
STRANGE = "strange_"
TODAY = Version(3, "1.0", "3.0")
#: The one before, and one so old that the server takes what it sends and gives it nothing.
NEW = ("note", "preferred_time")
VERSIONS = {1: Version(1, "0.9", "1.0", NEW), 2: Version(2, "1.0", "2.0", NEW), 3: TODAY}

#: By schema: the (entity, name then, name in the next one) of fields, and of the events of plan items.
FIELDS = {
    1: (("visit", "remark", "said"), ("household", "no_visits", "visit_opt_out")),
    2: (("resident", "greeting", "salutation"),),
}
EVENTS = {1: (), 2: (("ticked_off", "finish"), ("left_out", "drop"))}


def _step(schema: int, payload: Payload) -> Payload:
    """From `schema` to the next."""
    names = {then: now for entity, then, now in FIELDS[schema] if entity == payload.entity}
    events = dict(EVENTS[schema]) if payload.entity == "plan_item" else {}
    return payload._replace(
        set=_renamed(payload.set, names, events), base=_renamed(payload.base, names, events)
    )


CHAIN = tuple(partial(_step, schema) for schema in FIELDS)


def _renamed(values: Any, names: dict[str, str], events: dict[str, str]) -> Fields:
    found = {names.get(name, name): value for name, value in values.items()}
    if EVENT in found:
        found[EVENT] = events.get(found[EVENT], found[EVENT])
    return found


def as_written(payload: bytes, version: Version) -> bytes:
    """The op in `payload`, which today's version wrote, as `version` would have written it."""
    op = msgspec.json.decode(payload)
    for schema in range(TODAY.schema - 1, version.schema - 1, -1):
        names = {now: then for entity, then, now in FIELDS[schema] if entity == op["entity"]}
        events = {now: then for then, now in EVENTS[schema]} if op["entity"] == "plan_item" else {}
        op |= {place: _renamed(op[place], names, events) for place in ("set", "base") if place in op}
    op["schema"] = version.schema
    if version.schema == 1:  # the first one never said so
        del op["schema"]
    return msgspec.json.encode(op)


@contextlib.contextmanager
def steps_since() -> Iterator[None]:
    """Both sides are of a version that knows these schemas."""
    with contextlib.ExitStack() as stack:
        stack.enter_context(patch.object(ops, "UPCASTERS", CHAIN))
        for module in (ops, push, store_module):
            stack.enter_context(patch.object(module, "SCHEMA", TODAY.schema))
        yield


@contextlib.contextmanager
def speaking(version: Version) -> Iterator[None]:
    """A device exchanges as `version` does."""
    with (
        patch.object(client_module, "PROTOCOL", version.protocol),
        patch.object(client_module, "__version__", version.app),
        patch.object(client_module, "page_rows", partial(_rows, version)),
    ):
        yield


_PAGE_ROWS = client_module.page_rows


def _rows(version: Version, page: Page | None) -> Any:
    if page is None or not version.unknown:
        return _PAGE_ROWS(page)
    parts = tuple(_strange(part, version.unknown) for part in page.parts)
    return _PAGE_ROWS(msgspec.structs.replace(page, parts=parts))


def _strange(part: WirePart, unknown: tuple[str, ...]) -> WirePart:
    columns = tuple(STRANGE + name if name in unknown else name for name in part.columns)
    return msgspec.structs.replace(part, columns=columns) if part.entity == "household" else part


def rewrite_last(store: Store, version: Version) -> None:
    """The last op in the outbox becomes one of `version`."""
    with store.database.write() as connection:
        seq, payload = connection.exec_driver_sql(
            "SELECT seq, payload FROM outbox ORDER BY seq DESC LIMIT 1"
        ).one()
        values = (as_written(payload, version), seq)
        connection.exec_driver_sql("UPDATE outbox SET payload = ? WHERE seq = ?", values)


def learn(store: Store, version: Version) -> None:
    """The next version has a name for what `version` did not know."""
    with store.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE parked SET body = CAST(replace(CAST(body AS TEXT), ?, '') AS BLOB) WHERE why = 'fields'",
            (STRANGE,),
        )
