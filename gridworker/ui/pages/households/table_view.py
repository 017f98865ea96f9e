"""The households table: whole rows drawn from tokens, keyboard complete, columns that give way in narrow windows."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
)

from gridworker.models.household import OCCUPANCY, PREFERRED_TIME
from gridworker.store.rows import HouseholdRow
from gridworker.ui.pages.households.table_model import COLUMNS, HouseholdTable
from gridworker.ui.pages.words import Shown, contact_name, plan_shown, road_shown
from gridworker.ui.states import STATES
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.in_sight import keep_in_sight
from gridworker.ui.widgets.painting import chip_width, paint_chip, paint_line, paint_row_back, paint_text
from gridworker.ui.widgets.row_hover import RowHover
from gridworker.wording import Wording

_CHOOSING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier
_PAD = 12
_LOOSE = 28  # px at 100 % a column may be wider than its words need
_DAY = "2026-12-30"
_DOOR, _CONTACT, _ESTATE = "10-2-3302", "演示·欧阳小明 先生", "锦苑一期"  # as long as they usually get
_SELECTED = QStyle.StateFlag.State_Selected.value


class HouseholdDelegate(QStyledItemDelegate):
    """Draws one cell; the row's background is drawn cell by cell, its mark in the first column."""

    def __init__(self, theme: Theme, wording: Wording, table: QTableView, model: HouseholdTable) -> None:
        super().__init__(table)
        self._theme, self._wording, self._table, self._model = theme, wording, table, model
        self._hover = RowHover(table)

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(40, self._theme.height(SIZES.table_row))

    def paint(
        self,
        painter: QPainter,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme, rect, at = self._theme, option.rect, index.row()
        # Every question to an enumeration costs as much as drawing a line.
        selected = bool(option.state.value & _SELECTED)
        self._paint_back(painter, rect, at, selected=selected, hovered=at == self._hover.row)
        painter.fillRect(rect.left(), rect.bottom(), rect.width(), 1, theme.colour("line"))
        row = self._model.row(at)
        if row is not None:
            room = rect.adjusted(_PAD, 0, -4, -1)
            self._paint_cell(painter, room, row, COLUMNS[index.column()].key, selected)

    def _paint_back(self, painter: QPainter, rect: QRect, at: int, *, selected: bool, hovered: bool) -> None:
        theme, table = self._theme, self._table
        focused = table.hasFocus() and at == table.currentIndex().row()
        if not (selected or hovered or focused):
            return
        whole = QRect(0, rect.top(), table.viewport().width(), rect.height() - 1)
        painter.save()
        painter.setClipRect(rect)
        paint_row_back(painter, theme, whole, selected=selected, hovered=hovered, focused=focused)
        painter.restore()

    def _paint_cell(
        self, painter: QPainter, room: QRect, row: HouseholdRow, key: str, selected: bool
    ) -> None:
        theme = self._theme
        if key == "plan":
            self._paint_state(painter, room, plan_shown(row, self._wording, str(self._today())))
        elif key == "road":
            self._paint_state(painter, room, road_shown(row.road, self._wording))
        elif key == "contact":
            paint_text(painter, room, contact_name(row), theme.font(), theme.colour("text"))
        elif key == "door":
            font = theme.font("body_bold" if selected else "body")
            paint_text(painter, room.adjusted(0, 0, 4, 0), row.door, font, theme.colour("text"))
        else:
            paint_text(painter, room, self._model.words(row, key), theme.font(), theme.colour("text2"))

    def _today(self) -> object:
        return self._table.property("today") or ""

    def _paint_state(self, painter: QPainter, room: QRect, shown: Shown) -> None:
        # The chip's own padding would push the symbol off the column's left edge.
        at = room.adjusted(-6, 0, 4, 0)
        paint_chip(painter, self._theme, at, shown.look, shown.word, filled=False)


def column_widths(theme: Theme, wording: Wording) -> dict[str, int]:
    """Width in px each column needs for its longest words, so that door numbers, states and dates are never cut."""
    words = {
        "door": [_DOOR],
        "estate": [_ESTATE],
        "contact": [_CONTACT],
        "occupancy": [wording(f"households.occupancy.{code}") for code in OCCUPANCY],
        "last_met": [_DAY],
        "next_due": [_DAY],
        "plan": [],
        "time": [wording(f"households.time.{code}") for code in PREFERRED_TIME],
        "road": [],
    }
    bold, small = (
        theme.metrics("body_bold").horizontalAdvance,
        theme.metrics("caption_bold").horizontalAdvance,
    )
    found = {key: max([bold(word) for word in texts], default=0) for key, texts in words.items()}
    for key in ("plan", "road"):
        values = {"day": _DAY[5:], "days": 188, "times": 3}
        chips = (
            chip_width(theme, wording(state.wording_key, **values), state.icon)
            for state in STATES[key].values()
        )
        found[key] = max(chips) - _PAD // 2
    arrow = theme.tokens.icon(SIZES.icon_small) + 4
    for column in COLUMNS:
        title = small(wording(f"households.column.{column.key}")) + (arrow if column.sort else 0)
        found[column.key] = max(found[column.key], title) + _PAD + 6
    return found


class _Header(QHeaderView):
    """Draws its titles itself, so that they start where the cells' words start; an arrow shows the order."""

    def __init__(self, theme: Theme) -> None:
        super().__init__(Qt.Orientation.Horizontal)
        self._theme = theme
        self.sort_column = 0
        self.setSectionsClickable(True)
        self.setHighlightSections(False)

    def paintSection(self, painter: QPainter, rect: QRect, logicalIndex: int) -> None:
        theme = self._theme
        painter.fillRect(rect, theme.colour("alt"))
        paint_line(painter, rect.bottomLeft(), rect.bottomRight(), theme.colour("line"))
        title = str(self.model().headerData(logicalIndex, Qt.Orientation.Horizontal) or "")
        room = rect.adjusted(_PAD, 0, 0, -1)
        font = theme.font("caption_bold")
        taken = paint_text(painter, room, title, font, theme.colour("text2"))
        if logicalIndex == self.sort_column:
            size = theme.tokens.icon(SIZES.icon_small)
            at = QRect(room.left() + taken + 4, room.top(), size, room.height())
            theme.icons.paint(painter, "arrow-down", at, size, theme.colour("text2"))


class HouseholdTableView(QTableView):
    """`row_chosen(index)` when the person moves to a row, `visit_asked` on Enter or double click, `sort_asked(key)`
    when a title is clicked, `chosen(int)` with the number of rows selected."""

    row_chosen = Signal(int)
    visit_asked = Signal()
    sort_asked = Signal(str)
    left = Signal()
    chosen = Signal(int)

    def __init__(self, theme: Theme, wording: Wording, model: HouseholdTable) -> None:
        super().__init__()
        self._theme, self._wording, self._table_model = theme, wording, model
        self._show_estate = False
        self._quiet = False
        self._chosen: frozenset[int] = frozenset()
        self._choosing = False
        self._titles = _Header(theme)
        self.setHorizontalHeader(self._titles)
        self.setModel(model)
        self.setItemDelegate(HouseholdDelegate(theme, wording, self, model))
        self._set_up(wording)
        self.selectionModel().currentRowChanged.connect(self._moved)
        self.selectionModel().selectionChanged.connect(self._choose)
        self.doubleClicked.connect(lambda _: self.visit_asked.emit())
        self._titles.sectionClicked.connect(self._title_clicked)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _set_up(self, wording: Wording) -> None:
        self.setAccessibleName(wording("households.table_name"))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.verticalHeader().hide()
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self._titles.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)

    def _restyle(self) -> None:
        self.verticalHeader().setDefaultSectionSize(self._theme.height(SIZES.table_row))
        self._titles.setFixedHeight(self._theme.height(SIZES.table_header))
        self._fit_columns()
        self.viewport().update()

    def show_sort(self, sort: str) -> None:
        self._titles.sort_column = next(at for at, column in enumerate(COLUMNS) if column.sort == sort)
        self._table_model.show_sort(sort)
        self._titles.viewport().update()

    def show_list(self, *, many_estates: bool, selected: int | None, today: str) -> None:
        """The model was restarted: put the selection back without telling."""
        self.setProperty("today", today)
        if many_estates != self._show_estate:
            self._show_estate = many_estates
            self._fit_columns()
        self._quiet = True
        again = self._table_model.places(self._chosen) if len(self._chosen) > 1 else []
        if selected is not None:
            self.setCurrentIndex(self._table_model.index(selected, 0))
        if again:
            self._select_rows(again)
        self._quiet = False
        self._choose()

    def chosen_rids(self) -> list[int]:
        """The row numbers of the selected households, in the order of the table."""
        return self._table_model.rids(
            row
            for part in sorted(self._pieces(), key=QItemSelectionRange.top)
            for row in range(part.top(), part.bottom() + 1)
        )

    def _pieces(self) -> list[QItemSelectionRange]:
        found = self.selectionModel().selection()
        return [found.at(number) for number in range(found.size())]

    def _select_rows(self, rows: Sequence[int]) -> None:
        """These rows as well, in as few pieces as they lie in."""
        pieces, last = QItemSelection(), len(COLUMNS) - 1
        first = rows[0]
        for row, following in pairwise((*rows, -1)):
            if following != row + 1:
                pieces.select(self._table_model.index(first, 0), self._table_model.index(row, last))
                first = following
        self.selectionModel().select(pieces, QItemSelectionModel.SelectionFlag.Select)

    def _choose(self, *_: object) -> None:
        if self._quiet:
            return
        self._chosen = frozenset(self.chosen_rids())
        self.chosen.emit(len(self._chosen))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()
        keep_in_sight(self, event)

    def _fit_columns(self) -> None:
        """Columns that give way first are hidden until the rest fits; the contact takes most of what is left over."""
        width, wide = self.viewport().width(), column_widths(self._theme, self._wording)
        shown = [column.key for column in COLUMNS if column.key != "estate" or self._show_estate]
        for column in sorted(COLUMNS, key=lambda column: -column.gives_way):
            if column.gives_way and column.key in shown and sum(wide[key] for key in shown) > width:
                shown.remove(column.key)
        spare = max(width - sum(wide[key] for key in shown), 0)
        each = min(spare // (len(shown) + 1), self._theme.tokens.width(_LOOSE))
        for at, column in enumerate(COLUMNS):
            extra = spare - each * (len(shown) - 1) if column.key == "contact" else each
            self.setColumnHidden(at, column.key not in shown)
            self.setColumnWidth(at, wide[column.key] + extra)

    def _moved(self, current: QModelIndex) -> None:
        """While several rows are being chosen, the panel stays as it is."""
        self.viewport().update()
        if current.isValid() and not self._quiet and not self._choosing and not self.several:
            self.row_chosen.emit(current.row())

    @property
    def several(self) -> bool:
        """Whether more than one row is selected."""
        return sum(part.height() for part in self._pieces()) > 1

    def _title_clicked(self, column: int) -> None:
        if COLUMNS[column].sort:
            self.sort_asked.emit(COLUMNS[column].sort)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._choosing = bool(event.modifiers() & _CHOOSING)
        super().mousePressEvent(event)
        self._choosing = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Qt moves the current row before it selects: a press with Shift or Ctrl is known only by its keys."""
        self._choosing = bool(event.modifiers() & _CHOOSING)
        self._press(event)
        self._choosing = False

    def _press(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.visit_asked.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self._leave()
        elif event.key() == Qt.Key.Key_Home and not event.modifiers():
            self.setCurrentIndex(self._table_model.index(0, 0))
        elif event.key() == Qt.Key.Key_End and not event.modifiers():
            self.setCurrentIndex(self._table_model.index(self._table_model.rowCount() - 1, 0))
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        """Esc: several chosen rows first become one again."""
        if self.several:
            self.setCurrentIndex(self.currentIndex())
            self.selectRow(self.currentIndex().row())
        else:
            self.left.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self._table_model.rowCount() and not self.selectionModel().hasSelection():
            self.setCurrentIndex(self._table_model.index(max(self.currentIndex().row(), 0), 0))
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
