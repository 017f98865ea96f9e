"""Draws one cell of the matrix: door number, symbol, word and colour of the service plan; and its two headers."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from gridworker.store.rows import MatrixRoom, Plan
from gridworker.ui.pages.households.matrix.model import ROOM_ROLE, MatrixModel
from gridworker.ui.pages.households.matrix.words import cell_state
from gridworker.ui.states import StateLook
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES, Scheme
from gridworker.ui.widgets.painting import paint_rounded, paint_text
from gridworker.wording import Wording

#: Half of the room between two cells; the focus ring is drawn in it.
INSET = 2
_PAD, _ICON_GAP, _BETWEEN = 6, 3, 8
_WAITING = (Plan.DUE, Plan.CALLBACK, Plan.LATE, Plan.ABSENT)
_QUIET = (Plan.OPTED_OUT, Plan.VACANT)
_CENTRE = Qt.AlignmentFlag.AlignCenter


def cell_width(theme: Theme, wording: Wording, rooms: list[MatrixRoom], *, one_line: bool) -> int:
    """Width in px the widest of `rooms` needs, so that door numbers, states and dates are never cut."""
    bold, caption = theme.metrics("body_bold"), theme.metrics("caption")
    icon = theme.tokens.icon(SIZES.icon_small) + _ICON_GAP
    found = theme.tokens.width(48)
    for room in rooms:
        door = bold.horizontalAdvance(room.room) + 1
        word = 0
        if room.household is not None:
            word = icon + caption.horizontalAdvance(cell_state(room.household, wording)[1]) + 2
        found = max(found, door + _BETWEEN + word if one_line and word else max(door, word))
    return found + 2 * (_PAD + INSET)


class MatrixDelegate(QStyledItemDelegate):
    """`one_line` in low rows: the word stands beside the door number instead of below it."""

    def __init__(self, theme: Theme, wording: Wording, table: QTableView) -> None:
        super().__init__(table)
        self._theme, self._wording, self._table = theme, wording, table
        self.one_line = False

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(SIZES.gap_4, self._theme.height(SIZES.control))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        room = index.data(ROOM_ROLE)
        if room is None:
            return
        # The style has filled a selected cell up to its neighbours.
        painter.fillRect(option.rect, self._theme.colour("surface"))
        box = option.rect.adjusted(INSET, INSET, -INSET, -INSET)
        if room.household is None:
            self._paint_outside(painter, box, room)
            return
        look, word = cell_state(room.household, self._wording)
        self._paint_box(painter, box, option, look)
        self._paint_words(painter, box, room, look, word)
        self._paint_marks(painter, option, index, box)

    def _paint_box(
        self, painter: QPainter, box: QRect, option: QStyleOptionViewItem, look: StateLook
    ) -> None:
        theme = self._theme
        contrast = theme.tokens.scheme is Scheme.CONTRAST
        chosen = self._many() and bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        fill = theme.colour("hover") if hovered else None
        edge = theme.colour("line")
        if look.dashed:
            edge = theme.colour("ctl")
        elif look.filled:
            fill = None if contrast else theme.colour(f"{look.colour}.tint")
            edge = theme.colour(f"{look.colour}.edge")
        if chosen:
            fill = theme.colour("sel")
        paint_rounded(painter, box, SIZES.radius_control, fill, edge, dashed=look.dashed)

    def _many(self) -> bool:
        return len(self._table.selectedIndexes()) > 1

    def _paint_words(
        self, painter: QPainter, box: QRect, room: MatrixRoom, look: StateLook, word: str
    ) -> None:
        theme, row = self._theme, room.household
        plan = row.plan if row is not None else Plan.VISITED
        font = theme.font("body_bold" if plan in _WAITING else "body")
        ink = "late" if plan is Plan.LATE else "text2" if plan in _QUIET else "text"
        inside = box.adjusted(_PAD, 0, -2, 0)
        if self.one_line:
            top = state = inside
        else:
            half = inside.height() // 2 - 1
            top = QRect(inside.left(), inside.top() + 2, inside.width(), half)
            state = QRect(inside.left(), inside.bottom() - half - 1, inside.width(), half)
        taken = paint_text(painter, top, room.room, font, theme.colour(ink))
        size, colour = theme.tokens.icon(SIZES.icon_small), theme.colour(look.colour)
        if self.one_line:
            words = theme.metrics("caption").horizontalAdvance(word) + size + _ICON_GAP
            state = state.adjusted(max(taken + _BETWEEN, inside.width() - words - _PAD + 1), 0, 0, 0)
        theme.icons.paint(
            painter, look.icon, QRect(state.left(), state.top(), size, state.height()), size, colour
        )
        paint_text(painter, state.adjusted(size + _ICON_GAP, 0, 0, 0), word, theme.font("caption"), colour)

    def _paint_marks(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
        box: QRect,
    ) -> None:
        """The chosen edge inside the cell, the ring of the keyboard outside it."""
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        focused = self._table.hasFocus() and self._table.currentIndex() == index
        if not selected and not focused:
            return
        ring = QRectF(option.rect if focused else box).adjusted(1, 1, -1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("accent"), SIZES.ring))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = SIZES.radius_control + (1 if focused else -1)
        painter.drawRoundedRect(ring, radius, radius)
        painter.restore()

    def _paint_outside(self, painter: QPainter, box: QRect, room: MatrixRoom) -> None:
        theme = self._theme
        paint_rounded(painter, box, SIZES.radius_control, theme.colour("alt"), None)
        inside = box.adjusted(_PAD, 0, -2, 0)
        paint_text(painter, inside, room.room, theme.font(), theme.colour("text3"))


class UnitHeader(QHeaderView):
    """The name of each stairwell over its doors; stays while the floors scroll."""

    def __init__(self, theme: Theme, model: MatrixModel) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme, self._matrix_model = theme, model
        self.setSectionsClickable(False)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(SIZES.gap_2)

    def setOffset(self, offset: int) -> None:
        super().setOffset(offset)
        self.viewport().update()

    def paintEvent(self, event: QPaintEvent) -> None:
        """Beside the last stairwell it is paper too."""
        super().paintEvent(event)
        end = self.length() - self.offset()
        rest = QRect(end, 0, max(self.viewport().width() - end, 0), self.viewport().height())
        QPainter(self.viewport()).fillRect(rest, self._theme.colour("surface"))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        theme, grid = self._theme, self._matrix_model.grid
        painter.fillRect(rect, theme.colour("surface"))
        if logicalIndex >= len(grid.columns) or grid.columns[logicalIndex].gap:
            return
        doors = grid.doors_of(grid.columns[logicalIndex].unit)
        left = self.sectionViewportPosition(doors[0])
        right = self.sectionViewportPosition(doors[-1]) + self.sectionSize(doors[-1])
        whole = QRect(
            max(left, 0), rect.top(), min(right, self.viewport().width()) - max(left, 0), rect.height()
        )
        painter.save()
        painter.setClipRect(rect)
        painter.setFont(theme.font())
        matrix = self._matrix_model.matrix
        inside = matrix is not None and matrix.units[grid.columns[logicalIndex].unit].in_scope
        painter.setPen(theme.colour("text2" if inside else "text3"))
        title = str(self._matrix_model.headerData(logicalIndex, Qt.Orientation.Horizontal) or "")
        painter.drawText(whole, _CENTRE, title)
        painter.restore()


class FloorHeader(QHeaderView):
    """The floors at the left; stays while the stairwells scroll."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self._theme = theme
        self.setSectionsClickable(False)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(SIZES.gap_2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Below the lowest floor it is paper too."""
        super().paintEvent(event)
        end = self.length() - self.offset()
        rest = QRect(0, end, self.viewport().width(), max(self.viewport().height() - end, 0))
        QPainter(self.viewport()).fillRect(rest, self._theme.colour("surface"))

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        theme = self._theme
        painter.fillRect(rect, theme.colour("surface"))
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text2"))
        painter.drawText(
            rect, _CENTRE, str(self.model().headerData(logicalIndex, Qt.Orientation.Vertical) or "")
        )
