"""The card that shows a report: as the paper it will be printed on, or as charts."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QWidget

from gridworker.exports.chart_paper import document_drawings
from gridworker.exports.pdf import LaidOut, lay_out
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.report.dashboard import DashboardView
from gridworker.ui.pages.report.dashboard_presenter import Charts
from gridworker.ui.pages.report.paper import PaperSheets
from gridworker.ui.pages.report.presenter import Report
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

PAPER, CHARTS = "paper", "charts"


class ReportCard(Card):
    """`failed(error)` when paper or charts could not be made."""

    failed = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, background: Background, charts: Charts) -> None:
        super().__init__(theme, flush=True)
        self._background, self._wording = background, wording
        views = [(view, wording(f"dashboard.view.{view}")) for view in (PAPER, CHARTS)]
        self.views = Segment(theme, views, name=wording("dashboard.view_name"), small=True)
        self.header = CardHeader(theme, wording("report_page.preview"), controls=[self.views])
        self.sheets = PaperSheets(theme, wording("report_page.paper_name"))
        self.area, self._stack = QScrollArea(), QStackedWidget()
        self.dashboard = DashboardView(theme, wording, background, charts)
        self._font = QFont(theme.font("body"))
        self._font.setPointSizeF(10.5)
        self._fill()
        self.views.choose(PAPER)
        self.views.chosen.connect(self.show_view)
        self.area.verticalScrollBar().valueChanged.connect(lambda _: self._show_pages())
        self.dashboard.failed.connect(self.failed)
        theme.changed.connect(self._fit_paper)

    def _fill(self) -> None:
        self.add_header(self.header)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName(self._wording("report_page.paper_name"))
        self.area.setWidget(self.sheets)
        self.area.viewport().installEventFilter(self)
        self._stack.addWidget(self.area)
        self._stack.addWidget(self.dashboard)
        self.body.addWidget(self._stack)

    @property
    def view(self) -> str:
        """PAPER or CHARTS."""
        return self.views.current()

    def first_focus(self) -> QWidget:
        return self.area if self.view == PAPER else self.dashboard.first_focus()

    def show_view(self, view: str) -> None:
        """Turn to PAPER or CHARTS."""
        self.views.choose(view)
        self._stack.setCurrentIndex((PAPER, CHARTS).index(view))
        title = "report_page.preview" if view == PAPER else "dashboard.name"
        self.header.title.setText(self._wording(title))
        self.header.facts.show_facts(())
        self._show_pages()
        if view == CHARTS:
            self.dashboard.take_focus()
        else:
            self.area.setFocus(Qt.FocusReason.OtherFocusReason)

    def other_view(self) -> None:
        self.show_view(CHARTS if self.view == PAPER else PAPER)

    def show_report(self, scope: Scope | None, report: Report) -> None:
        """Lay the report out on paper, away from the window; its charts are read when somebody looks at them."""
        document, html, font = report.document, report.html, self._font
        drawings = document_drawings(document)

        def laid_out(pages: LaidOut) -> None:
            top = self.area.verticalScrollBar().value()
            self.sheets.show_document(pages, document.page_line, document.page)
            self._fit_paper()
            self.area.verticalScrollBar().setValue(top)
            self._show_pages()

        self._background.run(
            lambda: lay_out(html, font, document.page, drawings),
            laid_out,
            self.failed.emit,
            topic="report.paper",
            owner=self,
        )
        if scope is not None:
            self.dashboard.presenter.show_report(scope, report.figures)

    def _fit_paper(self) -> None:
        self.sheets.fit_width(self.area.viewport().width())
        self._show_pages()

    def _show_pages(self) -> None:
        if self.sheets.pages and self.view == PAPER:
            middle = self.area.verticalScrollBar().value() + self.area.viewport().height() // 3
            words = self._wording(
                "report_page.pages", page=self.sheets.page_at(middle) + 1, pages=self.sheets.pages
            )
            self.header.facts.show_facts((str(self.sheets.page.paper), words))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit_paper()
        return False
