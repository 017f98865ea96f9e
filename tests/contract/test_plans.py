"""Plans for the trees under a server: asked for on one device, judged as a whole there, seen on every other."""

from __future__ import annotations

import pytest

from gridworker.errors import NotAllowed, PlanRefused
from gridworker.models.days import plus_days
from gridworker.models.op import Draft, OpKind, Value
from gridworker.models.tree_plan import AREA, Cover, Edit, encode_changes
from gridworker.services import reorganisation as plans
from gridworker.services.organisation import PostForm, appoint
from gridworker.store.audit import Act
from gridworker.store.rows import TreeKind
from tests.contract.rig import Desk, Rig
from tests.contract.village import DAY, HOMES_EACH, named

DAY_SECONDS = 86_400


def states(desk: Desk) -> dict[bytes, tuple[str, str]]:
    return {
        row[0]: (row[1], row[2])
        for row in desk.rows("SELECT id, state, coalesce(refusal, '') FROM tree_plan")
    }


def pass_on(desk: Desk) -> plans.Asked:
    """The stairwell of a1 goes to a2."""
    return plans.ask(desk.store, plans.pass_on(named("a1"), [named("unit_a1")], named("a2")), DAY, "划分不匀")


def test_a_plan_reaches_another_device_with_everything_it_moved(rig: Rig) -> None:
    author, other = rig.desk("secretary"), rig.desk("secretary")
    left, joined = rig.desk("steward_a1"), rig.desk("steward_a2")
    for desk in (author, other, left, joined):
        desk.sync()
    asked = pass_on(author)
    assert asked.state == "requested"
    assert states(author) == {asked.plan_id: ("requested", "")}
    for desk in (author, other, left, joined):
        desk.sync()
    assert states(author) == states(other) == {asked.plan_id: ("applied", "")}
    assert author.one(
        "SELECT micro_grid_id FROM coverage WHERE unit_id = ? AND deleted = 0", named("unit_a1")
    ) == named("a2")
    assert left.holds("household") == set()
    assert len(joined.holds("household")) == 2 * HOMES_EACH
    assert len(joined.holds("resident")) == 2 * HOMES_EACH
    assert left.holds("tree_plan") == set()  # a plan lies with the office


def test_a_plan_on_top_of_trees_that_changed_meanwhile_is_refused_with_its_reason(rig: Rig) -> None:
    first, second = rig.desk("secretary"), rig.desk("secretary")
    for desk in (first, second):
        desk.sync()
    grid = named("grid_b")
    won = plans.ask(first.store, plans.edit(first.store, TreeKind.AREA, grid, {"name": "甲"}), DAY)
    lost = plans.ask(second.store, plans.edit(second.store, TreeKind.AREA, grid, {"name": "乙"}), DAY)
    for desk in (first, second, first):
        desk.sync()
    assert states(first) == states(second)
    assert states(first) == {won.plan_id: ("applied", ""), lost.plan_id: ("refused", "stale_tree:")}
    assert second.one("SELECT name FROM area_unit WHERE id = ?", grid) == "甲"


def test_a_plan_is_taken_back_from_another_device(rig: Rig) -> None:
    author, other = rig.desk("secretary"), rig.desk("secretary")
    author.sync()
    asked = pass_on(author)
    author.sync()
    other.sync()
    back = plans.take_back(other.store, asked.plan_id, DAY)
    for desk in (other, author):
        desk.sync()
    assert states(author) == {asked.plan_id: ("reversed", ""), back.plan_id: ("applied", "")}
    steward = rig.desk("steward_a1")
    steward.sync()
    assert len(steward.holds("household")) == HOMES_EACH


def test_the_server_carries_a_plan_out_when_its_day_begins(rig: Rig) -> None:
    author, steward = rig.desk("secretary"), rig.desk("steward_a1")
    author.sync()
    steward.sync()
    changes = plans.pass_on(named("a1"), [named("unit_a1")], named("a2"))
    tomorrow = plus_days(DAY, 1)
    asked = plans.ask(author.store, changes, tomorrow)
    author.sync()
    steward.sync()
    assert states(author) == {asked.plan_id: ("planned", "")}
    assert len(steward.holds("household")) == HOMES_EACH
    rig.hands.now += DAY_SECONDS
    steward.sync()
    author.sync()
    assert steward.holds("household") == set()
    assert states(author) == {asked.plan_id: ("applied", "")}
    assert author.one("SELECT valid_from FROM coverage WHERE micro_grid_id = ? AND unit_id = ? AND deleted = 0",
                      named("a2"), named("unit_a1")) == tomorrow  # fmt: skip


def test_an_appointment_is_asked_for_and_widens_the_scope(rig: Rig) -> None:
    author, steward = rig.desk("secretary"), rig.desk("steward_a1")
    author.sync()
    steward.sync()
    form = PostForm("micro_grid_leader", named("b1"), DAY)
    assert appoint(author.store, named("member_steward_a1"), form).state == "requested"
    author.sync()
    steward.sync()
    steward.sync()
    assert len(steward.holds("household")) == 2 * HOMES_EACH


def test_who_may_not_change_the_trees_is_refused_here_and_there(rig: Rig) -> None:
    leader = rig.desk("grid_a")
    leader.sync()
    with pytest.raises(NotAllowed):
        plans.ask(leader.store, plans.edit(leader.store, TreeKind.AREA, named("a1"), {"name": "新"}), DAY)
    with pytest.raises(PlanRefused):
        plans.ask(leader.store, (Cover((named("unit_b1"),), named("a1"), named("a2")),), DAY)


def test_the_server_believes_no_state_and_no_author_that_a_device_sends(rig: Rig) -> None:
    author = rig.desk("secretary")
    author.sync()
    text = encode_changes([Edit(AREA, named("grid_b"), {"name": "另一个"}, {"name": "新"})])
    values: dict[str, Value] = {"effective_on": DAY, "base_tree_version": 1, "changes": text, "state": "applied",
              "by_member_id": named("member_secretary")}  # fmt: skip
    author.store.save([Draft("tree_plan", b"p" * 16, OpKind.CREATE, values)], Act("test"))
    assert states(author)[b"p" * 16] == ("requested", "")
    author.sync()
    assert states(author)[b"p" * 16] == ("refused", "stale_tree:")
    forged = {**values, "by_member_id": named("member_viewer")}
    with pytest.raises(NotAllowed):
        author.store.save([Draft("tree_plan", b"q" * 16, OpKind.CREATE, forged)], Act("test"))
