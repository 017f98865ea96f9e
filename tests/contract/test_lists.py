"""What two offline computers ask for and only one can have; steps that meet a record somebody moved; what only the
server may decide. Nothing is lost: each ends as a record that says what became of it."""

from __future__ import annotations

import json
import random
from collections.abc import Callable

import pytest

from gridworker.errors import FieldInvalid
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, Outcome, Value
from gridworker.models.project import CHECKLIST
from gridworker.services import deliberation, demands, lists, outcomes, projects
from gridworker.store.queries.health import examine
from tests.contract.rig import Desk, Rig, ask, op
from tests.contract.village import DAY, home, named

ORG = named("org")


def settle(*desks: Desk) -> None:
    """Until everybody has everything."""
    for _ in range(2):
        for desk in desks:
            desk.sync()


def two(rig: Rig) -> tuple[Desk, Desk]:
    """Two computers of the office."""
    desks = rig.desk("secretary"), rig.desk("secretary")
    settle(*desks)
    return desks


def rejected(*desks: Desk) -> list[tuple[str, str, str]]:
    """(entity, code, reason or present state) of every op that the server refused."""
    rows = [row for desk in desks for row in desk.rows("SELECT entity, result FROM outbox ORDER BY seq")]
    results = [(entity, json.loads(result)) for entity, result in rows if result]
    return [
        (entity, r["code"], r["values"].get("reason") or r["values"].get("state", ""))
        for entity, r in results
        if r["outcome"] == "rejected"
    ]


def hall(desk: Desk) -> bytes:
    values: dict[str, Value] = {
        "name": "议事厅",
        "kind": "venue",
        "provider_id": ORG,
        "serves": "venue",
        "price_mode": "free",
    }
    return lists.add_resource(desk.store, values).record


def need(desk: Desk, title: str = "想有个活动场地") -> bytes:
    return lists.add_need(desk.store, {"title": title, "category": "venue"}).record


def test_a_need_has_the_number_of_a_demand_that_somebody_else_registered(rig: Rig) -> None:
    steward, office = rig.desk("steward_a1"), rig.desk("secretary")
    settle(steward, office)
    place = ("household_id", named(home("a1", 1)))
    made = demands.register(steward.store, demands.DemandForm(place, "坡道太陡", "推不上去", "safety"))
    settle(steward, office)
    outcomes.list_demand(office.store, made.demand_id, "坡道要改")
    settle(steward, office)
    assert (rejected(office), rig.rows("SELECT no FROM need")) == ([], [(made.no,)])


def test_a_resource_promised_twice_offline_is_given_once_and_the_other_is_told(rig: Rig) -> None:
    office, laptop = two(rig)
    room, one, other = hall(office), need(office), need(office, "书法班要教室")
    settle(office, laptop)
    days = {"from_on": "2026-11-28", "to_on": "2026-11-28"}
    first = lists.promise(office.store, room, {"need_id": one, **days})
    second = lists.promise(laptop.store, room, {"need_id": other, **days})
    third = lists.promise(
        laptop.store, room, {"need_id": other, "from_on": "2026-11-29", "to_on": "2026-11-29"}
    )
    assert (first.state, second.state, third.state) == ("requested",) * 3
    laptop.sync()  # whose request arrives first has it, whoever asked first
    settle(office, laptop)
    found = {
        first.done.record: ("refused", "promised_already"),
        second.done.record: ("confirmed", None),
        third.done.record: ("confirmed", None),
    }
    for desk in (office, laptop):
        rows = desk.rows("SELECT id, state, refusal FROM resource_promise")
        assert {row[0]: row[1:] for row in rows} == found
    assert rejected(office, laptop) == []
    lists.release(laptop.store, second.done.record, "改在室外了")
    settle(laptop, office)
    again = lists.promise(office.store, room, {"need_id": one, **days})
    settle(office, laptop)
    assert laptop.rows("SELECT state FROM resource_promise WHERE id = ?", again.done.record) == [
        ("confirmed",)
    ]


def test_a_task_claimed_twice_offline_has_one_claim(rig: Rig) -> None:
    office, laptop = two(rig)
    task = lists.publish_task(office.store, {"title": "广场缺座椅", "audience": "partner_unit"}).record
    settle(office, laptop)
    mine, theirs = lists.claim(office.store, task, ORG), lists.claim(laptop.store, task, ORG, "我们有木料")
    settle(office, laptop)
    for desk in (office, laptop):
        rows = desk.rows("SELECT id, state, coalesce(refusal, '') FROM task_claim")
        assert {row[0]: row[1:] for row in rows} == {
            mine.done.record: ("confirmed", ""),
            theirs.done.record: ("refused", "claimed_already"),
        }
    lists.finish_task(laptop.store, task, "座椅装好了")
    settle(laptop, office)
    assert office.rows("SELECT state, result FROM task") == [("done", "座椅装好了")]
    assert rejected(office, laptop) == []
    late = lists.claim(office.store, task, ORG)
    office.sync()
    assert office.rows("SELECT state, refusal FROM task_claim WHERE id = ?", late.done.record) == [
        ("refused", "task_ended")
    ]


