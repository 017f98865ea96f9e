"""Everything that the report of a period needs, as counts and short rows. Frozen; codes are named by the wording
catalogue; nothing here is masked yet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from operator import add
from typing import TypeVar

from gridworker.models.period import Period
from gridworker.store.rows import VisitRow

Figures = TypeVar("Figures", "VisitFigures", "HomeFigures", "DemandFigures")


def added(kind: type[Figures], parts: Iterable[Figures]) -> Figures:
    """The sum of many figures of one kind; of none it is zero."""
    found = list(parts)
    if len(found) == 1:
        return found[0]
    return kind(*map(sum, zip(*(vars(part).values() for part in found), strict=True)))


@dataclass(frozen=True)
class VisitFigures:
    """Visits to households by outcome; `planned` households of the plan and those of them that were reached; visits to
    `shops` and public `spots`, which count nowhere else."""

    planned: int = 0
    plan_done: int = 0
    attempts: int = 0
    met: int = 0
    absent: int = 0
    declined: int = 0
    rescheduled: int = 0
    moved: int = 0
    shops: int = 0
    spots: int = 0

    def __add__(self, other: VisitFigures) -> VisitFigures:
        return VisitFigures(*map(add, vars(self).values(), vars(other).values()))


@dataclass(frozen=True)
class HomeFigures:
    """Households at the end of the period: all, those that are neither vacant nor opted out, and those of them that
    were met at the door or by telephone in the half year before."""

    households: int = 0
    reachable: int = 0
    met_half_year: int = 0

    def __add__(self, other: HomeFigures) -> HomeFigures:
        return HomeFigures(*map(add, vars(self).values(), vars(other).values()))


@dataclass(frozen=True)
class DemandFigures:
    """Demands of a period. `carried`: open when it began; `open`, `overdue`: at its end. `registered`, `accepted`,
    `same_day` (handled on the day of registration), `closed`, `revisited`: in it. `satisfied`, `basic`, `unsatisfied`:
    by the last revisit in it. Of the closed ones `closed_in_time`, `closed_in_grid` (solved at the grid or below) and
    `closed_at_station`. `contacted_in_time`: of the accepted ones, where the reporter heard of it within the limit.
    `due`: accepted whenever, with a limit that ran out in it; `due_closed` the closed ones among them."""

    carried: int = 0
    registered: int = 0
    accepted: int = 0
    same_day: int = 0
    closed: int = 0
    open: int = 0
    overdue: int = 0
    revisited: int = 0
    satisfied: int = 0
    basic: int = 0
    unsatisfied: int = 0
    closed_in_time: int = 0
    closed_in_grid: int = 0
    closed_at_station: int = 0
    contacted_in_time: int = 0
    due: int = 0
    due_closed: int = 0

    def __add__(self, other: DemandFigures) -> DemandFigures:
        return DemandFigures(*map(add, vars(self).values(), vars(other).values()))


@dataclass(frozen=True)
class MeetingFigures:
    """Meetings held, and the people that were there."""

    held: int = 0
    people: int = 0


@dataclass(frozen=True)
class Totals:
    """The figures of one period for the whole node."""

    visits: VisitFigures = VisitFigures()
    homes: HomeFigures = HomeFigures()
    demands: DemandFigures = DemandFigures()
    meetings: MeetingFigures = MeetingFigures()


@dataclass(frozen=True)
class NodeLine:
    """One grid, or micro-grid of a node inside one grid; the node itself where something lies at it and at no grid."""

    node_id: bytes
    name: str
    visits: VisitFigures = VisitFigures()
    homes: HomeFigures = HomeFigures()
    demands: DemandFigures = DemandFigures()


@dataclass(frozen=True)
class CodeLine:
    """The demands of one category, source or pair of sides; `name` is what the community calls its own code, or ""."""

    code: str
    name: str
    demands: DemandFigures


@dataclass(frozen=True)
class KeyDemand:
    """A demand that needs attention at the end of the period. `place` is an estate and building, a shop, a spot or an
    area; `post` the role that answers for it; `level` where it lies now; `why` overdue, critical, hard, returned or
    reopened."""

    id: bytes
    no: str
    place: str
    title: str
    level: str
    post: str
    due_at: str
    state: str
    why: str


@dataclass(frozen=True)
class IssueLine:
    """An issue as it stood at the end of the period, read from its dated steps; `next_step` the first open task."""

    id: bytes
    title: str
    stage: str
    resolutions: int
    done: int
    next_step: str
    next_on: str


@dataclass(frozen=True)
class ListFigures:
    """One of the three lists: new in the period, matched in it, done in it, and still there at its end."""

    new: int = 0
    matched: int = 0
    done: int = 0
    standing: int = 0


@dataclass(frozen=True)
class NextLine:
    """What is arranged for a day of the next period: `kind` duty, visits or meeting; `count` households for visits."""

    day: str
    kind: str
    post: str
    node: str
    count: int = 0
    what: str = ""
    id: bytes = b""


@dataclass(frozen=True)
class TrendPoint:
    """One point of a line: a period with its attempts, demands registered and closed."""

    period: Period
    attempts: int
    met: int
    registered: int
    closed: int


@dataclass(frozen=True)
class LevelCount:
    """Demands closed in the period by the level that solved them."""

    level: str
    closed: int


@dataclass(frozen=True)
class SpotLine:
    """A public spot that demands came about repeatedly in the period."""

    id: bytes
    name: str
    category: str
    registered: int


@dataclass(frozen=True)
class CauseLine:
    """A category month by month: demands registered in each part of the period, and in the period before."""

    code: str
    name: str
    by_part: tuple[int, ...]
    before: int


@dataclass(frozen=True)
class Proposals:
    """What residents proposed and what it led to: suggestions registered, demands that became an issue or a project,
    issues raised and decided."""

    suggestions: int = 0
    to_issue: int = 0
    to_project: int = 0
    issues_raised: int = 0
    issues_decided: int = 0


@dataclass(frozen=True)
class Behind:
    """A record that a figure counts: what it is, its number or code, its day, and a code or title that says more."""

    entity: str
    id: bytes
    no: str
    day: str
    words: str


@dataclass(frozen=True)
class Lists:
    """The three lists, and what projects did: sessions held and people at them."""

    needs: ListFigures = ListFigures()
    resources: ListFigures = ListFigures()
    projects: ListFigures = ListFigures()
    sessions: int = 0
    people: int = 0


@dataclass(frozen=True)
class Summary:
    """The report of a node for a period. `until` is the day up to which it counts: its last one, or today if that is
    earlier; `begun` False: it lies ahead. `lines` stand in grid order, never ranked. `whole` False: a scope of linked
    households or of one building, for which meetings, issues, lists and duty say nothing; `lists` is None there and
    where the node is not the community. `complete_through`: the last complete exchange (ms; 0 = never or standing
    alone); `unsent`: records of this computer not sent then."""

    community: str
    node_id: bytes
    node_name: str
    period: Period
    until: str
    practice: bool
    alone: bool
    now: Totals
    before: Totals
    year: Totals
    lines: tuple[NodeLine, ...]
    categories: tuple[CodeLine, ...]
    sources: tuple[CodeLine, ...] = ()
    key_demands: tuple[KeyDemand, ...] = ()
    key_demands_left: int = 0
    issues: tuple[IssueLine, ...] = ()
    lists: Lists | None = None
    next_period: tuple[NextLine, ...] = ()
    trend: tuple[TrendPoint, ...] = ()
    levels: tuple[LevelCount, ...] = ()
    spots: tuple[SpotLine, ...] = ()
    causes: tuple[CauseLine, ...] = ()
    proposals: Proposals | None = None
    whole: bool = True
    begun: bool = True
    visits: tuple[VisitRow, ...] = ()
    complete_through: int = 0
    unsent: int = 0
