"""The only threads of the window: run a callable away from it and bring its result, or its error, back by signal."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from threading import Event
from typing import Any, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QObject, QRunnable, Qt, QThreadPool, Signal

T = TypeVar("T")
ProgressShown = Callable[[str, int, int], None]
#: A worker lets the window go on after this long. Python's own 5 ms are waited for at every call from Qt into Python,
#: of which painting one page makes dozens, up to a hundred: half a millisecond was still 50 ms then. Whoever waits
#: wakes as often to look, which at a tenth of a millisecond was felt on a busy machine.
_SWITCH_S = 0.0002


class Report(Protocol):
    """What a long piece of work gets: call it with (words, done, total); stop where `cancelled` is true."""

    def __call__(self, words: str, done: int, total: int) -> None: ...

    @property
    def cancelled(self) -> bool: ...


class Ticket:
    """One piece of work under way. `cancel` asks it to stop; it stops at its next look at `report.cancelled`."""

    def __init__(self) -> None:
        self._stop = Event()

    def cancel(self) -> None:
        self._stop.set()

    @property
    def cancelled(self) -> bool:
        return self._stop.is_set()


@dataclass(frozen=True)
class _Order:
    ticket: Ticket
    done: Callable[[Any], None]
    failed: Callable[[Exception], None] | None
    progress: ProgressShown | None
    topic: str | None
    number: int
    owner: QObject | None


class _Answers(QObject):
    """Carries results to the window's thread: emitted in a worker, received through a queued connection."""

    finished = Signal(object, object, object)
    progressed = Signal(object, str, int, int)


class _Reporter:
    """The Report handed to the work; lives in the worker."""

    def __init__(self, order: _Order, answers: _Answers) -> None:
        self._order, self._answers = order, answers

    def __call__(self, words: str, done: int, total: int) -> None:
        self._answers.progressed.emit(self._order, words, done, total)

    @property
    def cancelled(self) -> bool:
        return self._order.ticket.cancelled


class _Job(QRunnable):
    def __init__(self, order: _Order, work: Callable[[Report], object], answers: _Answers) -> None:
        super().__init__()
        self._order, self._work, self._answers = order, work, answers

    def run(self) -> None:
        result: object = None
        error: Exception | None = None
        try:
            result = self._work(_Reporter(self._order, self._answers))
        except Exception as caught:  # noqa: BLE001  every error belongs to the person who asked, on the window's thread
            error = caught
        if shiboken6.isValid(self._answers):
            self._answers.finished.emit(self._order, result, error)


class Background(QObject):
    """Runs work on a small pool (`lane="quick"`), strictly one after the other (`lane="serial"`, for saves), or
    apart from both (`lane="network"`, for exchanges that may take long).

    Answers arrive on the thread this object lives in. Call `close` before the application ends."""

    failed_unhandled = Signal(object)

    def __init__(self, parent: QObject | None = None, *, threads: int = 2) -> None:
        super().__init__(parent)
        self._lanes = {lane: QThreadPool(self) for lane in ("quick", "serial", "network")}
        for lane, most in (("quick", threads), ("serial", 1), ("network", 1)):
            self._lanes[lane].setMaxThreadCount(most)
        self._answers = _Answers(self)
        self._answers.finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._answers.progressed.connect(self._show_progress, Qt.ConnectionType.QueuedConnection)
        self._latest: dict[str, int] = {}
        self._number = 0
        self._open = True
        self._tickets: set[Ticket] = set()
        sys.setswitchinterval(_SWITCH_S)

    def run(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        topic: str | None = None,
        owner: QObject | None = None,
        lane: str = "quick",
    ) -> Ticket:
        """Run `work()` away from the window, then `done(result)` or `failed(error)` in it.

        A newer run of the same `topic` makes older answers stale: they are dropped, errors too. Answers for a
        destroyed `owner` are dropped. Without `failed` the error goes to the signal `failed_unhandled`."""
        return self._start(lambda _report: work(), done, failed, None, topic, owner, lane)

    def run_with_progress(
        self,
        work: Callable[[Report], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        progress: ProgressShown,
        topic: str | None = None,
        owner: QObject | None = None,
        lane: str = "quick",
    ) -> Ticket:
        """Like `run`, for `work(report)` that tells how far it is; `progress(words, done, total)` runs
        in the window."""
        return self._start(work, done, failed, progress, topic, owner, lane)

    def _start(
        self,
        work: Callable[[Report], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None,
        progress: ProgressShown | None,
        topic: str | None,
        owner: QObject | None,
        lane: str,
    ) -> Ticket:
        self._number += 1
        order = _Order(Ticket(), done, failed, progress, topic, self._number, owner)
        if topic is not None:
            self._latest[topic] = self._number
        self._tickets.add(order.ticket)
        self._lanes[lane].start(_Job(order, work, self._answers))
        return order.ticket

    def _is_stale(self, order: _Order) -> bool:
        if not self._open or (order.owner is not None and not shiboken6.isValid(order.owner)):
            return True
        return order.topic is not None and self._latest[order.topic] != order.number

    def _deliver(self, order: _Order, result: object, error: Exception | None) -> None:
        self._tickets.discard(order.ticket)
        if self._is_stale(order):
            return
        if error is None:
            order.done(result)
        elif order.failed is not None:
            order.failed(error)
        else:
            self.failed_unhandled.emit(error)

    def _show_progress(self, order: _Order, words: str, done: int, total: int) -> None:
        if order.progress is not None and not self._is_stale(order):
            order.progress(words, done, total)

    @property
    def busy(self) -> bool:
        """True while an answer is still to come."""
        return bool(self._tickets)

    def close(self, timeout_ms: int = 10_000) -> bool:
        """Ask everything to stop, drop what has not begun, wait. False when something still ran at the timeout."""
        self._open = False
        for ticket in self._tickets:
            ticket.cancel()
        ended = True
        for pool in self._lanes.values():
            pool.clear()
            ended = pool.waitForDone(timeout_ms) and ended
        return ended
