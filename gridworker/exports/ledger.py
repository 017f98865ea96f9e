"""The visit ledger (走访台账): one line per visit of the week, masked, in the order the visits happened."""

from __future__ import annotations

from collections.abc import Iterable

from gridworker.exports.document import Align, Cell, Column, ColumnKind, Day, Table
from gridworker.exports.masking import excerpt, masked_address, masked_name, masked_text
from gridworker.store.rows import VisitRow
from gridworker.wording import Wording

EXCERPT = 80


def visit_ledger(visits: Iterable[VisitRow], wording: Wording, whole_doors: bool = False) -> Table:
    """The table of `visits` with 编号 日期 时间 楼栋 对象 方式 结果 走访人 内容摘要. Void visits are only counted."""
    every = tuple(visits)
    kept = sorted((visit for visit in every if not visit.void), key=_when)
    void = len(every) - len(kept)
    note = wording("report.note.ledger_doors" if whole_doors else "report.note.ledger")
    if void:
        note = f"{note} {wording('report.note.void', count=void)}"
    place = "door" if whole_doors else "building"
    return Table(
        caption=wording("report.caption.ledger"),
        columns=(
            Column(wording("report.column.no"), ColumnKind.CODE, widest=16),
            Column(wording("report.column.day"), ColumnKind.DAY),
            Column(wording("report.column.time"), ColumnKind.CODE, Align.CENTRE),
            Column(wording(f"report.column.{place}"), ColumnKind.CODE, widest=20),
            Column(wording("report.column.person"), widest=18),
            Column(wording("report.column.mode")),
            Column(wording("report.column.outcome")),
            Column(wording("report.column.visitors"), widest=20),
            Column(wording("report.column.excerpt"), widest=46),
        ),
        rows=tuple(_line(visit, wording, whole_doors) for visit in kept),
        note=note,
        key="ledger",
    )


def _when(visit: VisitRow) -> tuple[str, str, str]:
    return visit.on, visit.start_at or "24:00", visit.no


def _line(visit: VisitRow, wording: Wording, whole_doors: bool) -> tuple[Cell, ...]:
    building = wording("report.building", no="{no}")
    said = masked_text(visit.said, (visit.contact,), None if whole_doors else building)
    return (
        visit.no,
        Day(visit.on),
        visit.start_at,
        f"{visit.estate} {visit.door}"
        if whole_doors
        else masked_address(f"{visit.estate} {visit.door}", building) or None,
        masked_name(visit.contact, visit.salutation) or None,
        wording(f"report.mode.{visit.mode}"),
        wording(f"report.outcome.{visit.outcome}"),
        wording("report.and").join(visit.visitors) or None,
        excerpt(said, EXCERPT) or None,
    )
