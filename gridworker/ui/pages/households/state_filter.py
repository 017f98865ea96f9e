"""Narrowing the table by state of the service plan: one toggle per state with its count, or one combo where narrow."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox, QToolButton, QVBoxLayout, QWidget

from gridworker.store.rows import Plan
from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.states import look
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.painting import paint_rounded, paint_text
from gridworker.wording import Wording

#: What waits first, then what is fine.
ORDER = (Plan.LATE, Plan.CALLBACK, Plan.DUE, Plan.ABSENT, Plan.VISITED, Plan.OPTED_OUT, Plan.VACANT)
_PAD, _GAP = 8, 4


class StateToggle(QToolButton):
    """One state: symbol, word, count. Pressed means that only pressed states are shown."""

    def __init__(self, theme: Theme, plan: Plan, word: str) -> None:
        super().__init__()
        self._theme, self._look, self._word, self._count = theme, look("plan", plan.value), word, 0
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self._restyle)
        self.show_count(0)

    def show_count(self, count: int) -> None:
        self._count = count
        self.setAccessibleName(f"{self._word} {count}")
        self._restyle()

    def _restyle(self) -> None:
        self.setFixedSize(self.sizeHint())
        self.update()

    def sizeHint(self) -> QSize:
        theme = self._theme
        words = theme.metrics("caption_bold").horizontalAdvance(f"{self._word} {self._count:,}")
        width = words + theme.tokens.icon(SIZES.icon_small) + _GAP + 2 * _PAD + 2
        return QSize(width, theme.height(SIZES.control_small))

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        chosen = self.isChecked()
        hovered = self.underMouse() or self.isDown()
        fill = theme.colour("sel") if chosen else theme.colour("hover") if hovered else None
        edge = theme.colour("accent") if chosen else theme.colour("ctl") if hovered else theme.colour("line")
        paint_rounded(painter, self.rect(), SIZES.radius_control, fill, edge)
        size, height = theme.tokens.icon(SIZES.icon_small), self.height()
        colour = theme.colour(self._look.colour)
        theme.icons.paint(painter, self._look.icon, QRect(_PAD, 0, size, height), size, colour)
        at = QRect(_PAD + size + _GAP, 0, self.width() - size - _GAP - _PAD, height)
        font = theme.font("caption_bold" if chosen else "caption")
        taken = paint_text(painter, at, self._word, font, colour)
        count = at.adjusted(taken + _GAP, 0, 0, 0)
        paint_text(painter, count, f"{self._count:,}", font, theme.colour("text2"))


class StateFilter(QWidget):
    """`chosen(frozenset[Plan])`; empty means every state."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self._words = {plan: wording(f"households.state.{plan.value}") for plan in ORDER}
        self._toggles = {plan: StateToggle(theme, plan, self._words[plan]) for plan in ORDER}
        self._combo = QComboBox()
        self._counts: Mapping[Plan, int] = {}
        self.setAccessibleName(wording("households.filter_state"))
        line = FlowRow(gap=6)
        for toggle in self._toggles.values():
            line.add(toggle)
            toggle.clicked.connect(self._toggled)
        self._line = line
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(line)
        layout.addWidget(self._combo)
        self._combo.hide()
        self._combo.setAccessibleName(wording("households.filter_state"))
        self._combo.activated.connect(self._picked)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.show_counts({})

    def _restyle(self) -> None:
        fit_control(self._theme, self._combo)

    def set_narrow(self, narrow: bool) -> None:
        """One combo instead of seven toggles."""
        self._combo.setVisible(narrow)
        self._line.setVisible(not narrow)

    def show_counts(self, counts: Mapping[Plan, int]) -> None:
        self._counts = counts
        for plan, toggle in self._toggles.items():
            toggle.show_count(counts.get(plan, 0))
        at = max(self._combo.currentIndex(), 0)
        self._combo.clear()
        self._combo.addItem(f"{self._wording('households.every_state')} {sum(counts.values()):,}")
        for plan in ORDER:
            icon = self._theme.icon(look("plan", plan.value).icon, look("plan", plan.value).colour)
            self._combo.addItem(icon, f"{self._words[plan]} {counts.get(plan, 0):,}")
        self._combo.setCurrentIndex(at)

    def show_chosen(self, plans: frozenset[Plan]) -> None:
        for plan, toggle in self._toggles.items():
            toggle.setChecked(plan in plans)
        only = next(iter(plans)) if len(plans) == 1 else None
        self._combo.setCurrentIndex(ORDER.index(only) + 1 if only else 0)

    def toggle(self, plan: Plan) -> StateToggle:
        return self._toggles[plan]

    def _toggled(self) -> None:
        plans = frozenset(plan for plan, toggle in self._toggles.items() if toggle.isChecked())
        self.show_chosen(plans)
        self.chosen.emit(plans)

    def _picked(self, at: int) -> None:
        plans = frozenset({ORDER[at - 1]}) if at else frozenset[Plan]()
        self.show_chosen(plans)
        self.chosen.emit(plans)
