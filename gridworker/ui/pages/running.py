"""How a presenter asks for work away from the window. The same shape as Background.run, without Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")


class Stopped(Exception):
    """The person asked to stop; nothing was changed."""


class Report(Protocol):
    """How long work tells how far it is; it stops where `cancelled` is true."""

    def __call__(self, words: str, done: int, total: int) -> None: ...

    @property
    def cancelled(self) -> bool: ...


class _Silent:
    cancelled = False

    def __call__(self, words: str, done: int, total: int) -> None:
        """Nobody looks on."""


#: For work that nobody looks on at.
SILENT = _Silent()


class Ticket(Protocol):
    """Work under way."""

    def cancel(self) -> None: ...


class RunLong(Protocol):
    """Like Run, for work that tells how far it is."""

    def __call__(
        self,
        work: Callable[[Report], Any],
        done: Callable[[Any], None],
        failed: Callable[[Exception], None],
        *,
        progress: Callable[[str, int, int], None],
        topic: str,
        lane: str = "quick",
    ) -> Ticket: ...


class Run(Protocol):
    """Run `work` elsewhere, then `done(result)` or `failed(error)` here. A newer run of the same `topic` makes this
    one's answer worthless; `lane="serial"` keeps the order of writes."""

    def __call__(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        topic: str | None = None,
        lane: str = "quick",
    ) -> object: ...


def watching(report: Report, words: str) -> Callable[[int, int], None]:
    """Tells `report` how far a save is, and raises Stopped in it once the person asked to stop."""

    def watch(done: int, total: int) -> None:
        if report.cancelled:
            raise Stopped
        report(words, done, total)

    return watch
