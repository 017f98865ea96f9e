"""The strip at the page's foot after an act: what happened, where it is saved, and how to take it back."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QTimer
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button, IconButton
from gridworker.ui.widgets.strip import Strip
from gridworker.wording import Wording

STAYS_MS = 10_000


class UndoBar(Strip):
    """40 high, in the layout. Leaves after 10 s, or when closed if a screen reader runs; errors always stay."""

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme, "text", "check", px=SIZES.strip, radius=SIZES.radius_control)
        self._undo: Callable[[], None] | None = None
        self._code = ""
        self.undo_button = Button(theme, wording("widgets.undo"), "quiet", key="Ctrl+Z", small=True)
        self.undo_button.setShortcut(QKeySequence("Ctrl+Z"))
        self.copy_button = Button(theme, wording("widgets.copy_code"), "quiet", icon="copy", small=True)
        self.close_button = IconButton(theme, "x", wording("widgets.close"))
        for button in (self.undo_button, self.copy_button, self.close_button):
            self.acts.addWidget(button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.undo_button.clicked.connect(self._take_back)
        self.copy_button.clicked.connect(self._copy)
        self.close_button.clicked.connect(self.hide)

    def tell(self, text: str, undo: Callable[[], None] | None = None) -> None:
        """Say what happened and where it is saved; `undo` takes it back."""
        self._undo, self._code = undo, ""
        self.set_colour("text", "check")
        self.undo_button.setVisible(undo is not None)
        self.copy_button.hide()
        self.say(text)
        from PySide6.QtGui import QAccessible  # making it known takes as long as a small page

        if not QAccessible.isActive():
            self._timer.start(STAYS_MS)

    def tell_error(self, text: str, code: str) -> None:
        """Say what failed and the next step. Stays until closed; `code` can be copied."""
        self._timer.stop()
        self._undo, self._code = None, code
        self.set_colour("late", "circle-alert")
        self.undo_button.hide()
        self.copy_button.setVisible(bool(code))
        self.say(text)

    def hand_on(self, other: UndoBar) -> None:
        """Let the bar of another page say what this one says, with its undo."""
        if not self.isHidden() and not self._code:
            other.tell(self.words.text(), self._undo)
            self.hide()

    def _take_back(self) -> None:
        undo, self._undo = self._undo, None
        self.hide()
        if undo is not None:
            undo()

    def _copy(self) -> None:
        QApplication.clipboard().setText(f"{self._code}\n{self.words.text()}")
