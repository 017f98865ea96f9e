"""What a hostile or broken sender may try: it gets a clear refusal, and nothing else happens."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from typing import Any

import msgspec
import pytest
import zstandard
from psycopg.errors import DiskFull
from sqlcipher3.dbapi2 import OperationalError

from gridworker.errors import FieldInvalid, ServerRefused
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Outcome
from gridworker.server import push
from gridworker.server.incoming import MOST_OPS
from gridworker.store.apply import apply_group
from gridworker.store.database import Database
from gridworker.sync.answers import ServerBusy
from gridworker.sync.protocol.bodies import UP_INFLATED, UP_SENT
from gridworker.sync.protocol.messages import ENROL, SYNC, TOKEN, Hello, Pull, SyncReply
from gridworker.sync.transport import Reply
from tests.contract.rig import Desk, Rig, ask, numbered, op, signed
from tests.contract.village import change, home, named, visit
from tests.sync.disks import full


def send(desk: Desk, body: bytes, **headers: str) -> tuple[int, str]:
    """Status and code of a signed body."""
    return verdict(desk.wire.inner.send(SYNC, body, signed(desk, body) | headers))


def verdict(reply: Reply) -> tuple[int, str]:
    assert reply.headers["x-gridworker"] == "1"
    assert reply.headers["content-type"] == "application/json"
    body = msgspec.json.decode(reply.body)
    assert reply.status == 200 or set(body) == {"code", "message"}
    return reply.status, body.get("code", "")


def hello(desk: Desk) -> bytes:
    known = desk.store.known
    return msgspec.json.encode(Hello("1.0", known.device_id, known.incarnation, known.community_id, True))


def request(desk: Desk, ops: bytes) -> bytes:
    return b'{"hello":' + hello(desk) + b',"ops":' + ops + b"}"


NESTED = b"[" * 100_000 + b"]" * 100_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"\xff\xfe",
        b"<html>hello</html>",
        b'{"hello": 1}',
        b'{"hello":' + NESTED + b"}",
        b'{"unknown":' + NESTED + b"}",
    ],
    ids=["empty", "no_hello", "null", "not_utf8", "html", "wrong_type", "nested", "nested_unknown"],
)
def test_garbage_is_refused(rig: Rig, body: bytes) -> None:
    desk = rig.desk("steward_a1")
    assert send(desk, body) == (400, "bad_request")
    for path in (ENROL, TOKEN):
        assert verdict(desk.wire.inner.send(path, body, {}))[0] == 400


@pytest.mark.parametrize(
    "ops",
    [b"{}", b"[1]", b"[{}]", b'[{"op_id":"AAAA","seq":1,"txn":"AAAA"}]', b"[" + NESTED + b"]", b'["a"'],
    ids=["object", "number", "no_envelope", "short_ids", "nested", "cut"],
)
def test_ops_without_an_envelope_are_refused(rig: Rig, ops: bytes) -> None:
    desk = rig.desk("steward_a1")
    assert send(desk, request(desk, ops)) == (400, "bad_request")
    assert rig.one("SELECT max(last_seq) FROM device") == 0


def test_an_unreadable_op_is_answered_and_delays_nothing(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    good, bad = numbered(op(2, visit(home("a1", 1), "好")), desk.store), op(1, visit(home("a1", 2), "x"))
    spoilt = msgspec.json.decode(msgspec.json.encode(bad))
    spoilt["set"] = {"said": [1, 2]}
    body = request(desk, msgspec.json.encode([spoilt, msgspec.json.decode(msgspec.json.encode(good))]))
    reply = desk.wire.inner.send(SYNC, body, signed(desk, body))
    results = msgspec.json.decode(reply.body, type=SyncReply).results
    assert [(r.outcome, r.code) for r in results] == [(Outcome.REJECTED, "unreadable"), (Outcome.APPLIED, "")]
    assert rig.rows("SELECT said FROM visit") == [("好",)]
    again = desk.wire.inner.send(SYNC, body, signed(desk, body))
    assert msgspec.json.decode(again.body, type=SyncReply).results == results


@pytest.mark.parametrize("seqs", [(2,), (1, 3), (2, 1), (1, 1)])
def test_ops_must_come_in_gap_free_order(rig: Rig, seqs: tuple[int, ...]) -> None:
    desk = rig.desk("steward_a1")
    with pytest.raises(Exception, match=r"seq_gap|bad_request"):
        ask(desk, [op(seq, visit(home("a1", 1), "x")) for seq in seqs])
    assert rig.one("SELECT count(*) FROM visit") == 0


def test_what_was_answered_comes_again_in_order_or_not_at_all(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    ops = [op(seq, visit(home("a1", seq), "x")) for seq in (1, 2, 3)]
    first = ask(desk, ops).results
    assert ask(desk, [ops[0], ops[2]]).results == (first[0], first[2])
    for wrong in ([ops[1], ops[0]], [ops[1], ops[1]]):
        with pytest.raises(Exception, match="bad_request"):
            ask(desk, wrong)


def test_more_ops_than_any_act_has_are_refused(make_rig: Callable[..., Rig]) -> None:
    desk = make_rig().desk("steward_a1")

    def announced(n: int) -> bytes:
        names = (
            {"op_id": new_id(), "seq": seq, "txn": new_id(), "postponed": True} for seq in range(1, n + 1)
        )
        return request(desk, msgspec.json.encode(list(names)))

    assert send(desk, announced(MOST_OPS + 1)) == (413, "too_large")
    assert send(desk, announced(3))[0] == 200


def test_an_op_id_is_nobody_elses(rig: Rig) -> None:
    mine, theirs = rig.desk("steward_a1"), rig.desk("grid_a")
    first = op(1, visit(home("a1", 1), "我的"))
    assert ask(mine, [first]).results[0].outcome is Outcome.APPLIED
    stolen = msgspec.structs.replace(op(1, visit(home("a1", 2), "别人的")), op_id=first.op_id)
    assert ask(theirs, [stolen]).results[0].code == "op_id_taken"
    twice = [msgspec.structs.replace(op(n, visit(home("a1", 3), "x")), op_id=new_id()) for n in (2, 3)]
    twice[1] = msgspec.structs.replace(twice[1], op_id=twice[0].op_id)
    assert {result.code for result in ask(theirs, twice).results} == {"op_id_taken"}
    assert rig.rows("SELECT said FROM visit") == [("我的",)]
    assert ask(theirs, [op(4, visit(home("a1", 3), "继续"))]).results[0].outcome is Outcome.APPLIED


def bombs() -> dict[str, bytes]:
    zeros = b"\0" * (UP_INFLATED + 1_000_000)
    packed = zlib.compressobj(9, zlib.DEFLATED, 31)
    honest = zstandard.ZstdCompressor(level=3).compress(zeros)
    silent = zstandard.ZstdCompressor(level=3, write_content_size=False).compress(zeros)
    return {"zstd": honest, "zstd silent": silent, "gzip": packed.compress(zeros) + packed.flush()}


@pytest.mark.parametrize("kind", ["zstd", "zstd silent", "gzip"])
def test_a_small_body_never_becomes_a_large_one(rig: Rig, kind: str) -> None:
    desk = rig.desk("steward_a1")
    body = bombs()[kind]
    assert len(body) < 100_000
    encoding = kind.partition(" ")[0]
    assert send(desk, body, **{"Content-Encoding": encoding}) == (413, "too_large")
    assert verdict(desk.wire.inner.send(ENROL, body, {"Content-Encoding": encoding}))[0] == 413


def test_a_window_that_asks_for_memory_is_refused(make_rig: Callable[..., Rig]) -> None:
    desk = make_rig().desk("steward_a1")
    parameters = zstandard.ZstdCompressionParameters(window_log=27, write_content_size=False)
    packer = zstandard.ZstdCompressor(compression_params=parameters).compressobj()
    body = packer.compress(b"{}" * 10_000) + packer.flush()
    assert send(desk, body, **{"Content-Encoding": "zstd"}) == (400, "bad_request")


@pytest.mark.parametrize("encoding", ["br", "zstd", "gzip", "deflate"])
def test_what_does_not_inflate_is_refused(rig: Rig, encoding: str) -> None:
    desk = rig.desk("steward_a1")
    assert send(desk, b"neither this nor that", **{"Content-Encoding": encoding}) == (400, "bad_request")


def test_an_oversized_body_is_refused(make_rig: Callable[..., Rig]) -> None:
    desk = make_rig("in_process").desk("steward_a1")
    body = b"x" * (UP_SENT + 1)
    assert send(desk, body) == (413, "too_large")


def test_a_poisoned_op_does_not_stop_the_others(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig = make_rig()
    desk = rig.desk("steward_a1")
    honest = apply_group

    def poisoned(workspace: Any, ops: Any, actor: Any, judge: Any) -> Any:
        if any(item.set.get("said") == "毒" for item in ops):
            raise ZeroDivisionError
        return honest(workspace, ops, actor, judge)

    monkeypatch.setattr(push, "apply_group", poisoned)
    ops = [op(n, visit(home("a1", 1), "毒" if n == 3 else str(n))) for n in range(1, 8)]
    results = ask(desk, ops).results
    assert [r.code for r in results] == ["", "", "server_bug", "", "", "", ""]
    assert rig.one("SELECT count(*) FROM visit") == 6
    assert rig.one("SELECT count(*) FROM feed WHERE entity = 'visit'") == 6
    monkeypatch.undo()
    again = ask(desk, ops).results  # settled results stay; the server's own failure is judged anew
    assert again[:2] + again[3:] == results[:2] + results[3:]
    assert again[2].outcome is Outcome.APPLIED
    assert ask(desk, ops).results == again


def test_f04_a_row_that_cannot_be_written_does_not_stop_the_others(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The judging went well, the writing did not: the batch is written act by act."""
    rig = make_rig()
    desk = rig.desk("steward_a1")
    with rig.database.write() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER poison BEFORE INSERT ON visit WHEN new.said = '毒' BEGIN SELECT RAISE(ABORT, 'x'); END"
        )
    results = ask(
        desk, [op(n, visit(home("a1", 1), "毒" if n == 2 else str(n))) for n in range(1, 5)]
    ).results
    assert [r.code for r in results] == ["", "server_bug", "", ""]
    assert sorted(row[0] for row in rig.rows("SELECT said FROM visit")) == ["1", "3", "4"]


