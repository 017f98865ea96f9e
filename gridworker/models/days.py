"""Days, weeks and clocks. A day is a day in China whatever the computer's time zone says, and nothing that
matters depends on the computer's clock being right."""

from __future__ import annotations

import datetime as dt
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

CHINA = dt.timezone(dt.timedelta(hours=8), "CST")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}\Z")
_WEEK = re.compile(r"([0-9]{4})-W([0-9]{2})\Z")
#: A computer whose clock is outside these years is surely wrong; the window says so and goes on.
PLAUSIBLE_YEARS = range(2024, 2081)
#: The last day of the year 9999 in seconds since 1970.
_CALENDAR_END = 253402214400.0

Now = Callable[[], float]


@dataclass(frozen=True)
class Clock:
    """Where the time comes from. `now` gives seconds since 1970 (UTC); tests and the practice community inject it.
    A clock that is surely wrong, because its year is impossible or the day `since` was reached long ago, is read as
    the day `instead`, so that posts and coverage hold as before and work goes on."""

    now: Now = time.time
    since: str = ""
    instead: str = ""

    def moment(self) -> dt.datetime:
        """The present in China. A clock beyond every calendar is read as its nearest end, never as an error."""
        return dt.datetime.fromtimestamp(min(max(self.now(), 0.0), _CALENDAR_END), CHINA)

    def today(self) -> str:
        """The present day, `YYYY-MM-DD`."""
        shown = self.moment().date().isoformat()
        return shown if self.plausible() else self.instead or shown

    def milliseconds(self) -> int:
        """Milliseconds since 1970, between its beginning and the end of the calendar."""
        return int(min(max(self.now(), 0.0), _CALENDAR_END) * 1000)

    def plausible(self) -> bool:
        """False when the computer's clock is surely wrong."""
        moment = self.moment()
        return moment.year in PLAUSIBLE_YEARS and moment.date().isoformat() >= self.since


def day(text: str) -> dt.date:
    """The date of `YYYY-MM-DD`; raises ValueError if it is none."""
    if not _DAY.match(text):  # fromisoformat would also read a week such as 2026-W47-1
        raise ValueError(f"not a day: {text!r}")
    return dt.date.fromisoformat(text)


@lru_cache(maxsize=1024)  # asked of every op of a batch about the same few days
def plus_days(text: str, days: int) -> str:
    """The day `days` after `text`, clamped to the calendar's ends."""
    try:
        return (day(text) + dt.timedelta(days=days)).isoformat()
    except OverflowError:
        return "9999-12-31" if days > 0 else "0001-01-01"


def days_between(earlier: str, later: str) -> int:
    return (day(later) - day(earlier)).days


@dataclass(frozen=True)
class Week:
    """One ISO week: Monday to Sunday."""

    year: int
    number: int

    @classmethod
    def parse(cls, text: str) -> Week:
        """Read `2026-W47`; raises ValueError for anything else or a week that year does not have."""
        found = _WEEK.match(text)
        if not found:
            raise ValueError(f"not an ISO week: {text!r}")
        week = cls(int(found[1]), int(found[2]))
        dt.date.fromisocalendar(week.year, week.number, 1)
        return week

    @classmethod
    def of_day(cls, text: str) -> Week:
        year, number, _ = day(text).isocalendar()
        return cls(year, number)

    @property
    def first(self) -> str:
        return dt.date.fromisocalendar(self.year, self.number, 1).isoformat()

    @property
    def last(self) -> str:
        return dt.date.fromisocalendar(self.year, self.number, 7).isoformat()

    def shifted(self, weeks: int) -> Week:
        return Week.of_day(plus_days(self.first, 7 * weeks))

    def __str__(self) -> str:
        return f"{self.year:04d}-W{self.number:02d}"
