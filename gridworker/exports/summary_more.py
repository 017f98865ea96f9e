"""What the longer reports add to the tables, and the three figures: lines and bars, each with the table behind it."""

from __future__ import annotations

from gridworker.exports.document import (
    Cell,
    Chart,
    ChartKind,
    Column,
    ColumnKind,
    Paragraph,
    Series,
    Table,
    Voice,
)
from gridworker.exports.masking import masked_text
from gridworker.exports.summary_tables import CATEGORY_COLUMNS, by_category, by_code, code_name
from gridworker.models.period import Period
from gridworker.store.report_rows import CodeLine, DemandFigures, Summary
from gridworker.wording import Wording

_TREND = ("attempts", "met", "registered", "closed")
_PROPOSALS = ("suggestions", "to_issue", "to_project", "issues_raised", "issues_decided")


def short_period(period: Period, wording: Wording) -> str:
    """`47周`, `11月`, `4季度`, `2026`: how a point of a line is called."""
    month = wording(f"report.month.{period.number}") if period.kind == "month" else ""
    return wording(f"summary.short.{period.kind}", year=period.year, number=period.number, month=month)


def trend(summary: Summary, wording: Wording) -> Chart:
    """图1: visits and demands, week by week or month by month."""
    rows = tuple(
        (short_period(point.period, wording), *(getattr(point, name) for name in _TREND))
        for point in summary.trend
    )
    columns = (
        Column(wording("summary.column.period")),
        *(Column(wording(f"summary.column.trend.{name}"), ColumnKind.NUMBER) for name in _TREND),
    )
    caption = wording("summary.caption.trend")
    return Chart(
        key="trend",
        caption=caption,
        kind=ChartKind.LINE,
        series=(Series(columns[1].title, 1), Series(columns[3].title, 3)),
        table=Table(wording("summary.caption.behind", caption=caption), columns, rows, key="trend"),
        empty=wording("summary.note.no_line"),
    )


def category_chart(summary: Summary, wording: Wording) -> Chart:
    """图2: demands registered in the period by category; the table behind it is 表3."""
    table = by_category(summary, wording)
    place = 1 + CATEGORY_COLUMNS.index("registered")
    return Chart(
        key="category_chart",
        caption=wording("summary.caption.category_chart"),
        kind=ChartKind.BAR,
        series=(Series(table.columns[place].title, place),),
        table=table,
        empty=wording("summary.note.no_bar"),
    )


def level_chart(summary: Summary, wording: Wording) -> Chart | Paragraph:
    """图3: demands closed in the period by the level that solved them; where none was closed, a word on that."""
    caption = wording("summary.caption.levels")
    if not summary.levels:
        return Paragraph(wording("summary.note.no_levels", caption=caption), Voice.NOTE)
    columns = (
        Column(wording("summary.column.level")),
        Column(wording("summary.column.closed"), ColumnKind.NUMBER),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (level_name(line.level, wording), line.closed) for line in summary.levels
    )
    return Chart(
        key="levels",
        caption=caption,
        kind=ChartKind.BAR,
        series=(Series(columns[1].title, 1),),
        table=Table(wording("summary.caption.behind", caption=caption), columns, rows, key="levels"),
        empty=wording("summary.note.no_bar"),
    )


def level_name(level: str, wording: Wording) -> str:
    """A level by its name; where nobody said one, that."""
    return wording(f"choices.demand.solve_level.{level}") if level else wording("summary.no_level")


def by_source(summary: Summary, wording: Wording) -> Table:
    """Demands by where they came from."""
    caption = wording("summary.caption.by_source")
    return by_code(summary.sources, "demand_source", caption, summary, wording, "by_source")


def spots(summary: Summary, wording: Wording) -> Table:
    """Public spots that demands came about again and again."""
    names = ("spot", "demand_category", "registered")
    return Table(
        caption=wording("summary.caption.spots"),
        columns=tuple(
            Column(
                wording(f"summary.column.{name}"),
                ColumnKind.NUMBER if name == "registered" else ColumnKind.TEXT,
            )
            for name in names
        ),
        rows=tuple(
            (
                masked_text(line.name) or None,
                code_name(CodeLine(line.category, "", DemandFigures()), "demand_category", wording),
                line.registered,
            )
            for line in summary.spots
        ),
        note=wording("summary.note.spots" if summary.spots else "summary.note.no_spots"),
        key="spots",
    )


def matching(summary: Summary, wording: Wording) -> Table | None:
    """How needs, resources and projects meet: standing, and matched in the period; only in the longer reports."""
    if summary.lists is None or summary.period.kind == "week":
        return None
    pairs = (("needs", summary.lists.needs), ("projects", summary.lists.projects))
    return Table(
        caption=wording("summary.caption.matching"),
        columns=(
            Column(wording("summary.column.list.name")),
            *(
                Column(wording(f"summary.column.list.{name}"), ColumnKind.NUMBER)
                for name in ("standing", "matched")
            ),
        ),
        rows=tuple((wording(f"summary.list.{name}"), of.standing, of.matched) for name, of in pairs),
        note=wording("summary.note.matching", resources=summary.lists.resources.standing),
        key="matching",
    )


def causes(summary: Summary, wording: Wording) -> Table:
    """Recurring causes: categories part by part, beside the period before."""
    kind = summary.period.kind
    parts = summary.period.parts("month" if kind == "quarter" else "quarter")
    return Table(
        caption=wording("summary.caption.causes"),
        columns=(
            Column(wording("summary.column.demand_category")),
            *(Column(short_period(part, wording), ColumnKind.NUMBER) for part in parts),
            Column(wording(f"summary.column.{kind}.now"), ColumnKind.NUMBER),
            Column(wording(f"summary.column.{kind}.before"), ColumnKind.NUMBER),
        ),
        rows=tuple(
            (
                code_name(CodeLine(line.code, line.name, DemandFigures()), "demand_category", wording),
                *(
                    number if part.first <= summary.until else None  # what lies ahead is not nought
                    for part, number in zip(parts, line.by_part, strict=True)
                ),
                sum(line.by_part),
                line.before,
            )
            for line in summary.causes
        ),
        note=wording("summary.note.causes"),
        key="causes",
    )


def proposals(summary: Summary, wording: Wording) -> Table | None:
    """What was proposed and what became of it."""
    if summary.proposals is None:
        return None
    return Table(
        caption=wording("summary.caption.proposals"),
        columns=(
            Column(wording("summary.column.measure")),
            Column(wording("summary.column.count"), ColumnKind.NUMBER),
        ),
        rows=tuple(
            (wording(f"summary.proposal.{name}"), getattr(summary.proposals, name)) for name in _PROPOSALS
        ),
        key="proposals",
    )
