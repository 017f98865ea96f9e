"""Which week is shown, with a step back and ahead."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.models.days import Week
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import IconButton
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.wording import Wording


class WeekStepper(QWidget):
    """`stepped(weeks)`; the page says which week that leads to."""

    stepped = Signal(int)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._wording = wording
        self.back = IconButton(theme, "chevron-left", wording("report_page.week_before"))
        self.ahead = IconButton(theme, "chevron-right", wording("report_page.week_after"))
        self.words = TextLabel(theme, "", "body")
        self.setLayout(row(self.back, self.words, self.ahead, gap=SIZES.gap_1))
        self.setAccessibleName(wording("report_page.which_week"))
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.ahead.clicked.connect(lambda: self.stepped.emit(1))

    def show_week(self, week: Week, *, narrow: bool) -> None:
        """Name the week; in a narrow page by its number only."""
        key = "report_page.period.week_short" if narrow else "report_page.period.week"
        self.words.setText(self._wording(key, number=week.number, first=week.first[5:], last=week.last[5:]))
