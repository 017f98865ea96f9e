"""Drives the sync engine from the window: timer and events in, exchanges away from the window's thread, states out.
Decides nothing: when and whether is the engine's."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from gridworker.changes import Changes
from gridworker.sync.engine import (
    Asked,
    Close,
    Event,
    Locking,
    Opened,
    Phase,
    Saved,
    Show,
    State,
    Tick,
    WakeAt,
    Work,
    step,
)
from gridworker.ui.background import Background

Perform = Callable[[Work], tuple[Event, Changes | None]]


class SyncPilot(QObject):
    """`shown(Show)` what the window may say · `asked()` a person wants an exchange, `answered(Show)` how it ended ·
    `received(Changes)` rows came · `may_close()` after `lock`."""

    shown, answered = Signal(object), Signal(object)
    received = Signal(object)
    asked, may_close = Signal(), Signal()

    def __init__(self, background: Background, perform: Perform, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background, self._perform = background, perform
        self._state, self._asked = State(), False
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(lambda: self._happened(Tick(time.monotonic())))

    def open(self, *, unsent: bool) -> None:
        """The profile is open: begin."""
        self._happened(Opened(time.monotonic(), unsent))

    def saved(self) -> None:
        """Something was saved here."""
        self._happened(Saved(time.monotonic()))

    def ask(self) -> None:
        """The person wants it now; `answered` follows."""
        self._asked = True
        self.asked.emit()
        self._happened(Asked(time.monotonic()))

    def lock(self) -> None:
        """One last push if something is unsent; `may_close` follows within ten seconds."""
        self._happened(Locking(time.monotonic()))

    def _happened(self, event: Event) -> None:
        self._state, effects = step(self._state, event)
        for effect in effects:
            if isinstance(effect, Work):
                self._start(effect)
                continue
            match effect:
                case WakeAt():
                    self._timer.start(max(0, round((effect.at - time.monotonic()) * 1000)))
                case Show():
                    self.shown.emit(effect)
                case Close():
                    self._timer.stop()
                    self.may_close.emit()
        shown = [effect for effect in effects if isinstance(effect, Show)]
        if self._asked and shown and self._state.phase in (Phase.WAITING, Phase.STOPPED):
            self._asked = False
            self.answered.emit(shown[-1])

    def _start(self, effect: Work) -> None:
        self._background.run(lambda: self._perform(effect), self._done, owner=self, lane="network")

    def _done(self, result: tuple[Event, Changes | None]) -> None:
        event, changes = result
        if changes:
            self.received.emit(changes)
        self._happened(event)
