"""Households that are moved, split and merged on one device are so on every other; a service need is seen by those who
serve it, and ends on the server and on every device by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from gridworker.errors import NotAllowed
from gridworker.server import checks
from gridworker.server.database import only_domain
from gridworker.services.consents import (
    ConsentForm,
    NeedForm,
    add_need,
    end_need,
    record_consent,
    withdraw_consent,
)
from gridworker.services.households import add_household, edit_household, move_household
from gridworker.services.merging import merge_households, split_household
from gridworker.services.residents import add_resident
from gridworker.store.ending import start_day
from gridworker.store.queries.households import household_detail
from tests.community import take_back
from tests.contract.rig import Desk, Rig
from tests.contract.village import change, home, named, visit


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Iterator[Rig]:
    """A rig whose server agrees with itself when the test is over."""
    made = make_rig()
    yield made
    with made.database.read() as connection:
        assert checks.findings(connection, only_domain(connection)) == []


DAY = 24 * 3600
NEED = NeedForm("meal", "2026-11-27", note="qneednote")


def people(desk: Desk, household: bytes) -> set[str]:
    return {person.name for person in household_detail(desk.store, household).residents}


def family(desk: Desk, household: bytes, *names: str) -> list[bytes]:
    made = [add_resident(desk.store, household, {"name": name}).record for name in names]
    desk.sync()
    return made


def test_a_merge_and_its_undo_reach_the_other_device(rig: Rig) -> None:
    here, there = rig.desk("grid_a"), rig.desk("grid_a")
    here.sync()
    first, second = named(home("a1", 1)), named(home("a2", 1))
    family(here, second, "演示甲", "演示乙")
    here.save(visit(home("a2", 1), "记在并走的一户"))
    done = merge_households(here.store, second, first)
    here.sync(), there.sync()
    shown = household_detail(there.store, second)
    assert shown.row.id == first
    assert {"演示甲", "演示乙"} <= people(there, first)
    assert "记在并走的一户" in {entry.text for entry in shown.timeline}
    take_back(here.store, done)
    here.sync(), there.sync()
    assert household_detail(there.store, second).row.id == second
    assert not {"演示甲", "演示乙"} & people(there, first)


def test_a_split_takes_people_to_another_stewards_device(rig: Rig) -> None:
    chief, steward = rig.desk("grid_a"), rig.desk("steward_a2")
    chief.sync()
    old, target = named(home("a1", 1)), named(home("a2", 1))
    moving = family(chief, old, "演示丙", "演示丁")[1:]
    unit = household_detail(chief.store, target).unit_id
    done = split_household(chief.store, old, moving, unit, "909", 9)
    chief.sync(), steward.sync()
    assert people(steward, done.record) == {"演示丁"}
    assert old not in steward.holds("household")
    take_back(chief.store, done)
    chief.sync(), steward.sync()
    assert not steward.rows("SELECT 1 FROM resident WHERE name = '演示丁'")


def test_a_moved_household_goes_with_everything_and_comes_back(rig: Rig) -> None:
    chief, left, found = rig.desk("grid_a"), rig.desk("steward_a1"), rig.desk("steward_a2")
    for desk in (chief, left, found):
        desk.sync()
    moving = named(home("a1", 2))
    family(chief, moving, "演示戊")
    unit = household_detail(chief.store, named(home("a2", 1))).unit_id
    done = move_household(chief.store, moving, unit, "808", 8)
    for desk in (chief, left, found):
        desk.sync()
    assert people(found, moving) >= {"演示戊"}
    assert moving not in left.holds("household")
    take_back(chief.store, done)
    for desk in (chief, left, found):
        desk.sync()
    assert people(left, moving) >= {"演示戊"}
    assert moving not in found.holds("household")


def test_a_steward_adds_only_in_the_own_micro_grid(rig: Rig) -> None:
    chief, steward = rig.desk("grid_a"), rig.desk("steward_a1")
    chief.sync(), steward.sync()
    own = household_detail(steward.store, named(home("a1", 1))).unit_id
    other = household_detail(chief.store, named(home("a2", 1))).unit_id
    made = add_household(steward.store, own, "707", 7, {"occupancy": "rented"})
    steward.sync(), chief.sync()
    assert household_detail(chief.store, made.record).code.endswith("-707")
    with pytest.raises(NotAllowed):
        move_household(steward.store, made.record, other, "707", 7)


def test_a_need_is_for_those_who_serve_and_ends_by_itself(rig: Rig) -> None:
    steward, chief, secretary = rig.desk("steward_a1"), rig.desk("grid_a"), rig.desk("secretary")
    steward.sync()
    person = family(steward, named(home("a1", 1)), "演示己")[0]
    add_need(steward.store, person, NEED, ConsentForm(("service_need",), separate=True))
    steward.sync(), chief.sync(), secretary.sync()
    assert len(chief.holds("service_need")) == 1
    assert not secretary.holds("service_need")
    assert secretary.holds("consent") == chief.holds("consent")
    rig.hands.now += 8 * DAY
    secretary.sync()  # anybody's first request of the day ends it on the server
    with rig.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM service_need").scalar() == 0
        kinds = connection.exec_driver_sql("SELECT kind FROM feed WHERE entity = 'service_need'")
        assert [row[0] for row in kinds] == ["MOVE_OUT"]
    late = rig.desk("grid_a")
    chief.sync(), late.sync()
    assert not chief.holds("service_need")
    assert not late.holds("service_need")
    assert len(steward.holds("service_need")) == 1
    assert [start_day(steward.store) for _ in range(2)] == [1, 0]  # without any exchange
    assert not steward.holds("service_need")
    assert not [row for row in steward.rows("SELECT payload FROM outbox") if b"qneednote" in row[0]]
    steward.sync()
    assert not steward.holds("service_need")


def test_a_need_that_comes_too_late_does_not_stay(rig: Rig) -> None:
    steward = rig.desk("steward_a1")
    steward.sync()
    person = family(steward, named(home("a1", 1)), "演示己")[0]
    add_need(steward.store, person, NEED, ConsentForm(("service_need",), separate=True))
    rig.hands.now += 8 * DAY
    steward.sync()
    with rig.database.read() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM service_need").scalar() == 0
    assert start_day(steward.store) == 1


def test_a_need_of_a_lost_post_is_refused_and_kept_by_nobody(rig: Rig) -> None:
    """Held acts are read by those who decide about them, and they see no care bucket."""
    steward = rig.desk("steward_a1")
    steward.sync()
    person = family(steward, named(home("a1", 1)), "演示壬")[0]
    rig.command(change("appointment", named("post_steward_a1"), "valid_to", None, "2026-11-19"))
    add_need(steward.store, person, NEED, ConsentForm(("service_need",), separate=True))
    steward.sync()
    assert rig.rows("SELECT id FROM held_op") == []
    assert rig.rows("SELECT id FROM service_need") == []
    found = "SELECT json_extract(CAST(result AS TEXT), '$.code') FROM outbox"
    codes = f"{found} WHERE entity IN ('service_need', 'consent')"
    assert set(steward.rows(codes)) <= {("not_allowed",), ("depends_on",)}


def test_withdrawing_wins_everywhere(rig: Rig) -> None:
    chief, steward = rig.desk("grid_a"), rig.desk("steward_a1")
    chief.sync()
    person = family(chief, named(home("a1", 1)), "演示庚")[0]
    consent = record_consent(chief.store, person, ConsentForm(("service_need",), separate=True)).record
    add_need(chief.store, person, NEED, consent)
    chief.sync(), steward.sync()
    withdraw_consent(steward.store, consent)
    steward.sync(), chief.sync()
    assert chief.one("SELECT withdrawn_on FROM consent WHERE id = ?", consent) == "2026-11-20"
    assert not chief.holds("service_need")


def test_a_need_ended_by_hand_can_be_taken_up_again(rig: Rig) -> None:
    chief, steward = rig.desk("grid_a"), rig.desk("steward_a1")
    chief.sync()
    person = family(chief, named(home("a1", 1)), "演示辛")[0]
    need = add_need(chief.store, person, NEED, ConsentForm(("service_need",), separate=True)).record
    done = end_need(chief.store, need)
    chief.sync(), steward.sync()
    take_back(chief.store, done)
    chief.sync(), steward.sync()
    assert steward.one("SELECT deleted FROM service_need") == 0


def test_taking_back_at_once_leaves_what_came_from_elsewhere_meanwhile(rig: Rig) -> None:
    here, there = rig.desk("grid_a"), rig.desk("grid_a")
    here.sync(), there.sync()
    household = named(home("a1", 2))
    seen = {
        "note": None,
        "member_count": here.one("SELECT member_count FROM household WHERE id = ?", household),
    }
    done = edit_household(here.store, household, seen, {"note": "qhere", "member_count": 7})
    here.sync(), there.sync()
    edit_household(there.store, household, {"note": "qhere"}, {"note": "qthere"})
    there.sync(), here.sync()
    undone = take_back(here.store, done)
    assert undone.left == (("household", "note"),)
    here.sync(), there.sync()
    for desk in (here, there):
        now = desk.rows("SELECT note, member_count FROM household WHERE id = ?", household)
        assert now == [("qthere", seen["member_count"])]
        assert desk.one("SELECT count(*) FROM conflict") == 0
