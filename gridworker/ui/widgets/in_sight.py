"""The chosen row stays in sight when what stands above or below a list takes room from it."""

from __future__ import annotations

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView


def keep_in_sight(view: QAbstractItemView, event: QResizeEvent) -> None:
    """Call it at the end of `resizeEvent`. Who had scrolled away from the chosen row is left where they are."""
    current = view.currentIndex()
    row = view.visualRect(current)
    if row.isValid() and row.top() >= 0 and row.bottom() < event.oldSize().height():
        view.scrollTo(current)
