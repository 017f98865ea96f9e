"""Draws one cell of the matrix: door number, symbol, word and colour of the service plan; and its two headers."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from gridworker.store.rows import MatrixRoom, Plan
from gridworker.ui import states
from gridworker.ui.pages.households.matrix.model import MatrixModel
from gridworker.ui.states import StateLook
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES, Scheme
from gridworker.ui.widgets.painting import paint_rounded

#: Half of the room between two cells; the focus ring is drawn in it.
INSET = 2
_PAD, _ICON_GAP, _BETWEEN = 6, 3, 8
_WAITING = (Plan.DUE, Plan.CALLBACK, Plan.LATE, Plan.ABSENT)
_QUIET = (Plan.OPTED_OUT, Plan.VACANT)
_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_CENTRE = Qt.AlignmentFlag.AlignCenter


def cell_width(theme: Theme, model: MatrixModel, *, one_line: bool) -> int:
    """Width in px the widest cell needs, so that door numbers, states and dates are never cut."""
    bold, caption = theme.metrics("body_bold"), theme.metrics("caption")
    rooms = {(room.room, mark_width(theme, room.demands)) for room in (model.grid.cells or {}).values()}
    door = max((bold.horizontalAdvance(number) + 1 + mark for number, mark in rooms), default=0)
    word = max((caption.horizontalAdvance(word) + 2 for word in model.words()), default=0)
    if word:
        word += theme.tokens.icon(SIZES.icon_small) + _ICON_GAP
    needed = door + _BETWEEN + word if one_line and word else max(door, word)
    return max(needed, theme.tokens.width(48)) + 2 * (_PAD + INSET)


def mark_width(theme: Theme, demands: int) -> int:
    """Width in px that the mark for open demands takes beside a door number."""
    if not demands:
        return 0
    words = theme.metrics("caption").horizontalAdvance(str(demands))
    return theme.tokens.icon(SIZES.icon_small) + words + 1 + _BETWEEN


class MatrixDelegate(QStyledItemDelegate):
    """`one_line` in low rows: the word stands beside the door number instead of below it. `many` while several doors
    are selected. Boxes are drawn once per look and kept: a tower has hundreds of cells and few kinds of them."""

    def __init__(self, theme: Theme, model: MatrixModel, table: QTableView) -> None:
        super().__init__(table)
        self._theme, self._matrix_model, self._table = theme, model, table
        self._boxes: dict[tuple[object, ...], QPixmap] = {}
        self._caption, self._icon = theme.metrics("caption"), 0
        self.one_line = self.many = False
        self.restyle()

    def restyle(self) -> None:
        """The theme changed."""
        self._boxes.clear()
        self._caption = self._theme.metrics("caption")
        self._icon = self._theme.tokens.icon(SIZES.icon_small)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(SIZES.gap_4, self._theme.height(SIZES.control))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        room = self._matrix_model.room(index)
        if room is None:
            return
        rect, state = option.rect, self._matrix_model.state(room)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        look = state[0] if state else None
        painter.drawPixmap(rect.topLeft(), self._box(rect.size(), look, hovered, selected and self.many))
        box = rect.adjusted(INSET, INSET, -INSET, -INSET)
        if state is None or room.household is None:
            painter.setFont(self._theme.font())
            painter.setPen(self._theme.colour("text3"))
            painter.drawText(box.adjusted(_PAD, 0, 0, 0), _LEFT, room.room)
            return
        self._paint_words(painter, box, room, room.household.plan, state)
        self._paint_marks(painter, rect, index, selected)

    def _box(self, size: QSize, look: StateLook | None, hovered: bool, chosen: bool) -> QPixmap:
        """A cell without its words, on paper: the style has filled a selected one up to its neighbours."""
        ratio = self._table.devicePixelRatioF()
        kind = (look.colour, look.filled, look.dashed) if look else None
        key = (size.width(), size.height(), ratio, kind, hovered, chosen)
        found = self._boxes.get(key)
        if found is None:
            found = self._boxes[key] = QPixmap(size * ratio)
            found.setDevicePixelRatio(ratio)
            found.fill(self._theme.colour("surface"))
            painter = QPainter(found)
            inside = QRect(QPoint(), size).adjusted(INSET, INSET, -INSET, -INSET)
            self._paint_box(painter, inside, look, hovered, chosen)
            painter.end()
        return found

    def _paint_box(
        self, painter: QPainter, box: QRect, look: StateLook | None, hovered: bool, chosen: bool
    ) -> None:
        theme = self._theme
        if look is None:
            paint_rounded(painter, box, SIZES.radius_control, theme.colour("alt"), None)
            return
        fill = theme.colour("hover") if hovered else None
        edge = theme.colour("ctl" if look.dashed else "line")
        if look.filled:
            contrast = theme.tokens.scheme is Scheme.CONTRAST
            fill = None if contrast else theme.colour(f"{look.colour}.tint")
            edge = theme.colour(f"{look.colour}.edge")
        if chosen:
            fill = theme.colour("sel")
        paint_rounded(painter, box, SIZES.radius_control, fill, edge, dashed=look.dashed)

    def _paint_words(
        self, painter: QPainter, box: QRect, room: MatrixRoom, plan: Plan, state: tuple[StateLook, str]
    ) -> None:
        theme, (look, word) = self._theme, state
        ink = "late" if plan is Plan.LATE else "text2" if plan in _QUIET else "text"
        top = below = box.adjusted(_PAD, 0, -_PAD, 0)
        if self.one_line:
            words = self._caption.horizontalAdvance(word) + self._icon + _ICON_GAP
            below = below.adjusted(below.width() - words, 0, 0, 0)
        else:
            half = box.height() // 2 - 1
            top = QRect(top.left(), top.top() + 2, top.width(), half)
            below = QRect(top.left(), box.bottom() - half - 1, top.width(), half)
        painter.setFont(theme.font("body_bold" if plan in _WAITING else "body"))
        painter.setPen(theme.colour(ink))
        painter.drawText(top, _LEFT, room.room)
        if room.demands:
            self._paint_demands(painter, top, room)
        colour = theme.colour(look.colour)
        at = QRect(below.left(), below.top(), self._icon, below.height())
        theme.icons.paint(painter, look.icon, at, self._icon, colour)
        painter.setFont(theme.font("caption"))
        painter.setPen(colour)
        painter.drawText(below.adjusted(self._icon + _ICON_GAP, 0, _PAD, 0), _LEFT, word)

    def _paint_demands(self, painter: QPainter, top: QRect, room: MatrixRoom) -> None:
        """Speech bubble and number: at the right of a cell, or behind the door number in a low one."""
        theme, look, wide = self._theme, states.look("mark", "demands"), mark_width(self._theme, room.demands)
        left = top.right() + 1 - wide + _BETWEEN
        if self.one_line:
            left = top.left() + theme.metrics("body_bold").horizontalAdvance(room.room) + _BETWEEN
        colour = theme.colour(look.colour)
        theme.icons.paint(
            painter, look.icon, QRect(left, top.top(), self._icon, top.height()), self._icon, colour
        )
        painter.setFont(theme.font("caption"))
        painter.setPen(colour)
        place = QRect(left + self._icon + 1, top.top(), wide, top.height())
        painter.drawText(place, _LEFT, str(room.demands))

    def _paint_marks(
        self, painter: QPainter, rect: QRect, index: QModelIndex | QPersistentModelIndex, selected: bool
    ) -> None:
        """The chosen edge inside the cell, the ring of the keyboard outside it."""
        focused = self._table.hasFocus() and self._table.currentIndex() == index
        if not selected and not focused:
            return
        box = rect.adjusted(INSET, INSET, -INSET, -INSET)
        ring = QRectF(rect if focused else box).adjusted(1, 1, -1, -1)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.colour("accent"), SIZES.ring))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        radius = SIZES.radius_control + (1 if focused else -1)
        painter.drawRoundedRect(ring, radius, radius)
        painter.restore()


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
        title = str(self._matrix_model.headerData(logicalIndex, Qt.Orientation.Horizontal) or "")
        matrix = self._matrix_model.matrix
        inside = matrix is not None and matrix.units[grid.columns[logicalIndex].unit].in_scope
        painter.save()
        painter.setClipRect(rect)
        painter.setFont(theme.font())
        painter.setPen(theme.colour("text2" if inside else "text3"))
        whole = self._visible(grid.doors_of(grid.columns[logicalIndex].unit), rect)
        fits = whole.width() >= theme.metrics().horizontalAdvance(title)
        begins = _LEFT if whole.left() > 0 else _RIGHT
        painter.drawText(whole, _CENTRE if fits else begins, title)
        painter.restore()

    def _visible(self, doors: list[int], rect: QRect) -> QRect:
        """What is in view of the space over these columns: the name stands in its middle while they scroll."""
        left = max(self.sectionViewportPosition(doors[0]), 0)
        end = self.sectionViewportPosition(doors[-1]) + self.sectionSize(doors[-1])
        return QRect(left, rect.top(), min(end, self.viewport().width()) - left, rect.height())


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
