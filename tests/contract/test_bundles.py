"""Exchange by a stick, without a network: the whole loop both ways, twice; old sticks, cut and changed files, files of
others. Each op has one effect, and what is refused changes nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gridworker.cli import main as laptop_main
from gridworker.errors import (
    BundleMisdirected,
    BundleNeedsNetwork,
    BundleOutdated,
    BundleUnreadable,
    DeviceRevoked,
    GridworkerError,
    PracticeMix,
    TargetNotWritable,
)
from gridworker.server import auth
from gridworker.server.carrying import Carrier as ServerCarrier
from gridworker.server.cli import main
from gridworker.server.database import only_domain
from gridworker.store import lease
from gridworker.sync import keeping
from gridworker.sync.carrying import Carrier
from gridworker.sync.client import Exchanged
from gridworker.sync.protocol import sealed
from gridworker.sync.protocol.messages import Limits
from tests.contract.rig import PASSPHRASE, Desk, Rig
from tests.contract.test_exchange import copies_agree
from tests.contract.village import change, home, named, visit


@pytest.fixture(params=["in_process", "postgres"])
def rig(request: pytest.FixtureRequest, make_rig: Callable[..., Rig]) -> Rig:
    return make_rig(request.param)


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    folder = tmp_path / "stick"
    folder.mkdir()
    return folder


def answered(rig: Rig, request: Path, limits: Limits | None = None) -> Path:
    """The server's part: take the request in, write its answer beside it."""
    carrier, target = ServerCarrier(rig.database, limits), request.with_suffix(".answer")
    carrier.take_in(request)
    carrier.write_answer(request, target)
    return target


def round_trip(rig: Rig, desk: Desk, stick: Path) -> Exchanged:
    return Carrier(desk.store).take_answer(answered(rig, Carrier(desk.store).write_request(stick).path))


def picture(desk: Desk) -> str:
    """Everything in the device's database, as one digest; the requests under way left out."""
    whole = hashlib.sha256()
    for (table,) in desk.rows(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%\\_%' ESCAPE '\\' ORDER BY name"
    ):
        whole.update(repr(desk.rows(f"SELECT * FROM {table} ORDER BY 1")).encode())
    kept = "SELECT key, value FROM local_state WHERE key NOT IN (?, ?) ORDER BY key"
    whole.update(repr(desk.rows(kept, keeping.CARRIED, lease.MARK)).encode())
    return whole.hexdigest()


def theirs(rig: Rig) -> list[Any]:
    return [
        rig.rows("SELECT op_id, result FROM device_op ORDER BY seq, device_id"),
        rig.rows("SELECT head FROM domain_head"),
        rig.rows("SELECT id, row_version FROM visit ORDER BY id"),
    ]


# -- the loop ----------------------------------------------------------------------------------------------------


def test_two_laptops_exchange_over_a_stick_alone(rig: Rig, stick: Path) -> None:
    leader, steward = rig.desk("grid_a"), rig.desk("steward_a1")
    for desk in (leader, steward):  # the first copy, without a network too
        assert round_trip(rig, desk, stick).rows > 0
        assert named(home("a1", 1)) in desk.holds("household")
    for turn in ("上午", "下午"):
        steward.save(visit(home("a1", 1), turn))
        done = round_trip(rig, steward, stick)
        assert (done.sent, done.unsent, done.more) == (1, False, False)
        assert round_trip(rig, leader, stick).rows > 0
        assert turn in {row[0] for row in leader.rows("SELECT said FROM visit")}
    for desk in (leader, steward):
        copies_agree(rig, desk)
        assert desk.wire.requests == []  # nothing went over any network
    assert rig.one("SELECT count(*) FROM visit") == 2


def test_an_old_stick_has_no_second_effect(rig: Rig, stick: Path) -> None:
    desk = rig.desk("steward_a1")
    round_trip(rig, desk, stick)
    desk.save(visit(home("a1", 1), "一次"))
    request = Carrier(desk.store).write_request(stick).path
    answer = answered(rig, request)
    Carrier(desk.store).take_answer(answer)
    desk.save(visit(home("a1", 2), "又一次"))
    before, there = picture(desk), theirs(rig)
    with pytest.raises(BundleOutdated):
        Carrier(desk.store).take_answer(answer)
    taken = ServerCarrier(rig.database).take_in(request)
    assert (taken.ops, taken.outcomes) == (1, {"applied": 1})  # the stored result
    ServerCarrier(rig.database).write_answer(request, stick / "again.answer")
    with pytest.raises(BundleOutdated):
        Carrier(desk.store).take_answer(stick / "again.answer")
    assert (picture(desk), theirs(rig)) == (before, there)
    assert round_trip(rig, desk, stick).sent == 1
    copies_agree(rig, desk)


