"""提–审–议–落, played with the worked case: the ramp is too steep, three meetings, a shed, told to all."""

from __future__ import annotations

import datetime as dt

import pytest

from gridworker.errors import FieldInvalid
from gridworker.models.days import plus_days
from gridworker.models.op import Value
from gridworker.services import deliberation as act
from gridworker.services import lists
from gridworker.services.acts import present_values
from gridworker.services.undo import undo
from gridworker.store.queries import deliberation as read
from gridworker.store.queries import lists as needs
from gridworker.store.queries.deliberation_counts import rectification
from gridworker.store.store import Store
from tests.community import COMMUNITY, NOW, TODAY, clock_at, one

ME = COMMUNITY.logins["shuji"]
ROOT = COMMUNITY.community_id
HANDS: dict[str, Value] = {"method": "hands", "votes_for": 8, "votes_against": 2, "votes_abstain": 1}


def org(store: Store) -> bytes:
    found = one(store, "SELECT id FROM org_unit WHERE deleted = 0 ORDER BY rid LIMIT 1")
    assert isinstance(found, bytes)
    return found


def why(error: pytest.ExceptionInfo[FieldInvalid]) -> tuple[str, str]:
    return str(error.value.values["field"]), str(error.value.values["reason"])


def issue(store: Store, title: str = "电动车坡道太陡", needs_of: tuple[bytes, ...] = ()) -> bytes:
    values: dict[str, Value] = {
        "title": title,
        "area_unit_id": ROOT,
        "raised_from": "demand",
        "level": "community",
    }
    return act.raise_issue(store, values, needs_of).record


def accepted(store: Store, title: str = "电动车坡道太陡", needs_of: tuple[bytes, ...] = ()) -> bytes:
    record = issue(store, title, needs_of)
    act.move_issue(store, record, "review")
    act.move_issue(store, record, "accept")
    return record


def meeting(store: Store, issues: tuple[bytes, ...], held_on: str = TODAY, **more: Value) -> bytes:
    values: dict[str, Value] = {
        "kind": "red_council", "area_unit_id": ROOT, "held_on": held_on, "place_text": "小区会客厅",
        "convenor_id": ME, "chair_id": ME, "recorder_id": ME,
    }  # fmt: skip
    return act.plan_meeting(store, {**values, **more}, issues).record


def held(store: Store, issues: tuple[bytes, ...], people: int = 11, **more: Value) -> bytes:
    record = meeting(store, issues, TODAY, **more)
    act.move_meeting(store, record, "call", short_notice_reason="已在群里约好")
    lines: list[dict[str, Value]] = [{"capacity": "resident", "head_count": people}]
    act.set_attendance(
        store, record, [*lines, {"capacity": "expert", "head_count": 2, "advice": "坡度不超 1:12"}]
    )
    act.move_meeting(store, record, "hold")
    return record


def resolution(store: Store, of: bytes, at: bytes, due_on: str = "2026-12-31") -> bytes:
    values: dict[str, Value] = {"task_text": "在地面划出车棚", "owner_org_id": org(store), "due_on": due_on}
    return act.add_resolution(store, of, at, values).record


