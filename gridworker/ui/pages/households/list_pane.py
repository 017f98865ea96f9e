"""The households as a table: state filter and order above it, or a sentence where the list is empty."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QStackedWidget, QVBoxLayout, QWidget

from gridworker.ui.pages.households.presenter import SORTS
from gridworker.ui.pages.households.state_filter import StateFilter
from gridworker.ui.pages.households.table_model import HouseholdTable
from gridworker.ui.pages.households.table_view import HouseholdTableView
from gridworker.ui.theme import Theme
from gridworker.ui.tokens import SIZES
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.ui.widgets.key_hints import KeyHint
from gridworker.ui.widgets.labels import row
from gridworker.wording import Wording

_KEYS = (
    ("↑ ↓", "households.hint.move"),
    ("↵", "households.hint.visit"),
    ("F2", "households.hint.edit"),
    ("F10", "homes.more"),
    ("Ctrl+Shift+N", "homes.new.button"),
    ("Ctrl+F", "households.hint.find"),
    ("T", "matrix.hint.matrix"),
    ("Esc", "households.hint.close"),
    ("Ctrl+H", "organisation.hint.link"),
    ("Shift+↓", "matrix.hint.choose"),
    ("Ctrl+A", "homes.chosen.all"),
    ("W", "homes.chosen.plan"),
    ("P", "homes.chosen.print"),
)


class ListPane(QWidget):
    """Holds the parts; the page connects them."""

    def __init__(self, theme: Theme, wording: Wording, model: HouseholdTable) -> None:
        super().__init__()
        self._wording = wording
        self.table = HouseholdTableView(theme, wording, model)
        self.states = StateFilter(theme, wording)
        self.order = QComboBox()
        for sort in SORTS:
            self.order.addItem(wording(f"households.order.{sort}"), sort)
        self.order.setAccessibleName(wording("households.order_name"))
        self.hints = tuple(KeyHint(key, wording(name)) for key, name in _KEYS)
        self.nothing = EmptyState(theme, "house", wording("households.empty"))
        table_card = Card(theme, flush=True)
        table_card.body.addWidget(self.table)
        empty_card = Card(theme)
        empty_card.body.addWidget(self.nothing)
        self._lists = QStackedWidget()
        self._lists.addWidget(table_card)
        self._lists.addWidget(empty_card)
        self.tools = row(self.states, self.order, gap=SIZES.gap_3)
        self.tools.setStretch(0, 1)
        self.tools.setAlignment(self.order, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(SIZES.gap_2)
        layout.addLayout(self.tools)
        layout.addWidget(self._lists, 1)

    def show_table(self, filled: bool, *, narrowed: bool) -> None:
        """The table, or in its place a sentence: nothing is here, or nothing passes the filter."""
        self.nothing.sentence.setText(
            self._wording("households.none_match" if narrowed else "households.empty")
        )
        self._lists.setCurrentIndex(0 if filled else 1)
