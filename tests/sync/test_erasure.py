"""F43: an erased record is gone from the server at once and from every device at its next exchange: search, drafts,
ops and the audit's payload too; the tombstone stays, the chains hold, and what is pushed about it later is not kept."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, Outcome
from gridworker.server import checks, trail
from gridworker.server.database import only_domain
from gridworker.services.rights import erase
from gridworker.store import audit, backup, purge, statistics
from gridworker.store.database import Database
from tests.contract.rig import Desk, Rig, ask, op
from tests.contract.village import change, home, named, visit
from tests.sync.pages import decrypted
from tests.sync.test_purge import PLANTED, command, plant, searched, take_away

HOME = home("a1", 1)
#: What is left of the household must not hold any of these; the note and the answered op lie in another household.
WORDS = ("qvisitplanted", "苏桐栖野")


@pytest.fixture
def village(make_rig: Callable[..., Rig]) -> tuple[Rig, Desk, Desk]:
    """A rig, the secretary's desk and the steward of a1's with planted words; both in agreement."""
    rig = make_rig()
    secretary, steward = rig.desk("secretary"), rig.desk("steward_a1")
    secretary.sync()
    steward.sync()
    plant(rig, steward)
    secretary.sync()
    while secretary.store.index_some():
        pass
    return rig, secretary, steward


def on_the_server(rig: Rig) -> bytes:
    """Everything in the server's file, free pages and log too."""
    database = rig.database._database
    assert isinstance(database, Database)
    database.checkpoint()
    key = (rig.folder / "server" / "server.key").read_text()
    return decrypted(rig.folder / "server", bytes.fromhex(key.strip()))


def sound(rig: Rig, *desks: Desk) -> None:
    """The audit chains hold, the server agrees with itself, and the kept figures are those of a full scan."""
    with rig.database.read() as connection:
        assert checks.findings(connection, only_domain(connection)) == []
    for desk in desks:
        with desk.store.database.read() as connection:
            assert audit.broken_at(connection) is None
            assert statistics.difference(connection) == []
            assert connection.exec_driver_sql("PRAGMA foreign_key_check").fetchone() is None


def test_f43_an_erased_household_is_gone_everywhere(village: tuple[Rig, Desk, Desk]) -> None:
    rig, secretary, steward = village
    for word in WORDS:
        assert word.encode() in on_the_server(rig)
        assert word.encode() in searched(secretary)
        assert word.encode() in searched(steward)
    steward.store.drafts.keep(new_id(), named(HOME), {"said": "qdraftoferased"})
    offline = new_id()
    erase(secretary.store, "household", named(HOME), "auf Verlangen")
    assert not [w for w in WORDS if w.encode() in searched(secretary)]
    steward.save(visit(HOME, "qlatevisit", record=offline))  # not told yet
    secretary.sync()
    assert not [w for w in WORDS if w.encode() in on_the_server(rig)]
    about = "FROM device_op d JOIN erasure e ON e.domain_id = d.domain_id AND e.record_id = d.record_id"
    assert rig.rows(f"SELECT DISTINCT d.salt, d.mac {about}") == [(None, None)]
    steward.sync()
    answers = [
        json.loads(row[0]) for row in steward.rows("SELECT result FROM outbox WHERE record_id = ?", offline)
    ]
    assert [(a["outcome"], a["code"]) for a in answers] == [("held", "erased")]
    gone = (*WORDS, "qlatevisit", "qdraftoferased")
    for name, content in (("steward", searched(steward)), ("server", on_the_server(rig))):
        assert not [word for word in gone if word.encode() in content], name
    assert rig.rows("SELECT reason, state, ops FROM held_op") == [("erased", "rejected", None)]
    assert rig.rows("SELECT salt, mac FROM device_op WHERE record_id = ?", offline) == [(None, None)]
    for desk in (secretary, steward):
        assert named(HOME) not in desk.holds("household")
        assert desk.rows("SELECT id FROM resident WHERE household_id = ?", named(HOME)) == []
        assert desk.rows("SELECT id FROM visit WHERE household_id = ?", named(HOME)) == []
        tombstones = {row[0] for row in desk.rows("SELECT record_id FROM erasure")}
        assert {named(HOME), named(f"{HOME}_r")} <= tombstones
        assert len(desk.holds("household")) in (2, 8)  # nobody else's went along
    sound(rig, secretary, steward)


def test_payloads_of_the_audit_go_and_the_chains_hold(village: tuple[Rig, Desk, Desk]) -> None:
    rig, secretary, _ = village
    planted = audit.Act("test", "household", named(HOME), {"said": "qauditplanted"})
    secretary.store.note(planted)
    with rig.database.write() as connection:
        trail.note(connection, only_domain(connection).id, planted, None, rig.now())
    assert b"qauditplanted" in on_the_server(rig)
    assert b"qauditplanted" in searched(secretary)
    erase(secretary.store, "household", named(HOME), "auf Verlangen")
    secretary.sync()
    assert b"qauditplanted" not in on_the_server(rig)
    assert b"qauditplanted" not in searched(secretary)
    assert rig.one("SELECT count(*) FROM audit WHERE record_id = ?", named(HOME)) >= 1  # that it was, stays
    sound(rig, secretary)


