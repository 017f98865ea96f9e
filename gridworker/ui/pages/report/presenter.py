"""What the report page does: which week of which node is shown, and what leaves as a file. No Qt."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from gridworker.exports.document import Document
from gridworker.models.days import Week
from gridworker.store.rows import Scope, WeekVisits
from gridworker.ui.pages.exporting.source import Export
from gridworker.ui.pages.presenting import ScopedPresenter
from gridworker.ui.pages.running import Run

_CONCERNING = ("household", "visit", "visit_amendment", "visit_void", "coverage", "area_unit")


@dataclass(frozen=True)
class Report:
    """One week's report: its figures, the neutral document and the page of HTML that is printed."""

    figures: WeekVisits
    document: Document
    html: str
    alone: bool
    moment: str = ""


class Reports(Protocol):
    """What the page asks of the open profile; `this_week` is known at once, the rest may take time."""

    def this_week(self) -> Week: ...

    def report(self, scope: Scope, week: Week) -> Report: ...

    def to_export(self, report: Report, node_id: bytes) -> Export: ...


class ReportView(Protocol):
    """What the presenter tells the page."""

    def show_week(self, week: Week, *, is_last: bool) -> None: ...

    def show_report(self, report: Report) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class ReportPresenter(ScopedPresenter):
    """Only the newest question's answer counts: skipping through weeks leaves no trail."""

    concerning = _CONCERNING

    def __init__(self, source: Reports, run: Run, view: ReportView) -> None:
        super().__init__()
        self._source, self._run, self._view = source, run, view
        self._week = source.this_week()
        self.report: Report | None = None

    def step(self, weeks: int) -> None:
        """Go back or forward; a week that has not begun has nothing to report."""
        wanted = self._week.shifted(weeks)
        if wanted.first <= self._source.this_week().first:
            self._week = wanted
            self.reload()

    def reload(self) -> None:
        self.stale = False
        scope, week = self._scope, self._week
        self._view.show_week(week, is_last=week == self._source.this_week())
        if scope is not None:
            self._run(
                lambda: self._source.report(scope, week), self._shown, self._view.show_error, topic="report"
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
