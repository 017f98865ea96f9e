"""What can be put into the chosen cell: a search, the figures and lists with their present values, and how it is
written."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from gridworker.exports.filling.mapping import Format, Place
from gridworker.ui.pages.fill.choices import Choice
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.fields import FieldRow, fit_control
from gridworker.ui.widgets.labels import TextLabel, row
from gridworker.ui.widgets.lines_table import Line, LineColumn, LinesTable
from gridworker.ui.widgets.search_field import SearchField
from gridworker.wording import Wording

FORMATS: dict[str, Format] = {
    "plain": "", "text": "text", "whole": "0", "one": "0.0", "percent": "0%", "percent_one": "0.0%",
    "thousands": "#,##0",
}  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What the person chose for the cell."""

    choice: Choice
    form: Format
    columns: tuple[str, ...]
    rows: int


class ChoicePanel(QWidget):
    """`put(Wish)` when the person takes what is chosen in the list · `cleared` · `chosen(Choice)` on the way there."""

    put = Signal(object)
    cleared = Signal()
    chosen = Signal(object)

    def __init__(self, theme: Theme, wording: Wording, look_for: Callable[[str], Sequence[Choice]]) -> None:
        super().__init__()
        self._theme, self._wording, self._look_for = theme, wording, look_for
        self.where = TextLabel(theme, "", "body_bold")
        self.search = SearchField(theme, wording("fill.search"), clear=wording("widgets.clear"), key="F3")
        columns = (
            LineColumn(wording("fill.columns.name"), "在办诉求·上期", wide=True),
            LineColumn(wording("fill.columns.value"), "2026-11-22"),
        )
        self.list = LinesTable(theme, wording("fill.figures"), columns)
        self.none = TextLabel(theme, wording("fill.none"), "body", "text2", wrap=True)
        self.form, self.columns, self.rows = QComboBox(), QLineEdit(), QSpinBox()
        self.put_button = Button(theme, wording("fill.put"), "primary", key="Ctrl+↵")
        self.clear_button = Button(theme, wording("fill.clear"), key="Del")
        self._fill()
        self._connect()

    def _fill(self) -> None:
        wording, layout = self._wording, QVBoxLayout(self)
        layout.setContentsMargins(SIZES.gap_3, SIZES.gap_3, SIZES.gap_3, SIZES.gap_3)
        layout.setSpacing(SIZES.gap_2)
        for name in FORMATS:
            self.form.addItem(wording(f"fill.format_name.{name}"), name)
        self.rows.setRange(1, 1000)
        self.form.setAccessibleName(wording("fill.format"))
        self.form.setToolTip(wording("fill.format"))
        fit_control(self._theme, self.form, SIZES.control_small)
        self._theme.changed.connect(self._fit_form)
        self.columns_row = FieldRow(self._theme, wording("fill.list_columns"), self.columns)
        self.rows_row = FieldRow(self._theme, wording("fill.list_rows"), self.rows)
        head = QWidget()
        head.setLayout(row(self.where, None, self.form))
        layout.addWidget(head)
        layout.addWidget(self.search)
        layout.addWidget(self.none)
        layout.addWidget(self.list, 1)
        for widget in (self.columns_row, self.rows_row):
            layout.addWidget(widget)
        foot = QWidget()
        foot.setLayout(row(None, self.clear_button, self.put_button))
        layout.addWidget(foot)
        self._show_list_fields(False)
        self.none.hide()

    def _fit_form(self) -> None:
        fit_control(self._theme, self.form, SIZES.control_small)

    def _connect(self) -> None:
        self.search.textChanged.connect(lambda _: self.refresh())
        self.search.installEventFilter(self)
        self.list.chosen.connect(self._moved)
        self.list.opened.connect(lambda _: self.take())
        self.put_button.clicked.connect(self.take)
        self.clear_button.clicked.connect(self.cleared)

    def set_narrow(self, narrow: bool) -> None:
        """Where room is short the keys are not printed on the buttons."""
        for button in (self.put_button, self.clear_button):
            button.set_key_shown(not narrow)

    def take_focus(self) -> None:
        """Look for another figure: what was typed before is chosen, so that typing replaces it."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def refresh(self) -> None:
        """Show what the search finds, by name, with the present values."""
        self.list.show_lines(
            [
                Line(one.key, (one.name, self._value(one)), f"{one.name} {self._value(one)}")
                for one in self._look_for(self.search.text())
            ]
        )
        found = bool(self.list.lines())
        self.none.setVisible(not found)
        self.put_button.setEnabled(found)
        if self.list.current_key() is None and found:
            self.list.choose(0)

    def _value(self, one: Choice) -> str:
        return self._wording("fill.count", count=one.value) if one.is_list else one.value

    def choice(self) -> Choice | None:
        key = self.list.current_key()
        return next((one for one in self._look_for("") if one.key == key), None)

    def _moved(self, _: object) -> None:
        one = self.choice()
        if one is not None:
            self._show_list_fields(one.is_list)
            self.chosen.emit(one)

    def _show_list_fields(self, shown: bool) -> None:
        self.columns_row.setVisible(shown)
        self.rows_row.setVisible(shown)

    def suggest(self, columns: tuple[str, ...], rows: int) -> None:
        """Columns and rows that fit the chosen cell."""
        self.columns.setText(" ".join(columns))
        self.rows.setValue(max(rows, 1))

    def show_place(self, where: str, place: Place | None) -> None:
        """The cell that is chosen, and what is put there already."""
        self.where.setText(where)
        self.clear_button.setEnabled(place is not None)
        if place is None:
            return
        key = place.figure or place.list
        at = next((at for at, line in enumerate(self.list.lines()) if line.key == key), None)
        if at is not None:
            self.list.choose(at)
        self.form.setCurrentIndex(list(FORMATS.values()).index(place.format))
        if place.list:
            self.suggest(place.columns, place.rows)

    def take(self) -> None:
        one = self.choice()
        if one is not None:
            form = FORMATS[str(self.form.currentData())]
            self.put.emit(Wish(one, form, tuple(self.columns.text().split()), self.rows.value()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """From the search, up and down move in the list and Enter takes what is chosen there."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()))
            if step is not None and self.list.lines():
                at = self.list.currentIndex().row() + step
                self.list.choose(min(max(at, 0), len(self.list.lines()) - 1))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.take()
                return True
        return False
