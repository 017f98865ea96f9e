"""Days and times as people type them: `2026-11-27`, `11-27`, `27`, `+7`, `9.20`. Pure text, no Qt."""

from __future__ import annotations

import datetime as dt
import re

from gridworker.models.days import day, plus_days

_WIDE = str.maketrans("０１２３４５６７８９－＋：．／", "0123456789-+:./")
_DAY = re.compile(r"(?:(?:(\d{4})[-./年])?(\d{1,2})[-./月])?(\d{1,2})日?$")
_FARTHEST_DAYS = 2 * 366
_TIME = re.compile(r"(\d{1,2})(?:[:.点时]?(\d{2}))?$")


def typed_day(text: str, today: str, *, ahead: bool = False) -> str | None:
    """The day `YYYY-MM-DD` meant by `text`, or None. `+7` counts from `today`. Without a year (or month) the nearest
    such day: `ahead` of today for a promise, else not after tomorrow."""
    bare = text.translate(_WIDE).strip().replace(" ", "")
    if re.fullmatch(r"\+\d{1,3}", bare):
        return plus_days(today, int(bare))
    found = _DAY.fullmatch(bare)
    if found is None:
        return None
    year, month, number = found.groups()
    if year:
        return _iso(int(year), int(month), int(number))
    start = day(today)
    if month:
        years = (start.year, start.year + 1) if ahead else (start.year, start.year - 1)
        days = [_iso(each, int(month), int(number)) for each in years]
    else:
        step = 1 if ahead else -1
        months = [divmod(start.year * 12 + start.month - 1 + step * back, 12) for back in range(3)]
        days = [_iso(each, at + 1, int(number)) for each, at in months]
    fitting = [d for d in days if d and (d >= today if ahead else d <= plus_days(today, 1))]
    return fitting[0] if fitting else None


def is_too_far(promised: str, today: str) -> bool:
    """Whether nobody means to come back on the day `promised`: it is more than two years ahead."""
    return promised > plus_days(today, _FARTHEST_DAYS)


def _iso(year: int, month: int, number: int) -> str | None:
    try:
        return dt.date(year, month, number).isoformat()
    except ValueError:
        return None


def typed_time(text: str) -> str | None:
    """`HH:MM` meant by `9:20`, `0920`, `9.20` or `9`, or None."""
    found = _TIME.fullmatch(text.translate(_WIDE).strip())
    if found is None:
        return None
    hour, minute = int(found[1]), int(found[2] or 0)
    return f"{hour:02d}:{minute:02d}" if hour < 24 and minute < 60 else None