def test_a_lost_stick_costs_nothing(rig: Rig, stick: Path) -> None:
    desk = rig.desk("steward_a1")
    round_trip(rig, desk, stick)
    desk.save(visit(home("a1", 1), "丢了的"))
    lost = answered(rig, Carrier(desk.store).write_request(stick).path)
    desk.save(visit(home("a1", 2), "后来的"))
    assert round_trip(rig, desk, stick).sent == 2
    with pytest.raises(BundleOutdated):  # found again behind the sofa
        Carrier(desk.store).take_answer(lost)
    copies_agree(rig, desk)
    assert rig.one("SELECT count(*) FROM visit") == 2


def test_network_and_stick_may_take_turns(rig: Rig, stick: Path) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "写进文件"))
    answer = answered(rig, Carrier(desk.store).write_request(stick).path)
    desk.save(visit(home("a1", 2), "联网了"))
    assert desk.sync().sent == 2
    before = picture(desk)
    with pytest.raises(BundleOutdated):
        Carrier(desk.store).take_answer(answer)
    assert picture(desk) == before
    copies_agree(rig, desk)
    assert rig.one("SELECT count(*) FROM visit") == 2


def test_what_was_answered_over_the_network_meanwhile_is_not_taken_again(rig: Rig, stick: Path) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "两条路"))
    answer = answered(rig, Carrier(desk.store).write_request(stick).path)
    assert (
        desk.client.exchange(100, 10**6, 100, pull=False).sent == 1
    )  # nothing fetched: the picture is the same
    done = Carrier(desk.store).take_answer(answer)
    assert (done.sent, done.unsent) == (0, False)
    copies_agree(rig, desk)


def test_an_answer_from_before_a_change_of_scope_brings_nothing_back(rig: Rig, stick: Path) -> None:
    leader, steward, office = rig.desk("grid_a"), rig.desk("steward_a2"), rig.desk("secretary")
    for desk in (leader, steward, office):
        desk.sync()
    steward.save(visit(home("a2", 1), "隔壁的事"))
    steward.sync()
    answer = answered(rig, Carrier(leader.store).write_request(stick).path)
    moved = change("appointment", named("post_grid_a"), "area_unit_id", named("grid_a"), named("a1"))
    rig.command(moved)
    leader.client.exchange(100, 10**6, 100)  # lets go of the grid, and fetches nothing yet
    with pytest.raises(BundleOutdated):
        Carrier(leader.store).take_answer(answer)
    assert leader.rows("SELECT said FROM visit") == []


def test_work_goes_on_while_the_stick_is_away(rig: Rig, stick: Path) -> None:
    desk = rig.desk("steward_a1")
    round_trip(rig, desk, stick)
    home_id = named(home("a1", 1))
    room = desk.one("SELECT room FROM household WHERE id = ?", home_id)
    desk.save(change("household", home_id, "room", room, "1A"))
    request = Carrier(desk.store).write_request(stick).path
    desk.save(change("household", home_id, "room", "1A", "1B"))
    done = Carrier(desk.store).take_answer(answered(rig, request))
    assert (done.sent, done.unsent) == (1, True)
    assert desk.one("SELECT room FROM household WHERE id = ?", home_id) == "1B"
    assert round_trip(rig, desk, stick).sent == 1
    assert rig.one("SELECT room FROM household WHERE id = ?", home_id) == "1B"
    copies_agree(rig, desk)


def test_a_conflict_comes_back_on_the_stick(rig: Rig, stick: Path) -> None:
    leader, steward = rig.desk("grid_a"), rig.desk("steward_a1")
    leader.sync()
    round_trip(rig, steward, stick)
    home_id = named(home("a1", 1))
    room = leader.one("SELECT room FROM household WHERE id = ?", home_id)
    leader.save(change("household", home_id, "room", room, "网上"))
    leader.sync()
    steward.save(change("household", home_id, "room", room, "纸上"))
    assert round_trip(rig, steward, stick).conflicts == 1
    assert steward.one("SELECT room FROM household WHERE id = ?", home_id) == "网上"
    assert steward.one("SELECT count(*) FROM conflict") == 1
    copies_agree(rig, steward)


