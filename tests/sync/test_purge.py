"""What leaves an account's scope leaves the device: rows, drafts, search tables, free pages, log and files (G4), also
when the machine dies in the middle; and ops that were on their way are never dropped."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from gridworker.errors import DatabaseBusy
from gridworker.models.ids import bucket_id, new_id
from gridworker.models.op import Draft, OpKind
from gridworker.models.registry import BY_NAME
from gridworker.store import backup, purge, search, statistics
from gridworker.store.store import Store
from tests.contract.rig import PASSPHRASE, Desk, Rig
from tests.contract.village import change, create, home, named, visit
from tests.sync.pages import decrypted

#: Every word is made so that it cannot stand in a file by chance, and is found whole wherever it stands.
PLANTED = ("qnoteplanted", "qdraftplanted", "qvisitplanted", "qopplanted", "苏桐栖野")
DAY_MS = 24 * 3600 * 1000


def give(login: str, micro_grid: str) -> Draft:
    """Another post for `login`, on `micro_grid`."""
    return create(
        "appointment",
        f"extra_{login}_{micro_grid}",
        member_id=named(f"member_{login}"),
        role_code="micro_grid_leader",
        area_unit_id=named(micro_grid),
        valid_from="2026-11-01",
    )


def take_away(post: str) -> Draft:
    return change("appointment", named(post), "valid_to", None, "2026-11-19")


def command(rig: Rig, *drafts: Draft) -> None:
    rig.command(*drafts)


def plant(rig: Rig, desk: Desk) -> None:
    """Words of a1 in a resident, a visit, an answered op, a draft, and a copy made before."""
    desk.save(
        Draft("resident", new_id(), OpKind.CREATE, {"household_id": named(home("a1", 1)), "name": "苏桐栖野"})
    )
    desk.save(visit(home("a1", 1), "qvisitplanted"))
    desk.save(change("household", named(home("a1", 2)), "note", None, "qnoteplanted"))
    desk.save(change("household", named(home("a1", 2)), "note", "qnoteplanted", "qopplanted"))
    desk.sync()
    desk.store.drafts.keep(new_id(), named(home("a1", 3)), {"said": "qdraftplanted"})
    while desk.store.index_some():
        pass
    desk.store.back_up()


def searched(desk: Desk) -> bytes:
    desk.store.database.checkpoint()
    return decrypted(desk.store.folder, desk.store._key)


@pytest.fixture
def village(make_rig: Callable[..., Rig]) -> tuple[Rig, Desk, Desk]:
    """A rig, the secretary's desk, and the steward of a1's with planted words; both in agreement."""
    rig = make_rig()
    secretary, steward = rig.desk("secretary"), rig.desk("steward_a1")
    secretary.sync()
    steward.sync()
    plant(rig, steward)
    secretary.sync()
    return rig, secretary, steward


def test_f15_a_lost_post_takes_its_rows_and_every_trace_of_them(village: tuple[Rig, Desk, Desk]) -> None:
    rig, _, steward = village
    before = searched(steward)
    for word in PLANTED:
        assert word.encode() in before, word  # or the search below would prove nothing
    old = {path.name for path in backup.rolling(steward.store.folder)}
    command(rig, take_away("post_steward_a1"))
    steward.sync()
    kept = ("household_stat", "day_stat", "span_stat", "demand_day", "seen_span", "home_stat", "cover_stat")
    for entity in ("household", "resident", "visit", "draft", *kept):
        assert steward.rows(f"SELECT * FROM {entity}") == [], entity
    after = searched(steward)
    for word in PLANTED:
        assert word.encode() not in after, word
    assert steward.store.state("purge.pending") is None
    assert rig.acts().count("purged") == 1  # the exchange after it brought the receipt
    assert rig.one("SELECT purged_epoch FROM device WHERE login = 'steward_a1'") == 2
    steward.sync()
    assert rig.acts().count("purged") == 1
    copies = {path.name for path in backup.rolling(steward.store.folder)}
    assert old < copies  # a fresh one, and the old one still there


def test_what_was_kept_of_a_record_taken_back_here_goes_too(village: tuple[Rig, Desk, Desk]) -> None:
    rig, _, steward = village
    (record,) = steward.rows("SELECT id FROM resident WHERE name = '苏桐栖野'")[0]
    assert steward.rows("SELECT act FROM history WHERE record_id = ?", record)
    with steward.store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM resident WHERE id = ?", (record,))
    command(rig, take_away("post_steward_a1"))
    steward.sync()
    assert steward.rows("SELECT act FROM history WHERE record_id = ?", record) == []


def test_copies_go_when_the_server_said_the_same_twice_a_day_apart(village: tuple[Rig, Desk, Desk]) -> None:
    rig, _, steward = village
    old = {path.name for path in backup.rolling(steward.store.folder)}
    command(rig, take_away("post_steward_a1"))
    steward.sync()
    rig.hands.now += 20 * 3600
    for _ in range(4):  # copies that come in between push none of the protected ones out
        rig.hands.now += 60
        steward.store.back_up()
    steward.client.renew()
    steward.sync()
    assert old < {path.name for path in backup.rolling(steward.store.folder)}
    rig.hands.now += 5 * 3600
    steward.client.renew()
    steward.sync()
    left = {path.name for path in backup.rolling(steward.store.folder)}
    assert left
    assert not old & left


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Databases opened from here on wait hardly for one another."""
    monkeypatch.setattr("gridworker.store.database.BUSY_MS", 200)


