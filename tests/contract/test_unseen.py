"""What its sender has not seen comes back with the answer: a device lets go of some of its own picture as soon as an op
is answered, so the page must bring everything that somebody else had a hand in."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from gridworker.models.alias import alias_id
from gridworker.models.ids import bucket_id, new_id
from gridworker.models.op import Draft, OpKind, Outcome, Value
from tests.contract.rig import Desk, Rig, ask, op
from tests.contract.test_exchange import copies_agree
from tests.contract.village import change, home, named, visit

ALL = (2000, 10**6, 5000)
LOSER, WINNER = f"{home('a1', 2)}_r", f"{home('a1', 1)}_r"


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    made = make_rig()
    made.service.rates.monotonic = iter(range(0, 10**9, 60)).__next__
    return made


def ready(rig: Rig, login: str = "steward_a1") -> Desk:
    desk = rig.desk(login)
    desk.sync()
    return desk


def move(rig: Rig, was: str, now: str) -> None:
    """The office moves the first home of a1 from the stairs of one micro-grid to those of another."""
    rig.command(
        change("household", named(home("a1", 1)), "unit_id", named(f"unit_{was}"), named(f"unit_{now}"))
    )


def merge_residents(desk: Desk) -> bytes:
    values: dict[str, Value] = {"entity": "resident", "household_id": named(home("a1", 1))}
    values |= {"loser_id": named(LOSER), "winner_id": named(WINNER)}
    record = alias_id("resident", named(LOSER))
    desk.save(Draft("record_alias", record, OpKind.CREATE, values))
    return record


def last_result(desk: Desk) -> tuple[str, int]:
    result = msgspec.json.decode(desk.one("SELECT result FROM outbox ORDER BY seq DESC LIMIT 1"))
    return result["outcome"], result.get("row_version", 0)


def test_f16_work_below_a_home_that_left_and_came_back_is_brought_back(rig: Rig) -> None:
    """When the home left, the visit and what was said about it went with it from this computer, unsent. They arrive
    while the home is back: nothing but the answer's page can bring them."""
    desk = ready(rig)
    record, comment = new_id(), new_id()
    said: dict[str, Value] = {"visit_id": record, "member_id": named("member_steward_a1"), "text": "记得带表"}
    move(rig, "a1", "a2")
    desk.save(visit(home("a1", 1), "好", record=record), Draft("visit_comment", comment, OpKind.CREATE, said))
    desk.client.exchange(*ALL, push=False)
    assert desk.holds("visit") == desk.holds("visit_comment") == set()
    move(rig, "a2", "a1")
    desk.client.exchange(*ALL)
    assert desk.holds("visit") == {record}
    assert desk.holds("visit_comment") == {comment}
    copies_agree(rig, desk)


def test_f16_a_merge_kept_back_lies_where_its_home_has_moved(rig: Rig) -> None:
    """Saved in one place, sent after the move was seen: the answer alone says that it lies elsewhere now."""
    desk = ready(rig, "grid_a")
    record = merge_residents(desk)
    move(rig, "a1", "a2")
    desk.client.exchange(*ALL, push=False)
    desk.client.exchange(*ALL)
    bucket = bucket_id(named("a2"), "case")
    assert rig.rows("SELECT bucket_id FROM record_alias WHERE id = ?", record) == [(bucket,)]
    assert desk.rows("SELECT bucket_id FROM record_alias WHERE id = ?", record) == [(bucket,)]


def test_f09_an_edit_of_what_was_merged_away_leaves_it_as_it_was(rig: Rig) -> None:
    """It is done to the winner. Its sender, who had changed the loser, is shown it as it is: no version is named that
    would let the change stand here."""
    leader, steward = ready(rig, "grid_a"), ready(rig)
    merge_residents(leader)
    leader.sync()
    steward.save(change("resident", named(LOSER), "salutation", None, "老师"))
    steward.sync()
    assert last_result(steward) == (Outcome.MERGED.value, 0)
    assert steward.rows("SELECT salutation, row_version FROM resident WHERE id = ?", named(LOSER)) == [
        (None, 1)
    ]
    assert steward.one("SELECT salutation FROM resident WHERE id = ?", named(WINNER)) == "老师"
    copies_agree(rig, steward)


def test_f07_and_so_it_is_after_a_push_without_a_page(rig: Rig) -> None:
    leader, steward = ready(rig, "grid_a"), ready(rig)
    merge_residents(leader)
    leader.sync()
    steward.save(change("resident", named(LOSER), "salutation", None, "老师"))
    steward.client.exchange(*ALL, pull=False)
    steward.client.exchange(*ALL)
    assert steward.rows("SELECT salutation, row_version FROM resident WHERE id = ?", named(LOSER)) == [
        (None, 1)
    ]
    copies_agree(rig, steward)


def test_f15_an_edit_of_what_was_merged_into_a_home_that_left_is_held(rig: Rig) -> None:
    """The record named is still in sight; the one it would be done to is not."""
    leader, steward = ready(rig, "grid_a"), ready(rig)
    merge_residents(leader)
    leader.sync()
    move(rig, "a1", "b1")
    steward.save(change("resident", named(LOSER), "salutation", None, "老师"))
    steward.sync()
    assert last_result(steward)[0] == Outcome.HELD.value
    assert rig.one("SELECT count(*) FROM held_op WHERE state = 'open'") == 1
    assert rig.one("SELECT salutation FROM resident WHERE id = ?", named(WINNER)) is None


def test_what_is_refused_out_of_sight_moves_nothing_in_the_order(rig: Rig) -> None:
    """Or whoever can name a record could have everybody fetch it again."""
    desk = ready(rig)
    before = rig.rows("SELECT seq, record_id FROM feed ORDER BY seq")
    (answer,) = ask(desk, [op(1, change("household", named(home("b1", 1)), "note", None, "x"))]).results
    assert (answer.outcome, answer.code) == (Outcome.REJECTED, "not_allowed")
    assert rig.rows("SELECT seq, record_id FROM feed ORDER BY seq") == before
