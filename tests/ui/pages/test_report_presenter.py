"""The report page's logic: weeks back and forth, one answer counts, what leaves."""

from __future__ import annotations

from dataclasses import replace

from gridworker.changes import Changes
from gridworker.exports.html import render_html
from gridworker.exports.summary import summary_document
from gridworker.models.period import Period, PeriodKind
from gridworker.store.report_rows import Summary
from gridworker.store.rows import Scope
from gridworker.ui.pages.exporting.source import Export
from gridworker.ui.pages.report.dashboard_presenter import Charts
from gridworker.ui.pages.report.presenter import Report, ReportPresenter
from gridworker.wording import Wording
from tests.ui.pages.immediate import SCOPE, Desk
from tests.unit.exports.weeks import WEEK

ZH = Wording.load("zh_CN")


def report_of(period: Period, node: str = "1602") -> Report:
    figures: Summary = replace(WEEK, period=period, node_name=node)
    document = summary_document(figures, ZH, "2026-11-20 09:00")
    return Report(figures, document, render_html(document))


class Source:
    def __init__(self) -> None:
        self.asked: list[str] = []
        self.node = "1602"

    def present(self, kind: PeriodKind) -> Period:
        return Period.of_day(kind, "2026-11-20")

    def report(self, scope: Scope, period: Period) -> Report:
        self.asked.append(str(period))
        return report_of(period, self.node)

    @property
    def dashboard(self) -> Charts:
        raise AssertionError

    def to_export(self, report: Report, node_id: bytes) -> Export:
        name = f"周报 {report.figures.node_name} {report.figures.period}"
        return Export(
            "weekly_report", "周报", name, node_id, str(report.figures.period), ("xlsx",), lambda *_: b""
        )


class View:
    def __init__(self) -> None:
        self.periods: list[tuple[str, bool]] = []
        self.reports: list[Report] = []
        self.errors: list[Exception] = []

    def show_period(self, period: Period, *, is_last: bool) -> None:
        self.periods.append((str(period), is_last))

    def show_report(self, report: Report) -> None:
        self.reports.append(report)

    def show_error(self, error: Exception) -> None:
        self.errors.append(error)


def test_weeks_go_back_and_never_into_the_future() -> None:
    desk, source, view = Desk(), Source(), View()
    presenter = ReportPresenter(source, desk.run, view)
    presenter.show_scope(SCOPE)
    presenter.step(1)
    presenter.step(-1)
    presenter.step(1)
    assert source.asked == ["2026-W47", "2026-W46", "2026-W47"]
    assert view.periods[-1] == ("2026-W47", True)


def test_the_kind_of_period_is_chosen_and_stays_where_one_was() -> None:
    desk, source, view = Desk(), Source(), View()
    presenter = ReportPresenter(source, desk.run, view)
    presenter.show_scope(SCOPE)
    presenter.choose_kind("month")
    presenter.step(-1)
    presenter.step(-1)
    presenter.choose_kind("quarter")
    presenter.choose_kind("year")
    presenter.step(1)
    presenter.choose_kind("week")
    assert source.asked == ["2026-W47", "2026-11", "2026-10", "2026-09", "2026-Q3", "2026", "2026-W47"]
    assert view.periods[-2:] == [("2026", True), ("2026-W47", True)]
    presenter.step(-52)
    presenter.choose_kind("year")
    assert source.asked[-1] == "2025"


def test_only_the_last_week_asked_for_is_shown() -> None:
    desk, source, view = Desk(hold=True), Source(), View()
    presenter = ReportPresenter(source, desk.run, view)
    presenter.show_scope(SCOPE)
    for _ in range(3):
        presenter.step(-1)
    desk.answer()
    assert source.asked == ["2026-W44"]
    assert len(view.reports) == 1


def test_what_is_shown_is_what_leaves() -> None:
    desk, source, view = Desk(), Source(), View()
    presenter = ReportPresenter(source, desk.run, view)
    assert presenter.to_export() is None
    presenter.show_scope(SCOPE)
    presenter.step(-1)
    export = presenter.to_export()
    assert export is not None and (export.name, export.period) == ("周报 1602 2026-W46", "2026-W46")
    assert export.node_id == SCOPE.node_id


def test_changes_are_read_when_seen() -> None:
    desk, source, view = Desk(), Source(), View()
    presenter = ReportPresenter(source, desk.run, view)
    presenter.show_scope(SCOPE)
    presenter.records_changed(Changes.of([("visit", b"x" * 16)]), visible=False)
    assert presenter.stale
    presenter.show_scope(SCOPE)
    assert source.asked == ["2026-W47", "2026-W47"]
