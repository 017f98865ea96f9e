"""The road of a demand as the judge walks it: every state × event × role against the design's words, the rules beyond
the table, the log, and what a sender who does not keep to the rules achieves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

import pytest

from gridworker.models.demand import DEMAND, DEMAND_EVENT
from gridworker.models.demand_machine import DEMAND_MACHINE, ENDS, OPEN, STATES
from gridworker.models.demand_rules import replayed
from gridworker.models.entity import BucketClass, Merge
from gridworker.models.erasure import erasure_id
from gridworker.models.ids import bucket_id, new_id
from gridworker.models.machine import EVENT, NOTE
from gridworker.models.op import Op, OpKind, OpResult, Outcome, Value
from gridworker.models.registry import BY_NAME
from gridworker.models.roles import CLOSING, FRONT_LINE, GRID_LEVEL, LINKING, ROLES, Grant
from gridworker.models.validation import Rules
from gridworker.store.apply import apply_op
from gridworker.store.demand_changes import changed_fields
from gridworker.store.judging import Actor, Judge
from gridworker.store.reorganising import rehome
from gridworker.store.store import Store
from gridworker.store.workspace import Row, Shape, Workspace, blank_row
from tests.community import household_of

JUDGE = Judge("2026-11-20", Rules("2026-11-20", practice=True), authoritative=True)
ME, OTHER, THIRD = b"\x07" * 16, b"\x08" * 16, b"\x09" * 16
REPORTED = "2026-11-18 10:00"
SOON = "2026-11-25 10:00"


class _UndoError(Exception):
    pass


@pytest.fixture
def workspace(alone: Store) -> Iterator[Workspace]:
    with pytest.raises(_UndoError), alone.database.write() as connection:
        yield Workspace(connection, Shape())
        raise _UndoError


def home_id(workspace: Workspace) -> bytes:
    return Workspace.record_id(home(workspace))


def home(workspace: Workspace) -> Row:
    sql = "SELECT id FROM household WHERE deleted = 0 ORDER BY id LIMIT 1"
    found = workspace.get("household", workspace.connection.exec_driver_sql(sql).scalar())
    assert found is not None
    return found


def micro_of(workspace: Workspace) -> bytes:
    micro = workspace.micro_grid_of(home(workspace)["unit_id"], JUDGE.today)
    assert micro is not None
    return micro


def actor(workspace: Workspace, role: str = "community_secretary", member: bytes = ME) -> Actor:
    """Somebody whose post stands where the design puts it, above the household of the tests."""
    lineage = workspace.tree().lineage(micro_of(workspace))
    kinds = {workspace.get("area_unit", node)["kind"]: node for node in lineage}  # type: ignore[index]
    node = kinds.get(ROLES[role].level, lineage[-1])
    return Actor(member, b"\x0a" * 16, (Grant(ROLES[role], node),))


def do(
    workspace: Workspace, record: bytes, kind: OpKind, values: Mapping[str, Value],
    by: Actor | None = None, base: dict[str, Value] | None = None, entity: str = "demand",
) -> OpResult:  # fmt: skip
    op = Op(new_id(), 1, b"\x01" * 16, entity, record, kind, dict(values), base or {})
    return apply_op(workspace, op, by or actor(workspace), JUDGE)


def new_demand(workspace: Workspace, by: Actor | None = None, /, **more: Value) -> bytes:
    record = new_id()
    values: dict[str, Value] = {
        "no": "S26-01-0001", "source": "visit", "type": "help", "category": "parking", "title": "坡道太陡",
        "content": "电动车坡道太陡，推不上去", "household_id": home(workspace)["id"], "reporter": "resident",
        "wants_reply": 1, "reported_at": REPORTED, "urgency": "normal", "due_at": SOON,
    }  # fmt: skip
    values.update(more)
    values = {name: value for name, value in values.items() if value is not None}
    made = do(workspace, record, OpKind.CREATE, values, by)
    assert made.outcome is Outcome.APPLIED, made
    return record


def cause(
    workspace: Workspace, record: bytes, event: str, by: Actor | None = None, /, **values: Value
) -> OpResult:
    base: dict[str, Value] = {"round": row(workspace, record)["round"]}
    return do(workspace, record, OpKind.EVENT, {EVENT: event, **values}, by, base)


def row(workspace: Workspace, record: bytes, entity: str = "demand") -> Row:
    found = workspace.get(entity, record)
    assert found is not None
    return found


def log(workspace: Workspace, record: bytes) -> list[Row]:
    rows = workspace.children(DEMAND_EVENT, "demand_id", {record})
    return sorted(rows, key=lambda entry: int(str(entry["turn"])))


#: Everything an event may need, so that only state, role and rules decide.
INPUT: dict[str, dict[str, Value]] = {
    "accept": {},
    "not_accept": {"result_text": "请找物业", NOTE: "不归社区"},
    "assign": {"assignee_id": OTHER},
    "return": {NOTE: "不归我"},
    "handle": {"result_kind": "solved", "result_text": "修好了", "solve_level": "grid"},
    "reply": {"replied_at": "2026-11-19 09:00", "reply_channel": "phone"},
    "revisit": {"satisfaction": "unsatisfied", "satisfaction_reason": "还是陡"},
    "close": {"revisit_declined": 1},
    "reopen": {NOTE: "还是陡"},
    "extend": {"due_at": "2026-12-01 10:00", NOTE: "等材料"},
    "contacted": {"contacted_at": "2026-11-18 12:00"},
    "note": {NOTE: "看过现场"},
    "merge": {},
    "withdraw": {NOTE: "登记重了"},
    "route": {NOTE: "归小区"},
    "refer_up": {"refer_level": "community", NOTE: "要街道定"},
    "transfer": {"refer_kind": "transfer", NOTE: "请物业看"},
    "to_issue": {},
    "to_project": {},
    "feed_back": {"fed_back_at": "2026-11-19 09:00", NOTE: "议定建车棚"},
    "join_package": {"package_id": b"\x0b" * 16},
    "leave_package": {},
    "take_back": {},
}
#: The design's table, written out: event → (states in which it is legal → state after).
RUNNING = ("registered", "accepted", "assigned", "in_progress", "returned", "reopened")
TABLE: dict[str, dict[str, str]] = {
    "accept": {"registered": "accepted", "returned": "accepted", "assigned": "in_progress"},
    "not_accept": {"registered": "not_accepted"},
    "assign": {"accepted": "assigned", "reopened": "assigned"},
    "return": {"assigned": "returned"},
    "handle": {"accepted": "handled", "in_progress": "handled"},
    "reply": {"handled": "replied"},
    "revisit": {"replied": "revisited"},
    "close": {"handled": "closed", "replied": "closed", "revisited": "closed"},
    "reopen": {"revisited": "reopened", "not_accepted": "reopened"},
    "extend": {state: state for state in RUNNING},
    "contacted": {state: state for state in OPEN},
    "note": {state: state for state in STATES},
    "refer_up": {state: state for state in RUNNING},
    "transfer": {state: state for state in RUNNING},
    "route": {state: state for state in OPEN},
    "merge": dict.fromkeys(OPEN, "merged"),
    "withdraw": dict.fromkeys(OPEN, "withdrawn"),
    "to_issue": {state: state for state in RUNNING},
    "to_project": {state: state for state in RUNNING},
    "feed_back": {state: state for state in OPEN},
    "join_package": {state: state for state in OPEN},
    "leave_package": {state: state for state in OPEN},
}
#: What somebody who had not seen the change may still send without being wrong.
SETTLED = {
    "accept": {"accepted", "in_progress"},
    "return": {"returned"},
    "reply": {"replied", "revisited", "closed"},
    "close": {"closed"},
    "reopen": {"reopened"},
    "withdraw": {"withdrawn"},
}


def in_state(workspace: Workspace, state: str, **values: Value) -> bytes:
    """A demand set into `state`, with everything that a closing asks for."""
    record = new_demand(workspace)
    ready: dict[str, Value] = {
        "result_kind": "solved",
        "result_text": "早先修好了",
        "handled_by_id": OTHER,
        "solve_level": "grid",
    }
    if state not in ("handled",):
        ready["replied_at"] = "2026-11-19 09:00"
    present: Row = {
        **row(workspace, record),
        **ready,
        "satisfaction": "unsatisfied",
        "state": state,
        **values,
    }
    workspace.put("demand", present)
    return record


def inputs(workspace: Workspace, event: str) -> dict[str, Value]:
    given, tree = dict(INPUT[event]), workspace.tree()
    others = sorted(node for node in tree.parents if node not in tree.lineage(micro_of(workspace)))
    if event == "refer_up":
        given["referred_to_id"] = tree.root
    elif event == "transfer":
        given["referred_to_id"] = others[0]
    elif event == "route":
        given["routed_to_id"] = others[0]
    elif event == "merge":
        given["merged_into_id"] = new_demand(workspace)
    return given


@pytest.mark.parametrize("event", [e.name for e in DEMAND_MACHINE.events if e.name != "take_back"])
def test_every_state_and_event_of_the_design(workspace: Workspace, event: str) -> None:
    for state in STATES:
        wants_reply = 0 if (event, state) == ("close", "handled") else 1
        became = "issue" if event == "feed_back" else None
        record = in_state(workspace, state, wants_reply=wants_reply, became=became)
        before = dict(row(workspace, record))
        answer = cause(workspace, record, event, **inputs(workspace, event))
        after = row(workspace, record)
        if state in TABLE[event]:
            assert answer.outcome is Outcome.APPLIED, (state, answer)
            assert after["state"] == TABLE[event][state], state
            assert after["turn"] == int(str(before["turn"])) + 1
        elif state in SETTLED.get(event, ()):
            assert (answer.outcome, after) == (Outcome.NOOP, before), state
        else:
            assert (answer.outcome, answer.code) == (Outcome.REJECTED, "stale_transition"), state
            assert (answer.values["state"], answer.values["reason"]) == (state, "event_illegal")
            legal = set(answer.values["legal"].split(",")) - {""}
            assert all(state in TABLE[name] for name in legal) and "note" in legal
            assert after == before


def test_every_event_and_role_of_the_design(workspace: Workspace) -> None:
    """Who may cause what, wherever the event is legal: the answer depends on the role alone."""
    steward = FRONT_LINE | CLOSING
    may = {
        "micro_grid_leader": steward,
        **dict.fromkeys(
            ("grid_leader", "full_time_grid_worker", "committee_member", "community_secretary"),
            steward | GRID_LEVEL | LINKING,
        ),
    }
    for role, (event, states) in product(ROLES, TABLE.items()):
        state = (
            next(s for s in states if s != "handled") if any(s != "handled" for s in states) else "handled"
        )
        record = in_state(workspace, state, became="issue" if event == "feed_back" else None)
        given = inputs(workspace, event)
        if event == "merge":
            given["merged_into_id"] = new_demand(workspace)
        answer = cause(workspace, record, event, actor(workspace, role), **given)
        if event in may.get(role, ()):
            assert answer.outcome is Outcome.APPLIED, (role, event, answer)
        elif role in may:
            assert (answer.code, answer.values["reason"]) == ("event_refused", "event_not_yours"), (
                role,
                event,
            )
            assert set(answer.values["legal"].split(",")) <= may[role]
        else:
            assert answer.code == "not_allowed", (role, event)


def test_nobody_reaches_into_a_bucket_beside_the_own(workspace: Workspace) -> None:
    record, tree = new_demand(workspace), workspace.tree()
    beside = next(n for n in tree.parents if n not in tree.lineage(micro_of(workspace)))
    stranger = Actor(ME, b"\x0a" * 16, (Grant(ROLES["micro_grid_leader"], beside),))
    for event in TABLE:
        assert cause(workspace, record, event, stranger, **inputs(workspace, event)).code == "not_allowed"
    refused = do(workspace, new_id(), OpKind.CREATE, {
        **{name: row(workspace, record)[name] for name in (
            "no", "source", "type", "category", "title", "content", "household_id", "reporter", "wants_reply",
            "reported_at", "urgency", "due_at")},
    }, stranger)  # fmt: skip
    assert refused.code == "not_allowed"


def test_who_acts_through_referrals_alone_does_nothing_directly(workspace: Workspace) -> None:
    """Not even with a post on the very node: the case bucket there is seen, the demand is not theirs."""
    record = new_demand(workspace)
    here = Actor(ME, b"\x0a" * 16, (Grant(ROLES["red_steward"], micro_of(workspace)),))
    for event in sorted(ROLES["red_steward"].demand_events):
        assert cause(workspace, record, event, here, **INPUT[event]).code == "not_allowed", event


# -- rules beyond the table --------------------------------------------------------------------------------------


def test_the_whole_road_with_its_log(workspace: Workspace) -> None:
    record = new_demand(workspace)
    chief, steward = actor(workspace, "grid_leader", OTHER), actor(workspace, "micro_grid_leader", ME)
    steps: list[tuple[str, Actor, dict[str, Value]]] = [
        ("accept", steward, {}),
        ("contacted", steward, INPUT["contacted"]),
        ("assign", chief, {"assignee_id": ME}),
        ("accept", steward, {}),
        ("extend", chief, INPUT["extend"]),
        ("handle", steward, INPUT["handle"]),
        ("reply", steward, INPUT["reply"]),
        ("revisit", chief, {"satisfaction": "satisfied"}),
        ("close", chief, {}),
    ]
    for event, by, values in steps:
        assert cause(workspace, record, event, by, **values).outcome is Outcome.APPLIED, event
    done = row(workspace, record)
    assert (done["state"], done["result_kind"], done["owner_member_id"]) == ("closed", "solved", ME)
    assert [entry["event"] for entry in log(workspace, record)] == [
        "register",
        *(name for name, _, _ in steps),
    ]
    assert replays(workspace, record)


def replays(workspace: Workspace, record: bytes) -> bool:
    entries = [
        (str(e["from_state"] or ""), str(e["to_state"]), changed_fields(str(e["changed"])))
        for e in log(workspace, record)
    ]
    present = row(workspace, record)
    road = {f.name: present[f.name] for f in DEMAND.fields if f.merge is Merge.STATE}
    found = replayed(entries)
    return all(found.get(name) == value for name, value in road.items())


def test_who_handled_it_does_not_judge_it(workspace: Workspace) -> None:
    chief = actor(workspace, "grid_leader", ME)
    record = new_demand(workspace)
    for event in ("accept", "handle", "reply"):
        assert cause(workspace, record, event, chief, **INPUT[event]).outcome is Outcome.APPLIED
    for event in ("revisit", "close"):
        answer = cause(workspace, record, event, chief, **INPUT[event])
        assert (answer.code, answer.values["reason"]) == ("event_refused", "handler_himself")
        assert event not in answer.values["legal"].split(",")
    other = actor(workspace, "grid_leader", OTHER)
    assert cause(workspace, record, "close", other, revisit_declined=1).outcome is Outcome.APPLIED


def test_a_steward_may_close_what_was_solved_in_the_micro_grid_after_a_reply(workspace: Workspace) -> None:
    steward = actor(workspace, "micro_grid_leader", ME)
    record = new_demand(workspace)
    for event, more in (("accept", {}), ("handle", {"solve_level": "micro_grid"}), ("reply", {})):
        given = {**INPUT[event], **more}
        assert cause(workspace, record, event, steward, **given).outcome is Outcome.APPLIED
    assert (
        cause(workspace, record, "revisit", steward, **INPUT["revisit"]).values["reason"] == "handler_himself"
    )
    assert cause(workspace, record, "close", steward, revisit_declined=1).outcome is Outcome.APPLIED


def test_what_a_closing_needs(workspace: Workspace) -> None:
    for values, state, given, reason in (
        ({"result_text": None}, "replied", {"revisit_declined": 1}, "no_result"),
        ({"replied_at": None}, "handled", {}, "no_reply"),
        ({}, "replied", {}, "no_revisit"),
        ({"became": "issue"}, "replied", {"revisit_declined": 1}, "not_fed_back"),
    ):
        record = in_state(workspace, state, **values)
        answer = cause(workspace, record, "close", **given)
        assert (answer.outcome, answer.values.get("reason")) == (Outcome.REJECTED, reason)
    enough: tuple[tuple[dict[str, Value], str], ...] = (
        ({"wants_reply": 0}, "handled"),
        ({"reporter": "anonymous"}, "replied"),
        ({}, "revisited"),
    )
    for more, state in enough:
        assert cause(workspace, in_state(workspace, state, **more), "close").outcome is Outcome.APPLIED


def test_needs_are_asked_for_by_name(workspace: Workspace) -> None:
    for event in DEMAND_MACHINE.events:
        if event.name in ("take_back",):
            continue
        given = inputs(workspace, event.name)
        wanted = (*event.needs, *((NOTE,) if event.told else ()))
        for name in wanted:
            record = in_state(
                workspace, event.sources[0], became="issue" if event.name == "feed_back" else None
            )
            left = {key: value for key, value in given.items() if key != name}
            for poor in (left, {**left, name: "  "}) if name == NOTE else (left,):
                answer = cause(workspace, record, event.name, **poor)
                assert (answer.code, answer.field) == ("field_invalid", name), (event.name, name, answer)
                assert answer.values["reason"] == "required"


def test_the_first_receiver_stays_owner_until_somebody_accepts(workspace: Workspace) -> None:
    steward, chief = actor(workspace, "micro_grid_leader", ME), actor(workspace, "grid_leader", OTHER)
    record = new_demand(workspace)
    cause(workspace, record, "accept", steward)
    for count in (1, 2):
        assert cause(workspace, record, "assign", chief, assignee_id=THIRD).outcome is Outcome.APPLIED
        assert row(workspace, record)["owner_member_id"] == ME
        third = actor(workspace, "full_time_grid_worker", THIRD)
        assert cause(workspace, record, "return", third, note="不归我").outcome is Outcome.APPLIED
        present = row(workspace, record)
        assert (present["state"], present["owner_member_id"], present["assignee_id"]) == (
            "returned",
            ME,
            None,
        )
        assert present["return_count"] == count
        cause(workspace, record, "accept", steward)
    cause(workspace, record, "assign", chief, assignee_id=THIRD)
    cause(workspace, record, "accept", actor(workspace, "full_time_grid_worker", THIRD))
    present = row(workspace, record)
    assert (present["owner_member_id"], present["assignee_id"]) == (THIRD, None)


def test_only_what_did_not_satisfy_is_reopened(workspace: Workspace) -> None:
    content = in_state(workspace, "revisited", satisfaction="satisfied")
    assert cause(workspace, content, "reopen", note="再看看").values["reason"] == "not_unsatisfied"
    record = in_state(workspace, "revisited")
    again: dict[str, Value] = {"due_at": "2026-12-05 09:00", "limit_from": "2026-11-20 09:00"}
    assert cause(workspace, record, "reopen", note="还是陡", **again).outcome is Outcome.APPLIED
    present = row(workspace, record)
    assert (present["state"], present["reopen_count"], present["due_at"]) == (
        "reopened",
        1,
        "2026-12-05 09:00",
    )
    # What was said of the first handling says nothing about the next; it comes back with the step.
    assert (present["satisfaction"], present["satisfaction_reason"]) == (None, None)
    cause(workspace, record, "take_back")
    assert row(workspace, record)["satisfaction"] == "unsatisfied"
    assert (present["result_kind"], present["handled_by_id"], present["replied_at"]) == (None, None, None)
    refused = in_state(workspace, "not_accepted")
    assert cause(workspace, refused, "reopen", note="申诉").outcome is Outcome.APPLIED


def test_unsatisfied_says_why(workspace: Workspace) -> None:
    record = in_state(workspace, "replied")
    answer = cause(workspace, record, "revisit", satisfaction="unsatisfied")
    assert answer.values["reason"] == "say_why_unsatisfied"


def test_an_extension_is_later_and_recorded(workspace: Workspace) -> None:
    record = new_demand(workspace)
    assert cause(workspace, record, "extend", due_at=SOON, note="等").values["reason"] == "not_later"
    assert (
        cause(workspace, record, "extend", due_at="2026-12-01 10:00", note="等材料").outcome
        is Outcome.APPLIED
    )
    last = log(workspace, record)[-1]
    assert changed_fields(str(last["changed"]))["due_at"] == (SOON, "2026-12-01 10:00")
    assert (row(workspace, record)["extend_count"], last["note"]) == (1, "等材料")


def test_the_first_contact_counts(workspace: Workspace) -> None:
    record = new_demand(workspace)
    cause(workspace, record, "contacted", contacted_at="2026-11-18 12:00")
    cause(workspace, record, "contacted", contacted_at="2026-11-19 12:00")
    assert row(workspace, record)["contacted_at"] == "2026-11-18 12:00"
    assert len(log(workspace, record)) == 3


def test_merging_neither_into_itself_nor_in_a_circle(workspace: Workspace) -> None:
    first, second = new_demand(workspace), new_demand(workspace)
    assert cause(workspace, first, "merge", merged_into_id=first).values["reason"] == "merged_into_itself"
    assert cause(workspace, first, "merge", merged_into_id=new_id()).code == "parent_missing"
    assert cause(workspace, first, "merge", merged_into_id=second).outcome is Outcome.APPLIED
    assert cause(workspace, second, "merge", merged_into_id=first).values["reason"] == "in_a_circle"
    assert cause(workspace, new_demand(workspace), "merge", merged_into_id=first).values["reason"] == (
        "merged_into_ended"
    )
    refused = new_demand(workspace)
    cause(workspace, refused, "not_accept", note="不归社区", result_text="请找物业")
    assert cause(workspace, new_demand(workspace), "merge", merged_into_id=refused).values["reason"] == (
        "merged_into_ended"
    )
    # Taken back, merged the other way round, and the first step done again: still no circle.
    assert cause(workspace, first, "take_back").outcome is Outcome.APPLIED
    assert cause(workspace, second, "merge", merged_into_id=first).outcome is Outcome.APPLIED
    assert cause(workspace, first, "take_back").values["reason"] == "in_a_circle"


def test_what_became_an_issue_stays_open_until_it_is_fed_back(workspace: Workspace) -> None:
    record = new_demand(workspace)
    for event, given in (("accept", {}), ("to_issue", {"became_no": "Y26-01-0001"})):
        assert cause(workspace, record, event, **given).outcome is Outcome.APPLIED
    assert cause(workspace, record, "to_project").values["reason"] == "awaited_already"
    cause(
        workspace,
        record,
        "handle",
        actor(workspace, member=OTHER),
        **{**INPUT["handle"], "result_kind": "to_issue"},
    )
    cause(workspace, record, "reply", **INPUT["reply"])
    assert cause(workspace, record, "close", revisit_declined=1).values["reason"] == "not_fed_back"
    assert cause(workspace, record, "feed_back", **INPUT["feed_back"]).outcome is Outcome.APPLIED
    assert cause(workspace, record, "close", revisit_declined=1).outcome is Outcome.APPLIED


def test_the_own_last_step_is_taken_back_and_nobody_elses(workspace: Workspace) -> None:
    record = new_demand(workspace)
    me, other = actor(workspace, "grid_leader", ME), actor(workspace, "grid_leader", OTHER)
    cause(workspace, record, "accept", me)
    before = {f.name: row(workspace, record)[f.name] for f in DEMAND.fields if f.merge is Merge.STATE}
    cause(workspace, record, "handle", me, **INPUT["handle"])
    assert cause(workspace, record, "take_back", other).values["reason"] == "not_last_step"
    assert cause(workspace, record, "take_back", me).outcome is Outcome.APPLIED
    assert before == {name: row(workspace, record)[name] for name in before}
    assert replays(workspace, record)
    cause(workspace, record, "note", me, note="看过")
    assert cause(workspace, record, "take_back", me).values["reason"] == "not_takeable"
    fresh = new_demand(workspace, me)
    assert cause(workspace, fresh, "take_back", me).values["reason"] == "not_takeable"


def test_routing_moves_it_with_its_log(workspace: Workspace) -> None:
    record = new_demand(workspace)
    cause(workspace, record, "accept")
    old = row(workspace, record)["bucket_id"]
    assert cause(workspace, record, "route", **inputs(workspace, "route")).outcome is Outcome.APPLIED
    present = row(workspace, record)
    assert present["bucket_id"] != old
    assert {entry["bucket_id"] for entry in log(workspace, record)} == {present["bucket_id"]}
    assert {entry["unit_at"] for entry in log(workspace, record)} == {micro_of(workspace)}
    again = cause(workspace, record, "route", routed_to_id=present["routed_to_id"], note="再归一次")
    assert again.values["reason"] == "same_area"
    # The household moves: what was routed elsewhere stays there.
    present_home = home(workspace)
    unit = workspace.connection.exec_driver_sql(
        "SELECT id FROM unit WHERE deleted = 0 AND id <> ? ORDER BY id DESC LIMIT 1",
        (present_home["unit_id"],),
    ).scalar()
    moved = do(
        workspace, home_id(workspace), OpKind.SET, {"unit_id": unit},
        base={"unit_id": present_home["unit_id"]}, entity="household",
    )  # fmt: skip
    assert moved.outcome is Outcome.APPLIED
    assert row(workspace, record)["bucket_id"] == present["bucket_id"]


def test_a_demand_moves_with_its_household(workspace: Workspace) -> None:
    record, present = new_demand(workspace), home(workspace)
    units = workspace.connection.exec_driver_sql(
        "SELECT id FROM unit WHERE deleted = 0 ORDER BY id"
    ).fetchall()
    unit = next(u for (u,) in units if workspace.micro_grid_of(u, JUDGE.today) != micro_of(workspace))
    before = row(workspace, record)["bucket_id"]
    do(
        workspace, home_id(workspace), OpKind.SET, {"unit_id": unit}, base={"unit_id": present["unit_id"]},
        entity="household",
    )  # fmt: skip
    assert row(workspace, record)["bucket_id"] == home(workspace)["bucket_id"] != before
    assert log(workspace, record)[0]["bucket_id"] == row(workspace, record)["bucket_id"]


# -- referrals ---------------------------------------------------------------------------------------------------


def referrals(workspace: Workspace, record: bytes) -> list[Row]:
    from gridworker.models.demand import REFERRAL

    return sorted(workspace.children(REFERRAL, "demand_id", {record}), key=lambda r: int(str(r["round"])))


def test_a_referral_tells_neither_door_nor_person(workspace: Workspace) -> None:
    record = new_demand(workspace, reporter="outside", reporter_name="王演示", reporter_phone="100-0000-0001")
    assert cause(
        workspace, record, "refer_up", refer_place="学府院", **inputs(workspace, "refer_up")
    ).outcome is (Outcome.APPLIED)
    (seen,) = referrals(workspace, record)
    root = workspace.tree().root
    assert (seen["to_unit_id"], seen["state"], seen["round"], seen["refer_place"]) == (
        root,
        "open",
        1,
        "学府院",
    )
    assert (seen["reporter_name"], seen["reporter_phone"]) == (None, None)
    assert "王演示" not in str(seen)
    ticked = new_demand(workspace, reporter="outside", reporter_name="王演示", reporter_phone="100-0000-0001")
    cause(workspace, ticked, "refer_up", refer_reporter=1, **inputs(workspace, "refer_up"))
    assert referrals(workspace, ticked)[0]["reporter_name"] == "王演示"


def test_never_two_referrals_for_one_round(workspace: Workspace) -> None:
    record, given = new_demand(workspace), inputs(workspace, "refer_up")
    assert cause(workspace, record, "refer_up", **given).outcome is Outcome.APPLIED
    stale: dict[str, Value] = {"round": None}
    same = do(workspace, record, OpKind.EVENT, {EVENT: "refer_up", **given}, base=stale)
    assert same.outcome is Outcome.NOOP
    elsewhere = {**inputs(workspace, "transfer"), EVENT: "transfer"}
    refused = do(workspace, record, OpKind.EVENT, elsewhere, base=stale)
    assert (refused.code, refused.values["reason"]) == ("event_refused", "referral_is_open")
    assert len(referrals(workspace, record)) == 1
    # Who has seen it may send it elsewhere: the first is withdrawn, a second round begins.
    assert cause(workspace, record, "transfer", **inputs(workspace, "transfer")).outcome is Outcome.APPLIED
    assert [r["state"] for r in referrals(workspace, record)] == ["withdrawn", "open"]


def test_up_means_up_and_somewhere_else(workspace: Workspace) -> None:
    record, tree = new_demand(workspace), workspace.tree()
    beside = inputs(workspace, "transfer")["referred_to_id"]
    for event, unit, reason in (
        ("refer_up", beside, "not_above"),
        ("refer_up", micro_of(workspace), "same_area"),
        ("transfer", micro_of(workspace), "same_area"),
    ):
        given = {**INPUT[event], "referred_to_id": unit}
        assert cause(workspace, record, event, **given).values["reason"] == reason
    assert cause(
        workspace, record, "refer_up", **{**INPUT["refer_up"], "referred_to_id": b"\x05" * 16}
    ).code == ("parent_missing")
    assert tree.root is not None


def test_a_demand_that_ends_takes_its_referral_along(workspace: Workspace) -> None:
    for event in ("withdraw", "merge", "route"):
        record = new_demand(workspace)
        cause(workspace, record, "refer_up", **inputs(workspace, "refer_up"))
        assert cause(workspace, record, event, **inputs(workspace, event)).outcome is Outcome.APPLIED
        assert [r["state"] for r in referrals(workspace, record)] == ["withdrawn"]
        assert row(workspace, record)["referral"] is None


def test_a_referral_taken_back_is_withdrawn(workspace: Workspace) -> None:
    record = new_demand(workspace)
    cause(workspace, record, "refer_up", **inputs(workspace, "refer_up"))
    assert cause(workspace, record, "take_back").outcome is Outcome.APPLIED
    assert row(workspace, record)["referral"] is None
    assert [r["state"] for r in referrals(workspace, record)] == ["withdrawn"]


def test_a_step_taken_back_leaves_the_referral_as_it_was_before(workspace: Workspace) -> None:
    shared: dict[str, Value] = {"refer_reporter": 1, **inputs(workspace, "refer_up")}
    named: dict[str, Value] = {"reporter": "outside", "reporter_name": "王演示"}
    for event in ("route", "transfer"):
        record = new_demand(workspace, **named)
        cause(workspace, record, "refer_up", **shared)
        assert cause(workspace, record, event, **inputs(workspace, event)).outcome is Outcome.APPLIED
        assert referrals(workspace, record)[0]["reporter_name"] is None  # nobody needs it there any more
        assert cause(workspace, record, "take_back").outcome is Outcome.APPLIED
        first, *others = referrals(workspace, record)
        assert (first["state"], first["reporter_name"]) == ("open", "王演示"), event
        assert [other["state"] for other in others] == ["withdrawn"] * (event == "transfer")
        now = row(workspace, record)
        assert (now["referral"], now["round"], now["referred_to_id"]) == ("open", 1, first["to_unit_id"])


def test_who_is_forgotten_here_is_forgotten_where_the_demand_was_sent(workspace: Workspace) -> None:
    shared: dict[str, Value] = {"refer_reporter": 1, **inputs(workspace, "refer_up")}
    named: dict[str, Value] = {"reporter_name": "王演示", "reporter_phone": "100-0000-0001"}
    record = new_demand(workspace, reporter="outside", **named)
    cause(workspace, record, "refer_up", **shared)
    gone: dict[str, Value] = {"reporter": "anonymous", **dict.fromkeys(named)}
    base: dict[str, Value] = {"reporter": "outside", **named}
    assert do(workspace, record, OpKind.SET, gone, base=base).outcome is Outcome.APPLIED
    (seen,) = referrals(workspace, record)
    assert (seen["state"], seen["reporter_name"], seen["reporter_phone"]) == ("open", None, None)


def test_an_erased_resident_is_not_named_in_what_they_asked_for(workspace: Workspace) -> None:
    sql = "SELECT id, household_id FROM resident WHERE deleted = 0 LIMIT 1"
    resident, where = workspace.connection.exec_driver_sql(sql).one()
    record = new_demand(workspace, household_id=where, reporter_resident_id=resident, reporter_name="王演示")
    cause(workspace, record, "refer_up", refer_reporter=1, **inputs(workspace, "refer_up"))
    about: dict[str, Value] = {"entity": "resident", "record_id": resident}
    erased = do(workspace, erasure_id(resident), OpKind.CREATE, about, entity="erasure")
    assert erased.outcome in (Outcome.APPLIED, Outcome.MERGED), erased
    now = row(workspace, record)
    assert (now["reporter_resident_id"], now["reporter_name"], now["reporter_phone"]) == (None, None, None)
    assert referrals(workspace, record)[0]["reporter_name"] is None


# -- dishonest senders -------------------------------------------------------------------------------------------


def test_nobody_writes_the_log_or_a_referral(workspace: Workspace) -> None:
    record = new_demand(workspace)
    entry = log(workspace, record)[0]
    forged = {name: entry[name] for name in (f.name for f in DEMAND_EVENT.fields) if entry[name] is not None}
    assert do(workspace, new_id(), OpKind.CREATE, forged, entity="demand_event").outcome is Outcome.REJECTED
    record_of = workspace.record_id(entry)
    for kind, values in ((OpKind.SET, {"note": "x"}), (OpKind.DELETE, {}), (OpKind.EVENT, {EVENT: "accept"})):
        assert do(workspace, record_of, kind, values, entity="demand_event").outcome is Outcome.REJECTED
    cause(workspace, record, "refer_up", **inputs(workspace, "refer_up"))
    seen = workspace.record_id(referrals(workspace, record)[0])
    for kind, values in ((OpKind.SET, {"title": "x"}), (OpKind.DELETE, {})):
        assert do(workspace, seen, kind, values, entity="referral").outcome is Outcome.REJECTED


def test_no_field_of_the_road_is_set_without_its_event(workspace: Workspace) -> None:
    record = new_demand(workspace)
    for field in DEMAND.fields:
        if field.merge in (Merge.STATE, Merge.APPEND, Merge.DERIVED):
            value: Value = (
                b"\x05" * 16 if field.kind == "ref" else 1 if field.kind in ("int", "bool") else "x"
            )
            answer = do(workspace, record, OpKind.SET, {field.name: value})
            assert answer.outcome is Outcome.REJECTED, field.name
            if field.name in row(workspace, record):
                assert (
                    cause(workspace, record, "note", note="x", **{field.name: value}).outcome
                    is Outcome.REJECTED
                )
    assert do(workspace, record, OpKind.DELETE, {}).code == "append_only"


def test_a_demand_is_not_made_in_another_state(workspace: Workspace) -> None:
    for name, value in (
        ("state", "closed"),
        ("result_kind", "solved"),
        ("handled_by_id", ME),
        ("merged_into_id", ME),
    ):
        with pytest.raises(AssertionError, match="only_by_event"):
            new_demand(workspace, **{name: value})


@pytest.mark.parametrize(
    ("wrong", "field", "reason"),
    [
        ({"due_at": None}, "due_at", "required"),
        ({"due_at": "2026-11-01 09:00"}, "due_at", "before_reported"),
        ({"reported_at": "2026-12-01 09:00"}, "reported_at", "in_future"),
        ({"reported_at": "2026-11-18"}, "reported_at", "not_a_moment"),
        ({"reported_at": "2026-11-18 25:00"}, "reported_at", "not_a_moment"),
        ({"reporter": "anonymous", "reporter_name": "王演示"}, "reporter_name", "anonymous_is_named"),
        ({"reporter": "outside"}, "reporter_name", "required"),
        ({"category": "Parking!"}, "category", "not_a_code"),
        ({"category": "risk_level"}, "category", "must_not"),
        ({"household_id": None}, "household_id", "exactly_one"),
        ({"content": "身份证 11010519491231002X"}, "content", "identity_number"),
    ],
)
def test_bad_input_is_named(workspace: Workspace, wrong: dict[str, Value], field: str, reason: str) -> None:
    with pytest.raises(AssertionError) as refused:
        new_demand(workspace, **wrong)
    assert f"field='{field}'" in str(refused.value) and reason in str(refused.value)


def test_what_has_ended_is_not_edited(workspace: Workspace) -> None:
    record = new_demand(workspace)
    assert (
        do(workspace, record, OpKind.SET, {"title": "坡道"}, base={"title": "坡道太陡"}).outcome
        is Outcome.APPLIED
    )
    for state in ENDS:
        ended = in_state(workspace, state)
        answer = do(workspace, ended, OpKind.SET, {"title": "坡道"}, base={"title": "坡道太陡"})
        assert (answer.code, answer.values["reason"]) == ("field_invalid", "demand_ended")


def test_a_household_with_demands_is_not_deleted(alone: Store, workspace: Workspace) -> None:
    new_demand(workspace)
    refused = do(workspace, home_id(workspace), OpKind.DELETE, {}, entity="household")
    assert refused.code == "has_dependants"
    assert household_of(alone)
    assert blank_row(DEMAND, b"")["state"] is None


def test_a_stairwell_that_goes_to_another_micro_grid_takes_its_demands_along(workspace: Workspace) -> None:
    """With their logs; but what was routed elsewhere stays there."""
    unit = home(workspace)["unit_id"]
    assert isinstance(unit, bytes)
    inside, stairs, routed = (
        new_demand(workspace),
        new_demand(workspace, household_id=None, unit_id=unit),
        new_demand(workspace),
    )
    cause(workspace, routed, "route", **inputs(workspace, "route"))
    there = row(workspace, routed)["bucket_id"]
    tree = workspace.tree()
    other = max(n for n in tree.parents if n not in tree.lineage(micro_of(workspace)))
    (cover,) = [c for c in workspace.children(BY_NAME["coverage"], "unit_id", (unit,)) if not c["deleted"]]
    workspace.put("coverage", {**cover, "micro_grid_id": other})
    rehome(workspace, (unit,), JUDGE.today)
    target = bucket_id(other, BucketClass.CASE)
    for record in (inside, stairs):
        assert row(workspace, record)["bucket_id"] == target
        assert {entry["bucket_id"] for entry in log(workspace, record)} == {target}
        assert row(workspace, record)["unit_at"] != other  # past weeks do not drift
    assert row(workspace, routed)["bucket_id"] == there
    assert {entry["bucket_id"] for entry in log(workspace, routed)} == {there}
