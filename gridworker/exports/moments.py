"""Days and times as reports say them."""

from __future__ import annotations

import datetime as dt

from gridworker.wording import Wording

_CHINA = dt.timezone(dt.timedelta(hours=8))


def minute_in_china(milliseconds: int) -> str:
    """`YYYY-MM-DD HH:MM` in China of milliseconds since 1970."""
    return dt.datetime.fromtimestamp(milliseconds / 1000, _CHINA).strftime("%Y-%m-%d %H:%M")


def day_range(first: str, last: str, wording: Wording) -> str:
    """`2026年11月16日—22日`: the later day says only what differs. Raises ValueError if one is no day."""
    begin, end = dt.date.fromisoformat(first), dt.date.fromisoformat(last)
    if begin.year != end.year:
        kind = "years"
    elif begin.month != end.month:
        kind = "months"
    else:
        kind = "days"
    return wording(
        f"report.range.{kind}",
        year=begin.year,
        month=wording(f"report.month.{begin.month}"),
        day=begin.day,
        end_year=end.year,
        end_month=wording(f"report.month.{end.month}"),
        end_day=end.day,
    )
