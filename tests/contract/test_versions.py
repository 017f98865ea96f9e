"""F19, F32–F35: versions that differ, and rows that come before what they belong to."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gridworker.errors import ProgramOlder, ServerOlder, VersionsApart
from gridworker.models.ids import new_id
from gridworker.models.registry import BY_NAME
from gridworker.models.upcasting import SCHEMA
from gridworker.server import push
from gridworker.store import notices, parked
from gridworker.store import store as store_module
from gridworker.store.queries.find import find
from gridworker.store.queries.health import examine
from gridworker.store.queries.notices import notices_of
from gridworker.store.receive import Gone, Part, receive
from gridworker.sync import client as client_module
from gridworker.sync.answers import read_answer
from gridworker.sync.enrolment import join
from gridworker.sync.protocol import messages
from gridworker.sync.protocol.messages import WirePart
from gridworker.sync.protocol.wire_rows import columns, decode_rows, unknown_fields
from gridworker.sync.transport import Reply, Transport
from tests.contract.rig import CHEAP, PASSPHRASE, Desk, Rig
from tests.contract.village import change, home, named, visit

PLACE = named(home("a1", 1))


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig()


@pytest.fixture
def desk(rig: Rig) -> Desk:
    made = rig.desk("steward_a1")
    made.sync()
    return made


def wire_row(entity: str, **values: Any) -> tuple[Any, ...]:
    names = ("id", "row_version", "deleted", *(f.name for f in BY_NAME[entity].wire_fields))
    return tuple({"row_version": 1, "deleted": 0, **values}.get(name) for name in names)


def bucket(desk: Desk) -> bytes:
    found = desk.one("SELECT bucket_id FROM household WHERE id = ?", PLACE)
    assert isinstance(found, bytes)
    return found


def test_f19_a_child_before_its_parent_is_parked_and_stands_when_the_parent_comes(desk: Desk) -> None:
    house, person = new_id(), new_id()
    child = wire_row("resident", id=person, household_id=house, name="先到的")
    receive(desk.store, (), [Part("resident", bucket(desk), [child])], (), {})
    assert person not in desk.holds("resident")
    assert "parked: 1 resident (parent)" in examine(desk.store)
    unit = desk.one("SELECT unit_id FROM household WHERE id = ?", PLACE)
    parent = wire_row("household", id=house, code="1-1-9", unit_id=unit, room="9", occupancy="owner")
    receive(desk.store, (), [Part("household", bucket(desk), [parent])], (), {})
    assert desk.one("SELECT name FROM resident WHERE id = ?", person) == "先到的"
    assert desk.rows("SELECT * FROM parked") == []


def test_f34_fields_of_a_newer_version_wait_and_are_put_in_place_after_the_upgrade(
    rig: Rig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = columns("household")
    part = WirePart("household", bucket(desk), (*own, "lift"), msgspec.Raw(b""))
    row = desk.rows(f"SELECT {', '.join(own)} FROM household WHERE id = ?", PLACE)[0]
    raw = msgspec.json.encode([[row[0], row[1] + 1, *row[2:], "有电梯"]])
    part = msgspec.structs.replace(part, rows=msgspec.Raw(raw))
    assert unknown_fields(part) == ((PLACE, {"lift": "有电梯"}),)
    receive(desk.store, (), [Part(part.entity, part.bucket, decode_rows(part), unknown_fields(part))], (), {})
    desk.save(change("household", PLACE, "note", None, "旧版改的"))
    assert "parked: 1 household (fields)" in examine(desk.store)
    with desk.store.database.write() as connection:  # the newer version's column, under a name that is there
        connection.exec_driver_sql(
            "UPDATE parked SET body = replace(CAST(body AS TEXT), 'lift', 'preferred_time')"
        )
        connection.exec_driver_sql("UPDATE parked SET body = CAST(body AS BLOB)")
        assert parked.replay_fields(connection) == 1
    assert desk.rows("SELECT note, preferred_time FROM household WHERE id = ?", PLACE) == [
        ("旧版改的", "有电梯")
    ]
    assert desk.rows("SELECT * FROM parked") == []


def test_f34_what_was_emptied_meanwhile_is_not_put_in_place(rig: Rig, desk: Desk) -> None:
    """Found while the schedules learnt of upgrades: only fields with a value were kept, so that the old one stayed."""
    own, place = columns("household"), (bucket(desk), PLACE)
    names = tuple("lift" if name == "preferred_time" else name for name in own)
    for value in ("有电梯", None):
        row = desk.rows(f"SELECT {', '.join(own)} FROM household WHERE id = ?", PLACE)[0]
        sent = [
            row[0],
            row[1] + 1,
            *(value if name == "lift" else row[own.index(name)] for name in names[2:]),
        ]
        part = WirePart("household", place[0], names, msgspec.Raw(msgspec.json.encode([sent])))
        rows, unknown = decode_rows(part), unknown_fields(part)
        receive(desk.store, (), [Part(part.entity, part.bucket, rows, unknown)], (), {})
        with desk.store.read() as connection:
            assert parked.counts(connection) == ([("household", "fields", 1)] if value else [])


def test_f34_too_much_is_not_kept_and_what_is_goes_with_its_record(desk: Desk) -> None:
    place = (bucket(desk), PLACE)
    with desk.store.database.write() as connection:
        parked.keep_fields(connection, [("household", *place, {"x": "字" * 5000})])
        assert parked.counts(connection) == []
        parked.keep_fields(connection, [("household", *place, {"x": "字"})])
        assert parked.counts(connection) == [("household", "fields", 1)]
    receive(desk.store, (), (), [Gone("household", PLACE, 99)], {})
    assert desk.rows("SELECT * FROM parked") == []


def test_f35_a_choice_only_a_newer_version_knows_is_kept_as_it_is(rig: Rig, desk: Desk) -> None:
    with rig.database.write() as connection:
        connection.exec_driver_sql(
            "UPDATE household SET occupancy = 'houseboat', row_version = row_version + 1 WHERE id = ?",
            (PLACE,),
        )
        connection.exec_driver_sql("UPDATE domain_head SET head = head + 1")
        connection.exec_driver_sql(
            "UPDATE feed SET seq = (SELECT head FROM domain_head) WHERE record_id = ? AND entity = 'household'",
            (PLACE,),
        )
    desk.sync()
    assert desk.one("SELECT occupancy FROM household WHERE id = ?", PLACE) == "houseboat"
    desk.save(change("household", PLACE, "note", None, "改别的"))
    desk.sync()
    assert rig.rows("SELECT occupancy, note FROM household WHERE id = ?", PLACE) == [("houseboat", "改别的")]


@pytest.fixture
def speaking(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """From now on this laptop speaks another version of the protocol."""

    def speak(protocol: str) -> None:
        for module in (client_module, messages):
            monkeypatch.setattr(module, "PROTOCOL", protocol)

    return speak


def said_now(desk: Desk) -> list[str]:
    return [notice.code for notice in notices_of(desk.store)]


def unanswered(desk: Desk) -> int:
    return int(desk.one("SELECT count(*) FROM outbox WHERE state <> 'done'"))


def test_f33_a_newer_server_takes_what_is_sent_and_gives_nothing(
    rig: Rig, desk: Desk, speaking: Callable[[str], None]
) -> None:
    other = rig.desk("grid_a")
    other.sync()
    desk.save(visit(home("a1", 1), "照样送出"))
    other.save(visit(home("a1", 2), "收不到"))
    other.sync()
    speaking("0.9")
    desk.sync()
    desk.save(visit(home("a1", 3), "还能写"))  # saving and sending go on, as often as it is tried
    requests = len(desk.wire.requests)
    desk.sync()
    desk.sync()
    assert len(desk.wire.requests) - requests == 4  # each time once in vain, once without a pull
    assert ("还能写",) in rig.rows("SELECT said FROM visit")
    assert unanswered(desk) == 0
    assert examine(desk.store) == ()
    assert said_now(desk) == ["program_older"]  # what the window says
    while desk.store.index_some():
        pass
    assert PLACE in {hit.id for hit in find(desk.store, "1-1-1")}  # and reading
    assert ("照样送出",) in rig.rows("SELECT said FROM visit")
    assert ("收不到",) not in desk.rows("SELECT said FROM visit")
    speaking("1.0")
    desk.sync()
    assert ("收不到",) in desk.rows("SELECT said FROM visit")
    assert said_now(desk) == []


def test_f33_an_older_server_is_not_asked_to_judge_what_it_cannot_read(
    rig: Rig, desk: Desk, speaking: Callable[[str], None]
) -> None:
    desk.save(visit(home("a1", 1), "先记下"))
    speaking("2.0")
    done = desk.client.exchange(100, 100_000, 100)
    assert (done.sent, done.unsent, done.more, done.copying) == (0, False, False, True)
    desk.save(visit(home("a1", 2), "再记下"))  # it is never read only
    desk.sync()
    assert unanswered(desk) == 2
    assert rig.rows("SELECT said FROM visit") == []
    assert desk.rows("SELECT said FROM visit ORDER BY said") == [("先记下",), ("再记下",)]
    assert said_now(desk) == ["server_older"]
    speaking("1.0")
    desk.sync()
    assert unanswered(desk) == 0
    assert rig.rows("SELECT said FROM visit ORDER BY said") == [("先记下",), ("再记下",)]
    assert said_now(desk) == []


def test_f33_acts_of_a_newer_schema_wait_while_everything_else_comes(
    rig: Rig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = rig.desk("grid_a")
    other.sync()
    other.save(visit(home("a1", 2), "收得到"))
    other.sync()
    with monkeypatch.context() as upgraded:
        upgraded.setattr(store_module, "SCHEMA", SCHEMA + 1)
        desk.save(visit(home("a1", 1), "新版写的"))
    desk.sync()
    assert said_now(desk) == ["server_older"]
    assert ("收得到",) in desk.rows("SELECT said FROM visit")
    assert ("新版写的",) in desk.rows("SELECT said FROM visit")
    assert unanswered(desk) == 1
    monkeypatch.setattr(push, "SCHEMA", SCHEMA + 1)  # the server is upgraded
    desk.sync()
    assert ("新版写的",) in rig.rows("SELECT said FROM visit")
    assert (unanswered(desk), said_now(desk)) == (0, [])


def test_f33_a_laptop_that_was_handed_back_does_not_say_that_it_has_nothing_more(
    rig: Rig, desk: Desk, speaking: Callable[[str], None]
) -> None:
    desk.save(visit(home("a1", 1), "还没送"))
    with rig.database.write() as connection:
        connection.exec_driver_sql("UPDATE device SET state = 'draining' WHERE number > 1")
    with desk.store.database.write() as connection:
        notices.put(connection, "draining", 1)
    speaking("2.0")
    with pytest.raises(ServerOlder):
        desk.client.exchange(100, 100_000, 100)
    assert rig.one("SELECT state FROM device WHERE number > 1") == "draining"
    assert unanswered(desk) == 1


@pytest.mark.parametrize(("spoken", "meant"), [("2.0", ServerOlder), ("0.9", ProgramOlder)])
def test_f33_who_joins_is_told_which_of_the_two_is_older(
    rig: Rig, tmp_path: Path, speaking: Callable[[str], None], spoken: str, meant: type[Exception]
) -> None:
    code, wire = rig.code("viewer"), OfVersion(rig.transport(), spoken)
    speaking(spoken)
    with pytest.raises(meant):
        join(tmp_path / "new", PASSPHRASE, "test", code, wire, rig.hands.clock(), CHEAP, practice=True)
    assert not (tmp_path / "new").exists()
    speaking("1.0")
    assert rig.desk("viewer", code).store.known.login == "viewer"  # the code was not spent


class OfVersion:
    """Enrols as a program of another version does."""

    def __init__(self, inner: Transport, spoken: str) -> None:
        self.inner, self.spoken = inner, spoken

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        asked = json.loads(body) | {"protocol": self.spoken}
        return self.inner.send(path, json.dumps(asked).encode(), headers)

    def close(self) -> None:
        self.inner.close()


@pytest.mark.parametrize("said", ["", "1.7", "x.0", "99999.0", "²"])
def test_a_server_that_does_not_say_what_it_speaks_is_of_some_other_version(said: str) -> None:
    body = msgspec.json.encode(messages.ErrorBody("protocol_unknown", "", protocol=said))
    reply = Reply(426, {"x-gridworker": "1", "content-type": "application/json"}, body)
    with pytest.raises(VersionsApart) as refused:
        read_answer(reply, messages.SyncReply)
    assert type(refused.value) is VersionsApart
