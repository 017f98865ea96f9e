"""Days, weeks and clocks: China's days, ISO weeks to both ends of the calendar, and clocks that are wrong."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.days import CHINA, Clock, Week, day, days_between, plus_days

DAYS = st.dates(dt.date(1, 1, 8), dt.date(9999, 12, 24)).map(dt.date.isoformat)


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2026-W47", "2026-11-16", "2026-11-22"),
        ("2026-W53", "2026-12-28", "2027-01-03"),  # a year of 53 weeks
        ("2027-W01", "2027-01-04", "2027-01-10"),
        ("2025-W01", "2024-12-30", "2025-01-05"),  # begins in the year before
        ("2020-W53", "2020-12-28", "2021-01-03"),
    ],
)
def test_weeks_at_the_turn_of_the_year(text: str, first: str, last: str) -> None:
    week = Week.parse(text)
    assert (week.first, week.last, str(week)) == (first, last, text)
    assert Week.of_day(first) == Week.of_day(last) == week
    assert Week.of_day(plus_days(first, -1)) == week.shifted(-1) != week
    assert Week.of_day(plus_days(last, 1)) == week.shifted(1)


@pytest.mark.parametrize(
    "text",
    ["2026-W00", "2026-W54", "2025-W53", "2026-47", "2026W47", "2026-W47 ", "", "0000-W01", "２０２６-W47"],
)
def test_weeks_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Week.parse(text)


@given(DAYS, st.integers(-60, 60))
def test_a_week_holds_its_days(text: str, weeks: int) -> None:
    week = Week.of_day(text)
    assert week.first <= text <= week.last
    assert days_between(week.first, week.last) == 6
    assert Week.parse(str(week)) == week
    if 2 <= day(text).year <= 9990:
        assert week.shifted(weeks).shifted(-weeks) == week
        assert days_between(week.first, week.shifted(weeks).first) == 7 * weeks


@pytest.mark.parametrize(
    "text",
    ["2026-11-31", "2026-1-2", "20261120", "2026-W47-1", "2026-11-20 ", "", "2025-02-29", "２０２６-11-20"],
)
def test_days_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        day(text)


@given(DAYS, st.integers(-(10**6), 10**6))
def test_counting_days(text: str, days: int) -> None:
    later = plus_days(text, days)
    assert "0001-01-01" <= later <= "9999-12-31"
    if later not in ("0001-01-01", "9999-12-31"):
        assert days_between(text, later) == days


def test_the_ends_of_the_calendar() -> None:
    assert plus_days("9999-12-31", 1) == "9999-12-31"
    assert plus_days("0001-01-01", -1) == "0001-01-01"
    assert plus_days("2024-02-28", 1) == "2024-02-29"


def test_a_day_is_a_day_in_china() -> None:
    clock = Clock(lambda: dt.datetime(2026, 11, 19, 16, 0, tzinfo=dt.UTC).timestamp())
    assert clock.today() == "2026-11-20"
    assert clock.moment().tzinfo is CHINA
    assert clock.milliseconds() == 1_795_104_000_000


@pytest.mark.parametrize(
    ("seconds", "today", "plausible"),
    [
        (0.0, "1970-01-01", False),
        (-5e9, "1970-01-01", False),
        (4_099_680_000.0, "2099-11-30", False),
        (1e300, "9999-12-31", False),
        (float("inf"), "9999-12-31", False),
        (1_795_104_000.0, "2026-11-20", True),
    ],
)
def test_a_wrong_clock_is_noticed_and_never_an_error(seconds: float, today: str, plausible: bool) -> None:
    clock = Clock(lambda: seconds)
    assert clock.today() == today
    assert clock.plausible() is plausible
    assert 0 <= clock.milliseconds() < 2**63


def test_the_real_clock_goes_forward() -> None:
    assert Clock().milliseconds() <= Clock().milliseconds()
