"""The matrix as a table: arrows go from door to door over the gaps, Enter visits, Shift and Ctrl choose several."""

from __future__ import annotations

from PySide6.QtCore import QItemSelection, QItemSelectionModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QTableView

from gridworker.store.rows import Matrix, MatrixRoom
from gridworker.ui.pages.households.matrix.delegate import (
    INSET,
    FloorHeader,
    MatrixDelegate,
    UnitHeader,
    cell_width,
)
from gridworker.ui.pages.households.matrix.grid import Grid, Place
from gridworker.ui.pages.households.matrix.model import MatrixModel
from gridworker.ui.pages.households.matrix.words import copied_lines
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

#: Up to so many floors the cells have two lines.
ROOMY_FLOORS = 9
_HIGH, _LOW, _UNITS, _FLOORS, _GAP = 50, 32, 24, 28, 16
_WIDEST, _WIDEST_LINE = 120, 200
_Move = QAbstractItemView.CursorAction
_STEPS = {
    _Move.MoveUp: (-1, 0),
    _Move.MoveDown: (1, 0),
    _Move.MoveLeft: (0, -1),
    _Move.MoveRight: (0, 1),
    _Move.MovePrevious: (0, -1),
    _Move.MoveNext: (0, 1),
}


class MatrixView(QTableView):
    """`moved()` when the person goes to another door, `opened` on Space or a click, `visit_asked` on Enter or double
    click, `left` on Esc, `chosen(int)` with the number of doors selected."""

    moved = Signal()
    opened = Signal()
    visit_asked = Signal()
    left = Signal()
    chosen = Signal(int)

    def __init__(self, theme: Theme, wording: Wording, model: MatrixModel) -> None:
        super().__init__()
        self._theme, self._wording, self._matrix_model = theme, wording, model
        self._quiet = False
        self._needed = 0
        self._units, self._floors = UnitHeader(theme, model), FloorHeader(theme)
        self.setHorizontalHeader(self._units)
        self.setVerticalHeader(self._floors)
        self._delegate = MatrixDelegate(theme, model, self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self._set_up()
        self.selectionModel().currentChanged.connect(self._went)
        self.clicked.connect(self._clicked)
        self.doubleClicked.connect(self._double_clicked)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _set_up(self) -> None:
        self.setAccessibleName(self._wording("matrix.table_name"))
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectItems)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)

    # What is shown

    def show_matrix(self, matrix: Matrix | None, grid: Grid, household_id: bytes | None) -> None:
        """Another building, or the same read again: then what was chosen stays chosen, without telling."""
        before = self._matrix_model.matrix
        same = matrix is not None and before is not None and matrix.building.id == before.building.id
        chosen = [room.rid for room in self.chosen_rooms()] if same else []
        here = self.room() if same else None
        if household_id is None and here is not None and here.household is not None:
            household_id = here.household.id
        scrolled = self.verticalScrollBar().value(), self.horizontalScrollBar().value()
        self._quiet = True
        self._matrix_model.restart(matrix, grid)
        self._restyle()
        place = grid.place_of(household_id)
        if place is not None:
            self.setCurrentIndex(self._matrix_model.index(*place))
        self._choose(frozenset(chosen))
        if same or place is None:
            self.verticalScrollBar().setValue(scrolled[0] if same else 0)
            self.horizontalScrollBar().setValue(scrolled[1] if same else 0)
        self._quiet = False
        self._tell_chosen()

    def _choose(self, rids: frozenset[int]) -> None:
        """Select these doors besides the current one."""
        cells = self._matrix_model.grid.cells or {}
        chosen = QItemSelection()
        for place in (place for place, room in cells.items() if rids and room.rid in rids):
            index = self._matrix_model.index(*place)
            chosen.select(index, index)
        self.selectionModel().select(chosen, QItemSelectionModel.SelectionFlag.Select)

    def room(self) -> MatrixRoom | None:
        """The door the keyboard stands on."""
        return self._matrix_model.room(self.currentIndex())

    def chosen_rooms(self) -> list[MatrixRoom]:
        """The selected doors in reading order."""
        places = sorted((index.row(), index.column()) for index in self.selectedIndexes())
        rooms = (self._matrix_model.grid.room(place) for place in places)
        return [room for room in rooms if room is not None and room.household is not None]

    # How it is laid out

    def _restyle(self) -> None:
        theme, grid = self._theme, self._matrix_model.grid
        one_line = len(grid.floors) > ROOMY_FLOORS
        self._delegate.one_line = one_line
        self._delegate.restyle()
        self._floors.setDefaultSectionSize(theme.height(_LOW if one_line else _HIGH) + 2 * INSET)
        self._floors.setFixedWidth(theme.tokens.width(_FLOORS))
        self._units.setFixedHeight(theme.height(_UNITS))
        self._needed = cell_width(theme, self._matrix_model, one_line=one_line)
        self._fit_columns()
        self.viewport().update()

    def _fit_columns(self) -> None:
        """Doors share the width there is, between what their words need and what still looks like a door."""
        columns = self._matrix_model.grid.columns
        doors = sum(not column.gap for column in columns)
        if not doors:
            return
        most = self._theme.tokens.width(_WIDEST_LINE if self._delegate.one_line else _WIDEST)
        room = self.viewport().width() - (len(columns) - doors) * _GAP
        width = max(self._needed, min(room // doors, most))
        for at, column in enumerate(columns):
            self.setColumnWidth(at, _GAP if column.gap else width)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit_columns()

    def updateGeometries(self) -> None:
        super().updateGeometries()
        corner = self.findChild(QAbstractButton, options=Qt.FindChildOption.FindDirectChildrenOnly)
        if corner is not None:
            corner.hide()

    # What the person does

    def moveCursor(
        self, cursorAction: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        grid = self._matrix_model.grid
        order = grid.reading_order()
        if not order:
            return QModelIndex()
        here = (self.currentIndex().row(), self.currentIndex().column())
        place = self._target(cursorAction, here, order) if grid.choosable(here) else order[0]
        return self._matrix_model.index(*place)

    def _target(self, action: QAbstractItemView.CursorAction, here: Place, order: list[Place]) -> Place:
        grid = self._matrix_model.grid
        if action in _STEPS:
            return grid.step(here, *_STEPS[action])
        if action is _Move.MoveHome:
            return order[0]
        if action is _Move.MoveEnd:
            return order[-1]
        page = max(self.viewport().height() // max(self._floors.defaultSectionSize(), 1) - 1, 1)
        return grid.jump(here, -1 if action is _Move.MovePageUp else 1, 0, page)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Copy):
            self.copy_chosen()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self.visit_asked.emit()
        elif event.key() == Qt.Key.Key_Space and not event.modifiers():
            self.opened.emit()
        elif event.key() == Qt.Key.Key_Escape:
            self._leave()
        else:
            super().keyPressEvent(event)

    def _leave(self) -> None:
        """Esc: several chosen doors first become one again."""
        if len(self.selectedIndexes()) > 1:
            self.setCurrentIndex(self.currentIndex())
        else:
            self.left.emit()

    def keyboardSearch(self, search: str) -> None:
        """Letters are the page's keys here."""

    def copy_chosen(self) -> None:
        """The selected doors as lines of text on the clipboard."""
        matrix = self._matrix_model.matrix
        if matrix is not None and self.selectedIndexes():
            text = copied_lines(self.chosen_rooms(), self._wording, matrix.today)
            QGuiApplication.clipboard().setText(text)

    def _clicked(self, index: QModelIndex) -> None:
        """A plain click; with Shift or Ctrl doors are chosen, not looked at."""
        if self._matrix_model.room(index) is not None and len(self.selectedIndexes()) == 1:
            self.opened.emit()

    def _double_clicked(self, index: QModelIndex) -> None:
        if self._matrix_model.room(index) is not None:
            self.visit_asked.emit()

    def _went(self, current: QModelIndex) -> None:
        if current.isValid() and not self._quiet:
            self.moved.emit()

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        super().selectionChanged(selected, deselected)
        many = len(self.selectedIndexes()) > 1
        if many != self._delegate.many:
            self._delegate.many = many
            self.viewport().update()
        if not self._quiet:
            self._tell_chosen()

    def _tell_chosen(self) -> None:
        self.chosen.emit(len(self.selectedIndexes()))

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        order = self._matrix_model.grid.reading_order()
        if not self.currentIndex().isValid() and order:
            self.setCurrentIndex(self._matrix_model.index(*order[0]))
        self.viewport().update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.viewport().update()
