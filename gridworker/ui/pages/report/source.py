"""The report page's questions, put to the open profile and the renderers. Runs away from the window."""

from __future__ import annotations

from typing import Any

from gridworker.exports.formats import REPORT_FORMATS, document_bytes
from gridworker.exports.frozen import with_completeness
from gridworker.exports.html import render_html
from gridworker.exports.summary import summary_document
from gridworker.models.period import Period, PeriodKind
from gridworker.services.exports import REPORT_CODES
from gridworker.store.queries.completeness import completeness
from gridworker.store.queries.summary import summary
from gridworker.store.rows import Scope
from gridworker.ui.pages.exporting.source import Export
from gridworker.ui.pages.report.dashboard_source import DashboardSource
from gridworker.ui.pages.report.presenter import Report
from gridworker.wording import Wording


class ReportSource:
    """`store` is the open profile; the window passes it on to queries and asks it nothing else."""

    def __init__(self, store: Any, wording: Wording) -> None:
        self._store, self._wording = store, wording
        self.dashboard = DashboardSource(store, wording)

    def present(self, kind: PeriodKind) -> Period:
        return Period.of_day(kind, str(self._store.clock.today()))

    def report(self, scope: Scope, period: Period) -> Report:
        """Figures, document and HTML of one period: the same document that is exported; a year's is public."""
        figures, known = summary(self._store, scope, period), completeness(self._store, scope, period)
        public = period.kind == "year"
        document = summary_document(figures, self._wording, known.moment, public=public)
        document = with_completeness(document, known, self._wording)
        return Report(figures, document, render_html(document))

    def to_export(self, report: Report, node_id: bytes) -> Export:
        """The report as a file; it exists masked only."""
        document, figures = report.document, report.figures
        name = f"{document.summary_name} {figures.node_name} {figures.period}"
        return Export(
            what=REPORT_CODES[figures.period.kind],
            title=document.summary_name,
            name=name,
            node_id=node_id,
            period=str(figures.period),
            forms=REPORT_FORMATS,
            make=lambda form, _: document_bytes(document, form),
        )
