"""Notices when the window's thread stops: a timer beats on it, and another thread looks where it stands when a beat
stays away. The gap is what a person waits; `own` is how much of it that thread worked itself, `queued` how long it
stood in line for a processor, so that a busy machine is told from a slow program; the rest it waited for others."""

from __future__ import annotations

import faulthandler
import os
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
    """Seconds without a beat, seconds of them worked by the window's thread and spent in line for a processor, and
    where it stood meanwhile."""

    during: str
    seconds: float
    own: float
    queued: float
    stack: str


class _Queue:
    """How long the thread that makes this has stood in line for a processor; only Linux tells, elsewhere it is 0."""

    def __init__(self) -> None:
        try:
            self._file = os.open("/proc/thread-self/schedstat", os.O_RDONLY)
        except OSError:
            self._file = -1

    def seconds(self) -> float:
        return int(os.pread(self._file, 99, 0).split()[1]) / 1e9 if self._file >= 0 else 0.0


class Heartbeat(QObject):
    """`with Heartbeat() as beat:` in the window's thread. Name what is done by setting `during`."""

    def __init__(self, least: float = LEAST) -> None:
        super().__init__()
        self.during = ""
        self.gaps: list[Gap] = []
        #: What was being done → in seconds, however short: the longest gap, the longest own work between two beats, and
        #: how much of the longest gap went by in line for a processor and waiting for others.
        self.longest: dict[str, tuple[float, float, float, float]] = {}
        self._queue = _Queue()
        self._least, self._thread = least, threading.get_ident()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(_BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._stop = threading.Event()
        self._watching = threading.Thread(target=self._watch, daemon=True)
        self._last, self._worked, self._stood = time.perf_counter(), time.thread_time(), ""
        self._queued = self._queue.seconds()

    def __enter__(self) -> Heartbeat:
        self._last, self._worked = time.perf_counter(), time.thread_time()
        self._queued = self._queue.seconds()
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
        now, worked, queue = time.perf_counter(), time.thread_time(), self._queue.seconds()
        gap, own, queued = now - self._last, worked - self._worked, queue - self._queued
        if gap > self._least:
            self.gaps.append(Gap(self.during, gap, own, queued, self._stood))
        longest, most, *rest = self.longest.get(self.during, (0.0,) * 4)
        if gap > longest:
            longest, rest = gap, [queued, max(gap - own - queued, 0.0)]
        self.longest[self.during] = (longest, max(most, own), rest[0], rest[1])
        self._last, self._worked, self._queued, self._stood = now, worked, queue, ""

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
