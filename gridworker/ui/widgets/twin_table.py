"""The table behind a chart: the same figures as text, complete by keyboard."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt
from PySide6.QtGui import QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from gridworker.exports.document import Align, Column, Table, printed
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.painting import paint_line, paint_row_back, paint_text

_Index = QModelIndex | QPersistentModelIndex
_PAD = 12
_FOCUSED = QStyle.StateFlag.State_HasFocus


def _side(column: Column) -> Qt.AlignmentFlag:
    right = column.side is Align.RIGHT
    side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class _Model(QAbstractTableModel):
    def __init__(self) -> None:
        super().__init__()
        self.table: Table | None = None

    def show_table(self, table: Table) -> None:
        self.beginResetModel()
        self.table = table
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if self.table is None or parent.isValid() else len(self.table.rows)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if self.table is None or parent.isValid() else len(self.table.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if self.table is None or orientation is not Qt.Orientation.Horizontal:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.table.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(self.table.columns[section])
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if self.table is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _side(self.table.columns[index.column()])
        text = printed(self.table.rows[index.row()][index.column()])
        if role == Qt.ItemDataRole.AccessibleTextRole:
            name = printed(self.table.rows[index.row()][0])
            return f"{name} {self.table.columns[index.column()].title} {text}" if index.column() else name
        return text if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole) else None


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, table: QTableView) -> None:
        super().__init__(table)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(40, self._theme.height(SIZES.control_small))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme, rect = self._theme, option.rect
        focused = bool(option.state & _FOCUSED)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        paint_row_back(
            painter, theme, rect.adjusted(0, 0, 0, -1), selected=selected, hovered=False, focused=focused
        )
        paint_line(painter, rect.bottomLeft(), rect.bottomRight(), theme.colour("line"))
        right = bool(index.data(Qt.ItemDataRole.TextAlignmentRole) & Qt.AlignmentFlag.AlignRight)
        room = rect.adjusted(_PAD, 0, -_PAD, -1)
        colour = theme.colour("text" if index.column() else "text2")
        paint_text(painter, room, str(index.data() or ""), theme.font("body"), colour, right=right)


class TwinTable(QTableView):
    """As high as its rows: what is around it scrolls."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme, self._model = theme, _Model()
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(theme, self))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_table(self, table: Table) -> None:
        """The table's caption is its accessible name."""
        self._model.show_table(table)
        self.setAccessibleName(table.caption)
        self._restyle()

    def _restyle(self) -> None:
        row, head = self._theme.height(SIZES.control_small), self._theme.height(SIZES.table_header)
        self.verticalHeader().setDefaultSectionSize(row)
        self.horizontalHeader().setFont(self._theme.font("caption_bold"))
        self.horizontalHeader().setFixedHeight(head)
        self._fit_columns()
        bar = self.horizontalScrollBar().sizeHint().height() if self._too_wide() else 0
        self.setFixedHeight(head + row * self._model.rowCount() + bar + 2)
        self.viewport().update()

    def _fit_columns(self) -> None:
        table, room = self._model.table, self.viewport().width()
        if table is None:
            return
        text, title = self._theme.metrics("body"), self._theme.metrics("caption_bold")
        widths = [
            max(
                [text.horizontalAdvance(printed(row[at])) for row in table.rows]
                + [title.horizontalAdvance(column.title) + SIZES.gap_2]
            )
            + 2 * _PAD + 2
            for at, column in enumerate(table.columns)
        ]  # fmt: skip
        spare = max(room - sum(widths), 0) // len(widths)
        for at, width in enumerate(widths):
            self.setColumnWidth(at, width + spare)

    def _too_wide(self) -> bool:
        return self.horizontalHeader().length() > self.viewport().width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._restyle()
