"""The street, which sees what was asked of it and nothing else; what stays with a registrar; work that is bundled by
who does not see the demands; ratings, edits and undone registrations as the server judges them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gridworker.errors import FieldInvalid
from gridworker.models.entity import BucketClass
from gridworker.models.ids import bucket_id
from gridworker.models.machine import EVENT
from gridworker.models.op import Draft, OpKind, Outcome, Value
from gridworker.models.roles import STREET_PAGES, pages_of
from gridworker.services import demands, lists, packages, referrals, slips
from gridworker.services.packages import Members
from gridworker.services.undo import undo
from gridworker.store.queries.referrals import referrals as inbox
from gridworker.ui import desk_facts
from gridworker.ui.pages.referrals.source import RECEIVED, ReferralsSource
from gridworker.wording import Wording
from tests.contract.rig import Desk, Rig
from tests.contract.test_demands_over_sync import agree, forge, form, log, state
from tests.contract.village import DAY, create, named

NAME, PHONE = "王演示", "100-0000-0001"


def hire(rig: Rig, login: str, role: str, node: str) -> Desk:
    """A device of somebody with a new post."""
    rig.command(
        create("member", f"member_{login}", name=login, org_unit_id=named("org")),
        create(
            "appointment",
            f"post_{login}",
            member_id=named(f"member_{login}"),
            role_code=role,
            area_unit_id=named(node),
            valid_from=DAY,
        ),
        create(
            "account", f"account_{login}", member_id=named(f"member_{login}"), login=login, state="active"
        ),
    )
    return rig.desk(login)


def tables(desk: Desk) -> dict[str, str]:
    """Everything a desk's file holds, as text, by table."""
    names = desk.rows("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
    return {name: str(desk.rows(f"SELECT * FROM {name}")) for (name,) in names}


@pytest.fixture(params=["in_process", "postgres"])
def asked(
    request: pytest.FixtureRequest, make_rig: Callable[..., Rig]
) -> tuple[Rig, Desk, Desk, Desk, bytes]:
    """A steward's demand that the secretary asked the street about; steward, secretary and street."""
    rig = make_rig(request.param)
    steward, secretary = rig.desk("steward_a1"), rig.desk("secretary")
    street = hire(rig, "street", "street_operator", "root")
    for desk in (steward, secretary, street):
        desk.sync()
    made = demands.register(steward.store, form(reporter="outside", reporter_name=NAME, reporter_phone=PHONE))
    demands.register(steward.store, form("home_a1_2", title="不给街道看的事"))
    agree(rig, steward, secretary)
    demands.refer_up(secretary.store, made.demand_id, named("root"), "street", "要街道定")
    agree(rig, secretary, steward, street)
    return rig, steward, secretary, street, made.demand_id


Asked = tuple[Rig, Desk, Desk, Desk, bytes]


def test_the_street_sees_what_was_asked_of_it_and_no_resident(asked: Asked) -> None:
    _, _, _, street, _ = asked
    (row,) = inbox(street.store)
    assert (row.title, row.level, row.reporter, row.phone, row.here) == ("坡道太陡", "street", "", "", False)
    kept = tables(street)
    for word in (NAME, PHONE, "不给街道看的事", "住户"):
        assert [table for table, rows in kept.items() if word in rows] == []
    none = ("household", "resident", "demand", "demand_event", "visit", "demand_slip", "demand_package")
    assert [entity for entity in none if street.holds(entity)] == []
    case = {bucket_id(named(node), BucketClass.CASE) for node in ("root", "grid_a", "a1", "a2", "b1")}
    assert not case & {row[0] for row in street.rows("SELECT bucket_id FROM referral")}


def test_what_was_referred_to_the_community_is_none_of_the_streets(asked: Asked) -> None:
    rig, steward, secretary, street, _ = asked
    other = demands.register(steward.store, form("home_a1_3", title="社区的事")).demand_id
    agree(rig, steward)
    demands.refer_up(steward.store, other, named("root"), "community", "要社区定")
    agree(rig, steward, secretary, street)
    assert {row.title for row in inbox(secretary.store)} == {"坡道太陡", "社区的事"}
    assert {row.title for row in inbox(street.store)} == {"坡道太陡"}
    assert "社区的事" not in str(tables(street))
    (mine,) = (row for row in inbox(secretary.store) if row.title == "社区的事")
    answer = forge(rig, street, Draft("referral", mine.id, OpKind.EVENT, {EVENT: "accept"}))
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, "not_allowed")


