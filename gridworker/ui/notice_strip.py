"""One line above the page about the whole profile: what a person should know, what to do next, and the one act there
is. Shows one notice at a time, the newest first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal

from gridworker.ui.theme import Theme
from gridworker.ui.widgets.banner import Banner
from gridworker.wording import Wording

if TYPE_CHECKING:
    from gridworker.store.queries.notices import Notice

#: What stands or falls by itself and cannot be put away.
_STANDING = frozenset(
    ("clock_off", "no_post", "draining", "copying", "copy_no_room", "program_older", "server_older")
)
#: What page 同步 tells more about, and what then happens.
_OF_DEVICE = frozenset(("sealed", "lease_ends", "lease_out"))
#: The notice of a stopped computer: its button leads to the wipe.
STOPPED = "stopped"
#: The notice that asks for a decision.
DELETIONS = "deletions_held"


class NoticeStrip(Banner):
    """`decided(code)` when the one button of a notice is pressed; that of a stopped computer is `leave_wanted`, of one
    whose lease ends `device_wanted`."""

    decided = Signal(str)
    leave_wanted, device_wanted = Signal(), Signal()

    def __init__(self, theme: Theme, wording: Wording) -> None:
        super().__init__(theme, "due", "triangle-alert", wording("shell.notice.read"))
        self._wording = wording
        self._code = ""
        self.acted.connect(self._act)
        self.hide()

    def _act(self) -> None:
        if self._code == STOPPED:
            self.leave_wanted.emit()
        elif self._code in _OF_DEVICE:
            self.device_wanted.emit()
        else:
            self.decided.emit(self._code)

    def show_notices(self, notices: Sequence[Notice]) -> None:
        """The first of `notices`, and how many there are; none hides the line."""
        if not notices:
            self._code = ""
            self.hide()
            return
        first, say = notices[0], self._wording
        self._code = first.code
        what, following = (say(f"notices.{first.code}.{part}", **first.values) for part in ("what", "next"))
        words = f"{what} {following}"
        more = say("shell.notice.more", n=len(notices) - 1) if len(notices) > 1 else ""
        self.say(f"{words} {more}".rstrip())
        labels = {DELETIONS: "shell.notice.allow", STOPPED: "leave.open"}
        labels |= dict.fromkeys(_OF_DEVICE, "sync.device.open")
        self.button.set_label(say(labels.get(first.code, "shell.notice.read")))
        self.button.setVisible(first.code not in _STANDING)
        self.show()