def test_f26_a_server_without_room_answers_no_op_as_failed(make_rig: Callable[..., Rig]) -> None:
    """SQLite takes the whole transaction back by itself, beneath the savepoint."""
    rig = make_rig()
    desk, database = rig.desk("steward_a1"), rig.database._database
    assert isinstance(database, Database)
    ops = [op(n, visit(home("a1", 1), "长" * 3000)) for n in range(1, 4)]
    with full(database), pytest.raises(ServerBusy, match="disk_full"):
        ask(desk, ops)
    assert rig.one("SELECT count(*) FROM device_op") == rig.one("SELECT count(*) FROM visit") == 0
    assert [result.code for result in ask(desk, ops).results] == ["", "", ""]


@pytest.mark.parametrize(
    "error", [DiskFull("no room"), OperationalError("database or disk is full")], ids=repr
)
def test_f26_nor_is_it_answered_op_by_op(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    """As PostgreSQL says it, and as SQLite does where the transaction goes on."""
    desk = make_rig().desk("steward_a1")

    def write(*_: object) -> None:
        raise error

    monkeypatch.setattr(push, "apply_group", write)
    with pytest.raises(ServerRefused) as refused:
        ask(desk, [op(1, visit(home("a1", 1), "一"))])
    assert str(refused.value.values["status"]).startswith("5")  # and no result of the op


@pytest.mark.parametrize(
    ("entity", "field", "value"),
    [
        ("household", "note", "x" * 10_000),
        ("household", "floor", 2**62),
        ("household", "floor", "three"),
        ("household", "floor", ""),
        ("household", "unit_id", ""),
        ("household", "visit_opt_out", ""),
        ("household", "unit_id", "AAAA"),
        ("household", "id", "AAAA"),
        ("household", "row_version", 99),
        ("household", "bucket_id", "AAAA"),
        ("household", "domain_id", "AAAA"),
        ("household", "note", "11010519491231002X"),
        ("resident", "phone", "<script>"),
    ],
)
def test_values_outside_the_declaration_are_refused(rig: Rig, entity: str, field: str, value: Any) -> None:
    desk = rig.desk("steward_a1")
    record = named(home("a1", 1) if entity == "household" else f"{home('a1', 1)}_r")
    wire = msgspec.json.decode(msgspec.json.encode(op(1, visit(home("a1", 1), "x"))))
    wire |= {"entity": entity, "kind": "set", "set": {field: value}, "base": {field: None}}
    wire["record"] = msgspec.json.decode(msgspec.json.encode(record))
    before = rig.rows(f"SELECT * FROM {entity}")
    body = request(desk, msgspec.json.encode([wire]))
    reply = desk.wire.inner.send(SYNC, body, signed(desk, body))
    assert msgspec.json.decode(reply.body, type=SyncReply).results[0].outcome is Outcome.REJECTED
    assert rig.rows(f"SELECT * FROM {entity}") == before


def test_strange_cursors_harm_nobody(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    head = rig.one("SELECT head FROM domain_head")
    page = ask(desk, [], Pull(cursor=0, rows=-3)).page
    assert page is not None
    assert page.through_seq <= head
    for cursor in (-5, head + 1, 10**15):  # the feed cannot tell the rest: everything is fetched again
        answer = ask(desk, [], Pull(cursor=cursor, rows=-3))
        assert answer.page is None
        assert answer.scope_changed
        assert answer.scope is msgspec.UNSET


def test_other_paths_and_methods_are_answered_alike(rig: Rig) -> None:
    transport = rig.transport()
    assert verdict(transport.send("/", b"", {})) == (404, "not_found")
    assert verdict(transport.send("/v1/sync/../../etc/passwd", b"", {})) == (404, "not_found")
    transport.close()


def test_too_many_requests_are_slowed_down(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    desk = rig.desk("steward_a1")
    seconds = [0.0]
    rig.service.rates.monotonic = lambda: seconds[0]
    statuses = {send(desk, request(desk, b"[]"))[0] for _ in range(300)}
    assert statuses == {200, 429}
    seconds[0] += 60
    assert send(desk, request(desk, b"[]"))[0] == 200


def test_a_fault_of_ours_is_an_answer_without_details(
    make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    rig = make_rig()
    desk = rig.desk("steward_a1")

    def broken(*_arguments: object) -> None:
        raise KeyError("张三 13800000000")

    monkeypatch.setattr(push, "take_in", broken)
    body = request(desk, msgspec.json.encode([op(1, visit(home("a1", 1), "x"))]))
    reply = desk.wire.inner.send(SYNC, body, signed(desk, body))
    assert verdict(reply) == (500, "server_bug")
    assert "张三" not in reply.body.decode() + caplog.text


@pytest.mark.parametrize(
    "spoilt", ["户".encode(), b"\xff\xff", b"!!!"], ids=["not ASCII", "not UTF-8", "not base64"]
)
def test_a_reference_that_is_none_delays_nothing(rig: Rig, spoilt: bytes) -> None:
    desk = rig.desk("steward_a1")
    made = (op(n, visit(home("a1", n), text)) for n, text in ((1, "坏"), (2, "好")))
    bad, good = (msgspec.json.encode(numbered(one, desk.store)) for one in made)
    good_home = msgspec.json.encode(named(home("a1", 1))).strip(b'"')
    body = request(desk, b"[" + bad.replace(good_home, spoilt) + b"," + good + b"]")
    reply = desk.wire.inner.send(SYNC, body, signed(desk, body))
    results = msgspec.json.decode(reply.body, type=SyncReply).results
    assert [(r.outcome, r.code) for r in results] == [(Outcome.REJECTED, "unreadable"), (Outcome.APPLIED, "")]


def test_a_stranger_costs_no_memory(make_rig: Callable[..., Rig], monkeypatch: pytest.MonkeyPatch) -> None:
    rig = make_rig()
    desk = rig.desk("steward_a1")

    def unpacked(*_arguments: object) -> bytes:
        raise AssertionError("inflated before the sender was known")

    monkeypatch.setattr("gridworker.server.app.inflate", unpacked)
    body = zstandard.ZstdCompressor().compress(bytes(UP_INFLATED))
    headers = signed(desk, body, access="made up") | {"Content-Encoding": "zstd"}
    assert verdict(desk.wire.inner.send(SYNC, body, headers)) == (401, "token_invalid")


def test_millions_of_empty_ops_are_refused_before_they_are_counted(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    body = request(desk, b"[" + b"0," * 600_000 + b"0]")
    assert send(desk, body) == (400, "bad_request")


def test_what_a_sender_makes_up_is_not_said_back_at_length(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    long = "x" * 5000
    strange = visit(home("a1", 1), "x")
    strange.set[long] = "y"
    nowhere = msgspec.structs.replace(visit(home("a1", 1), "x"), entity=long)
    results = ask(desk, [op(1, strange), op(2, nowhere)]).results
    assert [r.code for r in results] == ["field_invalid", "unknown_entity"]
    assert rig.one("SELECT max(length(result)) FROM device_op") < 500


def test_a_tombstone_that_is_not_there_is_answered(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    ops = [op(1, Draft("erasure", new_id(), OpKind.RESTORE, {})), op(2, visit(home("a1", 1), "x"))]
    assert [r.code for r in ask(desk, ops).results] == ["record_missing", ""]


def test_a_base_is_not_taken_on_trust(rig: Rig) -> None:
    desk, target = rig.desk("steward_a1"), named(home("a1", 1))
    number = "11010519491231002X"
    ops = [
        op(1, change("household", target, "note", None, "先到的")),
        op(2, change("household", target, "note", f"他的号 {number}", "后到的")),
        op(3, change("household", target, "preferred_time", "x" * 100_000, "evening")),
    ]
    assert ask(desk, ops).results[1].outcome is Outcome.CONFLICT
    assert rig.rows("SELECT field, base, mine, theirs FROM conflict ORDER BY field") == [
        ("note", None, "后到的", "先到的"),
        ("preferred_time", None, "evening", None),
    ]


@pytest.mark.parametrize("above", [None, "a1", "grid_a"], ids=["second root", "ring", "itself"])
def test_the_areas_stay_one_tree(rig: Rig, above: str | None) -> None:
    base = named("root")
    moved = change("area_unit", named("grid_a"), "parent_id", base, named(above) if above else None)
    with pytest.raises(FieldInvalid) as refused:
        rig.command(moved)
    assert refused.value.values["field"] == "parent_id"
    rig.command(change("area_unit", named("a1"), "name", "a1", "甲一"))
    assert rig.one("SELECT parent_id FROM area_unit WHERE id = ?", named("grid_a")) == base


def test_the_root_cannot_be_hung_below_its_own_areas(rig: Rig) -> None:
    with pytest.raises(FieldInvalid):
        rig.command(change("area_unit", named("root"), "parent_id", None, named("grid_a")))
    assert rig.one("SELECT count(*) FROM area_unit WHERE parent_id IS NULL") == 1
