"""Periods of reports: what people write, the days they span, and their neighbours."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridworker.models.period import PERIOD_KINDS, Period, PeriodKind

DAYS = st.dates(dt.date(1999, 1, 1), dt.date(2101, 12, 31)).map(dt.date.isoformat)


@pytest.mark.parametrize(
    ("text", "kind", "first", "last", "year_first"),
    [
        ("2026-W47", "week", "2026-11-16", "2026-11-22", "2025-12-29"),
        ("2027-W01", "week", "2027-01-04", "2027-01-10", "2027-01-04"),
        ("2026-W01", "week", "2025-12-29", "2026-01-04", "2025-12-29"),
        ("2026-W53", "week", "2026-12-28", "2027-01-03", "2025-12-29"),
        ("2026-11", "month", "2026-11-01", "2026-11-30", "2026-01-01"),
        ("2024-02", "month", "2024-02-01", "2024-02-29", "2024-01-01"),
        ("2026-Q4", "quarter", "2026-10-01", "2026-12-31", "2026-01-01"),
        ("2026", "year", "2026-01-01", "2026-12-31", "2026-01-01"),
        ("9999", "year", "9999-01-01", "9999-12-31", "9999-01-01"),
    ],
)
def test_what_is_written_is_read(text: str, kind: str, first: str, last: str, year_first: str) -> None:
    period = Period.parse(text)
    assert (period.kind, period.first, period.last, period.year_first, str(period)) == (
        kind, first, last, year_first, text,
    )  # fmt: skip


@pytest.mark.parametrize(
    "text",
    ["", "2026-W54", "2025-W53", "2026-W5", "2026-W005", "2026-Q0", "2026-Q5", "2026-Q04", "2026-00", "2026-13",
     "2026-1", "26-11", "2026-w47", " 2026", "2026\n", "0000", "2026-11-01", "２０２６"],
)  # fmt: skip
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Period.parse(text)


@given(st.sampled_from(PERIOD_KINDS), DAYS, st.integers(-400, 400))
def test_periods_tile_the_calendar(kind: PeriodKind, day: str, number: int) -> None:
    period = Period.of_day(kind, day)
    assert period.first <= day <= period.last
    assert Period.parse(str(period)) == period
    after = period.shifted(1)
    one = dt.timedelta(days=1)
    assert dt.date.fromisoformat(period.last) + one == dt.date.fromisoformat(after.first)
    if 1901 < period.year + number < 2500:
        assert period.shifted(number).shifted(-number) == period


@given(st.sampled_from(PERIOD_KINDS), st.sampled_from(PERIOD_KINDS), DAYS)
def test_parts_begin_inside_and_follow_each_other(whole: PeriodKind, part: PeriodKind, day: str) -> None:
    period = Period.of_day(whole, day)
    parts = period.parts(part)
    assert all(period.first <= one.first <= period.last for one in parts)
    assert [one.shifted(1) for one in parts[:-1]] == list(parts[1:])
    days = (dt.date.fromisoformat(period.first) + dt.timedelta(days=n) for n in range(366))
    begun = {Period.of_day(part, d.isoformat()) for d in days if d.isoformat() <= period.last}
    assert set(parts) == {one for one in begun if one.first >= period.first}
