"""The ledgers 走访台账, 民情台账, 三张清单 and 议事台账: their columns, and a line of each record, masked unless told.
A telephone number never leaves whole, and somebody under 14 stays masked, whoever asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Literal, TypeVar

from gridworker.exports.demand_ledger import demand_row, demand_sheet
from gridworker.exports.document import Align, Cell, Column, ColumnKind, Day
from gridworker.exports.ledger_book import CsvLedger, LedgerFile, LedgerHead, LedgerSheet, XlsxLedger
from gridworker.exports.masking import masked_address, masked_name, masked_text
from gridworker.exports.moments import day_range
from gridworker.store.demand_rows import DemandLine
from gridworker.store.ledger_rows import (
    IssueLine,
    MeetingLine,
    NeedLine,
    ProjectLine,
    ResolutionLine,
    ResourceLine,
    VisitLine,
)
from gridworker.wording import Wording

LedgerKind = Literal["visits", "demands", "lists", "deliberation"]
#: The community's own words for (catalogue, code); what is built in has the words of the product.
Names = Mapping[tuple[str, str], str]
_NUMBER, _CODE, _DAY = ColumnKind.NUMBER, ColumnKind.CODE, ColumnKind.DAY

#: Name, kind and width of each column; the header's words are `ledger.<sheet>.<name>`.
_SHEETS: Mapping[str, tuple[tuple[str, ColumnKind, int], ...]] = {
    "visits": (
        ("turn", _NUMBER, 5), ("no", _CODE, 12), ("on", _DAY, 11), ("at", _CODE, 6), ("area", ColumnKind.TEXT, 14),
        ("place", _CODE, 14), ("person", ColumnKind.TEXT, 11), ("mode", ColumnKind.TEXT, 5),
        ("outcome", ColumnKind.TEXT, 7), ("visitors", ColumnKind.TEXT, 12), ("said", ColumnKind.TEXT, 32),
        ("site", ColumnKind.TEXT, 14), ("next", ColumnKind.TEXT, 14), ("next_on", _DAY, 11),
    ),
    "needs": (
        ("turn", _NUMBER, 6), ("no", _CODE, 14), ("title", ColumnKind.TEXT, 36), ("category", ColumnKind.TEXT, 14),
        ("area", ColumnKind.TEXT, 18), ("raised_on", _DAY, 11), ("wanted_by", _DAY, 11),
        ("answered_by", ColumnKind.TEXT, 30), ("state", ColumnKind.TEXT, 10), ("met_on", _DAY, 11),
    ),
    "resources": (
        ("turn", _NUMBER, 6), ("name", ColumnKind.TEXT, 30), ("kind", ColumnKind.TEXT, 12),
        ("provider", ColumnKind.TEXT, 22), ("serves", ColumnKind.TEXT, 24), ("quantity", _CODE, 10),
        ("price", ColumnKind.TEXT, 8), ("from", _DAY, 11), ("to", _DAY, 11), ("contact", ColumnKind.TEXT, 18),
        ("state", ColumnKind.TEXT, 10),
    ),
    "projects": (
        ("turn", _NUMBER, 6), ("no", _CODE, 14), ("title", ColumnKind.TEXT, 30), ("year", _CODE, 7),
        ("fund", ColumnKind.TEXT, 16), ("applicant", ColumnKind.TEXT, 20), ("lead", ColumnKind.TEXT, 20),
        ("goal", ColumnKind.TEXT, 40), ("from", _DAY, 11), ("to", _DAY, 11), ("needs", _NUMBER, 8),
        ("sessions", _NUMBER, 8), ("state", ColumnKind.TEXT, 10),
    ),
    "issues": (
        ("turn", _NUMBER, 6), ("no", _CODE, 14), ("title", ColumnKind.TEXT, 34), ("area", ColumnKind.TEXT, 18),
        ("from", ColumnKind.TEXT, 12), ("raised_on", _DAY, 11), ("level", ColumnKind.TEXT, 8),
        ("decision", ColumnKind.TEXT, 46), ("decided_on", _DAY, 11), ("tasks", ColumnKind.TEXT, 10),
        ("state", ColumnKind.TEXT, 10),
    ),
    "meetings": (
        ("turn", _NUMBER, 6), ("no", _CODE, 14), ("kind", ColumnKind.TEXT, 14), ("area", ColumnKind.TEXT, 18),
        ("on", _DAY, 11), ("at", _CODE, 7), ("place", ColumnKind.TEXT, 20), ("issues", _CODE, 26),
        ("present", _NUMBER, 8), ("summary", ColumnKind.TEXT, 46), ("state", ColumnKind.TEXT, 10),
    ),
    "resolutions": (
        ("turn", _NUMBER, 6), ("issue", _CODE, 14), ("meeting", _CODE, 14), ("task", ColumnKind.TEXT, 40),
        ("owner", ColumnKind.TEXT, 20), ("helpers", ColumnKind.TEXT, 20), ("due_on", _DAY, 11),
        ("state", ColumnKind.TEXT, 10), ("done_on", _DAY, 11), ("evidence", ColumnKind.TEXT, 30),
    ),
}  # fmt: skip
_OF: Mapping[LedgerKind, tuple[str, ...]] = {
    "visits": ("visits",),
    "lists": ("needs", "resources", "projects"),
    "deliberation": ("issues", "meetings", "resolutions"),
}


Line = TypeVar("Line")


class Ledger:
    """One ledger being written. `whole`: names and doors in full."""

    def __init__(
        self,
        kind: LedgerKind,
        form: str,
        about: tuple[str, tuple[str, str], bool, str],
        wording: Wording,
        names: Names,
        *,
        whole: bool = False,
    ) -> None:
        """`about` is the node's name, first and last day, whether it is practice, and when it is made."""
        node, days, practice, generated_at = about
        self._wording, self._own, self._whole = wording, names, whole
        title = wording(f"export.what.{kind}")
        head = LedgerHead(
            title,
            wording("report.subtitle", days=day_range(*days, wording), node=node),
            wording.language,
            generated_at,
            (wording("report.practice_mark"),) if practice else (),
        )
        sheets = [demand_sheet(wording, whole)] if kind == "demands" else self._sheets(kind)
        self._file: LedgerFile = (CsvLedger if form == "csv" else XlsxLedger)(head, sheets)
        self.count = 0

    def _sheets(self, kind: LedgerKind) -> list[LedgerSheet]:
        wording = self._wording
        masked = "visits_whole" if self._whole and kind == "visits" else kind
        return [
            LedgerSheet(
                wording(f"ledger.caption.{sheet}"),
                tuple(
                    Column(
                        wording(f"ledger.{sheet}.{name}"),
                        what,
                        Align.CENTRE if name == "at" else None,
                        widest,
                    )
                    for name, what, widest in _SHEETS[sheet]
                ),
                wording(f"ledger.note.{masked}"),
            )
            for sheet in _OF[kind]
        ]

    def content(self) -> bytes:
        return self._file.content()

    def take_visits(self, lines: Sequence[VisitLine]) -> None:
        self._add(0, lines, self._visit, self.count)

    def take_demands(self, lines: Sequence[DemandLine]) -> None:
        first = self.count + 1
        self._file.add(
            0,
            (
                demand_row(first + turn, line, self._wording, self._own, whole=self._whole)
                for turn, line in enumerate(lines)
            ),
        )
        self.count += len(lines)

    def take_lists(
        self, needs: Sequence[NeedLine], resources: Sequence[ResourceLine], projects: Sequence[ProjectLine]
    ) -> None:
        self._add(0, needs, self._need)
        self._add(1, resources, self._resource)
        self._add(2, projects, self._project)

    def take_deliberation(
        self,
        issues: Sequence[IssueLine],
        meetings: Sequence[MeetingLine],
        resolutions: Sequence[ResolutionLine],
    ) -> None:
        self._add(0, issues, self._issue)
        self._add(1, meetings, self._meeting)
        self._add(2, resolutions, self._resolution)

    def _add(
        self, sheet: int, lines: Sequence[Line], row: Callable[[Line], tuple[Cell, ...]], before: int = 0
    ) -> None:
        self._file.add(sheet, ((before + turn, *row(line)) for turn, line in enumerate(lines, 1)))
        self.count += len(lines)

    # -- a line of each sheet, without its number ------------------------------------------------------------------

    def _said(self, text: str, *names: str) -> str | None:
        """Free text: long numbers never stay; names and doors do where all is told."""
        if self._whole:
            return masked_text(text, (), None) or None
        return masked_text(text, names, self._wording("report.building", no="{no}")) or None

    def _visit(self, line: VisitLine) -> tuple[Cell, ...]:
        whole = self._whole and not line.child
        said = self._said
        return (
            line.no,
            Day(line.on),
            line.start_at or None,
            self._joined((line.grid, line.micro_grid)),
            self._door(line),
            (line.contact if whole else masked_name(line.contact, line.salutation)) or None,
            self._wording(f"choices.visit.mode.{line.mode}"),
            self._wording(f"choices.visit.outcome.{line.outcome}"),
            self._joined(line.visitors),
            said(line.said, line.contact),
            said(line.site),
            said(line.next_step, line.contact),
            _day(line.next_on),
        )

    def _door(self, line: VisitLine) -> str | None:
        place = f"{line.estate} {line.door}".strip()
        if self._whole or line.target != "household":
            return place or None
        return masked_address(place, self._wording("report.building", no="{no}")) or None

    def _need(self, line: NeedLine) -> tuple[Cell, ...]:
        return (
            line.no,
            self._said(line.title),
            self._category(line.category),
            line.area or None,
            Day(line.raised_on),
            _day(line.wanted_by),
            self._joined(line.answered_by),
            self._choice("need.state", line.state),
            _day(line.met_on),
        )

    def _resource(self, line: ResourceLine) -> tuple[Cell, ...]:
        quantity = "" if line.quantity is None else f"{line.quantity}{line.measure}"
        return (
            line.name,
            self._choice("resource.kind", line.kind),
            line.provider or None,
            self._joined(self._category(code) for code in line.serves),
            quantity or None,
            self._choice("resource.price_mode", line.price_mode),
            Day(line.valid_from),
            _day(line.valid_to),
            line.contact_post or None,
            self._choice("resource.state", line.state),
        )

    def _project(self, line: ProjectLine) -> tuple[Cell, ...]:
        lead = (self._choice("project.lead_type", line.lead_type) or "", line.lead_name)
        return (
            line.no,
            self._said(line.title),
            str(line.year),
            self._choice("project.fund_source", line.fund_source),
            line.applicant or None,
            self._joined(lead),
            self._said(line.goal),
            _day(line.start_on),
            _day(line.end_on),
            line.needs,
            line.sessions_planned,
            self._choice("project.state", line.state),
        )

    def _issue(self, line: IssueLine) -> tuple[Cell, ...]:
        return (
            line.no,
            self._said(line.title),
            line.area or None,
            self._choice("issue.raised_from", line.raised_from),
            Day(line.raised_on),
            self._choice("issue.level", line.level),
            self._said(line.decision),
            _day(line.decided_on),
            f"{line.done} / {line.tasks}" if line.tasks else None,
            self._choice("issue.state", line.state),
        )

    def _meeting(self, line: MeetingLine) -> tuple[Cell, ...]:
        return (
            line.no,
            self._choice("meeting.kind", line.kind),
            line.area or None,
            Day(line.held_on),
            line.start_at or None,
            line.place or None,
            self._joined(line.issues),
            line.present,
            self._said(line.summary),
            self._choice("meeting.state", line.state),
        )

    def _resolution(self, line: ResolutionLine) -> tuple[Cell, ...]:
        return (
            line.issue_no or None,
            line.meeting_no,
            self._said(line.task),
            line.owner or None,
            line.helpers or None,
            Day(line.due_on),
            self._choice("resolution.state", line.state),
            _day(line.done_on),
            self._said(line.evidence),
        )

    def _choice(self, name: str, code: str) -> str | None:
        return self._wording(f"choices.{name}.{code}") if code else None

    def _category(self, code: str) -> str:
        return self._own.get(("demand_category", code)) or self._wording(f"catalogue.demand_category.{code}")

    def _joined(self, parts: Iterable[str]) -> str | None:
        return self._wording("report.and").join(part for part in parts if part) or None


def _day(text: str) -> Day | None:
    return Day(text) if text else None
