"""The filter of the demands page and the button that opens it: which of them is shown, and what it says."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from gridworker.store.demand_rows import DemandFilter
from gridworker.ui.pages.demands.filter_row import FilterRow
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.wording import Wording


class Narrowing(QObject):
    """`toggled` when the row comes or goes, `left` when the keyboard goes on to the list. `narrow` takes what is
    wanted."""

    toggled = Signal()
    left = Signal()

    def __init__(self, theme: Theme, wording: Wording, narrow: Callable[[DemandFilter], None]) -> None:
        super().__init__()
        self._wording, self._narrow = wording, narrow
        self.shown = False
        self.row = FilterRow(theme, wording)
        self.button = Button(theme, wording("demands.filter_open"), icon="list-filter")
        self.row.changed.connect(self._changed)
        self.row.text.returnPressed.connect(self._into_list)
        self.button.clicked.connect(self.toggle)

    def toggle(self) -> None:
        """Show the row, or take it away with what it wished."""
        self.shown = not self.shown
        self.toggled.emit()
        if self.shown:
            self.row.take_focus()
        elif self.row.count():
            self.row.clear()
            self.row.tell()

    def open(self) -> None:
        """Show the row and put the keyboard into it."""
        self.shown = True
        self.toggled.emit()
        self.row.take_focus()

    def _changed(self, wanted: DemandFilter) -> None:
        count, words = self.row.count(), self._wording("demands.filter_open")
        self.button.set_label(f"{words} {count}" if count else words)
        self._narrow(wanted)

    def _into_list(self) -> None:
        self.row.tell()
        self.left.emit()
