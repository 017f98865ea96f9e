"""One cell of the board: the demands of one stage at one level as cards of two lines."""

from __future__ import annotations

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from gridworker.store.demand_rows import BoardCell, DemandRow
from gridworker.ui.pages.demands.words import Names, category_word, clock_shown, row_spoken
from gridworker.ui.pages.words import DOT
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.painting import (
    chip_width,
    paint_chip,
    paint_facts,
    paint_focus_inside,
    paint_rounded,
    paint_text,
)
from gridworker.wording import Wording

_Index = QModelIndex | QPersistentModelIndex
_GAP = 6
_PAD = 8
_SELECT = QItemSelectionModel.SelectionFlag.ClearAndSelect


def card_height(theme: Theme) -> int:
    """Height in px of a card with the gap above it: two lines of body text."""
    lines = 2 * (theme.metrics().lineSpacing() + 2) + _PAD
    return max(theme.height(SIZES.two_line_row), lines) + _GAP


class _Model(QAbstractListModel):
    def __init__(self, wording: Wording) -> None:
        super().__init__()
        self._wording = wording
        self.rows: tuple[DemandRow, ...] = ()
        self.names, self.now, self.rest = Names(), "", 0
        self.picked: frozenset[bytes] = frozenset()

    def show_cell(self, cell: BoardCell, names: Names, now: str) -> None:
        self.beginResetModel()
        self.rows, self.names, self.now = cell.rows, names, now
        self.rest = cell.count - len(cell.rows)
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.rows) + (1 if self.rest > 0 else 0)

    def row(self, at: int) -> DemandRow | None:
        return self.rows[at] if 0 <= at < len(self.rows) else None

    def rest_words(self) -> str:
        return self._wording("demands.rest", count=f"{self.rest:,}")

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row(index.row())
        if role == Qt.ItemDataRole.DisplayRole:
            return row.title if row is not None else self.rest_words()
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            spoken = row_spoken(row, self.names, self._wording, self.now) if row else self.rest_words()
            return (
                DOT.join((self._wording("demands.picked"), spoken))
                if row and row.id in self.picked
                else spoken
            )
        return None


class _Delegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, wording: Wording, view: QListView, model: _Model) -> None:
        super().__init__(view)
        self._theme, self._wording, self._view, self._model = theme, wording, view, model

    def sizeHint(self, option: QStyleOptionViewItem, index: _Index) -> QSize:
        return QSize(60, card_height(self._theme))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _Index) -> None:
        theme, row = self._theme, self._model.row(index.row())
        box = option.rect.adjusted(_GAP, _GAP, -_GAP, 0)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        if row is None:
            paint_text(
                painter, box.adjusted(_PAD, 0, -_PAD, 0), self._model.rest_words(), theme.font(),
                theme.colour("accent"),
            )  # fmt: skip
        else:
            self._paint_card(painter, box, row, selected=selected, hovered=hovered)
        if self._view.hasFocus() and index.row() == self._view.currentIndex().row():
            paint_focus_inside(painter, theme, box, SIZES.radius_control)

    def _paint_card(
        self, painter: QPainter, box: QRect, row: DemandRow, *, selected: bool, hovered: bool
    ) -> None:
        theme = self._theme
        fill = theme.colour("sel" if selected else "hover" if hovered else "surface")
        paint_rounded(
            painter, box, SIZES.radius_control, fill, theme.colour("accent" if selected else "line")
        )
        if selected:
            paint_rounded(
                painter, box.adjusted(1, 1, -1, -1), SIZES.radius_control - 1, None, theme.colour("accent")
            )
        half = box.height() // 2
        first = QRect(box.left() + _PAD, box.top() + 3, box.width() - 2 * _PAD, half - 2)
        second = QRect(box.left() + _PAD, box.top() + half, box.width() - _PAD, half - 3)
        if row.id in self._model.picked:  # chosen together with others
            size = theme.tokens.icon(SIZES.icon)
            mark = QRect(first.right() - size, first.top(), size, first.height())
            theme.icons.paint(painter, "check", mark, size, theme.colour("accent"))
            first = first.adjusted(0, 0, -size - _GAP, 0)
        font = theme.font("body_bold" if selected else "body")
        paint_text(painter, first, row.title, font, theme.colour("text"))
        clock = clock_shown(row, self._wording, self._model.now)
        width = chip_width(theme, clock.word, clock.look.icon)
        paint_chip(painter, theme, second, clock.look, clock.word, filled=False, right=True)
        facts = (row.place, category_word(self._wording, self._model.names, row.category))
        left = second.adjusted(0, 0, -width, 0)
        paint_facts(painter, left, [x for x in facts if x], theme.font("caption"), theme.colour("text2"))


