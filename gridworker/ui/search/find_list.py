"""The list under the search field: symbol, title, facts, and by what each line was found."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gridworker.ui.search.finds import Find
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.painting import paint_facts, paint_key, paint_line, paint_row_back, paint_text
from gridworker.wording import Wording

FIND_ROLE: Final = Qt.ItemDataRole.UserRole + 1
_Index = QModelIndex | QPersistentModelIndex
_PAD = 12


class FindModel(QAbstractListModel):
    """Lines as they come from the presenter."""

    def __init__(self) -> None:
        super().__init__()
        self.finds: tuple[Find, ...] = ()

    def show_finds(self, finds: Sequence[Find]) -> None:
        self.beginResetModel()
        self.finds = tuple(finds)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.finds)

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        find = self.finds[index.row()]
        if role == FIND_ROLE:
            return find
        if role == int(Qt.ItemDataRole.DisplayRole):
            return find.title
        if role in (int(Qt.ItemDataRole.AccessibleTextRole), int(Qt.ItemDataRole.ToolTipRole)):
            return find.spoken
        return None


class FindDelegate(QStyledItemDelegate):
    """Two lines; a command has one. The title gives way last: a door or a number is never cut."""

    def __init__(self, theme: Theme, view: QListView) -> None:
        super().__init__(view)
        self._theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(120, self._theme.height(height_of(index.data(FIND_ROLE))))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme, find = self._theme, index.data(FIND_ROLE)
        state = option.state
        paint_row_back(
            painter,
            theme,
            option.rect.adjusted(0, 0, 0, -1),
            selected=bool(state & QStyle.StateFlag.State_Selected),
            hovered=bool(state & QStyle.StateFlag.State_MouseOver),
            focused=False,
        )
        paint_line(painter, option.rect.bottomLeft(), option.rect.bottomRight(), theme.colour("line"))
        room = option.rect.adjusted(_PAD, 0, -_PAD, -1)
        size = theme.tokens.icon(SIZES.icon)
        at = QRect(room.left(), room.top(), size, room.height())
        theme.icons.paint(painter, find.icon, at, size, theme.colour("text2"))
        room.setLeft(room.left() + size + SIZES.gap_3)
        if find.command is not None:
            self._paint_command(painter, room, find)
        else:
            self._paint_hit(painter, room, find)

    def _paint_command(self, painter: QPainter, room: QRect, find: Find) -> None:
        theme = self._theme
        taken = paint_text(painter, room, find.title, theme.font(), theme.colour("text"))
        for key in find.facts:
            paint_key(painter, theme, room.adjusted(taken + SIZES.gap_3, 0, 0, 0), key)
        paint_text(painter, room, find.matched, theme.font("caption"), theme.colour("text3"), right=True)

    def _paint_hit(self, painter: QPainter, room: QRect, find: Find) -> None:
        theme = self._theme
        # Both lines keep their natural height and stand together in the middle.
        upper, lower = theme.metrics("body_bold").height(), theme.metrics("caption").height()
        top = room.top() + (room.height() - upper - lower) // 2
        first = QRect(room.left(), top, room.width(), upper)
        second = QRect(room.left(), top + upper, room.width(), lower)
        matched = theme.metrics("caption").horizontalAdvance(find.matched) + SIZES.gap_3
        paint_text(
            painter,
            first.adjusted(0, 0, -matched, 0),
            find.title,
            theme.font("body_bold"),
            theme.colour("text"),
        )
        paint_text(painter, first, find.matched, theme.font("caption"), theme.colour("text3"), right=True)
        paint_facts(painter, second, find.facts, theme.font("caption"), theme.colour("text2"))


def height_of(find: Find) -> int:
    """Height of a line in px at 100 %."""
    return SIZES.table_row if find.command is not None else SIZES.two_line_row


class FindList(QListView):
    """`chosen(Find)` by click; the keyboard stays in the field."""

    chosen = Signal(object)

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme = theme
        self.finds_model = FindModel()
        self.setModel(self.finds_model)
        self.setItemDelegate(FindDelegate(theme, self))
        self.setAccessibleName(wording("search.list_name"))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setMouseTracking(True)
        self.setSelectionMode(QListView.SelectionMode.SingleSelection)
        self.setEditTriggers(QListView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.clicked.connect(lambda index: self.chosen.emit(index.data(FIND_ROLE)))

    def show_finds(self, finds: Sequence[Find]) -> None:
        self.finds_model.show_finds(finds)
        if finds:
            self.setCurrentIndex(self.finds_model.index(0))
        self.scrollToTop()

    def selected(self) -> Find | None:
        index = self.currentIndex()
        return self.finds_model.finds[index.row()] if index.isValid() else None

    def step(self, by: int) -> None:
        """Move the selection; it stops at both ends."""
        last = self.finds_model.rowCount() - 1
        if last >= 0:
            at = min(max(self.currentIndex().row() + by, 0), last)
            self.setCurrentIndex(self.finds_model.index(at))
            self.scrollTo(self.currentIndex())

    def wanted_height(self) -> int:
        """All lines, in px."""
        return sum(self._theme.height(height_of(find)) for find in self.finds_model.finds)
