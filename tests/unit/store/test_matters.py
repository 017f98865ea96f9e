"""What the lists and deliberation ask of a day: whose it is, at which node, how far ahead, what is late first."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gridworker.models.op import Value
from gridworker.services import deliberation, lists
from gridworker.store.queries.matters import Matter, matters
from gridworker.store.queries.tree import default_scope, scope_of
from gridworker.store.rows import Scope, TreeKind
from gridworker.store.store import Store
from tests.community import one

NOBODY = b"n" * 16


def found(store: Store, sql: str) -> bytes:
    record = one(store, sql)
    assert isinstance(record, bytes)
    return record


@pytest.fixture
def root(alone: Store) -> bytes:
    return found(alone, "SELECT id FROM area_unit WHERE parent_id IS NULL")


def told(store: Store, scope: Scope | None = None) -> list[tuple[str, str, bool]]:
    return [(one.why, one.day, one.late) for one in matters(store, scope or default_scope(store))]


def lowest(store: Store) -> Scope:
    micro = found(store, "SELECT id FROM area_unit WHERE kind = 'micro_grid' ORDER BY code LIMIT 1")
    return scope_of(store, TreeKind.AREA, micro)


def meeting(store: Store, at: bytes, day: str, **more: Value) -> bytes:
    values: dict[str, Value] = {"kind": "yard", "area_unit_id": at, "held_on": day, "place_text": "小院"}
    return deliberation.plan_meeting(store, {**values, "start_at": "14:30", **more}).record


def resolution(store: Store, at: bytes, day: str) -> bytes:
    """A resolution of an issue at a node, of a meeting that was held."""
    about: dict[str, Value] = {
        "title": "坡道",
        "area_unit_id": at,
        "raised_from": "patrol",
        "level": "community",
    }
    issue = deliberation.raise_issue(store, about).record
    for event in ("review", "accept"):
        deliberation.move_issue(store, issue, event)
    me = store.known.member_id
    record = meeting(store, at, "2026-11-20", convenor_id=me, chair_id=me, recorder_id=me)
    deliberation.set_agenda(store, record, (issue,))
    deliberation.move_meeting(store, record, "call", short_notice_reason="已约好")
    deliberation.set_attendance(store, record, [{"capacity": "resident", "head_count": 9}])
    deliberation.move_meeting(store, record, "hold")
    org = found(store, "SELECT id FROM org_unit ORDER BY rid LIMIT 1")
    decided: dict[str, Value] = {"task_text": "修坡道", "owner_org_id": org, "due_on": day}
    return deliberation.add_resolution(store, issue, record, decided).record


def test_meetings_of_the_week_here_and_above(alone: Store, root: bytes) -> None:
    first = meeting(alone, root, "2026-11-20")
    meeting(alone, root, "2026-11-27")
    meeting(alone, root, "2026-11-28")  # more than a week ahead
    assert told(alone) == [("meeting", "2026-11-20", False), ("meeting", "2026-11-27", False)]
    assert matters(alone, default_scope(alone))[0] == Matter(
        "meeting", "meeting", first, "", "2026-11-20", "14:30", "小院", "yard"
    )
    assert told(alone, lowest(alone)) == told(alone)  # whoever lives there may come
    deliberation.move_meeting(alone, first, "cancel", end_reason="下雨")
    assert told(alone) == [("meeting", "2026-11-27", False)]


def test_a_meeting_below_is_not_of_another_node(alone: Store) -> None:
    first, *others = (
        found(alone, f"SELECT id FROM area_unit WHERE kind = 'micro_grid' ORDER BY code LIMIT 1 OFFSET {at}")
        for at in (0, 1)
    )
    meeting(alone, first, "2026-11-21")
    assert len(told(alone, scope_of(alone, TreeKind.AREA, first))) == 1
    assert told(alone, scope_of(alone, TreeKind.AREA, others[0])) == []


def test_resolutions_fall_due_where_they_belong(alone: Store, root: bytes) -> None:
    for day in ("2026-11-25", "2026-12-25"):
        resolution(alone, root, day)
    late = resolution(alone, root, "2026-11-20")
    with alone.database.write() as connection:  # nobody may set a day that is over
        connection.exec_driver_sql("UPDATE resolution SET due_on = '2026-11-18' WHERE id = ?", (late,))
    assert told(alone) == [("resolution", "2026-11-18", True), ("resolution", "2026-11-25", False)]
    assert told(alone, lowest(alone)) == []
    deliberation.move_resolution(alone, late, "finish", done_on="2026-11-20", evidence="照片")
    assert told(alone) == [("resolution", "2026-11-25", False)]


def test_promises_and_tasks_of_this_account_and_needs_nobody_answers(alone: Store) -> None:
    org = found(alone, "SELECT id FROM org_unit ORDER BY rid LIMIT 1")
    need = lists.add_need(alone, {"title": "夜间停车不够", "category": "parking"}).record
    room: dict[str, Value] = {
        "name": "车位", "kind": "venue", "provider_id": org, "serves": "parking", "price_mode": "free",
    }  # fmt: skip
    resource = lists.add_resource(alone, room).record
    assert told(alone) == [("need", "", False)]
    days: dict[str, Value] = {"need_id": need, "from_on": "2026-11-21", "to_on": "2026-11-24"}
    promised = lists.promise(alone, resource, days).done.record
    assert [(m.why, m.kind, m.id, m.day, m.place) for m in matters(alone, default_scope(alone))] == [
        ("promise", "resource", resource, "2026-11-24", "夜间停车不够")
    ]
    lists.give(alone, promised)
    assert told(alone) == []
    values: dict[str, Value] = {"title": "量坡道", "audience": "partner_unit", "due_on": "2026-11-22"}
    task = lists.publish_task(alone, values).record
    lists.publish_task(alone, {**values, "title": "以后", "due_on": "2026-12-22"})
    assert told(alone) == [("task", "2026-11-22", False)]
    lists.claim(alone, task, org)
    assert told(alone) == [("task", "2026-11-22", False)]  # it is this account's now
    with alone.database.write() as connection:  # somebody else has it and gave the promise
        connection.exec_driver_sql("UPDATE task_claim SET by_member_id = ?", (NOBODY,))
    assert told(alone) == []
    assert told(alone, replace(lowest(alone), linked_to=NOBODY)) == []


def test_what_was_asked_for_in_vain_is_told_until_it_is_asked_for_anew(alone: Store) -> None:
    org = found(alone, "SELECT id FROM org_unit ORDER BY rid LIMIT 1")
    room: dict[str, Value] = {
        "name": "教室", "kind": "venue", "provider_id": org, "serves": "venue", "price_mode": "free",
    }  # fmt: skip
    resource, other = (lists.add_resource(alone, {**room, "name": name}).record for name in ("教室", "小院"))
    first, second = (
        lists.add_need(alone, {"title": title, "category": "venue"}).record for title in ("合唱", "书法")
    )
    task = lists.publish_task(alone, {"title": "缺座椅", "audience": "partner_unit"}).record
    lists.promise(alone, resource, {"need_id": first})
    assert lists.promise(alone, resource, {"need_id": second}).state == "refused"
    taken = lists.claim(alone, task, org)
    assert lists.claim(alone, task, org).state == "refused"
    with alone.database.write() as connection:  # the one that stands is somebody else's
        connection.exec_driver_sql(
            "UPDATE task_claim SET by_member_id = ? WHERE id = ?", (NOBODY, taken.done.record)
        )

    def vain() -> list[tuple[str, str, bytes, str, str]]:
        shown = matters(alone, default_scope(alone))
        return [(one.why, one.kind, one.id, one.name, one.refusal) for one in shown if one.refusal]

    assert vain() == [
        ("not_promised", "need", second, "教室", "promised_already"),
        ("not_claimed", "task", task, "缺座椅", "claimed_already"),
    ]
    assert matters(alone, default_scope(alone))[0].place == "书法"  # first of all
    lists.promise(alone, other, {"need_id": second})
    lists.withdraw_task(alone, task, "不缺了")
    assert vain() == []