def test_the_worked_case(alone: Store) -> None:
    demand = lists.add_need(alone, {"no": "S26-07-0042", "title": "坡道太陡", "category": "safety"}).record
    ramp = accepted(alone, needs_of=(demand,))
    assert needs.need(alone, demand).answered_by == (read.issue(alone, ramp).row.no,)  # type: ignore[union-attr]
    first = held(alone, (ramp,), kind="yard")
    act.move_issue(alone, ramp, "deliberate")
    second = held(alone, (ramp,), kind="red_council", members_due=20)
    third = held(alone, (ramp,), kind="joint")
    act.record_vote(alone, second, ramp, HANDS)
    act.move_meeting(alone, third, "minute", summary="各方同意在地面建车棚")
    act.move_issue(alone, ramp, "decide", decision_text="在地面建车棚，坡道加防滑条")
    act.move_issue(alone, ramp, "give_notice", notice_place="小区公示栏")
    found = read.issue(alone, ramp)
    assert (found.values["notice_from"], found.values["notice_to"]) == (TODAY, "2026-11-26")
    assert {m.id for m in found.meetings} == {first, second, third} and found.votes[0].carried
    task = resolution(alone, ramp, third)
    with pytest.raises(FieldInvalid) as refused:
        act.move_issue(alone, ramp, "implement")
    assert why(refused) == ("notice_to", "notice_not_over")
    alone.use_clock(clock_at(NOW + dt.timedelta(days=7)))
    act.move_issue(alone, ramp, "implement")
    with pytest.raises(FieldInvalid) as refused:
        act.move_issue(alone, ramp, "follow_up", follow_up_text="看过了")
    assert why(refused) == ("state", "resolution_open")
    act.move_resolution(alone, task, "start")
    act.note_resolution(alone, task, "已划线")
    act.move_resolution(alone, task, "finish", evidence="车棚已启用")
    act.move_issue(alone, ramp, "follow_up", follow_up_text="车棚够用，坡道不再推车")
    assert needs.need(alone, demand).state == "open"  # type: ignore[union-attr]
    act.close_issue(alone, ramp, "地面车棚已启用，坡道加了防滑条")
    row = read.issue(alone, ramp).row
    assert (row.state, row.stage, row.done, row.resolutions) == ("closed", "implementing", 1, 1)
    answered = present_values(alone, "need", demand, ("state", "outcome"))
    assert answered == {"state": "met", "outcome": "地面车棚已启用，坡道加了防滑条"}
    assert read.resolution_notes(alone, task) == (("2026-11-27", "已划线"),)
    assert rectification(alone).percent == "100.0"


def test_a_meeting_is_called_three_days_ahead_or_says_why(alone: Store) -> None:
    ramp = accepted(alone)
    for days, refused_for in ((2, "notice_too_short"), (3, "")):
        record = meeting(alone, (ramp,), plus_days(TODAY, days))
        if refused_for:
            with pytest.raises(FieldInvalid) as refused:
                act.move_meeting(alone, record, "call")
            assert why(refused) == ("notice_on", refused_for)
            act.move_meeting(alone, record, "call", short_notice_reason="水管爆了")
        else:
            act.move_meeting(alone, record, "call")
            seen = present_values(alone, "meeting", record, ("held_on",))
            with pytest.raises(FieldInvalid) as refused:
                act.edit_meeting(alone, record, seen, {"held_on": TODAY})
            assert why(refused) == ("notice_on", "notice_too_short")
        act.set_attendance(alone, record, [{"capacity": "resident", "head_count": 5}])
        with pytest.raises(FieldInvalid) as refused:
            act.move_meeting(alone, record, "hold")
        assert why(refused) == ("held_on", "not_held_yet")
    empty = meeting(alone, (), plus_days(TODAY, 9))
    with pytest.raises(FieldInvalid) as refused:
        act.move_meeting(alone, empty, "call")
    assert why(refused) == ("issue_id", "agenda_empty")
    act.set_agenda(alone, empty, [ramp])
    act.move_meeting(alone, empty, "call")
    bare = meeting(alone, (ramp,), plus_days(TODAY, 9), chair_id=None)
    with pytest.raises(FieldInvalid) as refused:
        act.move_meeting(alone, bare, "call")
    assert why(refused) == ("chair_id", "required")


def test_nobody_meets_without_people(alone: Store) -> None:
    record = meeting(alone, (accepted(alone),))
    act.move_meeting(alone, record, "call", short_notice_reason="急")
    with pytest.raises(FieldInvalid) as refused:
        act.move_meeting(alone, record, "hold")
    assert why(refused) == ("head_count", "attendance_missing")


