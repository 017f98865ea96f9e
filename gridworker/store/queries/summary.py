"""The report of a node for a period: all its figures from one moment of the database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from gridworker.models.catalogue import BUILT_IN
from gridworker.models.demand_machine import LEVELS
from gridworker.models.period import Period
from gridworker.store.connection import Connection
from gridworker.store.queries.report_demands import (
    Fact,
    Window,
    became,
    counted_in,
    demand_facts,
    demand_figures,
    solved_at,
    window,
)
from gridworker.store.queries.report_ground import Ground, ground_of
from gridworker.store.queries.report_key import key_demands
from gridworker.store.queries.report_matters import (
    arranged,
    issue_lines,
    issues_between,
    list_figures,
    meeting_figures,
    plan_weeks,
)
from gridworker.store.queries.report_visits import (
    attempts_and_met,
    home_figures,
    narrowed,
    visit_figures,
)
from gridworker.store.queries.road import sync_counts
from gridworker.store.queries.visits import visits_between
from gridworker.store.report_rows import (
    CauseLine,
    CodeLine,
    DemandFigures,
    HomeFigures,
    LevelCount,
    NodeLine,
    Proposals,
    SpotLine,
    Summary,
    Totals,
    TrendPoint,
    VisitFigures,
)
from gridworker.store.rows import Scope
from gridworker.store.statements import run
from gridworker.store.store import Store

#: A line has so many weeks.
TREND_WEEKS = 8
#: A spot is repeated from so many demands on; so many are told.
_REPEATED, _SPOTS = 2, 10


@dataclass(frozen=True)
class Span:
    """What a report asks about: the period, the day up to which it counts, the present, and what is compared."""

    period: Period
    until: str
    present: str

    @cached_property
    def now(self) -> Window:
        return self.of(self.period)

    @cached_property
    def before(self) -> Window:
        return self.of(self.period.shifted(-1))

    @cached_property
    def year(self) -> Window:
        return window(self.period.year_first, self.period.last, self.present)

    def of(self, period: Period) -> Window:
        return window(period.first, period.last, self.present)

    @cached_property
    def trend(self) -> tuple[Period, ...]:
        """The points of its lines: the weeks of a quarter, the months of a year, else eight weeks up to its end."""
        if self.period.kind in ("quarter", "year"):
            return self.period.parts("week" if self.period.kind == "quarter" else "month")
        last = Period.of_day("week", self.until)
        return tuple(last.shifted(-n) for n in reversed(range(TREND_WEEKS)))

    @cached_property
    def since(self) -> str:
        """The first day that anything of the report looks at."""
        return min(self.period.year_first, self.period.shifted(-1).first, self.trend[0].first)


def span_of(store: Store, period: Period) -> Span:
    """What a report of `period` asks about today."""
    until = min(period.last, max(store.clock.today(), period.first))
    return Span(period, until, store.clock.moment().strftime("%Y-%m-%d %H:%M"))


def summary(store: Store, scope: Scope, period: Period, *, ledger: bool = False) -> Summary:
    """The report of `scope` for `period`; with the visits themselves where `ledger`. A period that has not begun, or
    a node without households, gives figures of nothing."""
    identity, span = store.identity, span_of(store, period)
    with store.read() as connection:
        ground = ground_of(connection, scope, period.first, span.until)
        facts = demand_facts(connection, ground, span.since)
        parts = _Parts(connection, ground, span, facts)
        now, lines = parts.lines()
        keys, left = key_demands(connection, ground, facts, span.now)
        lists = list_figures(connection, ground, period.first, period.last)
        found = Summary(
            community=identity.community_name,
            node_id=scope.node_id,
            node_name=ground.name,
            period=period,
            until=span.until,
            practice=identity.practice,
            alone=identity.authority == "self",
            now=now,
            before=parts.totals(span.before),
            year=parts.totals(span.year),
            lines=lines,
            categories=parts.by_code("demand_category", lambda fact: fact.category),
            sources=parts.by_code("demand_source", lambda fact: fact.source),
            key_demands=keys,
            key_demands_left=left,
            issues=issue_lines(connection, ground, period.first, period.last),
            lists=lists,
            next_period=arranged(connection, ground, period.shifted(1)) if period.kind != "year" else (),
            trend=parts.trend(),
            levels=parts.levels(),
            spots=parts.spots(),
            causes=parts.causes(),
            proposals=parts.proposals(),
            whole=ground.whole,
            begun=period.first <= store.clock.today(),
            visits=visits_between(
                store,
                connection,
                (period.first, period.last),
                ground.micros,
                narrowed(ground, "v.household_id"),
            )
            if ledger
            else (),
            complete_through=identity.last_sync_at,
            unsent=sync_counts(store).unsent + sync_counts(store).sending,
        )
    return found


class _Parts:
    """The parts of one report, from one connection."""

    def __init__(self, connection: Connection, ground: Ground, span: Span, facts: tuple[Fact, ...]) -> None:
        self._connection, self._ground, self._span, self._facts = connection, ground, span, facts
        self._counted = {fact.id: counted_in(fact, span.now) for fact in facts}
        self._touched = tuple(fact for fact in facts if fact.over >= span.now.first)

    def _visits(self, days: Window) -> Mapping[bytes, VisitFigures]:
        weeks = plan_weeks(days.first, days.last)
        return visit_figures(self._connection, self._ground, days.first, days.last, weeks)

    def totals(self, days: Window) -> Totals:
        """The figures of a window for the whole node, without its households."""
        return Totals(
            visits=sum(self._visits(days).values(), VisitFigures()),
            demands=demand_figures(counted_in(fact, days) for fact in self._facts),
            meetings=meeting_figures(self._connection, self._ground, days.first, days.last),
        )

    def lines(self) -> tuple[Totals, tuple[NodeLine, ...]]:
        """The period for the node, and line by line; the lines add up to the node."""
        visits, homes = self._visits(self._span.now), home_figures(self._connection, self._ground)
        demands: dict[bytes, list[frozenset[str]]] = defaultdict(list)
        for fact in self._facts:
            demands[fact.unit_at].append(self._counted[fact.id])
        lines = [
            NodeLine(
                line.node_id,
                line.name,
                sum((visits[node] for node in line.nodes if node in visits), VisitFigures()),
                sum((homes[node] for node in line.nodes if node in homes), HomeFigures()),
                demand_figures(names for node in line.nodes if node in demands for names in demands[node]),
            )
            for line in self._ground.lines
        ]
        days = self._span.now
        whole = Totals(
            sum((line.visits for line in lines), VisitFigures()),
            sum((line.homes for line in lines), HomeFigures()),
            sum((line.demands for line in lines), DemandFigures()),
            meeting_figures(self._connection, self._ground, days.first, days.last),
        )
        nothing = (VisitFigures(), HomeFigures(), DemandFigures())
        shown = [
            line
            for line, place in zip(lines, self._ground.lines, strict=True)
            if place.shown or (line.visits, line.homes, line.demands) != nothing
        ]
        return whole, tuple(shown)

    def by_code(self, catalogue: str, code_of: Callable[[Fact], str]) -> tuple[CodeLine, ...]:
        """The demands of the period by a code of theirs, in the order of the catalogue; codes without any left out."""
        counted: dict[str, list[frozenset[str]]] = defaultdict(list)
        for fact in self._facts:
            counted[code_of(fact)].append(self._counted[fact.id])
        figures = {code: demand_figures(names) for code, names in counted.items()}
        named = self._named(catalogue)
        return tuple(
            CodeLine(code, named[code], figures[code])
            for code in sorted(figures, key=lambda code: list(named).index(code))
            if figures[code] != DemandFigures()
        )

    def _named(self, catalogue: str) -> Mapping[str, str]:
        """Code → the community's own name for it, "" for the product's; in the order of the catalogue."""
        named = dict.fromkeys(BUILT_IN[catalogue], "")
        rows = run(self._connection, f"SELECT code, name FROM {catalogue} WHERE deleted = 0 ORDER BY rid")
        named.update((code, name or "") for code, name in rows)
        for fact in self._facts:  # one whose entry lies where this account does not look
            named.setdefault(fact.category if catalogue == "demand_category" else fact.source, "")
        return named

    def trend(self) -> tuple[TrendPoint, ...]:
        points = []
        for period in self._span.trend:
            attempts, met = attempts_and_met(self._connection, self._ground, period.first, period.last)
            days = self._span.of(period)
            sums = Counter(name for fact in self._facts for name in counted_in(fact, days))
            points.append(TrendPoint(period, attempts, met, sums["registered"], sums["closed"]))
        return tuple(points)

    def levels(self) -> tuple[LevelCount, ...]:
        days = self._span.now
        sums = Counter(solved_at(fact, days) for fact in self._facts if "closed" in self._counted[fact.id])
        return tuple(LevelCount(level, sums[level]) for level in (*LEVELS, "") if sums[level])

    def _registered(self, days: Window) -> Iterable[Fact]:
        first, end = days.first, days.end
        return (fact for fact in self._facts if first <= fact.reported_at < end)

    def spots(self) -> tuple[SpotLine, ...]:
        """Public spots that demands came about again and again, most first. Places, never people."""
        about: dict[bytes, list[str]] = defaultdict(list)
        for fact in self._registered(self._span.now):
            if fact.spot_id is not None:
                about[fact.spot_id].append(fact.category)
        names = dict(run(self._connection, "SELECT id, name FROM public_spot").fetchall())
        lines = [
            SpotLine(spot, names.get(spot, ""), Counter(sorted(of)).most_common(1)[0][0], len(of))
            for spot, of in about.items()
            if len(of) >= _REPEATED
        ]
        return tuple(sorted(lines, key=lambda line: (-line.registered, line.name, line.id))[:_SPOTS])

    def causes(self) -> tuple[CauseLine, ...]:
        """Categories part by part of a quarter (months) or year (quarters)."""
        period = self._span.period
        if period.kind not in ("quarter", "year"):
            return ()
        parts = period.parts("month" if period.kind == "quarter" else "quarter")
        days = [self._span.of(part) for part in parts]
        before = Counter(fact.category for fact in self._registered(self._span.before))
        sums = [Counter(fact.category for fact in self._registered(one)) for one in days]
        named = self._named("demand_category")
        return tuple(
            CauseLine(code, named[code], tuple(of[code] for of in sums), before[code])
            for code in named
            if before[code] or any(of[code] for of in sums)
        )

    def proposals(self) -> Proposals:
        days = self._span.now
        raised, decided = issues_between(self._connection, self._ground, days.first, days.last)
        return Proposals(
            suggestions=sum(fact.type == "suggestion" for fact in self._registered(days)),
            to_issue=sum(became(fact, days, "issue") for fact in self._touched),
            to_project=sum(became(fact, days, "project") for fact in self._touched),
            issues_raised=raised,
            issues_decided=decided,
        )
