"""What the dashboard shows beside the report of a period. Frozen; codes are named by the wording catalogue."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from gridworker.models.period import Period
from gridworker.store.report_rows import HomeFigures


@dataclass(frozen=True)
class WeekPlan:
    """Households in the plan of one week, and those of them that were reached."""

    week: Period
    planned: int
    done: int


@dataclass(frozen=True)
class ReplyLine:
    """How long people of one grid (or micro-grid) waited for the first reply: `replied` demands had theirs in the time
    looked at, half of them within `median` hours; None where there was none."""

    node_id: bytes
    name: str
    replied: int
    median: Fraction | None


@dataclass(frozen=True)
class StairwellLine:
    """A stairwell with the households that lie in the scope."""

    id: bytes
    name: str
    homes: HomeFigures


@dataclass(frozen=True)
class BuildingLine:
    """A building with its stairwells in their order; only those of the scope."""

    id: bytes
    estate: str
    name: str
    stairwells: tuple[StairwellLine, ...]

    @property
    def homes(self) -> HomeFigures:
        return sum((line.homes for line in self.stairwells), HomeFigures())


@dataclass(frozen=True)
class Dashboard:
    """`first` and `last` are the days of the eight weeks that plans and replies are looked at in; `buildings` as of the
    end of the period, met in the half year before. Grids and buildings stand in their own order, never by a figure."""

    first: str
    last: str
    plans: tuple[WeekPlan, ...]
    replies: tuple[ReplyLine, ...]
    buildings: tuple[BuildingLine, ...]
