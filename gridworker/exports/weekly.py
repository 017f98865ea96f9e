"""The weekly report of a node as a neutral document: an overview, the visits by grid in their fixed order, and the
masked visit ledger. Counts only what the rows say; never orders grids by a figure and never totals per person."""

from __future__ import annotations

from gridworker.exports.document import (
    Block,
    Cell,
    Column,
    ColumnKind,
    Document,
    Footer,
    Heading,
    PageBreak,
    Paragraph,
    Points,
    Ratio,
    Signed,
    Table,
    Voice,
    printed,
)
from gridworker.exports.ledger import visit_ledger
from gridworker.exports.moments import day_range, minute_in_china
from gridworker.store.rows import GridWeek, WeekVisits
from gridworker.wording import Wording

_COUNTS = ("met", "absent", "declined", "rescheduled", "moved")
_GRID_COUNTS = ("households", "planned", "plan_done", "attempts", *_COUNTS)


def weekly_document(
    week: WeekVisits, wording: Wording, generated_at: str, *, ledger: bool = True, whole_doors: bool = False
) -> Document:
    """The report of `week`, made at `generated_at` (`YYYY-MM-DD HH:MM[:SS]`, China time).

    `ledger` False leaves the annex out. `whole_doors` prints door numbers instead of buildings; the caller must have
    asked for the reason and the right. Raises ValueError if `week.week` or a day is none."""
    year, number = _year_and_number(week.week)
    blocks: list[Block] = [
        Paragraph(_data_line(week, wording, generated_at), Voice.NOTE),
        Heading(wording("report.heading.overview")),
        Paragraph(_summary(week, wording)),
        _overview(week, wording),
        _by_grid(week, wording),
        Heading(wording("report.heading.definitions")),
        *(
            Paragraph(wording(f"report.definition.{key}"), Voice.NOTE)
            for key in ("planned", "met_rate", "coverage", "week")
        ),
    ]
    annex: list[Block] = [PageBreak(), visit_ledger(week.visits, wording, whole_doors)] if ledger else []
    return Document(
        title=wording("report.title", community=week.community, year=year, week=number),
        subtitle=wording(
            "report.subtitle", days=day_range(week.first_day, week.last_day, wording), node=week.node_name
        ),
        summary_name=wording("report.summary_name"),
        blocks=(*blocks, *annex),
        language=wording.language,
        generated_at=generated_at,
        marks=(wording("report.practice_mark"),) if week.practice else (),
        footer=Footer(
            (wording("report.generated", time=generated_at.replace("T", " ")[:16]),), wording("report.page")
        ),
    )


def _year_and_number(week: str) -> tuple[int, int]:
    year, _, number = week.partition("-W")
    return int(year), int(number)


def _data_line(week: WeekVisits, wording: Wording, generated_at: str) -> str:
    """What the figures rest on. It states a time and a count, and never claims that nothing is missing."""
    if week.complete_through:
        return wording("report.data_until", time=minute_in_china(week.complete_through), unsent=week.unsent)
    return wording("report.data_here", time=generated_at.replace("T", " ")[:16], unsent=week.unsent)


def _summary(week: WeekVisits, wording: Wording) -> str:
    now, before = week.total, week.previous
    if not now.attempts:
        return wording("report.summary.no_visits", before=before.attempts)
    counts = {"attempts": now.attempts, **{name: getattr(now, name) for name in _COUNTS}}
    first = wording("report.summary.visits", rate=printed(met_rate(now)), **counts)
    change = now.attempts - before.attempts
    kind = "same" if not change else ("more" if change > 0 else "fewer")
    second = wording(f"report.summary.{kind}", count=abs(change))
    third = wording(
        "report.summary.coverage",
        reachable=now.reachable,
        met=now.met_half_year,
        rate=printed(half_year_coverage(now)),
    )
    return wording("report.summary.together", first=first, second=second, third=third)


def met_rate(grid: GridWeek) -> Ratio:
    """见面率: met ÷ attempts."""
    return Ratio(grid.met, grid.attempts)


def half_year_coverage(grid: GridWeek) -> Ratio:
    """走访覆盖率 of the half year: distinct households met ÷ households not vacant and not opted out."""
    return Ratio(grid.met_half_year, grid.reachable)


def _overview(week: WeekVisits, wording: Wording) -> Table:
    now, before = week.total, week.previous
    rates = met_rate(now), met_rate(before)

    def count(name: str) -> tuple[Cell, ...]:
        this, last = getattr(now, name), getattr(before, name)
        return wording(f"report.measure.{name}"), this, last, Signed(this - last)

    return Table(
        caption=wording("report.caption.overview"),
        columns=(
            Column(wording("report.column.measure")),
            Column(wording("report.column.this_week"), ColumnKind.NUMBER),
            Column(wording("report.column.last_week"), ColumnKind.NUMBER),
            Column(wording("report.column.change"), ColumnKind.NUMBER),
        ),
        rows=(
            count("planned"),
            count("plan_done"),
            count("attempts"),
            count("met"),
            (wording("report.measure.met_rate"), *rates, Points(*rates)),
            *(count(name) for name in _COUNTS[1:]),
            # `previous` holds the week's visits; how far coverage had come a week ago it does not say.
            (wording("report.measure.coverage"), half_year_coverage(now), None, None),
        ),
        note=wording("report.note.points"),
    )


def summed(grids: tuple[GridWeek, ...], name: str) -> GridWeek:
    """One row with the counts of all `grids`, so that shares come from counts and never from other shares."""
    counts = ("households", "reachable", "planned", "plan_done", "attempts", *_COUNTS, "met_half_year")
    return GridWeek(b"", name, **{field: sum(getattr(grid, field) for grid in grids) for field in counts})


def _by_grid(week: WeekVisits, wording: Wording) -> Table:
    titles = _GRID_COUNTS
    return Table(
        caption=wording("report.caption.by_grid"),
        columns=(
            Column(wording("report.column.grid")),
            *(Column(wording(f"report.column.{name}"), ColumnKind.NUMBER) for name in titles),
            Column(wording("report.column.met_rate"), ColumnKind.PERCENT),
            Column(wording("report.column.coverage"), ColumnKind.PERCENT),
        ),
        rows=tuple(_grid_row(grid) for grid in week.grids),
        total=_grid_row(summed(week.grids, wording("report.total"))),
        note=wording("report.note.by_grid"),
    )


def _grid_row(grid: GridWeek) -> tuple[Cell, ...]:
    counts = (getattr(grid, name) for name in _GRID_COUNTS)
    return (grid.name, *counts, met_rate(grid), half_year_coverage(grid))
