"""The grid of a paper walk list: one line a door, the outcome by one key, Enter to the next line."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemDelegate, QAbstractItemView, QHeaderView, QTableView, QWidget

from gridworker.ui.pages.paper.lines import COLUMNS, PaperLine
from gridworker.ui.pages.paper.presenter import PaperPresenter
from gridworker.ui.pages.words import outcome_shown, reason_words
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.wording import Wording

_Index = QModelIndex | QPersistentModelIndex
_OUTCOME: Final = COLUMNS.index("outcome")
_NOTE: Final = COLUMNS.index("note")
_DIGITS: Final = "12345"
#: Room for each column, as the words it usually holds.
_WORDS = ("锦苑一期10-2-3302", "Rescheduled 0", "2026-11-20 0", "00:00 00", "000 000", "", "2026-11-27 0")


class PaperModel(QAbstractTableModel):
    """Shows the presenter's lines and passes on what is typed."""

    edited = Signal()

    def __init__(self, theme: Theme, wording: Wording, presenter: PaperPresenter) -> None:
        super().__init__()
        self._theme, self._wording, self._presenter = theme, wording, presenter
        self._faults: dict[int, dict[str, str]] = {}

    def show_lines(self) -> None:
        self.beginResetModel()
        self._faults = {}
        self.endResetModel()

    def show_faults(self, faults: dict[int, dict[str, str]]) -> None:
        self._faults = faults
        if self.rowCount():
            self.dataChanged.emit(self.index(0, 0), self.index(self.rowCount() - 1, len(COLUMNS) - 1))

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(self._presenter.lines)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> object:
        if role != int(Qt.ItemDataRole.DisplayRole):
            return None
        if orientation is Qt.Orientation.Vertical:
            return self._presenter.lines[section].no
        return self._wording(f"paper.column.{COLUMNS[section]}")

    def flags(self, index: _Index) -> Qt.ItemFlag:
        plain = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return plain if index.column() == _OUTCOME else plain | Qt.ItemFlag.ItemIsEditable

    def data(self, index: _Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid():
            return None
        line, column = self._presenter.lines[index.row()], COLUMNS[index.column()]
        reason = self._faults.get(index.row(), {}).get(column, "")
        text = self._text(line, column)
        if role in (int(Qt.ItemDataRole.DisplayRole), int(Qt.ItemDataRole.EditRole)):
            return text
        if role == int(Qt.ItemDataRole.DecorationRole) and column == "outcome" and line.filled:
            shown = outcome_shown(line.outcome, self._wording)
            return self._theme.icon(shown.look.icon, shown.look.colour)
        if role == int(Qt.ItemDataRole.BackgroundRole) and reason:
            return self._theme.colour("late.tint")
        if role == int(Qt.ItemDataRole.ToolTipRole) and reason:
            return reason_words(self._wording, reason)
        if role == int(Qt.ItemDataRole.AccessibleTextRole):
            title = self._wording(f"paper.column.{column}")
            return f"{title} {text} {reason_words(self._wording, reason) if reason else ''}".strip()
        return None

    def _text(self, line: PaperLine, column: str) -> str:
        value = str(getattr(line, column))
        return outcome_shown(value, self._wording).word if column == "outcome" and value else value

    def setData(self, index: _Index, value: object, role: int = int(Qt.ItemDataRole.EditRole)) -> bool:
        if role != int(Qt.ItemDataRole.EditRole):
            return False
        self.type_in(index.row(), COLUMNS[index.column()], str(value))
        return True

    def type_in(self, place: int, column: str, text: str) -> None:
        """Something was typed into a line."""
        before = self.rowCount()
        self._presenter.typed(place, column, text)
        self._faults.get(place, {}).pop(column, None)
        after = len(self._presenter.lines)
        if after > before:
            self.beginInsertRows(QModelIndex(), before, after - 1)
            self.endInsertRows()
        self.dataChanged.emit(self.index(place, 0), self.index(place, len(COLUMNS) - 1))
        self.edited.emit()


class PaperGrid(QTableView):
    """Digits choose the outcome anywhere but in a text that is being typed; Enter goes to the next line."""

    def __init__(self, theme: Theme, wording: Wording, model: PaperModel) -> None:
        super().__init__()
        self._theme, self._lines = theme, model
        self.setModel(model)
        self.setAccessibleName(wording("paper.grid_name"))
        self.setTabKeyNavigation(True)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.AnyKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
            | QAbstractItemView.EditTrigger.EditKeyPressed
        )
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStyleSheet(
            "QHeaderView::section { padding: 0 4px; }"
        )  # above the text of its cells
        self.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        self.setCornerButtonEnabled(False)
        theme.changed.connect(self._restyle)
        self._restyle()

    def _restyle(self) -> None:
        theme, header = self._theme, self.horizontalHeader()
        header.setFixedHeight(theme.height(SIZES.table_header))
        self.verticalHeader().setDefaultSectionSize(theme.height(SIZES.table_row))
        self.setIconSize(QSize(theme.tokens.icon(SIZES.icon_small), theme.tokens.icon(SIZES.icon_small)))
        for column, words in enumerate(_WORDS):
            if words:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
                self.setColumnWidth(column, theme.metrics().horizontalAdvance(words) + 24)
            else:
                header.setSectionResizeMode(column, QHeaderView.ResizeMode.Stretch)

    def begin(self) -> None:
        """The first line that has no outcome yet."""
        rows = range(self._lines.rowCount())
        open_ = (r for r in rows if not self._lines.index(r, _OUTCOME).data())
        self._go_to(next(open_, 0))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        index, text = self.currentIndex(), event.text()
        plain = event.modifiers() in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier)
        if index.isValid() and plain and index.column() == _OUTCOME and text and text in _DIGITS:
            self._lines.type_in(index.row(), "outcome", text)
            self.setCurrentIndex(self._lines.index(index.row(), _NOTE))
        elif (
            index.isValid()
            and index.column() == _OUTCOME
            and event.key()
            in (
                Qt.Key.Key_Delete,
                Qt.Key.Key_Backspace,
            )
        ):
            self._lines.type_in(index.row(), "outcome", "")
        elif plain and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if self.state() is QAbstractItemView.State.EditingState:
                return  # the cell passes its Enter on; `closeEditor` answers it
            self._go_to(min(index.row() + 1, self._lines.rowCount() - 1))
        else:
            super().keyPressEvent(event)

    def closeEditor(self, editor: QWidget, hint: QAbstractItemDelegate.EndEditHint) -> None:
        """Enter in a cell that is being typed: a door leads to its outcome, everything else to the next line."""
        super().closeEditor(editor, hint)
        if hint is QAbstractItemDelegate.EndEditHint.SubmitModelCache and self.currentIndex().column() == 0:
            self.setCurrentIndex(self._lines.index(self.currentIndex().row(), _OUTCOME))
        elif hint is QAbstractItemDelegate.EndEditHint.SubmitModelCache:
            self._go_to(min(self.currentIndex().row() + 1, self._lines.rowCount() - 1))

    def _go_to(self, row: int) -> None:
        door = self._lines.index(row, 0).data()
        self.setCurrentIndex(self._lines.index(row, _OUTCOME if door else 0))
