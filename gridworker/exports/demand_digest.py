"""The sheet for the weekly meeting of the two committees: demands by source, by the two sides of a conflict and by
category. Counts only; it names nobody."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from gridworker.exports.document import Cell, Column, ColumnKind, Document, Footer, Paragraph, Table, Voice
from gridworker.store.rows import Identity
from gridworker.wording import Wording

_FIGURES = ("new", "closed", "open", "overdue")


class Counted(Protocol):
    """A code ("" where none was given) with what was registered and closed in the week, is open and is overdue now."""

    @property
    def code(self) -> str: ...
    @property
    def new(self) -> int: ...
    @property
    def closed(self) -> int: ...
    @property
    def open(self) -> int: ...
    @property
    def overdue(self) -> int: ...


#: What a table is about, its lines, and what a code is called.
Part = tuple[str, Sequence[Counted], Callable[[str], str]]


def digest_document(
    identity: Identity, area: str, week: str, parts: Sequence[Part], wording: Wording, generated_at: str
) -> Document:
    """The digest of `area` in `week` (in words), one table for each of `parts` (source, conflict_pair, category), made
    at `generated_at` (`YYYY-MM-DD HH:MM`)."""
    return Document(
        title=wording("demands.digest.title", area=area),
        subtitle=week,
        summary_name=wording("demands.digest.name"),
        blocks=(
            *(_table(name, lines, named, wording) for name, lines, named in parts),
            Paragraph(wording("demands.digest.note"), Voice.NOTE),
        ),
        language=wording.language,
        generated_at=generated_at,
        marks=(wording("report.practice_mark"),) if identity.practice else (),
        footer=Footer((wording("report.generated", time=generated_at[:16]),), wording("report.page")),
    )


def _table(name: str, lines: Sequence[Counted], named: Callable[[str], str], wording: Wording) -> Table:
    def line_of(line: Counted) -> tuple[Cell, ...]:
        figures = (int(getattr(line, figure)) for figure in _FIGURES)
        return (named(line.code) if line.code else wording("demands.digest.none"), *figures)

    totals = tuple(sum(int(getattr(line, figure)) for line in lines) for figure in _FIGURES)
    return Table(
        caption=wording(f"demands.digest.by.{name}"),
        columns=(
            Column(wording(f"demands.digest.column.{name}"), widest=30),
            *(Column(wording(f"demands.digest.column.{figure}"), ColumnKind.NUMBER) for figure in _FIGURES),
        ),
        rows=(*(line_of(line) for line in lines), (wording("demands.digest.total"), *totals)),
    )
