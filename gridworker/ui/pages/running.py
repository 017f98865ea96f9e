"""How a presenter asks for work away from the window. The same shape as Background.run, without Qt."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeVar

T = TypeVar("T")


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
