"""The dashboard: a card for each chart, two beside each other where there is room, in an order that never changes."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QHideEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QScrollArea, QWidget

from gridworker.exports.dashboard import DashboardChart
from gridworker.store.report_rows import Behind
from gridworker.ui.background import Background
from gridworker.ui.pages.fill.records_dialog import RecordsDialog
from gridworker.ui.pages.report.chart_card import ChartCard
from gridworker.ui.pages.report.dashboard_presenter import Charts, DashboardPresenter
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.chart_view import ChartView
from gridworker.wording import Wording

#: Row, column, rows and columns of each card where there is room for two beside each other.
_PLACES = {
    "visits": (0, 0, 1, 1),
    "demands": (0, 1, 1, 1),
    "categories": (1, 0, 2, 1),
    "sources": (1, 1, 1, 1),
    "levels": (2, 1, 1, 1),
    "coverage": (3, 0, 1, 1),
    "replies": (3, 1, 1, 1),
    "buildings": (4, 0, 1, 2),
}


class DashboardView(QScrollArea):
    """`record_wanted(Behind)` · `led(Lead)` where a value leads to another page · `export_wanted(Export)` ·
    `failed(error)`. Tell `presenter` which report is shown."""

    led = Signal(object)
    record_wanted = Signal(object)
    export_wanted = Signal(object)
    failed = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, background: Background, source: Charts) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.cards: dict[str, ChartCard] = {}
        self.dialog: RecordsDialog | None = None
        self._wanted, self._columns = 2, 0
        self._inside = QWidget()
        self._grid = QGridLayout(self._inside)
        self.presenter = DashboardPresenter(source, partial(background.run, owner=self), self)
        self._grid.setContentsMargins(SIZES.gap_2, SIZES.gap_2, SIZES.gap_2, SIZES.gap_2)
        self._grid.setSpacing(SIZES.gap_2)
        self._grid.setColumnStretch(0, 1)
        self._grid.setColumnStretch(1, 1)
        self.setWidget(self._inside)
        self.setWidgetResizable(True)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(wording("dashboard.name"))
        self._awaited = False

    # What the presenter tells

    def show_charts(self, charts: Sequence[DashboardChart]) -> None:
        """Other figures; what has the keyboard, or is shown as a table, stays so."""
        keys = [one.chart.key for one in charts]
        if keys != list(self.cards):
            self._make_cards(charts)
        for one in charts:
            self.cards[one.chart.key].show_chart(one.chart, leads=bool(one.leads))
        self._arrange()
        if self._awaited and self.isVisible():
            self.take_focus()

    def show_error(self, error: Exception) -> None:
        self.failed.emit(error)

    def _make_cards(self, charts: Sequence[DashboardChart]) -> None:
        for old in self.cards.values():
            old.setParent(None)
            old.deleteLater()
        self.cards, self._columns = {}, 0
        for one in charts:
            card = ChartCard(self._theme, self._wording, one.chart, leads=bool(one.leads))
            card.opened.connect(self._lead)
            card.export_wanted.connect(self.export)
            card.view.moved.connect(partial(self._follow, card.view))
            self.cards[one.chart.key] = card

    # What the person does

    def _lead(self, key: str, label: int, series: int) -> None:
        lead = self.presenter.lead(key, label, series)
        if lead is not None and lead.kind == "records":
            self.presenter.look_behind(str(lead.value))
        elif lead is not None:
            self.led.emit(lead)

    def show_records(self, records: tuple[Behind, ...]) -> None:
        """The records behind a value, in a list of their own."""
        title = self._wording("dashboard.records")
        self.dialog = RecordsDialog(self._theme, self._wording, title, records, self)
        self.dialog.wanted.connect(self.record_wanted)
        self.dialog.open()

    def export(self, key: str) -> None:
        """Let a chart leave: the page asks for whom and what for."""
        export = self.presenter.to_export(key)
        if export is not None:
            self.export_wanted.emit(export)

    def export_current(self) -> None:
        """The chart that has the keyboard, or the first."""
        card = self.current() or next(iter(self.cards.values()), None)
        if card is not None:
            self.export(card.chart.key)

    def switch_current(self) -> None:
        """The chart that has the keyboard as a table, or back."""
        card = self.current()
        if card is not None:
            card.show_table(not card.switch.isChecked())

    def current(self) -> ChartCard | None:
        """The card that has the keyboard."""
        focused = QApplication.focusWidget()
        if focused is None:
            return None
        return next((card for card in self.cards.values() if card.isAncestorOf(focused)), None)

    def first_focus(self) -> QWidget:
        """Where the keyboard goes when the dashboard is turned to."""
        return next((card.content for card in self.cards.values()), self)

    def take_focus(self) -> None:
        """The keyboard goes to the first chart, at the latest when the charts have come."""
        self._awaited = not self.cards
        self.first_focus().setFocus(Qt.FocusReason.OtherFocusReason)

    # How it is laid out

    def set_columns(self, columns: int) -> None:
        """1 on a narrow page, else 2."""
        self._wanted = columns
        self._arrange()

    def _arrange(self) -> None:
        if self._columns == self._wanted or not self.cards:
            return
        self._columns = self._wanted
        for place, (key, card) in enumerate(self.cards.items()):
            self._grid.addWidget(card, *(_PLACES[key] if self._wanted > 1 else (place, 0, 1, 2)))
        for row in range(len(self.cards) + 1):
            self._grid.setRowStretch(row, int(row == len(self.cards)))

    def _follow(self, view: ChartView, rect: QRect) -> None:
        """Keep the value that the keyboard is at in sight."""
        corner = view.mapTo(self._inside, rect.center())
        self.ensureVisible(corner.x(), corner.y(), 0, rect.height() // 2 + SIZES.gap_4)

    def focusNextPrevChild(self, forward: bool) -> bool:
        moved = super().focusNextPrevChild(forward)
        card = self.current()
        if card is not None:
            self.ensureWidgetVisible(card, 0, SIZES.gap_2)
        return moved

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.presenter.look(True)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.presenter.look(False)
