"""F14 and G8: no order, winner or loss depends on anybody's clock."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from gridworker.models.ids import new_id
from gridworker.models.op import Draft, OpKind
from gridworker.store.statistics import amended
from tests.contract.rig import Desk, Rig
from tests.contract.test_exchange import copies_agree
from tests.contract.village import Hands, home, named, visit

YEARS = 10 * 365 * 24 * 3600


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    return make_rig()


def at(rig: Rig, desk: Desk, seconds: float) -> None:
    desk.store.use_clock(Hands(rig.hands.now + seconds).clock())


def correct(desk: Desk, visit_id: bytes, value: str) -> None:
    values = {"visit_id": visit_id, "field": "said", "value": value, "reason": "更正"}
    desk.save(Draft("visit_amendment", new_id(), OpKind.CREATE, values))  # type: ignore[arg-type]


def shown(desk: Desk, visit_id: bytes) -> str | None:
    with desk.store.read() as connection:
        return amended(connection, visit_id).get("said")


@pytest.mark.parametrize("first_years", [10, -10])
def test_f14_of_two_corrections_the_one_the_server_took_last_shows_everywhere(
    rig: Rig, first_years: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    steward, leader = rig.desk("steward_a1"), rig.desk("grid_a")
    record = new_id()
    steward.sync()
    steward.save(visit(home("a1", 1), "原话", record=record))
    steward.sync()
    leader.sync()
    real = time.time_ns
    for desk, years, value in ((steward, first_years, "先到的"), (leader, -first_years, "后到的")):
        at(rig, desk, years * YEARS / 10)
        monkeypatch.setattr(time, "time_ns", lambda y=years: real() + y * 365 * 86400 * 10**9)
        correct(desk, record, value)
        monkeypatch.setattr(time, "time_ns", real)
    assert shown(steward, record) == "先到的"  # until the server has spoken, one's own
    assert shown(leader, record) == "后到的"
    for desk in (steward, leader, steward):
        desk.sync()
    assert shown(steward, record) == shown(leader, record) == "后到的"
    for desk in (steward, leader):
        copies_agree(rig, desk)
    assert rig.rows("SELECT turn FROM visit_amendment ORDER BY turn") == [(1,), (2,)]


@pytest.mark.parametrize("years", [10, -10])
def test_f14_a_wrong_clock_can_save_and_sync_and_says_so(rig: Rig, years: int) -> None:
    from gridworker.store.queries.clock import clock_fact

    desk = rig.desk("steward_a1")
    desk.sync()
    assert clock_fact(desk.store).off_minutes == 0
    at(rig, desk, years * YEARS / 10 + 3 * 3600)
    desk.save(visit(home("a1", 1), "照常"))
    desk.sync()
    assert rig.rows("SELECT said FROM visit") == [("照常",)]
    fact = clock_fact(desk.store)
    assert fact.off_minutes == round((years * YEARS / 10 + 3 * 3600) / 60)
    assert fact.quality == "good"


def test_two_visits_of_one_day_are_ordered_by_what_was_typed_and_counted(rig: Rig) -> None:
    desk = rig.desk("steward_a1")
    desk.sync()
    place = named(home("a1", 1))
    for no, outcome in (("Z26-02-0010", "absent"), ("Z26-02-0009", "met")):
        draft = visit(home("a1", 1), no, no=no)
        draft.set["outcome"] = outcome
        desk.save(draft)
    assert desk.one("SELECT last_outcome FROM household_stat WHERE household_id = ?", place) == "absent"
