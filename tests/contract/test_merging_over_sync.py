"""F8–F12: what two people's work makes of each other, over two devices and a server."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gridworker.models.op import Draft, OpKind
from tests.contract.rig import Desk, Rig
from tests.contract.test_agreeing import in_agreement
from tests.contract.test_exchange import copies_agree
from tests.contract.village import change, home, named, visit

PLACE = named(home("a1", 1))
RESIDENT = named(home("a1", 1) + "_r")


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig()


def two(rig: Rig) -> tuple[Desk, Desk]:
    desks = rig.desk("steward_a1"), rig.desk("grid_a")
    for desk in desks:
        desk.sync()
    return desks


def meet(rig: Rig, *desks: Desk) -> None:
    for desk in (*desks, *desks):
        desk.sync()
    for desk in desks:
        copies_agree(rig, desk)
        assert in_agreement(rig, desk)


def test_f08_two_edits_of_one_field_keep_the_first_and_ask_on_both_devices(rig: Rig) -> None:
    first, second = two(rig)
    first.save(change("household", PLACE, "note", None, "甲"))
    second.save(change("household", PLACE, "note", None, "乙"))
    meet(rig, first, second)
    for desk in (first, second):
        assert desk.one("SELECT note FROM household WHERE id = ?", PLACE) == "甲"
        assert desk.rows("SELECT mine, theirs, state FROM conflict") == [("乙", "甲", "open")]


def test_f09_two_edits_of_different_fields_are_both_kept(rig: Rig) -> None:
    first, second = two(rig)
    first.save(change("household", PLACE, "note", None, "甲"))
    second.save(change("household", PLACE, "preferred_time", None, "evening"))
    meet(rig, first, second)
    for desk in (first, second):
        assert desk.rows("SELECT note, preferred_time FROM household WHERE id = ?", PLACE) == [
            ("甲", "evening")
        ]
        assert desk.rows("SELECT id FROM conflict") == []


def test_f10_an_edit_after_a_remote_deletion_ends_in_a_conflict_and_restoring_works(rig: Rig) -> None:
    first, second = two(rig)
    first.save(Draft("resident", RESIDENT, OpKind.DELETE, {}))
    second.save(change("resident", RESIDENT, "salutation", None, "老师"))
    meet(rig, first, second)
    for desk in (first, second):
        assert desk.one("SELECT deleted FROM resident WHERE id = ?", RESIDENT) == 1
        assert desk.rows("SELECT kind, state FROM conflict") == [("edited_after_delete", "open")]
    first.save(Draft("resident", RESIDENT, OpKind.RESTORE, {}))
    meet(rig, first, second)
    for desk in (first, second):
        assert desk.one("SELECT deleted FROM resident WHERE id = ?", RESIDENT) == 0


def test_f11_ones_own_push_comes_back_as_nothing(rig: Rig) -> None:
    first, _ = two(rig)
    first.save(change("household", PLACE, "note", None, "甲"), visit(home("a1", 1), "一"))
    account = first.sync()
    assert account.rows == 0
    again = first.sync()
    assert again.rows == 0
    assert not any(changes for changes in again.changes)


def test_f12_the_same_visit_typed_by_two_workers_is_kept_twice(rig: Rig) -> None:
    first, second = two(rig)
    first.save(visit(home("a1", 1), "同一次"))
    second.save(visit(home("a1", 1), "同一次"))
    meet(rig, first, second)
    for desk in (first, second):
        assert desk.one("SELECT count(*) FROM visit WHERE household_id = ?", PLACE) == 2


def test_f41_a_file_locked_by_another_program_is_waited_for_and_then_said(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gridworker import errors
    from gridworker.store.database import connect_raw

    first, _ = two(rig)
    other = connect_raw(first.store.database.path, first.store._key)
    other.execute("PRAGMA busy_timeout = 0")
    other.execute("BEGIN IMMEDIATE")
    with first.store.database.bare() as raw:
        raw.execute("PRAGMA busy_timeout = 50")
    with pytest.raises(errors.DatabaseBusy):
        first.save(visit(home("a1", 1), "被锁"))
    other.execute("ROLLBACK")
    first.save(visit(home("a1", 1), "之后"))
    first.sync()
    assert rig.rows("SELECT said FROM visit") == [("之后",)]
    other.close()
