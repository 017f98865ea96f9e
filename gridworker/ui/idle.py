"""Notices that nobody has typed or clicked for a while, or that the computer slept. Listens to the windows of the
screen, not to every widget: a filter on the whole application is called for each event there is, and makes Python know
every kind of object."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtGui import QGuiApplication, QWindow

_MINUTE_MS = 60_000
#: Timers may stand still while a computer sleeps, its clock does not: a jump this long was sleep, or a clock set.
_TICK_MS, _SLEPT_S = 5_000, 60.0
_SIGNS = (QEvent.Type.KeyPress, QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.TouchBegin)


class Idle(QObject):
    """Calls `expired` when nothing was typed or clicked in any window for `minutes`, and when the computer wakes."""

    def __init__(self, app: QGuiApplication, expired: Callable[[], None], minutes: float) -> None:
        super().__init__(app)
        self._expired = expired
        self._heard: set[int] = set()
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(expired)
        self.wait(minutes)
        self._seen = time.time()
        ticks = QTimer(self)
        ticks.timeout.connect(self._tick)
        ticks.start(_TICK_MS)
        app.focusWindowChanged.connect(self._listen)

    def wait(self, minutes: float) -> None:
        """Another length of time, from now on."""
        self._timer.setInterval(round(minutes * _MINUTE_MS))
        self._timer.start()

    def _tick(self) -> None:
        before, self._seen = self._seen, time.time()
        if self._seen - before > _TICK_MS / 1000 + _SLEPT_S:
            self._expired()

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
