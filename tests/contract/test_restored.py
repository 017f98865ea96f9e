"""F29: a database that was restored from a backup or copied with its folder goes on as a device of its own, and what
either copy writes arrives once."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from gridworker.commands.call import Call
from gridworker.commands.profiles import restore
from gridworker.errors import DeviceRevoked, ServerAway
from gridworker.server import auth
from gridworker.server.database import only_domain
from gridworker.store import notices
from gridworker.store.store import Store
from gridworker.sync import lives
from gridworker.sync.protocol import proofs
from gridworker.sync.protocol.messages import INCARNATION, IncarnationRequest
from tests.contract.rig import PASSPHRASE, Desk, Rig, Wire
from tests.contract.village import home, named, visit
from tests.copies import copy_folder


def opened(rig: Rig, folder: Path) -> Desk:
    return Desk(Store.open(folder, PASSPHRASE, rig.hands.clock()), Wire(rig.transport()))


def said(rig: Rig) -> list[str]:
    return sorted(row[0] for row in rig.rows("SELECT said FROM visit"))


def working(rig: Rig) -> Desk:
    """A device that has sent one visit and has another unsent."""
    desk = rig.desk("steward_a1")
    desk.sync()
    desk.save(visit(home("a1", 1), "已发"))
    desk.sync()
    desk.save(visit(home("a1", 1), "未发"))
    return desk


def restored(desk: Desk, source: Path, folder: Path) -> None:
    """What the verb restore does, on a folder of its own."""

    class _Asked:
        pass

    asked: Any = _Asked()
    asked.arguments, asked.folder, asked.passphrase = _Asked(), folder, PASSPHRASE
    asked.arguments.source = str(source)
    asked.opened = lambda: _Closing(Store.open(folder, PASSPHRASE, desk.store.clock))
    call: Call = asked
    restore(call)


class _Closing:
    def __init__(self, store: Store) -> None:
        self.store = store

    def __enter__(self) -> Store:
        return self.store

    def __exit__(self, *_: object) -> None:
        self.store.close()


def test_f29_a_restored_backup_sends_what_it_held_and_what_comes_later(rig: Rig) -> None:
    desk = working(rig)
    copy = desk.store.back_up(rig.folder / "kept.gwbackup")
    desk.sync()  # the unsent visit reaches the server after the backup was made
    desk.save(visit(home("a1", 2), "备份之后"))
    desk.sync()
    was = desk.store.known
    desk.store.close()
    restored(desk, copy, rig.folder / "back")
    again = opened(rig, rig.folder / "back")
    assert again.store.known.incarnation != was.incarnation
    again.save(visit(home("a1", 3), "恢复之后"))
    again.sync()
    assert said(rig) == sorted(["已发", "未发", "备份之后", "恢复之后"])  # each once
    assert again.store.known.device_no == was.device_no + 1
    assert len(again.holds("visit")) == 4
    assert again.rows("SELECT seq FROM outbox WHERE state <> 'done'") == []
    assert "incarnation_begun" in rig.acts()
    with again.store.read() as connection:
        assert [notice.code for notice in notices.every(connection)] == ["incarnation"]
    again.store.close()


def test_f29_of_a_copied_folder_both_go_on(rig: Rig) -> None:
    desk = working(rig)
    folder = desk.store.folder
    desk.store.close()
    shutil.copytree(folder, rig.folder / "clone")
    first, second = opened(rig, folder), opened(rig, rig.folder / "clone")
    assert not lives.is_unknown(first.store)
    assert lives.is_unknown(second.store)
    first.save(visit(home("a1", 2), "原件"))
    second.save(visit(home("a1", 3), "复制件"))
    for one in (first, second, first, second):
        one.sync()
    assert said(rig) == sorted(["已发", "未发", "原件", "复制件"])
    assert first.store.known.device_id != second.store.known.device_id
    assert first.holds("visit") == second.holds("visit")
    assert len(set(rig.rows("SELECT no FROM visit"))) == 4
    for one in (first, second):
        one.store.close()


def test_f29_a_copy_without_a_number_yet_gives_numbers_nobody_else_gives(
    make_rig: Callable[..., Rig],
) -> None:
    from gridworker.services.visits import VisitForm, log_visit

    rig = make_rig()
    desk = rig.desk("steward_a1")
    desk.sync()
    folder = desk.store.folder
    desk.store.close()
    shutil.copytree(folder, rig.folder / "clone")
    first, second = opened(rig, folder), opened(rig, rig.folder / "clone")
    form = VisitForm(named(home("a1", 1)), visited_on="2026-11-19", outcome="met", said="好")
    numbers = [log_visit(one.store, form).no for one in (first, second)]
    assert numbers[0] == "Z26-02-0001"
    assert re.fullmatch(r"Z26-02[a-z]{2}-0001", numbers[1])
    second.sync()
    assert log_visit(second.store, form).no == "Z26-03-0001"
    for one in (first, second):
        one.store.close()


def test_f29_a_copy_that_nothing_gave_away_is_found_by_the_server(rig: Rig) -> None:
    """A disk image: not even the file's place differs. The first op under a used number shows it."""
    desk = working(rig)
    folder = desk.store.folder
    desk.store.close()
    copy_folder(folder, rig.folder / "image")
    first, second = opened(rig, folder), opened(rig, rig.folder / "image")
    assert not lives.is_unknown(second.store)
    first.save(visit(home("a1", 2), "原件"))
    first.sync()
    second.save(visit(home("a1", 3), "映像"))
    second.sync()
    first.sync()
    assert "device_fork" in rig.acts()
    assert said(rig) == sorted(["已发", "未发", "原件", "映像"])
    assert second.store.known.device_id != first.store.known.device_id
    assert second.rows("SELECT seq FROM outbox WHERE state <> 'done'") == []
    for one in (first, second):
        one.store.close()


