"""When something is due: by examples from the calendar, and what must hold whatever the limit and the day."""

from __future__ import annotations

import datetime as dt
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.days import plus_days
from gridworker.models.limits import (
    END_OF_DAY,
    Calendar,
    Limit,
    Standing,
    calendar_of,
    due_at,
    moment,
    standing,
    written,
)
from gridworker.resources import resource_dir

SHIPPED = calendar_of(json.loads((resource_dir() / "calendar" / "holidays.json").read_text("utf-8")))
moments = st.datetimes(dt.datetime(2025, 1, 1), dt.datetime(2028, 12, 31)).map(written)
limits = st.builds(Limit, st.integers(1, 60), st.sampled_from(["h", "d", "wd"]))


@pytest.mark.parametrize(
    ("begins", "limit", "due"),
    [
        ("2026-11-20 09:00", Limit(2, "h"), "2026-11-20 11:00"),
        ("2026-11-20 23:30", Limit(2, "h"), "2026-11-21 01:30"),  # a Saturday: hours run day and night
        ("2026-11-20 09:00", Limit(24, "h"), "2026-11-21 09:00"),
        ("2026-11-20 09:00", Limit(7, "d"), "2026-11-27 09:00"),
        ("2026-11-22 09:00", Limit(7, "d"), "2026-11-30 17:30"),  # ends on a Sunday
        ("2026-09-24 10:00", Limit(7, "d"), "2026-10-08 17:30"),  # into the National Day week
        ("2026-09-30 10:00", Limit(1, "wd"), "2026-10-08 17:30"),
        ("2026-10-09 10:00", Limit(1, "wd"), "2026-10-10 17:30"),  # a Saturday that is worked on
        ("2026-02-13 10:00", Limit(2, "wd"), "2026-02-24 17:30"),  # the fourteenth works, then nine days off
        ("2026-11-21 10:00", Limit(1, "wd"), "2026-11-23 17:30"),  # reported on a Saturday
        ("2028-02-28 08:00", Limit(1, "d"), "2028-02-29 08:00"),
        ("2027-01-01 08:00", Limit(1, "wd"), "2027-01-04 17:30"),  # a year nobody entered has its weekends
    ],
)
def test_examples(begins: str, limit: Limit, due: str) -> None:
    assert due_at(begins, limit, SHIPPED) == due


@given(moments, limits)
def test_it_never_ends_before_it_began_nor_on_a_day_off(begins: str, limit: Limit) -> None:
    due = due_at(begins, limit, SHIPPED)
    assert due > begins
    if limit.unit == "h":
        assert moment(due) - moment(begins) == dt.timedelta(hours=limit.number)
    else:
        assert SHIPPED.is_working(due[:10])
    if limit.unit == "d":
        assert due >= written(moment(begins) + dt.timedelta(days=limit.number))


@given(moments, limits)
def test_longer_is_never_sooner_and_later_never_sooner(begins: str, limit: Limit) -> None:
    """By the day: a limit that ends at 00:10 on a Monday ends before one that ended on the Sunday and was moved."""
    due = due_at(begins, limit, SHIPPED)[:10]
    assert due_at(begins, Limit(limit.number + 1, limit.unit), SHIPPED)[:10] >= due
    assert due_at(written(moment(begins) + dt.timedelta(minutes=30)), limit, SHIPPED)[:10] >= due


@given(moments, st.integers(1, 40))
def test_working_days_are_counted(begins: str, number: int) -> None:
    due = due_at(begins, Limit(number, "wd"), SHIPPED)
    days, on = 0, begins[:10]
    while on < due[:10]:
        on = plus_days(on, 1)
        days += SHIPPED.is_working(on)
    assert (days, due[11:]) == (number, END_OF_DAY)


@given(moments, limits, st.integers(-2000, 2000))
def test_it_stands_as_much_as_is_left(begins: str, limit: Limit, minutes: int) -> None:
    due = due_at(begins, limit, SHIPPED)
    now = written(moment(due) + dt.timedelta(minutes=minutes))
    found = standing(due, begins, now)
    left, whole = -minutes, (moment(due) - moment(begins)).total_seconds() / 60
    expected = Standing.OVERDUE if left < 0 else Standing.NEAR if left < whole / 4 else Standing.DUE
    assert found is expected
    assert standing(None, begins, now) is Standing.NONE


def test_a_year_can_be_entered_anew() -> None:
    other = calendar_of({"2027": {"off": ["2027-02-05"], "work": ["2027-02-07"]}})
    assert not other.is_working("2027-02-05") and other.is_working("2027-02-07")


@pytest.mark.parametrize(
    "years",
    [
        {"2026": {"off": ["2026-13-01"]}},
        {"2026": {"off": ["2027-01-01"]}},
        {"2026": {"off": ["2026-10-10"], "work": ["2026-10-10"]}},
        {"2026": {"work": ["2026-11-20"]}},
        {"2026": {"closed": ["2026-10-10"]}},
        {"2026": {"off": [20261001]}},
    ],
)
def test_a_wrong_calendar_is_refused(years: dict[str, dict[str, list[str]]]) -> None:
    with pytest.raises(ValueError, match=r"."):
        calendar_of(years)


def test_a_limit_has_a_number_and_a_unit() -> None:
    for number, unit in ((0, "h"), (1001, "d"), (3, "weeks")):
        with pytest.raises(ValueError, match="no limit"):
            Limit(number, unit)
    assert Calendar(off=frozenset(plus_days("2026-01-01", n) for n in range(100))).next_working("2026-01-01")


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-22",
        "2026-11-22T10:00",
        "2026-11-22 1000Z",
        "2026-02-30 10:00",
        "2026-11-22 24:00",
        "2026-11-22 9:00",
    ],
)
def test_what_is_no_moment_is_refused(text: str) -> None:
    assert moment("2026-11-22 09:05") == dt.datetime(2026, 11, 22, 9, 5)
    with pytest.raises(ValueError, match=r"."):
        moment(text)