def test_a_vote_counts_no_more_than_were_there(alone: Store) -> None:
    ramp, other = accepted(alone), accepted(alone, "夜间噪音")
    record = held(alone, (ramp,), 11, members_due=22)
    for wrong in (12, 13):  # two experts were there too, without a vote
        with pytest.raises(FieldInvalid) as refused:
            act.record_vote(alone, record, ramp, {**HANDS, "votes_for": wrong - 3})
        assert why(refused) == ("votes_for", "votes_exceed_present")
    act.record_vote(alone, record, ramp, HANDS)
    with pytest.raises(FieldInvalid) as refused:
        act.set_attendance(alone, record, [{"capacity": "resident", "head_count": 10}])
    assert why(refused) == ("head_count", "votes_exceed_present")
    act.record_vote(alone, record, ramp, {**HANDS, "votes_for": 5})
    act.set_attendance(alone, record, [{"capacity": "resident", "head_count": 10}])
    (vote,) = read.meeting(alone, record).votes
    assert (vote.votes_for, vote.carried) == (5, False)
    with pytest.raises(FieldInvalid) as refused:
        act.record_vote(alone, record, other, HANDS)
    assert why(refused) == ("issue_id", "not_on_agenda")
    small = held(alone, (other,), 10, members_due=21)
    with pytest.raises(FieldInvalid) as refused:
        act.record_vote(alone, small, other, {**HANDS, "votes_for": 7})
    assert why(refused) == ("votes_for", "no_quorum")
    assert read.meeting(alone, small).quorate is False
    planned = meeting(alone, (other,))
    with pytest.raises(FieldInvalid) as refused:
        act.record_vote(alone, planned, other, HANDS)
    assert why(refused) == ("meeting_id", "not_held_yet")


def test_an_issue_goes_through_its_stages_in_order(alone: Store) -> None:
    ramp, other = issue(alone), accepted(alone, "夜间噪音")
    with pytest.raises(FieldInvalid) as refused:
        meeting(alone, (ramp,))
    assert why(refused) == ("issue_id", "not_accepted_yet")
    act.move_issue(alone, ramp, "review")
    for event, given, wanted in (
        ("merge", {"merged_into_id": ramp}, ("merged_into_id", "merged_into_itself")),
        ("merge", {"merged_into_id": b"x" * 16}, ("merged_into_id", "record_missing")),
        ("reject", {}, ("review_reason", "required")),
        ("decide", {"decision_text": "就这样"}, ("state", "stale_transition")),
    ):
        with pytest.raises(FieldInvalid) as refused:
            act.move_issue(alone, ramp, event, **given)
        assert why(refused) == wanted
    act.move_issue(alone, ramp, "merge", merged_into_id=other)
    third = issue(alone, "坡道结冰")
    act.move_issue(alone, third, "review")
    with pytest.raises(FieldInvalid) as refused:
        act.move_issue(alone, third, "merge", merged_into_id=ramp)
    assert why(refused) == ("merged_into_id", "merged_already")
    act.move_issue(alone, third, "pass_up", passed_to="alliance", review_reason="要街道定")
    act.move_issue(alone, third, "accept")
    with pytest.raises(FieldInvalid) as refused:
        act.move_issue(alone, other, "deliberate")
    assert why(refused) == ("meeting_id", "no_meeting")
    meeting(alone, (other,))
    act.move_issue(alone, other, "deliberate")
    with pytest.raises(FieldInvalid) as refused:
        act.move_issue(alone, other, "decide", decision_text="十点后静音")
    assert why(refused) == ("meeting_id", "not_held_yet")
    held(alone, (other,))
    act.move_issue(alone, other, "decide", decision_text="十点后静音")
    with pytest.raises(FieldInvalid) as refused:
        act.move_issue(alone, other, "give_notice", notice_place="公示栏", notice_to=plus_days(TODAY, 5))
    assert why(refused) == ("notice_to", "public_notice_too_short")
    act.move_issue(alone, other, "give_notice", notice_place="公示栏")
    act.move_issue(alone, other, "discuss_again", reopen_reason="公示期有人提出异议")
    assert read.issue(alone, other).row.stage == "deliberating"


def test_nothing_is_implemented_without_a_resolution(alone: Store) -> None:
    ramp = accepted(alone)
    record = held(alone, (ramp,))
    act.move_issue(alone, ramp, "deliberate")
    act.move_issue(alone, ramp, "decide", decision_text="建车棚")
    act.move_issue(alone, ramp, "give_notice", notice_place="公示栏")
    alone.use_clock(clock_at(NOW + dt.timedelta(days=8)))
    with pytest.raises(FieldInvalid) as refused:
        act.move_issue(alone, ramp, "implement")
    assert why(refused) == ("task_text", "resolution_missing")
    with pytest.raises(FieldInvalid) as refused:
        resolution(alone, ramp, meeting(alone, ()))
    assert why(refused) == ("meeting_id", "not_held_yet")
    task = resolution(alone, ramp, record)
    with pytest.raises(FieldInvalid) as refused:
        act.remove_issue(alone, ramp)
    assert refused.value.values["reason"] == "has_dependants"
    act.remove_resolution(alone, task)


