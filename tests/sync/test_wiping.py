"""A stopped laptop: what the person is told, what is hidden at once, what a wipe destroys and in which order, also when
it is killed at every step, and that the server gets its receipt."""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest

from gridworker.app import _close
from gridworker.commands.wipe import wipe_profile
from gridworker.errors import DeviceRevoked, ProfileMissing
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, OpResult, Outcome
from gridworker.server import auth
from gridworker.server.cli import main
from gridworker.server.database import only_domain
from gridworker.services.leaving import write_unsent
from gridworker.store import wiping
from gridworker.store.queries.leaving import is_stopped, leaving
from gridworker.store.queries.notices import notices_of
from gridworker.store.store import Store
from gridworker.store.taken_out import unseal
from gridworker.sync import keeping
from gridworker.sync.protocol.messages import WIPED, WipedRequest
from tests.contract.rig import PASSPHRASE, Desk, Rig
from tests.contract.village import home, named, visit


@pytest.fixture(params=["in_process", "postgres"])
def rig(request: pytest.FixtureRequest, make_rig: Callable[..., Rig]) -> Rig:
    return make_rig(request.param)


def stop(rig: Rig, desk: Desk, *, drain: bool = False) -> None:
    with rig.database.write() as connection:
        do = auth.drain_device if drain else auth.revoke_device
        assert do(connection, only_domain(connection).id, desk.store.known.device_no, rig.now())


def stopped(rig: Rig, login: str = "steward_a1") -> Desk:
    desk = rig.desk(login)
    desk.sync()
    desk.store.back_up()
    stop(rig, desk)
    with pytest.raises(DeviceRevoked):
        desk.sync()
    return desk


def codes(desk: Desk) -> list[str]:
    return [notice.code for notice in notices_of(desk.store)]


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


def test_a_returned_laptop_is_told_first_then_stopped_then_wiped_with_a_receipt(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "最后"))
    stop(rig, desk, drain=True)
    desk.client.exchange(100, 10**6, 100)
    assert codes(desk) == ["draining"] and not is_stopped(desk.store)
    desk.client.exchange(100, 10**6, 100)
    with pytest.raises(DeviceRevoked):
        desk.sync()
    assert codes(desk) == ["stopped"] and leaving(desk.store).unsent == 0
    folder = desk.store.folder
    assert wipe_profile(desk.store, rig.transport()) is True
    assert not folder.exists()
    assert rig.acts()[-1] == "wiped"
    assert rig.one("SELECT count(*) FROM visit WHERE said = '最后'") == 1


def test_what_others_wrote_is_hidden_at_once_and_own_unsent_work_stays(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "没送出去"))
    desk.store.sight._joined = True  # a practice profile hides nothing
    stop(rig, desk)
    wiping.note_stopped(desk.store, "device_revoked")
    assert desk.store.sight.hidden(desk.store.clock)
    with desk.store.read() as connection:
        seen = {row[0] for row in connection.exec_driver_sql("SELECT id FROM household")}
        said = connection.exec_driver_sql("SELECT said FROM visit").fetchall()
    assert seen == {named(home("a1", 1))} and [row[0] for row in said] == ["没送出去"]


def test_unsent_work_is_written_out_before(rig: Rig, tmp_path: Path) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "没送出去"))
    desk.store.drafts.keep(new_id(), named(home("a1", 2)), {"said": "写了一半"})
    stop(rig, desk)
    with pytest.raises(DeviceRevoked):
        desk.sync()
    assert (leaving(desk.store).unsent, leaving(desk.store).drafts) == (1, 1)
    assert write_unsent(desk.store, tmp_path / "out.jsonl") == 2
    assert b"visit" not in (tmp_path / "out.jsonl").read_bytes()
    opened = unseal(rig.database.bundle_keys.opening, tmp_path / "out.jsonl")
    first, second = (json.loads(line) for line in opened.splitlines())
    assert first["set"]["said"] == "没送出去" and second["body"]["said"] == "写了一半"
    assert rig.one("SELECT count(*) FROM visit") == 0  # nothing of it was accepted


def test_the_operator_reads_what_was_written_out(
    make_rig: Callable[..., Rig], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rig = make_rig()
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "没送出去"))
    file, plain = tmp_path / "out.gwunsent", tmp_path / "plain.jsonl"
    assert write_unsent(desk.store, file) == 1
    assert main(["unseal", "--data", rig.address, str(file)]) == 0
    assert "没送出去" in capsys.readouterr().out
    assert main(["unseal", "--data", rig.address, str(file), "--out", str(plain)]) == 0
    assert "没送出去" in plain.read_text("utf-8")
    assert main(["unseal", "--data", rig.address, str(file), "--out", str(plain)]) == 1  # never over a file
    assert rig.acts().count("taken_out_read") == 3
    file.write_bytes(file.read_bytes()[:-1])
    assert main(["unseal", "--data", rig.address, str(file)]) == 1


