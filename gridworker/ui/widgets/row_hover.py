"""The row of a table that lies under the pointer: Qt knows only the cell, and a row of which one cell is tinted looks
like a mistake."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QTableView


class RowHover(QObject):
    """`row` lies under the pointer, -1 for none. Draws the whole row again when that changes."""

    def __init__(self, table: QTableView) -> None:
        super().__init__(table)
        self._table, self.row = table, -1
        table.setMouseTracking(True)
        table.viewport().installEventFilter(self)
        table.verticalScrollBar().valueChanged.connect(lambda _: self._move_to(-1))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.MouseMove and isinstance(event, QMouseEvent):
            self._move_to(self._table.rowAt(event.position().toPoint().y()))
        elif event.type() in (QEvent.Type.Leave, QEvent.Type.Hide):
            self._move_to(-1)
        return False

    def _move_to(self, row: int) -> None:
        if row == self.row:
            return
        table, before = self._table, self.row
        self.row = row
        for one in (before, row):
            if one >= 0:
                table.viewport().update(
                    0, table.rowViewportPosition(one), table.viewport().width(), table.rowHeight(one)
                )
