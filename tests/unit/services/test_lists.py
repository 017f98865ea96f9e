"""Needs, resources and tasks as a person works with them, and as they are read."""

from __future__ import annotations

from pathlib import Path

import pytest

from gridworker.errors import FieldInvalid, NotAllowed
from gridworker.services import lists
from gridworker.services.acts import present_values
from gridworker.services.undo import undo
from gridworker.store.queries import lists as read
from gridworker.store.queries import matching
from gridworker.store.queries.find import find
from gridworker.store.queries.list_counts import list_counts
from gridworker.store.queries.names import Names
from gridworker.store.queries.steps import next_steps
from gridworker.store.rows import HitKind
from gridworker.store.store import Store
from tests.community import TODAY, joined_store, one

LATER = "2026-12-05"


def org(store: Store) -> bytes:
    found = one(store, "SELECT id FROM org_unit WHERE deleted = 0 ORDER BY rid LIMIT 1")
    assert isinstance(found, bytes)
    return found


def need(store: Store, title: str = "夜间停车不够", **more: object) -> bytes:
    return lists.add_need(store, {"title": title, "category": "parking", **more}).record  # type: ignore[dict-item]


def resource(store: Store, name: str = "单位夜间车位", **more: object) -> bytes:
    usual: dict[str, object] = {
        "name": name,
        "kind": "venue",
        "provider_id": org(store),
        "serves": "parking,venue",
    }
    return lists.add_resource(store, {**usual, "price_mode": "free", **more}).record  # type: ignore[dict-item]


def why(error: pytest.ExceptionInfo[FieldInvalid]) -> tuple[str, str]:
    return str(error.value.values["field"]), str(error.value.values["reason"])


def status(store: Store, record: bytes) -> tuple[str, bool]:
    return next((row.status, row.idle) for row in read.resources(store) if row.id == record)


def test_a_need_has_its_own_number_or_that_of_its_demand(alone: Store) -> None:
    own, of_demand = need(alone), need(alone, no="S26-07-0042")
    rows = {row.id: row for row in read.needs(alone)}
    assert rows[own].no.startswith("N26-01-") and rows[of_demand].no == "S26-07-0042"
    assert rows[own].raised_on == TODAY and rows[own].stands_out
    with pytest.raises(FieldInvalid) as refused:
        need(alone, "证件号 11010519491231002X")
    assert why(refused) == ("title", "identity_number")


def test_a_need_that_something_answers_stands_out_no_more(alone: Store) -> None:
    wanted, offered = need(alone), resource(alone)
    before = list_counts(alone)
    asked = lists.promise(alone, offered, {"need_id": wanted})
    assert (asked.state, asked.refusal) == ("confirmed", "")
    row = read.need(alone, wanted)
    assert row is not None and (row.answered_by, row.stands_out) == (("单位夜间车位",), False)
    after = list_counts(alone)
    assert after.unmatched_needs == before.unmatched_needs - 1
    assert after.idle_resources == before.idle_resources - 1
    assert status(alone, offered) == ("reserved", False)
    lists.release(alone, asked.done.record, "不用了")
    row = read.need(alone, wanted)
    assert row is not None and row.stands_out
    assert list_counts(alone) == before
    lists.meet_need(alone, wanted, "物业夜间开放了空地")
    assert list_counts(alone).open_needs == before.open_needs - 1


def test_what_is_promised_elsewhere_is_refused_as_a_record(alone: Store) -> None:
    offered, one_need, other = resource(alone, quantity=2), need(alone), need(alone, "老人接送")
    days = {"from_on": TODAY, "to_on": LATER}
    assert lists.promise(alone, offered, {"need_id": one_need, "amount": 2, **days}).state == "confirmed"
    second = lists.promise(alone, offered, {"need_id": other, "from_on": LATER, "to_on": LATER})
    assert (second.state, second.refusal) == ("refused", "promised_already")
    third = lists.promise(alone, offered, {"need_id": other, "from_on": "2026-12-06", "to_on": "2026-12-08"})
    assert third.state == "confirmed"
    found = read.promises(alone, of="resource", record_id=offered)
    assert [row.state for row in found] == ["confirmed", "refused", "confirmed"]
    assert {row.purpose for row in found} == {"夜间停车不够", "老人接送"}
    with pytest.raises(FieldInvalid) as refused:
        lists.edit_resource(
            alone, offered, present_values(alone, "resource", offered, ("quantity",)), {"quantity": 1}
        )
    assert why(refused) == ("quantity", "promised_already")
    with pytest.raises(FieldInvalid) as refused:
        lists.promise(alone, offered, {"need_id": other, "from_on": LATER, "to_on": TODAY})
    assert why(refused) == ("to_on", "before_it_begins")
    with pytest.raises(FieldInvalid) as refused:
        lists.remove_resource(alone, offered)
    assert refused.value.values["reason"] == "has_dependants"


