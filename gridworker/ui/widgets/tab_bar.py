"""The page tabs: quiet words, an underline at the current one, a count pill only where something needs attention."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QEnterEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QTabBar, QToolButton, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.painting import badge_width, paint_badge, paint_focus_inside, paint_text

_SIDE = 14


class TabBar(QTabBar):
    """A QTabBar without base or frames. `quiet=True` hides the underline while another page (settings) is shown.
    `entered` when the pointer comes."""

    entered = Signal()

    def __init__(self, theme: Theme, *, px: int = SIZES.tabs, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme, self._px = theme, px
        self._counts: dict[int, int] = {}
        self._quiet = False
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setMouseTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        theme.changed.connect(self._restyle)
        self._restyle()

    def set_count(self, index: int, count: int, spoken: str = "") -> None:
        """The number in the pill of tab `index`; 0 takes it away. `spoken` says it in words."""
        self._counts[index] = count
        self.setTabToolTip(index, spoken if count else "")
        self.setAccessibleTabName(index, f"{self.tabText(index)} {spoken if count else ''}".strip())
        self._restyle()

    def set_quiet(self, quiet: bool) -> None:
        self._quiet = quiet
        self.update()

    def _restyle(self) -> None:
        self.setFont(self._theme.font())
        self.setFixedHeight(self._theme.height(self._px))
        self.setIconSize(QSize(16, 16))  # any change of it makes QTabBar measure its tabs again
        self.setIconSize(QSize(0, 0))
        self.updateGeometry()
        self.update()

    def enterEvent(self, event: QEnterEvent) -> None:
        super().enterEvent(event)
        self.entered.emit()

    def tabSizeHint(self, index: int) -> QSize:
        width = self._theme.metrics("body_bold").horizontalAdvance(self.tabText(index)) + 2 * _SIDE
        count = self._counts.get(index, 0)
        if count:
            width += badge_width(self._theme, str(count)) + 6
        return QSize(width, self._theme.height(self._px))

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        hovered = self.tabAt(self.mapFromGlobal(self.cursor().pos())) if self.underMouse() else -1
        for index in range(self.count()):
            current = index == self.currentIndex() and not self._quiet
            self._paint_tab(painter, index, current=current, hovered=index == hovered)

    def _paint_tab(self, painter: QPainter, index: int, *, current: bool, hovered: bool) -> None:
        theme, rect = self._theme, self.tabRect(index)
        style = "body_bold" if current else "body"
        width = theme.metrics(style).horizontalAdvance(self.tabText(index))
        at = QRect(rect.left() + _SIDE, rect.top(), width + 2, rect.height())
        colour = theme.colour("text" if current or hovered else "text2")
        paint_text(painter, at, self.tabText(index), theme.font(style), colour)
        count = self._counts.get(index, 0)
        if count:
            paint_badge(painter, theme, at.translated(width + 6, 0), str(count))
        if current:
            right = rect.right() - _SIDE + 4
            bar = QRect(QPoint(rect.left() + _SIDE - 3, rect.bottom() - 2), QPoint(right, rect.bottom()))
            painter.fillRect(bar, theme.colour("accent"))
        if current and self.hasFocus():
            paint_focus_inside(painter, theme, rect.adjusted(4, 4, -4, -6), SIZES.radius_control)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self.update()


class TabButton(QToolButton):
    """A tab that stands alone at the right end (settings): icon and word, underlined while its page is shown."""

    def __init__(self, theme: Theme, icon: str, text: str) -> None:
        super().__init__()
        self._theme, self._icon = theme, icon
        self.setText(text)
        self.setAccessibleName(text)
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        theme = self._theme
        icon = theme.tokens.icon(SIZES.icon)
        width = theme.metrics("body_bold").horizontalAdvance(self.text()) + icon + 6 + 2 * _SIDE
        self.setFixedSize(width, theme.height(SIZES.tabs))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, painter = self._theme, QPainter(self)
        icon = theme.tokens.icon(SIZES.icon)
        current = self.isChecked()
        colour = theme.colour("text" if current or self.underMouse() else "text2")
        theme.icons.paint(painter, self._icon, QRect(_SIDE, 0, icon, self.height()), icon, colour)
        at = self.rect().adjusted(_SIDE + icon + 6, 0, 0, 0)
        paint_text(painter, at, self.text(), theme.font("body_bold" if current else "body"), colour)
        if current:
            bar = QRect(_SIDE - 3, self.height() - 3, self.width() - 2 * _SIDE + 6, 3)
            painter.fillRect(bar, theme.colour("accent"))
