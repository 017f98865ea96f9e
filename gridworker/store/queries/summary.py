"""The report of a node for a period: all its figures from one moment of the database."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from gridworker.models.catalogue import BUILT_IN
from gridworker.models.demand_machine import LEVELS
from gridworker.models.period import Period
from gridworker.store.connection import Connection
from gridworker.store.queries.report_demands import Window, window
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
from gridworker.store.queries.report_standing import Standing
from gridworker.store.queries.report_visits import (
    home_figures,
    narrowed,
    visit_figures,
    visit_totals,
    visit_trend,
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
    added,
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
        """The points of its lines: the weeks of a quarter, the months of a year, as far as they have begun, else eight
        weeks up to its end."""
        if self.period.kind in ("quarter", "year"):
            parts = self.period.parts("week" if self.period.kind == "quarter" else "month")
            return tuple(part for part in parts if part.first <= self.until) or parts[:1]
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
    identity, span, counts = store.identity, span_of(store, period), sync_counts(store)
    with store.read() as connection:
        ground = ground_of(connection, scope, period.first, span.until)
        parts = _Parts(connection, ground, span)
        now, lines = parts.lines()
        keys, left = key_demands(connection, ground, span.now)
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
            categories=parts.by_code("category"),
            sources=parts.by_code("source"),
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
            unsent=counts.unsent + counts.sending,
        )
    return found


def _weeks(days: Window) -> tuple[str, str]:
    return plan_weeks(days.first, days.last)


class _Parts:
    """The parts of one report, from one connection."""

    def __init__(self, connection: Connection, ground: Ground, span: Span) -> None:
        self._connection, self._ground, self._span = connection, ground, span
        self._demands = Standing(connection, ground)

    def totals(self, days: Window) -> Totals:
        """The figures of a window for the whole node, without its households."""
        return Totals(
            visits=visit_totals(self._connection, self._ground, days.first, days.last, _weeks(days)),
            demands=self._demands.total(days),
            meetings=meeting_figures(self._connection, self._ground, days.first, days.last),
        )

    def lines(self) -> tuple[Totals, tuple[NodeLine, ...]]:
        """The period for the node, and line by line; the lines add up to the node."""
        days, homes = self._span.now, home_figures(self._connection, self._ground)
        visits = visit_figures(self._connection, self._ground, days.first, days.last, _weeks(days))
        demands = self._demands.figures(self._span.now, "unit_at")
        lines = [
            NodeLine(
                line.node_id,
                line.name,
                added(VisitFigures, (visits[node] for node in line.nodes if node in visits)),
                added(HomeFigures, (homes[node] for node in line.nodes if node in homes)),
                added(DemandFigures, (demands[node] for node in line.nodes if node in demands)),
            )
            for line in self._ground.lines
        ]
        whole = Totals(
            added(VisitFigures, (line.visits for line in lines)),
            added(HomeFigures, (line.homes for line in lines)),
            added(DemandFigures, (line.demands for line in lines)),
            meeting_figures(self._connection, self._ground, days.first, days.last),
        )
        nothing = (VisitFigures(), HomeFigures(), DemandFigures())
        shown = [
            line
            for line, place in zip(lines, self._ground.lines, strict=True)
            if place.shown or (line.visits, line.homes, line.demands) != nothing
        ]
        return whole, tuple(shown)

    def by_code(self, column: str) -> tuple[CodeLine, ...]:
        """The demands of the period by a code of theirs, in the order of the catalogue; codes without any left out."""
        figures = self._demands.figures(self._span.now, column)
        return tuple(
            CodeLine(code, name, figures[code])
            for code, name in self._named(column, figures).items()
            if code in figures
        )

    def _named(self, column: str, met: Iterable[str]) -> Mapping[str, str]:
        """Code → the community's own name for it, "" for the product's; in the order of the catalogue. Last those of
        `met` whose entries lie where this account does not look."""
        catalogue = f"demand_{column}"
        named = dict.fromkeys(BUILT_IN[catalogue], "")
        rows = run(self._connection, f"SELECT code, name FROM {catalogue} WHERE deleted = 0 ORDER BY rid")
        named.update((code, name or "") for code, name in rows)
        return named | dict.fromkeys(sorted(set(met) - named.keys()), "")

    def trend(self) -> tuple[TrendPoint, ...]:
        periods = self._span.trend
        visits = visit_trend(self._connection, self._ground, periods)
        registered, closed = self._demands.trend([self._span.of(period) for period in periods])
        return tuple(
            TrendPoint(period, *visits[period], registered[n], closed[n]) for n, period in enumerate(periods)
        )

    def levels(self) -> tuple[LevelCount, ...]:
        sums = self._demands.closed(self._span.now)
        return tuple(LevelCount(level, sums[level]) for level in (*LEVELS, "") if sums[level])

    def spots(self) -> tuple[SpotLine, ...]:
        """Public spots that demands came about again and again, most first. Places, never people."""
        about: dict[bytes, list[str]] = defaultdict(list)
        for spot, category in self._demands.registered_at_spots(self._span.now):
            about[spot].append(category)
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
        before = self._demands.registered(self._span.before, "category")
        sums = [self._demands.registered(one, "category") for one in days]
        named = self._named("category", {code for of in (before, *sums) for code in of})
        return tuple(
            CauseLine(code, named[code], tuple(of[code] for of in sums), before[code])
            for code in named
            if before[code] or any(of[code] for of in sums)
        )

    def proposals(self) -> Proposals:
        days = self._span.now
        led_to = self._demands.became(days)
        raised, decided = issues_between(self._connection, self._ground, days.first, days.last)
        return Proposals(
            suggestions=self._demands.registered(days, "type")["suggestion"],
            to_issue=led_to["issue"],
            to_project=led_to["project"],
            issues_raised=raised,
            issues_decided=decided,
        )
