"""What the dashboard does: the charts of the report that is shown, read when somebody looks at them. No Qt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gridworker.exports.dashboard import DashboardChart, Lead
from gridworker.exports.document import Chart
from gridworker.models.period import Period
from gridworker.store.report_rows import Behind, Summary
from gridworker.store.rows import Scope
from gridworker.ui.pages.exporting.source import Export
from gridworker.ui.pages.running import Run


class Charts(Protocol):
    """What the dashboard asks of the open profile."""

    def charts(self, scope: Scope, summary: Summary) -> tuple[DashboardChart, ...]: ...

    def behind(self, scope: Scope, period: Period, key: str) -> tuple[Behind, ...]: ...

    def chart_to_export(self, chart: Chart, summary: Summary) -> Export: ...


class DashboardSight(Protocol):
    """What the presenter tells."""

    def show_charts(self, charts: Sequence[DashboardChart]) -> None: ...

    def show_records(self, records: tuple[Behind, ...]) -> None: ...

    def show_error(self, error: Exception) -> None: ...


class DashboardPresenter:
    """Asks only while it is looked at, once for each report."""

    def __init__(self, source: Charts, run: Run, view: DashboardSight) -> None:
        self._source, self._run, self._view = source, run, view
        self._wanted: tuple[Scope, Summary] | None = None
        self._shown: Summary | None = None
        self._seen = False
        self.charts: tuple[DashboardChart, ...] = ()

    def show_report(self, scope: Scope, summary: Summary) -> None:
        """Another report is shown on the page."""
        self._wanted = scope, summary
        self._ask()

    def look(self, seen: bool) -> None:
        """Whether somebody looks at the dashboard."""
        self._seen = seen
        self._ask()

    def _ask(self) -> None:
        if self._wanted is None or not self._seen or self._shown is self._wanted[1]:
            return
        scope, summary = self._wanted

        def read(charts: tuple[DashboardChart, ...]) -> None:
            self._shown, self.charts = summary, charts
            self._view.show_charts(charts)

        self._run(
            lambda: self._source.charts(scope, summary), read, self._view.show_error, topic="report.charts"
        )

    def lead(self, key: str, label: int, series: int) -> Lead | None:
        """Where a value of the chart `key` leads; None if nowhere."""
        found = next((one for one in self.charts if one.chart.key == key), None)
        return found.lead(label, series) if found is not None else None

    def look_behind(self, key: str) -> None:
        """Read the records that a figure of the shown report counts."""
        if self._wanted is not None:
            scope, period = self._wanted[0], self._wanted[1].period
            self._run(
                lambda: self._source.behind(scope, period, key),
                self._view.show_records,
                self._view.show_error,
                topic="report.records",
            )

    def to_export(self, key: str) -> Export | None:
        """A chart as a file that may leave; None for one that is not shown."""
        found = next((one.chart for one in self.charts if one.chart.key == key), None)
        if found is None or self._shown is None:
            return None
        return self._source.chart_to_export(found, self._shown)