def test_the_streets_answer_reaches_the_community_and_the_steward(asked: Asked) -> None:
    rig, steward, secretary, street, record = asked
    (row,) = inbox(street.store)
    assert referrals.next_steps(street.store, row.id) == ("accept", "return")
    referrals.accept(street.store, row.id)
    referrals.handle(street.store, row.id, "planned", "列入下月道路整修")
    agree(rig, street, secretary, steward)
    for desk in (secretary, steward):
        assert state(desk, record) == "handled"
        assert desk.one("SELECT result_text FROM demand WHERE id = ?", record) == "列入下月道路整修"
        assert desk.one("SELECT solve_level FROM demand WHERE id = ?", record) == "street"
    demands.cause(steward.store, record, "reply", replied_at="2026-11-20 12:00", reply_channel="phone")
    agree(rig, steward, secretary, street)
    assert street.one("SELECT state FROM referral") == "replied"
    assert log(steward, record) == ["register", "refer_up", "accept", "handle", "reply"]


def test_the_street_that_loses_its_post_keeps_nothing(asked: Asked) -> None:
    rig, _, _, street, _ = asked
    ends: dict[str, Value] = {"valid_to": "2026-11-19"}
    rig.command(Draft("appointment", named("post_street"), OpKind.SET, ends, {"valid_to": None}))
    street.sync()
    street.sync()
    assert street.holds("referral") == set()
    assert "坡道太陡" not in str(tables(street))


def test_several_are_answered_by_the_street_at_once(asked: Asked) -> None:
    rig, steward, secretary, street, first = asked
    second = demands.register(steward.store, form("home_a1_3", title="路灯不亮")).demand_id
    agree(rig, steward, secretary)
    demands.refer_up(secretary.store, second, named("root"), "street", "要街道定")
    agree(rig, secretary, steward, street)
    arrived = [row.id for row in inbox(street.store)]
    referrals.handle_all(street.store, arrived, "planned", "一起列入整修")
    agree(rig, street, secretary, steward)
    assert {state(steward, one) for one in (first, second)} == {"handled"}
    referrals.reply_all(street.store, arrived, "phone")
    agree(rig, street, secretary, steward)
    assert {state(steward, one) for one in (first, second)} == {"replied"}


def test_the_streets_desk_shows_it(asked: Asked) -> None:
    """What the window asks of a profile that sees no resident: trees, figures, the first node, the page's lists."""
    _, _, _, street, record = asked
    store, wording = street.store, Wording.load("zh_CN")
    facts = desk_facts.read(store, wording)
    assert (facts.referrals_waiting, facts.demands_overdue) == (1, 0)
    assert pages_of(facts.identity.role_codes) == STREET_PAGES
    source = ReferralsSource(store)
    source.scope = desk_facts.first_scope(store)
    board = source.board()
    assert [row.title for row in board.received] == ["坡道太陡"]
    assert (board.packages, board.stubs, board.may_package) == ((), (), False)
    chosen = source.choose(RECEIVED, board.received[0].id)
    assert (chosen.steps, len(chosen.rounds)) == (("accept", "return"), 1)
    assert record not in street.holds("demand")


# -- what stays with the registrar -------------------------------------------------------------------------------


