"""What an administrator does, on both kinds of database: drain, move, verify, copy, restore; and what the server tells
about itself: health, numbers, a log without anybody in it."""

from __future__ import annotations

import base64
import json
import logging
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests

from gridworker.errors import DatabaseUnreachable
from gridworker.models.days import Clock
from gridworker.models.op import Value
from gridworker.server import checks, trail
from gridworker.server.app import create_app
from gridworker.server.cli import main
from gridworker.server.database import ServerDatabase, only_domain
from gridworker.sync.protocol.messages import Pull
from tests.contract.rig import Desk, Rig, ask, op, served
from tests.contract.village import DAY, change, create, home, named, visit
from tests.postgres import cluster


@pytest.fixture(params=["in_process", "postgres"])
def rig(request: pytest.FixtureRequest, make_rig: Callable[..., Rig]) -> Rig:
    return make_rig(request.param)


def at(rig: Rig) -> tuple[str, str]:
    """The arguments that name the rig's server."""
    return ("--database" if "://" in rig.address else "--data", rig.address)


def run(capsys: pytest.CaptureFixture[str], *arguments: str, expect: int = 0) -> list[dict[str, Any]]:
    capsys.readouterr()
    assert main([*arguments, "--json"]) == expect
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def failing(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 1
    return str(json.loads(capsys.readouterr().err)["error"])


def number_of(rig: Rig, desk: Desk) -> str:
    return str(rig.one("SELECT number FROM device WHERE device_id = ?", desk.store.known.device_id))


# -- drain and revoke --------------------------------------------------------------------------------------------


def test_a_returned_device_sends_what_it_holds_and_then_nothing(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    number = number_of(rig, desk)
    desk.save(visit(home("a1", 1), "最后一次"))
    assert run(capsys, "drain", *at(rig), "--device", number) == [
        {"number": int(number), "state": "draining"}
    ]
    first = desk.client.exchange(100, 10**6, 100)
    assert (first.sent, first.rows) == (1, 0)
    assert rig.one("SELECT count(*) FROM visit WHERE said = '最后一次'") == 1
    assert rig.one("SELECT state FROM device WHERE number = ?", int(number)) == "draining"
    desk.client.exchange(100, 10**6, 100)  # nothing more to send
    assert rig.one("SELECT state FROM device WHERE number = ?", int(number)) == "revoked"
    with pytest.raises(Exception, match="device_revoked"):
        desk.client.exchange(100, 10**6, 100)
    assert rig.acts()[-2:] == ["draining", "revoked"]
    assert failing(capsys, "drain", *at(rig), "--device", number) == "not_found"


def test_a_returned_device_that_asks_without_what_it_holds_is_not_stopped_yet(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    number = number_of(rig, desk)
    desk.save(visit(home("a1", 1), "还在手上"))
    run(capsys, "drain", *at(rig), "--device", number)
    # as when it asks whether the server fails on everything
    desk.client.exchange(100, 10**6, 100, push=False)
    assert rig.one("SELECT state FROM device WHERE number = ?", int(number)) == "draining"
    assert desk.client.exchange(100, 10**6, 100).sent == 1
    desk.client.exchange(100, 10**6, 100)
    assert rig.one("SELECT state FROM device WHERE number = ?", int(number)) == "revoked"


def test_a_draining_device_gets_no_page(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    desk, other = rig.desk("steward_a1"), rig.desk("grid_a")
    for each in (desk, other):
        each.sync()
    other.save(visit(home("a1", 2), "别人"))
    other.sync()
    run(capsys, "drain", *at(rig), "--device", number_of(rig, desk))
    reply = ask(desk, [op(1, visit(home("a1", 1), "还有"))], Pull(cursor=0))
    assert reply.page is None and reply.hello.device_state == "draining"
    assert [result.outcome.value for result in reply.results] == ["applied"]


def test_a_lost_device_is_stopped_before_it_sends(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "丢了"))
    run(capsys, "revoke", *at(rig), "--device", number_of(rig, desk))
    with pytest.raises(Exception, match="device_revoked"):
        desk.client.exchange(100, 10**6, 100)
    assert rig.one("SELECT count(*) FROM visit") == 0


# -- accounts ----------------------------------------------------------------------------------------------------


def test_a_member_gets_a_login_and_a_computer_and_loses_both(
    rig: Rig, capsys: pytest.CaptureFixture[str]
) -> None:
    rig.command(create("member", "new", name="新来的", org_unit_id=named("org")))
    post: dict[str, Value] = {
        "role_code": "micro_grid_leader",
        "area_unit_id": named("a2"),
        "valid_from": DAY,
    }
    rig.command(create("appointment", "new_post", member_id=named("new"), **post))
    made = run(capsys, "account", *at(rig), "--login", "xin", "--member", "新来的")
    assert made == [{"login": "xin", "member": "新来的", "state": "active"}]
    assert failing(capsys, "account", *at(rig), "--login", "xin", "--member", "viewer") == "field_invalid"
    assert failing(capsys, "account", *at(rig), "--login", "yi", "--member", "没有的") == "not_found"
    desk = rig.desk("xin", run(capsys, "invite", *at(rig), "--login", "xin")[0]["code"])
    desk.sync()
    assert named(home("a2", 1)) in desk.holds("household")
    assert run(capsys, "account", *at(rig), "--login", "xin", "--close")[0]["state"] == "closed"
    assert failing(capsys, "invite", *at(rig), "--login", "xin") == "not_found"
    with pytest.raises(Exception, match="account_closed"):
        desk.sync()
    logins = {row["login"]: row["state"] for row in run(capsys, "account", *at(rig))}
    assert logins["xin"] == "closed" and logins["secretary"] == "active"


# -- move --------------------------------------------------------------------------------------------------------


def test_a_household_moves_with_all_that_is_its(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    losing, gaining = rig.desk("steward_a1"), rig.desk("steward_b1")
    for desk in (losing, gaining):
        desk.sync()
    losing.save(visit(home("a1", 1), "搬家前"))
    losing.sync()
    household = named(home("a1", 1))
    assert household in losing.holds("household") and household not in gaining.holds("household")
    (moved,) = run(capsys, "move", *at(rig), "--household", "1-1-1", "--to", "1-1-3")
    assert moved["rows"] >= 3
    losing.sync()
    gaining.sync()
    assert household not in losing.holds("household") and household in gaining.holds("household")
    assert losing.one("SELECT count(*) FROM visit") == 0
    assert gaining.one("SELECT said FROM visit") == "搬家前"
    assert run(capsys, "move", *at(rig), "--household", "1-1-1", "--to", "1-1-3")[0]["rows"] == 0
    assert run(capsys, "verify", *at(rig))[0]["sound"] is True


def test_an_area_moves_and_no_household_is_rewritten(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    leader = rig.desk("grid_a")
    leader.sync()
    code = str(rig.one("SELECT code FROM area_unit WHERE id = ?", named("b1")))
    above = str(rig.one("SELECT code FROM area_unit WHERE id = ?", named("grid_a")))
    versions = rig.rows("SELECT id, row_version FROM household ORDER BY id")
    assert run(capsys, "move", *at(rig), "--area", code, "--to", above)[0]["rows"] == 1
    leader.sync()
    assert named(home("b1", 1)) in leader.holds("household")
    assert rig.rows("SELECT id, row_version FROM household ORDER BY id") == versions


@pytest.mark.parametrize(
    ("what", "to", "error"),
    [
        (("--household", "nichts"), "1-1-3", "not_found"),
        (("--household", "1-1-1"), "9-9-9", "not_found"),
        (("--household", "1-1-1"), "3", "not_found"),
        (("--area", "nichts"), "nichts", "not_found"),
    ],
)
def test_a_move_nobody_can_make_changes_nothing(
    rig: Rig, capsys: pytest.CaptureFixture[str], what: tuple[str, str], to: str, error: str
) -> None:
    before = rig.one("SELECT head FROM domain_head")
    assert failing(capsys, "move", *at(rig), *what, "--to", to) == error
    assert rig.one("SELECT head FROM domain_head") == before


def test_an_area_is_not_put_below_itself(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    above = str(rig.one("SELECT code FROM area_unit WHERE id = ?", named("grid_a")))
    below = str(rig.one("SELECT code FROM area_unit WHERE id = ?", named("a1")))
    assert failing(capsys, "move", *at(rig), "--area", above, "--to", below) == "field_invalid"


# -- stats and verify --------------------------------------------------------------------------------------------


def test_stats_are_numbers_only(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    rig.desk("steward_a1").sync()
    (found,) = run(capsys, "stats", *at(rig))
    assert (found["household"], found["resident"], found["devices_active"]) == (9, 9, 1)
    assert found["bytes"] > 10_000
    assert all(isinstance(value, int) for name, value in found.items() if name != "community")
    assert main(["stats", *at(rig)]) == 0


def worked(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "一"), change("household", named(home("a1", 2)), "room", "2", "2a"))
    desk.sync()


def test_a_sound_server_is_found_sound(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    worked(rig)
    (found,) = run(capsys, "verify", *at(rig))
    assert found["sound"] and found["findings"] == []
    noted = found["audit_head"]
    assert run(capsys, "verify", *at(rig), "--noted", noted)[0]["sound"]
    assert main(["verify", *at(rig)]) == 0
    assert noted in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["verify", *at(rig), "--noted", "7"])


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (
            "UPDATE household SET row_version = row_version + 1 WHERE code = '1-1-1'",
            "no pointer to their newest",
        ),
        ("DELETE FROM household WHERE code = '1-1-1'", "point where no row is"),
        ("DELETE FROM feed WHERE entity = 'resident'", "9 rows of resident have no pointer"),
        ("UPDATE domain_head SET head = head - 1", "beyond the head"),
        ("UPDATE device SET last_seq = 0 WHERE number = 2", "receipts beyond its last op"),
        ("UPDATE bucket_sum SET n = n + 1 WHERE entity = 'visit'", "sums: visit in bucket"),
        ("UPDATE audit_payload SET payload = salt WHERE n = 2", "the chain breaks at row 2"),
    ],
)
def test_verify_finds_what_was_meddled_with(
    rig: Rig, capsys: pytest.CaptureFixture[str], statement: str, says: str
) -> None:
    worked(rig)
    with rig.database.write() as connection:
        connection.exec_driver_sql(statement)
    (found,) = run(capsys, "verify", *at(rig), expect=1)
    assert any(says in line for line in found["findings"]), found


def test_f44_a_cut_tail_is_found_with_a_noted_head(rig: Rig) -> None:
    worked(rig)
    with rig.database.read() as connection:
        domain = only_domain(connection)
        number, last = trail.head(connection, domain.id)
        other = (number, "00" * 32)
        assert checks.findings(connection, domain, (number, last.hex())) == []
        assert "another one" in checks.findings(connection, domain, other)[0]
        assert "cut off" in checks.findings(connection, domain, (number + 1, last.hex()))[0]


# -- copies ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("into", ["folder", "postgres"])
def test_a_copy_becomes_a_server_that_devices_agree_with(
    rig: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str], into: str
) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "备份里"))
    desk.sync()
    (made,) = run(capsys, "backup", *at(rig), "--to", str(tmp_path / "copy"))
    assert made["rows"] > 60 and made["head"] == rig.one("SELECT head FROM domain_head")
    epoch = rig.one("SELECT server_epoch FROM domain_head")
    assert "备份里".encode() not in (tmp_path / "copy" / "server.db").read_bytes()
    name = cluster().make() if into == "postgres" else ""
    there = ("--database", cluster().url(name)) if name else ("--data", str(tmp_path / "new"))
    (restored,) = run(capsys, "restore", "--from", str(tmp_path / "copy"), *there)
    assert restored["rows"] == made["rows"]
    place = there[1] if name else Path(there[1])
    database = ServerDatabase.open(place, rig.hands.clock())
    again = Rig(database, rig.hands, "http", tmp_path, rig.service.limits)
    try:
        assert again.one("SELECT server_epoch FROM domain_head") != epoch
        assert again.one("SELECT said FROM visit") == "备份里"
        assert "server_restored" in again.acts()
        assert run(capsys, "verify", *there)[0]["sound"]
        assert failing(capsys, "restore", "--from", str(tmp_path / "copy"), *there) == "profile_exists"
    finally:
        again.close()
        if name:
            cluster().drop(name)


def test_a_key_may_lie_elsewhere(rig: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    copy, key = str(tmp_path / "copy"), str(tmp_path / "key")
    run(capsys, "backup", *at(rig), "--to", copy, "--key-to", key)
    assert sorted(path.name for path in (tmp_path / "copy").iterdir()) == ["server.db"]
    assert failing(capsys, "restore", "--from", copy, "--data", str(tmp_path / "new")) == "key_file_damaged"
    run(capsys, "restore", "--from", copy, "--key", key, "--data", str(tmp_path / "new"))
    assert failing(capsys, "backup", *at(rig), "--to", copy) == "profile_exists"
    assert (
        failing(capsys, "backup", *at(rig), "--to", str(tmp_path / "c2"), "--key-to", key) == "profile_exists"
    )
    assert (
        failing(capsys, "restore", "--from", str(tmp_path), "--data", str(tmp_path / "n")) == "backup_invalid"
    )


def test_a_meddled_copy_is_not_restored(rig: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(capsys, "backup", *at(rig), "--to", str(tmp_path / "copy"))
    copy = ServerDatabase.open(tmp_path / "copy", Clock())
    with copy.write() as connection:
        connection.exec_driver_sql("DELETE FROM feed WHERE entity = 'household'")
    copy.close()
    source = str(tmp_path / "copy")
    there = ("--data", str(tmp_path / "n"))
    assert failing(capsys, "restore", "--from", source, *there) == "server_disagrees"
    assert not (tmp_path / "n").exists()
    (restored,) = run(capsys, "restore", "--from", source, *there, "--anyway", expect=1)
    assert restored["rows"] > 60 and any("household" in line for line in restored["findings"])


def test_a_server_that_disagrees_is_copied_only_when_asked_twice(
    rig: Rig, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with rig.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM feed WHERE entity = 'household'")
    target = tmp_path / "copy"
    asked = ("backup", *at(rig), "--to", str(target))
    assert failing(capsys, *asked) == "server_disagrees"
    assert list(tmp_path.glob("copy*")) == []
    (made,) = run(capsys, *asked, "--anyway", expect=1)
    assert made["findings"] and (target / "server.db").is_file()


# -- health, numbers, log ----------------------------------------------------------------------------------------


def test_health_says_whether_the_database_answers(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    with served(create_app(rig.service)) as url:
        good = requests.get(f"{url}/v1/health", timeout=10)
        assert (good.status_code, good.json()) == (200, {"status": "ok"})

        def away() -> Any:
            raise DatabaseUnreachable(where="there", why="away")

        monkeypatch.setattr(rig.database, "read", away)
        bad = requests.get(f"{url}/v1/health", timeout=10)
        assert (bad.status_code, bad.json()["code"], bad.headers["retry-after"]) == (503, "unavailable", "5")


def test_numbers_are_given_at_their_own_port_only(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    program = "import sys; from gridworker.server.cli import main; sys.exit(main())"
    ports = ("--port", "0", "--metrics-port", "0")
    command = [sys.executable, "-c", program, "serve", "--data", rig.address, "--json", *ports]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            assert server.stdout is not None
            ready = json.loads(server.stdout.readline())
            outside, inside = ready["url"], f"http://127.0.0.1:{ready['metrics_port']}"
            requests.post(f"{outside}/v1/sync", data=b"{}", timeout=10)
            assert requests.get(f"{outside}/metrics", timeout=10).status_code == 404
            text = requests.get(f"{inside}/metrics", timeout=10).text
        finally:
            server.terminate()
    assert 'gridworker_requests_total{code="token_invalid",route="/v1/sync",status="401"} 1' in text
    assert 'gridworker_request_seconds_bucket{route="/v1/sync",le="+Inf"} 1' in text
    assert "gridworker_copies_waiting 0" in text


def test_nobody_is_in_the_log(
    rig: Rig, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Words that were planted in ops, names, paths and headers appear nowhere in what is logged or counted."""
    caplog.set_level(logging.DEBUG, "gridworker")
    app = create_app(rig.service)
    desk = rig.desk("steward_a1")
    desk.sync()
    with served(app) as url:
        for path in ("/v1/sync", "/v1/enrol", "/v1/token", "/v1/incarnation", "/v1/张三"):
            for body in (b"{", '{"code":"李四的暗号","app":"李四"}'.encode()):
                proof = base64.b64encode("王五".encode()).decode()
                requests.post(
                    f"{url}{path}?who=%E8%B5%B5%E5%85%AD",
                    data=body,
                    headers={"Authorization": "Bearer zhaoliu", "X-Gridworker-Proof": proof},
                    timeout=10,
                )
        ask(desk, [op(1, visit(home("a1", 1), "孙七家的钥匙", no="周八"))])
        ask(desk, [op(2, change("household", named(home("b1", 1)), "note", None, "吴九"))])

        def broken(*_: object) -> None:
            raise ZeroDivisionError("郑十")

        monkeypatch.setattr("gridworker.server.push.take_in", broken)
        with pytest.raises(Exception, match="server_refused"):
            ask(desk, [op(3, visit(home("a1", 1), "冯一"))])
    logged = "\n".join(record.getMessage() for record in caplog.records)
    assert "refused /v1/enrol bad_request" in logged and "failed /v1/sync ZeroDivisionError" in logged
    words = (
        "李四",
        "王五",
        "赵六",
        "zhaoliu",
        "张三",
        "孙七",
        "周八",
        "吴九",
        "郑十",
        "冯一",
        "住户",
        "steward",
    )
    for word in words:
        assert word not in logged, word