def test_f29_a_lost_answer_does_not_make_two_devices(rig: Rig) -> None:
    desk = working(rig)
    lives.begin(desk.store, "restored")
    desk.wire.lose_next = lambda: ServerAway(url="test")
    with pytest.raises(ServerAway):
        desk.sync()
    desk.sync()
    assert desk.store.known.device_no == 3
    assert rig.one("SELECT count(*) FROM device") == 3  # the server's own, the first, the copy
    assert said(rig) == ["已发", "未发"]


def test_f29_a_database_restored_without_saying_so_is_let_in_again(rig: Rig) -> None:
    desk = working(rig)
    strange = msgspec.structs.replace(desk.store.known, incarnation=b"z" * 16)
    desk.store.known = strange
    desk.sync()
    assert desk.store.known.device_no == 3
    assert said(rig) == ["已发", "未发"]


def test_f29_a_revoked_device_cannot_be_restored_past_its_revocation(rig: Rig) -> None:
    desk = working(rig)
    with rig.database.write() as connection:
        assert auth.revoke_device(connection, only_domain(connection).id, 2, rig.now())
    lives.begin(desk.store, "restored")
    with pytest.raises(DeviceRevoked):
        desk.sync()
    assert rig.one("SELECT count(*) FROM device") == 2


def test_f29_a_copy_needs_the_old_key(rig: Rig) -> None:
    desk = working(rig)
    other = rig.desk("steward_a2")
    lives.begin(desk.store, "restored")
    desk.store.set_state({"sync.device_key": other.kept().device_key})
    with pytest.raises(Exception, match="server_refused"):
        desk.sync()
    assert rig.one("SELECT count(*) FROM device") == 3


def test_f29_a_second_key_cannot_take_over_a_life_that_was_begun(rig: Rig) -> None:
    """Who has the old key may begin a life of its own, not step into the one that another copy began."""
    desk = working(rig)
    old, old_key = desk.store.known.device_id, desk.kept().device_key
    lives.begin(desk.store, "restored")
    desk.sync()
    key, incarnation = proofs.new_key(), desk.store.known.incarnation
    message = proofs.incarnation_message(old, incarnation, proofs.public_key(key))
    asked = IncarnationRequest(
        old, incarnation, proofs.public_key(key), proofs.sign(old_key, message), "thief"
    )
    reply = desk.wire.inner.send(INCARNATION, msgspec.json.encode(asked), {})
    assert (reply.status, msgspec.json.decode(reply.body)["code"]) == (403, "incarnation_unknown")
    assert rig.one("SELECT count(*) FROM device") == 3
    desk.sync()
