"""Demands between laptops and the server: what two people did without knowing of each other, what a client that lies
achieves, and that nothing a server refused stays behind in a log."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from gridworker.errors import EventRefused, GridworkerError, NotAllowed, NotUndoable
from gridworker.models.catalogue import MEETING_RULES, catalogue_id
from gridworker.models.demand_rules import replayed
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, OpResult, Outcome, Value
from gridworker.services import demands, limits
from gridworker.services.demands import DemandForm
from gridworker.services.undo import undo
from gridworker.store.demand_changes import changed_fields
from gridworker.store.queries.meeting_rules import meeting_rules
from gridworker.store.queries.stuck import stuck_ops
from gridworker.ui.pages.sync.words import why
from gridworker.wording import Wording
from tests.contract.rig import Desk, Rig, ask, op
from tests.contract.test_agreeing import in_agreement
from tests.contract.test_exchange import copies_agree
from tests.contract.village import home, named
from tests.sync.test_purge import command, take_away


def form(thing: str = "home_a1_1", **more: object) -> DemandForm:
    values = {
        "place": ("household_id", named(thing)),
        "title": "坡道太陡",
        "content": "电动车推不上去",
        "category": "parking",
        **more,
    }
    return DemandForm(**values)  # type: ignore[arg-type]


def agree(rig: Rig, *desks: Desk) -> None:
    for _ in range(2):
        for desk in desks:
            desk.sync()
    for desk in desks:
        copies_agree(rig, desk)
        assert in_agreement(rig, desk)
        assert desk.rows("SELECT id FROM demand_event WHERE row_version = 0") == []


def state(desk: Desk | Rig, record: bytes) -> str:
    return str(desk.one("SELECT state FROM demand WHERE id = ?", record))


def log(desk: Desk | Rig, record: bytes) -> list[str]:
    rows = desk.rows("SELECT event FROM demand_event WHERE demand_id = ? ORDER BY turn", record)
    return [row[0] for row in rows]


def forge(rig: Rig, desk: Desk, draft: Draft) -> OpResult:
    """The server's answer to an op written by hand."""
    last = rig.one("SELECT last_seq FROM device WHERE device_id = ?", desk.store.known.device_id)
    return ask(desk, [op(last + 1, draft)]).results[0]


Two = tuple[Rig, Desk, Desk, bytes]


@pytest.fixture(params=["in_process", "postgres"])
def two(request: pytest.FixtureRequest, make_rig: Callable[..., Rig]) -> Two:
    """The steward of a1 and the chief of grid a, who both know a demand."""
    rig = make_rig(request.param)
    steward, chief = rig.desk("steward_a1"), rig.desk("grid_a")
    steward.sync()
    chief.sync()
    made = demands.register(steward.store, form())
    agree(rig, steward, chief)
    return rig, steward, chief, made.demand_id


def outcome_of_last(desk: Desk) -> str:
    raw = desk.one("SELECT result FROM outbox ORDER BY seq DESC LIMIT 1")
    return bytes(raw).decode()


def test_one_registers_and_the_other_sees_it_with_its_log(two: Two) -> None:
    rig, _, chief, record = two
    assert (state(chief, record), log(chief, record)) == ("registered", ["register"])
    assert log(rig, record) == ["register"]
    assert rig.one("SELECT by_member_id FROM demand_event") == named("member_steward_a1")


def test_what_others_work_on_is_not_undone_with_its_registration(two: Two) -> None:
    rig, steward, chief, _ = two
    made, other = (demands.register(steward.store, form()) for _ in range(2))
    agree(rig, steward, chief)
    demands.accept(chief.store, made.demand_id)
    agree(rig, chief, steward)
    with pytest.raises(NotUndoable):
        undo(steward.store, made.txns[0], "登记错了")
    undo(steward.store, other.txns[0], "登记错了")
    agree(rig, steward, chief)
    assert state(chief, made.demand_id) == "accepted" and state(chief, other.demand_id) == "withdrawn"


def test_what_is_still_legal_takes_effect(two: Two) -> None:
    rig, steward, chief, record = two
    demands.accept(chief.store, record)
    demands.cause(steward.store, record, "contacted", contacted_at="2026-11-20 12:00")
    chief.sync()
    agree(rig, steward, chief)
    assert '"merged"' in outcome_of_last(steward)
    assert log(rig, record) == ["register", "accept", "contacted"]


def test_what_came_about_already_does_nothing_twice(two: Two) -> None:
    rig, steward, chief, record = two
    demands.accept(chief.store, record)
    demands.accept(steward.store, record)
    assert log(steward, record) == ["register", "accept"]
    chief.sync()
    agree(rig, steward, chief)
    assert '"noop"' in outcome_of_last(steward)
    assert log(rig, record) == log(steward, record) == ["register", "accept"]
    assert rig.one("SELECT owner_member_id FROM demand") == named("member_grid_a")