def test_much_travels_in_many_frames_and_goes_on_after_an_interruption(
    rig: Rig, stick: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, small = rig.desk("grid_a"), Limits(ops=2, rows=3)
    answer = answered(rig, Carrier(desk.store, small).write_request(stick).path, small)
    count, keep = 0, Carrier._take_reply

    def stop(carrier: Carrier, *arguments: Any) -> Exchanged:
        nonlocal count
        count += 1
        if count == 6:
            raise KeyboardInterrupt
        return keep(carrier, *arguments)

    monkeypatch.setattr(Carrier, "_take_reply", stop)
    with pytest.raises(KeyboardInterrupt):
        Carrier(desk.store).take_answer(answer)
    assert desk.kept().copy is not None  # in the middle of the copy
    Carrier(desk.store).take_answer(answer)
    assert count > 12
    copies_agree(rig, desk)
    for number in range(1, 4):
        desk.save(visit(home("a1", number), f"第{number}户"), visit(home("a2", number), f"第{number}户"))
    written = Carrier(desk.store, small).write_request(stick)
    assert (written.ops, Carrier(desk.store).take_answer(answered(rig, written.path, small)).sent) == (6, 6)
    copies_agree(rig, desk)
    assert rig.one("SELECT count(*) FROM visit") == 6


def test_a_scope_that_changed_takes_a_second_trip(rig: Rig, stick: Path) -> None:
    desk, office = rig.desk("steward_a1"), rig.desk("secretary")
    office.sync()
    round_trip(rig, desk, stick)
    post = named("post_steward_a1")
    post, there = named("post_steward_a1"), (named("a1"), named("b1"))
    rig.command(change("appointment", post, "area_unit_id", *there))
    first = round_trip(rig, desk, stick)
    assert first.copying
    assert named(home("a1", 1)) not in desk.holds("household")
    round_trip(rig, desk, stick)
    round_trip(rig, desk, stick)  # brings the receipt of the purge
    assert named(home("b1", 1)) in desk.holds("household")
    assert "purged" in rig.acts()
    copies_agree(rig, desk)


def test_the_lease_counts_from_when_the_answer_was_written(rig: Rig, stick: Path) -> None:
    desk = rig.desk("steward_a1")
    up = [0]
    desk.store.sight.up = lambda: ("run", up[0])
    round_trip(rig, desk, stick)
    up[0] += 20 * lease.DAY_MS
    rig.hands.now += 20 * 86400
    answer = answered(rig, Carrier(desk.store).write_request(stick).path)
    written = rig.now()
    up[0] += 5 * lease.DAY_MS
    rig.hands.now += 5 * 86400
    Carrier(desk.store).take_answer(answer)
    assert int(desk.store.state(lease.UNTIL) or 0) == written + 30 * lease.DAY_MS
    with desk.store.read() as connection:
        mark = lease.known_mark(connection)
    assert mark is not None
    assert mark.server == written + 5 * lease.DAY_MS


# -- what is refused ---------------------------------------------------------------------------------------------


def places(size: int) -> list[int]:
    """Where a file is cut: at every place near both ends, and here and there between."""
    return sorted(
        {*range(min(size, 40)), *range(0, size, max(1, size // 60)), *range(max(0, size - 90), size)}
    )


def test_a_cut_or_changed_request_is_refused_as_a_whole(rig: Rig, stick: Path) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "要紧"))
    path = Carrier(desk.store).write_request(stick).path
    whole, there = path.read_bytes(), theirs(rig)
    carrier = ServerCarrier(rig.database)
    for place in places(len(whole)):
        path.write_bytes(whole[:place])
        with pytest.raises(BundleUnreadable) as cut:
            carrier.take_in(path)
        assert cut.value.values["reason"] == "cut"
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(GridworkerError):
            carrier.take_in(path)
    path.write_bytes(whole + b"\0")
    with pytest.raises(BundleUnreadable):
        carrier.take_in(path)
    assert theirs(rig) == there
    path.write_bytes(whole)
    assert carrier.take_in(path).ops == 1


def test_a_cut_or_changed_answer_is_refused_as_a_whole(rig: Rig, stick: Path) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "要紧"))
    path = answered(rig, Carrier(desk.store).write_request(stick).path)
    whole, before = path.read_bytes(), picture(desk)
    for place in places(len(whole)):
        path.write_bytes(whole[:place])
        with pytest.raises(BundleUnreadable):
            Carrier(desk.store).take_answer(path)
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(GridworkerError):
            Carrier(desk.store).take_answer(path)
    assert picture(desk) == before
    path.write_bytes(whole)
    assert Carrier(desk.store).take_answer(path).sent == 1
    copies_agree(rig, desk)


