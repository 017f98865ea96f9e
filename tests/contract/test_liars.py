"""A device that sends whatever the registry can say: every entity, every kind of op, plausible values and some that are
not. Nothing breaks the judge, nothing of another micro-grid changes or is told, what is kept can be read by everybody
else, and the server still agrees with itself."""

from __future__ import annotations

import base64
import binascii
import json
import random
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
import pytest

from gridworker.models.alias import alias_id
from gridworker.models.entity import Entity, Field, Kind, Merge
from gridworker.models.erasure import erasure_id
from gridworker.models.ids import new_id
from gridworker.models.op import OpResult
from gridworker.models.registry import ENTITIES
from gridworker.server import checks
from gridworker.server.database import only_domain
from gridworker.sync.protocol.messages import SYNC, Hello, Pull, SyncReply
from tests.contract.rig import Desk, Rig, signed
from tests.contract.village import DAY, HOMES_EACH, MICRO_GRIDS, home, named, visit

#: What no field should hold, and some can.
NASTY: tuple[Any, ...] = (
    *(
        None,
        "",
        " ",
        "\u0000",
        "a\u0000b",
        "\u202e",
        "𠮷𠮷",
        "x" * 5000,
        "'; DROP TABLE visit; --",
        "{0}",
        "%s",
    ),
    *(-1, 0, 1, 2, 2**31, 2**53, 2**63 - 1, -(2**63), "1", "2026-02-30", "9999-12-31", "0000-00-00", "24:00"),
    *("AAAAAAAAAAAAAAAAAAAAAA==", "AAAA", "11010519491231002X", "member,member", ",", "planned", "done"),
)
KINDS = ("create", "create", "create", "set", "set", "delete", "restore", "event")
SAID = {"phone": "100-0000-0001", "code": "a1", "week": "2026-W48", "label": "甲"}
SIMPLE: dict[Kind, Callable[[random.Random, Field], Any]] = {
    Kind.ENUM: lambda chance, field: chance.choice(field.choices),
    Kind.CODES: lambda chance, field: chance.choice(field.choices or ("a",)),
    Kind.INT: lambda chance, field: chance.randint(field.low, min(field.high, field.low + 5)),
    Kind.BOOL: lambda chance, _: chance.randrange(2),
    Kind.DAY: lambda chance, _: chance.choice((DAY, "2026-11-19", "2026-12-31")),
    Kind.TIME: lambda *_: "09:30",
    Kind.MOMENT: lambda *_: f"{DAY} 09:30",
}
ROUNDS, EACH = 5, 150


def text_of(raw: bytes) -> str:
    return base64.b64encode(raw).decode()


class Liar:
    """Makes ops as JSON. `known` are records it may name, its own and others'; `number` is its device's."""

    def __init__(self, chance: random.Random, known: dict[str, list[bytes]], number: int) -> None:
        self.chance, self.known, self.number, self.count = chance, known, number, 0

    def value(self, entity: Entity, field: Field) -> Any:
        chance = self.chance
        if chance.random() < 0.03:
            return chance.choice(NASTY)
        if field.kind is Kind.REF:
            found = self.known.get(field.refers or chance.choice(ENTITIES).name, [])
            return text_of(chance.choice(found) if found and chance.random() < 0.9 else new_id())
        if field.kind in SIMPLE:
            return SIMPLE[field.kind](chance, field)
        if field.name == "entity":
            return chance.choice(("household", "resident", "visit", "demand", "erasure"))
        self.count += 1
        if field.name == "no":
            return f"{entity.number}26-{self.number:02d}-{self.count:04d}"
        return SAID.get(field.format) or chance.choice(("甲", "a1", "2026-W48", "1", "2026-11-20"))

    def values(self, entity: Entity, kind: str) -> dict[str, Any]:
        chance, fields = self.chance, entity.wire_fields
        if kind == "create":
            one = chance.choice(entity.one_of) if entity.one_of else ""
            free = [f for f in fields if f.name not in entity.one_of and f.merge is not Merge.STATE]
            chosen = [f for f in free if f.required or chance.random() < 0.2]
            chosen += [f for f in fields if f.name == one]
        else:
            chosen = chance.sample(fields, min(len(fields), chance.randint(1, 3)))
        made = {field.name: self.value(entity, field) for field in chosen}
        if kind == "event":
            events = [event.name for event in entity.machine.events] if entity.machine else ["accept"]
            made["event"] = chance.choice([*events, "", "no such"])
        return made

    def record(self, entity: Entity, kind: str, values: dict[str, Any]) -> bytes:
        """A new id, one that follows from the values, or that of somebody else's record."""
        if kind != "create" or self.chance.random() < 0.05:
            return self.chance.choice(self.known.get(entity.name, []) or [new_id()])
        try:
            about = base64.b64decode(values.get("record_id") or values.get("loser_id") or "")
        except (binascii.Error, ValueError, TypeError):
            return new_id()
        if entity.name == "erasure":
            return erasure_id(about)
        return alias_id(str(values.get("entity")), about) if entity.name == "record_alias" else new_id()

    def op(self, seq: int, txn: bytes) -> dict[str, Any]:
        chance = self.chance
        entity, kind = chance.choice(ENTITIES), chance.choice(KINDS)
        values = self.values(entity, kind) if kind in ("create", "set", "event") else {}
        record = self.record(entity, kind, values)
        seen = {n: chance.choice((value, None, "planned")) for n, value in values.items() if n != "event"}
        made = {"op_id": text_of(new_id()), "seq": seq, "txn": text_of(txn), "entity": entity.name}
        made |= {"record": text_of(record), "kind": kind, "set": values, "schema": 1}
        made |= {"base": {} if kind == "create" else seen, "at": chance.choice((0, -1, 2**62))}
        return made | {"bucket": chance.choice((None, text_of(new_id())))}

    def batch(self, first: int) -> list[dict[str, Any]]:
        made: list[dict[str, Any]] = []
        while len(made) < EACH:
            txn, length = new_id(), self.chance.choice((1,) * 12 + (2, 4))
            made += [self.op(first + len(made) + place, txn) for place in range(length)]
        return made

    def learn(self, ops: Sequence[dict[str, Any]], results: Sequence[OpResult]) -> None:
        for one, result in zip(ops, results, strict=True):
            if one["kind"] == "create" and result.outcome in ("applied", "merged"):
                self.known.setdefault(one["entity"], []).append(base64.b64decode(one["record"]))


