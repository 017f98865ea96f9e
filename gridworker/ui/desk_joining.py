"""What ties a computer to its server, from the window: a community that stands alone is brought to one, and a notice
about the time that is left leads to what is known of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from gridworker.errors import ServerUnproven
from gridworker.ui.background import Background
from gridworker.ui.desk_pages import SYNC
from gridworker.ui.open_profile import AdoptionPlan, OpenProfile
from gridworker.ui.page import PageFrame
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.sync.engine import Show
    from gridworker.ui.desk import Desk
    from gridworker.ui.pages.sync.adopt_dialog import AdoptDialog


class DeskJoining(QObject):
    """`joined(OpenProfile)` when it is over: the same store, with a server."""

    joined = Signal(object)

    def __init__(
        self, desk: Desk, theme: Theme, wording: Wording, background: Background, profile: OpenProfile
    ) -> None:
        super().__init__(desk)
        self._theme, self._wording, self._background, self._desk = theme, wording, background, desk
        self._adoption = profile.adoption
        self.dialog: AdoptDialog | None = None
        desk.pages.adoption = self._adoption
        self._told = ""  # what is wrong with the server's certificate is said once, not at every attempt
        if desk.pilot is not None:
            desk.pilot.asked.connect(lambda: self._tell("sync.told.trying"))
            desk.pilot.answered.connect(self._answer)
            desk.pilot.shown.connect(self._watch)
        desk.window.notice.device_wanted.connect(self._show_device)
        if self._adoption is not None:
            desk.pages.join_wanted.connect(self.offer)

    def offer(self) -> None:
        """Count what would go, and ask where to."""
        assert self._adoption is not None
        self._background.run(
            self._adoption.look, self._ask, self._desk.pages.tell_error, topic="join", owner=self
        )

    def _ask(self, plan: AdoptionPlan) -> None:
        from gridworker.ui.pages.sync.adopt_dialog import AdoptDialog

        assert self._adoption is not None
        self.dialog = AdoptDialog(
            *(self._theme, self._wording, self._background, self._adoption, plan, self._desk.window)
        )
        self.dialog.joined.connect(self.joined)
        self.dialog.open()

    def _answer(self, show: Show) -> None:
        """Who asked for an exchange hears how it ended."""
        if show.error is not None:
            self._desk.pages.tell_error(show.error)
        elif show.copying:
            self._tell("sync.told.incomplete")
        else:
            self._tell("sync.told.up_to_date")

    def _tell(self, key: str) -> None:
        page = self._desk.window.page(self._desk.window.current_page)
        if isinstance(page, PageFrame):
            page.undo_bar.tell(self._wording(key))

    def _watch(self, show: Show) -> None:
        """Somebody else in the server's place is no network that is away: it is said, and why."""
        if show.phase != "waiting":
            return
        reason = str(show.error.values["reason"]) if isinstance(show.error, ServerUnproven) else ""
        if show.error is not None and reason and reason != self._told:
            self._desk.pages.tell_error(show.error)
        self._told = reason

    def _show_device(self) -> None:
        self._desk.window.show_page(SYNC, focus=True)
        self._desk.pages.made(SYNC).show_device()

    def stop(self) -> None:
        """The desk is being locked: what runs ends at its next step and can be gone on with."""
        if self.dialog is not None:
            self.dialog.stop()
