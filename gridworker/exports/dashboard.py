"""The charts of the dashboard, each with the table behind it. Grids and buildings stand in their own order; nothing is
ranked and nobody is named."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from gridworker.exports.document import (
    Cell,
    Chart,
    ChartKind,
    Column,
    ColumnKind,
    Document,
    Measure,
    Ratio,
    Series,
    Table,
)
from gridworker.exports.moments import day_range
from gridworker.exports.summary_more import level_name, short_period
from gridworker.exports.summary_tables import code_name, half_year_coverage
from gridworker.models.period import Period
from gridworker.store.dashboard_rows import BuildingLine, Dashboard
from gridworker.store.report_rows import CodeLine, HomeFigures, Summary
from gridworker.wording import Wording


@dataclass(frozen=True)
class Lead:
    """Where a value of a chart leads: `kind` is period, node, building or records; `value` says which, for records the
    key of their figure."""

    kind: str
    value: Period | str | bytes


@dataclass(frozen=True)
class DashboardChart:
    """A chart and where its values lead, by the place of the label and of the series."""

    chart: Chart
    leads: Mapping[tuple[int, int], Lead] = field(default_factory=dict)

    def lead(self, label: int, series: int) -> Lead | None:
        """Where a value leads; every series of a label where it is the label that leads."""
        return self.leads.get((label, series)) or self.leads.get((label, -1))


#: With more buildings than this each is one field of its estate, not a row of its stairwells.
MANY_BUILDINGS = 16
#: The charts in the order they stand in.
KEYS = ("visits", "demands", "categories", "sources", "levels", "coverage", "replies", "buildings")


def dashboard_charts(summary: Summary, more: Dashboard, wording: Wording) -> tuple[DashboardChart, ...]:
    """The charts of KEYS for one report and what the dashboard shows beside it."""
    periods = _led("period", (point.period for point in summary.trend))
    grids = _led("node", (line.node_id for line in summary.lines))
    return (
        DashboardChart(_visits(summary, more, wording), periods),
        DashboardChart(_demands(summary, wording), periods),
        _codes("categories", "category", summary.categories, wording),
        _codes("sources", "source", summary.sources, wording),
        DashboardChart(
            _levels(summary, wording),
            _led("records", (f"demands.closed/level={line.level}" for line in summary.levels)),
        ),
        DashboardChart(_coverage(summary, wording), grids),
        DashboardChart(_replies(more, wording), _led("node", (line.node_id for line in more.replies))),
        _buildings(more.buildings, wording),
    )


def _led(kind: str, values: Iterable[Period | str | bytes]) -> Mapping[tuple[int, int], Lead]:
    """Each label leads to one of `values`, in their order."""
    return {(place, -1): Lead(kind, value) for place, value in enumerate(values)}


def chart_document(chart: Chart, summary: Summary, wording: Wording, generated_at: str) -> Document:
    """One chart alone, with the node and the days it is about."""
    days = day_range(summary.period.first, summary.period.last, wording)
    return Document(
        title=chart.caption,
        subtitle=wording("report.subtitle", days=days, node=summary.node_name),
        summary_name=wording("dashboard.sheet"),
        blocks=(chart,),
        language=wording.language,
        generated_at=generated_at,
        marks=(wording("report.practice_mark"),) if summary.practice else (),
    )


def _chart(
    key: str,
    kind: ChartKind,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    wording: Wording,
    *,
    drawn: Sequence[int] = (),
    percent: Sequence[int] = (),
) -> Chart:
    """`columns` are keys of titles; `drawn` those that are series, all but the first where none are named; `percent`
    those that hold shares."""
    caption, note = wording(f"dashboard.chart.{key}.title"), f"dashboard.chart.{key}.note"
    titles = [wording(f"dashboard.column.{column}") for column in columns]
    kinds = (ColumnKind.PERCENT if at in percent else ColumnKind.NUMBER for at in range(1, len(titles)))
    table = Table(
        caption=caption,
        columns=(
            Column(titles[0]),
            *(Column(title, of) for title, of in zip(titles[1:], kinds, strict=True)),
        ),
        rows=tuple(tuple(row) for row in rows),
        note=wording(note) if wording.has(note) else "",
        key=key,
    )
    series = tuple(Series(titles[at], at) for at in drawn or range(1, len(titles)))
    return Chart(key, caption, kind, series, table, wording("dashboard.empty"))


def _visits(summary: Summary, more: Dashboard, wording: Wording) -> Chart:
    planned = {plan.week: plan.planned or None for plan in more.plans}  # 0 is a week that nobody planned
    rows = (
        (short_period(point.period, wording), planned.get(point.period), point.attempts, point.met)
        for point in summary.trend
    )
    return _chart(
        "visits", ChartKind.LINE, ("period", "planned", "attempts", "met"), rows, wording, drawn=(2, 1, 3)
    )


def _demands(summary: Summary, wording: Wording) -> Chart:
    rows = ((short_period(point.period, wording), point.registered, point.closed) for point in summary.trend)
    return _chart("demands", ChartKind.LINE, ("period", "registered", "closed"), rows, wording)


def _codes(key: str, what: str, lines: Iterable[CodeLine], wording: Wording) -> DashboardChart:
    shown, catalogue = [line for line in lines if line.demands.registered], f"demand_{what}"
    rows = ((code_name(line, catalogue, wording), line.demands.registered) for line in shown)
    chart = _chart(key, ChartKind.BAR, (catalogue, "registered"), rows, wording)
    keys = (f"demands.registered/{what}={line.code}" for line in shown)
    return DashboardChart(chart, _led("records", keys))


def _levels(summary: Summary, wording: Wording) -> Chart:
    rows = ((level_name(line.level, wording), line.closed) for line in summary.levels)
    return _chart("levels", ChartKind.BAR, ("level", "closed"), rows, wording)


def _replies(more: Dashboard, wording: Wording) -> Chart:
    rows = (
        (line.name, None if line.median is None else Measure(line.median), line.replied)
        for line in more.replies
    )
    return _chart("replies", ChartKind.BAR, ("grid", "median", "replied"), rows, wording, drawn=(1,))


def _coverage(summary: Summary, wording: Wording) -> Chart:
    rows = (
        (line.name, half_year_coverage(line.homes), line.homes.met_half_year, line.homes.reachable)
        for line in summary.lines
    )
    columns = ("grid", "coverage", "met_homes", "reachable")
    return _chart("coverage", ChartKind.BAR, columns, rows, wording, drawn=(1,), percent=(1,))


def _buildings(buildings: Sequence[BuildingLine], wording: Wording) -> DashboardChart:
    """Stairwells of each building; of many buildings each building of its estate."""
    rows: dict[str, dict[str, tuple[HomeFigures, bytes]]] = {}
    for building in buildings:
        if len(buildings) <= MANY_BUILDINGS:
            name = _whole_name(building, buildings)
            rows[name] = {line.name: (line.homes, building.id) for line in building.stairwells}
        else:
            rows.setdefault(building.estate, {})[building.name] = (building.homes, building.id)
    names = list(dict.fromkeys(name for fields in rows.values() for name in fields))
    caption = wording("dashboard.chart.buildings.title")
    table = Table(
        caption=caption,
        columns=(
            Column(wording("dashboard.column.building")),
            *(Column(name, ColumnKind.PERCENT) for name in names),
        ),
        rows=tuple((row, *_shares(fields, names)) for row, fields in rows.items()),
        note=wording("dashboard.chart.buildings.note"),
        key="buildings",
    )
    series = tuple(Series(name, place) for place, name in enumerate(names, 1))
    leads = {
        (row, names.index(name)): Lead("building", building)
        for row, fields in enumerate(rows.values())
        for name, (_, building) in fields.items()
    }
    chart = Chart("buildings", caption, ChartKind.HEAT, series, table, wording("dashboard.empty"))
    return DashboardChart(chart, leads)


def _whole_name(building: BuildingLine, buildings: Sequence[BuildingLine]) -> str:
    alone = len({one.estate for one in buildings}) == 1
    return building.name if alone else f"{building.estate} {building.name}"


def _shares(fields: Mapping[str, tuple[HomeFigures, bytes]], names: Iterable[str]) -> Iterable[Ratio | None]:
    return (half_year_coverage(fields[name][0]) if name in fields else None for name in names)
