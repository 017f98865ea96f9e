"""The matrix as Qt sees it: floors × doors with narrow inert columns between stairwells; a table for screen readers."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from gridworker.store.rows import Matrix, MatrixRoom
from gridworker.ui.pages.households.matrix.grid import Grid
from gridworker.ui.pages.households.matrix.words import cell_sentence, cell_state, unit_title
from gridworker.ui.states import StateLook
from gridworker.wording import Wording

ROOM_ROLE: Final = int(Qt.ItemDataRole.UserRole) + 1
_Index = QModelIndex | QPersistentModelIndex
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_SPOKEN = int(Qt.ItemDataRole.AccessibleTextRole)


class MatrixModel(QAbstractTableModel):
    """A cell gives its words; the delegate takes the room by ROOM_ROLE. Gaps and doors of others take no focus."""

    def __init__(self, wording: Wording) -> None:
        super().__init__()
        self._wording = wording
        self.grid = Grid()
        self.matrix: Matrix | None = None
        self._states: dict[int, tuple[StateLook, str]] = {}

    def restart(self, matrix: Matrix | None, grid: Grid) -> None:
        self.beginResetModel()
        self.matrix, self.grid = matrix, grid
        rooms = matrix.rooms if matrix is not None else ()
        self._states = {
            room.rid: cell_state(room.household, self._wording)
            for room in rooms
            if room.household is not None
        }
        self.endResetModel()

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.grid.floors)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self.grid.columns)

    def room(self, index: _Index) -> MatrixRoom | None:
        return self.grid.room((index.row(), index.column())) if index.isValid() else None

    def state(self, room: MatrixRoom) -> tuple[StateLook, str] | None:
        """Look and short word of a door; None outside the scope. Worked out once, it is drawn often."""
        return self._states.get(room.rid)

    def words(self) -> set[str]:
        """Every short word in the matrix."""
        return {word for _, word in self._states.values()}

    def flags(self, index: _Index) -> Qt.ItemFlag:
        if index.isValid() and self.grid.choosable((index.row(), index.column())):
            never = Qt.ItemFlag.ItemNeverHasChildren
            return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | never
        return Qt.ItemFlag.NoItemFlags

    def data(self, index: _Index, role: int = _DISPLAY) -> object:
        room = self.room(index)
        if room is None or self.matrix is None:
            return None
        if role == ROOM_ROLE:
            return room
        if role in (_TOOLTIP, _SPOKEN):
            return cell_sentence(self.matrix, room, self._wording)
        if role != _DISPLAY:
            return None
        state = self.state(room)
        return f"{room.room} {state[1]}" if state else room.room

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> object:
        if role not in (_DISPLAY, _SPOKEN) or self.matrix is None:
            return None
        if orientation is Qt.Orientation.Horizontal:
            column = self.grid.columns[section] if section < len(self.grid.columns) else None
            if column is None or column.gap:
                return ""
            return unit_title(self.matrix.units[column.unit], self._wording)
        floor = self.grid.floors[section] if section < len(self.grid.floors) else None
        if floor is None:
            return "—" if role == _DISPLAY else self._wording("matrix.floor_unknown")
        return str(floor) if role == _DISPLAY else self._wording("matrix.floor", floor=floor)
