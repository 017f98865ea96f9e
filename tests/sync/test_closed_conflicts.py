"""A closed conflict keeps the day of the choice, and 30 days later both values are gone on the server and on every
computer; nobody's sums differ for it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gridworker.services.conflicts import Choice, How, choose
from gridworker.services.households import edit_household
from gridworker.services.undo import undo
from gridworker.store.ending import start_day
from tests.contract.rig import Desk, Rig
from tests.contract.test_agreeing import in_agreement
from tests.contract.test_exchange import copies_agree
from tests.contract.village import DAY, home, named

VALUES = "SELECT state, closed_on, base, mine, theirs FROM conflict"


@pytest.fixture(params=["in_process", "postgres"])
def rig(make_rig: Callable[..., Rig], request: pytest.FixtureRequest) -> Rig:
    return make_rig(request.param)


def clash(rig: Rig) -> tuple[Desk, Desk]:
    here, there = rig.desk("grid_a"), rig.desk("steward_a1")
    here.sync(), there.sync()
    for desk, note in ((here, "qhere"), (there, "qthere")):
        edit_household(desk.store, named(home("a1", 1)), {"note": None}, {"note": note})
    here.sync(), there.sync(), here.sync()
    assert here.rows(VALUES) == there.rows(VALUES) == [("open", None, None, "qthere", "qhere")]
    return here, there


def keep(desk: Desk) -> bytes:
    return choose(desk.store, [Choice(desk.one("SELECT id FROM conflict"), How.KEEP)]).txns[0]


def pass_days(rig: Rig, days: int, *desks: Desk) -> None:
    """Days go by, in which everybody is seen now and then."""
    for part in (days // 2, days - days // 2):
        rig.hands.now += part * 24 * 3600
        for desk in desks:
            desk.sync()


def agree(rig: Rig, *desks: Desk) -> None:
    for desk in desks:
        desk.sync()
    for desk in desks:
        copies_agree(rig, desk)
        assert in_agreement(rig, desk)


def test_both_values_are_gone_everywhere_thirty_days_after_the_choice(rig: Rig) -> None:
    here, there = clash(rig)
    keep(here)
    assert here.rows(VALUES) == [("kept", DAY, None, "qthere", "qhere")]
    here.sync()
    agree(rig, here, there)
    assert rig.rows(VALUES) == there.rows(VALUES) == [("kept", DAY, None, "qthere", "qhere")]
    rig.hands.now += 30 * 24 * 3600
    agree(rig, here, there)
    assert rig.rows(VALUES) == [("kept", DAY, None, "qthere", "qhere")]
    rig.hands.now += 24 * 3600
    agree(rig, there)
    assert rig.rows(VALUES) == there.rows(VALUES) == [("kept", DAY, None, None, None)]
    assert start_day(here.store) == 1  # without any exchange
    assert here.rows(VALUES) == [("kept", DAY, None, None, None)]
    assert here.one("SELECT count(*) FROM history WHERE entity = 'conflict'") == 0
    agree(rig, here, there)


def test_the_day_is_that_of_the_choice_however_late_it_is_sent(rig: Rig) -> None:
    here, there = clash(rig)
    keep(here)
    rig.hands.now += 5 * 24 * 3600
    agree(rig, here, there)
    assert rig.rows(VALUES)[0][1] == here.rows(VALUES)[0][1] == DAY


def test_a_clock_that_runs_ahead_closes_on_the_servers_day_and_is_told(rig: Rig) -> None:
    here, there = clash(rig)
    rig.hands.now += 40 * 24 * 3600
    keep(here)
    rig.hands.now -= 40 * 24 * 3600
    here.sync()
    agree(rig, here, there)
    assert rig.rows(VALUES)[0][1] == here.rows(VALUES)[0][1] == DAY


def test_a_choice_taken_back_is_open_again_and_keeps_its_values(rig: Rig) -> None:
    here, there = clash(rig)
    undo(here.store, keep(here), "选错了")
    agree(rig, here, there)
    pass_days(rig, 31, here, there)
    agree(rig, here, there)
    assert rig.rows(VALUES) == here.rows(VALUES) == [("open", None, None, "qthere", "qhere")]


def test_what_was_closed_before_days_were_noted_counts_from_the_first_day(rig: Rig) -> None:
    here, there = clash(rig)
    keep(here)
    agree(rig, here, there)
    with rig.database.write() as connection:
        connection.exec_driver_sql("UPDATE conflict SET closed_on = NULL")
    pass_days(rig, 31, here, there)
    agree(rig, here, there)
    assert rig.rows(VALUES)[0] == ("kept", "2026-12-05", None, "qthere", "qhere")
    pass_days(rig, 31, here, there)
    agree(rig, here, there)
    assert rig.rows(VALUES)[0][3:] == here.rows(VALUES)[0][3:] == (None, None)
