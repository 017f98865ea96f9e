"""A demand that became an issue or a project stays open until the outcome is fed back; the lists never show whose."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridworker.errors import EventRefused, FieldInvalid, NotAllowed
from gridworker.models.op import Value
from gridworker.services import deliberation, demands, outcomes, projects
from gridworker.services.acts import present_values
from gridworker.services.undo import undo
from gridworker.store.queries import lists as lists_read
from gridworker.store.queries.demand_detail import demand
from gridworker.store.queries.outcomes import demands_behind, need_of
from gridworker.store.store import Store
from tests.community import COMMUNITY, household_of, joined_store, one


def registered(store: Store) -> bytes:
    form = demands.DemandForm(
        ("household_id", household_of(store)), "电动车坡道太陡", "李家说坡道太陡，推不上去", "parking"
    )
    made = demands.register(store, form).demand_id
    demands.accept(store, made)
    return made


def issue(store: Store) -> bytes:
    values: dict[str, Value] = {
        "title": "电动车往哪里停", "area_unit_id": COMMUNITY.community_id, "raised_from": "demand",
        "level": "community",
    }  # fmt: skip
    return deliberation.raise_issue(store, values).record


def number(store: Store, entity: str, record: bytes) -> str:
    return str(present_values(store, entity, record, ("no",))["no"])


def test_it_stays_open_until_the_outcome_is_fed_back(alone: Store) -> None:
    raised, about = registered(alone), issue(alone)
    outcomes.to_issue(alone, raised, about, "电动车停放不便")
    no = number(alone, "demand", raised)
    need = need_of(alone, no)
    assert need is not None
    row = lists_read.need(alone, need)
    assert row is not None and (row.no, row.title, row.answered_by) == (
        no, "电动车停放不便", (number(alone, "issue", about),),
    )  # fmt: skip
    demands.cause(
        alone, raised, "handle", result_kind="to_issue", result_text="转议题", solve_level="community"
    )
    demands.cause(alone, raised, "reply", replied_at="2026-11-20 09:00", reply_channel="door")
    with pytest.raises(EventRefused) as refused:
        demands.cause(alone, raised, "close", revisit_declined=1)
    assert "not_fed_back" in str(refused.value.values)
    assert [(b.no, b.waits) for b in demands_behind(alone, number(alone, "issue", about))] == [(no, True)]
    outcomes.feed_back(alone, "issue", about, "地面车棚已启用")
    assert demand(alone, raised).log[-1].event == "feed_back"
    assert lists_read.need(alone, need).state == "met"  # type: ignore[union-attr]
    assert [b.waits for b in demands_behind(alone, number(alone, "issue", about))] == [False]


def test_becoming_a_project_is_one_act_and_taken_back_as_one(alone: Store) -> None:
    raised = registered(alone)
    record = projects.add(alone, {"title": "电动车棚"}).record
    done = outcomes.to_project(alone, raised, record, "电动车停放不便")
    assert present_values(alone, "demand", raised, ("became", "became_no")) == {
        "became": "project", "became_no": number(alone, "project", record),
    }  # fmt: skip
    undo(alone, done.txns[0], "撤销")
    assert present_values(alone, "demand", raised, ("became",)) == {"became": None}
    assert need_of(alone, number(alone, "demand", raised)) is None
    outcomes.to_project(alone, raised, record)  # without a title it is on no list
    assert need_of(alone, number(alone, "demand", raised)) is None
    with pytest.raises(EventRefused):
        outcomes.to_project(alone, raised, record)


def test_a_demand_stands_once_on_the_list_and_names_nobody(alone: Store) -> None:
    raised = registered(alone)
    first = outcomes.list_demand(alone, raised, "电动车停放不便", {"wanted_by": "2026-12-31"})
    again = outcomes.list_demand(alone, raised, "另一个标题")
    assert (again.record, again.txns) == (first.record, ())
    stored = present_values(alone, "need", first.record, ("no", "title", "category", "note", "area_unit_id"))
    assert stored == {
        "no": number(alone, "demand", raised), "title": "电动车停放不便", "category": "parking",
        "note": None, "area_unit_id": None,
    }  # fmt: skip
    with pytest.raises(FieldInvalid):
        outcomes.list_demand(alone, registered(alone), "")


def test_only_those_behind_the_issue_hear_of_it(alone: Store) -> None:
    one_of_two, other, about = registered(alone), registered(alone), issue(alone)
    outcomes.to_issue(alone, one_of_two, about)
    outcomes.feed_back(alone, "issue", about, "好了")
    assert demand(alone, one_of_two).log[-1].event == "feed_back"
    assert demand(alone, other).log[-1].event == "accept"
    assert outcomes.feed_back(alone, "issue", about, "好了").txns == ()


def test_a_steward_sees_the_need_but_feeds_nothing_back(alone: Store, tmp_path: Path) -> None:
    raised, about = registered(alone), issue(alone)
    outcomes.to_issue(alone, raised, about, "电动车停放不便")
    store = joined_store(tmp_path / "steward", alone, "mg101")
    no = one(store, "SELECT no FROM issue")
    assert [b.waits for b in demands_behind(store, str(no))] == [True]
    assert outcomes.demand_drafts(store, "issue", about, "好了") == []
    with pytest.raises(NotAllowed):
        outcomes.feed_back(store, "issue", about, "好了")
    store.close()