@pytest.mark.usefixtures("impatient")
def test_the_log_is_not_taken_for_emptied_while_somebody_reads_it(request: pytest.FixtureRequest) -> None:
    """A reader's picture is in the log, and in it what has left."""
    rig, _, steward = request.getfixturevalue("village")
    with steward.store.database.read() as reader:
        assert reader.exec_driver_sql("SELECT count(*) FROM household").scalar()
        command(rig, take_away("post_steward_a1"))
        with pytest.raises(DatabaseBusy):
            steward.sync()
    assert steward.store.state("purge.pending") == b"3"  # the log and the copy
    steward.sync()
    assert steward.store.state("purge.pending") is None
    after = searched(steward)
    assert [word for word in PLANTED if word.encode() in after] == []


def test_another_change_of_scope_begins_the_day_anew(village: tuple[Rig, Desk, Desk]) -> None:
    """What was purged for an epoch that did not last may have been purged by mistake."""
    rig, _, steward = village
    old = {path.name for path in backup.rolling(steward.store.folder)}
    command(rig, take_away("post_steward_a1"))
    steward.sync()
    epoch, said = 2, rig.now()

    def left(epoch: int, hours: int) -> bool:
        purge.confirm_copies(steward.store, epoch, said + hours * 3600_000)
        return old <= {path.name for path in backup.rolling(steward.store.folder)}

    assert left(epoch, 20) and left(epoch + 1, 25) and left(epoch + 1, 48)
    assert not left(epoch + 1, 50)


def test_new_buckets_are_copied_and_those_held_already_are_not(village: tuple[Rig, Desk, Desk]) -> None:
    rig, _, steward = village
    command(rig, give("steward_a1", "b1"))
    steward.wire.replies.clear()
    account = steward.sync()
    assert steward.holds("household") == {named(home(m, n)) for m in ("a1", "b1") for n in (1, 2, 3)}
    assert account.rows < 12  # three households, three residents, the post: nothing of a1 and no tree again
    with steward.store.read() as connection:
        assert statistics.difference(connection) == []


def test_what_changes_while_new_buckets_are_copied_is_not_missed(make_rig: Callable[..., Rig]) -> None:
    from gridworker.sync.protocol.messages import Limits

    rig = make_rig(limits=Limits(rows=2))
    secretary, steward = rig.desk("secretary"), rig.desk("steward_a1")
    secretary.sync()
    steward.sync()
    command(rig, give("steward_a1", "b1"))
    steward.client.exchange(10, 10_000, 2)  # told of the new scope
    steward.client.exchange(10, 10_000, 2)  # the first two rows of b1
    for micro in ("a1", "b1"):
        for number in (1, 3):
            secretary.save(change("household", named(home(micro, number)), "note", None, f"{micro}{number}"))
    secretary.sync()
    steward.sync()
    notes = {row[0] for row in steward.rows("SELECT note FROM household WHERE note IS NOT NULL")}
    assert notes == {"a11", "a13", "b11", "b13"}