def test_only_the_server_confirms(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    office = rig.desk("secretary")
    office.sync()
    task = lists.publish_task(office.store, {"title": "广场缺座椅", "audience": "shop"}).record
    office.sync()
    me = office.store.known.member_id
    last = office.one("SELECT max(seq) FROM outbox")
    record = named("claim")
    values: dict[str, Value] = {"task_id": task, "org_unit_id": ORG, "by_member_id": me}
    forged = Draft("task_claim", record, OpKind.EVENT, {EVENT: "refuse"}, {"state": "requested"})
    in_anothers_name: dict[str, Value] = {**values, "by_member_id": named("member_grid_a")}
    first, second, third, fourth = ask(
        office,
        [
            op(last + 1, Draft("task_claim", named("x"), OpKind.CREATE, in_anothers_name)),
            op(last + 2, Draft("task_claim", named("y"), OpKind.CREATE, {**values, "state": "confirmed"})),
            op(last + 3, Draft("task_claim", record, OpKind.CREATE, values)),
            op(last + 4, forged),
        ],
    ).results
    assert (first.outcome, first.code) == (Outcome.REJECTED, "not_allowed")
    assert (second.code, second.values["reason"]) == ("field_invalid", "only_by_event")
    assert third.outcome is Outcome.MERGED
    assert (fourth.outcome, fourth.code) == (Outcome.REJECTED, "stale_transition")
    assert rig.rows("SELECT id, state FROM task_claim") == [(record, "confirmed")]


def project(desk: Desk) -> bytes:
    values: dict[str, Value] = {
        "title": "电动车棚", "fund_source": "dedicated", "applicant_org_id": ORG, "lead_type": "community",
        "lead_name": "社区", "goal": "有处充电", "target_groups": "everybody", "content": "建车棚", "method": "共建",
        "effect_indicator": "飞线处数", "effect_base": "12", "effect_target": "0", "long_term_plan": "物业管护",
        "start_on": "2026-12-01", "end_on": "2027-03-01",
    }  # fmt: skip
    return projects.add(desk.store, values, (need(desk),)).record


def test_a_step_that_meets_a_moved_project_takes_effect_or_is_refused_with_what_is_possible(rig: Rig) -> None:
    office, laptop = two(rig)
    record = project(office)
    projects.move(office.store, record, "draft")
    projects.move(office.store, record, "submit")
    projects.begin_screening(office.store, record)
    settle(office, laptop)
    me = office.store.known.member_id
    assert me is not None
    projects.screen(office.store, record, me, (), "rejected", "是一次活动，不是项目")
    projects.screen(laptop.store, record, me, CHECKLIST, "approved")
    settle(office, laptop)
    assert laptop.rows("SELECT state, round FROM project") == office.rows("SELECT state, round FROM project")
    assert laptop.rows("SELECT state FROM project") == [("rejected",)]
    # The whole act of the second is refused: no screening stays that decided nothing.
    assert rejected(laptop) == [
        ("project_screening", "field_invalid", "not_in_screening"),
        ("project", "stale_transition", "rejected"),
    ]
    assert rig.one("SELECT count(*) FROM project_screening") == 1
    projects.move(office.store, record, "draft")
    projects.move(laptop.store, record, "draft")  # the same wish of two people is no quarrel
    settle(office, laptop)
    assert rejected(office) == [] and len(rejected(laptop)) == 2
    assert laptop.rows("SELECT state FROM project") == [("drafted",)]


def test_a_closed_year_refuses_what_an_offline_computer_still_wrote(rig: Rig) -> None:
    office, laptop = two(rig)
    record = project(office)
    settle(office, laptop)
    projects.close_year(office.store, 2026)
    office.sync()
    projects.add_part(laptop.store, "project_milestone", record, {"title": "开工", "due_on": "2026-12-01"})
    laptop.sync()
    assert rejected(laptop) == [("project_milestone", "field_invalid", "year_closed")]
    assert rig.one("SELECT count(*) FROM project_milestone") == 0
    settle(laptop, office)
    with pytest.raises(FieldInvalid) as refused:
        projects.edit(laptop.store, record, {"title": "电动车棚"}, {"title": "车棚"})
    assert refused.value.values["reason"] == "year_closed"


def test_money_and_screening_reach_only_the_office(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    office, chief, viewer = rig.desk("secretary"), rig.desk("grid_a"), rig.desk("viewer")
    settle(office, chief, viewer)
    record = project(office)
    budget: dict[str, Value] = {"kind": "goods", "title": "钢架", "planned_fen": 1_250_050}
    projects.add_part(office.store, "project_budget", record, budget)
    settle(office, chief, viewer)
    for desk in (chief, viewer):
        assert desk.rows("SELECT title FROM project") == [("电动车棚",)]
        assert desk.holds("project_budget") == desk.holds("project_screening") == set()
    assert rig.one("SELECT planned_fen FROM project_budget") == 1_250_050


def test_votes_and_attendance_of_two_computers_never_exceed_who_was_there(
    make_rig: Callable[..., Rig],
) -> None:
    rig = make_rig()
    office, laptop = two(rig)
    store = office.store
    values: dict[str, Value] = {
        "title": "坡道太陡",
        "area_unit_id": named("root"),
        "raised_from": "demand",
        "level": "community",
    }
    issue = deliberation.raise_issue(store, values).record
    deliberation.move_issue(store, issue, "review")
    deliberation.move_issue(store, issue, "accept")
    me = store.known.member_id
    held: dict[str, Value] = {"kind": "joint", "area_unit_id": named("root"), "held_on": DAY, "place_text": "会议室",
            "convenor_id": me, "chair_id": me, "recorder_id": me}  # fmt: skip
    meeting = deliberation.plan_meeting(store, held, (issue,)).record
    deliberation.move_meeting(store, meeting, "call", short_notice_reason="天冷路滑")
    deliberation.set_attendance(store, meeting, [{"capacity": "resident", "head_count": 9}])
    deliberation.move_meeting(store, meeting, "hold")
    settle(office, laptop)
    deliberation.set_attendance(office.store, meeting, [{"capacity": "resident", "head_count": 5}])
    tally: dict[str, Value] = {"method": "hands", "votes_for": 7, "votes_against": 1, "votes_abstain": 1}
    deliberation.record_vote(laptop.store, meeting, issue, tally)
    settle(office, laptop)
    assert rejected(laptop) == [("meeting_vote", "field_invalid", "votes_exceed_present")]
    assert rig.one("SELECT count(*) FROM meeting_vote") == 0


@pytest.mark.parametrize("seed", range(3))
def test_whatever_two_offline_computers_promise_there_is_never_less_than_none(
    make_rig: Callable[..., Rig], seed: int
) -> None:
    """Random promises, releases, deletions and syncs against the plain sum day by day; nothing is left undecided."""
    dice, rig = random.Random(seed), make_rig()
    desks = two(rig)
    values: dict[str, Value] = {
        "name": "折叠桌",
        "kind": "venue",
        "provider_id": ORG,
        "serves": "venue",
        "quantity": 3,
    }
    table = lists.add_resource(desks[0].store, {**values, "price_mode": "free"}).record
    for_what = need(desks[0])
    settle(*desks)
    for _ in range(40):
        desk, chance = dice.choice(desks), dice.random()
        own = desk.rows(
            "SELECT id FROM resource_promise WHERE state IN ('requested', 'confirmed') AND deleted = 0"
        )
        if chance < 0.5:
            first = dice.randint(20, 28)
            days = {"from_on": f"2026-11-{first}", "to_on": f"2026-11-{first + dice.randint(0, 2)}"}
            wanted = {"need_id": for_what, "amount": dice.randint(1, 2), **days}
            lists.promise(desk.store, table, wanted)  # type: ignore[arg-type]
        elif chance < 0.7 and own:
            lists.release(desk.store, dice.choice(own)[0], "改期")
        else:
            desk.sync()
        _never_too_much(rig, 3)
    settle(*desks)
    _never_too_much(rig, 3)
    seen = [desk.rows("SELECT id, state, refusal FROM resource_promise ORDER BY id") for desk in desks]
    assert seen[0] == seen[1] == rig.rows("SELECT id, state, refusal FROM resource_promise ORDER BY id")
    states = {row[1] for row in seen[0]}
    assert "requested" not in states and {"confirmed", "refused"} <= states
    # Who gives up what was refused meanwhile, or what somebody gave up already, did not quarrel.
    assert rejected(*desks) == []


def _never_too_much(rig: Rig, quantity: int) -> None:
    rows = rig.rows(
        "SELECT amount, from_on, to_on FROM resource_promise WHERE deleted = 0 AND state = 'confirmed'"
    )
    for day in range(20, 31):
        on = f"2026-11-{day}"
        assert sum(amount for amount, first, last in rows if first <= on <= last) <= quantity


def test_an_agenda_with_an_issue_of_another_grid_is_no_fault(rig: Rig) -> None:
    steward, office = rig.desk("steward_a1"), rig.desk("secretary")
    values: dict[str, Value] = {
        "title": "路灯",
        "area_unit_id": named("b1"),
        "raised_from": "patrol",
        "level": "yard",
    }
    settle(office, steward)
    elsewhere = deliberation.raise_issue(office.store, values).record
    deliberation.move_issue(office.store, elsewhere, "review")
    deliberation.move_issue(office.store, elsewhere, "accept")
    held: dict[str, Value] = {
        "kind": "yard",
        "area_unit_id": named("root"),
        "held_on": DAY,
        "place_text": "院里",
    }
    meeting = deliberation.plan_meeting(office.store, held, (elsewhere,)).record
    settle(office, steward)
    assert (steward.holds("issue"), steward.holds("meeting")) == (set(), {meeting})
    assert steward.holds("agenda_item") and examine(steward.store) == ()
