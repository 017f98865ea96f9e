"""One chart of the dashboard on its card: the drawing or the table behind it, and the way out as a file."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.exports.document import Chart
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button, IconButton
from gridworker.ui.widgets.card import Card, CardHeader
from gridworker.ui.widgets.chart_view import ChartView
from gridworker.ui.widgets.labels import TextLabel
from gridworker.ui.widgets.twin_table import TwinTable
from gridworker.wording import Wording


class ChartCard(Card):
    """`opened(key, label, series)` for the records behind a value · `export_wanted(key)`."""

    opened = Signal(str, int, int)
    export_wanted = Signal(str)

    def __init__(self, theme: Theme, wording: Wording, chart: Chart, *, leads: bool = False) -> None:
        super().__init__(theme)
        self._wording, self.chart = wording, chart
        self.view, self.table = ChartView(theme), TwinTable(theme)
        self.switch = IconButton(theme, "table-2", wording("dashboard.as_table"))
        self.export = Button(theme, wording("dashboard.export"), "quiet", small=True)
        self.header = CardHeader(theme, chart.caption, controls=[self.switch, self.export])
        self.note = TextLabel(theme, "", "caption", "text2", wrap=True)
        for part in (self.view, self.table, self.note):
            self.body.addWidget(part)
        self.body.addStretch(1)
        self.add_header(self.header)
        self.switch.setCheckable(True)
        self.switch.toggled.connect(self.show_table)
        self.export.clicked.connect(lambda: self.export_wanted.emit(self.chart.key))
        self.view.opened.connect(lambda label, series: self.opened.emit(self.chart.key, label, series))
        self.show_chart(chart, leads=leads)
        self.show_table(False)

    def show_chart(self, chart: Chart, *, leads: bool) -> None:
        """Other figures of the same chart. `leads`: its values open their records."""
        self.chart = chart
        self.header.title.setText(chart.caption)
        self.view.show_chart(chart, leads=leads)
        self.table.show_table(chart.table)
        self.note.setText(chart.table.note)
        self.note.setVisible(bool(chart.table.note))
        for button, key in ((self.switch, "as_table"), (self.export, "export")):
            button.setAccessibleName(f"{self._wording(f'dashboard.{key}')} · {chart.caption}")

    @property
    def content(self) -> QWidget:
        """What of it takes the keyboard: the drawing or its table."""
        return self.table if self.switch.isChecked() else self.view

    def show_table(self, shown: bool) -> None:
        """The table in the place of the drawing, or back."""
        had_focus = self.view.hasFocus() or self.table.hasFocus()
        self.switch.setChecked(shown)
        self.view.setVisible(not shown)
        self.table.setVisible(shown)
        if had_focus:
            self.content.setFocus()