def test_a_deleted_promise_does_not_come_back_over_another(alone: Store) -> None:
    offered, wanted = resource(alone), need(alone)
    first = lists.promise(alone, offered, {"need_id": wanted})
    taken_back = undo(alone, first.done.txns[0], "撤销")
    assert lists.promise(alone, offered, {"need_id": wanted}).state == "confirmed"
    with pytest.raises(FieldInvalid) as refused:
        undo(alone, taken_back.txn, "撤销")
    assert refused.value.values["reason"] == "promised_already"


def test_goods_are_used_up_and_what_is_over_is_not_offered(alone: Store) -> None:
    lamps, wanted = resource(alone, "旧台灯", kind="goods", quantity=3, measure="盏"), need(alone)
    first = lists.promise(alone, lamps, {"need_id": wanted, "amount": 2, "to_on": "2026-11-21"})
    lists.give(alone, first.done.record)
    assert lists.promise(alone, lamps, {"need_id": wanted, "amount": 2}).refusal == "promised_already"
    assert lists.promise(alone, lamps, {"need_id": wanted}).state == "confirmed"
    past = resource(alone, "国庆花架", valid_from="2026-10-01", valid_to="2026-10-07")
    assert status(alone, past) == ("expired", False)
    assert lists.promise(alone, past, {"need_id": wanted}).refusal == "not_offered_then"
    gone = resource(alone, "旧音响")
    lists.move_resource(alone, gone, "withdraw", "坏了")
    assert lists.promise(alone, gone, {"need_id": wanted}).refusal == "not_offered"
    lists.move_resource(alone, gone, "offer_again")
    assert status(alone, gone) == ("open", True)
    with pytest.raises(FieldInvalid) as refused:
        resource(alone, "倒着的", valid_from=LATER, valid_to=TODAY)
    assert why(refused) == ("valid_to", "before_it_begins")


def test_a_promise_is_for_exactly_one_thing(alone: Store) -> None:
    offered = resource(alone)
    with pytest.raises(FieldInvalid) as refused:
        lists.promise(alone, offered, {})
    assert why(refused)[1] == "exactly_one"


def test_a_task_is_claimed_and_done(alone: Store) -> None:
    values = {"title": "广场缺座椅", "audience": "partner_unit,shop", "due_on": "2026-11-19"}
    task = lists.publish_task(alone, values).record

    def row() -> read.TaskRow:
        return next(one for one in read.tasks(alone) if one.id == task)

    assert (row().status, row().overdue) == ("published", True)
    with pytest.raises(FieldInvalid) as refused:
        lists.finish_task(alone, task, "装好了")
    assert why(refused) == ("state", "not_claimed")
    first = lists.claim(alone, task, org(alone), "我们有木料")
    assert (first.state, row().status, row().claims[0].note) == ("confirmed", "claimed", "我们有木料")
    assert lists.claim(alone, task, org(alone)).refusal == "claimed_already"
    lists.release_claim(alone, first.done.record, "人手不够")
    assert row().status == "published"
    assert lists.claim(alone, task, org(alone)).state == "confirmed"
    finished = lists.finish_task(alone, task, "两张座椅")
    assert (row().status, row().result, row().overdue) == ("done", "两张座椅", False)
    undo(alone, finished.txns[0], "撤销")
    assert (row().status, row().result) == ("claimed", "")
    lists.withdraw_task(alone, task, "已有座椅")
    assert lists.claim(alone, task, org(alone)).refusal == "task_ended"
    lists.publish_again(alone, task)
    with pytest.raises(FieldInvalid) as refused:
        lists.remove_task(alone, task)
    assert refused.value.values["reason"] == "has_dependants"


def test_every_step_is_taken_back(alone: Store) -> None:
    wanted = need(alone)
    met = lists.meet_need(alone, wanted, "解决了")
    undo(alone, met.txns[0], "撤销")
    assert present_values(alone, "need", wanted, ("state", "outcome", "met_on")) == {
        "state": "open", "outcome": None, "met_on": None,
    }  # fmt: skip
    gone = lists.withdraw_need(alone, wanted, "不需要了")
    lists.reopen_need(alone, wanted, "又需要了")
    with pytest.raises(Exception, match=r"."):
        undo(alone, gone.txns[0], "撤销")  # somebody has gone on from it


