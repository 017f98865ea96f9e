"""Tells the window that records changed: a queued hop from whatever thread saved them. It carries ids, never rows."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal


class Notifier(QObject):
    """`publish` may be called from any thread; `changed` arrives in the thread this object lives in."""

    changed = Signal(object)
    _published = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._published.connect(self._pass_on)

    def publish(self, changes: object) -> None:
        """Pass on a frozen `Changes` value."""
        self._published.emit(changes)

    def _pass_on(self, changes: object) -> None:
        self.changed.emit(changes)