def test_nobody_can_read_a_bundle_on_the_way(rig: Rig, stick: Path) -> None:
    desk, other = rig.desk("steward_a1"), rig.desk("steward_a2")
    desk.sync()
    desk.save(visit(home("a1", 1), "张家的事"))
    request = Carrier(desk.store).write_request(stick).path
    answer = answered(rig, request)
    for path in (request, answer):
        assert "张家的事".encode() not in path.read_bytes()
        with pytest.raises(BundleUnreadable) as stranger:
            list(sealed.read(path, sealed.new_key(), 10**6))
        assert stranger.value.values["reason"] == "other_key"
    with pytest.raises(BundleMisdirected) as swapped:
        Carrier(other.store).take_answer(answer)
    assert swapped.value.values["reason"] == "other_device"


def test_swapped_directions_and_other_peoples_files_are_refused(
    rig: Rig, stick: Path, make_rig: Callable[..., Rig]
) -> None:
    desk = rig.desk("steward_a1")
    request = Carrier(desk.store).write_request(stick).path
    answer = answered(rig, request)
    with pytest.raises(BundleMisdirected) as back:
        Carrier(desk.store).take_answer(request)
    assert back.value.values["reason"] == "request"
    with pytest.raises(BundleMisdirected) as there:
        ServerCarrier(rig.database).take_in(answer)
    assert there.value.values["reason"] == "answer"
    elsewhere = make_rig("in_process")  # the same community, but it never met this device
    with pytest.raises(BundleMisdirected) as stranger:
        ServerCarrier(elsewhere.database).take_in(request)
    assert stranger.value.values["reason"] == "other_device"
    (stick / "letter.request").write_text("Dear server")
    with pytest.raises(BundleUnreadable) as letter:
        ServerCarrier(rig.database).take_in(stick / "letter.request")
    assert letter.value.values["reason"] == "not_bundle"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"practice": False}, PracticeMix),
        ({"community_id": bytes(16)}, BundleMisdirected),
        ({"incarnation": bytes(16)}, BundleMisdirected),
        ({"device_id": bytes(16)}, BundleMisdirected),
    ],
)
def test_another_community_practice_or_life_is_refused_both_ways(
    rig: Rig, stick: Path, changed: dict[str, Any], error: type[GridworkerError]
) -> None:
    desk = rig.desk("steward_a1")
    request = Carrier(desk.store).write_request(stick).path
    answer = answered(rig, request)
    key = desk.kept().device_key
    own = sealed.own_keys(rig.database.pepper)
    there, before = theirs(rig), picture(desk)
    for path, signer in ((request, key), (answer, own.signing)):
        header = sealed.read_header(path)
        forged = path.with_name(f"forged{path.suffix}")
        values = {name: getattr(header, name) for name in header.__struct_fields__} | changed
        sealed.write(forged, sealed.Header(**values), [b"{}"], own.public[:32], signer)
    with pytest.raises(error):
        ServerCarrier(rig.database).take_in(stick / "forged.request")
    with pytest.raises(error):
        Carrier(desk.store).take_answer(stick / "forged.answer")
    assert (theirs(rig), picture(desk)) == (there, before)


def test_a_stranger_cannot_speak_for_a_device(rig: Rig, stick: Path) -> None:
    desk, other = rig.desk("steward_a1"), rig.desk("steward_a2")
    mine = sealed.read_header(Carrier(desk.store).write_request(stick).path)
    public = (desk.store.state(keeping.BUNDLE_KEY) or b"")[:32]
    sealed.write(stick / "forged.request", mine, [b"{}"], public, other.kept().device_key)
    with pytest.raises(BundleUnreadable) as forged:
        ServerCarrier(rig.database).take_in(stick / "forged.request")
    assert forged.value.values["reason"] == "altered"


