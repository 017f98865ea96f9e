"""A list in walking order: heads, and lines of two rows with number, door, who, why, when it suits and state."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gridworker.ui.pages.planning.round_items import RoundItem
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.painting import (
    chip_width,
    paint_chip,
    paint_facts,
    paint_line,
    paint_row_back,
    paint_text,
)

ITEM_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
_Index = QModelIndex | QPersistentModelIndex
_PAD, _GAP = 12, 12
#: Below this width (px at 100 %) the line keeps number, door, who and state.
_ROOMY = 520


class RoundModel(QAbstractListModel):
    """The lines; heads cannot be selected."""

    def __init__(self) -> None:
        super().__init__()
        self.items: tuple[RoundItem, ...] = ()

    def show_items(self, items: Sequence[RoundItem]) -> None:
        self.beginResetModel()
        self.items = tuple(items)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.items)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if index.isValid() and self.items[index.row()].kind == "head":
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        item = self.items[index.row()]
        if role == ITEM_ROLE:
            return item
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.AccessibleTextRole)):
            return item.spoken()
        if role == int(Qt.ItemDataRole.ToolTipRole) and item.kind != "head":
            return item.spoken()
        return None


class RoundDelegate(QStyledItemDelegate):
    """Doors, times and states never elide; who and why give way."""

    def __init__(self, theme: Theme, view: QListView, door: str) -> None:
        super().__init__(view)
        self._theme, self._view, self._door = theme, view, door

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        head = index.data(ITEM_ROLE).kind == "head"
        return QSize(120, self._theme.height(SIZES.group_row if head else SIZES.two_line_row))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        item: RoundItem = index.data(ITEM_ROLE)
        if item.kind == "head":
            self._paint_head(painter, option.rect, item)
        else:
            self._paint_row(painter, option, item)

    def _paint_head(self, painter: QPainter, rect: QRect, item: RoundItem) -> None:
        theme = self._theme
        painter.fillRect(rect, theme.colour("alt"))
        paint_line(painter, rect.bottomLeft(), rect.bottomRight(), theme.colour("line"))
        room = rect.adjusted(_PAD, 0, -_PAD, 0)
        paint_text(painter, room, item.end, theme.font("caption"), theme.colour("text2"), right=True)
        ends = theme.metrics("caption").horizontalAdvance(item.end) + _GAP
        room = room.adjusted(0, 0, -ends, 0)
        taken = paint_text(painter, room, item.title, theme.font("caption_bold"), theme.colour("text"))
        paint_facts(
            painter,
            room.adjusted(taken + _GAP, 0, 0, 0),
            item.who,
            theme.font("caption"),
            theme.colour("text2"),
        )

    def _paint_row(self, painter: QPainter, option: QStyleOptionViewItem, item: RoundItem) -> None:
        theme, rect = self._theme, option.rect
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = bool(option.state & QStyle.StateFlag.State_HasFocus) and self._view.hasFocus()
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        paint_row_back(painter, theme, rect, selected=selected, hovered=hovered, focused=focused)
        paint_line(painter, rect.bottomLeft(), rect.bottomRight(), theme.colour("line"))
        room = rect.adjusted(_PAD, 0, -_PAD, -1)
        room = self._paint_state(painter, room, item)
        room = self._paint_door(painter, room, item, selected)
        if item.when and rect.width() / theme.tokens.scale >= _ROOMY:
            width = theme.tokens.width(84)
            place = QRect(room.right() - width, room.top(), width, room.height())
            paint_text(painter, place, item.when, theme.font("caption"), theme.colour("text2"))
            room = room.adjusted(0, 0, -width - _GAP, 0)
        self._paint_facts(painter, room, item, selected)

    def _paint_state(self, painter: QPainter, room: QRect, item: RoundItem) -> QRect:
        if item.shown is None:
            return room
        theme = self._theme
        width = max(chip_width(theme, item.shown.word, item.shown.look.icon), theme.tokens.width(96))
        place = QRect(room.right() + 1 - width, room.top(), width, room.height())
        paint_chip(painter, theme, place, item.shown.look, item.shown.word)
        return room.adjusted(0, 0, -width - _GAP, 0)

    def _paint_door(self, painter: QPainter, room: QRect, item: RoundItem, selected: bool) -> QRect:
        theme = self._theme
        numbers = theme.metrics("caption").horizontalAdvance("000") + _GAP if item.number else 0
        if item.number:
            place = QRect(room.left(), room.top(), numbers - _GAP, room.height())
            paint_text(painter, place, item.number, theme.font("caption"), theme.colour("text3"), right=True)
        room = room.adjusted(numbers, 0, 0, 0)
        ink = theme.colour("text2" if item.quiet else "text")
        font = theme.font("body" if item.quiet and not selected else "body_bold")
        taken = paint_text(painter, room, item.title, font, ink)
        column = theme.metrics("body_bold").horizontalAdvance(self._door)
        return room.adjusted(max(taken, column) + _GAP, 0, 0, 0)

    def _paint_facts(self, painter: QPainter, room: QRect, item: RoundItem, selected: bool) -> None:
        theme = self._theme
        half = room.height() // 2
        upper = QRect(room.left(), room.top() + 4, room.width(), half - 2)
        lower = QRect(room.left(), room.top() + half - 1, room.width(), half - 3)
        ink = theme.colour("text2" if item.quiet else "text")
        if not any(item.why):
            paint_facts(painter, room, item.who, theme.font("body"), ink)
            return
        paint_facts(painter, upper, [who for who in item.who if who], theme.font("body"), ink)
        paint_facts(
            painter, lower, [why for why in item.why if why], theme.font("caption"), theme.colour("text2")
        )


class RoundList(QListView):
    """`opened(item)` on Enter or double click, `pointed(item)` when another line is chosen. Arrows pass over heads;
    without `points` no line is chosen before the keyboard is there."""

    opened = Signal(object)
    pointed = Signal(object)

    def __init__(self, theme: Theme, name: str, door: str = "10-2-3302", *, points: bool = True) -> None:
        super().__init__()
        self._points = points
        self._round = RoundModel()
        self.setModel(self._round)
        self.setItemDelegate(RoundDelegate(theme, self, door))
        self.setAccessibleName(name)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.doubleClicked.connect(self._open)
        self.selectionModel().currentChanged.connect(lambda *_: self.pointed.emit(self.selected()))
        theme.changed.connect(self.scheduleDelayedItemsLayout)

    @property
    def items(self) -> tuple[RoundItem, ...]:
        return self._round.items

    def show_items(self, items: Sequence[RoundItem]) -> None:
        """Another list; the line of the same door stays chosen, else the one at the same place."""
        before, place = self.selected(), self.currentIndex().row()
        self._round.show_items(items)
        rows = [at for at, item in enumerate(items) if item.kind != "head"]
        same = [at for at in rows if before is not None and _same(items[at], before)]
        waiting = [at for at in rows if not items[at].quiet]
        near = [at for at in rows if at >= place] if place >= 0 else waiting or rows
        chosen = next(iter(same or near or rows[-1:]), None)
        if chosen is not None and (self._points or self.hasFocus()):
            self.setCurrentIndex(self._round.index(chosen))
        else:
            self.pointed.emit(None)

    def selected(self) -> RoundItem | None:
        found = self.currentIndex().data(ITEM_ROLE) if self.currentIndex().isValid() else None
        return found if isinstance(found, RoundItem) and found.kind != "head" else None

    def point_at(self, place: int) -> None:
        """Choose the line at `place`, without opening it."""
        self.setCurrentIndex(self._round.index(place))

    def _open(self, index: _Index) -> None:
        item = index.data(ITEM_ROLE) if index.isValid() else None
        if item is not None and item.kind != "head":
            self.opened.emit(item)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._open(self.currentIndex())
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Up) and not event.modifiers():
            self._step(1 if event.key() == Qt.Key.Key_Down else -1)
        else:
            super().keyPressEvent(event)

    def _step(self, step: int) -> None:
        at = self.currentIndex().row() + step if self.currentIndex().isValid() else 0
        while 0 <= at < len(self.items):
            if self.items[at].kind != "head":
                self.setCurrentIndex(self._round.index(at))
                return
            at += step

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.selected() is None:
            self._step(1)


def _same(item: RoundItem, before: RoundItem) -> bool:
    return item.title == before.title and item.who == before.who