def test_the_registrar_keeps_number_and_state_of_what_was_routed_away(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    steward, there, secretary = rig.desk("steward_a1"), rig.desk("steward_b1"), rig.desk("secretary")
    for desk in (steward, there, secretary):
        desk.sync()
    made = demands.register(steward.store, form(title="不是我们网格的事", content="详情在此"))
    agree(rig, steward, secretary)
    demands.cause(secretary.store, made.demand_id, "route", "归二网格", routed_to_id=named("b1"))
    agree(rig, secretary, steward, there)
    assert steward.holds("demand") == set()
    assert steward.rows("SELECT no, state, result_kind FROM demand_stub") == [(made.no, "registered", None)]
    kept = tables(steward)
    hidden = {"outbox", "history", "audit"}  # what the registrar wrote on this computer, kept 30 days
    assert [t for t, rows in kept.items() if "详情在此" in rows and t not in hidden] == []
    demands.accept(there.store, made.demand_id)
    result = {"result_kind": "solved", "result_text": "二网格办了", "solve_level": "micro_grid"}
    demands.cause(there.store, made.demand_id, "handle", **result)
    agree(rig, there, steward, secretary)
    assert steward.rows("SELECT no, state, result_kind FROM demand_stub") == [(made.no, "handled", "solved")]
    assert "二网格办了" not in str(tables(steward))
    demands.cause(secretary.store, made.demand_id, "route", "还是归一网格", routed_to_id=named("a1"))
    agree(rig, secretary, there, steward)
    assert steward.holds("demand") == {made.demand_id}
    assert steward.rows("SELECT id FROM demand_stub WHERE deleted = 0") == []


# -- joint submissions -------------------------------------------------------------------------------------------


def test_a_receiver_bundles_what_it_does_not_see(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    steward, secretary = rig.desk("steward_a1"), rig.desk("secretary")
    chief = hire(rig, "grid_b", "grid_leader", "grid_b")
    for desk in (steward, secretary, chief):
        desk.sync()
    foreign = demands.register(steward.store, form(reporter="outside", reporter_name=NAME)).demand_id
    own = demands.register(chief.store, form("home_b1_1", title="自己的坡道")).demand_id
    agree(rig, steward, chief, secretary)
    demands.transfer(secretary.store, foreign, named("grid_b"), "二网格一起办")
    agree(rig, secretary, chief, steward)
    (arrived,) = inbox(chief.store)
    package = packages.collect(
        chief.store, named("grid_b"), "坡道一起改", Members([own], [arrived.id])
    ).record
    packages.submit(chief.store, package)
    done = packages.handle(chief.store, package, "一起改缓")
    agree(rig, chief, steward, secretary)
    assert (state(chief, own), state(steward, foreign)) == ("handled", "handled")
    undo(chief.store, done.txns[0], "点错了")
    agree(rig, chief, steward, secretary)
    assert (state(chief, own), state(steward, foreign)) == ("registered", "registered")
    assert chief.one("SELECT state FROM referral") == "open"
    packages.handle(chief.store, package, "一起改缓")
    packages.feed_back(chief.store, package, "都改好了", "phone", "2026-11-20 12:00")
    agree(rig, chief, steward, secretary)
    assert (state(chief, own), state(steward, foreign)) == ("replied", "replied")
    assert steward.one("SELECT note FROM demand_event ORDER BY turn DESC LIMIT 1") == "都改好了"
    assert foreign not in chief.holds("demand")
    assert NAME not in str(tables(chief))


def test_what_was_referred_is_not_bundled_by_a_stranger(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    steward, there, secretary = rig.desk("steward_a1"), rig.desk("steward_b1"), rig.desk("secretary")
    for desk in (steward, there, secretary):
        desk.sync()
    record = demands.register(steward.store, form()).demand_id
    agree(rig, steward, secretary)
    demands.transfer(secretary.store, record, named("b1"), "请看")
    agree(rig, secretary, there, steward)
    (arrived,) = inbox(there.store)
    joining = Draft("referral", arrived.id, OpKind.EVENT, {EVENT: "join_package", "package_id": named("x")})
    assert forge(rig, steward, joining).code == "not_allowed"
    assert forge(rig, there, joining).values["reason"] == "event_not_yours"  # a steward assigns nothing
    assert forge(rig, secretary, joining).code == "parent_missing"


# -- what the server judges --------------------------------------------------------------------------------------


def to_reply(desk: Desk, record: bytes) -> None:
    demands.accept(desk.store, record)
    done = {"result_kind": "solved", "result_text": "改缓了", "solve_level": "grid"}
    demands.cause(desk.store, record, "handle", **done)
    demands.cause(desk.store, record, "reply", replied_at="2026-11-20 12:00", reply_channel="phone")


def test_an_owners_rating_by_code_counts_for_nothing_at_the_server(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    steward, chief, secretary = rig.desk("steward_a1"), rig.desk("grid_a"), rig.desk("secretary")
    for desk in (steward, chief, secretary):
        desk.sync()
    record = demands.register(steward.store, form()).demand_id  # the steward owns it first
    agree(rig, steward, chief, secretary)
    to_reply(chief, record)
    code = slips.make(chief.store, record).code
    agree(rig, chief, steward, secretary)
    slip = chief.one("SELECT lower(hex(id)) FROM demand_slip")
    praise: dict[str, Value] = {EVENT: "revisit", "satisfaction": "satisfied"}
    answer = forge(
        rig, secretary, Draft("demand", record, OpKind.EVENT, praise, {"slip": slip, "proof": "00"})
    )
    assert (answer.code, answer.values["reason"]) == ("field_invalid", "slip_of_another")
    slips.rate(steward.store, record, code, "satisfied")
    agree(rig, steward, chief, secretary)
    assert rig.rows("SELECT state, satisfaction FROM demand") == [("revisited", "unrated")]
    assert rig.one("SELECT rated_at FROM demand_slip") is not None


def test_a_code_rates_once(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    steward, chief, secretary = rig.desk("steward_a1"), rig.desk("grid_a"), rig.desk("secretary")
    for desk in (steward, chief, secretary):
        desk.sync()
    record = demands.register(steward.store, form()).demand_id
    agree(rig, steward, chief)
    to_reply(chief, record)
    code = slips.make(chief.store, record).code
    agree(rig, chief, secretary)
    done = slips.rate(secretary.store, record, code, "satisfied")
    agree(rig, secretary, chief, steward)
    assert rig.one("SELECT satisfaction FROM demand") == "satisfied"
    slip = chief.one("SELECT lower(hex(id)) FROM demand_slip")
    assert chief.one("SELECT rated_at FROM demand_slip") is not None
    undo(secretary.store, done.txns[0], "看错了")
    agree(rig, secretary, chief, steward)
    assert (state(rig, record), rig.one("SELECT rated_at FROM demand_slip")) == ("replied", None)
    slips.rate(secretary.store, record, code, "unsatisfied", "还是陡")
    agree(rig, secretary, chief, steward)
    assert (rig.one("SELECT satisfaction FROM demand"), len(slip)) == ("unsatisfied", 32)
    demands.reopen(chief.store, record, "再改一次")
    demands.cause(chief.store, record, "assign", assignee_id=named("member_grid_a"))
    to_reply(chief, record)
    agree(rig, chief, secretary)
    with pytest.raises(FieldInvalid, match="slip_used"):
        slips.rate(secretary.store, record, code, "satisfied")


def test_an_offline_undo_of_a_registration_leaves_what_was_accepted(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    steward, chief = rig.desk("steward_a1"), rig.desk("grid_a")
    steward.sync()
    chief.sync()
    made = demands.register(steward.store, form())
    agree(rig, steward, chief)
    demands.accept(chief.store, made.demand_id)
    chief.sync()
    undo(steward.store, made.txns[0], "登记重了")  # without having heard of it
    agree(rig, steward, chief)
    assert state(rig, made.demand_id) == state(steward, made.demand_id) == "accepted"
    assert log(rig, made.demand_id) == ["register", "accept"]


def test_a_step_is_taken_back_by_its_name(make_rig: Callable[..., Rig]) -> None:
    """Two computers of one person: the one that takes back its note does not take back what the other did since."""
    rig = make_rig()
    one, two = rig.desk("grid_a"), rig.desk("grid_a")
    one.sync()
    two.sync()
    record = demands.register(one.store, form()).demand_id
    done = demands.accept(one.store, record)
    agree(rig, one, two)
    demands.cause(two.store, record, "contacted", contacted_at="2026-11-20 12:00")
    two.sync()
    undo(one.store, done.txns[0], "点错了")
    agree(rig, one, two)
    assert (state(rig, record), log(rig, record)) == ("accepted", ["register", "accept", "contacted"])


def test_an_edit_of_what_decides_on_the_end_is_logged(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    steward, chief = rig.desk("steward_a1"), rig.desk("grid_a")
    steward.sync()
    chief.sync()
    record = demands.register(steward.store, form()).demand_id
    agree(rig, steward, chief)
    done = demands.edit(chief.store, record, {"wants_reply": 1}, {"wants_reply": 0})
    agree(rig, chief, steward)
    assert log(steward, record) == log(rig, record) == ["register", "edit"]
    assert '"wants_reply":[1,0]' in steward.one("SELECT changed FROM demand_event WHERE event = 'edit'")
    assert steward.one("SELECT by_member_id FROM demand_event WHERE event = 'edit'") == named("member_grid_a")
    demands.edit(steward.store, record, {"title": "坡道太陡"}, {"title": "坡道陡"})
    agree(rig, steward, chief)
    assert log(rig, record) == ["register", "edit"]  # what a title says decides nothing
    undo(chief.store, done.txns[0], "点错了")
    agree(rig, chief, steward)
    assert (log(rig, record), steward.one("SELECT wants_reply FROM demand")) == (
        ["register", "edit", "edit"],
        1,
    )


def test_a_claim_is_let_go_by_who_gave_it_or_by_the_office(make_rig: Callable[..., Rig]) -> None:
    rig = make_rig()
    secretary = rig.desk("secretary")
    one, two = hire(rig, "chair", "council_chair", "root"), hire(rig, "liaison", "liaison", "root")
    for desk in (secretary, one, two):
        desk.sync()
    task = lists.publish_task(secretary.store, {"title": "装座椅", "audience": "partner_unit"}).record
    for desk in (secretary, one, two):
        desk.sync()
    asked = lists.claim(one.store, task, named("org"), "")
    for desk in (one, two, secretary, one):
        desk.sync()
    claim = asked.done.record
    letting_go = Draft("task_claim", claim, OpKind.EVENT, {EVENT: "release", "end_reason": "不做了"})
    assert forge(rig, two, letting_go).code == "not_allowed"
    gone = Draft("task_claim", claim, OpKind.DELETE, {})
    assert forge(rig, two, gone).code == "not_allowed"
    of_another: dict[str, Value] = {
        "task_id": task,
        "org_unit_id": named("org"),
        "by_member_id": named("member_secretary"),
    }
    assert forge(rig, two, Draft("task_claim", named("c"), OpKind.CREATE, of_another)).code == "not_allowed"
    assert forge(rig, secretary, letting_go).outcome is Outcome.APPLIED
