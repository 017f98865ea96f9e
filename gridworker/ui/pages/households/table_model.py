"""The households table as Qt sees it: an array of row numbers whose rows arrive a page at a time."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

from gridworker.store.rows import HouseholdRow
from gridworker.ui.pages.households.row_pages import RowPages
from gridworker.ui.pages.words import code_word, contact_name, plan_shown, road_shown, short_day
from gridworker.wording import Wording

_Index = QModelIndex | QPersistentModelIndex
_DISPLAY = int(Qt.ItemDataRole.DisplayRole)
_TOOLTIP = int(Qt.ItemDataRole.ToolTipRole)
_SPOKEN = int(Qt.ItemDataRole.AccessibleTextRole)


@dataclass(frozen=True)
class Column:
    """A column: its key, what it sorts by, and how early it gives way in a narrow table (highest first, 0 never)."""

    key: str
    sort: str = ""
    gives_way: int = 0


COLUMNS = (
    Column("door", "door"),
    Column("estate", gives_way=3),
    Column("contact"),
    Column("occupancy", gives_way=7),
    Column("last_met", "last_met", gives_way=2),
    Column("next_due", "due", gives_way=4),
    Column("plan"),
    Column("time", gives_way=6),
    Column("road", gives_way=5),
)


class HouseholdTable(QAbstractTableModel):
    """Cells give their words; the delegate takes the whole row and draws it."""

    def __init__(self, wording: Wording, pages: RowPages) -> None:
        super().__init__()
        self._wording, self._pages = wording, pages
        self._today = ""
        self._count = 0
        self._sort = "door"

    def restart(self, today: str) -> None:
        """The list behind the rows was replaced."""
        self.beginResetModel()
        self._today, self._count = today, len(self._pages.ids)
        self.endResetModel()

    def rows_arrived(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first, 0), self.index(last, len(COLUMNS) - 1))

    def show_sort(self, sort: str) -> None:
        self._sort = sort
        self.headerDataChanged.emit(Qt.Orientation.Horizontal, 0, len(COLUMNS) - 1)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else self._count

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def row(self, index: int) -> HouseholdRow | None:
        return self._pages.row(index) if 0 <= index < self._count else None

    def rids(self, indexes: Iterable[int]) -> list[int]:
        """The row numbers of the households at these places of the list."""
        return [self._pages.ids[index] for index in indexes if index < len(self._pages.ids)]

    def places(self, rids: Collection[int]) -> list[int]:
        """Where these households stand in the list now; those that are not in it are left out."""
        return [at for at, rid in enumerate(self._pages.ids) if rid in rids] if rids else []

    def data(self, index: _Index, role: int = _DISPLAY) -> object:
        if not index.isValid():
            return None
        if role not in (_DISPLAY, _TOOLTIP, _SPOKEN):
            return None
        row = self.row(index.row())
        if row is None:
            return self._wording("households.loading") if role == _SPOKEN else ""
        key = COLUMNS[index.column()].key
        if role == _DISPLAY:
            return self.words(row, key)
        if key == "plan":
            return plan_shown(row, self._wording, self._today).sentence
        spoken = self.words(row, key)
        return f"{self._wording(f'households.column.{key}')} {spoken}" if role == _SPOKEN else spoken

    def words(self, row: HouseholdRow, key: str) -> str:
        """The text of one cell."""
        wording = self._wording
        match key:
            case "door":
                return row.door
            case "estate":
                return row.estate
            case "contact":
                return contact_name(row)
            case "occupancy":
                return code_word(wording, "households.occupancy", row.occupancy)
            case "last_met":
                return short_day(row.last_met_on, self._today)
            case "next_due":
                return short_day(row.next_due_on, self._today)
            case "plan":
                return plan_shown(row, wording, self._today).word
            case "time":
                return code_word(wording, "households.time", row.preferred_time)
            case _:
                return road_shown(row.road, wording).word

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _DISPLAY) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        title = self._wording(f"households.column.{COLUMNS[section].key}")
        if role == _DISPLAY:
            return title
        if role in (_TOOLTIP, _SPOKEN) and COLUMNS[section].sort:
            sorted_now = COLUMNS[section].sort == self._sort
            return self._wording("households.sorted_by" if sorted_now else "households.sort_by", column=title)
        return title if role == _SPOKEN else None
