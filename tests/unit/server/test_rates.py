"""How often somebody may try."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.server.rates import Rate, Rates
from gridworker.server.refusal import Refusal


class Seconds:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_burst_then_a_trickle() -> None:
    seconds = Seconds()
    rates, rate = Rates(seconds), Rate(burst=3, per_minute=6)
    assert [rates.wait("k", "s", rate) for _ in range(4)] == [0, 0, 0, 11]
    assert rates.wait("k", "other", rate) == 0
    assert rates.wait("other", "s", rate) == 0
    seconds.now = 10.0
    assert [rates.wait("k", "s", rate) for _ in range(2)] == [0, 11]


@given(st.integers(1, 20), st.integers(1, 200), st.lists(st.floats(0, 30), max_size=60))
def test_waiting_as_told_is_enough(burst: int, per_minute: int, pauses: list[float]) -> None:
    seconds = Seconds()
    rates, rate = Rates(seconds), Rate(burst, per_minute)
    for pause in pauses:
        seconds.now += pause
        wait = rates.wait("k", "s", rate)
        if wait:
            seconds.now += wait
            assert rates.wait("k", "s", rate) == 0


def test_what_is_spent_is_refused_with_a_time() -> None:
    rates = Rates(Seconds())
    rates.spend("enrol", "s", Rate(1, 1))
    with pytest.raises(Refusal) as caught:
        rates.spend("enrol", "s", Rate(1, 1))
    assert (caught.value.status, caught.value.code, caught.value.retry_after) == (429, "too_many", 61)


def test_it_forgets_the_oldest_sources() -> None:
    rates = Rates(Seconds())
    for number in range(12_000):
        rates.wait("k", str(number), Rate(1, 1))
    assert len(rates._buckets) == 10_000


def test_no_request_looks_while_another_holds_the_bucket() -> None:
    held: list[bool] = []

    def seconds() -> float:
        held.append(rates._turn.locked())
        return 0.0

    rates = Rates(seconds)
    rates.wait("k", "s", Rate(1, 1))
    assert held == [True] and not rates._turn.locked()
