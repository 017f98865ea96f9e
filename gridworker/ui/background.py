"""The only threads of the window: run a callable away from it and bring its result, or its error, back by signal."""

from __future__ import annotations

import contextlib
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import Event, Lock, Thread
from typing import Any, Protocol, TypeVar

import shiboken6
from PySide6.QtCore import QEventLoop, QObject, Qt, Signal

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
    """Carries results to the window's thread: emitted in a worker, received through a queued connection. An order goes
    by its number: what belongs to the window is neither held nor let go of by a worker."""

    finished = Signal(int, object, object)
    progressed = Signal(int, str, int, int)


class _Reporter:
    """The Report handed to the work; lives in the worker."""

    def __init__(self, number: int, ticket: Ticket, answers: _Answers) -> None:
        self._number, self._ticket, self._answers = number, ticket, answers

    def __call__(self, words: str, done: int, total: int) -> None:
        self._answers.progressed.emit(self._number, words, done, total)

    @property
    def cancelled(self) -> bool:
        return self._ticket.cancelled


_Work = tuple[int, Callable[[Report], object], _Reporter]


class _Lane:
    """At most so many threads that do what is queued, begun when there is more to do than threads.

    Python's own threads: Qt's pool deletes what it has run in the worker, without the interpreter's lock, while the
    window makes and deletes widgets; the binding's book of both is then damaged now and then, and the program ends."""

    def __init__(self, most: int, answers: _Answers) -> None:
        self._most, self._answers = most, answers
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._threads: list[Thread] = []
        self._counting = Lock()
        self._unfinished = 0

    def start(self, work: _Work) -> None:
        """Queue it; called in the window's thread only."""
        with self._counting:
            self._unfinished += 1
            crowded = self._unfinished > len(self._threads)
        self._queue.put(work)
        if crowded and len(self._threads) < self._most:
            thread = Thread(target=self._serve, daemon=True)  # an idle one keeps nobody from ending
            self._threads.append(thread)
            thread.start()

    def close(self, until: float) -> bool:
        """Drop what has not begun and wait for the rest. False when something still ran at `until` (monotonic)."""
        with contextlib.suppress(Empty):
            while True:
                self._queue.get_nowait()
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            thread.join(max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _serve(self) -> None:
        _timers = (
            QEventLoop()
        )  # documents that are laid out here start timers, which a thread of Python does not have
        while (work := self._queue.get()) is not None:
            number, do, reporter = work
            del work
            result: object = None
            error: Exception | None = None
            try:
                result = do(reporter)
            except Exception as caught:  # noqa: BLE001  every error belongs to the person who asked, on the window's thread
                error = caught
            del do, reporter
            with self._counting:
                self._unfinished -= 1
            if shiboken6.isValid(self._answers):
                self._answers.finished.emit(number, result, error)


class Background(QObject):
    """Runs work on a small pool (`lane="quick"`), strictly one after the other (`lane="serial"`, for saves), or
    apart from both (`lane="network"`, for exchanges that may take long).

    Answers arrive on the thread this object lives in. Call `close` before the application ends."""

    failed_unhandled = Signal(object)

    def __init__(self, parent: QObject | None = None, *, threads: int = 2) -> None:
        super().__init__(parent)
        self._answers = _Answers(self)
        most = {"quick": threads, "serial": 1, "network": 1}
        self._lanes = {lane: _Lane(number, self._answers) for lane, number in most.items()}
        self._answers.finished.connect(self._deliver, Qt.ConnectionType.QueuedConnection)
        self._answers.progressed.connect(self._show_progress, Qt.ConnectionType.QueuedConnection)
        self._latest: dict[str, int] = {}
        self._number = 0
        self._open = True
        self._orders: dict[int, _Order] = {}
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
        self._orders[order.number] = order
        self._lanes[lane].start((order.number, work, _Reporter(order.number, order.ticket, self._answers)))
        return order.ticket

    def _is_stale(self, order: _Order) -> bool:
        if not self._open or (order.owner is not None and not shiboken6.isValid(order.owner)):
            return True
        return order.topic is not None and self._latest[order.topic] != order.number

    def _deliver(self, number: int, result: object, error: Exception | None) -> None:
        order = self._orders.pop(number)
        if self._is_stale(order):
            return
        if error is None:
            order.done(result)
        elif order.failed is not None:
            order.failed(error)
        else:
            self.failed_unhandled.emit(error)

    def _show_progress(self, number: int, words: str, done: int, total: int) -> None:
        order = self._orders[number]
        if order.progress is not None and not self._is_stale(order):
            order.progress(words, done, total)

    @property
    def busy(self) -> bool:
        """True while an answer is still to come."""
        return bool(self._orders)

    def close(self, timeout_ms: int = 10_000) -> bool:
        """Ask everything to stop, drop what has not begun, wait. False when something still ran at the timeout."""
        self._open = False
        for order in self._orders.values():
            order.ticket.cancel()
        until = time.monotonic() + timeout_ms / 1000
        ended = True
        for lane in self._lanes.values():
            ended = lane.close(until) and ended
        return ended