def send(desk: Desk, ops: list[dict[str, Any]]) -> SyncReply:
    known, kept = desk.store.known, desk.kept()
    hello = Hello(
        "1.0", known.device_id, known.incarnation, known.community_id, True, kept.epoch, kept.server_epoch
    )
    parts = (msgspec.json.encode(hello), json.dumps(ops).encode(), msgspec.json.encode(Pull(kept.cursor)))
    body = b'{"hello":%b,"ops":%b,"pull":%b}' % parts
    reply = desk.wire.inner.send(SYNC, body, signed(desk, body))
    assert reply.status == 200, (reply.status, reply.body[:200])
    return msgspec.json.decode(reply.body, type=SyncReply)


def matters_of(rig: Rig, homes: list[bytes]) -> list[Any]:
    """Every row about one of `homes`, whole."""
    marks = ", ".join("?" * len(homes))
    found = rig.rows(f"SELECT * FROM household WHERE id IN ({marks}) ORDER BY id", *homes)
    for entity in ENTITIES:
        if any(field.name == "household_id" for field in entity.wire_fields):
            sql = f"SELECT * FROM {entity.name} WHERE household_id IN ({marks}) ORDER BY id"
            found += rig.rows(sql, *homes)
    return found


@pytest.mark.parametrize("over", ["in_process", "postgres"])
@pytest.mark.parametrize("login", ["steward_b1", "viewer", "secretary"])
def test_whatever_a_device_says(make_rig: Callable[..., Rig], over: str, login: str) -> None:
    rig = make_rig(over)
    honest, liar = rig.desk("secretary"), rig.desk(login)
    honest.sync()
    honest.save(*(visit(home(micro, 1), f"geheim {micro}") for micro in MICRO_GRIDS))
    honest.sync()
    liar.sync()
    known = {e.name: [row[0] for row in rig.rows(f"SELECT id FROM {e.name}")] for e in ENTITIES}
    theirs = [named(home(micro, n)) for micro in ("a1", "a2") for n in range(1, HOMES_EACH + 1)]
    before, told, ended, seq = matters_of(rig, theirs), b"", set[str](), 1
    speaker = Liar(random.Random(f"{over} {login}"), known, liar.store.known.device_no)
    for _ in range(ROUNDS):
        batch = speaker.batch(seq)
        reply = send(liar, batch)
        seq += len(batch)
        broken = [pair for pair in zip(batch, reply.results, strict=True) if pair[1].code == "server_bug"]
        assert not broken, broken[0]
        speaker.learn(batch, reply.results)
        ended |= {result.outcome.value for result in reply.results}
        told += msgspec.json.encode(reply)
    assert ended >= ({"rejected"} if login == "viewer" else {"rejected", "applied", "merged", "noop"})
    if login != "secretary":
        assert matters_of(rig, theirs) == before
        assert "geheim a1" not in told.decode() and "geheim a2" not in told.decode()
    with rig.database.read() as connection:
        assert checks.findings(connection, only_domain(connection)) == []
    honest.sync()  # reads everything that was kept
