"""A demand that another unit works on, over the server: its steps move the demand at its owner's, both rows agree on
every computer, and whoever receives it never gets the reporter."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gridworker.errors import EventRefused
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, Outcome
from gridworker.services import demands, packages, referrals
from gridworker.services.undo import undo
from gridworker.store.queries.referrals import referrals as inbox
from gridworker.store.queries.stuck import stuck_ops
from gridworker.ui.pages.sync.words import why
from gridworker.wording import Wording
from tests.contract.rig import Desk, Rig
from tests.contract.test_demands_over_sync import agree, forge, form, log, state
from tests.contract.village import named

NAME, PHONE = "王演示", "100-0000-0001"


@pytest.fixture(params=["in_process", "postgres"])
def sent(request: pytest.FixtureRequest, make_rig: Callable[..., Rig]) -> tuple[Rig, Desk, Desk, bytes]:
    """The steward of a1 whose demand the secretary sent sideways to b1, and the steward there."""
    rig = make_rig(request.param)
    owner, there, secretary = rig.desk("steward_a1"), rig.desk("steward_b1"), rig.desk("secretary")
    for desk in (owner, there, secretary):
        desk.sync()
    made = demands.register(owner.store, form(reporter="outside", reporter_name=NAME, reporter_phone=PHONE))
    agree(rig, owner, secretary)
    demands.transfer(secretary.store, made.demand_id, named("b1"), "请二网格看")
    agree(rig, secretary, owner, there)
    return rig, owner, there, made.demand_id


def arrived(desk: Desk) -> bytes:
    (row,) = inbox(desk.store)
    return row.id


def standing(desk: Desk | Rig) -> str:
    return str(desk.one("SELECT state FROM referral ORDER BY round DESC LIMIT 1"))


def test_the_receiver_carries_the_demand_to_its_reply(sent: tuple[Rig, Desk, Desk, bytes]) -> None:
    rig, owner, there, record = sent
    referral = arrived(there)
    assert referrals.next_steps(there.store, referral) == ("accept", "return")
    referrals.accept(there.store, referral)
    agree(rig, there, owner)
    assert state(owner, record) == "accepted"
    assert owner.one("SELECT owner_member_id FROM demand") == named("member_steward_b1")
    assert owner.one("SELECT due_at FROM demand") == there.one("SELECT due_at FROM referral")
    referrals.handle(there.store, referral, "solved", "坡道已改缓")
    referrals.reply(there.store, referral, "phone", "2026-11-20 12:00")
    agree(rig, there, owner)
    assert (state(owner, record), standing(there)) == ("replied", "replied")
    assert log(owner, record) == log(rig, record)
    assert log(rig, record) == ["register", "transfer", "accept", "handle", "reply"]


def test_the_receiver_never_gets_the_reporter(sent: tuple[Rig, Desk, Desk, bytes]) -> None:
    rig, owner, there, _ = sent
    referral = arrived(there)
    referrals.accept(there.store, referral)
    agree(rig, there, owner)
    assert (there.holds("demand"), there.holds("demand_event")) == (set(), set())
    (row,) = inbox(there.store)
    assert (row.reporter, row.phone, row.here, row.place) == ("", "", False, "小院1栋")
    tables = there.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    kept = {table: str(there.rows(f"SELECT * FROM {table}")) for (table,) in tables}
    assert "坡道太陡" in kept["referral"]
    assert [table for table, rows in kept.items() if NAME in rows or PHONE in rows] == []


def test_a_stranger_and_the_owner_do_not_act_for_the_receiver(sent: tuple[Rig, Desk, Desk, bytes]) -> None:
    rig, owner, there, record = sent
    referral = arrived(there)
    stranger = rig.desk("steward_a2")
    stranger.sync()
    for desk in (stranger, owner):
        answer = forge(rig, desk, Draft("referral", referral, OpKind.EVENT, {EVENT: "accept"}))
        assert (answer.outcome, answer.code) == (Outcome.REJECTED, "not_allowed")
    for event in ("accept", "withdraw"):
        answer = forge(rig, there, Draft("demand", record, OpKind.EVENT, {EVENT: event}))
        assert answer.code == "not_allowed"
    answer = forge(rig, there, Draft("referral", referral, OpKind.EVENT, {EVENT: "withdraw"}))
    assert answer.values["reason"] == "event_not_yours"
    assert (state(rig, record), standing(rig)) == ("registered", "open")


def test_f13_withdrawn_here_while_accepted_there(sent: tuple[Rig, Desk, Desk, bytes]) -> None:
    rig, owner, there, record = sent
    referral = arrived(there)
    demands.cause(owner.store, record, "withdraw", "居民已自行解决")
    referrals.accept(there.store, referral)
    agree(rig, owner, there)
    assert (state(rig, record), standing(there)) == ("withdrawn", "withdrawn")
    (refused,) = stuck_ops(there.store)
    said = why(Wording.load("zh_CN"), refused)
    assert "不能办这一步" in said and "{" not in said, said
    assert rig.rows("SELECT count(*) FROM referral") == [(1,)]


def test_what_is_not_possible_names_what_is(sent: tuple[Rig, Desk, Desk, bytes]) -> None:
    _, _, there, _ = sent
    referral = arrived(there)
    with pytest.raises(EventRefused) as refused:
        referrals.handle(there.store, referral, "solved", "好了")
    assert refused.value.values["legal"] == "accept,return"
    assert refused.value.values["reason"] == "event_illegal"


def test_a_step_is_undone_and_given_back(sent: tuple[Rig, Desk, Desk, bytes]) -> None:
    rig, owner, there, record = sent
    referral = arrived(there)
    done = referrals.accept(there.store, referral)
    agree(rig, there, owner)
    assert state(owner, record) == "accepted"
    undo(there.store, done.txns[0], "点错了")
    agree(rig, there, owner)
    assert (state(owner, record), standing(there)) == ("registered", "open")
    assert owner.one("SELECT owner_member_id FROM demand") == named("member_steward_a1")
    assert owner.one("SELECT due_at FROM demand") == there.one("SELECT due_at FROM referral")
    referrals.give_back(there.store, referral, "不归二网格")
    agree(rig, there, owner)
    assert (standing(there), owner.one("SELECT referral FROM demand")) == ("returned", "returned")
    assert log(owner, record)[-1] == "return"


def test_a_joint_submission_across_micro_grids(make_rig: Callable[..., Rig]) -> None:
    """Two demands of two micro-grids, one of them through a referral: handled and replied to in one act each."""
    rig = make_rig()
    one, two, secretary = rig.desk("steward_a1"), rig.desk("steward_b1"), rig.desk("secretary")
    for desk in (one, two, secretary):
        desk.sync()
    made = [
        demands.register(one.store, form()).demand_id,
        demands.register(two.store, form("home_b1_1")).demand_id,
    ]
    demands.refer_up(one.store, made[0], named("root"), "community", "要社区定")
    agree(rig, one, two, secretary)
    referrals.accept(secretary.store, arrived(secretary))
    agree(rig, secretary, one)
    package = packages.collect(secretary.store, named("root"), "坡道一起改", packages.Members(made)).record
    packages.submit(secretary.store, package)
    packages.handle(secretary.store, package, "一起改缓")
    agree(rig, secretary, one, two)
    assert (state(one, made[0]), state(two, made[1]), standing(rig)) == ("handled", "handled", "handled")
    packages.feed_back(secretary.store, package, "都改好了", "phone", "2026-11-20 12:00")
    agree(rig, secretary, one, two)
    assert (state(one, made[0]), state(two, made[1]), standing(rig)) == ("replied", "replied", "replied")
    for desk in (one, two):
        assert desk.one("SELECT note FROM demand_event ORDER BY turn DESC LIMIT 1") == "都改好了"
        assert desk.holds("demand_package") == set()
    assert rig.one("SELECT state FROM demand_package") == "fed_back"


def test_from_the_community_on_to_the_street_is_another_round(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig("in_process")
    owner, secretary = rig.desk("steward_a1"), rig.desk("secretary")
    agree(rig, owner, secretary)
    made = demands.register(owner.store, form())
    demands.refer_up(owner.store, made.demand_id, named("root"), "community", "网格办不了")
    agree(rig, owner, secretary)
    demands.refer_up(secretary.store, made.demand_id, named("root"), "community", "再问一次")
    demands.refer_up(secretary.store, made.demand_id, named("root"), "street", "请街道办")
    agree(rig, secretary, owner)
    rows = "SELECT round, refer_level, state FROM referral ORDER BY round"
    for at in (rig, secretary):
        assert at.rows(rows) == [(1, "community", "withdrawn"), (2, "street", "open")]


def test_a_limit_that_the_demand_gives_back_comes_to_the_receiver(
    sent: tuple[Rig, Desk, Desk, bytes],
) -> None:
    rig, owner, there, _ = sent
    referral = arrived(there)
    before = there.one("SELECT due_at FROM referral")
    referrals.accept(there.store, referral, "2026-12-24 10:00")
    there.sync()
    referrals.take_back(there.store, referral)
    agree(rig, there, owner)
    for at in (rig, there):
        assert at.rows("SELECT state, due_at FROM referral") == [("open", before)]
