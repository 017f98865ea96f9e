"""One-line fields for a day and a time of day, typed in any usual way; arrows step the day."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

from gridworker.models.days import plus_days
from gridworker.ui.pages.visits.day_text import typed_day, typed_time
from gridworker.ui.pages.words import weekday
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.fields import fit_control
from gridworker.wording import Wording


class DayEdit(QLineEdit):
    """A day as `2026-11-27`, typed as `11-27`, `27` or `+7`. `meant(weekday)` says in words what was understood."""

    meant = Signal(str)

    def __init__(self, wording: Wording, name: str, *, ahead: bool = False) -> None:
        super().__init__()
        self._wording, self._ahead, self._today = wording, ahead, ""
        self.setAccessibleName(name)
        self.setPlaceholderText(wording("visit.day_hint"))
        self.setToolTip(wording("visit.day_tip"))
        self.setInputMethodHints(Qt.InputMethodHint.ImhPreferNumbers)
        self.textChanged.connect(self._say)
        self.editingFinished.connect(self._write_out)

    def set_today(self, today: str) -> None:
        self._today = today

    def day(self) -> str | None:
        """What is meant, `YYYY-MM-DD`, or None."""
        return typed_day(self.text(), self._today, ahead=self._ahead) if self._today else None

    def _say(self) -> None:
        found = self.day()
        self.meant.emit(weekday(found, self._wording) if found else "")

    def _write_out(self) -> None:
        found = self.day()
        if found and found != self.text():
            self.setText(found)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1}.get(Qt.Key(event.key()), 0)
        if step and self._today:
            self.setText(plus_days(self.day() or self._today, step))
            return
        super().keyPressEvent(event)


class TimeEdit(QLineEdit):
    """A time as `09:20`, typed as `920`, `9.20` or `9`; may stay empty."""

    def __init__(self, wording: Wording, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setPlaceholderText("--:--")
        self.setToolTip(wording("visit.time_tip"))
        self.setMaxLength(8)
        self.editingFinished.connect(self._write_out)

    def _write_out(self) -> None:
        found = typed_time(self.text()) if self.text().strip() else None
        if found and found != self.text():
            self.setText(found)


def fit_to_words(theme: Theme, control: QLineEdit, words: str) -> None:
    """Small control, exactly as wide as `words` need."""
    fit_control(theme, control, SIZES.control_small)
    control.setFixedWidth(theme.metrics().horizontalAdvance(words) + 26)
