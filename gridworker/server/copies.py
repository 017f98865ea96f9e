"""First copies take their turn in a queue of their own, so that what others send is not kept waiting by them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TypeVar

import anyio
from anyio.to_thread import run_sync

from gridworker.server.metrics import Metrics
from gridworker.server.refusal import Refusal

#: Who waits longer comes again: a connection that says nothing for long is cut by something on the way.
PATIENCE = 20.0
AGAIN = 5
T = TypeVar("T")


@dataclass
class Copies:
    """`at_once` first copies are read at the same time; the others wait in the order in which they came."""

    at_once: int
    metrics: Metrics
    _turns: anyio.CapacityLimiter | None = field(default=None, repr=False)

    async def take_turn(self, work: Callable[..., T], *arguments: object) -> T:
        """Do the work in a thread when it is its turn. Raises Refusal 503 with the seconds to wait."""
        turns = self._turns = self._turns or anyio.CapacityLimiter(self.at_once)
        self._show(turns)
        turn = object()  # a limiter lends to whom it is told
        with anyio.move_on_after(PATIENCE) as waiting:
            await turns.acquire_on_behalf_of(turn)
        if waiting.cancelled_caught:
            raise Refusal(503, "unavailable", "many first copies", retry_after=AGAIN)
        try:
            self._show(turns)
            return await run_sync(partial(work, *arguments))
        finally:
            turns.release_on_behalf_of(turn)
            self._show(turns)

    def _show(self, turns: anyio.CapacityLimiter) -> None:
        self.metrics.gauge("copies_waiting", turns.statistics().tasks_waiting)
        self.metrics.gauge("copies_running", turns.borrowed_tokens)