def test_f13_what_is_illegal_by_now_is_refused_with_what_is_possible(two: Two) -> None:
    rig, steward, chief, record = two
    demands.accept(steward.store, record)
    agree(rig, steward, chief)
    demands.cause(chief.store, record, "withdraw", "居民已自行解决")
    demands.refer_up(steward.store, record, named("grid_a"), "grid", "要网格定")
    chief.sync()
    agree(rig, steward, chief)
    (refused,) = stuck_ops(steward.store)
    said = why(Wording.load("zh_CN"), refused)
    assert "已撤回" in said and "上报" in said and said.endswith("现在可以：加备注。"), said
    answer = outcome_of_last(steward)
    assert '"stale_transition"' in answer and '"withdrawn"' in answer and "event_illegal" in answer
    assert state(steward, record) == "withdrawn"
    assert log(steward, record) == ["register", "accept", "withdraw"]
    assert rig.rows("SELECT id FROM referral") == []


def test_never_two_referrals_for_one_round(two: Two) -> None:
    rig, steward, chief, record = two
    secretary = rig.desk("secretary")
    secretary.sync()
    demands.refer_up(steward.store, record, named("root"), "community", "要社区定", place="小院")
    demands.refer_up(chief.store, record, named("root"), "community", "要社区定")
    chief.sync()
    agree(rig, steward, chief, secretary)
    assert rig.rows("SELECT round, state, refer_place FROM referral") == [(1, "open", "小院1栋")]
    assert log(rig, record) == ["register", "refer_up"]
    # Only whom it concerns holds it.
    assert (len(secretary.holds("referral")), steward.holds("referral"), chief.holds("referral")) == (
        1,
        set(),
        set(),
    )
    demands.cause(steward.store, record, "withdraw", "已解决")
    agree(rig, steward, chief, secretary)
    assert secretary.rows("SELECT state FROM referral") == [("withdrawn",)]


def test_routing_takes_it_away_from_here_and_brings_it_there(two: Two) -> None:
    rig, steward, chief, record = two
    secretary, other = rig.desk("secretary"), rig.desk("steward_b1")
    for desk in (secretary, other):
        desk.sync()
    assert other.holds("demand") == set()
    demands.cause(secretary.store, record, "route", "归二网格", routed_to_id=named("b1"))
    agree(rig, secretary, steward, chief, other)
    assert other.holds("demand") == {record} and len(other.holds("demand_event")) == 2
    assert (steward.holds("demand"), steward.holds("demand_event")) == (set(), set())
    assert chief.holds("demand") == set()


def test_a_household_that_moves_takes_its_demands_along(two: Two) -> None:
    rig, steward, chief, record = two
    other = rig.desk("steward_b1")
    other.sync()
    move = Draft(
        "household",
        named(home("a1", 1)),
        OpKind.SET,
        {"unit_id": named("unit_b1")},
        {"unit_id": named("unit_a1")},
    )
    command(rig, move)
    agree(rig, steward, chief, other)
    assert other.holds("demand") == {record} and steward.holds("demand") == set()
    assert other.rows("SELECT unit_at FROM demand") == [(named("a1"),)]  # where it lay on that day


def test_nothing_in_another_micro_grid(two: Two) -> None:
    rig, _, _, record = two
    stranger = rig.desk("steward_b1")
    stranger.sync()
    for draft in (
        Draft("demand", record, OpKind.EVENT, {EVENT: "accept"}),
        Draft("demand", record, OpKind.SET, {"title": "x"}, {"title": "坡道太陡"}),
        Draft("demand", named("forged"), OpKind.CREATE, raw_demand()),
    ):
        answer = forge(rig, stranger, draft)
        assert (answer.outcome, answer.code) == (Outcome.REJECTED, "not_allowed"), draft
    assert stranger.holds("demand") == set()


def raw_demand(**more: Value) -> dict[str, Value]:
    return {
        "no": "S26-99-0001", "source": "visit", "type": "help", "category": "parking", "title": "坡道", "content": "陡",
        "household_id": named("home_a1_1"), "reporter": "resident", "wants_reply": 1,
        "reported_at": "2026-11-20 09:00", "urgency": "normal", "due_at": "2026-11-27 09:00", **more,
    }  # fmt: skip


