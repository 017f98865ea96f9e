"""A plan that two devices make apart: the same household and week are one item, whatever each did with it meanwhile."""

from __future__ import annotations

import json

from gridworker.models.days import Week
from gridworker.models.planning import plan_item_id
from gridworker.services import duty, plan
from gridworker.services.visits import VisitForm, log_visit
from tests.contract.rig import Desk, Rig
from tests.contract.village import DAY, home, named

WEEK, NOW = Week.parse("2026-W48"), Week.of_day(DAY)
HOME = named(home("a1", 1))


def settle(*desks: Desk) -> None:
    """Until everybody has everything."""
    for _ in range(2):
        for desk in desks:
            desk.sync()


def item(desk: Desk) -> tuple[object, ...]:
    (found,) = desk.rows(
        "SELECT state, planned_on, deleted FROM plan_item WHERE id = ?", plan_item_id(HOME, WEEK)
    )
    return found


def refused(*desks: Desk) -> list[tuple[object, ...]]:
    rows = [
        row for desk in desks for row in desk.rows("SELECT entity, result FROM outbox WHERE result NOT NULL")
    ]
    return [row for row in rows if json.loads(row[1])["outcome"] == "rejected"]


def two(rig: Rig) -> tuple[Desk, Desk]:
    desks = rig.desk("steward_a1"), rig.desk("grid_a")
    settle(*desks)
    return desks


def test_planned_on_both_is_one_item(rig: Rig) -> None:
    steward, chief = two(rig)
    plan.add(steward.store, (HOME,), WEEK, "2026-11-24")
    plan.add(chief.store, (HOME,), WEEK, "2026-11-26")
    settle(steward, chief)
    assert rig.one("SELECT count(*) FROM plan_item") == 1
    assert item(steward) == item(chief) == ("planned", "2026-11-24", 0)  # who came first
    assert refused(steward, chief) == []


def test_both_visit_and_neither_visit_is_refused(rig: Rig) -> None:
    steward, chief = two(rig)
    plan.add(steward.store, (HOME,), NOW)
    settle(steward, chief)
    log_visit(steward.store, VisitForm(HOME, DAY, "met", said="见到了"))
    log_visit(chief.store, VisitForm(HOME, DAY, "absent"))
    settle(steward, chief)
    assert rig.one("SELECT count(*) FROM visit") == 2
    for desk in (steward, chief):
        assert desk.one("SELECT state FROM plan_item WHERE id = ?", plan_item_id(HOME, NOW)) == "done"
    assert refused(steward, chief) == []


def test_visited_although_dropped_elsewhere(rig: Rig) -> None:
    steward, chief = two(rig)
    plan.add(steward.store, (HOME,), NOW)
    settle(steward, chief)
    plan.drop(chief.store, plan_item_id(HOME, NOW), "不用去了")
    chief.sync()
    log_visit(steward.store, VisitForm(HOME, DAY, "met"))
    settle(steward, chief)
    for desk in (steward, chief):
        assert desk.one("SELECT state FROM plan_item WHERE id = ?", plan_item_id(HOME, NOW)) == "done"
    assert refused(steward, chief) == []


def test_a_visit_stands_when_its_plan_was_withdrawn_elsewhere(rig: Rig) -> None:
    steward, chief = two(rig)
    plan.add(steward.store, (HOME,), NOW)
    settle(steward, chief)
    plan.withdraw(chief.store, [plan_item_id(HOME, NOW)])
    chief.sync()
    log_visit(steward.store, VisitForm(HOME, DAY, "met", said="照样去了"))
    settle(steward, chief)
    assert rig.rows("SELECT said FROM visit") == [("照样去了",)]
    assert chief.one("SELECT count(*) FROM visit") == 1


def test_a_duty_reaches_the_steward_and_its_note_does_not(rig: Rig) -> None:
    steward, chief = two(rig)
    me = chief.store.known.member_id
    assert me is not None
    duty.assign(chief.store, named("grid_a"), "2026-11-24", "day", me)
    (record,) = chief.rows("SELECT id FROM duty")[0]
    duty.hand_over(chief.store, record, "三号楼的钥匙在抽屉里")
    settle(steward, chief)
    assert steward.rows("SELECT state FROM duty") == chief.rows("SELECT state FROM duty") == [("done",)]
    # What is handed over may speak of residents' matters of the whole grid.
    assert (rig.one("SELECT count(*) FROM duty_note"), steward.one("SELECT count(*) FROM duty_note")) == (
        1,
        0,
    )
