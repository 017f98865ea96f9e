"""How much of a resource is left, against a count day by day."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.days import plus_days
from gridworker.models.promises import Taken, available, fits, left_on_some_day, peak

FIRST = "2026-11-01"
spans = st.tuples(st.integers(1, 4), st.integers(0, 9), st.integers(0, 5)).map(
    lambda s: Taken(s[0], plus_days(FIRST, s[1]), plus_days(FIRST, s[1] + s[2]))
)


@given(st.lists(spans, max_size=6), spans)
def test_the_peak_is_what_counting_day_by_day_finds(taken: list[Taken], wanted: Taken) -> None:
    by_day = [
        sum(t.amount for t in (*taken, wanted) if t.from_on <= day <= t.to_on)
        for day in (plus_days(FIRST, n) for n in range(20))
        if wanted.from_on <= day <= wanted.to_on
    ]
    assert peak("venue", taken, wanted) == max(by_day)
    assert peak("goods", taken, wanted) == wanted.amount + sum(t.amount for t in taken)


def test_without_days_it_is_taken_all_the_time() -> None:
    always = Taken(1)
    assert peak("venue", [Taken(1, FIRST, FIRST)], always) == 2
    assert peak("people", [always], Taken(2, FIRST, FIRST)) == 3
    assert not fits("venue", None, [always], Taken(1, FIRST, FIRST))


@pytest.mark.parametrize(
    ("kind", "quantity", "limit"), [("venue", None, 1), ("goods", 30, 30), ("information", None, None)]
)
def test_how_much_there_is(kind: str, quantity: int | None, limit: int | None) -> None:
    assert available(kind, quantity) == limit
    assert fits(kind, quantity, [], Taken(limit or 99))
    assert limit is None or not fits(kind, quantity, [], Taken(limit + 1))


@pytest.mark.parametrize(
    ("taken", "last", "left"),
    [
        ([], "", True),
        ([Taken(1)], "", False),
        ([Taken(1, FIRST, "2026-11-05")], "", True),
        ([Taken(1, FIRST, "2026-11-05")], "2026-11-05", False),
        ([Taken(1, FIRST, "2026-11-05"), Taken(1, "2026-11-06")], "", False),
        ([Taken(1, "2026-11-06")], "", True),
    ],
)
def test_something_is_left_on_a_day_that_nobody_has(taken: list[Taken], last: str, left: bool) -> None:
    assert left_on_some_day("venue", None, taken, FIRST, last) is left
    assert left_on_some_day("goods", 1, taken, FIRST, last) is (not taken)
