"""Two figures of the reports, counted and never weighed: the funnel of projects (38 handed in → 22 approved) and the
rectification rate of resolutions (19 of 23)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

_APPROVED = ("approved", "running", "mid_check", "finished", "evaluated", "continued", "closed")


@dataclass(frozen=True, slots=True)
class Funnel:
    """Projects of a year. `submitted` = `waiting` (not decided) + `approved` + `revise` + `rejected`; of the approved,
    `not_begun` + `running` + `ended`. `drafted` were never handed in."""

    drafted: int
    submitted: int
    waiting: int
    approved: int
    revise: int
    rejected: int
    not_begun: int
    running: int
    ended: int


def funnel(states: Mapping[str, int]) -> Funnel:
    """The funnel of projects counted by state. A project that is drafted once more after a screening counts as
    "revise"."""

    def count(*names: str) -> int:
        return sum(states.get(name, 0) for name in names)

    waiting, revise, rejected = count("submitted", "screening"), count("revise"), count("rejected")
    approved = count(*_APPROVED)
    return Funnel(
        drafted=count("collected", "drafted"),
        submitted=waiting + approved + revise + rejected,
        waiting=waiting,
        approved=approved,
        revise=revise,
        rejected=rejected,
        not_begun=count("approved"),
        running=count("running", "mid_check"),
        ended=count("finished", "evaluated", "continued", "closed"),
    )


@dataclass(frozen=True, slots=True)
class Rectification:
    """Resolutions done ÷ all of them, stopped ones among all; `delayed` and `overdue` are part of those not done."""

    done: int
    total: int
    delayed: int = 0
    overdue: int = 0

    @property
    def percent(self) -> str:
        """To one decimal, half up; "" where there is nothing to rate."""
        if not self.total:
            return ""
        tenths = (self.done * 2000 + self.total) // (2 * self.total)
        return f"{tenths // 10}.{tenths % 10}"