def test_what_is_proposed_says_why(alone: Store) -> None:
    wanted = need(alone, times="evening", wanted_by="2026-12-01")
    offered = resource(alone, times="evening,weekend")
    other = resource(alone, "合唱队", serves="venue")
    (found,) = [one for one in matching.suggestions(alone, [wanted]) if one.resource_id in (offered, other)]
    assert (found.resource_id, found.reasons) == (
        offered,
        ("category", "same_time", "in_days", "free_of_charge"),
    )
    lists.promise(alone, offered, {"need_id": wanted})
    assert wanted not in {one.need_id for one in matching.suggestions(alone)}
    assert offered not in {one.resource_id for one in matching.suggestions(alone, [wanted])}
    third = need(alone)
    assert offered not in {
        one.resource_id for one in matching.suggestions(alone, [third], most=99)
    }  # none is left


def test_pages_follow_each_other_without_gap_or_double(alone: Store) -> None:
    for day in (3, 1, 2, 2, 2):
        need(alone, f"第{day}天", raised_on=f"2026-11-0{day}")
        resource(alone, f"资源{day}")
        lists.publish_task(alone, {"title": "任务", "audience": "shop", "published_on": f"2026-11-0{day}"})
    for query in (read.needs, read.resources, read.tasks):
        whole, after = query(alone), None
        found: list[object] = []
        while page := query(alone, after=after, limit=2):
            found += page
            after = page[-1].key
        assert found == list(whole) and len(whole) >= 5
    assert all(row.category == "parking" for row in read.needs(alone, ("open",), "parking"))
    assert read.resources(alone, category="park") == ()


def test_a_steward_reads_the_lists_and_changes_nothing(alone: Store, tmp_path: Path) -> None:
    wanted = need(alone)
    store = joined_store(tmp_path / "steward", alone, "mg101")
    assert read.need(store, wanted) is not None
    assert next_steps(store, "need", wanted) == ()
    with pytest.raises(NotAllowed):
        lists.meet_need(store, wanted, "好了")
    store.close()


def test_the_next_steps_are_those_the_judge_takes(alone: Store) -> None:
    wanted = need(alone)
    assert [(step.event, step.leads_to, step.needs) for step in next_steps(alone, "need", wanted)] == [
        ("meet", "met", ("outcome", "met_on")),
        ("withdraw", "withdrawn", ("end_reason",)),
    ]
    lists.meet_need(alone, wanted, "好了")
    assert [(s.event, s.leads_to) for s in next_steps(alone, "need", wanted)] == [
        ("reopen", "open"),
        ("take_back", "open"),
    ]


def test_they_are_found_by_words_number_pinyin_and_initials(alone: Store) -> None:
    wanted, offered = need(alone), resource(alone)
    row = read.need(alone, wanted)
    assert row is not None
    for text in ("夜间停车", row.no, "yejiantingche", "yjtc"):
        assert (HitKind.NEED, wanted) in {(hit.kind, hit.id) for hit in find(alone, text)}, text
    (hit,) = [hit for hit in find(alone, "单位夜间") if hit.kind is HitKind.RESOURCE]
    assert (hit.id, hit.title, hit.state) == (offered, "单位夜间车位", "open")
    lists.remove_need(alone, wanted)
    assert HitKind.NEED not in {hit.kind for hit in find(alone, "夜间停车")}


def test_a_category_is_a_code_and_never_names_what_is_not_recorded(alone: Store) -> None:
    for wrong, reason in (("停车", "not_a_code"), ("risk_level", "must_not")):
        with pytest.raises(FieldInvalid) as refused:
            lists.add_need(alone, {"title": "停车", "category": wrong})
        assert why(refused) == ("category", reason)


def test_what_was_promised_and_claimed_is_named_in_the_history(alone: Store) -> None:
    wanted, room = need(alone), resource(alone, "议事厅")
    promised = lists.promise(alone, room, {"need_id": wanted}).done.record
    task = lists.publish_task(alone, {"title": "缺座椅", "audience": "partner_unit"}).record
    org = one(alone, "SELECT id FROM org_unit ORDER BY rid LIMIT 1")
    assert isinstance(org, bytes)
    claimed = lists.claim(alone, task, org).done.record
    with alone.read() as connection:
        names = Names(connection)
        assert names.of("resource_promise", promised) == names.text(room) == "议事厅"
        assert names.of("task_claim", claimed) == names.text(task) == "缺座椅"
