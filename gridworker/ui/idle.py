"""Notices that nobody has typed or clicked for a while. Listens to the windows of the screen, not to every widget: a
filter on the whole application is called for each event there is, and makes Python know every kind of object."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QWindow

#: Without a key or the mouse for this long the window locks itself.
IDLE_MS = 5 * 60_000
_SIGNS = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.TouchBegin)


class Idle(QObject):
    """Calls `expired` when nothing was typed or clicked in any window for `after` milliseconds."""

    def __init__(self, app: QGuiApplication, expired: Callable[[], None], after: int = IDLE_MS) -> None:
        super().__init__(app)
        self._heard: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(after)
        self._timer.timeout.connect(expired)
        self._timer.start()
        app.focusWindowChanged.connect(self._listen)

    def _listen(self, window: QWindow | None) -> None:
        """A window that is typed into was given the focus first; menus and lists of a field open over one."""
        if window is None or id(window) in self._heard:
            return
        known = id(window)
        self._heard.add(known)
        window.destroyed.connect(lambda: self._heard.discard(known))
        window.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in _SIGNS:
            self._timer.start()
        return False
