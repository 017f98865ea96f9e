"""The end of a profile whose device the server has stopped: asked about, then wiped away from the window's thread."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gridworker.ui.background import Background
from gridworker.ui.open_profile import OpenProfile
from gridworker.ui.theme import Theme
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.store.queries.leaving import Leaving
    from gridworker.ui.desk import Desk


class DeskLeaving:
    """Asks when the notice's button is pressed; the desk is over once nothing is left."""

    def __init__(
        self, desk: Desk, theme: Theme, wording: Wording, background: Background, profile: OpenProfile
    ) -> None:
        self._theme, self._wording, self._background = theme, wording, background
        self._profile, self._desk, self._window = profile, desk, desk.window
        self._window.notice.leave_wanted.connect(self.offer)

    def offer(self) -> None:
        """Say what goes and what to do about unsent work."""
        from gridworker.store.queries.leaving import leaving

        store = self._profile.store
        self._background.run(lambda: leaving(store), self._ask, owner=self._window)

    def _ask(self, going: Leaving) -> None:
        from gridworker.ui.dialogs.leave import LeaveDialog, WipedDialog

        dialog = LeaveDialog(
            *(self._theme, self._wording, self._background, self._profile.store, going, self._window)
        )

        def wiped(receipt: bool) -> None:
            dialog.accept()
            WipedDialog(self._theme, self._wording, self._window, receipt=receipt).exec()
            self._desk.locked.emit()

        def wipe() -> None:
            self._desk.retire()
            self._background.run(self._profile.wipe, wiped, dialog.show_failure, lane="serial")

        dialog.wipe_wanted.connect(wipe)
        dialog.open()
