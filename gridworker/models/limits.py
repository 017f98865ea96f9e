"""When something is due: hours by the clock, calendar days and working days, with the holidays and adjusted working
days of each year. Pure; moments are `YYYY-MM-DD HH:MM`, days `YYYY-MM-DD`, both China time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gridworker.models.days import day, plus_days

_FORMAT = "%Y-%m-%d %H:%M"
_MOMENT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}\Z")
#: When a working day ends.
END_OF_DAY = "17:30"
#: The share of a limit that is left when its end is near.
NEAR_SHARE = 0.25
#: Nobody may wait longer for a working day than this; a calendar that says so is wrong.
_LONGEST_REST = 60
MOST_NUMBER = 1000


class Standing(StrEnum):
    """How a time limit stands."""

    NONE = "none"  # there is none, or it does not run
    DUE = "due"
    NEAR = "near"
    OVERDUE = "overdue"


@dataclass(frozen=True)
class Calendar:
    """Working days: Monday to Friday, but for the days in `off`, and the days in `work` besides. A year that nobody
    entered has its weekends only."""

    off: frozenset[str] = field(default_factory=frozenset)
    work: frozenset[str] = field(default_factory=frozenset)

    def is_working(self, on: str) -> bool:
        if on in self.work:
            return True
        return on not in self.off and day(on).weekday() < 5

    def next_working(self, on: str) -> str:
        """`on` itself or the first working day after it."""
        for ahead in range(_LONGEST_REST):
            there = plus_days(on, ahead)
            if self.is_working(there):
                return there
        return on


@dataclass(frozen=True)
class Limit:
    """`number` of `unit`: h hours by the clock, d calendar days, wd working days. Raises ValueError for others."""

    number: int
    unit: str

    def __post_init__(self) -> None:
        if self.unit not in ("h", "d", "wd") or not 1 <= self.number <= MOST_NUMBER:
            raise ValueError(f"no limit: {self.number} {self.unit}")


def moment(text: str) -> dt.datetime:
    """Raises ValueError for what is no moment."""
    if not _MOMENT.match(text):
        raise ValueError(f"not a moment: {text!r}")
    return dt.datetime.fromisoformat(text)  # China time, which has no summer


def written(at: dt.datetime) -> str:
    return at.strftime(_FORMAT)


def due_at(begins: str, limit: Limit, calendar: Calendar) -> str:
    """The moment at which a limit that begins at `begins` ends. Hours run by the clock, day and night. Calendar days
    end at the same time of day, and where that day is none to work on, at the end of the next working day. Working days
    are counted from the day after and end with the day."""
    start = moment(begins)
    if limit.unit == "h":
        return written(start + dt.timedelta(hours=limit.number))
    if limit.unit == "d":
        end = written(start + dt.timedelta(days=limit.number))
        there = calendar.next_working(end[:10])
        return end if there == end[:10] else f"{there} {END_OF_DAY}"
    on = begins[:10]
    for _ in range(limit.number):
        on = calendar.next_working(plus_days(on, 1))
    return f"{on} {END_OF_DAY}"


def standing(due: str | None, begins: str | None, now: str) -> Standing:
    """How a running limit stands at `now`: near its end when less than a quarter of it is left."""
    if not due:
        return Standing.NONE
    if now > due:
        return Standing.OVERDUE
    whole = moment(due) - moment(begins) if begins and begins < due else dt.timedelta()
    return Standing.NEAR if moment(due) - moment(now) < whole * NEAR_SHARE else Standing.DUE


def calendar_of(years: Mapping[str, Mapping[str, Iterable[object]]]) -> Calendar:
    """The calendar in `years`: year → {"off": days, "work": days}. Raises ValueError for a day that is none, lies in
    another year, is in both lists, or works although it is a working day anyway."""
    off: set[str] = set()
    work: set[str] = set()
    for year, lists in years.items():
        if set(lists) - {"off", "work"}:
            raise ValueError(f"{year}: {sorted(set(lists) - {'off', 'work'})}")
        for name, days in (("off", off), ("work", work)):
            for on in lists.get(name, ()):
                if not isinstance(on, str) or on[:4] != year:
                    raise ValueError(f"{year}: {on}")
                day(on)
                days.add(on)
    both = off & work
    if both:
        raise ValueError(f"both off and work: {min(both)}")
    needless = [on for on in work if day(on).weekday() < 5]
    if needless:
        raise ValueError(f"a weekday works anyway: {min(needless)}")
    return Calendar(frozenset(off), frozenset(work))
