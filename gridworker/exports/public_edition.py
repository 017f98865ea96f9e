"""The public edition of a report (亮晒): counts only, no place below a grid, no person, small counts hidden so that
they cannot be computed from what is shown."""

from __future__ import annotations

from collections.abc import Sequence

from gridworker.exports.document import (
    Block,
    Cell,
    Column,
    ColumnKind,
    Heading,
    Paragraph,
    Ratio,
    Signed,
    Table,
    Voice,
)
from gridworker.exports.summary_more import level_name
from gridworker.exports.summary_tables import LIST_COLUMNS, LISTS, code_name, met_rate, satisfied_rate
from gridworker.exports.suppression import hidden, is_small
from gridworker.store.report_rows import Summary, Totals
from gridworker.wording import Wording

#: What stands where a count is hidden.
HIDDEN = "*"
_COUNTS = (
    ("visits", "attempts"), ("visits", "shops"), ("visits", "spots"), ("demands", "registered"), ("demands", "closed"),
)  # fmt: skip


def public_blocks(summary: Summary, wording: Wording) -> list[Block]:
    """The blocks of the public edition."""
    blocks: list[Block] = [
        Heading(wording("summary.public.heading")),
        _overview(summary, wording),
        _by_grid(summary, wording),
        _parts(
            [
                (code_name(one, "demand_category", wording), one.demands.registered)
                for one in summary.categories
            ],
            summary.now.demands.registered,
            "category",
            "demand_category",
            "registered",
            wording,
        ),
        _parts(
            [(level_name(one.level, wording), one.closed) for one in summary.levels],
            summary.now.demands.closed,
            "levels",
            "level",
            "closed",
            wording,
        ),
    ]
    if summary.lists is not None:
        blocks.append(_common(summary, wording))
    return [
        *blocks,
        *(Paragraph(wording(f"summary.public.note.{n}"), Voice.NOTE) for n in ("small", "belongs")),
    ]


def _shown(count: int) -> Cell:
    return HIDDEN if is_small(count) else count


def _overview(summary: Summary, wording: Wording) -> Table:
    now, before = summary.now, summary.before
    rows: list[tuple[Cell, ...]] = []
    for part, name in _COUNTS:
        this, last = (getattr(getattr(one, part), name) for one in (now, before))
        small = is_small(this) or is_small(last)
        rows.append(
            (
                wording(f"summary.measure.{name}"),
                _shown(this),
                _shown(last),
                HIDDEN if small else Signed(this - last),
            )
        )
    for key, (this_rate, last_rate) in _rates(now, before).items():
        rows.append((wording(f"summary.measure.{key}"), _rate(this_rate), _rate(last_rate), None))
    kind = summary.period.kind
    return Table(
        caption=wording("summary.public.caption.overview"),
        columns=(
            Column(wording("summary.column.measure")),
            *(Column(wording(f"summary.column.{kind}.{n}"), ColumnKind.NUMBER) for n in ("now", "before")),
            Column(wording("summary.column.change"), ColumnKind.NUMBER),
        ),
        rows=tuple(rows),
        key="public_overview",
    )


def _rates(now: Totals, before: Totals) -> dict[str, tuple[Ratio, Ratio]]:
    return {
        "met_rate": (met_rate(now.visits), met_rate(before.visits)),
        "satisfied_rate": (satisfied_rate(now.demands), satisfied_rate(before.demands)),
    }


def _rate(rate: Ratio) -> Cell:
    """A share, unless it would tell that those it counts, or those it leaves out, are few."""
    small = is_small(rate.numerator) or is_small(rate.denominator - rate.numerator)
    return HIDDEN if small else rate


def _by_grid(summary: Summary, wording: Wording) -> Table:
    columns: list[Sequence[int]] = [
        [line.visits.attempts for line in summary.lines],
        [line.demands.registered for line in summary.lines],
    ]
    gone = [hidden(counts) for counts in columns]
    total = [sum(counts) for counts in columns]
    return Table(
        caption=wording("summary.public.caption.by_grid"),
        columns=(
            Column(wording("summary.column.grid")),
            *(Column(wording(f"summary.column.{n}"), ColumnKind.NUMBER) for n in ("attempts", "registered")),
        ),
        rows=tuple(
            (
                line.name,
                *(HIDDEN if at in gone[n] else counts[at] for n, counts in enumerate(columns)),
            )
            for at, line in enumerate(summary.lines)
        ),
        total=(wording("report.total"), *(_shown(count) for count in total)),
        key="public_by_grid",
    )


def _parts(
    parts: Sequence[tuple[str, int]], total: int, key: str, label: str, value: str, wording: Wording
) -> Table:
    """Parts of a total in their order; the small ones are put together with the next larger one."""
    gone = hidden([count for _, count in parts if count])
    kept = [part for at, part in enumerate(part for part in parts if part[1]) if at not in gone]
    rows: list[tuple[Cell, ...]] = [tuple(part) for part in kept]
    if gone:
        rest = total - sum(count for _, count in kept)
        rows.append((wording("summary.public.rest", count=len(gone)), _shown(rest)))
    return Table(
        caption=wording(f"summary.public.caption.{key}"),
        columns=(
            Column(wording(f"summary.column.{label}")),
            Column(wording(f"summary.column.{value}"), ColumnKind.NUMBER),
        ),
        rows=tuple(rows),
        total=(wording("report.total"), _shown(total)),
        key=f"public_{key}",
    )


def _common(summary: Summary, wording: Wording) -> Table:
    """Meetings, issues, lists and projects: matters of the community, not of persons; told as they are."""
    assert summary.lists is not None
    rows: list[tuple[Cell, ...]] = [
        (wording("summary.measure.meetings"), summary.now.meetings.held),
        (wording("summary.public.issues"), len(summary.issues)),
    ]
    for name in LISTS:
        for column in (LIST_COLUMNS[0], LIST_COLUMNS[2]):
            words = wording(
                "summary.public.list",
                name=wording(f"summary.list.{name}"),
                what=wording(f"summary.column.list.{column}"),
            )
            rows.append((words, getattr(getattr(summary.lists, name), column)))
    return Table(
        caption=wording("summary.public.caption.common"),
        columns=(
            Column(wording("summary.column.measure")),
            Column(wording("summary.column.count"), ColumnKind.NUMBER),
        ),
        rows=tuple(rows),
        key="public_common",
    )