@pytest.mark.parametrize("code", ["tokens_copied", "device_lapsed"])
def test_who_only_needs_a_new_code_is_not_stopped(make_rig: Callable[..., Rig], code: str) -> None:
    rig = make_rig()
    desk = rig.desk("secretary")
    desk.sync()
    if code == "device_lapsed":
        rig.hands.now += 31 * 24 * 3600
    else:
        stolen = desk.kept()
        desk.client.renew()
        desk.client.renew()
        desk.store.set_state({keeping.REFRESH: stolen.refresh.encode()})
        with pytest.raises(DeviceRevoked):
            desk.client.renew()
    with pytest.raises(DeviceRevoked) as told:
        desk.sync()
    assert told.value.values["code"] == code
    assert not is_stopped(desk.store)


def test_a_receipt_is_taken_from_the_device_alone_and_ends_its_rights(rig: Rig) -> None:
    desk, other = rig.desk("steward_a1"), rig.desk("steward_a2")
    desk.sync()
    forged = msgspec.json.encode(WipedRequest(desk.store.known.device_id, b"x" * 64))
    assert other.wire.send(WIPED, forged, {"Content-Type": "application/json"}).status == 401
    assert "wiped" not in rig.acts()
    desk.sync()
    assert wipe_profile(desk.store, rig.transport()) is True
    assert rig.rows("SELECT state FROM device WHERE login = 'steward_a1'") == [("revoked",)]


def test_without_a_network_everything_goes_all_the_same(make_rig: Callable[..., Rig]) -> None:
    desk = stopped(make_rig())
    folder = desk.store.folder
    assert wipe_profile(desk.store, None) is False
    assert not folder.exists()


def test_other_peoples_files_in_the_folder_stay(make_rig: Callable[..., Rig]) -> None:
    desk = stopped(make_rig())
    folder = desk.store.folder
    (folder / "letter.txt").write_text("mine")
    wipe_profile(desk.store, None)
    assert left_in(folder) == ["letter.txt"]


def test_a_device_that_is_served_again_is_not_stopped_any_more(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    record = named("account_steward_a1")
    rig.command(Draft("account", record, OpKind.SET, {"state": "closed"}, {"state": "active"}))
    with pytest.raises(DeviceRevoked):
        desk.sync()
    assert is_stopped(desk.store)
    rig.command(Draft("account", record, OpKind.SET, {"state": "active"}, {"state": "closed"}))
    desk.sync()
    assert not is_stopped(desk.store) and "stopped" not in codes(desk)
    _close(desk.store, None, desk.store.close)
    assert (desk.store.folder / "keys.json").exists()


def test_what_the_server_refused_is_only_here_and_does_not_go_unasked(rig: Rig, tmp_path: Path) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "没收下"))
    refused = msgspec.json.encode(OpResult(1, Outcome.REJECTED, code="not_allowed"))
    with desk.store.database.write() as connection:
        connection.exec_driver_sql("UPDATE outbox SET state = 'done', result = ?", (refused,))
    stop(rig, desk)
    with pytest.raises(DeviceRevoked):
        desk.sync()
    assert leaving(desk.store).unsent == 1
    assert write_unsent(desk.store, tmp_path / "out.jsonl") == 1
    opened = unseal(rig.database.bundle_keys.opening, tmp_path / "out.jsonl")
    assert "没收下" in opened.decode()
    _close(desk.store, None, desk.store.close)
    assert (desk.store.folder / "keys.json").exists()


def test_a_folder_of_somebody_else_is_never_taken_for_a_wipe(tmp_path: Path) -> None:
    (tmp_path / "wiping").write_bytes(b"")
    (tmp_path / "backups").mkdir()
    (tmp_path / "backups" / "photos.zip").write_bytes(b"mine")
    assert wiping.finish(tmp_path) is False
    wiping.begin(tmp_path)
    assert wiping.finish(tmp_path) is True
    assert left_in(tmp_path / "backups") == ["photos.zip"]


KILLED = """
import os, signal, sys
from pathlib import Path
from gridworker.store import wiping

folder, turn, count = Path(sys.argv[1]), int(sys.argv[2]), 0
unlink = Path.unlink

def counted(path, missing_ok=False):
    global count
    count += 1
    if count == turn:
        os.kill(os.getpid(), signal.SIGKILL)
    unlink(path, missing_ok=missing_ok)

Path.unlink = counted
wiping.begin(folder)
wiping.finish(folder)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_wipe_killed_at_any_step_cannot_be_opened_and_is_finished_by_the_next_start(
    make_rig: Callable[..., Rig], tmp_path: Path
) -> None:
    desk = stopped(make_rig())
    desk.store.close()
    whole, turns = desk.store.folder, 0
    folder = whole
    for turn in range(1, 40):
        folder = tmp_path / f"copy{turn}"
        shutil.copytree(whole, folder)
        died = subprocess.run(
            [sys.executable, "-c", KILLED, str(folder), str(turn)],
            cwd=Path(__file__).resolve().parents[2], capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        if died.returncode == 0:
            break
        turns += 1
        assert died.returncode == -9, died.stderr.decode()[-800:]
        if not wiping.is_begun(folder):  # nothing was destroyed: it is asked for again
            with contextlib.closing(Store.open(folder, PASSPHRASE)) as store:
                assert is_stopped(store)
            continue
        if not (folder / "gridworker.db").exists():  # the wrapped keys went first, those of copies too
            assert not list(folder.rglob("keys.json*"))
        with pytest.raises(ProfileMissing):
            Store.open(folder, PASSPHRASE)
        assert left_in(folder) == []
    assert turns >= 7 and left_in(folder) == []