def test_an_erased_resident_leaves_the_household_and_every_mention(village: tuple[Rig, Desk, Desk]) -> None:
    rig, secretary, steward = village
    person, household = named(f"{HOME}_r"), named(HOME)
    secretary.save(change("household", household, "contact_resident_id", None, person))
    secretary.save(change("resident", person, "name", "住户11", "qnameplanted"))
    secretary.sync()
    steward.sync()
    erase(secretary.store, "resident", person, "auf Verlangen")
    secretary.sync()
    steward.sync()
    for desk in (secretary, steward):
        assert desk.rows("SELECT contact_resident_id FROM household WHERE id = ?", household) == [(None,)]
        assert person not in desk.holds("resident")
        assert b"qnameplanted" not in searched(desk)
    assert rig.rows("SELECT contact_resident_id FROM household WHERE id = ?", household) == [(None,)]
    assert b"qnameplanted" not in on_the_server(rig)
    sound(rig, secretary, steward)


def test_only_the_right_erases_and_not_everything_can_be(village: tuple[Rig, Desk, Desk]) -> None:
    _, secretary, steward = village
    with pytest.raises(Exception, match="not_allowed"):
        erase(steward.store, "household", named(HOME), "x")
    with pytest.raises(Exception, match="field_invalid"):
        erase(secretary.store, "household", named(HOME), " ")
    with pytest.raises(Exception, match="field_invalid"):
        erase(secretary.store, "member", named("member_viewer"), "x")
    with pytest.raises(Exception, match="field_invalid"):
        erase(secretary.store, "household", new_id(), "x")
    forged = Draft("erasure", new_id(), OpKind.CREATE, {"entity": "household", "record_id": named(HOME)})
    (result,) = ask(
        secretary, [op(secretary.one("SELECT coalesce(max(seq), 0) FROM outbox") + 1, forged)]
    ).results
    assert result.outcome is Outcome.REJECTED
    assert named(HOME) in secretary.holds("household")


def test_erasing_twice_is_erasing_once(village: tuple[Rig, Desk, Desk]) -> None:
    rig, secretary, _ = village
    other = rig.desk("secretary")
    other.sync()
    erase(secretary.store, "household", named(HOME), "eins")
    erase(other.store, "household", named(HOME), "zwei")
    secretary.sync()
    other.sync()
    secretary.sync()
    outcomes = [json.loads(row[0])["outcome"] for row in other.rows("SELECT result FROM outbox")]
    assert outcomes == ["noop"]
    assert rig.one("SELECT count(*) FROM erasure WHERE record_id = ?", named(HOME)) == 1


def test_a_held_act_about_it_loses_its_content(village: tuple[Rig, Desk, Desk]) -> None:
    rig, secretary, steward = village
    command(rig, take_away("post_steward_a1"))
    steward.save(visit(HOME, "qheldplanted"))
    steward.sync()
    secretary.sync()
    assert b"qheldplanted" in on_the_server(rig)
    erase(secretary.store, "household", named(HOME), "auf Verlangen")
    secretary.sync()
    assert b"qheldplanted" not in on_the_server(rig)
    assert rig.rows("SELECT reason, state, ops FROM held_op") == [("erased", "rejected", None)]
    assert b"qheldplanted" not in searched(secretary)


def test_a_restored_copy_learns_what_was_erased_before_it_shows_anything(
    village: tuple[Rig, Desk, Desk], tmp_path: Path
) -> None:
    from gridworker.store.store import Store
    from tests.contract.rig import PASSPHRASE

    _, secretary, steward = village
    copy = steward.store.back_up()
    erase(secretary.store, "household", named(HOME), "auf Verlangen")
    secretary.sync()
    restored = tmp_path / "restored"
    restored.mkdir()
    (copy / "database.db").rename(restored / "gridworker.db")
    (copy / "keys.json").rename(restored / "keys.json")
    store = Store.open(restored, PASSPHRASE, steward.store.clock)
    try:
        again = Desk(store, steward.wire)
        again.sync()
        assert named(HOME) not in again.holds("household")
        assert not [w for w in WORDS if w.encode() in searched(again)]
    finally:
        store.close()


def test_erasing_where_there_is_no_server(tmp_path: Path) -> None:
    """A community that stands alone erases at once; its older copies go, too."""
    from tests.community import founded_store, household_of

    store = founded_store(tmp_path / "alone")
    try:
        record = household_of(store)
        store.back_up()
        with store.read() as connection:
            (name,) = connection.exec_driver_sql(
                "SELECT name FROM resident WHERE household_id = ? LIMIT 1", (record,)
            ).fetchone()
            left = connection.exec_driver_sql("SELECT count(*) FROM household").scalar()
        older = set(backup.rolling(store.folder))
        erase(store, "household", record, "auf Verlangen")
        assert name
        with store.read() as connection:
            assert connection.exec_driver_sql("SELECT count(*) FROM household").scalar() == left - 1
            assert statistics.difference(connection) == []
        assert not older & set(backup.rolling(store.folder))
        assert backup.rolling(store.folder)
        assert store.state(purge.RECEIPT) in (None, b"")
    finally:
        store.close()


assert set(WORDS) < set(PLANTED)


def test_f43_on_postgresql(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig("postgres")
    secretary, steward = rig.desk("secretary"), rig.desk("steward_a1")
    secretary.sync()
    steward.sync()
    plant(rig, steward)
    secretary.sync()
    erase(secretary.store, "household", named(HOME), "auf Verlangen")
    late = new_id()
    steward.save(visit(HOME, "qlatevisit", record=late))
    secretary.sync()
    steward.sync()
    for entity in ("household", "resident", "visit"):
        column = "id" if entity == "household" else "household_id"
        assert rig.rows(f"SELECT id FROM {entity} WHERE {column} = ?", named(HOME)) == []
        assert steward.rows(f"SELECT id FROM {entity} WHERE {column} = ?", named(HOME)) == []
    assert rig.rows("SELECT reason, ops FROM held_op") == [("erased", None)]
    assert rig.rows("SELECT salt, mac FROM device_op WHERE record_id = ?", late) == [(None, None)]
    sound(rig, secretary, steward)
