"""Which week, month, quarter or year: its kind, and a step back or ahead."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from gridworker.models.period import PERIOD_KINDS, Period
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import IconButton
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording


class PeriodPicker(QWidget):
    """`kind_chosen(str)` · `stepped(int)`: -1 or 1."""

    kind_chosen = Signal(str)
    stepped = Signal(int)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._wording = wording
        kinds = [(kind, wording(f"report_page.kind_of_period.{kind}")) for kind in PERIOD_KINDS]
        self.kinds = Segment(theme, kinds, name=wording("fill.period"))
        self.back = IconButton(theme, "chevron-left", wording("report_page.week_before"))
        self.ahead = IconButton(theme, "chevron-right", wording("report_page.week_after"))
        self.period = TextLabel(theme, "", "body")
        self.setLayout(row(self.kinds, self.back, self.period, self.ahead, gap=SIZES.gap_1))
        self.setAccessibleName(wording("fill.period"))
        self.kinds.chosen.connect(self.kind_chosen)
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.ahead.clicked.connect(lambda: self.stepped.emit(1))

    def set_narrow(self, narrow: bool) -> None:
        """One letter for each kind where room is short; it is read out in full."""
        for kind in PERIOD_KINDS:
            name = self._wording(f"report_page.kind_of_period.{kind}")
            self.kinds.set_text(kind, self._wording(f"fill.kind_short.{kind}") if narrow else name)
            self.kinds.button(kind).setAccessibleName(name)

    def show_period(self, period: Period, *, is_last: bool) -> None:
        self.kinds.choose(period.kind)
        self.period.setText(str(period))
        self.ahead.setEnabled(not is_last)
