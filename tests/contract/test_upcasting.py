"""F32: what an older version saved is sent as it was written, and is understood for ever."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest

from gridworker.errors import ServerOlder
from gridworker.models import op as ops
from gridworker.models.op import OpKind, OpResult, Outcome, decode_op, decode_ops, encode_ops
from gridworker.models.upcasting import SCHEMA, Payload, bring_up
from gridworker.server import push
from gridworker.store import store as store_module
from gridworker.store.store import Store
from gridworker.sync.answers import read_answer
from gridworker.sync.protocol.messages import Hello, SyncReply, SyncRequest
from tests.contract.rig import PASSPHRASE, Desk, Rig, ask, op, signed
from tests.contract.village import home, named, visit

GOLDEN = Path(__file__).parent / "golden" / "ops_schema_1.json"


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig()


@pytest.fixture
def desk(rig: Rig) -> Desk:
    made = rig.desk("steward_a1")
    made.sync()
    return made


def send_raw(desk: Desk, raw: bytes) -> tuple[OpResult, ...]:
    """The results of ops as bytes."""
    known, kept = desk.store.known, desk.kept()
    hello = Hello("1.0", known.device_id, known.incarnation, known.community_id, True, kept.epoch)
    body = msgspec.json.encode(SyncRequest(hello, msgspec.Raw(raw)))
    return read_answer(desk.wire.inner.send("/v1/sync", body, signed(desk, body)), SyncReply).results


# -- the first schema, as bytes -------------------------------------------------------------------------------------


def test_ops_of_the_first_schema_mean_what_they_meant(rig: Rig, desk: Desk) -> None:
    no = f"V26-{desk.store.known.device_no:02d}-0001"
    results = send_raw(desk, GOLDEN.read_bytes().replace(b"V26-01-0001", no.encode()))
    assert [(result.outcome, result.code) for result in results] == [(Outcome.APPLIED, "")] * 5
    assert rig.rows("SELECT no, said, answered_on_spot FROM visit") == [(no, "第一版写的", 1)]
    assert rig.one("SELECT note FROM household WHERE id = ?", named(home("a1", 1))) == "门铃坏了"
    assert rig.rows("SELECT text FROM visit_comment") == [("补充一句",)]
    assert rig.one("SELECT deleted FROM resident WHERE name = '试住户'") == 1


def test_an_op_without_a_schema_is_of_the_first_and_is_read_as_todays() -> None:
    found = decode_ops(GOLDEN.read_bytes())
    assert [each.kind for each in found] == ["create", "set", "create", "create", "delete"]
    assert {each.schema for each in found} == {SCHEMA}
    assert decode_ops(encode_ops(found)) == found


# -- a chain of three steps --------------------------------------------------------------------------------------


def _renamed(payload: Payload, before: str, after: str) -> Payload:
    if payload.entity != "visit":
        return payload
    now = {after if name == before else name: value for name, value in payload.set.items()}
    return payload._replace(set=now)


def _second(payload: Payload) -> Payload:
    return _renamed(payload, "remark", "words")


def _third(payload: Payload) -> Payload:
    """An outcome that was one word became another."""
    if payload.set.get("outcome") == "at_home":
        return payload._replace(set={**payload.set, "outcome": "met"})
    return payload


def _fourth(payload: Payload) -> Payload:
    return _renamed(payload, "words", "said")


CHAIN = (_second, _third, _fourth)


@pytest.fixture
def three_later(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Both sides of a version whose ops are of schema 4."""
    monkeypatch.setattr(ops, "UPCASTERS", CHAIN)
    for module in (ops, push, store_module):
        monkeypatch.setattr(module, "SCHEMA", 4)
    yield


def aged(desk: Desk, schema: int) -> None:
    """Write the outbox as a version with `schema` would have."""
    field = {1: "remark", 2: "words", 3: "words"}[schema]
    said = "" if schema == 1 else f',"schema":{schema}'  # the first one never said so
    with desk.store.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE outbox SET payload = CAST(replace(replace(replace(CAST(payload AS TEXT), '\"said\"', ?), "
            "'\"met\"', ?), ',\"schema\":4', ?) AS BLOB) WHERE state = 'new' "
            "AND CAST(payload AS TEXT) LIKE '%\"schema\":4%'",
            (f'"{field}"', '"at_home"' if schema < 3 else '"met"', said),
        )


def test_f32_500_ops_three_versions_old_are_sent_byte_for_byte_and_taken(
    rig: Rig, desk: Desk, three_later: None
) -> None:
    for schema in (1, 2, 3):
        desk.save(*(visit(home("a1", 1), f"旧版{schema}-{number}") for number in range(165)))
        aged(desk, schema)
    desk.save(*(visit(home("a1", 1), f"新版{number}") for number in range(5)))
    before = desk.rows("SELECT payload FROM outbox ORDER BY seq")
    assert len(before) == 500
    assert sum(b'"schema":4' in row[0] for row in before) == 5
    folder = desk.store.folder
    desk.store.close()
    again = Desk(Store.open(folder, PASSPHRASE, rig.hands.clock()), desk.wire)
    again.sync()
    assert again.rows("SELECT payload FROM outbox ORDER BY seq") == before
    assert again.one("SELECT count(*) FROM outbox WHERE json_extract(result, '$.outcome') = 'applied'") == 500
    assert rig.one("SELECT count(DISTINCT said) FROM visit WHERE outcome = 'met'") == 500
    again.store.close()


def test_every_schema_takes_the_steps_since_and_no_other() -> None:
    old = Payload("visit", "create", {"remark": "x", "outcome": "at_home"}, {})
    assert bring_up(old, 1, CHAIN).set == {"said": "x", "outcome": "met"}
    assert old.set == {"remark": "x", "outcome": "at_home"}  # a step makes a new payload
    assert bring_up(old, 2, CHAIN).set == {"remark": "x", "outcome": "met"}
    assert bring_up(old, 4, CHAIN) == bring_up(old, 99, CHAIN) == old


def test_ops_of_no_schema_and_ops_a_step_cannot_read_are_answered_and_delay_nobody(
    rig: Rig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    def picky(payload: Payload) -> Payload:
        return payload._replace(set={**payload.set, "said": payload.set["remark"]})

    monkeypatch.setattr(ops, "UPCASTERS", (picky,))
    for module in (ops, push):
        monkeypatch.setattr(module, "SCHEMA", 2)
    made = [
        op(number, visit(home("a1", 1), f"{number}"), schema=schema)
        for number, schema in enumerate((2, 0, -1, 1, 2), 1)
    ]
    results = ask(desk, made).results
    assert [result.code for result in results] == [
        "",
        "unreadable",
        "unreadable",
        "unreadable",
        "",
    ]
    assert rig.rows("SELECT said FROM visit ORDER BY said") == [("1",), ("5",)]


def test_an_op_of_a_newer_schema_stays_as_it_is_and_is_not_judged(rig: Rig, desk: Desk) -> None:
    newer = op(1, visit(home("a1", 1), "明年"), schema=SCHEMA + 1)
    assert decode_op(msgspec.json.encode(newer)) == newer
    with pytest.raises(ServerOlder) as waits:
        ask(desk, [newer])
    assert waits.value.values["code"] == "schema_newer"
    assert rig.rows("SELECT 1 FROM device_op WHERE device_id = ?", desk.store.known.device_id) == []
    assert newer.kind is OpKind.CREATE
