"""The walk list (走访单) on A4: doors in the order of the stairs, with blank boxes to fill in with a pen. It carries
no phone numbers, and of a name only the surname and the form of address."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Protocol

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
from gridworker.store.rows import HouseholdRow, Identity, Plan
from gridworker.wording import Wording

_OUTCOMES = (("met", "absent"), ("declined", "rescheduled"), ("moved",))
#: Half-width characters kept free for handwriting.
_SAID, _NEXT = 46, 14


class Planned(Protocol):
    """A household in the plan of a week (store.queries.week_plan.PlanRow)."""

    @property
    def home(self) -> HouseholdRow: ...

    @property
    def reason(self) -> str: ...

    @property
    def reason_on(self) -> str | None: ...

    @property
    def planned_on(self) -> str | None: ...

    @property
    def part(self) -> str | None: ...

    @property
    def open(self) -> bool: ...

    @property
    def stair_place(self) -> int: ...

    @property
    def no(self) -> int: ...


@dataclass(frozen=True)
class WalkLine:
    """One door, shop or spot; `reason` is that of the plan with the day it rests on, "" for one that somebody chose."""

    home: HouseholdRow
    reason: str = ""
    reason_on: str | None = None
    planned_on: str | None = None
    part: str | None = None

    @property
    def stairwell(self) -> tuple[str, str, str]:
        """The estate, the building and the stairwell as the door `3-2-501` names them; a place says them itself."""
        building, unit = (self.home.at or self.home.door).split("-", 2)[:2]
        return self.home.estate, building, unit


@dataclass(frozen=True)
class WalkList:
    """The doors of one round, in the order they are walked. `period` says for when: a week or a day."""

    community: str
    node_name: str
    period: str
    practice: bool
    lines: tuple[WalkLine, ...]


def planned_walk(
    identity: Identity, node_name: str, period: str, rows: Iterable[Planned], day: str | None = None
) -> WalkList:
    """Everything of a plan that is still to be visited in stair order, or what of it is planned for `day` in the order
    of that day's round: on the page Today it has the same numbers."""
    lines = (
        WalkLine(row.home, row.reason, row.reason_on, None if day else row.planned_on, row.part)
        for row in sorted(rows, key=lambda row: row.no if day else row.stair_place)
        if row.open and (day is None or row.planned_on == day)
    )
    return WalkList(identity.community_name, node_name, period, identity.practice, tuple(lines))


def chosen_walk(identity: Identity, node_name: str, period: str, homes: Iterable[HouseholdRow]) -> WalkList:
    """Households somebody chose, in the order given; who wants no visits and where nobody lives is left out."""
    unwanted = (Plan.OPTED_OUT, Plan.VACANT)
    lines = tuple(WalkLine(home) for home in homes if home.plan not in unwanted)
    return WalkList(identity.community_name, node_name, period, identity.practice, lines)


def week_words(first: str, last: str, week: str, wording: Wording) -> str:
    """`2026年第47周（11-16—11-22）`."""
    year, _, number = week.partition("-W")
    return wording("walk_list.week", year=year, week=int(number), first=first[5:], last=last[5:])


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
            "walk_list.subtitle_mixed" if _mixed(walk.lines) else "walk_list.subtitle",
            node=walk.node_name,
            period=walk.period,
            count=len(walk.lines),
        ),
        summary_name=wording("walk_list.name"),
        blocks=tuple(blocks),
        language=wording.language,
        generated_at=generated_at,
        marks=(wording("report.practice_mark"),) if walk.practice else (),
        footer=Footer((wording("report.generated", time=generated_at[:16]),), wording("report.page")),
    )


def _table(stairwell: tuple[str, str, str], lines: Sequence[WalkLine], wording: Wording, start: int) -> Table:
    boxes = "\n".join(
        " ".join(f"□{wording(f'walk_list.outcome.{name}')}" for name in row) for row in _OUTCOMES
    )
    return Table(
        caption=wording(
            "walk_list.stairwell_mixed" if _mixed(lines) else "walk_list.stairwell",
            estate=stairwell[0],
            building=stairwell[1],
            unit=stairwell[2],
            count=len(lines),
        ),
        columns=(
            Column(wording("walk_list.column.no"), ColumnKind.NUMBER, Align.CENTRE),
            Column(wording("walk_list.column.door"), ColumnKind.CODE, widest=14),
            Column(wording("walk_list.column.who"), widest=24),
            Column(wording("walk_list.column.outcome"), ColumnKind.CODE, widest=40),
            Column(wording("walk_list.column.said"), least=_SAID),
            Column(wording("walk_list.column.next"), ColumnKind.CODE, least=_NEXT),
        ),
        rows=tuple(
            (number, line.home.door, _who(line, wording), boxes, "\n\n", "")
            for number, line in enumerate(lines, start)
        ),
    )


def _mixed(lines: Sequence[WalkLine]) -> bool:
    return any(line.home.target != "household" for line in lines)


def _who(line: WalkLine, wording: Wording) -> str:
    """Who and when it suits them, why, and for when it is planned, each on a line of its own."""
    home = line.home
    time = wording(f"walk_list.time.{home.preferred_time}") if home.preferred_time else ""
    name = masked_name(home.contact, home.salutation)
    if home.target != "household":
        name = f"{wording(f'places.switch.{home.target}')} {name}".strip()
    name = name or wording("walk_list.nobody")
    why = wording(f"plan.reason.{line.reason}") if line.reason else ""
    said = not line.planned_on and line.part == home.preferred_time  # beside the name already
    part = wording(f"plan.part.{line.part}") if line.part and not said else ""
    rows = ((name, time), (why, (line.reason_on or "")[5:]), ((line.planned_on or "")[5:], part))
    return "\n".join(text for parts in rows if (text := " ".join(filter(None, parts))))
