"""What is being typed into the form for a demand is on the disk within a moment, and taken up again the next time."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QObject, QTimer

from gridworker.ui.pages.demands.register_dialog import RegisterDialog

#: A draft is on the disk at most this long after a key was pressed (and the time of one write).
KEEP_MS = 500


class RegisterDraft(QObject):
    """Watches `dialog`; `keep(body)` puts a draft on the disk."""

    def __init__(self, dialog: RegisterDialog, keep: Callable[[Mapping[str, object]], None]) -> None:
        super().__init__(dialog)
        self._dialog, self._keep, self._kept = dialog, keep, dialog.drafted()
        self._timer = QTimer(self, singleShot=True, interval=KEEP_MS)
        self._timer.timeout.connect(self.keep)
        dialog.typed.connect(self._typed)
        dialog.finished.connect(self._finished)
        self._over = False

    def _typed(self) -> None:
        if not self._timer.isActive():  # not put off by further typing
            self._timer.start()

    def keep(self) -> None:
        """Put what was typed since the last time on the disk."""
        body = self._dialog.drafted()
        if not self._over and body != self._kept:
            self._kept = body
            self._keep(body)

    def _finished(self, result: int) -> None:
        """What was registered leaves no draft; what was left stays as one."""
        self._timer.stop()
        if result:
            self._over = True
        self.keep()
        self._over = True

    def is_open(self) -> bool:
        """Whether what is typed is still to be kept."""
        return not self._over

    def forget(self) -> None:
        """It is thrown away: nothing more is kept."""
        self._timer.stop()
        self._over = True
