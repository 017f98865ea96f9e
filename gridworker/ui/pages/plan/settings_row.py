"""How much a micro-grid takes on: visits in a week and on a day, and which way the stairs are walked."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QSpinBox, QWidget

from gridworker.models.planning import Capacity
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.ui.widgets.segment import Segment
from gridworker.wording import Wording

_MOST = 50


class CapacityRow(QWidget):
    """`chosen(Capacity)` when the person changed something."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._quiet = theme, False
        self.per_week, self.per_day = QSpinBox(), QSpinBox()
        ways = [(key, wording(f"plan_page.way.{key}")) for key in ("down", "up")]
        self.way = Segment(theme, ways, name=wording("plan_page.way_name"), small=True)
        parts: list[QWidget | int | None] = []
        for spin, name in ((self.per_week, "per_week"), (self.per_day, "per_day")):
            spin.setRange(1, _MOST)
            spin.setAccessibleName(wording(f"plan_page.{name}_name"))
            spin.setToolTip(wording(f"plan_page.{name}_name"))
            spin.setKeyboardTracking(False)
            spin.valueChanged.connect(self._told)
            parts += [TextLabel(theme, wording(f"plan_page.{name}"), "caption", "text2"), spin]
        self.setLayout(row(*parts, self.way))
        self.way.chosen.connect(lambda _: self._told())
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        for spin in (self.per_week, self.per_day):
            fit_control(self._theme, spin, SIZES.control_small)

    def show_capacity(self, capacity: Capacity) -> None:
        """Show what is in force, without telling."""
        self._quiet = True
        self.per_week.setValue(capacity.per_week)
        self.per_day.setValue(capacity.per_day)
        self.way.choose("down" if capacity.downwards else "up")
        self._quiet = False

    def _told(self) -> None:
        if not self._quiet:
            week = self.per_week.value()
            day = min(self.per_day.value(), week)
            self.chosen.emit(Capacity(week, day, downwards=self.way.current() == "down"))
