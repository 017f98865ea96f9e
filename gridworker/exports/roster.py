"""The duty roster of a week on A4: days, parts of the day, who, and room for a signature. It names colleagues, no
residents, and carries no hand-over notes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Protocol

from gridworker.exports.document import Column, ColumnKind, Document, Footer, Paragraph, Table, Voice
from gridworker.store.rows import Identity
from gridworker.wording import Wording

_SIGNED = 24


class OnDuty(Protocol):
    """One duty (store.queries.roster.DutyRow)."""

    @property
    def on(self) -> str: ...

    @property
    def part(self) -> str: ...

    @property
    def member(self) -> str: ...


def roster_document(
    identity: Identity, area: str, period: str, rows: Iterable[OnDuty], wording: Wording, generated_at: str
) -> Document:
    """The roster of `area` in `period` (a week in words), made at `generated_at` (`YYYY-MM-DD HH:MM`)."""
    lines = tuple(
        (wording("roster.paper.day", day=row.on[5:], weekday=wording(f"visit.weekday.{_weekday(row.on)}")),
         wording(f"today.duty_part.{row.part}"), row.member, "")
        for row in rows
    )  # fmt: skip
    return Document(
        title=wording("roster.paper.title", area=area),
        subtitle=period,
        summary_name=wording("roster.paper.name"),
        blocks=(
            Table(
                caption=period,
                columns=(
                    Column(wording("roster.paper.column.day"), ColumnKind.CODE),
                    Column(wording("roster.paper.column.part"), ColumnKind.CODE),
                    Column(wording("roster.paper.column.who"), widest=30),
                    Column(wording("roster.paper.column.note"), least=_SIGNED),
                ),
                rows=lines,
            ),
            Paragraph(wording("roster.paper.note"), Voice.NOTE),
        ),
        language=wording.language,
        generated_at=generated_at,
        marks=(wording("report.practice_mark"),) if identity.practice else (),
        footer=Footer((wording("report.generated", time=generated_at[:16]),), wording("report.page")),
    )


def _weekday(day: str) -> int:
    return dt.date.fromisoformat(day).isoweekday()
