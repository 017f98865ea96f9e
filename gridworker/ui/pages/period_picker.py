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
    """The kind of period, and one step back or ahead. `kind_chosen(str)` · `stepped(int)`: -1 or 1."""

    kind_chosen = Signal(str)
    stepped = Signal(int)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._wording, self._narrow = wording, False
        self._shown: tuple[Period, bool] | None = None
        kinds = [(kind, wording(f"report_page.kind_of_period.{kind}")) for kind in PERIOD_KINDS]
        self.kinds = Segment(theme, kinds, name=wording("report_page.which_kind"))
        self.back = IconButton(theme, "chevron-left", wording("report_page.week_before"))
        self.ahead = IconButton(theme, "chevron-right", wording("report_page.week_after"))
        self.period = TextLabel(theme, "", "body")
        self.setLayout(row(self.kinds, self.back, self.period, self.ahead, gap=SIZES.gap_1))
        self.setAccessibleName(wording("report_page.which_week"))
        self.kinds.chosen.connect(self.kind_chosen)
        self.back.clicked.connect(lambda: self.stepped.emit(-1))
        self.ahead.clicked.connect(lambda: self.stepped.emit(1))

    def set_narrow(self, narrow: bool) -> None:
        """One letter for each kind where room is short; it is read out in full."""
        self._narrow = narrow
        for kind in PERIOD_KINDS:
            name = self._wording(f"report_page.kind_of_period.{kind}")
            self.kinds.set_text(kind, self._wording(f"report_page.kind_short.{kind}") if narrow else name)
            self.kinds.button(kind).setAccessibleName(name)
        if self._shown is not None:
            self.show_period(self._shown[0], is_last=self._shown[1])

    def show_period(self, period: Period, *, is_last: bool) -> None:
        """The period in words; a week that is not the present one with its year, where there is room."""
        self._shown = (period, is_last)
        self.kinds.choose(period.kind)
        key = f"{period.kind}_short" if self._narrow and period.kind == "week" else period.kind
        words = self._wording(
            f"report_page.period.{key}",
            year=period.year,
            number=period.number,
            first=period.first[5:],
            last=period.last[5:],
        )
        this_year = is_last or self._narrow or period.kind != "week"
        self.period.setText(words if this_year else f"{period.year} · {words}")
        self.ahead.setEnabled(not is_last)
