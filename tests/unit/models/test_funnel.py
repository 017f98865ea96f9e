"""The funnel and the rectification rate against the figures of the practice they come from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.funnel import Rectification, funnel
from gridworker.models.project import PROJECT_MACHINE


def test_thirty_eight_handed_in_twenty_two_approved() -> None:
    found = funnel(
        {
            "approved": 3,
            "running": 12,
            "mid_check": 2,
            "evaluated": 4,
            "continued": 1,
            "revise": 9,
            "rejected": 7,
        }
    )
    assert (found.submitted, found.approved, found.revise, found.rejected) == (38, 22, 9, 7)
    assert (found.running, found.ended, found.not_begun, found.waiting) == (14, 5, 3, 0)


@given(st.dictionaries(st.sampled_from(PROJECT_MACHINE.states), st.integers(0, 50)))
def test_nothing_is_lost_in_the_funnel(states: dict[str, int]) -> None:
    found = funnel(states)
    assert found.drafted + found.submitted == sum(states.values())
    assert found.submitted == found.waiting + found.approved + found.revise + found.rejected
    assert found.approved == found.not_begun + found.running + found.ended


def test_nineteen_of_twenty_three() -> None:
    assert Rectification(19, 23).percent == "82.6"
    assert Rectification(1, 8).percent == "12.5"
    assert Rectification(1, 16).percent == "6.3"
    assert (Rectification(0, 0).percent, Rectification(3, 3).percent) == ("", "100.0")
