"""A plain table of words: a few columns, rows that may be dim, drawn from tokens and complete by keyboard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from gridworker.ui.states import StateLook
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.in_sight import keep_in_sight
from gridworker.ui.widgets.painting import paint_chip, paint_line, paint_row_back, paint_text
from gridworker.ui.widgets.row_hover import RowHover

_Index = QModelIndex | QPersistentModelIndex
_LINE: Final = Qt.ItemDataRole.UserRole + 1
_PAD = 12
_CHIP_INSET = 6  # the chip's own padding would push its symbol off the column's left edge
_STATE = QStyle.StateFlag
_ALSO = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows


@dataclass(frozen=True)
class LineColumn:
    """A title, the longest words it usually holds, and whether it takes the room that is left over. Where room is
    short the column with the highest `gives_way` goes first; those with 0 stay."""

    title: str
    usual: str
    wide: bool = False
    gives_way: int = 0


@dataclass(frozen=True)
class Line:
    """One row. `key` says what it is about, `spoken` reads it as a sentence; `dim` rows are over or not in force. A
    cell that has a look in `looks` is drawn as the chip of a state."""

    key: object
    cells: tuple[str, ...]
    spoken: str
    dim: bool = False
    looks: tuple[StateLook | None, ...] = ()


class _Model(QAbstractTableModel):
    def __init__(self, columns: Sequence[LineColumn]) -> None:
        super().__init__()
        self.columns, self.lines = tuple(columns), ()  # type: tuple[LineColumn, ...], tuple[Line, ...]

    def show_lines(self, lines: Sequence[Line]) -> None:
        self.beginResetModel()
        self.lines = tuple(lines)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.lines)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return None

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.lines[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return line.cells[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return line.spoken
        return line if role == _LINE else None


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, table: QTableView) -> None:
        super().__init__(table)
        self._theme, self._table, self._hover = theme, table, RowHover(table)

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(40, self._theme.height(SIZES.table_row))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme, rect, table = self._theme, option.rect, self._table
        selected = bool(option.state & _STATE.State_Selected)
        whole = QRect(0, rect.top(), table.viewport().width(), rect.height() - 1)
        painter.save()
        painter.setClipRect(rect)
        focused = table.hasFocus() and index.row() == table.currentIndex().row()
        hovered = index.row() == self._hover.row
        paint_row_back(painter, theme, whole, selected=selected, hovered=hovered, focused=focused)
        painter.restore()
        paint_line(painter, rect.bottomLeft(), rect.bottomRight(), theme.colour("line"))
        line: Line = index.data(_LINE)
        shown = line.looks[index.column()] if line.looks else None
        if shown is not None:
            room = rect.adjusted(_PAD - _CHIP_INSET, 0, 0, -1)
            paint_chip(painter, theme, room, shown, line.cells[index.column()], filled=False)
            return
        first = index.column() == 0
        colour = "text3" if line.dim else "text" if first else "text2"
        font = theme.font("body_bold" if selected and first else "body")
        paint_text(
            painter, rect.adjusted(_PAD, 0, -4, -1), line.cells[index.column()], font, theme.colour(colour)
        )


class LinesTable(QTableView):
    """`chosen(key)` when the person moves to a row, `opened(key)` on Enter or double click, `left` on Esc. With
    `several` more rows than the current one may be chosen, with Shift or Ctrl: `picked(keys)`."""

    chosen = Signal(object)
    picked = Signal(object)
    opened = Signal(object)
    left = Signal()

    def __init__(
        self, theme: Theme, name: str, columns: Sequence[LineColumn], *, several: bool = False
    ) -> None:
        super().__init__()
        self._theme = theme
        self._telling, self._lines = True, _Model(columns)
        self.setModel(self._lines)
        self.setItemDelegate(_Delegate(theme, self))
        self._set_up(name)
        if several:
            self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
            self.selectionModel().selectionChanged.connect(lambda *_: self.picked.emit(self.chosen_keys()))
        self.selectionModel().currentRowChanged.connect(self._moved)
        self.doubleClicked.connect(lambda _: self._open())
        theme.changed.connect(self._restyle)
        self._restyle()

    def _set_up(self, name: str) -> None:
        self.setAccessibleName(name)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        titles = self.horizontalHeader()
        titles.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        titles.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        titles.setHighlightSections(False)
        titles.setSectionsClickable(False)

    def show_lines(self, lines: Sequence[Line], wanted: object = None) -> None:
        """Other rows; the row `wanted` is chosen, else that of the same key stays so, without telling. The keys never
        rest on no row at all."""
        before, together = self.current_key(), set(self.chosen_keys())
        self._lines.show_lines(lines)
        places = {line.key: at for at, line in reversed([*enumerate(lines)])}
        place = places.get(before) if wanted is None else places.get(wanted, places.get(before))
        if place is not None:
            self._telling = False
            self.choose(place)
            self._telling = True
            for at, line in enumerate(lines if len(together) > 1 else ()):
                if line.key in together:
                    self.selectionModel().select(self._lines.index(at, 0), _ALSO)
        elif lines and self.hasFocus():
            self.choose(0)

    def current_key(self) -> object:
        """What the current row is about; None without one."""
        index = self.currentIndex()
        return self._lines.lines[index.row()].key if index.isValid() else None

    def chosen_keys(self) -> list[object]:
        """What every chosen row is about, in the order of the table."""
        rows = sorted(index.row() for index in self.selectionModel().selectedRows())
        return [self._lines.lines[row].key for row in rows if row < len(self._lines.lines)]

    def clear_several(self) -> None:
        """No more than the current row is chosen."""
        if len(self.chosen_keys()) > 1:
            self.clearSelection()

    def lines(self) -> tuple[Line, ...]:
        return self._lines.lines

    def choose(self, place: int) -> None:
        """Move to the row at `place`, as a person would."""
        self.setCurrentIndex(self._lines.index(place, 0))

    def rest_on_first(self) -> None:
        """Choose the first row where none is chosen: what can be done with a row is then seen at once."""
        if self.current_key() is None and self._lines.lines:
            self.choose(0)

    def _restyle(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.height(SIZES.table_row))
        self.horizontalHeader().setFont(self._theme.font("caption_bold"))
        self.horizontalHeader().setFixedHeight(self._theme.height(SIZES.table_header))
        self._fit_columns()
        self.viewport().update()

    def _fit_columns(self) -> None:
        columns, room = self._lines.columns, self.viewport().width()
        bold, small = (self._theme.metrics(s).horizontalAdvance for s in ("body_bold", "caption_bold"))
        widths = [max(bold(c.usual), small(c.title) + SIZES.gap_2) + _PAD + 10 for c in columns]
        shown = set(range(len(columns)))
        for at in sorted(shown, key=lambda at: -columns[at].gives_way):
            if columns[at].gives_way and sum(widths[s] for s in shown) > room:
                shown.remove(at)
        wide = [at for at in sorted(shown) if columns[at].wide]
        spare = room - sum(widths[at] for at in shown)
        for at, width in enumerate(widths):
            extra = max(spare // len(wide), 60 - width) if at in wide else 0
            self.setColumnHidden(at, at not in shown)
            self.setColumnWidth(at, width + extra)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()
        keep_in_sight(self, event)

    def _moved(self, current: QModelIndex) -> None:
        self.viewport().update()
        if current.isValid() and self._telling:
            self.chosen.emit(self._lines.lines[current.row()].key)

    def _open(self) -> None:
        if self.currentIndex().isValid():
            self.opened.emit(self.current_key())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._open()
        elif event.key() in (Qt.Key.Key_Home, Qt.Key.Key_End) and self._lines.lines and not event.modifiers():
            self.choose(0 if event.key() == Qt.Key.Key_Home else len(self._lines.lines) - 1)
        elif event.key() == Qt.Key.Key_Escape:
            self.left.emit()
            event.ignore()  # in a dialog it closes that
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if not self.currentIndex().isValid() and self._lines.lines:
            self.choose(0)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
