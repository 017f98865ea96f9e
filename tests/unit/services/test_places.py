"""Shops and public spots: kept, visited, closed, and never mixed with the figures of households."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gridworker.errors import FieldInvalid
from gridworker.models.days import Week
from gridworker.models.period import Period
from gridworker.services.acts import everything
from gridworker.services.places import add_place, edit_place, remove_place
from gridworker.services.visits import VisitForm, log_visit, void_visit
from gridworker.store import statistics
from gridworker.store.queries.households import household_detail
from gridworker.store.queries.shops import SHOP, SPOT, place_detail, place_rows, visit_target
from gridworker.store.queries.summary import summary
from gridworker.store.queries.tree import default_scope
from gridworker.store.queries.visits import draft_rows, visit, week_visits
from gridworker.store.rows import Plan
from gridworker.store.store import Store
from tests.community import household_of, take_back

NEW = {"name": "演示小卖部", "kind": "超市"}


def unit_of(store: Store) -> bytes:
    return household_detail(store, household_of(store)).unit_id


def shop(store: Store, **values: object) -> bytes:
    return add_place(store, SHOP, {**NEW, "unit_id": unit_of(store), **values}).record  # type: ignore[dict-item]


def names(store: Store, target: str, text: str = "") -> list[str]:
    return [row.name for row in place_rows(store, default_scope(store), target, text)]


def test_a_shop_is_added_edited_closed_and_taken_back(alone: Store) -> None:
    before = names(alone, SHOP)
    done = add_place(alone, SHOP, {**NEW, "unit_id": unit_of(alone)})
    assert sorted(names(alone, SHOP)) == sorted([*before, "演示小卖部"])
    seen = everything(alone, SHOP, done.record)
    closed = edit_place(alone, SHOP, done.record, seen, {"status": "closed"})
    assert place_detail(alone, SHOP, done.record).row.plan is Plan.VACANT
    assert names(alone, SHOP)[-1] == "演示小卖部"
    take_back(alone, closed)
    assert place_detail(alone, SHOP, done.record).row.plan is Plan.DUE
    take_back(alone, done)
    assert names(alone, SHOP) == before


def test_a_shops_phone_needs_a_ground(alone: Store) -> None:
    with pytest.raises(FieldInvalid) as refused:
        shop(alone, contact_person="演示·店", phone="100-0000-0001")
    assert (refused.value.values["field"], refused.value.values["reason"]) == ("phone", "basis_missing")
    made = shop(alone, contact_person="演示·店", phone="100-0000-0001", basis_kind="consent")
    assert everything(alone, SHOP, made)["basis_on"] == "2026-11-20"


@pytest.mark.parametrize(("target", "mode"), [(SHOP, "shop"), (SPOT, "yard")])
def test_a_visit_to_a_place_is_told_there_and_not_among_households(
    alone: Store, target: str, mode: str
) -> None:
    values = {"name": "演示角", "kind": "yard" if target == SPOT else "超市", "unit_id": unit_of(alone)}
    record = add_place(alone, target, values).record
    scope, week = default_scope(alone), Week.parse("2026-W47")
    before = summary(alone, scope, Period.of_week(week)).now.visits
    form = VisitForm(record, "2026-11-19", "met", mode=mode, said="地砖松了", target=target)
    logged = log_visit(alone, form)
    detail = visit_target(alone, record)
    assert (detail.row.door, detail.row.target, detail.row.plan) == ("演示角", target, Plan.VISITED)
    assert [entry.text for entry in detail.timeline] == ["地砖松了"]
    assert place_detail(alone, target, record).row.next_due_on == "2027-05-18"
    shown = visit(alone, logged.visit_id)
    assert (shown.target, shown.door, shown.household_id) == (target, "演示角", record)
    assert logged.visit_id in {row.id for row in week_visits(alone, scope, week)}
    now = summary(alone, scope, Period.of_week(week)).now.visits
    counted = {"shops": before.shops + 1} if target == "shop" else {"spots": before.spots + 1}
    assert now == replace(before, **counted)
    with alone.read() as connection:
        assert statistics.difference(connection) == []
    with pytest.raises(FieldInvalid):
        remove_place(alone, target, record)
    void_visit(alone, logged.visit_id, "记错了")
    assert place_detail(alone, target, record).row.plan is Plan.DUE


def test_a_draft_of_a_visit_to_a_shop_is_kept_under_its_name(alone: Store) -> None:
    record = shop(alone)
    alone.drafts.keep(b"d" * 16, record, {"said": "写了一半"})
    assert [row.door for row in draft_rows(alone) if row.household_id == record] == ["演示小卖部"]


def test_places_are_found_by_any_of_their_words(alone: Store) -> None:
    shop(alone, front="南门 3 号", code="SP-01")
    for text in ("小卖部", "南门", "sp-01"):
        assert "演示小卖部" in names(alone, SHOP, text)
    assert not names(alone, SHOP, "没有这样的店")