def test_a_post_does_not_cause_what_is_not_its_own(two: Two) -> None:
    rig, steward, _, record = two
    values: dict[str, Value] = {EVENT: "assign", "assignee_id": named("member_steward_a1")}
    answer = forge(rig, steward, Draft("demand", record, OpKind.EVENT, values))
    assert (answer.code, answer.values["reason"]) == ("event_refused", "event_not_yours")
    assert "assign" not in answer.values["legal"].split(",") and "accept" in answer.values["legal"].split(",")
    with pytest.raises(EventRefused, match="event_not_yours"):
        demands.cause(steward.store, record, "extend", "等", due_at="2026-12-20 09:00")


def test_the_log_and_the_state_are_nobodys_to_write(two: Two) -> None:
    rig, steward, _, record = two
    entry: dict[str, Value] = {
        "demand_id": record, "event": "close", "turn": 2, "at": "2026-11-20 10:00", "to_state": "closed",
    }  # fmt: skip
    seen: dict[str, Value] = {
        "demand_id": record, "no": "S26-99-0001", "refer_kind": "up", "round": 1, "to_unit_id": named("a1"),
        "title": "x", "category": "parking",
    }  # fmt: skip
    first = rig.one("SELECT id FROM demand_event")
    for draft in (
        Draft("demand_event", named("forged"), OpKind.CREATE, entry),
        Draft("demand_event", first, OpKind.DELETE, {}),
        Draft("demand_event", first, OpKind.SET, {"note": "x"}, {}),
        Draft("referral", named("forged"), OpKind.CREATE, seen),
        Draft("demand", record, OpKind.SET, {"state": "closed"}, {"state": "registered"}),
        Draft("demand", record, OpKind.SET, {"handled_by_id": None}, {}),
        Draft("demand", record, OpKind.DELETE, {}),
        Draft("demand", named("forged"), OpKind.CREATE, raw_demand(state="closed")),
        Draft("demand", named("forged"), OpKind.CREATE, raw_demand(result_kind="solved")),
    ):
        assert forge(rig, steward, draft).outcome is Outcome.REJECTED, draft
    assert state(rig, record) == "registered" and log(rig, record) == ["register"]


def test_a_handler_does_not_close_the_own_work_on_the_server_either(two: Two) -> None:
    rig, _, chief, record = two
    for event, values in (
        ("accept", {}),
        ("handle", {"result_kind": "solved", "result_text": "修了", "solve_level": "grid"}),
        ("reply", {"replied_at": "2026-11-20 12:00", "reply_channel": "phone"}),
    ):
        sent: dict[str, Value] = {EVENT: event, **values}
        assert forge(rig, chief, Draft("demand", record, OpKind.EVENT, sent)).outcome is Outcome.APPLIED
    closing: dict[str, Value] = {EVENT: "close", "revisit_declined": 1}
    answer = forge(rig, chief, Draft("demand", record, OpKind.EVENT, closing))
    assert (answer.code, answer.values["reason"]) == ("event_refused", "handler_himself")
    assert rig.one("SELECT handled_by_id FROM demand") == named("member_grid_a")  # whoever the sender may say


def test_what_was_done_after_the_post_was_lost_waits_for_a_person(two: Two) -> None:
    rig, steward, chief, record = two
    demands.accept(steward.store, record)
    command(rig, take_away("post_steward_a1"))
    steward.sync()
    assert state(rig, record) == "registered"
    assert rig.rows("SELECT reason, state, entity FROM held_op") == [("scope_lost", "open", "demand")]
    assert steward.holds("demand") == set() and steward.holds("demand_event") == set()
    agree(rig, chief)
    secretary = rig.desk("secretary")
    secretary.sync()
    held = secretary.one("SELECT id FROM held_op")
    secretary.save(Draft("held_op", held, OpKind.EVENT, {EVENT: "accept"}, {"state": "open"}))
    agree(rig, chief, secretary)
    assert (state(chief, record), log(chief, record)) == ("accepted", ["register", "accept"])
    assert chief.one("SELECT owner_member_id FROM demand") == named(
        "member_steward_a1"
    )  # in its writer's name


STEPS: tuple[tuple[str, dict[str, Value]], ...] = (
    ("accept", {}),
    ("not_accept", {"result_text": "请找物业", "note": "不归社区"}),
    ("assign", {"assignee_id": named("member_steward_a1")}),
    ("return", {"note": "不归我"}),
    ("handle", {"result_kind": "solved", "result_text": "修了", "solve_level": "micro_grid"}),
    ("reply", {"replied_at": "2026-11-20 12:00", "reply_channel": "phone"}),
    ("revisit", {"satisfaction": "unsatisfied", "satisfaction_reason": "还是陡"}),
    ("close", {"revisit_declined": 1}),
    ("reopen", {"note": "还是陡"}),
    ("note", {"note": "看过"}),
    ("refer_up", {"referred_to_id": named("root"), "refer_level": "community", "note": "要社区定"}),
    ("withdraw", {"note": "登记重了"}),
    ("to_issue", {}),
    ("feed_back", {"fed_back_at": "2026-11-20 12:00", "note": "已议定"}),
    ("take_back", {}),
)


