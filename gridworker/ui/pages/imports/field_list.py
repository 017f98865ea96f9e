"""The columns of one sheet, each with what stands in it and the field it was taken for; every one can be corrected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from itertools import chain, islice

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QStandardItem, QStandardItemModel, QWheelEvent
from PySide6.QtWidgets import QComboBox, QGridLayout, QWidget

from gridworker.imports.aliases import FIELDS
from gridworker.imports.layout import Column, Layout
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.fields import fit_control
from gridworker.ui.widgets.labels import IconLabel, TextLabel, row
from gridworker.wording import Wording

_LEFT_OUT = ""
#: So many lines are made at a time: a sheet may have many columns, and the window goes on in between.
_AT_ONCE = 4


class FieldChoice(QComboBox):
    """The field of one column. The wheel scrolls the list it stands in, never the choice."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.ignore()


class FieldList(QWidget):
    """`chosen(letter, field)`; the field "" leaves the column out. `filled` when every line is there."""

    chosen = Signal(str, str)
    filled = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.setProperty("plain", "true")
        self.choices: dict[str, FieldChoice] = {}
        self._waiting: Iterator[tuple[int, Column, str]] = iter(())
        self._fields = self._field_model()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(SIZES.card_pad, SIZES.gap_2, SIZES.card_pad, SIZES.gap_2)
        self._grid.setHorizontalSpacing(SIZES.gap_3)
        self._grid.setVerticalSpacing(SIZES.gap_1)
        self._grid.setColumnStretch(2, 1)
        theme.changed.connect(self._restyle)

    def _field_model(self) -> QStandardItemModel:
        model = QStandardItemModel(self)
        for name in (_LEFT_OUT, *FIELDS):
            key = f"import.field.{name}" if name else "import.field.left_out"
            item = QStandardItem(self._wording(key))
            item.setData(name, Qt.ItemDataRole.UserRole)
            model.appendRow(item)
        return model

    def show_layout(self, layout: Layout, samples: Mapping[str, str]) -> None:
        """The columns of `layout` as they stand."""
        if list(self.choices) == [c.letter for c in layout.columns if not c.refused] and self.choices:
            for column in layout.columns:
                if column.letter in self.choices:
                    self._show_field(self.choices[column.letter], column)
            return
        self._empty()
        self._grid.setRowStretch(len(layout.columns), 1)
        columns = enumerate(layout.columns)
        self._waiting = iter([(place, one, samples.get(one.letter, "")) for place, one in columns])
        self._add_some()

    def _add_some(self) -> None:
        """The next lines, and the rest when the window has drawn them."""
        for place, column, sample in islice(self._waiting, _AT_ONCE):
            self._add(place, column, sample)
        rest = next(self._waiting, None)
        if rest is not None:
            self._waiting = chain((rest,), self._waiting)
            QTimer.singleShot(0, self, self._add_some)
        else:
            self.filled.emit()

    def _empty(self) -> None:
        self.choices = {}
        while self._grid.count():
            item = self._grid.takeAt(0)
            part = item.widget() if item is not None else None
            if part is not None:
                part.deleteLater()
        for place in range(self._grid.rowCount()):
            self._grid.setRowStretch(place, 0)

    def _add(self, place: int, column: Column, sample: str) -> None:
        theme = self._theme
        self._grid.addWidget(TextLabel(theme, column.letter, "body", "text2"), place, 0)
        self._grid.addWidget(TextLabel(theme, column.header or "–", "body_bold"), place, 1)
        what = TextLabel(theme, sample, "body", "text2")
        what.setMinimumWidth(1)
        what.setToolTip(sample)
        self._grid.addWidget(what, place, 2)
        if column.refused:
            self._grid.addWidget(self._refusal(column), place, 3)
            return
        choice = FieldChoice()
        choice.setModel(self._fields)
        choice.setAccessibleName(f"{column.letter} {column.header}")
        choice.setMaxVisibleItems(16)
        fit_control(theme, choice, SIZES.control_small)
        self._show_field(choice, column)
        choice.activated.connect(partial(self._pick, column.letter, choice))
        self.choices[column.letter] = choice
        self._grid.addWidget(choice, place, 3)

    def _refusal(self, column: Column) -> QWidget:
        """Why the column is never read; nobody can change that."""
        said = QWidget()
        words = TextLabel(self._theme, self._wording(f"import.reason.{column.why}"), "body", "late")
        said.setLayout(row(IconLabel(self._theme, "ban", "late"), words, None))
        return said

    def _show_field(self, choice: FieldChoice, column: Column) -> None:
        choice.setCurrentIndex(choice.findData(column.field))
        choice.setToolTip("" if column.field else self._wording(f"import.reason.{column.why}"))

    def _pick(self, letter: str, choice: FieldChoice, _index: int) -> None:
        self.chosen.emit(letter, str(choice.currentData()))

    def _restyle(self) -> None:
        for choice in self.choices.values():
            fit_control(self._theme, choice, SIZES.control_small)
