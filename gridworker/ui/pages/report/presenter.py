"""What the report page does: which period of which node is shown, and what leaves as a file. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gridworker.exports.document import Document
from gridworker.models.period import Period
from gridworker.store.report_rows import Summary
from gridworker.store.rows import Scope
from gridworker.ui.pages.exporting.source import Export
from gridworker.ui.pages.presenting import PeriodPresenter, PeriodSource, PeriodView
from gridworker.ui.pages.report.dashboard_presenter import Charts
from gridworker.ui.pages.running import Run

_CONCERNING = (
    "household", "visit", "visit_amendment", "visit_void", "coverage", "area_unit", "plan_item", "demand",
    "demand_event", "issue", "meeting", "resolution", "need", "resource", "project", "duty", "week_close",
    "frozen_report",
)  # fmt: skip


@dataclass(frozen=True)
class Report:
    """One period's report: its figures, the neutral document and the page of HTML that is printed."""

    figures: Summary
    document: Document
    html: str


class Reports(PeriodSource, Protocol):
    """What the page asks of the open profile. `dashboard` answers for its charts."""

    @property
    def dashboard(self) -> Charts: ...

    def report(self, scope: Scope, period: Period) -> Report: ...

    def to_export(self, report: Report, node_id: bytes) -> Export: ...


class ReportView(PeriodView, Protocol):
    """What the presenter tells the page."""

    def show_report(self, report: Report) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class ReportPresenter(PeriodPresenter):
    """Only the newest question's answer counts: skipping through periods leaves no trail."""

    concerning = _CONCERNING

    def __init__(self, source: Reports, run: Run, view: ReportView) -> None:
        super().__init__(source, view)
        self._source, self._run, self._view = source, run, view
        self.report: Report | None = None

    def ask(self, scope: Scope, period: Period) -> None:
        self._run(
            lambda: self._source.report(scope, period), self._shown, self._view.show_error, topic="report"
        )

    def _shown(self, report: Report) -> None:
        self.report = report
        self._view.show_report(report)

    def to_export(self) -> Export | None:
        """What is shown, as a file that may leave; None before the first answer."""
        report, scope = self.report, self._scope
        if report is None or scope is None:
            return None
        return self._source.to_export(report, scope.node_id)
