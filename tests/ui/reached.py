"""What the keyboard reaches, and what a screen reader would have no name for."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QScrollArea,
    QTabBar,
    QWidget,
)

from gridworker.ui.widgets.fields import FieldRow

_CONTROLS = (
    QAbstractButton,
    QLineEdit,
    QComboBox,
    QPlainTextEdit,
    QAbstractItemView,
    QAbstractSpinBox,
    QScrollArea,
    QTabBar,
)


def unnamed(root: QWidget) -> list[str]:
    """Controls the keyboard can reach that a screen reader would have no name for."""
    found = []
    for widget in root.findChildren(QWidget):
        if not isinstance(widget, _CONTROLS) or widget.focusPolicy() == Qt.FocusPolicy.NoFocus:
            continue
        if isinstance(widget.parentWidget(), QAbstractSpinBox):
            continue  # a part of the field, which has the name
        if widget.window() is not root.window() and widget.window().windowType() == Qt.WindowType.Popup:
            continue  # the list of a choice, which has the name
        if not widget.isVisible() and _waits_for_words(widget):
            continue
        interface = QAccessible.queryAccessibleInterface(widget)
        if not interface.text(QAccessible.Text.Name):
            found.append(f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}")
    return found


def _waits_for_words(widget: QWidget) -> bool:
    """Hidden, it gets its words when it is shown."""
    field = widget.parentWidget()
    if isinstance(field, FieldRow):
        return not field.label.text()
    return isinstance(widget, QAbstractButton) and not widget.text()


def in_tab_order(page: QWidget) -> list[QWidget]:
    """What Tab reaches in `page` as it stands, one after the other."""
    found: list[QWidget] = []
    widget = page.nextInFocusChain()
    while widget is not None and widget is not page:
        reached = widget.isVisible() and widget.isEnabled() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        if reached and page.isAncestorOf(widget) and widget.window() is page.window():
            found.append(widget)
        widget = widget.nextInFocusChain()
    return found