def test_nineteen_of_twenty_three(alone: Store) -> None:
    ramp = accepted(alone)
    at = held(alone, (ramp,))
    tasks = [resolution(alone, ramp, at, "2026-11-19" if n == 20 else "2026-12-31") for n in range(23)]
    for task in tasks[:19]:
        act.move_resolution(alone, task, "finish", evidence="照片存档")
    act.move_resolution(alone, tasks[22], "delay", delay_reason="等材料", extended_to="2027-01-31")
    found = rectification(alone)
    assert (found.done, found.total, found.delayed, found.overdue, found.percent) == (19, 23, 1, 1, "82.6")
    assert rectification(alone, since=plus_days(TODAY, 1)).total == 0
    assert rectification(alone, (ROOT,)).total == 23 and rectification(alone, (b"x",)).total == 0
    delayed = next(row for row in read.resolutions(alone) if row.id == tasks[22])
    assert (delayed.due_on, delayed.overdue) == ("2027-01-31", False)
    undone = act.move_resolution(alone, tasks[22], "stop", end_reason="不用做了")
    undo(alone, undone.txns[0], "撤销")
    assert next(r.state for r in read.resolutions(alone) if r.id == tasks[22]) == "delayed"
    rated = act.move_resolution(alone, tasks[0], "feed_back", satisfaction="satisfied")
    undo(alone, rated.txns[0], "撤销")
    assert next(r.fed_back_on for r in read.resolutions(alone) if r.id == tasks[0]) == ""


def test_the_agenda_keeps_its_order(alone: Store) -> None:
    one_issue, two, three = (accepted(alone, title) for title in ("甲", "乙", "丙"))
    record = meeting(alone, (one_issue, two))
    act.set_agenda(alone, record, [three, one_issue])
    assert [row.title for row in read.meeting(alone, record).agenda] == ["丙", "甲"]
    assert act.set_agenda(alone, record, [three, one_issue]).txns == ()
    act.set_agenda(alone, record, [two, three, one_issue])
    assert [row.title for row in read.meeting(alone, record).agenda] == ["乙", "丙", "甲"]


def test_a_residents_name_has_no_place_in_a_meeting(alone: Store) -> None:
    record = held(alone, (accepted(alone),))
    found = read.meeting(alone, record)
    assert {row.member for row in found.attendance} == {""}
    assert [(row.capacity, row.head_count, row.advice) for row in found.attendance] == [
        ("resident", 11, ""), ("expert", 2, "坡度不超 1:12"),
    ]  # fmt: skip
    assert (found.row.present, found.row.voters) == (13, 11)
    resident = one(alone, "SELECT id FROM resident WHERE deleted = 0 LIMIT 1")
    assert isinstance(resident, bytes)
    with pytest.raises(FieldInvalid) as refused:
        act.set_attendance(alone, record, [{"capacity": "resident", "head_count": 11, "member_id": resident}])
    assert why(refused) == ("member_id", "not_a_reference")


def test_pages_and_places(alone: Store) -> None:
    for title in "甲乙丙丁戊":
        held(alone, (accepted(alone, title),))
    for query in (read.issues, read.meetings):
        whole, after = query(alone), None
        found: list[object] = []
        while page := query(alone, after=after, limit=2):
            found += page
            after = page[-1].key
        assert found == list(whole) and len(whole) == 5
        assert query(alone, nodes=(ROOT,)) == whole and query(alone, nodes=(b"x",)) == ()
    assert {row.stage for row in read.issues(alone, ("reviewing",))} == {"reviewing"}
    assert read.issues(alone, ("implementing",)) == ()
    assert len(read.meetings(alone, ("held",))) == 5 and read.meetings(alone, ("planned",)) == ()
