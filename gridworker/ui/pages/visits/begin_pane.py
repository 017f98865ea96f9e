"""What the middle of the visits page shows while no visit is written down: go on with the round, or say whom."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import Signal

from gridworker.store.rows import Hit, HitKind
from gridworker.ui.background import Background
from gridworker.ui.search.finds import Find
from gridworker.ui.search.search_box import SearchBox
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.card import Card
from gridworker.ui.widgets.empty_state import EmptyState
from gridworker.wording import Wording

_PLACES = (HitKind.SHOP, HitKind.SPOT)


class BeginPane(Card):
    """`first_asked` for who is next in the round, `record_chosen(id)` of the household, shop or spot that was found."""

    first_asked = Signal()
    record_chosen = Signal(bytes)

    def __init__(
        self, theme: Theme, wording: Wording, background: Background, find: Callable[[str], Sequence[Hit]]
    ) -> None:
        super().__init__(theme)
        self.start_button = Button(theme, wording("visit.start"), "primary", icon="plus", key="Ctrl+N")
        self.field = SearchBox(theme, wording, hint=wording("visit.find"), key="")
        self.field.serve(find, partial(background.run, owner=self.field), ())
        self.state = EmptyState(theme, "footprints", wording("visit.empty"), self.start_button)
        self.state.add_below(self.field)
        self.body.addWidget(self.state)
        self.start_button.clicked.connect(self.first_asked)
        self.field.chosen.connect(self._chosen)

    def _chosen(self, found: Find) -> None:
        hit = found.hit
        if hit is not None:
            self.record_chosen.emit(hit.id if hit.kind in _PLACES else hit.household_id or hit.id)

    def take_focus(self) -> None:
        """The door is to be typed."""
        self.field.take_focus()