def test_a_household_that_moved_away_leaves_no_trace_either(village: tuple[Rig, Desk, Desk]) -> None:
    _, secretary, steward = village
    moved = named(home("a1", 1))
    secretary.save(change("household", moved, "unit_id", named("unit_a1"), named("unit_b1")))
    secretary.sync()
    steward.sync()
    assert steward.holds("household") == {named(home("a1", 2)), named(home("a1", 3))}
    after = searched(steward)
    assert "苏桐栖野".encode() not in after
    assert b"qvisitplanted" not in after
    assert b"qopplanted" in after  # what stayed is still there


def test_rows_wait_until_everything_unsent_was_answered(village: tuple[Rig, Desk, Desk]) -> None:
    rig, _, steward = village
    command(rig, take_away("post_steward_a1"))
    for number in range(3):
        steward.save(visit(home("a1", 1), f"late{number}"))
    steward.client.exchange(2, 10_000, 100)  # one batch is not all of it
    assert steward.holds("household")
    steward.client.exchange(2, 10_000, 100)
    assert not steward.holds("household")
    assert steward.rows("SELECT state FROM outbox WHERE state <> 'done'") == []


@pytest.mark.parametrize("died_in", range(len(purge._STEPS)))
def test_f18_a_purge_that_died_goes_on_before_the_profile_is_shown(
    village: tuple[Rig, Desk, Desk], died_in: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, _, steward = village
    command(rig, take_away("post_steward_a1"))

    def die(_store: Store) -> None:
        raise KeyboardInterrupt

    whole = purge._STEPS
    monkeypatch.setattr(purge, "_STEPS", (*whole[:died_in], die, *whole[died_in + 1 :]))
    with pytest.raises(KeyboardInterrupt):
        steward.sync()
    assert steward.store.state("purge.pending") == str(died_in).encode()
    monkeypatch.setattr(purge, "_STEPS", whole)
    folder = steward.store.folder
    steward.store.close()
    store = Store.open(folder, PASSPHRASE, steward.store.clock)
    try:
        again = Desk(store, steward.wire)
        assert again.store.state("purge.pending") is None
        after = searched(again)
        assert not [word for word in PLANTED if word.encode() in after]
        again.sync()
        assert again.kept().receipt == 0
    finally:
        store.close()


KILLED = """
import os, signal, sys
from pathlib import Path
from gridworker.store import purge
from tests.contract.rig import PASSPHRASE
from gridworker.store.store import Store

def die(store):
    os.kill(os.getpid(), signal.SIGKILL)

place = int(sys.argv[2])
purge._STEPS = (*purge._STEPS[:place], die, *purge._STEPS[place + 1 :])
Store.open(Path(sys.argv[1]), PASSPHRASE)
"""


def test_f18_sigkill_in_any_step_of_a_purge(village: tuple[Rig, Desk, Desk]) -> None:
    """The steps are gone through by processes that are killed, each one step further."""
    _, _, steward = village
    scope = purge.ScopeNow(2, frozenset({bucket_id(named("root"), "common")}))
    with steward.store.database.write() as connection:
        assert purge.take_scope(connection, scope)
    folder, key = steward.store.folder, steward.store._key
    steward.store.close()
    for place in range(len(purge._STEPS)):
        died = subprocess.run(
            [sys.executable, "-c", KILLED, str(folder), str(place)],
            cwd=Path(__file__).resolve().parents[2], capture_output=True, timeout=60, check=False,
        )  # fmt: skip
        assert died.returncode == -9, died.stderr.decode()[-2000:]
    store = Store.open(folder, PASSPHRASE)
    store.close()
    after = decrypted(folder, key)
    assert not [word for word in PLANTED if word.encode() in after]


def test_an_entry_whose_record_is_gone_leaves_no_word_in_the_search_table(
    village: tuple[Rig, Desk, Desk],
) -> None:
    _, _, steward = village
    with steward.store.database.write() as connection:
        connection.exec_driver_sql("DELETE FROM visit")
        assert search.matching_rids(connection, BY_NAME["visit"], "qvisitplanted", 10)
        search.forget_missing(connection, BY_NAME["visit"])
        assert not search.matching_rids(connection, BY_NAME["visit"], "qvisitplanted", 10)
        blocks = connection.exec_driver_sql("SELECT block FROM find_visit_data").fetchall()
    assert not any(b"visitplanted" in block[0] for block in blocks)
