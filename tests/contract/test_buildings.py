"""New buildings under a server: asked for on one laptop, judged by the server, lived in on another."""

from __future__ import annotations

from gridworker.services import reorganisation as plans
from gridworker.services.buildings import Site, build
from gridworker.services.households import add_household
from tests.contract.rig import Desk, Rig
from tests.contract.village import DAY, named

SITE = Site("新村", "1-2", "1-2", "6")


def units(desk: Desk | Rig) -> list[object]:
    return [
        row[0]
        for row in desk.rows("SELECT code FROM unit WHERE deleted = 0 AND code LIKE 'XC-%' ORDER BY code")
    ]


def test_new_buildings_reach_everybody_and_are_lived_in(rig: Rig) -> None:
    secretary, steward = rig.desk("secretary"), rig.desk("steward_a1")
    for desk in (secretary, steward):
        desk.sync()
    asked = plans.ask(secretary.store, build(secretary.store, named("a1"), SITE), DAY, "新交付")
    assert asked.state == "requested" and units(secretary) == []
    for desk in (secretary, secretary, steward):
        desk.sync()
    assert units(rig) == units(secretary) == units(steward) == ["XC-1-1", "XC-1-2", "XC-2-1", "XC-2-2"]
    (unit,) = steward.rows("SELECT id FROM unit WHERE code = 'XC-2-1'")[0]
    made = add_household(steward.store, unit, "101", 1, {}).record
    for desk in (steward, secretary):
        desk.sync()
    assert secretary.one("SELECT code FROM household WHERE id = ?", made) == "XC-2-1-101"
    assert rig.one("SELECT state FROM tree_plan WHERE id = ?", asked.plan_id) == "applied"


def test_the_same_building_from_two_laptops_is_made_once(rig: Rig) -> None:
    one, other = rig.desk("secretary"), rig.desk("secretary")
    for desk in (one, other):
        desk.sync()
    for desk in (one, other):
        plans.ask(desk.store, build(desk.store, named("a1"), SITE), DAY)
    for desk in (one, other, one, other):
        desk.sync()
    assert units(rig) == units(one) == units(other) == ["XC-1-1", "XC-1-2", "XC-2-1", "XC-2-2"]
    states = sorted(rig.rows("SELECT state, coalesce(refusal, '') FROM tree_plan WHERE deleted = 0"))
    assert [state for state, _ in states] == ["applied", "refused"]
    assert states[1][1].startswith(("stale_tree", "address_taken"))
