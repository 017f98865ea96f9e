"""Notices when the window's thread stops: a timer beats on it, and another thread looks where it stands when a beat
stays away. The gap is what a person waits; `own` is how much of it that thread worked itself, so that a busy machine
is told from a slow program."""

from __future__ import annotations

import faulthandler
import tempfile
import threading
import time
from dataclasses import dataclass
from types import TracebackType

from PySide6.QtCore import QObject, Qt, QTimer

#: Longer than this a person notices.
LEAST = 0.05
_BEAT_MS = 5


@dataclass(frozen=True)
class Gap:
    """Seconds without a beat, seconds of them worked by the window's thread, and where it stood meanwhile."""

    during: str
    seconds: float
    own: float
    stack: str


class Heartbeat(QObject):
    """`with Heartbeat() as beat:` in the window's thread. Name what is done by setting `during`."""

    def __init__(self, least: float = LEAST) -> None:
        super().__init__()
        self.during = ""
        self.gaps: list[Gap] = []
        #: What was being done → the longest gap and the longest own work in seconds, however short.
        self.longest: dict[str, tuple[float, float]] = {}
        self._least, self._thread = least, threading.get_ident()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._stop = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._last, self._worked, self._stood = time.perf_counter(), time.thread_time(), ""

    def __enter__(self) -> Heartbeat:
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._timer.start()
        self._watching.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _where: TracebackType | None
    ) -> None:
        self._beat()
        self._timer.stop()
        self._stop.set()
        self._watching.join()

    def _beat(self) -> None:
        now, worked = time.perf_counter(), time.thread_time()
        gap, own = now - self._last, worked - self._worked
        if gap > self._least:
            self.gaps.append(Gap(self.during, gap, own, self._stood))
        before = self.longest.get(self.during, (0.0, 0.0))
        self.longest[self.during] = (max(before[0], gap), max(before[1], own))
        self._last, self._worked, self._stood = now, worked, ""

    def _watch(self) -> None:
        while not self._stop.wait(_BEAT_MS / 1000):
            if not self._stood and time.perf_counter() - self._last > self._least:
                self._stood = _stack_of(self._thread)


def _stack_of(thread: int) -> str:
    """Where a thread stands, newest first. By faulthandler, which takes no hold of its frames: a frame kept for a
    moment would keep its painter too, and end it in another thread."""
    with tempfile.TemporaryFile("w+") as file:
        faulthandler.dump_traceback(file, all_threads=True)
        file.seek(0)
        stacks = file.read().split("\n\n")
    wanted = f"{thread:016x}"
    return next((stack for stack in stacks if wanted in stack.split("\n")[0]), "?")
