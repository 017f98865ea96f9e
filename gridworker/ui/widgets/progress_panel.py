"""Progress of something that takes over a second: what it is doing, how far it is, and Cancel."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QProgressBar, QVBoxLayout, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.wording import Wording


class ProgressPanel(QWidget):
    """A determinate bar with words. Hidden until `show_progress`. `cancelled` when the person asks to stop."""

    cancelled = Signal()

    def __init__(self, theme: Theme, wording: Wording, *, cancellable: bool = True) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.words = TextLabel(theme, "", "body")
        self.amount = TextLabel(theme, "", "caption", "text2")
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.cancel_button = Button(theme, wording("widgets.cancel"), "plain", small=True)
        if not cancellable:
            self.cancel_button.hide()
        self.cancel_button.clicked.connect(self._cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SIZES.gap_2)
        layout.addLayout(row(self.words, None, self.amount))
        bar_row = row(self.bar, self.cancel_button, gap=SIZES.gap_3)
        bar_row.setStretch(0, 1)
        layout.addLayout(bar_row)
        theme.changed.connect(self._restyle)
        self._restyle()
        self.hide()

    def show_progress(self, words: str, done: int, total: int) -> None:
        """`done` of `total` steps of any unit; `total` 0 shows the words with an empty bar."""
        self.words.setText(words)
        self.bar.setRange(0, max(total, 1))
        self.bar.setValue(done)
        self.amount.setText(f"{done * 100 // total} %" if total else "")
        self.bar.setAccessibleName(words)
        self.show()

    def _cancel(self) -> None:
        self.cancel_button.setEnabled(False)
        self.words.setText(self._wording("widgets.cancelling"))
        self.cancelled.emit()

    def finish(self) -> None:
        self.cancel_button.setEnabled(True)
        self.hide()

    def _restyle(self) -> None:
        self.bar.setFixedHeight(self._theme.tokens.icon(SIZES.gap_2) + 2)