class CardList(QListView):
    """`moved(demand id)` when the person moves to a card, `crossed(dx, dy)` when the arrows leave it, `entered_card` on
    Enter, `pick_wanted(demand id)` with Space or Ctrl and a click: to be done together with others, `rest_wanted` from
    the last line, `left` on Esc."""

    moved = Signal(object)
    pick_wanted = Signal(object)
    crossed = Signal(int, int)
    entered_card = Signal()
    rest_wanted = Signal()
    left = Signal()

    def __init__(self, theme: Theme, wording: Wording, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._cards = _Model(wording)
        self.setModel(self._cards)
        self.setItemDelegate(_Delegate(theme, wording, self, self._cards))
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setMinimumSize(0, 0)
        self.selectionModel().currentChanged.connect(self._changed)
        self.clicked.connect(self._clicked)
        theme.changed.connect(self._restyle)

    def minimumSizeHint(self) -> QSize:
        return QSize(0, card_height(self._theme))

    def sizeHint(self) -> QSize:
        return QSize(120, card_height(self._theme))

    def _restyle(self) -> None:
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def rows(self) -> tuple[DemandRow, ...]:
        return self._cards.rows

    def place_of(self, demand_id: bytes | None) -> int | None:
        return next((at for at, row in enumerate(self._cards.rows) if row.id == demand_id), None)

    def show_cell(self, cell: BoardCell, names: Names, now: str, chosen: bytes | None) -> None:
        before = self.place_of(chosen)
        with QSignalBlocker(self.selectionModel()):
            self._cards.show_cell(cell, names, now)
            place = self.place_of(chosen)
            if place is not None:
                self.selectionModel().setCurrentIndex(self._cards.index(place, 0), _SELECT)
        if place is not None and place != before:  # it moved, or came here: it must not be lost from sight
            self.scrollTo(self._cards.index(place, 0))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if self._cards.rowCount() else Qt.FocusPolicy.NoFocus)
        self.viewport().update()

    def mark(self, demand_id: bytes | None) -> None:
        """Show this demand as chosen if it stands here, else none, without telling."""
        place = self.place_of(demand_id)
        with QSignalBlocker(self.selectionModel()):
            if place is None:
                self.clearSelection()
            else:
                self.selectionModel().setCurrentIndex(self._cards.index(place, 0), _SELECT)
        if place is not None:
            self.scrollTo(self._cards.index(place, 0))
        self.viewport().update()

    def show_picked(self, picked: frozenset[bytes]) -> None:
        """Mark what is chosen to be done together."""
        self._cards.picked = picked
        self.viewport().update()

    def begin(self) -> None:
        """To the first card, as the person would."""
        self.selectionModel().setCurrentIndex(self._cards.index(0, 0), _SELECT)

    def _changed(self, current: QModelIndex) -> None:
        row = self._cards.row(current.row()) if current.isValid() else None
        if row is not None:
            self.moved.emit(row.id)

    def _clicked(self, index: QModelIndex) -> None:
        row = self._cards.row(index.row())
        if row is None:
            self.rest_wanted.emit()
        elif QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ControlModifier:
            self.pick_wanted.emit(row.id)
        else:
            self.moved.emit(row.id)  # the card may have been current already, with the panel closed

    def keyPressEvent(self, event: QKeyEvent) -> None:
        at, last = self.currentIndex().row(), self._cards.rowCount() - 1
        ways = {
            Qt.Key.Key_Left: (-1, 0),
            Qt.Key.Key_Right: (1, 0),
            **({Qt.Key.Key_Up: (0, -1)} if at <= 0 else {}),
            **({Qt.Key.Key_Down: (0, 1)} if at >= last else {}),
        }
        key = Qt.Key(event.key())
        if key in ways and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.crossed.emit(*ways[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self._cards.row(at) is None:
                self.rest_wanted.emit()
            else:
                self.entered_card.emit()
        elif key == Qt.Key.Key_Space and (row := self._cards.row(at)) is not None:
            self.pick_wanted.emit(row.id)
        elif key == Qt.Key.Key_Escape:
            self.left.emit()
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        """The keyboard begins at the first card, unless it only comes back from a box: then the demand that is open may
        have left the board, and stays open."""
        if event.reason() in (Qt.FocusReason.ActiveWindowFocusReason, Qt.FocusReason.PopupFocusReason):
            with QSignalBlocker(self.selectionModel()):
                super().focusInEvent(event)
            return
        super().focusInEvent(event)
        if self._cards.rowCount() and not self.selectionModel().hasSelection():
            if self.currentIndex().isValid() and event.reason() is not Qt.FocusReason.MouseFocusReason:
                self.selectionModel().setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.Clear)
            if event.reason() is not Qt.FocusReason.MouseFocusReason:
                self.selectionModel().setCurrentIndex(self._cards.index(0, 0), _SELECT)
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
