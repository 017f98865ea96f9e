"""What can be done with several households chosen in the table or the matrix: plan them, print them, link them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QWidget

from gridworker.services.acts import Done
from gridworker.ui.pages.flow import FlowRow
from gridworker.ui.pages.households.connecting import chosen_rids
from gridworker.ui.pages.running import Run
from gridworker.ui.theme import Theme
from gridworker.ui.widgets.buttons import Button
from gridworker.ui.widgets.labels import TextLabel
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.ui.pages.households.page import HouseholdsPage

#: Nobody visits more in a week: a larger choice is a slip of the hand.
MOST_PLANNED = 120


class ChosenBar(QWidget):
    """Shown while more than one household is chosen: how many, and the acts for all of them."""

    print_wanted = Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__()
        self._wording = wording
        self.words = TextLabel(theme, "", "body_bold", "accent")
        self.plan = Button(theme, wording("homes.chosen.plan"), icon="calendar-plus", key="W", small=True)
        self.paper = Button(theme, wording("homes.chosen.print"), icon="printer", key="P", small=True)
        self.link = Button(theme, wording("homes.chosen.link"), icon="users", key="Ctrl+H", small=True)
        self._flow = FlowRow()
        for part in (self.words, self.plan, self.paper, self.link):
            self._flow.add(part)
        line = QHBoxLayout(self)
        line.setContentsMargins(0, 0, 0, 0)
        line.addWidget(self._flow)
        self.paper.clicked.connect(self.print_wanted)
        self.show_count(0)

    def show_count(self, count: int) -> None:
        """One household is not worth a bar."""
        self.words.setText(self._wording("homes.chosen.count", count=f"{count:,}"))
        self.setVisible(count > 1)


class ChosenActs:
    """Puts the bar below the page and ties it to it: `saved` tells an act with its undo."""

    def __init__(
        self,
        page: HouseholdsPage,
        theme: Theme,
        wording: Wording,
        run: Run,
        saved: Callable[[str, Done, bytes | None], None],
    ) -> None:
        self._page, self._run, self._wording, self._saved = page, run, wording, saved
        self.bar = ChosenBar(theme, wording)
        page.body.addWidget(self.bar)
        page.table.chosen.connect(lambda _: self.refresh())
        page.matrix.view.chosen.connect(lambda _: self.refresh())
        self.bar.plan.clicked.connect(self.plan)
        self.bar.link.clicked.connect(self.link)
        page.bind_keys({"W": self.plan, "Ctrl+H": self.link})

    def refresh(self) -> None:
        """Count again: something was chosen, or the other view came to the front."""
        self.bar.show_count(len(self.rids()))

    def plan(self) -> None:
        """Put what is chosen into the plan of this week."""
        rids = self.rids()
        if len(rids) > MOST_PLANNED:
            words = self._wording("homes.chosen.too_many", count=len(rids), most=MOST_PLANNED)
            self._page.undo_bar.tell_error(words, "")
        elif rids:
            planned = partial(self._planned, rids)
            self._run(lambda: self._page.source.plan(rids), planned, self._page.show_error, lane="serial")

    def link(self) -> None:
        """Give what is chosen to a member who keeps in touch with it."""
        rids = self.rids()
        if rids:
            self._run(
                lambda: self._page.source.homes(rids), self._page.acts.link_homes, self._page.show_error
            )

    def rids(self) -> list[int]:
        """The row numbers of the households chosen in the view that is shown, in its order."""
        return chosen_rids(self._page)

    def _planned(self, rids: Sequence[int], done: Done) -> None:
        count = len(done.changes.touched.get("plan_item", ()))
        if not count:
            self._page.undo_bar.tell(self._wording("homes.chosen.none_planned", count=len(rids)))
            return
        key = "planned" if count == len(rids) else "planned_some"
        words = self._wording(f"homes.chosen.{key}", count=count, rest=len(rids) - count)
        self._saved(words, done, None)
