"""A visit is corrected or declared void by those who made it or by whoever answers for the grid, on a laptop as on the
server; its number and its visitors are not the sender's word."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from gridworker.errors import FieldInvalid
from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind, OpResult, Outcome, Value
from gridworker.services.links import change_links
from gridworker.services.visits import (
    VisitForm,
    amend_visit,
    comment_visit,
    log_visit,
    may_correct_visit,
    void_visit,
)
from tests.contract.rig import Desk, Rig, ask, op
from tests.contract.village import DAY, create, home, named, visit

HOME = named(home("a1", 1))


@pytest.fixture(params=["in_process", "postgres"])
def rig(make_rig: Callable[..., Rig], request: pytest.FixtureRequest) -> Rig:
    return make_rig(request.param)


def seen(rig: Rig, *logins: str) -> list[Desk]:
    desks = [rig.desk(login) for login in logins]
    for desk in desks:
        desk.sync()
    return desks


def colleague(rig: Rig) -> Desk:
    """A second steward of the same micro-grid."""
    rig.command(create("member", "member_two", name="two", org_unit_id=named("org")))
    post: dict[str, Value] = {
        "role_code": "micro_grid_leader",
        "area_unit_id": named("a1"),
        "valid_from": DAY,
    }
    rig.command(create("appointment", "post_two", member_id=named("member_two"), **post))
    rig.command(create("account", "account_two", member_id=named("member_two"), login="two", state="active"))
    (desk,) = seen(rig, "two")
    return desk


def adding(entity: str, record: bytes, **values: Value) -> Draft:
    return Draft(entity, new_id(), OpKind.CREATE, {"visit_id": record, **values})


def forged(desk: Desk, *drafts: Draft) -> list[OpResult]:
    """What the server says to ops of one act that no honest client would send."""
    first, txn = desk.one("SELECT coalesce(max(seq), 0) FROM outbox") + 1, new_id()
    made: list[Any] = [op(first + place, draft) for place, draft in enumerate(drafts)]
    return list(ask(desk, [msgspec.structs.replace(each, txn=txn) for each in made]).results)


def refused(results: list[OpResult]) -> list[str]:
    return [r.values["reason"] for r in results if r.outcome is Outcome.REJECTED and r.code != "depends_on"]


def logged(desk: Desk, *visitors: bytes) -> bytes:
    record = log_visit(desk.store, VisitForm(HOME, DAY, "met", visitor_ids=visitors)).visit_id
    desk.sync()
    return record


def test_a_colleague_adds_a_remark_and_nothing_else(rig: Rig) -> None:
    (steward,), other = seen(rig, "steward_a1"), colleague(rig)
    record = logged(steward)
    other.sync()
    assert may_correct_visit(steward.store, record) and not may_correct_visit(other.store, record)
    tries: tuple[Callable[[], object], ...] = (
        lambda: void_visit(other.store, record, "不是我的"),
        lambda: amend_visit(other.store, record, {"outcome": "absent"}, "不是我的"),
    )
    for work in tries:
        with pytest.raises(FieldInvalid) as error:
            work()
        assert error.value.values["reason"] == "not_the_visitor"
    comment_visit(other.store, record, "我也听说了")
    other.sync()
    assert rig.one("SELECT count(*) FROM visit_comment") == 1
    assert refused(forged(other, adding("visit_void", record, reason="x"))) == ["not_the_visitor"]
    amended = {"field": "outcome", "value": "absent", "reason": "x"}
    assert rig.rows("SELECT 1 FROM visit_void UNION ALL SELECT 1 FROM visit_amendment") == []
    second = rig.desk("two")
    second.sync()
    assert refused(forged(second, adding("visit_amendment", record, **amended))) == ["not_the_visitor"]


def test_nobody_becomes_a_visitor_afterwards(rig: Rig) -> None:
    (steward,), other = seen(rig, "steward_a1"), colleague(rig)
    record = logged(steward)
    results = forged(
        other,
        adding("visit_visitor", record, member_id=named("member_two")),
        adding("visit_void", record, reason="x"),
    )
    assert "not_the_visitor" in refused(results)
    assert rig.rows("SELECT 1 FROM visit_void") == []
    assert rig.one("SELECT count(*) FROM visit_visitor") == 1


@pytest.mark.parametrize("login", ["steward_a1", "grid_a", "secretary"])
def test_who_made_it_and_who_answers_for_the_grid_correct_it(rig: Rig, login: str) -> None:
    (steward,) = seen(rig, "steward_a1")
    record = logged(steward)
    desk = steward if login == "steward_a1" else seen(rig, login)[0]
    assert may_correct_visit(desk.store, record)
    amend_visit(desk.store, record, {"outcome": "absent"}, "看错了")
    void_visit(desk.store, record, "记错了")
    assert desk.sync().rejected == 0
    assert rig.one("SELECT count(*) FROM visit_void") == rig.one("SELECT count(*) FROM visit_amendment") == 1


def test_who_wrote_it_down_for_somebody_else_takes_it_back(rig: Rig) -> None:
    grid, steward = seen(rig, "grid_a", "steward_a1")
    record = logged(steward, named("member_grid_a"))
    void_visit(steward.store, record, "记错了")
    assert (steward.sync().rejected, rig.one("SELECT count(*) FROM visit_void")) == (0, 1)
    assert grid.store.known.device_no != steward.store.known.device_no


def test_visitors_have_a_post_there_or_keep_in_touch_with_the_household(rig: Rig) -> None:
    (steward,) = seen(rig, "steward_a1")
    rig.command(create("member", "member_far", name="far", org_unit_id=named("org")))
    steward.sync()
    for nobody in (named("member_far"), named("member_steward_b1")):
        with pytest.raises(FieldInvalid) as error:
            log_visit(steward.store, VisitForm(HOME, DAY, "met", visitor_ids=(nobody,)))
        assert error.value.values["reason"] == "not_at_work_there"
    made = visit(home("a1", 1), "冒名")
    with_visitor = adding("visit_visitor", made.record, member_id=named("member_steward_b1"))
    assert refused(forged(steward, made, with_visitor)) == ["not_at_work_there"]
    change_links(steward.store, named("member_far"), [HOME], [])
    log_visit(steward.store, VisitForm(HOME, DAY, "met", visitor_ids=(named("member_far"),)))
    log_visit(steward.store, VisitForm(HOME, DAY, "met", visitor_ids=(named("member_secretary"),)))


def test_a_number_names_a_computer_of_the_sender(rig: Rig) -> None:
    steward, other = seen(rig, "steward_a1", "steward_a2")
    theirs = f"Z26-{other.store.known.device_no:02d}-0001"
    for no in (theirs, "Z26-0001", "Z26-99-0001"):
        (result,) = ask(steward, [op(1, visit(home("a1", 1), "冒号", no=no))]).results
        assert (result.field, result.values["reason"]) == ("no", "number_of_another")
        steward = rig.desk("steward_a1")
        steward.sync()
    assert rig.one("SELECT count(*) FROM visit") == 0
