"""F19, F32–F35: versions that differ, and rows that come before what they belong to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gridworker.models.ids import new_id
from gridworker.models.registry import BY_NAME
from gridworker.store import notices, parked
from gridworker.store.queries.find import find
from gridworker.store.queries.health import examine
from gridworker.store.queries.notices import notices_of
from gridworker.store.receive import Gone, Part, receive
from gridworker.sync import client as client_module
from gridworker.sync.protocol.messages import WirePart
from gridworker.sync.protocol.wire_rows import columns, decode_rows, unknown_fields
from tests.contract.rig import Desk, Rig
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


def test_f33_another_major_version_still_takes_what_is_sent(
    rig: Rig, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = rig.desk("grid_a")
    other.sync()
    desk.save(visit(home("a1", 1), "照样送出"))
    other.save(visit(home("a1", 2), "收不到"))
    other.sync()
    with monkeypatch.context() as newer:
        newer.setattr(client_module, "PROTOCOL", "2.0")
        desk.sync()
        desk.save(visit(home("a1", 3), "还能写"))  # saving and sending go on, as often as it is tried
        requests = len(desk.wire.requests)
        desk.sync()
        desk.sync()
        assert len(desk.wire.requests) - requests == 4  # each time once in vain, once without a pull
        assert ("还能写",) in rig.rows("SELECT said FROM visit")
        assert desk.one("SELECT count(*) FROM outbox WHERE state <> 'done'") == 0
        assert examine(desk.store) == ()
        assert [notice.code for notice in notices_of(desk.store)] == [
            "versions_apart"
        ]  # what the window says
        while desk.store.index_some():
            pass
        assert PLACE in {hit.id for hit in find(desk.store, "1-1-1")}  # and reading
    assert ("照样送出",) in rig.rows("SELECT said FROM visit")
    assert ("收不到",) not in desk.rows("SELECT said FROM visit")
    with desk.store.read() as connection:
        assert [notice.code for notice in notices.every(connection)] == ["versions_apart"]
    desk.sync()
    assert ("收不到",) in desk.rows("SELECT said FROM visit")
    with desk.store.read() as connection:
        assert notices.every(connection) == ()
