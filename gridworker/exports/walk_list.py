"""The walk list (走访单) on A4: doors in the order of the stairs, with blank boxes to fill in with a pen. It carries
no phone numbers, and of a name only the surname and the form of address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from gridworker.exports.document import (
    Align,
    Block,
    Column,
    ColumnKind,
    Document,
    Footer,
    Paragraph,
    Table,
    Voice,
)
from gridworker.exports.masking import masked_name
from gridworker.wording import Wording

_OUTCOMES = (("met", "absent"), ("declined", "rescheduled", "moved"))
#: Half-width characters kept free for handwriting.
_SAID, _NEXT = 34, 14


@dataclass(frozen=True)
class WalkLine:
    """One door. `stairwell` groups the lines (`学府院 3栋 2单元`); `reason_on` and `last_met_on` are days or None."""

    stairwell: str
    door: str
    contact: str
    salutation: str
    preferred_time: str | None
    reason: str
    reason_on: str | None
    last_met_on: str | None
    planned_on: str | None = None
    part: str | None = None


@dataclass(frozen=True)
class WalkList:
    """The doors of one round, in the order they are walked. `period` says for when: a week or a day."""

    community: str
    node_name: str
    period: str
    practice: bool
    lines: tuple[WalkLine, ...]


def walk_list_document(walk: WalkList, wording: Wording, generated_at: str) -> Document:
    """The list made at `generated_at` (`YYYY-MM-DD HH:MM`, China time), one table for each stairwell."""
    blocks: list[Block] = [
        Paragraph(wording("walk_list.fill_in")),
        Paragraph(wording("walk_list.caution"), Voice.NOTE),
    ]
    start = 1
    for stairwell, group in groupby(walk.lines, key=lambda line: line.stairwell):
        lines = tuple(group)
        blocks.append(_table(stairwell, lines, wording, start))
        start += len(lines)
    return Document(
        title=wording("walk_list.title", community=walk.community),
        subtitle=wording(
            "walk_list.subtitle", node=walk.node_name, period=walk.period, count=len(walk.lines)
        ),
        summary_name=wording("walk_list.name"),
        blocks=tuple(blocks),
        language=wording.language,
        generated_at=generated_at,
        marks=(wording("report.practice_mark"),) if walk.practice else (),
        footer=Footer((wording("report.generated", time=generated_at[:16]),), wording("report.page")),
    )


def _table(stairwell: str, lines: Sequence[WalkLine], wording: Wording, start: int) -> Table:
    boxes = "\n".join(
        " ".join(f"□{wording(f'walk_list.outcome.{name}')}" for name in row) for row in _OUTCOMES
    )
    return Table(
        caption=wording("walk_list.stairwell", stairwell=stairwell, count=len(lines)),
        columns=(
            Column(wording("walk_list.column.no"), ColumnKind.NUMBER, Align.CENTRE),
            Column(wording("walk_list.column.door"), ColumnKind.CODE, widest=14),
            Column(wording("walk_list.column.who"), widest=24),
            Column(wording("walk_list.column.outcome"), ColumnKind.CODE, widest=40),
            Column(wording("walk_list.column.said"), least=_SAID),
            Column(wording("walk_list.column.next"), ColumnKind.CODE, least=_NEXT),
        ),
        rows=tuple(
            (number, line.door, _who(line, wording), boxes, "\n\n", "")
            for number, line in enumerate(lines, start)
        ),
    )


def _who(line: WalkLine, wording: Wording) -> str:
    """Name and convenient time on one line, why on the next, the last meeting on the third."""
    time = wording(f"walk_list.time.{line.preferred_time}") if line.preferred_time else ""
    name = masked_name(line.contact, line.salutation) or wording("walk_list.nobody")
    day = (line.reason_on or "")[5:]
    why = wording(f"plan.reason.{line.reason}")
    last = wording("walk_list.last_met", day=line.last_met_on) if line.last_met_on else ""
    rows = (
        " ".join(part for part in (name, time) if part),
        " ".join(part for part in (why, day) if part),
        last,
    )
    return "\n".join(part for part in rows if part)
