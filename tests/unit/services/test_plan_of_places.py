"""Shops and public spots in the week's plan: proposed by their own interval, open ones only, ended by a visit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gridworker.errors import FieldInvalid
from gridworker.exports.html import render_html
from gridworker.exports.walk_list import planned_walk, walk_list_document
from gridworker.models.days import Week
from gridworker.models.period import Period
from gridworker.models.planning import Capacity, Proposal
from gridworker.services import plan
from gridworker.services.acts import everything
from gridworker.services.places import add_place, edit_place
from gridworker.services.visits import VisitForm, log_visit, void_visit
from gridworker.store.queries.households import household_detail
from gridworker.store.queries.round_places import places_named
from gridworker.store.queries.shops import SHOP, SPOT
from gridworker.store.queries.summary import summary
from gridworker.store.queries.tree import default_scope
from gridworker.store.queries.week_plan import PlanRow, week_plan
from gridworker.store.store import Store
from gridworker.wording import Wording
from tests.community import household_of

NOW, NEXT, LATER = Week.parse("2026-W47"), Week.parse("2026-W48"), Week.parse("2026-W50")
ZH = Wording.load("zh_CN")


def place(store: Store, target: str = SHOP, **values: object) -> bytes:
    usual = {"name": "演示小卖部", "kind": "yard" if target == SPOT else "超市"}
    unit = household_detail(store, household_of(store)).unit_id
    return add_place(store, target, {**usual, "unit_id": unit, **values}).record  # type: ignore[dict-item]


def proposed(store: Store, record: bytes, week: Week = LATER) -> Proposal | None:
    plan.keep_capacity(store, Capacity(50, 50))
    found = plan.proposal(store, default_scope(store), week)
    return next((one for one in found if one.household_id == record), None)


def row_of(store: Store, record: bytes, week: Week = NOW) -> PlanRow:
    return next(row for row in week_plan(store, default_scope(store), week).rows if row.home.id == record)


@pytest.mark.parametrize("target", [SHOP, SPOT])
def test_proposed_by_its_own_interval(alone: Store, target: str) -> None:
    record = place(alone, target, visit_interval_days=20)
    first = proposed(alone, record)
    assert first is not None and (first.reason, first.target) == ("never_met", target)
    mode = "yard" if target == SPOT else "shop"
    log_visit(alone, VisitForm(record, "2026-11-20", "met", mode=mode, target=target))
    again = proposed(alone, record)  # 20 days later is Thursday of W50
    assert again is not None and (again.reason, again.reason_on) == ("due", "2026-12-10")
    assert proposed(alone, record, NEXT) is None


def test_a_shop_that_is_shut_is_not_proposed_nor_walked_to(alone: Store) -> None:
    record = place(alone)
    plan.add(alone, (record,), NOW)
    assert row_of(alone, record).open
    edit_place(alone, SHOP, record, everything(alone, SHOP, record), {"status": "closed"})
    assert not row_of(alone, record).open
    assert proposed(alone, record) is None
    with pytest.raises(FieldInvalid) as refused:
        plan.add(alone, (record,), LATER)
    assert (refused.value.values["field"], refused.value.values["reason"]) == ("shop_id", "shut")


@pytest.mark.parametrize(("target", "mode"), [(SHOP, "shop"), (SPOT, "yard")])
def test_accepted_visited_voided_and_promised(alone: Store, target: str, mode: str) -> None:
    record, scope = place(alone, target), default_scope(alone)
    one = proposed(alone, record, NOW)
    assert one is not None
    figures = summary(alone, scope, Period.of_week(NOW)).now.visits
    plan.accept(alone, NOW, [one])
    row = row_of(alone, record)
    assert (row.home.door, row.home.target, row.state, row.open) == ("演示小卖部", target, "planned", True)
    assert row.stairwell.startswith(row.home.at.split("-")[0])
    assert proposed(alone, record) is None
    logged = log_visit(alone, VisitForm(record, "2026-11-20", "met", mode=mode, target=target))
    assert (row_of(alone, record).state, row_of(alone, record).visit_id) == ("done", logged.visit_id)
    visits = summary(alone, scope, Period.of_week(NOW)).now.visits
    assert replace(visits, shops=0, spots=0) == figures  # those of households
    void_visit(alone, logged.visit_id, "写错了")
    assert row_of(alone, record).state == "planned"
    later = VisitForm(record, "2026-11-20", "rescheduled", mode=mode, next_on="2026-11-26", target=target)
    log_visit(alone, later)
    assert (row_of(alone, record, NEXT).reason, row_of(alone, record, NEXT).planned_on) == (
        "promised",
        "2026-11-26",
    )


def test_moved_to_another_week_and_dropped(alone: Store) -> None:
    record = place(alone)
    plan.add(alone, (record,), NOW)
    plan.move(alone, row_of(alone, record).id, NEXT, "2026-11-25")
    assert (row_of(alone, record).state, row_of(alone, record, NEXT).planned_on) == ("moved", "2026-11-25")
    plan.drop(alone, row_of(alone, record, NEXT).id, "店主不在")
    assert row_of(alone, record, NEXT).state == "dropped"


def test_stands_on_the_walk_list_under_its_stairwell(alone: Store) -> None:
    home, record = household_of(alone), place(alone, contact_person="演示·赵六")
    plan.add(alone, (home, record), LATER)
    rows = week_plan(alone, default_scope(alone), LATER).rows
    assert {row.home.id for row in rows} == {home, record}
    walk = planned_walk(alone.identity, "第一网格", "第50周", rows)
    assert len({line.stairwell for line in walk.lines}) == 1
    text = render_html(walk_list_document(walk, ZH, "2026-11-20 09:00"))
    assert "演示小卖部" in text and "商户 演示·赵某" in text and "赵六" not in text and "2 处" in text


def test_a_place_is_added_by_its_name(alone: Store) -> None:
    record, scope = place(alone, code="SH-0001"), default_scope(alone)
    assert [row.id for row in places_named(alone, scope, "演示小卖部 ")] == [record]
    assert [row.id for row in places_named(alone, scope, "sh-0001")] == [record]
    assert places_named(alone, scope, "演示小") == places_named(alone, scope, "") == ()
