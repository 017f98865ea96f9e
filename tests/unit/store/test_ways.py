"""What hangs together: every way leads back, and what was let go of leads nowhere."""

from __future__ import annotations

import pytest

from gridworker.models.op import Value
from gridworker.services import deliberation, demands, lists, outcomes, projects
from gridworker.services.demands import DemandForm
from gridworker.store.queries.ways import Way, ways
from gridworker.store.store import Store
from tests.community import household_of, one

ORGANISED = "SELECT id FROM org_unit WHERE deleted = 0 ORDER BY rid LIMIT 1"


def found(store: Store, sql: str) -> bytes:
    record = one(store, sql)
    assert isinstance(record, bytes)
    return record


@pytest.fixture
def joined_up(alone: Store) -> dict[str, bytes]:
    """One of everything, linked as far as it can be, by entity."""
    root, org = found(alone, "SELECT id FROM area_unit WHERE parent_id IS NULL"), found(alone, ORGANISED)
    form = DemandForm(
        ("household_id", household_of(alone)), "坡道太陡", "坡道太陡", "repair", reporter="anonymous"
    )
    demand = demands.register(alone, form).demand_id
    demands.accept(alone, demand)
    about: dict[str, Value] = {
        "title": "坡道",
        "area_unit_id": root,
        "raised_from": "patrol",
        "level": "community",
    }
    issue = deliberation.raise_issue(alone, about).record
    outcomes.to_issue(alone, demand, issue, "坡道太陡")
    need = found(alone, "SELECT id FROM need")
    offered: dict[str, Value] = {
        "name": "水泥", "kind": "goods", "provider_id": org, "serves": "repair", "price_mode": "free",
    }  # fmt: skip
    resource = lists.add_resource(alone, offered).record
    lists.promise(alone, resource, {"need_id": need, "amount": 1})
    project = projects.add(alone, {"title": "无障碍坡道"}, (need,)).record
    task: dict[str, Value] = {
        "title": "量坡道",
        "audience": "partner_unit",
        "need_id": need,
        "project_id": project,
    }
    published = lists.publish_task(alone, {**task, "resource_id": resource}).record
    for event in ("review", "accept"):
        deliberation.move_issue(alone, issue, event)
    member = alone.known.member_id
    yard: dict[str, Value] = {
        "kind": "yard", "area_unit_id": root, "held_on": "2026-11-20", "place_text": "小院",
        "convenor_id": member, "chair_id": member, "recorder_id": member,
    }  # fmt: skip
    meeting = deliberation.plan_meeting(alone, yard, (issue,)).record
    deliberation.move_meeting(alone, meeting, "call", short_notice_reason="已约好")
    deliberation.set_attendance(alone, meeting, [{"capacity": "resident", "head_count": 9}])
    deliberation.move_meeting(alone, meeting, "hold")
    decided: dict[str, Value] = {"task_text": "修坡道", "owner_org_id": org, "due_on": "2026-12-30"}
    resolution = deliberation.add_resolution(alone, issue, meeting, decided).record
    return {
        "demand": demand, "need": need, "resource": resource, "task": published, "project": project, "issue": issue,
        "meeting": meeting, "resolution": resolution,
    }  # fmt: skip


def ends(store: Store, kind: str, record: bytes) -> list[tuple[str, bytes]]:
    return [(way.kind, way.id) for way in ways(store, kind, record)]


def test_every_way_leads_back(alone: Store, joined_up: dict[str, bytes]) -> None:
    kinds = {kind: [name for name, _ in ends(alone, kind, record)] for kind, record in joined_up.items()}
    assert kinds == {
        "demand": ["need", "issue"],
        "need": ["demand", "resource", "task", "project", "issue"],
        "resource": ["need", "task"],
        "task": ["need", "resource", "project"],
        "project": ["need", "task"],
        "issue": ["demand", "need", "meeting", "resolution"],
        "meeting": ["issue", "resolution"],
        "resolution": ["issue", "meeting"],
    }
    for kind, record in joined_up.items():
        for other, end in ends(alone, kind, record):
            assert end == joined_up[other]
            assert (kind, record) in ends(alone, other, end)


def test_a_way_says_number_name_and_state(alone: Store, joined_up: dict[str, bytes]) -> None:
    (need,) = (way for way in ways(alone, "issue", joined_up["issue"]) if way.kind == "need")
    no = one(alone, "SELECT no FROM demand")
    assert need == Way("need", joined_up["need"], str(no), "坡道太陡", "open")
    (meeting,) = (way for way in ways(alone, "issue", joined_up["issue"]) if way.kind == "meeting")
    assert (meeting.name, meeting.form) == ("2026-11-20", "yard")


def test_what_was_let_go_of_leads_nowhere(alone: Store, joined_up: dict[str, bytes]) -> None:
    promise = found(alone, "SELECT id FROM resource_promise")
    lists.release(alone, promise, "改用别的")
    lists.remove_task(alone, joined_up["task"])
    projects.unlink_need(alone, joined_up["project"], joined_up["need"])
    assert ends(alone, "resource", joined_up["resource"]) == []
    assert ends(alone, "project", joined_up["project"]) == []
    assert [kind for kind, _ in ends(alone, "need", joined_up["need"])] == ["demand", "issue"]
    assert ends(alone, "household", joined_up["need"]) == []
