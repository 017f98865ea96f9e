"""The week's plan as a person works with it, and what a logged visit does to it."""

from __future__ import annotations

import pytest

from gridworker.errors import FieldInvalid, NotFound
from gridworker.models.days import Week
from gridworker.models.planning import Capacity, plan_item_id
from gridworker.services import plan
from gridworker.services.households import opt_out
from gridworker.services.undo import undo
from gridworker.services.visits import amend_visit, log_visit, log_visits, void_visit, void_visits
from gridworker.store.queries import tree
from gridworker.store.queries.week_plan import PlanRow, WeekPlan, week_plan
from gridworker.store.store import Store
from tests.community import TODAY, counts, form, household_of, one

NOW, NEXT, LATER = Week.parse("2026-W47"), Week.parse("2026-W48"), Week.parse("2026-W50")


def shown(store: Store, week: Week = LATER) -> WeekPlan:
    return week_plan(store, tree.default_scope(store), week)


def row_of(store: Store, household: bytes, week: Week = NOW) -> PlanRow:
    return next(row for row in shown(store, week).rows if row.home.id == household)


def fresh(store: Store, place: int = 0) -> bytes:
    """A household that stands in no plan and was not visited this week."""
    found = one(
        store,
        "SELECT h.id FROM household h JOIN household_stat s ON s.household_id = h.id WHERE h.occupancy <> 'vacant' "
        "AND coalesce(h.visit_opt_out, 0) = 0 AND coalesce(s.last_visit_on, '') < '2026-11-16' "
        "AND NOT EXISTS (SELECT 1 FROM plan_item i WHERE i.household_id = h.id) ORDER BY h.code LIMIT 1 OFFSET ?",
        place,
    )
    assert isinstance(found, bytes)
    return found


def test_proposed_accepted_and_not_proposed_again(alone: Store) -> None:
    scope = tree.default_scope(alone)
    proposed = plan.proposal(alone, scope, LATER)
    assert proposed
    changes = plan.accept(alone, LATER, proposed)
    assert changes.touched["plan_item"] == {plan_item_id(p.household_id, LATER) for p in proposed}
    found = shown(alone)
    assert {(r.home.id, r.reason, r.planned_on, r.part, r.state) for r in found.rows} == {
        (p.household_id, p.reason, p.planned_on, p.part, "planned") for p in proposed
    }
    assert found.total.planned == len(proposed) == sum(part.planned for _, _, part in found.micros)
    assert {p.household_id for p in plan.proposal(alone, scope, LATER)} & {
        p.household_id for p in proposed
    } == set()
    plan.withdraw(alone, sorted(changes.touched["plan_item"]))
    assert shown(alone).rows == ()
    assert plan.proposal(alone, scope, LATER) == proposed
    plan.accept(alone, LATER, proposed[:1])
    assert [r.state for r in shown(alone).rows] == ["planned"]  # what was taken back can be planned again


def test_capacity_is_this_computers_and_kept(alone: Store) -> None:
    assert plan.capacity(alone) == Capacity()
    plan.keep_capacity(alone, Capacity(2, 1, downwards=False))
    assert plan.capacity(alone) == Capacity(2, 1, downwards=False)
    proposed = plan.proposal(alone, tree.default_scope(alone), LATER)
    assert max(sum(p.micro_grid == m for p in proposed) for m in {p.micro_grid for p in proposed}) == 2
    with pytest.raises(FieldInvalid):
        plan.keep_capacity(alone, Capacity(2, 3))
    alone.set_state({"plan.capacity": b"{]"})
    assert plan.capacity(alone) == Capacity()


