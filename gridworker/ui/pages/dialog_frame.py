"""The frame of every small dialog of a page: the question as title, a body that scrolls when the window is low, verbs
at the foot. It grows when an error or a warning appears, so that nothing is cut."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QApplication, QDialog, QScrollArea, QVBoxLayout, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel, row

WIDTH = 480


class DialogFrame(QDialog):
    """Add fields to `body` and buttons with `add_acts`. Esc is the safe side."""

    def __init__(self, theme: Theme, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setWindowTitle(title)
        self._inside = QWidget()
        self._inside.setProperty("plain", "true")
        self.body = QVBoxLayout(self._inside)
        self.body.setContentsMargins(SIZES.gap_6, SIZES.gap_4, SIZES.gap_6, SIZES.gap_1)
        self.body.setSpacing(SIZES.gap_3)
        self.body.addWidget(TextLabel(theme, title, "panel", wrap=True))
        self._area = QScrollArea()
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # it follows the keyboard by itself
        self._area.setWidgetResizable(True)
        self._area.setWidget(self._inside)
        self._outer = QVBoxLayout(self)
        self._outer.setContentsMargins(0, 0, 0, 0)
        self._outer.setSpacing(0)
        self._outer.addWidget(self._area, 1)
        QApplication.instance().focusChanged.connect(self._follow)  # type: ignore[union-attr]
        room = parent.window().width() - 2 * SIZES.gap_6
        self.setFixedWidth(min(round(WIDTH * theme.tokens.growth), max(room, WIDTH)))

    def _follow(self, _old: QWidget | None, now: QWidget | None) -> None:
        """The whole field that has the keys is to be seen, with its label and what is said under it."""
        if now is None or not self._inside.isAncestorOf(now):
            return
        field, above = now, now.parentWidget()
        while above is not None and above is not self._inside:
            field, above = above, above.parentWidget()
        self.show_whole(field if field.height() <= self._area.viewport().height() else now)

    def show_whole(self, part: QWidget) -> None:
        """Scroll until a part of the body is seen."""
        self._area.ensureWidgetVisible(part, 0, SIZES.gap_2)

    def add_acts(self, *buttons: Button) -> None:
        """The verbs, right-aligned, below what scrolls."""
        for button in buttons:
            button.setAutoDefault(False)
        foot = QWidget()
        line = row(None, *buttons)
        line.setContentsMargins(SIZES.gap_6, SIZES.gap_2, SIZES.gap_6, SIZES.gap_4)
        foot.setLayout(line)
        self._foot = foot
        self._outer.addWidget(foot)

    def bind_go(self, go: object) -> None:
        """Ctrl+Enter does what the main button does."""
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            QShortcut(QKeySequence(key), self).activated.connect(go)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter presses the button that the keyboard is on, never another one."""
        button = self.focusWidget()
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers()
        if enter and isinstance(button, Button):
            button.click()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.fit()
        self._centre()
        QTimer.singleShot(
            0, self, self._centre
        )  # a window manager may have put aside what was too high at first

    def _centre(self) -> None:
        """Over the middle of its window, with its own top on the screen: only now its height is known."""
        parent = self.parentWidget()
        if parent is not None:
            at = parent.window().geometry().center() - self.rect().center()
            top = self.screen().availableGeometry().top() + SIZES.title_row
            self.move(at.x(), max(at.y(), top))

    def fit(self) -> None:
        """As high as the content needs, once its parts know their width."""
        self._fit_now()
        QTimer.singleShot(0, self, self._fit_now)

    def _fit_now(self) -> None:
        self.body.activate()
        needed = max(self.body.totalHeightForWidth(self.width()), self.body.totalSizeHint().height())
        needed += self._foot.sizeHint().height() + SIZES.gap_2
        parent = self.parentWidget()
        most = parent.window().height() if parent is not None else needed
        self.resize(self.width(), min(needed, max(most, WIDTH)))
        if self.isVisible() and self.frameGeometry().bottom() > self.screen().availableGeometry().bottom():
            self._centre()
