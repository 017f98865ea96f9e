"""A list of lines under heads: heads cannot be chosen, arrows pass over them, Enter opens a line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.painting import paint_row_back

ITEM_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
HEAD: Final = "head"
Index = QModelIndex | QPersistentModelIndex


class HeadedItem(Protocol):
    """One line; `kind` is HEAD for those that are not chosen."""

    @property
    def kind(self) -> str: ...

    def spoken(self) -> str:
        """The whole line for a screen reader."""
        ...


class HeadedModel(QAbstractListModel):
    """The lines; heads cannot be selected."""

    def __init__(self) -> None:
        super().__init__()
        self.items: tuple[HeadedItem, ...] = ()

    def show_items(self, items: Sequence[HeadedItem]) -> None:
        self.beginResetModel()
        self.items = tuple(items)
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.items)

    def flags(self, index: Index) -> Qt.ItemFlag:
        if index.isValid() and self.items[index.row()].kind == HEAD:
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        item = self.items[index.row()]
        if role == ITEM_ROLE:
            return item
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return item.spoken()
        if role == int(Qt.ItemDataRole.ToolTipRole) and item.kind != HEAD:
            return item.spoken()
        return None


class HeadedDelegate(QStyledItemDelegate):
    """Paints heads of one height and rows of another, `row_px` at 100 %; the row's back is painted here."""

    row_px = SIZES.table_row

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme, self._view = theme, view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        head = index.data(ITEM_ROLE).kind == HEAD
        return QSize(120, self._theme.height(SIZES.group_row if head else self.row_px))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = index.data(ITEM_ROLE)
        if item.kind == HEAD:
            painter.fillRect(option.rect, self._theme.colour("alt"))
            self.paint_head(painter, option.rect, item)
            return
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus) and self._view.hasFocus()
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        paint_row_back(painter, self._theme, option.rect, selected=selected, hovered=hovered, focused=focused)
        self.paint_row(painter, option.rect, item, selected)

    def paint_head(self, painter: QPainter, rect: QRect, item: object) -> None:
        """What stands in a head."""
        raise NotImplementedError

    def paint_row(self, painter: QPainter, rect: QRect, item: object, selected: bool) -> None:
        """What stands in a line."""
        raise NotImplementedError


class HeadedList(QListView):
    """Shows a HeadedModel. What opening a line means is said by `open_line`."""

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self.lines = HeadedModel()
        self.setModel(self.lines)
        self.setAccessibleName(name)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        theme.changed.connect(self.scheduleDelayedItemsLayout)

    def chosen_line(self) -> object:
        """The item of the chosen line, or None."""
        found = self.currentIndex().data(ITEM_ROLE) if self.currentIndex().isValid() else None
        return found if found is not None and found.kind != HEAD else None

    def choose_line(self, place: int) -> None:
        """Choose the line at `place`, without opening it."""
        self.setCurrentIndex(self.lines.index(place))

    def open_at(self, index: Index) -> None:
        """Open the line at `index`, unless it is a head."""
        item = index.data(ITEM_ROLE) if index.isValid() else None
        if item is not None and item.kind != HEAD:
            self.open_line(item)

    def open_line(self, item: object) -> None:
        """Somebody opened `item`."""
        raise NotImplementedError

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.open_at(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and not event.modifiers():
            self.step(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            before = self.currentIndex().row()
            super().keyPressEvent(event)
            self._leave_head(1 if self.currentIndex().row() >= before else -1)

    def _leave_head(self, by: int) -> None:
        """Home, End and a page up or down come to a line, not to the head that may stand there."""
        if self.currentIndex().isValid() and self.chosen_line() is None:
            self.step(by)
            if self.chosen_line() is None:
                self.step(-by)

    def step(self, by: int) -> None:
        """Choose the next line (or the one before) that is no head."""
        at = self.currentIndex().row() + by if self.currentIndex().isValid() else 0
        while 0 <= at < len(self.lines.items):
            if self.lines.items[at].kind != HEAD:
                self.choose_line(at)
                return
            at += by

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.chosen_line() is None:
            self.step(1)