@pytest.mark.parametrize(
    ("outcome", "values", "state", "done", "absent"),
    [
        ("met", {}, "done", 1, 0),
        ("declined", {}, "done", 1, 0),
        ("moved", {}, "done", 1, 0),
        ("absent", {}, "absent_retry", 0, 1),
        ("rescheduled", {"next_on": "2026-11-26"}, "absent_retry", 0, 1),
    ],
)
def test_a_visit_ends_its_item(
    alone: Store, outcome: str, values: dict[str, str], state: str, done: int, absent: int
) -> None:
    home = fresh(alone)
    plan.add(alone, (home,), NOW, TODAY)
    before = shown(alone, NOW).total
    logged = log_visit(alone, form(home, outcome=outcome, **values))
    row, after = row_of(alone, home), shown(alone, NOW).total
    assert (row.state, row.visit_id, row.outcome) == (state, logged.visit_id, outcome)
    assert (after.done - before.done, after.absent - before.absent) == (done, absent)
    if outcome == "rescheduled":
        promised = row_of(alone, home, NEXT)
        assert (promised.reason, promised.reason_on, promised.planned_on) == (
            "promised",
            "2026-11-26",
            "2026-11-26",
        )
    void_visit(alone, logged.visit_id, "写错了")
    assert (row_of(alone, home).state, row_of(alone, home).visit_id) == ("planned", None)


def test_a_corrected_outcome_corrects_the_plan(alone: Store) -> None:
    home = fresh(alone)
    plan.add(alone, (home,), NOW)
    logged = log_visit(alone, form(home, outcome="absent"))
    for outcome, state in (
        ("met", "done"),
        ("declined", "done"),
        ("absent", "absent_retry"),
        ("met", "done"),
    ):
        amend_visit(alone, logged.visit_id, {"outcome": outcome}, "记错了")
        row = row_of(alone, home)
        assert (row.state, row.visit_id, row.outcome) == (state, logged.visit_id, outcome)


def test_taking_a_visit_back_opens_its_item_again(alone: Store) -> None:
    home = fresh(alone)
    plan.add(alone, (home,), NOW)
    logged = log_visit(alone, form(home))
    txn = one(alone, "SELECT txn FROM history WHERE entity = 'visit' AND record_id = ?", logged.visit_id)
    assert isinstance(txn, bytes)
    undo(alone, txn, "点错了")
    assert one(alone, "SELECT now_void FROM visit WHERE id = ?", logged.visit_id) == 1
    assert row_of(alone, home).state == "planned"


def test_absent_then_met_in_the_same_week(alone: Store) -> None:
    home = fresh(alone)
    plan.add(alone, (home,), NOW)
    log_visit(alone, form(home, outcome="absent", visited_on="2026-11-18"))
    assert row_of(alone, home).open
    met = log_visit(alone, form(home, visited_on="2026-11-19"))
    assert (row_of(alone, home).state, row_of(alone, home).visit_id) == ("done", met.visit_id)
    log_visit(alone, form(home, outcome="absent", visited_on="2026-11-20"))
    assert row_of(alone, home).visit_id == met.visit_id


def test_a_visit_of_another_week_leaves_the_plan_alone(alone: Store) -> None:
    home = fresh(alone)
    plan.add(alone, (home,), NEXT)
    log_visit(alone, form(home))
    assert row_of(alone, home, NEXT).state == "planned"


def test_a_paper_list_is_one_act_and_one_undo(alone: Store) -> None:
    homes = [fresh(alone, place) for place in range(3)]
    plan.add(alone, homes, NOW)
    forms = [
        form(homes[0]),
        form(homes[1], outcome="absent"),
        form(homes[2]),
        form(homes[2], visited_on="2026-11-20"),
    ]
    acts = one(alone, "SELECT count(*) FROM audit")
    logged = log_visits(alone, forms)
    assert len({each.no for each in logged}) == 4
    assert int(str(one(alone, "SELECT count(*) FROM audit"))) == int(str(acts)) + 1
    assert [row_of(alone, home).state for home in homes] == ["done", "absent_retry", "done"]
    void_visits(alone, [each.visit_id for each in logged], "补录有误")
    assert [row_of(alone, home).state for home in homes] == ["planned"] * 3
    assert one(alone, "SELECT count(*) FROM visit WHERE now_void = 1 AND visited_on >= '2026-11-19'") == 4


def test_a_wrong_line_keeps_nothing_of_the_list(alone: Store) -> None:
    before = counts(alone)
    with pytest.raises(FieldInvalid):
        log_visits(alone, [form(household_of(alone)), form(household_of(alone, 1), outcome="fine")])
    assert counts(alone) == before


