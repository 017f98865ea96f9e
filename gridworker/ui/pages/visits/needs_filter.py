"""The filter of the own due list by service needs: there only for whoever serves them, and while there are any."""

from __future__ import annotations

from collections.abc import Callable

from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.wording import Wording


class NeedsFilter(Button):
    """A small switch; `chosen(on)` when the person presses it."""

    def __init__(self, theme: Theme, wording: Wording, chosen: Callable[[bool], None]) -> None:
        super().__init__(theme, "", "quiet", icon="hand", small=True)
        self._wording, self._chosen = wording, chosen
        self._on, self._count = False, 0
        self.clicked.connect(self._switch)
        self.hide()

    def show_count(self, count: int) -> None:
        """How many of those who wait have asked for a service; none hides the filter and ends it."""
        self._count = count
        self.setVisible(count > 0)
        if not count and self._on:
            self._switch()
        self._say()

    def _switch(self) -> None:
        self._on = not self._on
        self._say()
        self._chosen(self._on)

    def _say(self) -> None:
        self.set_label(
            self._wording("visit.needs_all" if self._on else "visit.needs_only", count=self._count)
        )