def test_a_lost_laptops_stick_is_refused(rig: Rig, stick: Path) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "偷来的"))
    request = Carrier(desk.store).write_request(stick).path
    with rig.database.write() as connection:
        domain = only_domain(connection)
        assert auth.revoke_device(connection, domain.id, desk.store.known.device_no, rig.now())
    with pytest.raises(DeviceRevoked):
        ServerCarrier(rig.database).take_in(request)
    assert rig.one("SELECT count(*) FROM visit") == 0


def test_no_file_is_ever_written_over(rig: Rig, stick: Path) -> None:
    desk = rig.desk("steward_a1")
    request = Carrier(desk.store).write_request(stick).path
    answer = answered(rig, request)
    kept = answer.read_bytes()
    with pytest.raises(TargetNotWritable):
        ServerCarrier(rig.database).write_answer(request, answer)
    with pytest.raises(TargetNotWritable):
        Carrier(desk.store).write_request(request)
    assert answer.read_bytes() == kept
    assert list(stick.glob("*.part")) == []


def test_a_device_that_never_heard_the_servers_key_is_told_to_sync_once(rig: Rig, stick: Path) -> None:
    desk = rig.desk("steward_a1")
    desk.store.set_state({keeping.BUNDLE_KEY: b""})
    with pytest.raises(BundleNeedsNetwork):
        Carrier(desk.store).write_request(stick)
    desk.client.renew()  # as every 15 minutes
    assert Carrier(desk.store).write_request(stick).ops == 0


# -- the operator ------------------------------------------------------------------------------------------------


def test_the_operator_takes_in_a_whole_folder(
    rig: Rig, stick: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk, other = rig.desk("steward_a1"), rig.desk("grid_a")
    desk.sync()
    desk.save(visit(home("a1", 1), "你好"))
    for each in (other, desk):
        Carrier(each.store).write_request(stick)
    (stick / "broken.request").write_bytes(b"gridworker-bundle/1\n")

    def run(direction: str, expect: int) -> list[dict[str, Any]]:
        at = ("--database" if "://" in rig.address else "--data", rig.address)
        assert main(["bundle", direction, str(stick), *at, "--json"]) == expect
        return [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    told = run("import", 1)
    assert sorted((line.get("error", ""), line.get("ops", 0)) for line in told) == [
        ("", 0),
        ("", 1),
        ("bundle_unreadable", 0),
    ]
    assert len([line for line in run("export", 1) if "bytes" in line]) == 2
    (stick / "broken.request").unlink()
    assert run("export", 0) == []  # both are answered
    for each in (desk, other):
        carrier = Carrier(each.store)
        carrier.take_answer(carrier.newest_answer(stick))
        copies_agree(rig, each)
        with pytest.raises(BundleMisdirected):
            carrier.newest_answer(stick)
    assert other.one("SELECT said FROM visit") == "你好"  # though its request was the older one


def test_the_whole_way_by_the_two_command_lines(
    rig: Rig, stick: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "在楼道"))
    desk.store.close()
    words = tmp_path / "words"
    words.write_text(PASSPHRASE)
    flags = ["--profile", str(desk.store.folder), "--passphrase-file", str(words), "--json"]

    def laptop(direction: str, path: Path, expect: int = 0) -> dict[str, Any]:
        assert laptop_main([*flags, "bundle", direction, str(path)]) == expect
        return dict(json.loads(capsys.readouterr().out))

    assert laptop("export", stick)["ops"] == 1
    at = ("--database" if "://" in rig.address else "--data", rig.address)
    for direction in ("import", "export"):
        assert main(["bundle", direction, str(stick), *at]) == 0
    capsys.readouterr()
    done = laptop("import", stick)
    assert (done["sent"], done["again"]) == (1, False)
    refused = laptop("import", stick, expect=1)["error"]
    assert (refused["code"], refused["what"]) == (
        "bundle_misdirected",
        f"这个数据包不是给这里的（{stick}）：文件夹里没有要用的数据包。",
    )
    assert laptop("import", Path(done["bundle"]), expect=1)["error"]["code"] == "bundle_outdated"
    assert rig.one("SELECT said FROM visit") == "在楼道"
