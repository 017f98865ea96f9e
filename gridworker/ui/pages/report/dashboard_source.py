"""The dashboard's questions, put to the open profile. Runs away from the window."""

from __future__ import annotations

from typing import Any

from gridworker.exports.chart_files import FORMS, chart_bytes
from gridworker.exports.dashboard import DashboardChart, chart_document, dashboard_charts
from gridworker.exports.document import Chart
from gridworker.models.period import Period
from gridworker.store.queries.dashboard import dashboard
from gridworker.store.queries.drill import records_behind
from gridworker.store.report_rows import Behind, Summary
from gridworker.store.rows import Scope
from gridworker.ui.pages.exporting.source import Export
from gridworker.wording import Wording


class DashboardSource:
    """`store` is the open profile; it is passed on to queries and asked nothing else."""

    def __init__(self, store: Any, wording: Wording) -> None:
        self._store, self._wording = store, wording

    def charts(self, scope: Scope, summary: Summary) -> tuple[DashboardChart, ...]:
        """The charts of one report: its own figures, and what the dashboard shows beside them."""
        more = dashboard(self._store, scope, summary.period)
        return dashboard_charts(summary, more, self._wording)

    def behind(self, scope: Scope, period: Period, key: str) -> tuple[Behind, ...]:
        """The records that a figure counts."""
        return records_behind(self._store, scope, period, key)

    def chart_to_export(self, chart: Chart, summary: Summary) -> Export:
        """One chart as a picture or a table; it names nobody, so there is nothing to mask."""
        moment = self._store.clock.moment().strftime("%Y-%m-%d %H:%M")
        document = chart_document(chart, summary, self._wording, moment)
        return Export(
            what="chart",
            title=chart.caption,
            name=f"{chart.caption} {summary.node_name} {summary.period}",
            node_id=summary.node_id,
            period=str(summary.period),
            forms=FORMS,
            make=lambda form, _: chart_bytes(document, form),
        )
