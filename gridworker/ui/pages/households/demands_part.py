"""What a household asked for, what is still open first, with the way to each and to a new one."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gridworker.models.demand_machine import OPEN
from gridworker.store.demand_rows import DemandRow
from gridworker.ui.pages.demands.words import Names, clock_shown, row_spoken
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import Chip, Rule, TextLabel, row
from gridworker.wording import Wording


class _DemandLine(QWidget):
    """One demand: a button with its title, and how it stands."""

    wanted = Signal(bytes)

    def __init__(self, theme: Theme, demand: DemandRow, words: str, chip: Chip) -> None:
        super().__init__()
        self.button = Button(theme, demand.title, "quiet", small=True)
        self.button.setAccessibleName(words)
        self.button.setToolTip(words)
        self.button.clicked.connect(lambda: self.wanted.emit(demand.id))
        line = row(self.button, None, chip)
        self.setLayout(line)


class DemandsPart(QWidget):
    """`demand_wanted(id)`, `new_wanted`. Hidden until `show_rows`, which goes with one household."""

    demand_wanted = Signal(bytes)
    new_wanted = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._theme, self._wording = theme, wording
        self.lines: list[_DemandLine] = []
        self.new_button = Button(
            theme, wording("demands.new.button"), "quiet", icon="plus", key="Ctrl+D", small=True
        )
        self.new_button.clicked.connect(self.new_wanted)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(SIZES.gap_1)
        column.addWidget(Rule())
        self.open_ones = TextLabel(theme, "", "caption", "text2")
        title = TextLabel(theme, wording("demands.title"), "body_bold", "text2")
        column.addLayout(row(title, self.open_ones, None, self.new_button))
        self._column = QVBoxLayout()
        self._column.setSpacing(0)
        column.addLayout(self._column)

    def show_rows(self, demands: Sequence[DemandRow], now: str, *, whole: bool = True) -> None:
        """The demands of the household that is shown, the newest first; `whole`: there are no others."""
        left = sum(one.state in OPEN for one in demands)
        key = "households.still_open" if whole else "households.still_open_least"
        self.open_ones.setText(self._wording(key, count=left) if left else "")
        demands = sorted(demands, key=lambda one: one.state not in OPEN)
        for line in self.lines:
            self._column.removeWidget(line)
            line.hide()
            line.deleteLater()
        self.lines = [self._line(demand, now) for demand in demands]
        for line in self.lines:
            self._column.addWidget(line)

    def _line(self, demand: DemandRow, now: str) -> _DemandLine:
        shown = clock_shown(demand, self._wording, now)
        chip = Chip(self._theme)
        chip.show_state(shown.look, shown.word, shown.sentence)
        words = row_spoken(demand, Names(), self._wording, now)
        made = _DemandLine(self._theme, demand, words, chip)
        made.wanted.connect(self.demand_wanted)
        return made
