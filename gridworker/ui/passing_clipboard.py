"""What was copied here does not stay on the clipboard: names and telephone numbers must not lie there for whatever
program is used next."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QClipboard

#: Long enough to paste it, design page on security ("clipboard cleared after 30 s").
KEEP_MS = 30_000
_MODES = (QClipboard.Mode.Clipboard, QClipboard.Mode.Selection)


class PassingClipboard(QObject):
    """Empties the clipboard 30 s after the last copy, or at once by `forget()`. What another program put there since
    stays. Keep it as long as the application."""

    def __init__(self, clipboard: QClipboard) -> None:
        super().__init__()
        self._clipboard = clipboard
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(KEEP_MS)
        self._waiting.timeout.connect(self.forget)
        clipboard.dataChanged.connect(self._changed)

    def _changed(self) -> None:
        if self._clipboard.ownsClipboard() and self._clipboard.text():
            self._waiting.start()
        else:
            self._waiting.stop()

    def forget(self) -> None:
        """Take away what was copied here, selected text of X11 too."""
        self._waiting.stop()
        own = (self._clipboard.ownsClipboard(), self._clipboard.ownsSelection())
        for mode, ours in zip(_MODES, own, strict=True):
            if ours:
                self._clipboard.clear(mode)
