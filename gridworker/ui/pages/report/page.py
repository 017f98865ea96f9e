"""The report page: the week, what it rests on, and the paper. Widgets only; what happens is the presenter's."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QKeySequence
from PySide6.QtWidgets import QWidget

from gridworker.exports.dashboard import Lead
from gridworker.models.period import Period
from gridworker.store.export_rows import Written
from gridworker.store.rows import Scope
from gridworker.ui.background import Background
from gridworker.ui.pages.exporting.flow import ChooseFile, Exporting, Exports, choose_target
from gridworker.ui.pages.exporting.source import Export
from gridworker.ui.pages.organisation.notice_dialog import NoticeDialog
from gridworker.ui.pages.period_picker import PeriodPicker
from gridworker.ui.pages.records_page import RecordsPage
from gridworker.ui.pages.report.presenter import Report, ReportPresenter, Reports
from gridworker.ui.pages.report.report_card import CHARTS, ReportCard
from gridworker.ui.pages.report.week_end import Editions
from gridworker.ui.pages.report.week_end_strip import WeekEndStrip
from gridworker.ui.pages.words import scope_facts
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.wording import Wording


class ReportPage(RecordsPage):
    """The window tells it `show_scope` and `records_changed`; `led(Lead)` to the records behind a chart's value."""

    presenter: ReportPresenter
    led = Signal(object)
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
        self.picker = PeriodPicker(theme, wording)
        self.print_button = Button(theme, wording("report_page.print"), icon="printer", key="Ctrl+P")
        self.export_button = Button(
            theme, wording("report_page.export"), "primary", icon="download", key="Ctrl+E"
        )
        self.week_end = WeekEndStrip(theme, wording, background, editions, exports, choose)
        self.card = ReportCard(theme, wording, background, source.dashboard)
        self.presenter = ReportPresenter(source, partial(background.run, owner=self), self)
        self._fill()
        self._connect()

    def _fill(self) -> None:
        self.add_view_switch(self.picker)
        self.add_control(self.print_button)
        self.add_control(self.export_button)
        self.body.addWidget(self.week_end)
        self.body.addWidget(self.card, 1)
        self._fit_charts()

    def _connect(self) -> None:
        self.narrow_changed.connect(self.picker.set_narrow)
        self.picker.set_narrow(self.is_narrow)
        self.picker.kind_chosen.connect(self.presenter.choose_kind)
        self.picker.stepped.connect(self.presenter.step)
        self.print_button.clicked.connect(self._print)
        self.export_button.clicked.connect(self._export)
        self.narrow_changed.connect(lambda _: self._show_scope_line())
        self.narrow_changed.connect(self.week_end.show_narrow)
        self.narrow_changed.connect(lambda _: self._fit_charts())
        self.card.failed.connect(self.show_error)
        self.card.dashboard.export_wanted.connect(self._let_out)
        self.card.dashboard.led.connect(self._lead)
        self.week_end.changed.connect(self.changed)
        self.week_end.told.connect(self._tell)
        self.week_end.failed.connect(self.show_error)
        self.week_end.show_narrow(self.is_narrow)
        self._bind_keys()

    def _bind_keys(self) -> None:
        self.bind_keys(
            {
                "Alt+Left": lambda: self.presenter.step(-1),
                "Alt+Right": lambda: self.presenter.step(1),
                "Ctrl+P": self._print,
                "Ctrl+E": self._export,
                "C": self.card.other_view,
                "T": self.card.dashboard.switch_current,
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
                *(
                    KeyHint(key, hint(f"dashboard.hint.{name}"))
                    for key, name in (("C", "view"), ("T", "table"), ("↵", "open"))
                ),
            ]
        )

    # What the window tells

    def show_scope(self, scope: Scope) -> None:
        """Limit the report to a node."""
        self.presenter.show_scope(scope)
        self._show_scope_line()

    def first_focus(self) -> QWidget | None:
        return self.card.first_focus()

    # What the presenter tells

    def show_period(self, period: Period, *, is_last: bool) -> None:
        if self.presenter.scope is not None:
            self.week_end.show_about(self.presenter.scope, period)
        self.picker.show_period(period, is_last=is_last)

    def show_report(self, report: Report) -> None:
        self.card.show_report(self.presenter.scope, report)

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
        charts, report = self.card.dashboard, self.presenter.to_export()
        if self.card.view == CHARTS:
            charts.export_current()
        elif report is not None:
            self._let_out(report)

    def _let_out(self, export: Export) -> None:
        self.exporting.begin(export, self.exported, self.show_error)

    def _lead(self, lead: Lead) -> None:
        """A point of time shows its own report here; the rest leads to other pages."""
        if isinstance(lead.value, Period):
            self.presenter.show_period(lead.value)
        else:
            self.led.emit(lead)

    def _print(self) -> None:
        report, export = self.presenter.report, self.presenter.to_export()
        if report is not None and export is not None:
            dialog = NoticeDialog(self._theme, self._wording, report.document, report.html, self)
            dialog.handed_out.connect(lambda form: self.exporting.note(export, form, self.show_error))
            dialog.for_print_only()
            dialog.open()

    # How it is laid out

    def _show_scope_line(self) -> None:
        if self.presenter.scope is not None:
            self.set_scope_line(() if self.is_narrow else scope_facts(self.presenter.scope, narrow=True))

    def _fit_charts(self) -> None:
        self.card.dashboard.set_columns(1 if self.is_narrow else 2)
