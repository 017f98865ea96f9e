"""The focus ring: one overlay per window, drawn 1 px outside whatever control the keyboard is on."""

from __future__ import annotations

import shiboken6
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES

#: By their names: making each of these classes known to Python costs the first paint milliseconds.
_TYPED_IN = ("QLineEdit", "QPlainTextEdit", "QTextEdit", "QAbstractSpinBox", "QComboBox")
_DRAW_THEIR_OWN = ("QAbstractItemView", "QTabBar")
_WITH_A_FRAME = ("QAbstractSpinBox", "QComboBox")
_REACH = 1 + SIZES.ring  # px beyond the control's edge
_MOVES = (
    QEvent.Type.Move,
    QEvent.Type.Resize,
    QEvent.Type.Show,
    QEvent.Type.Hide,
    QEvent.Type.EnabledChange,
    QEvent.Type.ParentChange,
)


class FocusRing(QWidget):
    """Shown over the window; never takes the mouse or the focus."""

    def __init__(self, window: QWidget, theme: Theme) -> None:
        super().__init__(window)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()

    def surround(self, rect: QRect) -> None:
        """Show the ring round `rect` (window coordinates)."""
        self.setGeometry(rect.adjusted(-_REACH, -_REACH, _REACH, _REACH))
        self.raise_()
        self.show()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("accent"), SIZES.ring))
        half = SIZES.ring / 2
        radius = SIZES.radius_control + 1 + half
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(half, half, -half, -half), radius, radius)


class FocusRings(QObject):
    """Follows the keyboard focus through all windows of one application. Keep it alive as long as the application."""

    def __init__(self, app: QApplication, theme: Theme) -> None:
        super().__init__(app)
        self._theme = theme
        self._target: QWidget | None = None
        self._watched: list[QWidget] = []
        self._rings: dict[QWidget, FocusRing] = {}
        app.focusChanged.connect(self._focus_moved)

    def _focus_moved(self, old: QWidget | None, new: QWidget | None) -> None:
        self._forget()
        if new is None or _is_one_of(new, _DRAW_THEIR_OWN) or new.property("noRing"):
            return
        by_mouse = QApplication.mouseButtons() != Qt.MouseButton.NoButton
        if by_mouse and not _is_one_of(new, _TYPED_IN):
            return
        self._target = _outer_control(new)
        self._watch(self._target)
        self._place()

    def _watch(self, target: QWidget) -> None:
        """Watch the target and its ancestors, because scrolling moves an ancestor, not the target."""
        widget: QWidget | None = target
        while widget is not None and not widget.isWindow():
            widget.installEventFilter(self)
            self._watched.append(widget)
            widget = widget.parentWidget()
        target.destroyed.connect(self._forget)

    def _forget(self) -> None:
        for ring in self._rings.values():
            ring.hide()
        for widget in self._watched:
            if shiboken6.isValid(widget):  # a control that goes while it has the focus is half gone already
                widget.removeEventFilter(self)
        self._watched = []
        if self._target is not None and shiboken6.isValid(self._target):
            self._target.destroyed.disconnect(self._forget)
        self._target = None

    def _ring(self, window: QWidget) -> FocusRing:
        if window not in self._rings:
            ring = self._rings[window] = FocusRing(window, self._theme)
            ring.destroyed.connect(lambda: self._rings.pop(window, None))
        return self._rings[window]

    def _place(self) -> None:
        target = self._target
        if target is None:
            return
        ring = self._ring(target.window())
        if not target.isVisible() or target.visibleRegion().isEmpty():
            ring.hide()
            return
        ring.surround(QRect(target.mapTo(target.window(), QPoint(0, 0)), target.size()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _MOVES:
            self._place()
        return False


def _outer_control(widget: QWidget) -> QWidget:
    """The control whose edge is seen: the spin box of its line edit, the frame of a field."""
    parent = widget.parentWidget()
    if parent is not None and (_is_one_of(parent, _WITH_A_FRAME) or parent.property("ringHere")):
        return parent
    return widget


def _is_one_of(widget: QWidget, classes: tuple[str, ...]) -> bool:
    return any(widget.inherits(name) for name in classes)
