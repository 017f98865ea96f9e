"""A form as a plain grid: its texts where they stand, what will be filled in marked, every cell reached by keyboard."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from gridworker.exports.filling.grid import Grid, Spot, name_of
from gridworker.exports.filling.reading import TEXT, Target
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES

_Index = QModelIndex | QPersistentModelIndex
#: Larger forms are shown to here; what lies beyond can be mapped in the file.
MOST_ROWS, MOST_COLUMNS = 400, 80
_NARROWEST, _WIDEST = 46, 220
_ROLE: Final = Qt.ItemDataRole


class FormModel(QAbstractTableModel):
    """One sheet. A cell that is filled says its value, and what it is called to who has it read out."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self.sheet, self.grid = 0, Grid("", {})
        self._filled: Mapping[Spot, tuple[str, str]] = {}

    def show(self, sheet: int, grid: Grid) -> None:
        self.beginResetModel()
        self.sheet, self.grid, self._filled = sheet, grid, {}
        self.endResetModel()

    def mark(self, filled: Mapping[Spot, tuple[str, str]]) -> None:
        """`filled`: value and name by spot."""
        self._filled = filled
        last = self.index(max(self.rowCount() - 1, 0), max(self.columnCount() - 1, 0))
        self.dataChanged.emit(self.index(0, 0), last)

    def rowCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else min(self.grid.rows + 1, MOST_ROWS)

    def columnCount(self, parent: _Index = QModelIndex()) -> int:  # noqa: B008
        return 0 if parent.isValid() else min(self.grid.columns + 1, MOST_COLUMNS)

    def spot(self, index: _Index) -> Spot:
        return self.grid.first_of((index.row() + 1, index.column() + 1))

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = _ROLE.DisplayRole) -> Any:
        if role != _ROLE.DisplayRole:
            return None
        if orientation is Qt.Orientation.Vertical:
            return str(section + 1)
        return name_of((1, section + 1))[:-1]

    def data(self, index: _Index, role: int = _ROLE.DisplayRole) -> Any:
        spot = self.spot(index)
        text, (value, name) = self.grid.texts.get(spot, ""), self._filled.get(spot, ("", ""))
        match role:
            case _ROLE.DisplayRole:
                return value if name else "ƒ" if text == "=" else text
            case _ROLE.ToolTipRole:
                return name or None
            case _ROLE.AccessibleTextRole:
                said = f"{name} {value}" if name else text
                return f"{name_of(spot)} {said}".strip()
            case _ROLE.ForegroundRole:
                return self._theme.colour("accent" if name else "text")
            case _ROLE.FontRole:
                return self._theme.font("body_bold" if name else "body")
            case _ROLE.BackgroundRole:
                return self._theme.colour("hover" if name else "surface" if text == "" else "alt")
            case _ROLE.TextAlignmentRole:
                side = Qt.AlignmentFlag.AlignRight if name else Qt.AlignmentFlag.AlignLeft
                return side | Qt.AlignmentFlag.AlignVCenter
        return None


class FormView(QTableView):
    """`chosen(Target)` when the person moves · `wanted` on Enter: something is to be put there · `cleared` on Del."""

    chosen = Signal(object)
    wanted = Signal()
    cleared = Signal()

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self.model_of_form = FormModel(theme)
        self.setModel(self.model_of_form)
        self.setAccessibleName(name)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setSectionsClickable(False)
        self.verticalHeader().setHighlightSections(False)
        self.verticalHeader().setSectionsClickable(False)
        self.selectionModel().currentChanged.connect(lambda *_: self._moved())
        self.doubleClicked.connect(lambda _: self.wanted.emit())
        theme.changed.connect(self._restyle)
        self._restyle()

    def show_sheet(self, sheet: int, grid: Grid) -> None:
        self.clearSpans()
        self.model_of_form.show(sheet, grid)
        rows, columns = self.model_of_form.rowCount(), self.model_of_form.columnCount()
        for (row, column), (down, across) in grid.spans.items():
            if row <= rows and column <= columns and (down > 1 or across > 1):
                self.setSpan(
                    row - 1, column - 1, min(down, rows - row + 1), min(across, columns - column + 1)
                )
        self._fit_columns()
        if rows and columns:
            self.setCurrentIndex(self.model_of_form.index(0, 0))

    def mark(self, filled: Mapping[Spot, tuple[str, str]]) -> None:
        self.model_of_form.mark(filled)

    def target(self) -> Target | None:
        """What the current cell is."""
        index = self.currentIndex()
        if not index.isValid():
            return None
        sheet, spot = self.model_of_form.sheet, self.model_of_form.spot(index)
        if sheet == TEXT:
            return (
                Target(TEXT, placeholder=self.model_of_form.grid.texts.get(spot, ""))
                if spot[1] == 1
                else None
            )
        text = self.model_of_form.grid.texts.get(spot, "")
        return Target(sheet, spot, text if text.startswith("{{") and text.endswith("}}") else "")

    def go_to(self, spot: Spot) -> None:
        self.setCurrentIndex(self.model_of_form.index(spot[0] - 1, spot[1] - 1))

    def _moved(self) -> None:
        target = self.target()
        if target is not None:
            self.chosen.emit(target)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_F2):
            self.wanted.emit()
        elif event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.cleared.emit()
        else:
            super().keyPressEvent(event)

    def _fit_columns(self) -> None:
        grid, width = self.model_of_form.grid, self._theme.metrics("body").horizontalAdvance
        longest: dict[int, int] = {}
        for (row, column), text in grid.texts.items():
            if grid.spans.get((row, column), (1, 1))[1] == 1:
                longest[column] = max(longest.get(column, 0), width(text.split("\n")[0]))
        scale = self._theme.tokens.scale
        for column in range(self.model_of_form.columnCount()):
            wanted = longest.get(column + 1, 0) + 2 * SIZES.gap_2
            self.setColumnWidth(column, round(min(max(wanted, _NARROWEST * scale), _WIDEST * scale)))

    def _restyle(self) -> None:
        theme = self._theme
        self.verticalHeader().setDefaultSectionSize(theme.height(SIZES.table_row))
        for header in (self.horizontalHeader(), self.verticalHeader()):
            header.setFont(theme.font("caption"))
        self.horizontalHeader().setFixedHeight(theme.height(SIZES.table_header))
        self._fit_columns()
        self.viewport().update()