@pytest.mark.parametrize("seed", range(6))
def test_random_roads_of_two_people_agree_in_the_end(make_rig: Callable[..., Rig], seed: int) -> None:
    """Legal and illegal steps by two who sync now and then: copies agree, the log replays to the state, what is closed
    has a result, and no demand is lost."""
    chance = random.Random(seed)
    rig = make_rig()
    desks = [rig.desk("steward_a1"), rig.desk("grid_a")]
    for desk in desks:
        desk.sync()
    records = [demands.register(desks[0].store, form(home("a1", n))).demand_id for n in (1, 2)]
    agree(rig, *desks)
    for _ in range(60):
        desk, record = chance.choice(desks), chance.choice(records)
        event, values = chance.choice(STEPS)
        if chance.random() < 0.25:
            desk.sync()
        try:
            demands.cause(desk.store, record, event, **values)
        except GridworkerError as refused:
            assert refused.code in ("event_refused", "field_invalid"), refused
    agree(rig, *desks)
    assert {row[0] for row in rig.rows("SELECT id FROM demand WHERE deleted = 0")} == set(records)
    for record in records:
        row = rig.rows("SELECT state, result_kind, result_text, turn FROM demand WHERE id = ?", record)[0]
        assert row[0] != "closed" or (row[1] and row[2])
        entries = rig.rows(
            "SELECT coalesce(from_state, ''), to_state, changed, turn FROM demand_event WHERE demand_id = ? "
            "ORDER BY turn",
            record,
        )
        assert [entry[3] for entry in entries] == list(range(1, row[3] + 1))
        found = replayed((entry[0], entry[1], changed_fields(entry[2])) for entry in entries)
        present = rig.rows("SELECT state, result_kind, result_text FROM demand WHERE id = ?", record)[0]
        assert (found["state"], found.get("result_kind"), found.get("result_text")) == present


def test_two_wordings_of_one_demand_wait_for_a_person(two: Two) -> None:
    rig, steward, chief, record = two
    seen = {"title": "坡道太陡", "content": "电动车推不上去"}
    demands.edit(steward.store, record, seen, {"title": "坡道太陡太滑"})
    demands.edit(chief.store, record, seen, {"title": "车棚坡道太陡", "content": "雨天更滑"})
    chief.sync()
    agree(rig, steward, chief)
    assert rig.rows("SELECT title, content FROM demand") == [("车棚坡道太陡", "雨天更滑")]
    conflict = rig.rows("SELECT entity, record_id, field, mine, theirs, state FROM conflict")
    assert conflict == [("demand", record, "title", "坡道太陡太滑", "车棚坡道太陡", "open")]
    assert steward.holds("conflict") == chief.holds("conflict") != set()


def test_a_refused_move_takes_the_log_back_too(two: Two) -> None:
    rig, steward, chief, record = two
    demands.cause(chief.store, record, "route", "归二微网格", routed_to_id=named("a2"))
    demands.cause(steward.store, record, "withdraw", "已自行解决")
    steward.sync()
    agree(rig, chief, steward)
    assert state(chief, record) == "withdrawn"
    assert len(chief.rows("SELECT DISTINCT bucket_id FROM demand_event")) == 1


def test_a_year_and_a_rule_that_the_community_entered_hold_on_every_computer(rig: Rig) -> None:
    office, steward = rig.desk("secretary"), rig.desk("steward_a1")
    agree(rig, office, steward)
    limits.keep_year(office.store, "2027", ["2027-01-01"], ["2027-01-03"])
    limits.set_meeting_rule(office.store, "notice_days", 5)
    agree(rig, office, steward)
    days = limits.calendar(steward.store)
    assert (days.is_working("2027-01-01"), days.is_working("2027-01-03")) == (False, True)
    assert meeting_rules(steward.store) == {**MEETING_RULES, "notice_days": 5}
    limits.keep_year(office.store, "2027", [], [])
    agree(rig, office, steward)
    assert limits.calendar(steward.store).is_working("2027-01-01")
    with pytest.raises(NotAllowed):
        limits.keep_year(steward.store, "2027", ["2027-01-01"], [])
    bad = Draft(
        "holiday_year", catalogue_id("holiday_year", "2027"), OpKind.SET, {"off": "2028-99-99"}, {"off": ""}
    )
    assert forge(rig, office, bad).outcome is Outcome.APPLIED
    agree(rig, steward)
    assert limits.calendar(steward.store).is_working("2027-01-01")  # what makes no sense counts for nothing
