"""A one-line filter or search field with its icon, a clear button and, if it has one, its printed key."""

from __future__ import annotations

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLineEdit

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import IconButton
from gridworker.ui.widgets.painting import key_width, paint_key


class SearchField(QLineEdit):
    """Esc empties it; ↓ goes where Enter goes, into the list it narrows.

    `icon` is `search` or, for narrowing what is shown, `list-filter`; `clear` names the ✕ button."""

    def __init__(
        self,
        theme: Theme,
        hint: str,
        *,
        clear: str,
        icon: str = "search",
        key: str = "",
        px: int = SIZES.control,
    ) -> None:
        super().__init__()
        self._theme, self._icon, self._key, self._px = theme, icon, key, px
        self.setPlaceholderText(hint)
        self.setAccessibleName(hint)
        self.clear_button = IconButton(theme, "x", clear)
        self.clear_button.setParent(self)
        self.clear_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # Esc does the same from the keyboard
        self.clear_button.setCursor(Qt.CursorShape.ArrowCursor)
        self.clear_button.clicked.connect(self.clear)
        self.clear_button.hide()
        self.textChanged.connect(self._text_changed)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _lead(self) -> int:
        return self._theme.tokens.icon(SIZES.icon)

    def _restyle(self) -> None:
        theme = self._theme
        self.setFont(theme.font())
        self.setFixedHeight(theme.height(self._px))
        right = max(key_width(theme, self._key) if self._key else 0, self.clear_button.width())
        self.setTextMargins(self._lead() + SIZES.gap_2, 0, right, 0)
        self._place_clear()

    def _place_clear(self) -> None:
        button = self.clear_button
        button.move(self.width() - button.width() - 1, (self.height() - button.height()) // 2)

    def _text_changed(self, text: str) -> None:
        self.clear_button.setVisible(bool(text))
        self._place_clear()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        if event.key() == Qt.Key.Key_Down and self._icon == "list-filter":
            self.returnPressed.emit()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme, painter, lead = self._theme, QPainter(self), self._lead()
        at = QRect(SIZES.gap_2 - 1, 0, lead, self.height())
        theme.icons.paint(painter, self._icon, at, lead, theme.colour("text2"))
        if self._key and not self.text():
            width = key_width(theme, self._key)
            paint_key(
                painter, theme, self.rect().adjusted(self.width() - width - SIZES.gap_2, 0, 0, 0), self._key
            )
