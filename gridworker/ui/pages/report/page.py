"""The report page: the week, what it rests on, and the paper. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QEvent, QObject, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QFont, QKeySequence
from PySide6.QtWidgets import QScrollArea, QWidget

from gridworker.exports.chart_paper import document_drawings
from gridworker.exports.pdf import LaidOut, lay_out
from gridworker.models.period import PERIOD_KINDS, Period
from gridworker.store.export_rows import Written
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.exporting.flow import ChooseFile, Exporting, Exports, choose_target
from gridworker.ui.pages.organisation.notice_dialog import NoticeDialog
from gridworker.ui.pages.records_page import RecordsPage
from gridworker.ui.pages.report.paper import PaperSheets
from gridworker.ui.pages.report.presenter import Report, ReportPresenter, Reports
from gridworker.ui.pages.report.week_end import Editions
from gridworker.ui.pages.report.week_end_strip import WeekEndStrip
from gridworker.ui.pages.words import scope_facts
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button, IconButton
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording


class ReportPage(RecordsPage):
    """The window tells it `show_scope` and `records_changed`."""

    presenter: ReportPresenter
    changed = Signal(object)

    def __init__(
        self,
        theme: Theme,
        wording: Wording,
        background: Background,
        source: Reports,
        exports: Exports,
        editions: Editions,
        choose: ChooseFile = choose_target,
    ) -> None:
        super().__init__(theme, wording, wording("report_page.title"))
        self._background = background
        self.exporting = Exporting(theme, wording, background, exports, self, choose)
        self._shown_period: tuple[Period, bool] | None = None
        kinds = [(kind, wording(f"report_page.kind_of_period.{kind}")) for kind in PERIOD_KINDS]
        self.kinds = Segment(theme, kinds, name=wording("report_page.which_kind"))
        self.back = IconButton(theme, "chevron-left", wording("report_page.week_before"))
        self.ahead = IconButton(theme, "chevron-right", wording("report_page.week_after"))
        self.week = TextLabel(theme, "", "body")
        self.print_button = Button(theme, wording("report_page.print"), icon="printer", key="Ctrl+P")
        self.export_button = Button(
            theme, wording("report_page.export"), "primary", icon="download", key="Ctrl+E"
        )
        self.week_end = WeekEndStrip(theme, wording, background, editions, exports, choose)
        self.preview = CardHeader(theme, wording("report_page.preview"))
        self.sheets = PaperSheets(theme, wording("report_page.paper_name"))
        self.area = QScrollArea()
        self.presenter = ReportPresenter(source, partial(background.run, owner=self), self)
        self._fill()
        self._connect()

    def _fill(self) -> None:
        picker = QWidget()
        picker.setLayout(row(self.kinds, self.back, self.week, self.ahead, gap=SIZES.gap_1))
        picker.setAccessibleName(self._wording("report_page.which_week"))
        self.add_view_switch(picker)
        self.add_control(self.print_button)
        self.add_control(self.export_button)
        card = Card(self._theme, flush=True)
        card.add_header(self.preview)
        self.area.setWidgetResizable(True)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.area.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.area.setAccessibleName(self._wording("report_page.paper_name"))
        self.area.setWidget(self.sheets)
        self.area.viewport().installEventFilter(self)
        card.body.addWidget(self.area)
        self.body.addWidget(self.week_end)
        self.body.addWidget(card, 1)

    def _connect(self) -> None:
        self.narrow_changed.connect(lambda _: self._show_period_again())
        self.kinds.chosen.connect(self.presenter.choose_kind)
        self.back.clicked.connect(lambda: self.presenter.step(-1))
        self.ahead.clicked.connect(lambda: self.presenter.step(1))
        self.print_button.clicked.connect(self._print)
        self.export_button.clicked.connect(self._export)
        self.area.verticalScrollBar().valueChanged.connect(lambda _: self._show_pages())
        self.narrow_changed.connect(lambda _: self._show_scope_line())
        self.narrow_changed.connect(self.week_end.show_narrow)
        self._theme.changed.connect(self._fit_paper)
        self.week_end.changed.connect(self.changed)
        self.week_end.told.connect(self._tell)
        self.week_end.failed.connect(self.show_error)
        self._bind_keys()

    def _bind_keys(self) -> None:
        self.bind_keys(
            {
                "Alt+Left": lambda: self.presenter.step(-1),
                "Alt+Right": lambda: self.presenter.step(1),
                "Ctrl+P": self._print,
                "Ctrl+E": self._export,
                "Alt+W": self.week_end.close_week,
                "Alt+F": self.week_end.open_editions,
            }
        )
        hint = self._wording
        self.set_hints(
            [
                KeyHint("Alt+← →", hint("report_page.hint.week")),
                KeyHint("Ctrl+E", hint("report_page.hint.export")),
                KeyHint("Alt+W", hint("frozen.page.hint.close")),
                KeyHint("Alt+F", hint("frozen.page.hint.editions")),
                KeyHint("Ctrl+P", hint("report_page.hint.print")),
                KeyHint("PgUp PgDn", hint("report_page.hint.scroll")),
            ]
        )

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        """Limit the report to a node."""
        self.presenter.show_scope(scope)
        self._show_scope_line()

    def first_focus(self) -> QWidget | None:
        return self.area

    # What the presenter tells

    def show_period(self, period: Period, *, is_last: bool) -> None:
        self._shown_period = (period, is_last)
        if self.presenter.scope is not None:
            self.week_end.show_about(self.presenter.scope, period)
        self.kinds.choose(period.kind)
        key = f"{period.kind}_short" if self.is_narrow and period.kind == "week" else period.kind
        words = self._wording(
            f"report_page.period.{key}",
            year=period.year,
            number=period.number,
            first=period.first[5:],
            last=period.last[5:],
        )
        this_year = is_last or self.is_narrow or period.kind != "week"
        self.week.setText(words if this_year else f"{period.year} · {words}")
        self.ahead.setEnabled(not is_last)

    def _show_period_again(self) -> None:
        if self._shown_period is not None:
            period, is_last = self._shown_period
            self.show_period(period, is_last=is_last)

    def show_report(self, report: Report) -> None:
        font = QFont(self._theme.font("body"))
        font.setPointSizeF(10.5)
        html, foot, page = report.html, report.document.page_line, report.document.page
        drawings = document_drawings(report.document)

        def laid_out(document: LaidOut) -> None:
            top = self.area.verticalScrollBar().value()
            self.sheets.show_document(document, foot, page)
            self._fit_paper()
            self.area.verticalScrollBar().setValue(top)
            self._show_pages()

        self._background.run(
            lambda: lay_out(html, font, page, drawings),
            laid_out,
            self.show_error,
            topic="report.paper",
            owner=self,
        )

    def exported(self, written: Written) -> None:
        target, folder = written.path, written.path.parent

        def open_folder() -> None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(folder)))

        words = self._wording("report_page.exported", name=target.name, folder=str(folder))
        self._tell(words, open_folder, "report_page.open_folder")

    def _tell(self, words: str, act: Callable[[], None] | None, label: str = "") -> None:
        """Say what happened; the one act beside it takes it back, or does what `label` says."""
        button = self.undo_bar.undo_button
        button.set_label(self._wording(label or "widgets.undo"))
        button.set_key_shown(not label)
        button.setShortcut(QKeySequence("" if label else "Ctrl+Z"))
        self.undo_bar.tell(words, act)

    # What the person does

    def _export(self) -> None:
        export = self.presenter.to_export()
        if export is not None:
            self.exporting.begin(export, self.exported, self.show_error)

    def _print(self) -> None:
        report = self.presenter.report
        if report is not None:
            dialog = NoticeDialog(self._theme, self._wording, report.document, report.html, self)
            dialog.for_print_only()
            dialog.open()

    # How it is laid out

    def _show_scope_line(self) -> None:
        if self.presenter.scope is not None:
            self.set_scope_line(() if self.is_narrow else scope_facts(self.presenter.scope, narrow=True))

    def _fit_paper(self) -> None:
        self.sheets.fit_width(self.area.viewport().width())
        self._show_pages()

    def _show_pages(self) -> None:
        if self.sheets.pages:
            middle = self.area.verticalScrollBar().value() + self.area.viewport().height() // 3
            words = self._wording(
                "report_page.pages", page=self.sheets.page_at(middle) + 1, pages=self.sheets.pages
            )
            self.preview.facts.show_facts(("A4", words))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._fit_paper()
        return False
