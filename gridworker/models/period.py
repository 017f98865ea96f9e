"""The time a report is about: an ISO week, a month, a quarter or a year, each as people write it."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from typing import Literal, get_args

from gridworker.models.days import Week, day, plus_days

PeriodKind = Literal["week", "month", "quarter", "year"]
PERIOD_KINDS: tuple[PeriodKind, ...] = get_args(PeriodKind)
_WRITTEN = re.compile(r"([0-9]{4})(?:-(?:(W|Q)([0-9]{1,2})|([0-9]{2})))?\Z")
_MONTHS = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True, order=True)
class Period:
    """One week (Monday to Sunday; `year` is that of its Thursday), month, quarter or year. `number` counts within the
    year, from 1; a year has the number 1."""

    kind: PeriodKind
    year: int
    number: int = 1

    def __post_init__(self) -> None:
        """Raises ValueError where the calendar has no such period."""
        if self.kind == "week":
            dt.date.fromisocalendar(self.year, self.number, 7)
        else:
            dt.date(self.year, (self.number - 1) * _MONTHS[self.kind] + 1, 1)

    @classmethod
    def parse(cls, text: str) -> Period:
        """Read `2026-W47`, `2026-11`, `2026-Q4` or `2026`; raises ValueError for anything else."""
        found = _WRITTEN.match(text)
        if not found or (found[2] and len(found[3]) != (2 if found[2] == "W" else 1)):
            raise ValueError(f"not a period: {text!r}")
        year = int(found[1])
        if found[2]:
            return cls("week" if found[2] == "W" else "quarter", year, int(found[3]))
        return cls("month", year, int(found[4])) if found[4] else cls("year", year)

    @classmethod
    def of_day(cls, kind: PeriodKind, text: str) -> Period:
        """The period of this kind in which the day `YYYY-MM-DD` lies. Raises ValueError for no day."""
        if kind == "week":
            week = Week.of_day(text)
            return cls(kind, week.year, week.number)
        date = day(text)
        return cls(kind, date.year, (date.month - 1) // _MONTHS[kind] + 1)

    @classmethod
    def of_week(cls, week: Week) -> Period:
        return cls("week", week.year, week.number)

    @property
    def first(self) -> str:
        """Its first day, `YYYY-MM-DD`."""
        if self.kind == "week":
            return Week(self.year, self.number).first
        return f"{self.year:04d}-{(self.number - 1) * _MONTHS[self.kind] + 1:02d}-01"

    @property
    def last(self) -> str:
        """Its last day."""
        if self.kind == "week":
            return Week(self.year, self.number).last
        month = self.number * _MONTHS[self.kind]
        return "9999-12-31" if (self.year, month) == (9999, 12) else plus_days(_after(self.year, month), -1)

    @property
    def year_first(self) -> str:
        """The first day of its year; for a week the Monday of the first ISO week, so that weeks add up."""
        return Week(self.year, 1).first if self.kind == "week" else f"{self.year:04d}-01-01"

    def shifted(self, number: int) -> Period:
        """The period `number` later, earlier where it is negative. Raises ValueError beyond the calendar."""
        if self.kind == "week":
            return Period.of_week(Week(self.year, self.number).shifted(number))
        in_year = 12 // _MONTHS[self.kind]
        at = self.year * in_year + self.number - 1 + number
        return Period(self.kind, at // in_year, at % in_year + 1)

    def parts(self, kind: PeriodKind) -> tuple[Period, ...]:
        """The periods of `kind` that begin in this one, in order: the weeks of a month, the months of a year."""
        found = Period.of_day(kind, self.first)
        if found.first < self.first:
            found = found.shifted(1)
        parts = []
        while found.first <= self.last:
            parts.append(found)
            found = found.shifted(1)
        return tuple(parts)

    def __str__(self) -> str:
        if self.kind == "year":
            return f"{self.year:04d}"
        letter = {"week": "W", "month": "", "quarter": "Q"}[self.kind]
        return f"{self.year:04d}-{letter}{self.number:0{1 if letter == 'Q' else 2}d}"


def _after(year: int, month: int) -> str:
    """The first day after a month."""
    return f"{year + month // 12:04d}-{month % 12 + 1:02d}-01"