def test_moved_to_another_week_and_back(alone: Store) -> None:
    home = fresh(alone)
    plan.add(alone, (home,), NOW)
    item = plan_item_id(home, NOW)
    plan.move(alone, item, NEXT, "2026-11-25")
    assert (row_of(alone, home).state, row_of(alone, home).moved_week) == ("moved", "2026-W48")
    assert (row_of(alone, home, NEXT).planned_on, row_of(alone, home, NEXT).reason) == (
        "2026-11-25",
        "by_hand",
    )
    plan.move(alone, plan_item_id(home, NEXT), NOW)
    assert (row_of(alone, home).state, row_of(alone, home, NEXT).state) == ("planned", "moved")


def test_dropped_with_a_reason_and_put_back(alone: Store) -> None:
    home = fresh(alone)
    plan.add(alone, (home,), NOW)
    item = plan_item_id(home, NOW)
    with pytest.raises(FieldInvalid) as error:
        plan.drop(alone, item, "  ")
    assert (error.value.values["field"], error.value.values["reason"]) == ("drop_reason", "required")
    plan.drop(alone, item, "出差一个月")
    assert (row_of(alone, home).state, row_of(alone, home).drop_reason) == ("dropped", "出差一个月")
    planned = shown(alone, NOW).total.planned
    plan.reinstate(alone, item)
    assert (row_of(alone, home).state, row_of(alone, home).drop_reason) == ("planned", "")
    assert shown(alone, NOW).total.planned == planned + 1
    plan.drop(alone, item, "再次取消")
    plan.add(alone, (home,), NOW)
    assert row_of(alone, home).state == "planned"
    with pytest.raises(NotFound):
        plan.drop(alone, b"x" * 16, "没有这条")


def test_another_day_of_the_same_week_only(alone: Store) -> None:
    home = fresh(alone)
    plan.add(alone, (home,), NOW, "2026-11-20")
    item = plan_item_id(home, NOW)
    plan.set_day(alone, item, "2026-11-21", "morning")
    assert (row_of(alone, home).planned_on, row_of(alone, home).part) == ("2026-11-21", "morning")
    with pytest.raises(FieldInvalid):
        plan.set_day(alone, item, "2026-11-23", None)


def test_do_not_visit_is_obeyed_at_once(alone: Store) -> None:
    home = fresh(alone)
    plan.add(alone, (home,), NOW)
    planned = shown(alone, NOW).total.planned
    opt_out(alone, home, on=True)
    row = row_of(alone, home)
    assert row.closed and not row.open
    assert shown(alone, NOW).total.planned == planned - 1
    assert all(p.household_id != home for p in plan.proposal(alone, tree.default_scope(alone), LATER))
    with pytest.raises(FieldInvalid) as error:
        plan.add(alone, (home,), NEXT)
    assert error.value.values["reason"] == "opted_out"


def test_stair_order_and_numbers_start_anew_each_day(alone: Store) -> None:
    plan.accept(alone, LATER, plan.proposal(alone, tree.default_scope(alone), LATER))
    by_day: dict[str, list[PlanRow]] = {}
    for row in shown(alone).rows:
        by_day.setdefault(str(row.planned_on), []).append(row)
    assert list(by_day) == sorted(by_day)
    for rows in by_day.values():
        assert [row.no for row in rows] == list(range(1, len(rows) + 1))


def test_a_move_may_say_why_and_its_undo_forgets_it(alone: Store) -> None:
    home, other = fresh(alone), fresh(alone, 1)
    plan.add(alone, (home, other), NOW)
    plan.move(alone, row_of(alone, home).id, NEXT, reason=" 户主出差 ")
    plan.move(alone, row_of(alone, other).id, NEXT)
    assert (row_of(alone, home).move_reason, row_of(alone, other).move_reason) == ("户主出差", "")
    plan.reinstate(alone, row_of(alone, home).id)
    assert (row_of(alone, home).state, row_of(alone, home).move_reason) == ("planned", "")
    with pytest.raises(FieldInvalid):
        plan.move(alone, row_of(alone, home).id, NEXT, reason="证件 11010519491231002X")
