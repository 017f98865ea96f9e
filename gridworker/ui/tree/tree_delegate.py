"""Paints one line of the tree: fold mark, icon, name at the left, numbers in right-aligned columns."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES, Scheme
from gridworker.ui.tree.tree_model import NODE_ROLE, PERSON_ROLE
from gridworker.ui.tree.tree_node import NODE_ICONS, Person, TreeNode
from gridworker.ui.widgets.painting import paint_focus_inside, paint_rounded, paint_text

VISITS_COLUMN = 24
DEMANDS_COLUMN = 36
_ALERT_GAP = 3
_SIDE = 4  # px between the selected row's box and the tree's edges
_RIGHT = 12
_OUTSIDE = "—"
#: So many line heights a name has at least beside both numbers.
_NAME_EMS = 5.5


class NumberColumns:
    """Where the number columns stand, shared by the head line and the rows. Widths grow with the text."""

    def __init__(self, theme: Theme, *, with_demands: bool) -> None:
        self._theme, self.with_demands = theme, with_demands

    def _column(self, px: int, word_room: int, figures: str) -> int:
        theme = self._theme
        alert = theme.tokens.icon(SIZES.icon_small) + _ALERT_GAP
        digits = theme.metrics("body_bold").horizontalAdvance(figures)
        return max(theme.tokens.width(px), alert + digits, word_room)

    def rects(self, line: QRect, words: tuple[str, str]) -> tuple[QRect | None, QRect | None]:
        """The rectangles of 待访 and, where shown, 诉求 in a line of the tree. `words` are the two column heads. Where
        both would leave the names too little room, 诉求 stays alone; the other is still said and in the tooltip."""
        metrics = self._theme.metrics("caption")
        right = line.right() - _RIGHT + 1
        demands: QRect | None = None
        if self.with_demands:
            word = metrics.horizontalAdvance(words[1])
            width = self._column(DEMANDS_COLUMN, word, "00")
            demands = QRect(right - width, line.top(), width, line.height())
            right -= width + (SIZES.gap_2 if word == width else SIZES.gap_1)  # two heads never touch
            # Without the alert; a whole community may have thousands of doors to visit.
            digits = self._theme.metrics("body").horizontalAdvance("0000")
            alone = max(self._theme.tokens.width(VISITS_COLUMN), metrics.horizontalAdvance(words[0]), digits)
            if right - line.left() - digits < _NAME_EMS * self._theme.metrics("body").height():
                return None, demands
        else:
            alone = self._column(VISITS_COLUMN, metrics.horizontalAdvance(words[0]), "000")
        return QRect(right - alone, line.top(), alone, line.height()), demands


class TreeDelegate(QStyledItemDelegate):
    """`paint_line` draws a whole line of the tree, from its left edge to its right edge."""

    def __init__(self, theme: Theme, columns: NumberColumns, heads: tuple[str, str]) -> None:
        super().__init__()
        self._theme, self._columns, self._heads = theme, columns, heads

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(80, self._theme.height(SIZES.tree_row))

    def paint_line(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex, left: int, fold: str
    ) -> None:
        """`option.rect` is the whole line, `left` where its indent ends in px, `fold` the fold mark's icon or ""."""
        node: TreeNode = index.data(NODE_ROLE)
        person: Person | None = index.data(PERSON_ROLE)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        self._paint_back(painter, option, selected)
        line, theme = option.rect, self._theme
        mark = theme.tokens.icon(SIZES.icon)
        if fold:
            theme.icons.paint(
                painter, fold, QRect(left, line.top(), mark, line.height()), mark, theme.colour("text2")
            )
        x = left + mark + SIZES.gap_1
        icon = NODE_ICONS.get("person" if person else node.kind)
        if icon:
            at = QRect(x, line.top(), mark, line.height())
            theme.icons.paint(painter, icon, at, mark, theme.colour("text2"))
            x += mark + SIZES.gap_1
        if person is not None:
            room = QRect(x, line.top(), line.right() - _RIGHT + 1 - x, line.height())
            self._paint_person(painter, room, person)
            return
        visits, demands = self._columns.rects(line, self._heads)
        end = self._name_end(node, visits, demands)
        name = QRect(x, line.top(), end - x, line.height())
        colour = theme.colour("text" if node.in_scope else "text3")
        paint_text(painter, name, node.name, theme.font("body_bold" if selected else "body"), colour)
        if node.unsent and node.in_scope:  # how many is said in words; here it is enough that some are
            size = theme.tokens.icon(SIZES.icon_small)
            at = QRect(end + SIZES.gap_1, line.top(), size, line.height())
            theme.icons.paint(painter, "laptop", at, size, theme.colour("due"))
        self._paint_numbers(painter, node, visits, demands)

    def _name_end(self, node: TreeNode, visits: QRect | None, demands: QRect | None) -> int:
        """Where the name must end: a blank or short number leaves it more room."""
        wide = self._theme.metrics("body_bold").horizontalAdvance
        alert = self._theme.tokens.icon(SIZES.icon_small) + _ALERT_GAP if node.overdue else 0
        cells = [(demands, node.demands, alert)] if demands is not None else []
        if visits is not None:
            cells.append((visits, node.visits_due, 0 if demands else alert))
        end = cells[0][0].right() + 1
        for cell, count, extra in cells:
            shown = str(count) if node.in_scope else _OUTSIDE
            if count or not node.in_scope:
                end = cell.right() + 1 - wide(shown) - extra
        if node.unsent and node.in_scope:
            end -= self._theme.tokens.icon(SIZES.icon_small) + SIZES.gap_1
        return end - SIZES.gap_1

    def _paint_back(self, painter: QPainter, option: QStyleOptionViewItem, selected: bool) -> None:
        theme = self._theme
        box = option.rect.adjusted(_SIDE, 0, -_SIDE, 0)
        if selected:
            edge = theme.colour("sel_edge") if theme.tokens.scheme is Scheme.CONTRAST else None
            paint_rounded(painter, box, SIZES.radius_control, theme.colour("sel"), edge)
            mark = QRect(box.left(), box.top() + 5, SIZES.mark, box.height() - 10)
            paint_rounded(painter, mark, 1, theme.colour("accent"), None)
        elif option.state & QStyle.StateFlag.State_MouseOver:
            paint_rounded(painter, box, SIZES.radius_control, theme.colour("hover"), None)
        if option.state & QStyle.StateFlag.State_HasFocus:
            paint_focus_inside(painter, theme, box, SIZES.radius_control)

    def _paint_person(self, painter: QPainter, room: QRect, person: Person) -> None:
        theme = self._theme
        taken = paint_text(painter, room, person.name, theme.font(), theme.colour("text"))
        rest = room.adjusted(taken + SIZES.gap_3, 0, 0, 0)
        if rest.width() > 0:
            paint_text(painter, rest, person.post, theme.font(), theme.colour("text2"))

    def _paint_numbers(
        self, painter: QPainter, node: TreeNode, visits: QRect | None, demands: QRect | None
    ) -> None:
        late_visits = node.overdue and demands is None
        if visits is not None:
            self._paint_number(painter, visits, node, node.visits_due, late=late_visits)
        if demands is not None:
            self._paint_number(painter, demands, node, node.demands, late=node.overdue)

    def _paint_number(
        self, painter: QPainter, cell: QRect, node: TreeNode, count: int, *, late: bool
    ) -> None:
        theme = self._theme
        if not node.in_scope:
            paint_text(painter, cell, _OUTSIDE, theme.font(), theme.colour("text3"), right=True)
            return
        if not count:
            return
        style, colour = ("body_bold", "late") if late else ("body", "text2")
        text = str(count)
        width = paint_text(painter, cell, text, theme.font(style), theme.colour(colour), right=True)
        if late:
            size = theme.tokens.icon(SIZES.icon_small)
            at = QRect(cell.right() + 1 - width - _ALERT_GAP - size, cell.top(), size, cell.height())
            theme.icons.paint(painter, "circle-alert", at, size, theme.colour("late"))

    def paint_heads(self, painter: QPainter, line: QRect) -> None:
        """The two column heads above the tree."""
        theme = self._theme
        cells = self._columns.rects(line, self._heads)
        for cell, word in zip(cells, self._heads, strict=True):
            if cell is not None:
                at = cell.adjusted(-SIZES.gap_6, 0, 0, 0)
                painter.setFont(theme.font("caption"))
                painter.setPen(theme.colour("text2"))
                painter.drawText(at, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, word)
