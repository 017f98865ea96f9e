"""How much a copy is, told before it is begun: what does not fit is not begun, and everything else goes on; sides that
do not know of it agree as ever."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gridworker.errors import NoRoomForCopy, NoRoomToJoin
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.sizes import EMPTY, file_bytes
from gridworker.server import sums
from gridworker.server.cli import main
from gridworker.store import ballast, notices
from gridworker.store import room as disk
from gridworker.store.notices import Notice
from gridworker.store.store import DATABASE_FILE
from gridworker.sync import agreement, room
from gridworker.sync.enrolment import join
from gridworker.sync.protocol.bodies import inflate
from gridworker.sync.protocol.messages import ENROL, Limits
from gridworker.sync.transport import Reply
from tests.contract.rig import CHEAP, PASSPHRASE, Desk, Rig
from tests.contract.village import DAY, home, named, visit

MB = 1_000_000
PLENTY = 1000 * MB


@pytest.fixture(params=["in_process", "postgres"])
def rig(request: pytest.FixtureRequest, make_rig: Callable[..., Rig]) -> Rig:
    return make_rig(request.param)


class Disk:
    """A disk with as much room as a test says."""

    free = PLENTY

    def __call__(self, _folder: Path) -> int:
        return self.free


@pytest.fixture
def free(monkeypatch: pytest.MonkeyPatch) -> Disk:
    made = Disk()
    monkeypatch.setattr(disk, "free_bytes", made)
    return made


def told(desk: Desk) -> dict[str, Notice]:
    with desk.store.read() as connection:
        return {notice.code: notice for notice in notices.every(connection)}


def another_post(rig: Rig, login: str, node: str) -> None:
    values: dict[str, Value] = {
        "member_id": named(f"member_{login}"),
        "role_code": "micro_grid_leader",
        "area_unit_id": named(node),
        "valid_from": DAY,
    }
    rig.command(Draft("appointment", new_id(), OpKind.CREATE, values))


def test_enrolment_tells_how_many_records_will_come(rig: Rig) -> None:
    for login in ("steward_a1", "secretary"):
        desk = rig.desk(login)
        reply = json.loads(desk.wire.inner.send(*enrolling(rig, login)).body)
        assert reply["size"]["records"] == desk.sync().rows > 0
        assert reply["size"]["bytes"] > EMPTY


def enrolling(rig: Rig, login: str) -> tuple[str, bytes, dict[str, str]]:
    """A request to enrol as an older client wrote it: without `room`."""
    asked = {
        "code": rig.code(login),
        "device_key": "ZGVmZ2hpamtsbW5vcHFyc3R1dnd4eXp7fH1+f4CBgoM=",
        "incarnation": "EBESExQVFhcYGRobHB0eHw==",
        "practice": True,
        "app": "0.0.1",
        "protocol": "1.0",
    }
    return ENROL, json.dumps(asked).encode(), {"Content-Type": "application/json", "Accept-Encoding": ""}


def test_a_computer_that_is_too_full_is_told_before_anything_is_written(
    rig: Rig, tmp_path: Path, free: Disk
) -> None:
    code, wire, folder = rig.code("secretary"), rig.transport(), tmp_path / "full"

    def enrol() -> Any:
        clock = rig.hands.clock()
        return join(folder, PASSPHRASE, "test", code, wire, clock, CHEAP, practice=True)

    devices = rig.one("SELECT count(*) FROM device")
    free.free = ballast.SIZE + 2 * EMPTY
    with pytest.raises(NoRoomToJoin) as caught:
        enrol()
    facts = caught.value.values
    assert int(str(facts["records"])) > 0
    assert (facts["free"], facts["missing"]) == ("37 MB", "1 MB")
    assert not folder.exists()
    assert rig.one("SELECT count(*) FROM device") == devices
    free.free = PLENTY
    enrol().close()  # the code was not spent
    wire.close()


def test_a_first_copy_that_does_not_fit_is_not_begun_and_not_asked_for_in_vain(
    rig: Rig, free: Disk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "file_bytes", lambda _records: 300 * MB)
    desk = rig.desk("secretary")
    free.free = 500 * MB
    first = desk.sync()
    assert (first.rows, desk.holds("household")) == (0, set())
    facts = told(desk)[room.NO_ROOM].values
    assert (facts["size"], facts["free"]) == ("300 MB", "500 MB")
    with pytest.raises(NoRoomForCopy):
        room.check(desk.store)
    asked = len(desk.wire.requests)
    done = desk.client.exchange(10, 10_000, 5000)
    assert done.copying and not done.more
    assert len(desk.wire.requests) == asked + 1
    reply = desk.wire.replies[-1]
    said = json.loads(inflate(reply.body, reply.headers.get("content-encoding", ""), MB))
    assert [len(part["rows"]) for part in said["page"]["parts"]] == [1]  # no whole page comes in vain
    assert (done.rows, desk.holds("area_unit")) == (0, set())
    free.free = PLENTY
    assert desk.sync().rows > 0
    assert told(desk) == {}
    room.check(desk.store)


def test_a_wider_scope_that_does_not_fit_waits_and_work_goes_on(rig: Rig, free: Disk) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    held = desk.holds("household")
    another_post(rig, "steward_a1", "b1")
    free.free = MB
    desk.save(visit(home("a1", 1), "照样送出"))
    desk.sync()
    assert desk.holds("household") == held
    assert room.NO_ROOM in told(desk)
    assert ("照样送出",) in rig.rows("SELECT said FROM visit")
    desk.save(visit(home("a1", 2), "也送出"))
    desk.sync()
    assert ("也送出",) in rig.rows("SELECT said FROM visit")
    free.free = PLENTY
    desk.sync()
    assert named(home("b1", 1)) in desk.holds("household")
    assert told(desk) == {}


def test_a_scope_that_became_smaller_is_asked_for_without_more_room(rig: Rig, free: Disk) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    free.free = MB
    another_post(rig, "steward_a1", "b1")
    desk.sync()
    assert room.NO_ROOM in told(desk)
    post = rig.one(
        "SELECT id FROM appointment WHERE member_id = ? AND area_unit_id = ?",
        named("member_steward_a1"),
        named("b1"),
    )
    rig.command(Draft("appointment", post, OpKind.DELETE, {}))
    desk.sync()
    assert told(desk) == {}
    desk.save(visit(home("a1", 1), "照常"))
    assert desk.sync().sent > 0
    room.check(desk.store)


def test_what_is_fetched_once_more_needs_no_room(rig: Rig, free: Disk) -> None:
    desk = rig.desk("secretary")
    desk.sync()
    held = desk.holds("household")
    free.free = 0
    agreement.fetch_everything_again(desk.store)
    assert desk.sync().rows > 0
    assert desk.holds("household") == held
    assert told(desk) == {}


def test_a_copy_of_several_pages_says_how_much_comes_until_it_is_here(
    make_rig: Callable[..., Rig], free: Disk
) -> None:
    rig = make_rig(limits=Limits(rows=20))
    desk = rig.desk("secretary")
    done = desk.client.exchange(10, 10_000, 20)
    assert done.copying
    facts = told(desk)[room.COPYING].values
    assert (facts["size"], facts["free"]) == ("2 MB", "1.0 GB")
    total = done.rows + desk.sync().rows
    assert str(facts["records"]) == str(total)
    assert told(desk) == {}


def test_an_older_client_is_not_asked_about_its_room(rig: Rig) -> None:
    wire = rig.transport()
    assert wire.send(*enrolling(rig, "secretary")).status == 200
    wire.close()


class OlderServer:
    """Answers as a server did that knows nothing of sizes."""

    def __init__(self, inner: Any) -> None:
        self.inner = inner

    def send(self, path: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        if path == ENROL:
            asked = json.loads(body)
            asked.pop("room", None)
            body = json.dumps(asked).encode()
        reply: Reply = self.inner.send(path, body, {**headers, "Accept-Encoding": ""})
        said = json.loads(reply.body)
        for holder in (said, said.get("page") or {}):
            holder.pop("size", None)
        return replace(reply, body=json.dumps(said).encode())

    def close(self) -> None:
        self.inner.close()


def test_an_older_server_is_joined_and_copied_from_as_ever(rig: Rig, tmp_path: Path, free: Disk) -> None:
    free.free = MB  # nobody says how much comes: it is tried
    wire = OlderServer(rig.transport())
    code, clock = rig.code("secretary"), rig.hands.clock()
    store = join(tmp_path / "old", PASSPHRASE, "test", code, wire, clock, CHEAP, practice=True)
    desk = Desk(store, wire)  # type: ignore[arg-type]
    assert desk.sync().rows > 0
    assert told(desk) == {}
    store.close()
    wire.close()


def test_the_operator_sees_beforehand_how_much_a_laptop_will_hold(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    at = ("--database" if "://" in rig.address else "--data", rig.address)
    capsys.readouterr()
    assert main(["account", *at, "--sizes", "--json"]) == 0
    lines = {line["login"]: line for line in map(json.loads, capsys.readouterr().out.splitlines())}
    assert lines["steward_a1"]["roles"] == ["micro_grid_leader"]
    for login in ("steward_a1", "secretary"):
        assert lines[login]["records"] == rig.desk(login).sync().rows
    assert lines["steward_a1"]["bytes"] < lines["secretary"]["bytes"]
    assert main(["account", *at, "--sizes", "--login", "viewer"]) == 0
    assert capsys.readouterr().out.split()[1:3] == [str(lines["viewer"]["records"]), "records"]


def test_room_is_reckoned_with_a_backup_copy_and_the_ballast(tmp_path: Path, free: Disk) -> None:
    fresh = disk.room_for(tmp_path / "not" / "yet", 10, 100 * MB, anew=True)
    assert fresh.needed == 200 * MB + ballast.SIZE
    assert disk.largest(tmp_path / "not" / "yet") == (PLENTY - ballast.SIZE) // 2
    (tmp_path / DATABASE_FILE).write_bytes(bytes(3 * MB))
    (tmp_path / ballast.BALLAST_FILE).write_bytes(b"")
    assert disk.room_for(tmp_path, 10, 10 * MB, anew=True).needed == 7 * MB + 10 * MB
    assert disk.room_for(tmp_path, 10, 10 * MB, anew=False).needed == 10 * MB + 13 * MB
    assert disk.room_for(tmp_path, 10, 7 * MB // 2, anew=True).needed == 0  # no more than is there
    assert [disk.size_text(size) for size in (1, 12 * MB, 1450 * MB)] == ["1 MB", "12 MB", "1.4 GB"]


def test_the_disk_of_a_folder_that_is_not_there_yet_is_that_of_the_nearest_one(tmp_path: Path) -> None:
    assert disk.free_bytes(tmp_path / "a" / "b") > 0


def test_a_record_of_a_newer_server_counts_like_any_other() -> None:
    assert file_bytes({"hovercraft": 1}) > file_bytes({}) == EMPTY
