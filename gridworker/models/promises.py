"""How much of a resource is left: a pure sum over what stands promised, by days for what comes back and for good for
what is used up."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from gridworker.models.days import plus_days
from gridworker.models.lists import CONSUMED_KINDS

_FIRST, _LAST = "0000-00-00", "9999-12-31"


@dataclass(frozen=True, slots=True)
class Taken:
    """`amount` >= 1 taken from day to day inclusive (`YYYY-MM-DD`); "" means without an end on that side."""

    amount: int
    from_on: str = ""
    to_on: str = ""

    @property
    def days(self) -> tuple[str, str]:
        return self.from_on or _FIRST, self.to_on or _LAST


def peak(kind: str, taken: Iterable[Taken], wanted: Taken) -> int:
    """The most that is taken of a resource of `kind` at once while `wanted` lasts, `wanted` among it."""
    others = list(taken)
    if kind in CONSUMED_KINDS:
        return wanted.amount + sum(other.amount for other in others)
    first, last = wanted.days
    starts = {first, *(other.days[0] for other in others if first < other.days[0] <= last)}
    return wanted.amount + max(
        sum(other.amount for other in others if other.days[0] <= day <= other.days[1]) for day in starts
    )


def available(kind: str, quantity: int | None) -> int | None:
    """How much there is at all: one where nobody counted, and no limit (None) for what is only told."""
    if quantity is not None:
        return quantity
    return None if kind == "information" else 1


def fits(kind: str, quantity: int | None, taken: Iterable[Taken], wanted: Taken) -> bool:
    """True if `wanted` can be promised beside what is `taken`."""
    limit = available(kind, quantity)
    return limit is None or peak(kind, taken, wanted) <= limit


def left_on_some_day(
    kind: str, quantity: int | None, taken: Iterable[Taken], first: str, last: str = ""
) -> bool:
    """True if one can still be promised on a day from `first` to `last` (`YYYY-MM-DD`, "" without end)."""
    others = list(taken)
    ends = {other.to_on for other in others if first <= other.to_on < (last or _LAST)}
    days = (first, *(plus_days(end, 1) for end in sorted(ends)))
    return any(fits(kind, quantity, others, Taken(1, day, day)) for day in days)
